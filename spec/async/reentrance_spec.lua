-- Nesting: calls inside the functions that a client calls, waits inside waits, Ctrl-C in the
-- middle.
local connect <const> = require "spec.support.connect"
local event_loops <const> = require "spec.support.event_loops"
local job <const> = require "bytenite.jobs.job"
local sandbox <const> = require "spec.support.sandbox"
local waiters <const> = require "bytenite.async.waiters"
local time_limit <const> = require "spec.support.time_limit"

-- The contexts in which a program may make calls. Each entry runs functions that make calls of the
-- client, and raises what they raise.
local places <const> = {
  ["in async's functions"] = function(client, ...)
    local futures <const> = {}
    for index, run in ipairs { ... } do
      futures[index] = client:async(run)
    end
    assert(client:wait_all(futures, 3))
    for _, future in ipairs(futures) do
      future:get()
    end
  end,
  ["in map's function"] = function(client, ...)
    local results <const> = client:map({ ... }, function(run)
      run()
    end)
    for _, result in ipairs(results) do
      if not result.ok then error(result.error, 0) end
    end
  end,
}
for name, Host in pairs(event_loops.hosts) do
  places["in the loop of " .. name] = function(client, ...)
    local host <const> = Host.new()
    host:attach(client)
    for _, run in ipairs { ... } do
      host:spawn(client, run)
    end
    host:run()
  end
end

describe("a call", function()
  local service, opened

  before_each(function()
    service = sandbox.plain()
    event_loops.put_jobs(service, 3)
    opened = {}
  end)

  after_each(function()
    for _, client in ipairs(opened) do
      client:close()
    end
  end)

  local function open(options)
    local client <const> = event_loops.client(service, options)
    opened[#opened + 1] = client
    return client
  end

  -- Opens a client whose on_event fetches j2 at each event of set_name. Returns it and the list of
  -- these events' types.
  local function open_curious()
    local client
    local told <const> = {}
    client = open {
      on_event = function(event)
        if event.operation ~= "set_name" then return end
        told[#told + 1] = event.type
        assert(client:get_job "j2")
      end,
    }
    return client, told
  end

  for place, run_all in pairs(places) do
    it("in on_event is done before the call of the event continues, " .. place, function()
      local client <const>, told <const> = open_curious()
      assert(client:get_job "j1") -- fetches the token, so that the first event happens inside set_name
      event_loops.put_jobs(service, 3)
      service:fault { operation = "set_name", status = 503 }
      local updated <const> = client:job "j1"
      run_all(client, function()
        assert(updated:set_name "New name")
      end, function()
        assert(updated:set_configs { jobTimeout = 3 }) -- cqueues starts them in any order
      end)
      assert.same({ "request", "response", "retry", "request", "response" }, told)
      local sent <const>, place_of_other = {}, nil
      for index, request in ipairs(connect.sent(service)) do
        if request.operation == "set_configs" then place_of_other = index end
        if request.operation ~= "set_configs" then sent[#sent + 1] = request.operation end
      end
      local look <const>, update <const> = "get_job", "set_name"
      assert.same({ look, update, look, look, look, update, look }, sent)
      assert.is_true(place_of_other == 1 or place_of_other == 8)
    end)

    it("in an access_token function is done before the call that needs the token continues, " .. place, function()
      service:fault { operation = "get_job", status = 401 } -- calls the function in the middle of a call, too
      local keeper <const> = open()
      assert(keeper:get_job "j2")
      local client, is_asking, asked
      client = open {
        access_token = function()
          if not is_asking then
            is_asking = true
            assert(keeper:get_job "j2")
            assert(client:get_job "j3")
            is_asking = false
            asked = (asked or 0) + 1
          end
          return keeper.credentials.current()
        end,
      }
      local names <const> = {}
      run_all(client, function()
        names[1] = assert(client:get_job "j1").name
      end, function()
        names[2] = assert(client:job("j2"):set_name "New name").name
      end)
      assert.same({ "Job number 1", "New name" }, names)
      assert.is_true(asked >= 2)
    end)
  end

  it("in on_event lets functions of async continue, which wait concurrently", function()
    service:fault { operation = "get_job", delay = 0.1, times = 3 }
    local waiting, most = 0, 0
    local client, at_the_event
    client = open {
      on_event = function(event)
        if event.operation ~= "set_name" or event.type ~= "response" then return end
        for _ = 1, 2 do
          client:async(function()
            waiting = waiting + 1
            most = math.max(most, waiting)
            assert(client:get_job "j1")
            waiting = waiting - 1
          end)
        end
        assert(client:get_job "j2")
        at_the_event = most
      end,
    }
    assert(client:job("j3"):set_name "New name")
    assert.equal(2, at_the_event)
  end)
end)

describe("a function that is cancelled", function()
  local service, client

  event_loops.for_each_test(before_each, after_each, 1, function(service_of_test, client_of_test)
    service, client = service_of_test, client_of_test
  end)

  local function fail()
    assert.equal("not_found", select(2, client:get_job "no such job").kind)
  end

  -- Runs a function until it reports that it has reached the point to be cancelled. Cancels it, and
  -- returns its error.
  local function cancel_there(run)
    local is_there = false
    local future <const> = client:async(run, function()
      is_there = true
    end)
    repeat
      client:step(0.01)
    until is_there
    client:step()
    future:cancel()
    return select(2, future:get())
  end

  it("ends with the cancellation as its error, not with that of an earlier call", function()
    local between <const> = cancel_there(function(tell)
      fail()
      tell()
      while true do
        coroutine.yield()
      end
    end)
    assert.same({ "cancelled", nil }, { between.kind, between.method })
    local itself
    itself = client:async(function()
      fail()
      itself:cancel()
    end)
    assert.equal("cancelled", select(2, itself:get()).kind)
    service:fault { operation = "set_name", hang = true }
    local in_a_call <const> = cancel_there(function(tell)
      fail()
      tell()
      client:job("j1"):set_name "Never set"
    end)
    assert.same({ "cancelled", "PATCH" }, { in_a_call.kind, in_a_call.method })
  end)

  it("because another item failed has that error, too", function()
    local is_there = false
    local results <const> = client:map({ 1, 2 }, function(item)
      if item == 1 then
        fail()
        is_there = true
        while true do
          coroutine.yield()
        end
      end
      repeat
        coroutine.yield()
      until is_there
      return client:get_job "no such job"
    end, { stop_on_error = true })
    assert.same({ "cancelled", "not_found" }, { results[1].error.kind, results[2].error.kind })
  end)
end)

describe("a blocking wait", function()
  local client

  event_loops.for_each_test(before_each, after_each, 1, function(_, client_of_test)
    client = client_of_test
    assert(client:get_job "j1") -- fetches the token
  end)

  local waits <const> = {
    ["for a future"] = function()
      return client:async(client.get_job, client, "j1"):get()
    end,
    ["for futures"] = function()
      return client:wait_all({ client:async(client.get_job, client, "j1") })[1].value
    end,
    ["in map"] = function()
      return client:map({ "j1" }, function(id)
        return client:get_job(id)
      end)[1].value
    end,
  }

  for what, wait in pairs(waits) do
    it("succeeds however many others there are: " .. what .. ", in a generator of each function", function()
      local count <const> = 300 -- more coroutines than Lua can resume inside one another
      local futures <const> = {}
      for index = 1, count do
        futures[index] = client:async(function()
          return assert(coroutine.wrap(function()
            local _, got <const> = pcall(wait) -- uses up more of that depth
            return got
          end)().id)
        end)
      end
      local outcomes <const> = assert(client:wait_all(futures, 10))
      for _, result in ipairs(outcomes) do
        assert.equal("j1", result.value)
      end
      assert.equal(count, outcomes.succeeded)
    end)
  end

  it("does not keep close from returning while another function yields forever", function()
    local waited_for
    local waiting <const> = client:async(function()
      coroutine.wrap(function()
        waited_for:get()
      end)()
      return "went on"
    end)
    local endless <const> = client:async(function()
      while true do
        coroutine.yield()
      end
    end)
    waited_for = client:async(function() end)
    local has_closed <const>, problem <const> = time_limit.pcall(client.close, client)
    assert.is_true(has_closed, problem)
    assert.same({ true, true, true }, { waiting:done(), endless:done(), waited_for:done() })
    assert.equal("went on", waiting:get())
    assert.equal("cancelled", select(2, endless:get()).kind)
  end)
end)

-- Ctrl-C as the interpreter handles it: a hook of the main coroutine raises, wherever that
-- coroutine is.
describe("Ctrl-C while the response of a concurrent call is decoded", function()
  local MESSAGE <const> = "interrupted!"
  local fetch <const> = job.fetch
  local accept <const> = fetch.decode_response
  local service, client, is_set

  before_each(function()
    service = sandbox.plain()
    event_loops.put_jobs(service, 2)
    client = event_loops.client(service, { timeout = 3 })
    assert(client:get_job "j1") -- fetches the token
    is_set = false
    function fetch.decode_response(exchange, ...)
      if exchange:path():find "/j2$" and not is_set then
        is_set = true
        debug.sethook(function()
          debug.sethook()
          error(MESSAGE, 0)
        end, "", 1)
      end
      return accept(exchange, ...)
    end
  end)

  after_each(function()
    debug.sethook()
    fetch.decode_response = accept
    client:close()
  end)

  local function assert_interrupted(wait, ...)
    local ok <const>, raised <const> = pcall(wait, ...)
    assert.is_true(is_set)
    assert.same({ false, MESSAGE }, { ok, raised })
  end

  local function start(id)
    return client:async(client.get_job, client, id)
  end

  it("ends client:map, and the calls pending in it", function()
    service:fault { operation = "set_name", hang = true }
    local started = 0
    assert_interrupted(client.map, client, { 1, 2, 3, 4 }, function()
      started = started + 1
      if started == 1 then return client:job("j1"):set_name "Never set" end
      return client:get_job "j2"
    end, { concurrency = 2 })
    assert.equal(2, started)
    assert.is_false(client:step())
  end)

  it("ends the wait for another future, which continues", function()
    service:fault { operation = "set_name", delay = 0.05 }
    local slow <const> = client:job "j1"
    local interrupted <const>, future <const> = start "j2", client:async(slow.set_name, slow, "New name")
    assert_interrupted(future.get, future)
    assert.equal("New name", assert(future:get()).name)
    assert_interrupted(interrupted.get, interrupted)
  end)

  it("ends client:wait_all and client:wait_any", function()
    for _, method in ipairs { "wait_all", "wait_any" } do
      is_set = false
      assert_interrupted(client[method], client, { start "j2" })
    end
  end)
end)

describe("an error raised from outside", function()
  it("reaches the code that waits for a future, also while the wait ends", function()
    local service <const> = sandbox.plain()
    event_loops.put_jobs(service, 1)
    local client <close> = event_loops.client(service, { timeout = 3 })
    service:fault { operation = "get_job", delay = 0.5 }
    local Wait <const> = getmetatable(waiters.new(client.reactor, 1, {}))
    local future <const> = client:async(client.get_job, client, "j1")
    debug.sethook(function()
      if debug.getinfo(2, "f").func ~= Wait.state then return end
      debug.sethook()
      error("interrupted", 0)
    end, "c")
    local ok <const>, raised <const> = pcall(future.get, future, 0.1)
    debug.sethook()
    assert.same({ false, "interrupted" }, { ok, raised })
  end)
end)
