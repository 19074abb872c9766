local bytenite <const> = require "bytenite"
local call <const> = require "bytenite.call"
local sandbox <const> = require "spec.support.sandbox"
local scheduler <const> = require "bytenite.scheduler"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

-- The least a scheduler must do: resumes each coroutine as one of ours, and again when the call it waits for is done.
local function run_all(client, functions)
  local waiting <const> = {}
  local suspensions = 0
  local function resume(thread, ...)
    local ok <const>, waits_for <const> = scheduler.resume(thread, ...)
    if not ok then error(waits_for, 0) end
    if coroutine.status(thread) == "dead" then
      waiting[thread] = nil
    else
      suspensions = suspensions + 1
      waiting[thread] = waits_for
    end
  end
  for _, run in ipairs(functions) do
    resume(coroutine.create(run))
  end
  while next(waiting) do
    call.drive(client, 0.2)
    for thread, waits_for in pairs(waiting) do
      if waits_for.done then
        resume(thread)
        break -- `waiting` has changed
      end
    end
  end
  return suspensions
end

describe("a call that waits", function()
  local service, client

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job(ID, ('{"id":"%s","name":"Some job","state":"JOB_STATE_NEW"}'):format(ID))
    client = bytenite.new { base_url = service.base_url, api_key = service.api_key }
    assert(client:get_job(ID)) -- the token is there from here on
  end)

  after_each(function()
    client:close()
  end)

  local function names_sent()
    local names <const> = {}
    for _, request in ipairs(service:requests()) do
      if request.operation == "set_name" then names[#names + 1] = request.body end
    end
    return names
  end

  it("suspends the coroutine of a scheduler of ours, so that others run meanwhile", function()
    service:fault { operation = "get_job", delay = 0.15, times = 8 }
    local functions <const>, got <const> = {}, {}
    for i = 1, 8 do
      functions[i] = function()
        got[i] = assert(client:get_job(ID)).id
      end
    end
    local started <const> = os.time()
    assert.equal(8, run_all(client, functions))
    assert.equal(8, #got)
    assert.is_true(os.time() - started <= 1) -- one after the other they would take 1.2 s and more
  end)

  it("waits in place in a user's own generator, inside a coroutine of ours too", function()
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
    local inside
    assert.equal(
      0,
      run_all(client, {
        function()
          inside = collect()
        end,
      })
    )
    assert.same(expected, inside)
  end)

  it("waits in place in gsub's callback, inside a coroutine of ours too", function()
    local function substitute()
      return (
        ("one two"):gsub("%a+", function(word)
          return assert(client:job(ID):set_name("Name " .. word)).name
        end)
      )
    end
    assert.equal("Name one Name two", substitute())
    local inside
    assert.equal(
      0,
      run_all(client, {
        function()
          inside = substitute()
        end,
      })
    )
    assert.equal("Name one Name two", inside)
  end)

  it("waits in place in a coroutine nobody of ours resumed", function()
    local thread <const> = coroutine.create(function()
      return assert(client:get_job(ID)).id
    end)
    local ok <const>, id <const> = coroutine.resume(thread)
    assert.same({ true, ID, "dead" }, { ok, id, coroutine.status(thread) })
  end)

  it("moves suspended calls on while it waits in place", function()
    service:fault { operation = "get_job", delay = 0.05, times = 2 }
    local order <const> = {}
    run_all(client, {
      function()
        assert(client:job(ID):refresh())
        order[#order + 1] = "suspended"
      end,
      function()
        local text <const> = ("x"):gsub("x", function()
          return assert(client:get_job(ID)).id
        end)
        assert.equal(ID, text)
        order[#order + 1] = "in place"
      end,
    })
    assert.same({ "in place", "suspended" }, order)
  end)

  it("on one job takes its turn after those before it", function()
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

  it("takes its turn even where it waits in place for one that is suspended", function()
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

  it("hands its turn on when it is given up while it waits for it", function()
    service:fault { operation = "set_name", delay = 0.05, act = "before", times = 1 }
    local job <const> = client:job(ID)
    local threads <const>, waits <const> = {}, {}
    for i = 1, 3 do
      threads[i] = coroutine.create(function()
        return job:set_name("Turn " .. i)
      end)
      local _
      _, waits[i] = scheduler.resume(threads[i])
    end
    coroutine.close(threads[2])
    assert.equal("cancelled", waits[2].problem.kind)
    assert.is_false(waits[1].done)
    assert.is_false(waits[3].done)
    assert.equal(0, waits[3].attempts)
    while not waits[3].done do
      call.drive(client, 0.2)
    end
    assert.same({ '"Turn 1"', '"Turn 3"' }, names_sent())
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

  it("is cancelled when its coroutine is closed: no transfer stays behind", function()
    service:fault { operation = "get_job", hang = true }
    local thread <const> = coroutine.create(function()
      return client:get_job(ID)
    end)
    local _ <const>, waits_for <const> = scheduler.resume(thread)
    assert.is_false(waits_for.done)
    coroutine.close(thread)
    assert.same({ true, "cancelled" }, { waits_for.done, waits_for.problem.kind })
    assert.equal(0, client.session:in_flight())
  end)

  it("is dropped when its coroutine is collected: no transfer stays behind", function()
    service:fault { operation = "get_job", hang = true }
    do
      local thread <const> = coroutine.create(function()
        return client:get_job(ID)
      end)
      scheduler.resume(thread)
      assert.equal(1, client.session:in_flight())
    end
    collectgarbage()
    collectgarbage()
    assert.equal(0, client.session:in_flight())
  end)

  it("ends in closed when its client is closed meanwhile", function()
    service:fault { operation = "set_name", hang = true }
    local job <const> = client:job(ID)
    local thread <const> = coroutine.create(function()
      return job:set_name "Never"
    end)
    local _ <const>, waits_for <const> = scheduler.resume(thread)
    client:close()
    assert.is_true(waits_for.done)
    local ok <const>, value <const>, problem <const> = scheduler.resume(thread)
    assert.same({ true, nil, "closed", true }, { ok, value, problem.kind, problem.maybe_done })
  end)

  it("raises at once where an on_event waits for the call it is told about", function()
    local job
    local circular <close> = bytenite.new {
      base_url = service.base_url,
      access_token = client.credentials.held(),
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
