-- The protocol by which any event loop drives a client: pollable and step. The adapters for
-- specific loops are tested in spec/loop/.
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local event_loops <const> = require "spec.support.event_loops"
local sandbox <const> = require "spec.support.sandbox"
local socket <const> = require "socket"

local SOON <const> = 0.05 -- seconds: without waiting, except for a timer of a millisecond

-- Returns whether a descriptor becomes readable within `seconds`.
local function is_readable(descriptor, seconds)
  local one <const> = {
    getfd = function()
      return descriptor
    end,
  }
  return #socket.select({ one }, nil, seconds) > 0
end

describe("the protocol for event loops", function()
  local service, client, pollable

  event_loops.for_each_test(before_each, after_each, 3, function(service_of_test, client_of_test)
    service, client = service_of_test, client_of_test
    assert(client:get_job "j3") -- fetches the token
    pollable = client:pollable()
  end)

  local function start(id)
    return client:async(function()
      return assert(client:get_job(id or "j1")).id
    end)
  end

  -- Steps until the service has received the request of the started call.
  local function send()
    while #connect.sent(service) < 2 do -- the first request is from `before_each`
      client:step(0.005)
    end
  end

  -- Drives the client by its descriptor alone until nothing is pending. Returns how often the
  -- descriptor became readable, and the seconds it took.
  local function drive()
    local started_at <const>, times = core.now(), 0
    while client:step() do
      assert(is_readable(pollable:pollfd(), 5), "the descriptor does not become readable")
      times = times + 1
    end
    return times, core.now() - started_at
  end

  describe("pollable", function()
    it("returns an object that follows the protocol of cqueues, always the same one", function()
      assert.equal(pollable, client:pollable())
      assert.equal("integer", math.type(pollable:pollfd()))
      assert.equal("r", pollable:events())
      assert.is_nil(pollable:timeout())
    end)

    it("has a descriptor that is readable if responses arrived before the first pollfd", function()
      for _, kind in ipairs { "plain", "tls" } do
        local other <const> = sandbox[kind]()
        event_loops.put_jobs(other, 1)
        local own <close> = event_loops.client(other)
        assert(own:get_job "j1")
        other:fault { operation = "get_job", delay = 0.1, times = 16, act = "before" }
        local done = 0
        for _ = 1, 16 do
          own:async(function()
            assert(own:get_job "j1")
            done = done + 1
          end)
        end
        while #connect.sent(other) < 17 do
          own:step(0)
        end
        socket.sleep(0.2)
        local waits <const> = own:pollable()
        while done < 16 and is_readable(waits:pollfd(), 1) do
          own:step(0)
        end
        assert.equal(16, done)
      end
    end)

    it("has one descriptor for the client's whole life, which child processes do not inherit", function()
      local descriptor <const> = pollable:pollfd()
      client:map({ "j1", "j2", "j3" }, function(id)
        assert.equal(descriptor, pollable:pollfd())
        assert(client:get_job(id))
      end)
      assert.equal(descriptor, pollable:pollfd())
      local pipe <close> = assert(io.popen("readlink /proc/self/fd/" .. descriptor))
      assert.not_matches("eventpoll", pipe:read "a")
    end)

    it("has a descriptor for each client", function()
      local other <close> = event_loops.client(service)
      assert.not_equal(pollable:pollfd(), other:pollable():pollfd())
      start()
      assert.is_true(is_readable(pollable:pollfd(), SOON))
      assert.is_false(is_readable(other:pollable():pollfd(), 0))
    end)

    it("raises without a client", function()
      assert.error_matches(function()
        client.pollable()
      end, "pollable: expected a client, got nothing")
    end)
  end)

  describe("the descriptor", function()
    it("is not readable while there is nothing to do", function()
      assert.is_false(is_readable(pollable:pollfd(), 0.02))
      start()
      drive()
      assert.is_false(is_readable(pollable:pollfd(), 0.02))
    end)

    it("is readable as soon as a call was started", function()
      start()
      assert.is_true(is_readable(pollable:pollfd(), SOON))
    end)

    it("drives calls to their end, and is readable only when one makes progress #timing", function()
      service:fault { operation = "get_job", delay = 0.1, act = "before", times = "forever" }
      local futures <const> = { start "j1", start "j2", start "j3" }
      local times <const>, seconds <const> = drive()
      for index, future in ipairs(futures) do
        assert.equal("j" .. index, future:get())
      end
      assert.is_true(times <= 25, times)
      assert.is_true(seconds < 1, seconds)
    end)

    it("drives calls over TLS to their end", function()
      local tls <const> = sandbox.tls()
      event_loops.put_jobs(tls, 1)
      local own <close> = event_loops.client(tls)
      client, pollable = own, own:pollable()
      local futures <const> = { start(), start(), start() }
      drive()
      for _, future in ipairs(futures) do
        assert.equal("j1", future:get())
      end
    end)

    it("is readable when a retry is due, and not before #timing", function()
      service:fault { operation = "get_job", status = 503 }
      local future <const> = start()
      local times <const>, seconds <const> = drive()
      assert.equal("j1", future:get())
      assert.is_true(times <= 12, times)
      assert.is_true(seconds >= event_loops.RETRY_DELAY and seconds < 1, seconds)
    end)

    it("is readable when a call's time is up #timing", function()
      service:fault { operation = "get_job", hang = true, times = 2 }
      local kinds <const> = {}
      for name, options in pairs { timeout = { timeout = 0.05, max_retries = 0 }, deadline = { deadline = 0.05 } } do
        client:async(function()
          kinds[name] = select(2, client:get_job("j1", options)).kind
        end)
      end
      local _ <const>, seconds <const> = drive()
      assert.same({ timeout = "timeout", deadline = "timeout" }, kinds)
      assert.is_true(seconds >= 0.05 and seconds < 1, seconds)
    end)

    it("is readable when a future's time is up #timing", function()
      service:fault { operation = "get_job", hang = true }
      local hanging <const>, problem = start(), nil
      client:async(function()
        problem = select(2, hanging:get(0.05))
        hanging:cancel()
      end)
      local _ <const>, seconds <const> = drive()
      assert.equal("timeout", problem.kind)
      assert.is_true(seconds >= 0.05 and seconds < 1, seconds)
    end)

    -- Changes between two steps must make the descriptor readable, even if nothing is pending
    -- afterwards.
    for what, change in pairs {
      ["a future was cancelled"] = function(hanging)
        hanging:cancel()
      end,
      ["a blocking call has driven the others"] = function(hanging)
        client:async(hanging.cancel, hanging)
        assert(client:get_job "j2")
      end,
      ["a blocking wait for a future has driven the others"] = function(hanging)
        client:async(hanging.cancel, hanging):get()
      end,
    } do
      it("is readable after " .. what, function()
        service:fault { operation = "get_job", hang = true }
        local hanging <const> = start()
        send()
        assert.is_false(is_readable(pollable:pollfd(), 0))
        change(hanging)
        assert.is_true(is_readable(pollable:pollfd(), SOON))
        assert.is_false(client:step())
      end)
    end
  end)

  describe("timeout", function()
    it("is the time until there is something to do", function()
      service:fault { operation = "get_job", status = 503, retry_after = 50 }
      start()
      assert.equal(0, pollable:timeout())
      send()
      while client.session:in_flight() > 0 do
        client:step(0.005)
      end
      local seconds <const> = pollable:timeout()
      assert.is_true(seconds > 45 and seconds <= 50.01, seconds)
    end)
  end)

  describe("step", function()
    it("returns whether anything is pending", function()
      assert.is_false(client:step())
      service:fault { operation = "get_job", delay = 0.02, act = "before" }
      local future <const> = start()
      assert.is_true(client:step())
      while client:step(1) do
        assert.is_false(future:done())
      end
      assert.is_true(future:done())
      assert.is_false(client:step())
    end)

    it("is pending while a call waits for its retry", function()
      service:fault { operation = "get_job", status = 503 }
      local future <const> = start()
      send()
      while client.session:in_flight() > 0 do
        client:step()
      end
      assert.is_true(client:step())
      drive()
      assert.equal("j1", future:get())
    end)

    it("does not wait unless asked to #timing", function()
      service:fault { operation = "get_job", hang = true }
      start()
      local started_at <const> = core.now()
      for _ = 1, 20 do
        assert.is_true(client:step())
        assert.is_true(client:step(0))
      end
      assert.is_true(core.now() - started_at < 0.2)
    end)

    it("waits as long as asked to when nothing happens #timing", function()
      service:fault { operation = "get_job", hang = true }
      start()
      send()
      local started_at <const> = core.now()
      assert.is_true(client:step(0.05))
      local seconds <const> = core.now() - started_at
      assert.is_true(seconds >= 0.05 and seconds < 0.5, seconds)
    end)

    it("waits only until something happens #timing", function()
      service:fault { operation = "get_job", delay = 0.05, act = "before" }
      local future <const>, started_at <const> = start(), core.now()
      while client:step(30) do
      end
      assert.equal("j1", future:get())
      assert.is_true(core.now() - started_at < 1)
    end)

    it("keeps futures alive that the program does not keep", function()
      service:fault { operation = "get_job", delay = 0.02, act = "before" }
      local id
      client:async(function()
        id = assert(client:get_job "j1").id
      end)
      send()
      collectgarbage()
      collectgarbage()
      drive()
      assert.equal("j1", id)
    end)

    it("may be called in a function that it runs", function()
      service:fault { operation = "get_job", delay = 0.02, act = "before" }
      local other <const>, was_under_way = start(), nil
      client:async(function()
        was_under_way = client:step(0.01)
      end)
      drive()
      assert.is_true(was_under_way)
      assert.equal("j1", other:get())
    end)

    for what, seconds in pairs {
      ["a text"] = "1",
      ["a table"] = {},
      ["a boolean"] = true,
      ["a negative number"] = -1,
      NaN = 0 / 0,
      infinity = math.huge,
    } do
      it("refuses " .. what .. " as its seconds", function()
        assert.error_matches(function()
          client:step(seconds)
        end, "step: seconds: expected ")
      end)
    end

    it("raises without a client", function()
      assert.error_matches(function()
        client.step()
      end, "step: expected a client, got nothing")
    end)
  end)

  describe("a closed client", function()
    it("has no descriptor and nothing pending", function()
      service:fault { operation = "*", hang = true, times = "forever" }
      local future <const> = client:async(function()
        return client:get_job "j1"
      end)
      client:step(0.01)
      client:close()
      assert.is_nil(pollable:pollfd())
      assert.is_nil(pollable:timeout())
      assert.equal("r", pollable:events())
      assert.equal(pollable, client:pollable())
      assert.is_false(client:step())
      assert.is_false(client:step(30))
      assert.equal("closed", select(2, future:get()).kind)
    end)

    it("ends calls that are started afterwards", function()
      client:close()
      local future <const> = client:async(function()
        return client:get_job "j1"
      end)
      assert.is_false(client:step())
      assert.equal("closed", select(2, future:get()).kind)
    end)
  end)
end)
