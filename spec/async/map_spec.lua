local connect <const> = require "spec.support.connect"
local list <const> = require("spec.support.numbers").list

local ID <const> = connect.JOB_ID

-- Returns an iterator over the numbers from 1 to `count`.
local function iterator(count)
  local last = 0
  return function()
    if last == count then return nil end
    last = last + 1
    return last
  end
end

describe("client:map", function()
  local service, client

  connect.for_each_test(before_each, after_each, function(service_of_test, client_of_test)
    service, client = service_of_test, client_of_test
  end, { timeout = 5 })

  local function delay_calls(times, seconds)
    service:fault { operation = "get_job", delay = seconds or 0.01, times = times }
  end

  local function get_job()
    return client:get_job(ID)
  end

  local function set_name()
    return client:job(ID):set_name "Some name"
  end

  -- Wraps a function. Returns the wrapper, and a function that returns the largest number of its
  -- runs in progress at once.
  local function counted(run)
    local now, most = 0, 0
    local function counting(...)
      now = now + 1
      most = math.max(most, now)
      local value <const>, problem <const> = run(...)
      now = now - 1
      return value, problem
    end
    return counting, function()
      return most
    end
  end

  it("calls the function with each item and its index", function()
    local seen <const> = {}
    local items <const> = { "a", false, { 3 } }
    client:map(items, function(item, index, ...)
      seen[index] = { item, select("#", ...) }
    end)
    assert.same({ { "a", 0 }, { false, 0 }, { { 3 }, 0 } }, seen)
    assert.equal(items[3], seen[3][1])
  end)

  it("returns a plain table: an outcome for each item in the items' order, and counts", function()
    service:fault { operation = "get_job", delay = 0.08 }
    service:fault { operation = "set_name", delay = 0.04 }
    local calls <const> = { one = get_job, two = set_name }
    local ends <const> = {}
    local results <const> = client:map({ "one", "two", "three" }, function(item)
      if calls[item] then assert(calls[item]()) end
      ends[#ends + 1] = item
      return item
    end)
    assert.same({ "three", "two", "one" }, ends)
    assert.is_nil(getmetatable(results))
    assert.same({
      { ok = true, value = "one" },
      { ok = true, value = "two" },
      { ok = true, value = "three" },
      succeeded = 3,
      failed = 0,
      cancelled = 0,
    }, results)
  end)

  for concurrency, items in pairs { [1] = 3, [3] = 9, [64] = 70 } do
    local options <const> = concurrency < 64 and { concurrency = concurrency } or nil
    it(("runs at most %d at once%s"):format(concurrency, options and "" or " by default"), function()
      service:reset()
      service:put_job(ID, ('{"id":"%s"}'):format(ID))
      delay_calls(items, concurrency < 64 and 0.01 or 0.15)
      local run <const>, most <const> = counted(get_job)
      assert.equal(items, client:map(list(items), run, options).succeeded)
      assert.equal(concurrency, most())
      local connections <const>, count = {}, 0
      for _, request in ipairs(connect.sent(service)) do
        if not connections[request.connection] then count = count + 1 end
        connections[request.connection] = true
      end
      assert.equal(concurrency, count) -- over HTTP/1.1 each call in flight has its own connection
    end)
  end

  it("starts the next item as soon as one has ended", function()
    service:fault { operation = "get_job", delay = 0.1 }
    local ends <const> = {}
    client:map(list(5), function(_, index)
      return index == 1 and get_job() or set_name()
    end, {
      concurrency = 2,
      on_done = function(index)
        ends[#ends + 1] = index
      end,
    })
    assert.same({ 2, 3, 4, 5, 1 }, ends)
  end)

  it("returns no outcomes if there are no items", function()
    local function unexpected()
      error "there is no item"
    end
    for _, items in ipairs { {}, iterator(0) } do
      assert.same({ succeeded = 0, failed = 0, cancelled = 0 }, client:map(items, unexpected, { on_done = unexpected }))
    end
  end)

  describe("records", function()
    local raised <const> = setmetatable({ why = "a table" }, {})
    local cases <const> = {
      ["a success, where the function returned nothing"] = { function() end, true, nil },
      ["a success, where the function returned nil alone"] = {
        function()
          return nil, nil
        end,
        true,
        nil,
      },
      ["a success, where the function returned false alone"] = {
        function()
          return false
        end,
        true,
        false,
      },
      ["a success with the first of several values"] = {
        function()
          return 1, "two", 3
        end,
        true,
        1,
      },
      ["a failure, where the function returned nil and an error"] = {
        function()
          return nil, raised
        end,
        false,
        raised,
      },
      ["a failure, where the function returned false and an error"] = {
        function()
          return false, "no"
        end,
        false,
        "no",
      },
      ["a failure, where the function raised a string"] = {
        function()
          error("went wrong", 0)
        end,
        false,
        "went wrong",
      },
      ["a failure, where the function raised a table"] = {
        function()
          error(raised)
        end,
        false,
        raised,
      },
      ["a failure, where the function raised nothing"] = {
        function()
          error()
        end,
        false,
        "an error without a value",
      },
    }
    for name, case in pairs(cases) do
      local run <const>, ok <const>, expected <const> = case[1], case[2], case[3]
      it(name, function()
        local told
        local results <const> = client:map({ run }, function(item)
          return item()
        end, {
          on_done = function(...)
            told = table.pack(...)
          end,
        })
        assert.equal(ok, results[1].ok)
        assert.equal(expected, results[1][ok and "value" or "error"])
        assert.is_nil(results[1][ok and "error" or "value"])
        assert.same({ ok and 1 or 0, ok and 0 or 1, 0 }, { results.succeeded, results.failed, results.cancelled })
        assert.same({ n = 3, 1, ok, expected }, told)
      end)
    end
  end)

  it("lets no failure hide or stop the others", function()
    service:fault { operation = "get_job", status = 500, skip = 1 }
    service:fault { operation = "get_job", garbage = true, skip = 2 }
    local items <const> = { ID, ID, "nowhere", ID, ID, 5 }
    local results <const> = client:map(items, function(id)
      return client:get_job(id)
    end, { concurrency = 1 })
    local kinds <const> = {}
    for index, result in ipairs(results) do
      kinds[index] = result.ok and result.value.id or result.error.kind or result.error
    end
    assert.matches("get_job: job id: expected a string", kinds[6])
    kinds[6] = nil
    assert.same({ ID, "internal", "not_found", "protocol", ID }, kinds)
    assert.same({ 2, 4, 0 }, { results.succeeded, results.failed, results.cancelled })
  end)

  describe("calls on_done", function()
    it("as each function ends, with its index, its success, and its value or error", function()
      service:fault { operation = "get_job", delay = 0.05 }
      local told <const> = {}
      local results <const> = client:map({ 1, 2 }, function(_, index)
        if index == 1 then return get_job() end
        return client:job("nowhere"):set_name "Some name"
      end, {
        on_done = function(...)
          told[#told + 1] = { ... }
        end,
      })
      assert.same({ 2, false, 1, true }, { told[1][1], told[1][2], told[2][1], told[2][2] })
      assert.equal(results[2].error, told[1][3])
      assert.equal(results[1].value, told[2][3])
    end)

    it("so that it may make calls, while others continue", function()
      delay_calls(8)
      local on_done <const>, most <const> = counted(get_job)
      assert.equal(4, client:map(list(4), get_job, { on_done = on_done }).succeeded)
      assert.is_true(most() > 1)
      assert.equal(9, #connect.sent(service))
    end)

    it("and raises what it raises; what is pending is cancelled, the rest never starts", function()
      service:fault { operation = "set_name", hang = true }
      local raised <const>, started <const> = {}, {}
      local ok <const>, problem <const> = pcall(client.map, client, list(4), function(_, index)
        started[#started + 1] = index
        return index == 2 and get_job() or set_name()
      end, {
        concurrency = 2,
        on_done = function()
          error(raised)
        end,
      })
      assert.is_false(ok)
      assert.equal(raised, problem)
      assert.same({ 1, 2 }, started)
      assert.is_false(client:step())
      assert.equal(0, client.session:in_flight())
    end)
  end)

  describe("refuses", function()
    local function run() end
    local cases <const> = {
      ["no items"] = { { nil, run }, "map: items: expected a list or an iterator function, got nothing" },
      ["a number for items"] = { { 5, run }, "map: items: expected a list or an iterator function, got a number" },
      ["a table with named members for items"] = {
        { { id = "j" }, run },
        "map: items: expected a list or an iterator function, got a table with named members",
      },
      ["no function"] = { { {} }, "map: function: expected a function, got nothing" },
      ["a string for the function"] = { { {}, "get_job" }, "map: function: expected a function, got a string" },
      ["options that are not a table"] = { { {}, run, 8 }, "map: options: expected a table, got a number" },
      ["an unknown option"] = { { {}, run, { concurency = 8 } }, 'did you mean "concurrency"?' },
      ["a concurrency of 0"] = { { {}, run, { concurrency = 0 } }, "map: concurrency: expected an integer from 1 to" },
      ["a concurrency above a million"] = { { {}, run, { concurrency = 1000001 } }, "from 1 to 1000000, got 1000001" },
      ["a concurrency that is not an integer"] = { { {}, run, { concurrency = 1.5 } }, "map: concurrency: expected" },
      ["an on_done that cannot be called"] = { { {}, run, { on_done = 5 } }, "map: on_done: expected a function" },
      ["a stop_on_error that is not a boolean"] = { { {}, run, { stop_on_error = 1 } }, "map: stop_on_error: expected" },
    }
    for name, case in pairs(cases) do
      it(name, function()
        local ok <const>, message <const> = pcall(client.map, client, table.unpack(case[1], 1, 3))
        assert.is_false(ok)
        assert.is_truthy(message:find(case[2], 1, true), message)
      end)
    end

    it("to be called without a client", function()
      local ok <const>, message <const> = pcall(client.map, list(1), run)
      assert.is_false(ok)
      assert.matches("map: expected a client, got a table: call it as client:map", message)
    end)
  end)
end)
