-- The stream of events. It is experimental, since no source documents its framing.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local errors <const> = require "bytenite.errors"
local event_loops <const> = require "spec.support.event_loops"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"

local function item(name, more)
  return ('{"result":{"event":"%s","data":{"@type":"x","n":%s}}}\n'):format(name, more or 1)
end

for kind, start in pairs { plain = sandbox.plain, TLS = sandbox.tls } do
  describe(("events of a %s sandbox"):format(kind), function()
    local service, client

    before_each(function()
      service = start()
      service:reset()
      client = connect.client(service, { max_retries = 2 })
    end)

    after_each(function()
      client:close()
    end)

    -- Makes the stream consist of `body`.
    local function response(body, more)
      local fault <const> = { operation = "events", body = body, status = 200 }
      for name, value in pairs(more or {}) do
        fault[name] = value
      end
      service:fault(fault)
    end

    local function names()
      local seen <const> = {}
      for event in client:each_event() do
        seen[#seen + 1] = event.event
      end
      return seen
    end

    -- Returns whether the service has received the request for events. Earlier events are not sent.
    local function has_stream()
      for _, request in ipairs(service:requests()) do
        if request.path:find "/events$" then return true end
      end
      return false
    end

    it("come as they happen, until the program leaves the loop", function()
      local job <const> =
        assert(client:create_job { templateId = "t", dataSource = bytenite.datasource.url "https://a.example" })
      service:set_speed(1000)
      local running <const> = client:async(function()
        while not has_stream() do
          client:get_job(job.id)
        end
        return job:run()
      end)
      local seen
      for event in client:each_event() do
        seen = event
        if event.data.jobId == job.id then break end
      end
      assert.is_string(seen.event)
      assert.equal(job.id, seen.data.jobId)
      assert(running:get(5))
      assert.equal(0, client.session:in_flight()) -- leaving the loop has ended the stream
      assert(client:get_job(job.id))
    end)

    it("are read as one object per line", function()
      response(item "a" .. "\r\n" .. item("b", "9007199254740993") .. item("c"):gsub("\n$", ""))
      local numbers, seen = {}, {}
      for event in client:each_event() do
        seen[#seen + 1], numbers[#numbers + 1] = event.event, event.data.n
      end
      assert.same({ "a", "b", "c" }, seen)
      assert.equal(9007199254740993, numbers[2])
    end)

    it("are read from server-sent events", function()
      response(
        ": hello\n\nevent: message\nid: 1\ndata: " .. item "a" .. "\ndata:" .. item "b" .. "\n",
        { content_type = "text/event-stream" }
      )
      assert.same({ "a", "b" }, names())
    end)

    it("are put together from pieces of any size", function()
      response(item "a" .. item "b" .. item "c", { drip = { bytes = 7, every = 0.001 } })
      assert.same({ "a", "b", "c" }, names())
    end)

    it("are none if the stream ends at once", function()
      response ""
      assert.same({}, names())
    end)

    -- Returns the error that a loop over the events raises, and the number of events before it.
    local function failure(options)
      local count = 0
      local ok <const>, err <const> = pcall(function()
        for _ in client:each_event(options) do
          count = count + 1
        end
      end)
      assert.is_false(ok)
      assert.is_true(errors.is(err), tostring(err))
      assert.equal(0, client.session:in_flight())
      return err, count
    end

    it("raise the error that the service sends instead of an event", function()
      response(item "a" .. '{"error":{"code":14,"message":"upstream unavailable","details":[]}}\n' .. item "b")
      local err <const>, count <const> = failure()
      assert.equal("unexpected", err.kind)
      assert.equal(14, err.code)
      assert.equal("upstream unavailable", err.message)
      assert.matches("/events$", err.path)
      assert.equal(1, count)
    end)

    it("end their stream with the error, outside of a loop too", function()
      response("{broken\n" .. (" "):rep(100), { drip = { bytes = 10, every = 5 } })
      local next_event <const>, stream <const> = client:each_event()
      local ok <const>, err <const> = pcall(next_event, stream)
      assert.same({ false, "protocol" }, { ok, err.kind })
      assert.equal(0, client.session:in_flight())
    end)

    it("raise an error for what is not JSON", function()
      response(item "a" .. "{broken\n")
      local err <const>, count <const> = failure()
      assert.equal("protocol", err.kind)
      assert.equal(1, count)
    end)

    it("raise an error for what is not a stream of events", function()
      for _, body in ipairs {
        "<html>a proxy's page</html>\n",
        '{"ok":false,"message":"no"}\n',
        '{"error":"plain text"}\n',
      } do
        response(item "a" .. body)
        local err <const>, count <const> = failure()
        assert.is_true(err.kind == "protocol" or err.kind == "unexpected")
        assert.equal(1, count)
      end
    end)

    it("are not lost if the program handles one for longer than the time limit", function()
      response(item "a" .. item "b" .. item "c", { drip = { bytes = #item "a", every = 0.1 } })
      local seen = 0
      for _ in client:each_event { timeout = 0.3, max_retries = 0 } do
        seen = seen + 1
        local until_time <const> = os.time() + 2
        while seen == 1 and os.time() < until_time do -- luacheck: ignore 542
        end
      end
      assert.equal(3, seen)
    end)

    it("may come as slowly as the time limit allows, however long each step waits #timing", function()
      response(item "a" .. item "b" .. item "c", { drip = { bytes = #item "a", every = 0.7 } })
      local seen <const> = {}
      local future <const> = client:async(function()
        for event in client:each_event { timeout = 0.8 } do
          seen[#seen + 1] = event.event
        end
      end)
      while client:step(10) do -- luacheck: ignore 542
      end
      assert.same({ "a", "b", "c" }, seen)
      future:get()
    end)

    it("can be read by only one task at a time", function()
      service:fault { operation = "events", delay = 0.2, body = item "a" }
      local iterator <const>, state <const>, _ <const>, closing <close> = client:each_event() -- luacheck: ignore closing
      local results <const> = client:map({ 1, 2 }, function()
        return iterator(state)
      end)
      assert.equal(1, results.failed)
      assert.matches("another task waits", tostring(results[1].error or results[2].error))
    end)

    it("raise the error of a call that is refused", function()
      service:fault { operation = "events", status = 403, message = "not yours" }
      assert.equal("not yours", failure().message)
    end)

    it("are requested again as long as none has arrived", function()
      service:fault { operation = "events", status = 503, retry_after = 0.01 }
      response(item "a")
      assert.same({ "a" }, names())
    end)

    it("are never taken from the body of an error, however late the program reads it", function()
      service:fault { operation = "events", status = 403, body = item "forged" }
      local iterator <const>, state <const>, _ <const>, closing <close> = client:each_event() -- luacheck: ignore closing
      service:put_job("j1", '{"id":"j1"}')
      service:fault { operation = "get_job", delay = 0.1, act = "before" }
      assert(client:get_job "j1")
      local ok <const>, err <const> = pcall(iterator, state)
      assert.is_false(ok)
      assert.equal("permission_denied", err.kind)
    end)

    it("raise an error when the stream breaks, and are not requested again", function()
      response(item "a" .. item "b", { truncate = #item "a" + 5 })
      local err <const>, count <const> = failure()
      assert.equal("connection", err.kind)
      assert.equal(1, count)
      assert.equal(1, #connect.sent(service))
    end)

    it("may be as large as a response may, and no larger", function()
      response(item(("x"):rep(300000)) .. item "b")
      assert.equal("too_large", failure({ max_response_bytes = 100000 }).kind)
      response(item(("x"):rep(300000)) .. item "b")
      assert.equal(2, #names())
    end)

    it("must come within the time limit", function()
      service:fault { operation = "events", hang = true }
      assert.equal("timeout", failure({ timeout = 0.1, max_retries = 0 }).kind)
    end)

    for loop, Host in pairs(event_loops.hosts) do
      it("suspend in the loop of " .. loop, function()
        response(item "a" .. item "b", { drip = { bytes = 10, every = 0.01 } })
        local host <const> = Host.new()
        host:attach(client)
        local ticks, seen = 0, nil
        host:spawn(client, function()
          seen = names()
        end)
        host:every(0.005, function()
          ticks = ticks + 1
          return seen == nil
        end)
        host:run()
        assert.same({ "a", "b" }, seen)
        assert.is_true(ticks > 5)
      end)
    end

    it("refuse unknown options, and point to the line of the mistake", function()
      local message <const> = refusals.message(function()
        local iterator <const> = client:each_event { timout = 3 }
        return iterator
      end)
      assert.matches('each_event: unknown option "timout": did you mean "timeout"', message)
    end)
  end)
end
