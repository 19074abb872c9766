-- A client in any event loop. For what is special about one loop see cqueues_spec.lua and
-- luv_spec.lua, for how programs end see endings_spec.lua.
local core <const> = require "bytenite.core"
local event_loops <const> = require "spec.support.event_loops"

for loop, Host in pairs(event_loops.hosts) do
  describe("a client in the loop of " .. loop, function()
    local service, host, client

    event_loops.for_each_test(before_each, after_each, 3, function(service_of_test, client_of_test)
      service, client, host = service_of_test, client_of_test, Host.new()
      host:attach(client)
    end)

    -- Runs the loop to its end. Returns the seconds that it took.
    local function timed_run()
      local started_at <const> = core.now()
      host:run()
      return core.now() - started_at
    end

    -- Counts the requests of an operation since the jobs were put.
    local function count_of(operation)
      return #service:requests(operation)
    end

    -- Runs a function in a coroutine that does not belong to the loop.
    local function elsewhere(run)
      return coroutine.wrap(run)()
    end

    it("ends at once if there is nothing to do #timing", function()
      assert.is_true(timed_run() < 0.2)
    end)

    it("ends as soon as nothing is left to do, and can be used again #timing", function()
      service:fault { operation = "get_job", delay = 0.02, act = "before", times = "forever" }
      for _ = 1, 3 do
        local got
        host:spawn(client, function()
          got = assert(client:get_job "j1").id
        end)
        assert.is_true(timed_run() < 1)
        assert.equal("j1", got)
      end
      assert.is_false(client:step())
    end)

    it("runs calls concurrently, with one token for all #timing", function()
      service:fault { operation = "*", delay = 0.05, act = "before", times = "forever" }
      local fresh <close> = event_loops.client(service, { api_key = service.api_key })
      host:attach(fresh)
      service:expire_tokens()
      local names <const> = {}
      for index = 1, 30 do
        host:spawn(fresh, function()
          names[index] = assert(fresh:get_job("j" .. index % 3 + 1)).name
        end)
      end
      assert.is_true(timed_run() < 1) -- one after another they would take 1.5 s
      for index = 1, 30 do
        assert.equal("Job number " .. index % 3 + 1, names[index])
      end
      assert.equal(1, count_of "access_token")
    end)

    it("runs the functions of map and async inside a function it runs #timing", function()
      service:fault { operation = "*", delay = 0.02, act = "before", times = "forever" }
      local results, first, second
      host:spawn(client, function()
        local future <const> = client:async(function(id)
          return assert(client:get_job(id)).name, "and more"
        end, "j3")
        results = client:map({ "j1", "nobody", "j2" }, function(id)
          return client:get_job(id)
        end)
        first, second = future:get()
      end)
      assert.is_true(timed_run() < 1)
      assert.same({ "Job number 3", "and more" }, { first, second })
      assert.same({ 2, 1, 0 }, { results.succeeded, results.failed, results.cancelled })
      assert.same({ "j1", "not_found", "j2" }, { results[1].value.id, results[2].error.kind, results[3].value.id })
    end)

    it("runs functions of async, even if the program drops their futures", function()
      service:fault { operation = "get_job", delay = 0.05, act = "before", times = "forever" }
      local done = 0
      for _ = 1, 5 do
        client:async(function()
          assert(client:get_job "j1")
          done = done + 1
        end)
      end
      host:after(0.02, function()
        collectgarbage()
        collectgarbage()
      end)
      host:run()
      assert.equal(5, done)
    end)

    it("reports errors where they belong, and continues #timing", function()
      local problem, raised, name
      host:spawn(client, function()
        problem = select(2, client:get_job "nobody")
      end)
      local broken <const> = client:async(function()
        assert(client:get_job "j1")
        error "a mistake of the function's"
      end)
      host:spawn(client, function()
        raised = select(2, pcall(broken.get, broken))
        name = assert(client:get_job "j2").name
      end)
      assert.is_true(timed_run() < 1)
      assert.equal("not_found", problem.kind)
      assert.matches("a mistake of the function's", raised)
      assert.equal("Job number 2", name)
    end)

    it("waits for a retry without delaying others #timing", function()
      service:fault { operation = "get_job", status = 503, times = 2 }
      local order <const> = {}
      for index = 1, 2 do
        host:spawn(client, function()
          local id <const> = assert(client:get_job("j" .. index)).id
          order[#order + 1] = id
        end)
      end
      host:spawn(client, function()
        local new_name <const> = assert(client:job("j3"):set_name "Meanwhile").name
        order[#order + 1] = new_name
      end)
      local elapsed <const> = timed_run()
      assert.equal("Meanwhile", order[1])
      assert.equal(3, #order)
      assert.is_true(elapsed >= event_loops.RETRY_DELAY and elapsed < 1, elapsed)
    end)

    it("sends a call at once that is made while all others wait for a retry #timing", function()
      service:fault { operation = "get_job", status = 503, retry_after = 1 }
      local begun_at <const>, took = core.now(), nil
      local waiting <const> = client:async(function()
        return client:get_job "j1"
      end)
      host:after(0.05, function()
        host:spawn(client, function()
          assert(client:job("j2"):set_name "Meanwhile")
          took = core.now() - begun_at
          waiting:cancel()
        end)
      end)
      host:run()
      assert.is_true(took < 0.6, took)
    end)

    it("ends a call at its time limit #timing", function()
      service:fault { operation = "get_job", hang = true }
      local problem
      host:spawn(client, function()
        problem = select(2, client:get_job("j1", { timeout = 0.05, max_retries = 0 }))
      end)
      assert.is_true(timed_run() < 1)
      assert.equal("timeout", problem.kind)
    end)

    it("serves several clients #timing", function()
      service:fault { operation = "get_job", delay = 0.03, act = "before", times = "forever" }
      local others <const>, done = {}, 0
      for index = 1, 3 do
        others[index] = event_loops.client(service)
        host:attach(others[index])
      end
      for index = 1, 12 do
        local one <const> = others[index % 4] or client
        host:spawn(one, function()
          assert(one:get_job "j1")
          done = done + 1
        end)
      end
      assert.is_true(timed_run() < 1)
      assert.equal(12, done)
      for _, other in ipairs(others) do
        other:close()
      end
    end)

    it("takes over pending calls #timing", function()
      service:fault { operation = "get_job", delay = 0.1, act = "before" }
      local late <close> = event_loops.client(service)
      local future <const> = late:async(function()
        return assert(late:get_job "j1").id
      end)
      assert.equal("timeout", select(2, future:get(0.03)).kind)
      host:attach(late)
      assert.is_true(timed_run() < 1)
      assert.is_true(future:done())
      assert.equal("j1", future:get())
    end)

    it("has nothing left to do when its client is closed from inside #timing", function()
      service:fault { operation = "*", hang = true, times = "forever" }
      local kinds <const> = {}
      for index = 1, 3 do
        host:spawn(client, function()
          kinds[index] = select(2, client:get_job "j1").kind
        end)
      end
      host:after(0.02, function()
        client:close()
      end)
      assert.is_true(timed_run() < 1)
      assert.same({ "closed", "closed", "closed" }, kinds)
    end)

    it("ends thousands of functions when one of them closes the client #timing", function()
      local ended = 0
      for _ = 1, 6000 do
        client:async(function()
          client:get_job "j1"
          ended = ended + 1
          if ended == 3 then client:close() end
        end)
      end
      host:run()
      assert.equal(6000, ended)
    end)

    it("keeps running for others when one client is closed by a function of its own #timing", function()
      local other <close> = event_loops.client(service)
      host:attach(other)
      service:fault { operation = "get_job", delay = 0.05, act = "before", times = "forever" }
      local problem, name
      host:spawn(other, function()
        name = assert(other:get_job "j2").name
      end)
      host:spawn(client, function()
        assert(client:get_job "j1")
        client:close()
        problem = select(2, client:get_job "j1")
      end)
      assert.is_true(timed_run() < 1)
      assert.same({ "closed", "Job number 2" }, { problem.kind, name })
    end)

    it("ends when the host cancels the last pending work #timing", function()
      service:fault { operation = "get_job", hang = true }
      local future <const> = client:async(function()
        return client:get_job "j1"
      end)
      host:after(0.02, function()
        future:cancel()
      end)
      assert.is_true(timed_run() < 1)
      assert.equal("cancelled", select(2, future:get()).kind)
    end)

    it("sends a call whose turn has come because the host has cancelled another #timing", function()
      local narrow <close> = event_loops.client(service, { max_connections = 1 })
      host:attach(narrow)
      assert(narrow:get_job "j3") -- fetches the token
      service:fault { operation = "get_job", hang = true }
      local first <const> = narrow:async(function()
        return narrow:get_job "j1"
      end)
      local id
      host:after(0.02, function()
        host:spawn(narrow, function()
          id = assert(narrow:get_job "j2").id
        end)
      end)
      host:after(0.05, function()
        first:cancel()
      end)
      assert.is_true(timed_run() < 1)
      assert.equal("j2", id)
    end)

    it("blocks calls that are made outside of the functions it runs #timing", function()
      local future <const> = client:async(function()
        return assert(client:get_job "j1").id
      end)
      assert.equal("j2", assert(client:get_job "j2").id)
      assert.equal("j1", future:get())
      assert.equal(
        2,
        client:map({ "j1", "j2" }, function(id)
          return client:get_job(id)
        end).succeeded
      )
      assert.is_true(timed_run() < 0.2)
    end)

    it("ends when a blocking call has finished the last pending work #timing", function()
      assert(client:get_job "j3")
      service:fault { operation = "get_job", delay = 0.05, act = "before" }
      service:fault { operation = "set_name", delay = 0.1, act = "before" }
      local id
      host:spawn(client, function()
        id = assert(client:get_job "j1").id
      end)
      host:after(0.02, function()
        elsewhere(function()
          assert(client:job("j2"):set_name "In place")
        end)
      end)
      assert.is_true(timed_run() < 1)
      assert.equal("j1", id)
    end)

    it("retries in time after a call that blocked #timing", function()
      assert(client:get_job "j3")
      service:fault { operation = "get_job", delay = 0.05, status = 503 }
      service:fault { operation = "set_name", delay = 0.1, act = "before" }
      local id
      host:spawn(client, function()
        id = assert(client:get_job "j1").id
      end)
      host:after(0.02, function()
        elsewhere(function()
          assert(client:job("j2"):set_name "In place")
        end)
      end)
      assert.is_true(timed_run() < 1)
      assert.equal("j1", id)
    end)

    it("is blocked by calls in a generator and in gsub", function()
      service:fault { operation = "set_name", delay = 0.01, act = "before", times = "forever" }
      local names <const>, text, ticks, ticks_meanwhile = {}, nil, 0, nil
      host:every(0.001, function()
        ticks = ticks + 1
        return text == nil
      end)
      host:spawn(client, function()
        assert(client:get_job "j1")
        local ticks_before <const> = ticks
        local generator <const> = coroutine.wrap(function()
          for index = 1, 3 do
            coroutine.yield(assert(client:job("j" .. index):set_name("Name " .. index)).name)
          end
        end)
        for name in generator do
          names[#names + 1] = name
        end
        text = ("one two"):gsub("%a+", function(word)
          return assert(client:job("j1"):set_name("Name " .. word)).name
        end)
        ticks_meanwhile = ticks - ticks_before
      end)
      host:run()
      assert.same({ "Name 1", "Name 2", "Name 3" }, names)
      assert.equal("Name one Name two", text)
      assert.equal(0, ticks_meanwhile)
      assert.is_true(ticks > 0)
    end)
  end)
end
