-- How client:map copes with trouble: stopping, cancelling, a closed client, rate limits, expired
-- tokens, retries.
local connect <const> = require "spec.support.connect"
local list <const> = require("spec.support.numbers").list
local sandbox <const> = require "spec.support.sandbox"
local virtual_clock <const> = require "spec.support.virtual_clock"

local ID <const> = connect.JOB_ID
local START <const> = 1000 -- seconds on the virtual clock

describe("client:map", function()
  local service, client, clock

  before_each(function()
    service = connect.prepare(sandbox.plain())
  end)

  after_each(function()
    client:close()
  end)

  local function get_job()
    return client:get_job(ID)
  end

  local function count_sent(operation)
    return #service:requests(operation)
  end

  local function expect_nothing_left()
    assert.equal(0, client.session:in_flight())
    assert.is_false(client:step())
  end

  describe("that is stopped", function()
    before_each(function()
      client = connect.client(service, { timeout = 5 })
      assert(get_job()) -- fetches the token
    end)

    it("by stop_on_error cancels what is pending, and starts no others", function()
      service:fault { operation = "set_name", hang = true, times = 2 }
      local started <const>, told <const> = {}, {}
      local closed = 0
      local results <const> = client:map(list(6), function(_, index)
        local _ <close> = setmetatable({}, {
          __close = function()
            closed = closed + 1
          end,
        })
        started[#started + 1] = index
        if index == 1 then return "done" end
        if index == 3 then return client:get_job "nowhere" end
        return client:job(ID):set_name "Never"
      end, {
        concurrency = 3,
        stop_on_error = true,
        on_done = function(index)
          told[#told + 1] = index
        end,
      })
      assert.same({ 1, 1, 4 }, { results.succeeded, results.failed, results.cancelled })
      assert.same({ { 1, 2, 3, 4 }, { 1, 3 }, 4 }, { started, told, closed })
      assert.same({ true, "not_found" }, { results[1].ok, results[3].error.kind })
      for _, index in ipairs { 2, 4, 5, 6 } do
        assert.same({ false, "cancelled" }, { results[index].ok, results[index].error.kind })
      end
      expect_nothing_left()
    end)

    it("by stop_on_error over an iterator counts pending items, and reads no others", function()
      service:fault { operation = "set_name", hang = true, times = 2 }
      local read = 0
      local results <const> = client:map(function()
        read = read + 1
        return read < 9 and read or nil
      end, function(_, index)
        if index == 3 then error "no" end
        return client:job(ID):set_name "Never"
      end, { concurrency = 3, stop_on_error = true })
      assert.same({ succeeded = 0, failed = 1, cancelled = 2 }, results)
      assert.equal(3, read)
      expect_nothing_left()
    end)

    it("with the future it runs in cancels what is pending, and starts no others", function()
      service:fault { operation = "get_job", hang = true, times = 2 }
      local started, closed = 0, 0
      local future <const> = client:async(client.map, client, list(5), function()
        local _ <close> = setmetatable({}, {
          __close = function()
            closed = closed + 1
          end,
        })
        started = started + 1
        return get_job()
      end, { concurrency = 2 })
      client:step()
      assert.same({ 2, 2 }, { started, client.session:in_flight() })
      future:cancel()
      assert.equal(2, closed)
      expect_nothing_left()
      assert.equal(2, started)
      assert.equal("cancelled", select(2, future:get()).kind)
    end)

    it("from within, with the future it runs in, ends as well", function()
      service:fault { operation = "set_name", hang = true }
      local future, started = nil, 0
      future = client:async(client.map, client, list(5), function(_, index)
        started = started + 1
        if index == 1 then return client:job(ID):set_name "Never" end
        future:cancel()
        get_job()
        error "goes on"
      end, { concurrency = 2 })
      assert.equal("cancelled", select(2, future:get()).kind)
      assert.equal(2, started)
      expect_nothing_left()
    end)

    it("by an error that interrupts its wait raises it, and cancels what is pending", function()
      service:fault { operation = "get_job", hang = true, times = 2 }
      local interrupt <const> = {}
      client =
        virtual_clock.client { base_url = service.base_url, access_token = client.credentials.current(), timeout = 5 }
      local step <const> = client.clock.step
      function client.clock.step(session, seconds)
        if session:in_flight() == 2 then error(interrupt) end
        return step(session, seconds)
      end
      local ok <const>, raised <const> = pcall(client.map, client, list(5), get_job, { concurrency = 2 })
      assert.is_false(ok)
      assert.equal(interrupt, raised)
      expect_nothing_left()
    end)

    it("inside a map is cancelled with the item that runs it", function()
      service:fault { operation = "set_name", hang = true, times = 2 }
      local results <const> = client:map({ 1, 2 }, function(item)
        if item == 2 then return client:get_job "nowhere" end
        return client:map({ 1, 2 }, function()
          return client:job(ID):set_name "Never"
        end)
      end, { stop_on_error = true })
      assert.same({ "cancelled", "not_found" }, { results[1].error.kind, results[2].error.kind })
      expect_nothing_left()
    end)

    it("by closing the client in on_done ends the others with closed", function()
      service:fault { operation = "get_job", hang = true, skip = 1 }
      local started = 0
      local results <const> = client:map(list(4), function(_, index)
        started = index
        if index ~= 2 then return get_job() end
        local job
        for _ = 1, 1000 do
          job = assert(client:job(ID):set_name "Some name")
          if started > 2 then break end
        end
        return job
      end, {
        concurrency = 2,
        on_done = function(index)
          if index == 1 then return end
          client:close()
        end,
      })
      assert.same({ 2, 2, 0 }, { results.succeeded, results.failed, results.cancelled })
      assert.same({ true, true }, { results[1].ok, results[2].ok })
      assert.same({ "closed", "closed" }, { results[3].error.kind, results[4].error.kind })
    end)

    it("before it began, by a closed client, ends all with closed", function()
      client:close()
      local results <const> = client:map(list(3), get_job)
      assert.same({ succeeded = 0, failed = 3, cancelled = 0 }, {
        succeeded = results.succeeded,
        failed = results.failed,
        cancelled = results.cancelled,
      })
      assert.equal("closed", results[3].error.kind)
    end)
  end)

  describe("told to slow down", function()
    local times -- of each request, in seconds since START

    local function connect_slowly(options)
      times = {}
      options.base_url, options.api_key = service.base_url, service.api_key
      function options.on_event(event)
        if event.type == "request" then times[#times + 1] = math.floor(clock.time - START + 0.001) end
      end
      client, clock = virtual_clock.client(options)
      assert(get_job())
      times = {}
    end

    -- The service tells the first call to slow down while the second is in flight.
    local function slow_down(retry_after)
      service:fault { operation = "get_job", status = 429, retry_after = retry_after }
      service:fault { operation = "get_job", delay = 0.03 }
    end

    local function failed_of(results)
      return results[1].ok and results[2] or results[1]
    end

    it("pauses as a whole for as long as the server asks", function()
      connect_slowly {}
      slow_down(7)
      assert.equal(6, client:map(list(6), get_job, { concurrency = 2 }).succeeded)
      assert.same({ 0, 0, 7, 7, 7, 7, 7 }, times)
    end)

    it("pauses for a while where the server names no time", function()
      connect_slowly {}
      clock.random_value = 0.99
      slow_down(nil)
      assert.equal(4, client:map(list(4), get_job, { concurrency = 2 }).succeeded)
      assert.same({ 0.495, 5 }, { tonumber(("%.3f"):format(clock.time - START)), #times })
    end)

    it("pauses even if the rate-limited call may not be retried", function()
      connect_slowly { max_retries = 0 }
      slow_down(7)
      local results <const> = client:map(list(4), get_job, { concurrency = 2 })
      assert.same({ 3, 1, "rate_limited" }, { results.succeeded, results.failed, failed_of(results).error.kind })
      assert.same({ 0, 0, 7, 7 }, times)
    end)

    it("does not pause if the server asks for too long: the call fails", function()
      connect_slowly {}
      slow_down(61)
      local results <const> = client:map(list(4), get_job, { concurrency = 2 })
      local problem <const> = failed_of(results).error
      assert.same({ "rate_limited", 61 }, { problem.kind, problem.retry_after })
      assert.same({ 3, { 0, 0, 0, 0 } }, { results.succeeded, times })
    end)

    it("pauses no longer than the deadline of a call", function()
      connect_slowly { deadline = 5 }
      slow_down(30)
      local results <const> = client:map(list(3), get_job, { concurrency = 1 })
      assert.equal("rate_limited", results[1].error.kind)
      for index = 2, 3 do
        assert.same({ "timeout", 0 }, { results[index].error.kind, results[index].error.attempts })
        assert.matches("the end of a rate limit", results[index].error.message)
      end
      assert.same({ { 0 }, 10 }, { times, clock.time - START })
    end)

    it("does not delay a call outside of it", function()
      connect_slowly {}
      slow_down(7)
      local pool <const> = client:async(client.map, client, list(4), get_job, { concurrency = 2 })
      for _ = 1, 100 do
        client:step()
        if #times == 2 and client.session:in_flight() == 0 then break end
      end
      assert.equal(ID, assert(get_job()).id)
      assert.same({ START, false }, { clock.time, pool:done() })
      assert.equal(4, pool:get().succeeded)
      assert.same({ 0, 0, 0, 7, 7, 7 }, times)
    end)

    it("retries without holding up others: no item waits for the delay of another", function()
      connect_slowly {}
      service:fault { operation = "get_job", status = 503, retry_after = 30 }
      local ends <const> = {}
      local results <const> = client:map(list(6), get_job, {
        concurrency = 2,
        on_done = function(index)
          ends[#ends + 1] = { index, math.floor(clock.time - START + 0.001) }
        end,
      })
      assert.equal(6, results.succeeded)
      assert.same({ 30, #ends }, { table.remove(ends)[2], 6 })
      for _, each in ipairs(ends) do
        assert.equal(0, each[2])
      end
    end)

    it("abandons a pending retry as soon as it is stopped", function()
      connect_slowly {}
      service:fault { operation = "get_job", status = 503, retry_after = 30 }
      local results <const> = client:map({ ID, "nowhere" }, function(id, index)
        if index == 2 then assert(client:job(ID):set_name "Some name") end -- by then the first call has its 503
        return client:get_job(id)
      end, { stop_on_error = true })
      assert.same({ "cancelled", "not_found" }, { results[1].error.kind, results[2].error.kind })
      assert.equal(START, clock.time)
      expect_nothing_left()
    end)
  end)

  describe("whose token expires in the middle", function()
    before_each(function()
      client, clock = virtual_clock.client { base_url = service.base_url, api_key = service.api_key }
      assert(get_job())
    end)

    it("renews it once for all calls that are refused", function()
      service:fault { operation = "get_job", delay = 0.01, times = 20 }
      service:fault { operation = "access_token", delay = 0.02, act = "before" }
      local results <const> = client:map(list(30), function(_, index)
        if index == 8 then service:expire_tokens() end
        return get_job()
      end, { concurrency = 10 })
      assert.equal(30, results.succeeded)
      assert.equal(2, count_sent "access_token")
    end)

    it("renews it once before it expires", function()
      service:fault { operation = "access_token", delay = 0.02, act = "before" }
      local results <const> = client:map(list(30), function(_, index)
        if index == 8 then clock.time = clock.time + 3590 end
        return get_job()
      end, { concurrency = 10 })
      assert.equal(30, results.succeeded)
      assert.equal(2, count_sent "access_token")
      assert.equal(31, count_sent "get_job")
    end)

    it("fails only the calls that needed it while it could not be renewed", function()
      local results <const> = client:map(list(12), function(_, index)
        if index == 5 then
          service:fault { operation = "access_token", status = 403 }
          service:expire_tokens()
        end
        return get_job()
      end, { concurrency = 1 })
      assert.same({ 11, 1 }, { results.succeeded, results.failed })
      assert.equal("permission_denied", results[5].error.kind)
      assert.matches("^no access token: ", results[5].error.message)
    end)
  end)
end)

describe("what on_done raises in client:map", function()
  it("is raised to the caller as it is", function()
    local client <close> = require("bytenite").new { access_token = "token" }
    for _, raised in ipairs { "a string without a position", { "a table" } } do
      local ok <const>, got <const> = pcall(client.map, client, { 1, 2 }, function() end, {
        on_done = function()
          error(raised, 0)
        end,
      })
      assert.is_false(ok)
      assert.equal(raised, got)
    end
  end)
end)
