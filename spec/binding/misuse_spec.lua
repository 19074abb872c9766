-- Legal Lua that misuses the core's objects: none of it may reach freed memory.
local bytenite <const> = require "bytenite"
local core <const> = require "bytenite.core"
local sandbox <const> = require "spec.support.sandbox"

local MANY <const> = 3000 -- items of a response
local GARBAGE <const> = 5000 -- objects with a finalizer
local MOST_TRIES <const> = 50
local MOST_RUNS <const> = 50 -- of finalizers that do something

local exchange_methods <const>, session_methods <const> = core.methods.exchange, core.methods.session

describe("the core's objects", function()
  local service, session

  local function new_session()
    return core.session { base_url = service.base_url, service = "customer", max_connections = 2, proxy = "" }
  end

  before_each(function()
    service = sandbox.plain()
    service:reset()
    session = new_session()
  end)

  after_each(function()
    session:close()
  end)

  local function new_exchange()
    return session:raw_exchange("GET", service.base_url .. "/customer/jobs/j1", nil, {})
  end

  -- Sends the request of an exchange and waits for the response.
  local function send(exchange, token)
    if exchange:start("owner", token, 10, 10, 1 << 24, false, 10) ~= false then return exchange end
    repeat
      session:step(0.1)
    until exchange:has_ended()
    return exchange
  end

  local function new_token()
    local exchange <const> = session:exchange(core.operations.access_token.number, nil, { apiKey = service.api_key })
    return assert(send(exchange):value()).token
  end

  -- Returns an exchange that has received its response.
  local function responded(size)
    local members <const> = {}
    for index = 1, size do
      members[index] = ('{"name":"member %d","list":[[],{},"\\u0041%d"]}'):format(index, index)
    end
    service:put_job("j1", ('{"id":"j1","params":{"app":{"items":[%s]}}}'):format(table.concat(members, ",")))
    local exchange <const> = send(new_exchange(), new_token())
    assert.same({ "response", 200 }, { exchange:outcome() })
    return exchange
  end

  it("hide their metatables", function()
    local folder <const> = assert(core.folder(os.getenv "TMPDIR" or "/tmp"))
    for _, object in ipairs { session, new_exchange(), folder } do
      assert.is_false(getmetatable(object))
      assert.is_false((pcall(setmetatable, object, {})))
    end
  end)

  it("refuse the methods of other classes", function()
    local exchange <const> = new_exchange()
    for name, method in pairs(session_methods) do
      for _, wrong in ipairs { exchange, io.stdout, "text", {}, 1 } do
        assert.is_false((pcall(method, wrong)), name)
      end
    end
    for name, method in pairs(exchange_methods) do
      for _, wrong in ipairs { session, io.stdout, "text", {}, 1 } do
        assert.is_false((pcall(method, wrong)), name)
      end
    end
  end)

  it("refuse methods that need a response before a request was sent", function()
    for _, name in ipairs { "outcome", "value", "job", "body" } do
      local exchange <const> = new_exchange()
      assert.has_error.matches(function()
        exchange[name](exchange)
      end, "the exchange was not sent, or was released")
    end
  end)

  it("can be freed twice, and refuse to be used afterwards", function()
    local exchange <const> = responded(1)
    exchange:free()
    exchange:free()
    exchange:release()
    for _, name in ipairs { "start", "outcome", "value", "job", "body", "headers", "token", "stream", "set_headers" } do
      assert.is_false((pcall(exchange[name], exchange, {}, "token", 1, 1, 1)), name)
    end
    local second <const>, third <const> = new_exchange(), new_exchange()
    assert.is_false(rawequal(second, third)) -- it is on the free list only once
  end)

  it("can be closed while they are in use", function()
    local exchange <const> = new_exchange()
    do
      local closing <close> = exchange -- luacheck: ignore closing
    end
    assert.equal("/v1/customer/jobs/j1", exchange:path())
    do
      local closing <close> = session -- luacheck: ignore closing
    end
    assert.equal("closed", session:problem())
    assert.same({ nil, "closed" }, { exchange:start("owner", "token", 1, 1, 1000) })
    assert.is_true((pcall(new_exchange)))
    assert.is_true((pcall(session.exchange, session, 1, nil, { apiKey = "k" })))
  end)

  it("accept any number as a time limit", function()
    for _, seconds in ipairs { 0, -1, 1 / 0, -1 / 0, 0 / 0, 1e300, math.mininteger } do
      local exchange <const> = new_exchange()
      assert.is_false(exchange:start("owner", "token", seconds, seconds, 1000))
      exchange:free()
    end
    for _, count in ipairs { 0, -1, math.mininteger, math.maxinteger } do
      assert.is_false((pcall(core.session, { base_url = "http://127.0.0.1", service = "s", max_connections = count })))
    end
  end)

  describe("while a response is read, finalizers", function()
    -- Reads while the collector calls finalizers; returns how many of them acted. The collector
    -- calls a few in each step, so once it has begun others follow during the read.
    local function read(exchange, name, act)
      local runs, has_begun, is_reading = 0, false, false
      local meta <const> = {
        __gc = function()
          has_begun = true
          if not is_reading or runs >= MOST_RUNS then return end
          runs = runs + 1
          act()
        end,
      }
      local mode <const> = collectgarbage "incremental"
      for _ = 1, GARBAGE do
        setmetatable({}, meta)
      end
      repeat
        collectgarbage("step", 1)
      until has_begun
      is_reading = true
      local value <const>, problem <const> = exchange[name](exchange)
      is_reading = false
      collectgarbage(mode)
      collectgarbage()
      assert(value, problem)
      local job <const> = name == "job" and value or value.job
      assert.equal(MANY, #job.params.app.items)
      assert.same({ name = "member " .. MANY, list = { {}, {}, "A" .. MANY } }, job.params.app.items[MANY])
      return runs
    end

    for action, run in pairs {
      ["free its exchange"] = function(exchange)
        exchange:free()
      end,
      ["release its exchange"] = function(exchange)
        exchange:release()
      end,
      ["close its exchange"] = function(exchange)
        local closing <close> = exchange -- luacheck: ignore closing
      end,
      ["close the session"] = function()
        session:close()
      end,
      ["leave the session"] = function()
        local closing <close> = session -- luacheck: ignore closing
      end,
      ["ask for its body and headers"] = function(exchange)
        assert(#exchange:body() > 100000)
        assert(exchange:headers())
      end,
      ["free it and make others"] = function(exchange)
        exchange:free()
        new_exchange():free()
      end,
    } do
      for _, name in ipairs { "value", "job" } do
        it(("may %s (%s)"):format(action, name), function()
          local runs
          local tries = 0
          repeat -- again if one step of the collector called all finalizers before the read
            if session:problem() then session = new_session() end
            local exchange <const> = responded(MANY)
            runs, tries = read(exchange, name, function()
              run(exchange)
            end), tries + 1
          until runs > 0 or tries == MOST_TRIES
          assert.is_true(runs > 0)
        end)
      end
    end

    it("must not read it as well, nor start the exchange again", function()
      local exchange <const> = responded(MANY)
      local messages <const> = {}
      local runs
      local tries = 0
      repeat
        runs, tries =
          read(exchange, "value", function()
            for _, name in ipairs { "value", "job", "start" } do
              local ok <const>, message <const> = pcall(exchange[name], exchange, "owner", "token", 1, 1, 1000)
              messages[name] = not ok and message
            end
          end), tries + 1
      until runs > 0 or tries == MOST_TRIES
      assert.is_true(runs > 0)
      for _, name in ipairs { "value", "job", "start" } do
        assert.matches("the response of the exchange is being read", messages[name], 1, true)
      end
    end)
  end)

  -- Runs a function while each allocation makes a step of the collector, which calls finalizers
  -- that act at most `most_acts` times. Returns whether one acted, and the results of the function.
  local function run_amid_finalizers(most_acts, act, run, ...)
    local has_begun, is_running, acts = false, false, 0
    local meta <const> = {
      __gc = function()
        has_begun = true
        if not is_running or acts >= most_acts then return end
        acts = acts + 1
        act(acts)
      end,
    }
    collectgarbage()
    local mode <const> = collectgarbage("incremental", 100, 100, 1)
    collectgarbage "stop" -- or it may finalize the first ones before the last is made
    for _ = 1, GARBAGE do
      setmetatable({}, meta)
    end
    collectgarbage "restart"
    repeat
      collectgarbage("step", 0)
    until has_begun
    collectgarbage "restart" -- makes a step at the next allocation
    is_running = true
    local ok <const>, result <const>, problem <const> = pcall(run, ...)
    is_running = false
    collectgarbage("incremental", 200, 100, 13)
    collectgarbage(mode)
    collectgarbage()
    return acts > 0, { ok, result, problem }
  end

  for action, expected in pairs {
    free = { false, "the exchange was freed" },
    close = { true, nil, "closed" },
  } do
    it(("notice that a finalizer may %s them while a number becomes a token"):format(action), function()
      local has_acted, outcome
      local tries = 0
      repeat
        if session:problem() then session = new_session() end
        local exchange <const> = session:raw_exchange("PUT", service.base_url .. "/x", ("x"):rep(100000), {})
        has_acted, outcome = run_amid_finalizers(1, function()
          local object <const> = action == "free" and exchange or session
          object[action](object)
        end, exchange.start, exchange, "owner", tries + 0.123, 10, 10, 1000) -- a number that is not a string yet
        tries = tries + 1
      until has_acted or tries == MOST_TRIES
      assert.is_true(has_acted)
      assert.same(expected, outcome)
    end)
  end

  it("refuse a table that finalizers change while it is being written", function()
    local message
    local tries = 0
    repeat
      local body <const> = { taskTimeout = 1, jobTimeout = 1, isTestJob = true, maxTaskRetries = 1 }
      for letter = ("a"):byte(), ("z"):byte() do
        body["taskTimeout" .. string.char(letter)] = 1 -- looks misspelled, but the job has it; checking that allocates
      end
      local job <const> = { config = {} }
      for name in pairs(body) do
        job.config[name] = 1
      end
      local _ <const>, outcome <const> = run_amid_finalizers(GARBAGE, function(count)
        local step <const> = count // 10 - tries -- of the collector, which calls ten finalizers in each
        if count % 10 ~= 0 or step < 1 or step > 10 then return end
        for index = 1, 16 << step do -- grows the table, which changes the order of its members
          body[("member %d of %d"):format(index, count)] = 1
        end
      end, session.exchange, session, core.operations.set_configs.number, "j1", body, nil, job)
      message = outcome[3]
      tries = tries + 1
    until message or tries == MOST_TRIES
    assert.equal("cannot write a table that is changed meanwhile", message)
  end)

  it("refuse headers that are not strings, whose conversion could run a finalizer", function()
    assert.has_error.matches(function()
      new_exchange():set_headers { "X-One: 1", 2.5 }
    end, "a header must be a string")
  end)

  it("survive a finalizer that closes the client whose response is being read", function()
    service:put_job("j1", '{"id":"j1","name":"x"}')
    local client <close> = bytenite.new { base_url = service.base_url, api_key = service.api_key }
    local job <const> = assert(client:get_job "j1")
    setmetatable({}, {
      __gc = function()
        client:close()
      end,
    })
    collectgarbage()
    local value <const>, problem <const> = job:refresh()
    assert.is_nil(value)
    assert.equal("closed", problem.kind)
  end)
end)
