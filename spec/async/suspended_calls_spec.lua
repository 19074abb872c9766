local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"

local ID <const> = connect.JOB_ID

-- Runs functions concurrently. Raises the first error of the list.
local function run_all(client, functions)
  local results <const> = client:map(functions, function(run)
    run()
  end)
  for _, result in ipairs(results) do
    if not result.ok then error(result.error, 0) end
  end
end

describe("a call that waits", function()
  local service, client

  connect.for_each_test(before_each, after_each, function(service_of_test, client_of_test)
    service, client = service_of_test, client_of_test
  end)

  local function names_sent()
    local names <const> = {}
    for _, request in ipairs(service:requests()) do
      if request.operation == "set_name" then names[#names + 1] = request.body end
    end
    return names
  end

  it("suspends a coroutine of ours, so that others run meanwhile", function()
    service:fault { operation = "get_job", delay = 0.02, times = 8 }
    local functions <const>, got <const> = {}, {}
    local waiting, most = 0, 0
    for i = 1, 8 do
      functions[i] = function()
        waiting = waiting + 1
        most = math.max(most, waiting)
        got[i] = assert(client:get_job(ID)).id
        waiting = waiting - 1
      end
    end
    run_all(client, functions)
    assert.equal(8, #got)
    assert.equal(8, most)
  end)

  -- Runs a blocking function inside one of our coroutines, and asserts that no other coroutine ran
  -- meanwhile.
  local function alone(run)
    local other
    local outcome
    run_all(client, {
      function()
        other = client:async(function() end)
        outcome = run()
        assert.is_false(other:done())
      end,
    })
    other:get()
    return outcome
  end

  it("blocks in a user's own generator, inside a coroutine of ours too", function()
    local function generator()
      return coroutine.wrap(function()
        for i = 1, 3 do
          coroutine.yield(assert(client:job(ID):set_name("Name " .. i)).name)
        end
      end)
    end
    local expected <const> = { "Name 1", "Name 2", "Name 3" }
    local function collect()
      local names <const> = {}
      for name in generator() do
        names[#names + 1] = name
      end
      return names
    end
    assert.same(expected, collect())
    assert.same(expected, alone(collect))
  end)

  it("blocks in gsub's callback, inside a coroutine of ours too", function()
    local function substitute()
      return (
        ("one two"):gsub("%a+", function(word)
          return assert(client:job(ID):set_name("Name " .. word)).name
        end)
      )
    end
    assert.equal("Name one Name two", substitute())
    assert.equal("Name one Name two", alone(substitute))
  end)

  it("blocks in a coroutine that the module did not resume", function()
    local thread <const> = coroutine.create(function()
      return assert(client:get_job(ID)).id
    end)
    local ok <const>, id <const> = coroutine.resume(thread)
    assert.same({ true, ID, "dead" }, { ok, id, coroutine.status(thread) })
  end)

  it("moves suspended calls on while it blocks", function()
    service:fault { operation = "get_job", delay = 0.1 }
    local order <const> = {}
    local talkative <close> = bytenite.new {
      base_url = service.base_url,
      access_token = client.credentials.current(),
      on_event = function(event)
        if event.type == "response" then order[#order + 1] = event.operation end
      end,
    }
    run_all(talkative, {
      function()
        assert(talkative:job(ID):set_name "Suspended")
        order[#order + 1] = "suspended"
      end,
      function()
        local text <const> = ("x"):gsub("x", function()
          return assert(talkative:get_job(ID)).id
        end)
        assert.equal(ID, text)
        order[#order + 1] = "in place"
      end,
    })
    assert.same({ "set_name", "get_job", "in place", "suspended" }, order)
  end)

  it("on a job runs after the earlier calls on it", function()
    service:fault { operation = "set_name", delay = 0.05, act = "before", times = 1 }
    local job <const> = client:job(ID)
    local seen <const> = {}
    local functions <const> = {}
    for i = 1, 4 do
      functions[i] = function()
        assert(job:set_name("Turn " .. i))
        seen[#seen + 1] = i
      end
    end
    run_all(client, functions)
    assert.same({ '"Turn 1"', '"Turn 2"', '"Turn 3"', '"Turn 4"' }, names_sent())
    assert.same({ 1, 2, 3, 4 }, seen)
    assert.equal("Turn 4", job.name)
  end)

  it("takes its turn even where it blocks for one that is suspended", function()
    service:fault { operation = "set_name", delay = 0.05, act = "before", times = 1 }
    local job <const> = client:job(ID)
    run_all(client, {
      function()
        assert(job:set_name "First")
      end,
      function()
        local _ <const> = ("x"):gsub("x", function()
          assert(job:set_name "Second")
        end)
      end,
    })
    assert.same({ '"First"', '"Second"' }, names_sent())
  end)

  it("passes its turn on when it is cancelled while it waits for it", function()
    service:fault { operation = "set_name", delay = 0.05, act = "before", times = 1 }
    local job <const> = client:job(ID)
    local futures <const> = {}
    for i = 1, 3 do
      futures[i] = client:async(job.set_name, job, "Turn " .. i)
    end
    client:step()
    futures[2]:cancel()
    assert.same({ false, true, false }, { futures[1]:done(), futures[2]:done(), futures[3]:done() })
    local results <const> = assert(client:wait_all(futures))
    assert.same({ true, false, true }, { results[1].ok, results[2].ok, results[3].ok })
    assert.equal("cancelled", results[2].error.kind)
    assert.same({ '"Turn 1"', '"Turn 3"' }, names_sent())
    assert.equal("Turn 3", job.name)
  end)

  it("leaves the turn to the pending call when it times out: later calls are not sent before that", function()
    service:fault { operation = "set_name", delay = 0.2, times = 1 }
    local events <const> = {}
    local own <close> = bytenite.new {
      base_url = service.base_url,
      access_token = client.credentials.current(),
      on_event = function(event)
        events[#events + 1] = event.type .. " " .. event.operation
      end,
    }
    local job <const> = own:job(ID)
    local first <const> = own:async(job.set_name, job, "First")
    own:step()
    assert.equal("timeout", select(2, job:set_name("Never sent", { deadline = 0.02 })).kind)
    local cancelled <const> = own:async(job.set_name, job, "Never sent") -- queued after a call that timed out
    local waiting <const> = own:async(job.set_params, job, {}) -- queued after a call that is cancelled
    own:step()
    cancelled:cancel()
    local last <const> = own:async(job.set_configs, job, {})
    own:step(0.02)
    assert.same({ "request set_name" }, events)
    assert.equal(3, assert(own:wait_all { first, waiting, last }).succeeded)
    assert.same({
      "request set_name",
      "response set_name",
      "request set_params",
      "response set_params",
      "request set_configs",
      "response set_configs",
    }, events)
  end)

  it("gives up its turn at its deadline", function()
    service:fault { operation = "set_name", delay = 0.3 }
    local job <const> = client:job(ID)
    local problem
    run_all(client, {
      function()
        job:set_name "Slow"
      end,
      function()
        problem = select(2, job:set_name("Late", { deadline = 0.05 }))
      end,
    })
    assert.same({ "timeout", 0 }, { problem.kind, problem.attempts })
    assert.matches("its turn on the job", problem.message)
    assert.same({ '"Slow"' }, names_sent())
  end)

  it("is cancelled with its future: no transfer stays behind", function()
    service:fault { operation = "get_job", hang = true }
    local future <const> = client:async(client.get_job, client, ID)
    assert.is_true(client:step())
    assert.equal(1, client.session:in_flight())
    future:cancel()
    assert.equal(0, client.session:in_flight())
    assert.is_false(client:step())
    local job <const>, problem <const> = future:get()
    assert.same({ true, nil, "cancelled" }, { future:done(), job, problem.kind })
  end)

  it("is dropped with a future that is collected: no transfer stays behind", function()
    service:fault { operation = "set_name", hang = true }
    local function start()
      local future <const> = client:async(function()
        client:job(ID):set_name "Never"
      end)
      assert(client:get_job(ID)) -- blocks, and drives the future
      assert.is_false(future:done())
      assert.equal(1, client.session:in_flight())
    end
    start()
    collectgarbage()
    collectgarbage()
    assert.equal(0, client.session:in_flight())
  end)

  it("fails with closed when its client is closed meanwhile", function()
    service:fault { operation = "set_name", hang = true }
    local job <const> = client:job(ID)
    local future <const> = client:async(job.set_name, job, "Never")
    client:step()
    client:close()
    assert.is_true(future:done())
    local value <const>, problem <const> = future:get()
    assert.same({ nil, "closed", true }, { value, problem.kind, problem.maybe_done })
  end)

  it("raises at once where an on_event waits for the call of the event", function()
    local job
    local circular <close> = bytenite.new {
      base_url = service.base_url,
      access_token = client.credentials.current(),
      on_event = function()
        assert(job:refresh())
      end,
    }
    job = circular:job(ID)
    local ok <const>, message <const> = pcall(job.set_name, job, "New name")
    assert.is_false(ok)
    assert.matches("on_event must not", message)
  end)

  it("raises what its on_event raises, and leaves the client usable", function()
    local fail = true
    local talkative <close> = bytenite.new {
      base_url = service.base_url,
      api_key = service.api_key,
      on_event = function()
        if fail then error "no more events" end
      end,
    }
    local ok <const>, message <const> = pcall(talkative.get_job, talkative, ID)
    assert.is_false(ok)
    assert.matches("no more events", message)
    fail = false
    assert.equal(ID, assert(talkative:get_job(ID)).id)
  end)
end)
