-- Functions that run concurrently, and waiting for them. For what ends them early see
-- future_cancel_spec.lua.
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local time_limit <const> = require "spec.support.time_limit"

local ID <const> = connect.JOB_ID

describe("client:async", function()
  local service, client

  connect.for_each_test(before_each, after_each, function(service_of_test, client_of_test)
    service, client = service_of_test, client_of_test
  end)

  local function get_id()
    return assert(client:get_job(ID)).id
  end

  -- Starts a future whose call gets its response after `seconds`.
  local function slow(seconds, ...)
    service:fault { operation = "set_name", delay = seconds, act = "before" }
    return client:async(function(...)
      assert(client:job(ID):set_name "Slow name")
      return ...
    end, ...)
  end

  local function sent(operation)
    return #service:requests(operation)
  end

  it("passes its arguments on, and get gives all results, nils in the middle and at the end too", function()
    local future <const> = client:async(function(...)
      get_id()
      return select("#", ...), nil, ...
    end, "a", nil, false, nil)
    for _ = 1, 2 do -- the results stay available
      local got <const> = table.pack(future:get())
      assert.equal(6, got.n)
      assert.same({ 4, nil, "a", nil, false, nil }, { table.unpack(got, 1, 6) })
    end
    assert.equal(0, select("#", client:async(function() end):get()))
  end)

  it("runs the function when the client is next driven, by whatever call", function()
    local ran = false
    local future <const> = client:async(function()
      ran = true
    end)
    assert.is_false(ran)
    get_id()
    assert.is_true(ran)
    assert.is_true(future:done())
  end)

  it("lets functions wait concurrently #timing", function()
    service:fault { operation = "get_job", delay = 0.15, times = 8 }
    local futures <const> = {}
    for i = 1, 8 do
      futures[i] = client:async(get_id)
    end
    local began <const> = core.now()
    for _, future in ipairs(futures) do
      assert.equal(ID, future:get())
    end
    assert.is_true(core.now() - began < 0.6) -- one after another they would take 1.2 s
  end)

  it("returns nil and the call's error as the function returns them", function()
    service:fault { operation = "get_job", status = 404 }
    local value <const>, problem <const> = client:async(client.get_job, client, ID):get()
    assert.is_nil(value)
    assert.equal("not_found", problem.kind)
  end)

  local raised <const> = {
    ["a text with its place"] = "spec.lua:1: no",
    ["a table"] = { kind = "my own" },
    ["false"] = false,
  }

  for name, value in pairs(raised) do
    it("raises again what the function raised: " .. name, function()
      local future <const> = client:async(function()
        get_id()
        error(value, 0)
      end)
      for _ = 1, 2 do
        local ok <const>, problem <const> = pcall(future.get, future)
        assert.is_false(ok)
        assert.equal(value, problem)
      end
      assert.is_true(future:done())
    end)
  end

  it("raises when the function raised nil", function()
    local future <const> = client:async(error)
    assert.is_false((pcall(future.get, future)))
  end)

  it("raises what a closing variable raises", function()
    local future <const> = client:async(function()
      local failing <close> = setmetatable({}, { -- luacheck: ignore failing
        __close = function()
          error("closing failed", 0)
        end,
      })
      return get_id()
    end)
    local ok <const>, problem <const> = pcall(future.get, future)
    assert.same({ false, "closing failed" }, { ok, problem })
  end)

  it("returns timeout when it is not done in time, and the work continues #timing", function()
    local future <const> = slow(0.2, "result")
    local began <const> = core.now()
    local value <const>, problem <const> = future:get(0.05)
    local took <const> = core.now() - began
    assert.is_true(took >= 0.05 and took < 0.18)
    assert.is_nil(value)
    assert.same({ "timeout", true }, { problem.kind, problem.retryable })
    assert.matches("0.05 s", problem.message, 1, true)
    assert.is_false(future:done())
    assert.equal("result", future:get(5))
    assert.is_true(future:done())
    assert.equal("result", future:get(0.001)) -- a finished future needs no time
    assert.equal(1, sent "set_name")
  end)

  it("suspends a function that waits for another future", function()
    local first <const> = slow(0.05, 1)
    local function add_one(future)
      return future:get() + 1
    end
    local last = first
    for _ = 1, 10 do
      last = client:async(add_one, last)
    end
    assert.equal(11, last:get())
    assert.is_true(first:done())
  end)

  it("lets several functions wait for one future, each with its own time limit", function()
    local one <const> = slow(0.15, "result")
    local impatient <const> = client:async(function()
      return select(2, one:get(0.02)).kind
    end)
    local patient <const> = client:async(function()
      return (one:get(5))
    end)
    assert.equal("timeout", impatient:get())
    assert.is_false(one:done())
    assert.equal("result", patient:get())
  end)

  it("passes an error on to functions that wait for it", function()
    local problem <const> = { "a value" }
    local first <const> = client:async(function()
      get_id()
      error(problem)
    end)
    local second <const> = client:async(function()
      return pcall(first.get, first)
    end)
    assert.same({ false, problem }, { second:get() })
  end)

  it("raises where a future waits for itself, instead of hanging", function()
    local future
    future = client:async(function()
      return future:get()
    end)
    local ok <const>, message <const> = time_limit.pcall(future.get, future)
    assert.is_false(ok)
    assert.matches("wait for itself", message)
    future:cancel()
    assert.equal("cancelled", select(2, future:get()).kind)
    assert.equal(ID, get_id())
  end)

  it("raises where two futures wait for each other, unless a time limit ends that", function()
    local one, other
    one = client:async(function()
      return other:get()
    end)
    other = client:async(function()
      return one:get(0.05)
    end)
    assert.equal("timeout", select(2, one:get()).kind)
    one = client:async(function()
      return other:get()
    end)
    other = client:async(function()
      return one:get()
    end)
    local ok <const>, message <const> = time_limit.pcall(client.wait_all, client, { one, other })
    assert.is_false(ok)
    assert.matches("wait for itself", message)
  end)

  it("lets others run when the function yields by itself", function()
    local order <const>, futures <const> = {}, {}
    for i = 1, 2 do
      futures[i] = client:async(function()
        for step = 1, 3 do
          order[#order + 1] = i .. step
          assert.equal(0, select("#", coroutine.yield "whatever"))
        end
        return get_id()
      end)
    end
    assert.equal(2, client:wait_all(futures).succeeded)
    assert.same({ "11", "21", "12", "22", "13", "23" }, order)
  end)

  it("lets the calls of another client block", function()
    local other <close> = connect.client(service)
    local future <const> = client:async(function()
      local id <const> = assert(other:get_job(ID)).id
      return id, get_id()
    end)
    assert.same({ ID, ID }, { future:get() })
    assert.equal(0, other.session:in_flight())
  end)

  it("blocks in a generator inside the function", function()
    local future <const> = client:async(function()
      local names <const> = {}
      for name in
        coroutine.wrap(function()
          for i = 1, 2 do
            coroutine.yield(assert(client:job(ID):set_name("Name " .. i)).name)
          end
        end)
      do
        names[#names + 1] = name
      end
      return names
    end)
    assert.same({ "Name 1", "Name 2" }, future:get())
  end)

  it("shows its state in tostring", function()
    local future <const> = client:async(get_id)
    assert.equal("bytenite future (pending)", tostring(future))
    future:get()
    assert.equal("bytenite future (done)", tostring(future))
  end)

  describe("wait_all", function()
    it("returns outcomes in the list's order, whichever ended first", function()
      local done <const> = client:async(get_id)
      done:get()
      local cancelled <const> = client:async(get_id)
      local futures <const> = {
        slow(0.1, "slow"),
        client:async(get_id),
        client:async(error, "raised", 0),
        client:async(function()
          return nil, "an error"
        end),
        client:async(function()
          return nil
        end),
        cancelled,
        done,
      }
      cancelled:cancel()
      local outcomes <const> = client:wait_all(futures, 5)
      assert.same({ 4, 2, 1, 7 }, { outcomes.succeeded, outcomes.failed, outcomes.cancelled, #outcomes })
      assert.same({ ok = true, value = "slow" }, outcomes[1])
      assert.same({ ok = true, value = ID }, outcomes[2])
      assert.same({ ok = false, error = "raised" }, outcomes[3])
      assert.same({ ok = false, error = "an error" }, outcomes[4])
      assert.same({ ok = true }, outcomes[5])
      assert.same({ false, "cancelled" }, { outcomes[6].ok, outcomes[6].error.kind })
      assert.same({ ok = true, value = ID }, outcomes[7])
    end)

    it("returns timeout when one is not done in time, and the work continues", function()
      local futures <const> = { client:async(get_id), slow(0.2) }
      local outcomes <const>, problem <const> = client:wait_all(futures, 0.05)
      assert.same({ nil, "timeout" }, { outcomes, problem.kind })
      assert.equal(2, client:wait_all(futures).succeeded)
      assert.equal(1, sent "set_name")
    end)

    it("suspends a function that waits", function()
      local futures <const> = { slow(0.05, 1), client:async(get_id) }
      local waiting <const> = client:async(function()
        return client:wait_all(futures)
      end)
      assert.equal(2, waiting:get().succeeded)
    end)

    it("counts a future twice if the list has it twice", function()
      local future <const> = slow(0.02, 1)
      assert.equal(2, client:wait_all({ future, future }, 1).succeeded)
    end)

    it("takes an empty list", function()
      assert.same({ succeeded = 0, failed = 0, cancelled = 0 }, client:wait_all {})
    end)
  end)

  describe("wait_any", function()
    it("returns the future that is done first, and its index #timing", function()
      local futures <const> = { slow(0.3, 1), client:async(get_id), slow(0.3, 3) }
      local began <const> = core.now()
      local first <const>, index <const> = client:wait_any(futures)
      assert.is_true(core.now() - began < 0.25)
      assert.equal(futures[2], first)
      assert.equal(2, index)
      assert.is_false(futures[1]:done())
    end)

    it("returns the first in the list when several are done, one that was cancelled too", function()
      local futures <const> = { slow(0.3), client:async(get_id), client:async(get_id) }
      futures[3]:cancel()
      assert.equal(3, select(2, client:wait_any(futures)))
      futures[2]:get()
      assert.equal(2, select(2, client:wait_any(futures)))
    end)

    it("returns timeout when none is done in time", function()
      local future <const> = slow(0.15, 1)
      local first <const>, problem <const> = client:wait_any({ future }, 0.02)
      assert.same({ nil, "timeout" }, { first, problem.kind })
      assert.equal(future, (client:wait_any { future }))
    end)

    it("suspends a function that waits", function()
      local futures <const> = { slow(0.1, 1), client:async(get_id) }
      local waiting <const> = client:async(function()
        return select(2, client:wait_any(futures))
      end)
      assert.equal(2, waiting:get())
    end)
  end)

  local wrong <const> = {
    ["async: function: expected a function, got nothing"] = { "async" },
    ["async: function: expected a function, got a number"] = { "async", 3 },
    ["wait_all: futures: expected a table, got nothing"] = { "wait_all" },
    ["wait_all: futures[1]: expected a future, got a table"] = { "wait_all", { {} } },
    ["wait_all: futures: expected a list"] = { "wait_all", { one = 1 } },
    ["wait_all: seconds: expected a number, got a string"] = { "wait_all", {}, "1" },
    ["wait_all: seconds: expected seconds above 0"] = { "wait_all", {}, -1 },
    ["wait_any: the list of futures is empty"] = { "wait_any", {} },
    ["wait_any: futures[1]: expected a future, got a number"] = { "wait_any", { 1 } },
  }

  for message, call in pairs(wrong) do
    it("raises: " .. message, function()
      local ok <const>, problem <const> = pcall(client[call[1]], client, table.unpack(call, 2))
      assert.is_false(ok)
      assert.matches(message, problem, 1, true)
    end)
  end

  it("refuses invalid time limits, anything but futures, and futures of another client", function()
    local future <const> = client:async(get_id)
    for _, limit in ipairs { 0, -1, 0 / 0, math.huge, "1" } do
      local ok <const>, problem <const> = pcall(future.get, future, limit)
      assert.is_false(ok)
      assert.matches("get: seconds: expected", problem)
    end
    for _, method in ipairs { "get", "done", "cancel" } do
      local ok <const>, problem <const> = pcall(future[method], {})
      assert.is_false(ok)
      assert.matches(method .. ": expected a future, got a table", problem)
    end
    local other <close> = connect.client(service)
    for _, method in ipairs { "wait_all", "wait_any" } do
      local ok <const>, problem <const> = pcall(other[method], other, { future })
      assert.is_false(ok)
      assert.matches(method .. ": futures[1]: the future belongs to another client", problem, 1, true)
    end
  end)
end)
