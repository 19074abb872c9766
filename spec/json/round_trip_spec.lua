-- Free-form values survive a round trip through the module and real sockets: random ones and hard
-- cases.
local bytenite <const> = require "bytenite"
local hard_json <const> = require "spec.support.hard_json"
local random_json <const> = require "spec.support.random_json"
local json_difference <const> = require "spec.support.json_difference"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local MARKS <const> = { null = bytenite.null, array = bytenite.array }
local VALUES <const> = 200 -- in one call

-- Fixed seeds, and a new one each time.
local SEEDS <const> = { tonumber(os.getenv "SPEC_SEED") or os.time() }
for seed = 1, 20 do
  SEEDS[#SEEDS + 1] = seed
end

-- Fails with what is needed to reproduce the failure.
local function check(difference, seed, texts)
  if not difference then return end
  local index <const> = math.tointeger(difference:match "^value%[(%d+)%]")
  error(("seed %d (run again with SPEC_SEED=%d): %s\ntext: %s"):format(seed, seed, difference, texts[index] or "?"), 0)
end

-- Returns a value as it is after a round trip: a float without a fraction becomes an integer,
-- except for -0.0.
local function as_sent(value)
  if value == 0 and 1 / value < 0 then return value end
  if math.type(value) == "float" then return math.tointeger(value) or value end
  if type(value) ~= "table" then return value end
  local sent <const> = setmetatable({}, getmetatable(value))
  for key, member in next, value do
    sent[key] = as_sent(member)
  end
  return sent
end

-- Returns a value without redundant marks: a table with items is a list anyway.
local function without_marks(value)
  if type(value) ~= "table" then return value end
  local plain <const> = {}
  for key, member in next, value do
    plain[key] = without_marks(member)
  end
  return #plain > 0 and plain or setmetatable(plain, getmetatable(value))
end

describe("reading", function()
  it("of thousands of random texts returns the values they were made from", function()
    for _, seed in ipairs(SEEDS) do
      local texts <const>, values <const> = random_json.new(seed, MARKS):values(VALUES)
      local decoded <const> = assert(bytenite.decode("[" .. table.concat(texts, ",") .. "]"))
      check(json_difference.find(values, decoded), seed, texts)
    end
  end)

  it("undoes writing", function()
    for _, seed in ipairs(SEEDS) do
      local texts <const>, values <const> = random_json.new(seed, MARKS):values(VALUES)
      check(json_difference.find(as_sent(values), assert(bytenite.decode(bytenite.encode(values)))), seed, texts)
    end
  end)

  for name, case in hard_json.each(MARKS) do
    it("is exact for " .. name, function()
      assert.is_nil(json_difference.find(case.value, (bytenite.decode(case.text))))
    end)
  end
end)

describe("a round trip through the service", function()
  local service, client

  before_each(function()
    service = sandbox.plain()
    service:reset()
    client = bytenite.new { base_url = service.base_url, api_key = service.api_key }
  end)

  after_each(function()
    client:close()
    service:reset()
  end)

  -- Returns a job whose parameters are echoed byte by byte by a server that does not parse them.
  local function echoed_job()
    service:fault { operation = "set_params", echo = true, times = "forever" }
    return client:job(ID)
  end

  -- Stores a job with a text in its parameters.
  local function put(text)
    service:put_job(ID, ('{"id":"%s","params":{"app":{"values":%s}}}'):format(ID, text))
  end

  it("keeps thousands of random values", function()
    local job <const> = echoed_job()
    for _, seed in ipairs(SEEDS) do
      local texts <const>, values <const> = random_json.new(seed, MARKS):values(VALUES)
      assert.equal(job, assert(job:set_params { app = { values = values } }))
      check(json_difference.find(as_sent(values), job.params.app.values), seed, texts)
    end
  end)

  it("keeps random values whose lists carry no marks", function()
    local job <const> = echoed_job()
    for seed = 101, 105 do
      local texts <const>, values <const> = random_json.new(seed, MARKS):values(VALUES)
      assert(job:set_params { app = { values = without_marks(values) } })
      check(json_difference.find(as_sent(values), job.params.app.values), seed, texts)
    end
  end)

  it("reads random values as the server wrote them", function()
    local job <const> = client:job(ID)
    for _, seed in ipairs(SEEDS) do
      local texts <const>, values <const> = random_json.new(seed, MARKS):values(VALUES)
      put("[" .. table.concat(texts, ",") .. "]")
      assert(job:refresh())
      check(json_difference.find(values, job.params.app.values), seed, texts)
    end
  end)

  it("does not change values that are sent again", function()
    local job <const> = echoed_job()
    assert(job:set_params { app = { values = select(2, random_json.new(7, MARKS):values(VALUES)) } })
    local first <const> = bytenite.decode(bytenite.encode(job.params))
    assert(job:set_params(job.params))
    assert.is_nil(json_difference.find(first, job.params))
  end)

  it("keeps random values in every free-form place", function()
    local job <const> = echoed_job()
    for seed = 201, 220 do
      local generator <const> = random_json.new(seed, MARKS)
      local params <const> = {}
      for _, place in ipairs { "partitioner", "assembler", "app" } do
        params[place] = {}
        repeat -- the names of its members are random, too
          local name <const> = select(2, generator:name())
          params[place][name] = select(2, generator:value())
        until generator:chance(30)
      end
      assert(job:set_params(params))
      check(json_difference.find(as_sent(params), job.params), seed, {})
    end
  end)

  it("keeps every hard case", function()
    local job <const> = echoed_job()
    local names <const>, values <const> = {}, bytenite.array()
    for name, case in hard_json.each(MARKS) do
      names[#names + 1] = name
      values[#names] = case.value
    end
    assert(job:set_params { app = { values = values } })
    for index, name in ipairs(names) do
      local difference <const> = json_difference.find(as_sent(values[index]), job.params.app.values[index])
      assert(difference == nil, ("%s: %s"):format(name, difference))
    end
  end)

  it("keeps the parameters of a data source", function()
    service:fault { operation = "set_datasource", echo = true }
    local deep <const> = select(2, random_json.new(9, MARKS):nest(20))
    local params <const> = { ["@type"] = "new.Type", none = bytenite.null, deep = deep, list = bytenite.array() }
    local source <const> = { dataSourceDescriptor = "new", params = params }
    local job <const> = assert(client:job(ID):set_datasource { dataSource = source })
    assert.is_nil(json_difference.find(as_sent(source), job.params.dataSource))
  end)

  describe("of deep values", function()
    -- Returns nested objects of `levels` levels.
    local function nested(levels)
      local value = { bottom = bytenite.array() }
      for _ = 3, levels do
        value = { a = value }
      end
      return value
    end

    it("keeps 100 levels, the body among them", function()
      local job <const> = echoed_job()
      for seed = 1, 20 do
        local value <const> = select(2, random_json.new(seed, MARKS):nest(98))
        assert(job:set_params { app = { value = value } })
        check(json_difference.find(as_sent(value), job.params.app.value), seed, {})
      end
      assert(job:set_params { app = nested(99) })
      assert.is_nil(json_difference.find(nested(99), job.params.app))
    end)

    it("can store what was sent and what was read", function()
      local job <const> = assert(echoed_job():set_params { app = nested(99) })
      local saved <const> = assert(bytenite.decode(bytenite.encode(job)))
      assert.is_nil(json_difference.find(nested(99), saved.params.app))
      local read <const> = assert(bytenite.decode(("["):rep(128) .. ("]"):rep(128)))
      assert.equal(("["):rep(128) .. ("]"):rep(128), bytenite.encode(read))
    end)

    it("raises at 101 levels, before anything is sent", function()
      local job <const> = echoed_job()
      assert.has_error(function()
        job:set_params { app = nested(100) }
      end, "set_params: app: cannot write over 100 levels of tables")
      assert.equal(0, #service:requests())
    end)

    -- Returns a response with that number of levels in total.
    local function response(levels)
      local inside <const> = levels - 4
      return ('{"job":{"id":"%s","params":{"app":{"a":%s7%s}}}}'):format(ID, ("["):rep(inside), ("]"):rep(inside))
    end

    it("reads 128 levels of a response", function()
      service:fault { operation = "get_job", body = response(128) }
      local job <const> = assert(client:get_job(ID))
      local value, levels = job.params.app.a, 4
      while type(value) == "table" do
        value, levels = value[1], levels + 1
      end
      assert.equal(7, value)
      assert.equal(128, levels)
    end)

    it("fails at 129 levels of a response, and leaves the job as it was", function()
      service:fault { operation = "get_job", body = response(129), times = "forever" }
      local job <const> = client:job { id = ID, name = "as it was" }
      local refreshed <const>, problem <const> = job:refresh { max_retries = 0 }
      assert.is_nil(refreshed)
      assert.equal("protocol", problem.kind)
      assert.matches("128 levels", problem.message)
      assert.is_nil(json_difference.find({ id = ID, name = "as it was" }, setmetatable(job, nil)))
    end)
  end)

  describe("of what cannot be kept", function()
    local refused <const> = {
      ["invalid UTF-8"] = { "caf\xE9", "app.list[2].text: cannot write a string that is not UTF-8" },
      ["NaN"] = { 0 / 0, "app.list[2].text: cannot write NaN" },
      ["an infinity"] = { -math.huge, "app.list[2].text: cannot write NaN or an infinity" },
      ["a function"] = { print, "app.list[2].text: cannot write a function" },
    }
    for name, case in pairs(refused) do
      it(("raises for %s, before anything is sent"):format(name), function()
        local job <const> = echoed_job()
        local ok <const>, message <const> = pcall(job.set_params, job, { app = { list = { {}, { text = case[1] } } } })
        assert.is_false(ok)
        assert.matches("set_params: " .. case[2], message, 1, true)
        assert.equal(0, #service:requests())
      end)
    end

    local spoiled <const> = {
      ["a lone surrogate"] = [[{"a":"\ud83d"}]],
      ["a raw control character"] = '{"a":"\1"}',
      ["a repeated member"] = [[{"a":1,"\u0061":2}]],
      ["a number beyond the range of a double"] = [[{"a":1e400}]],
      ["a number that JSON has not"] = [[{"a":01}]],
      ["an early end"] = [[{"a":1]],
    }
    for name, text in pairs(spoiled) do
      it(("is an error for %s in the response"):format(name), function()
        local body <const> = ('{"job":{"id":"%s","params":{"app":%s}}}'):format(ID, text)
        service:fault { operation = "get_job", body = body, times = "forever" }
        local job <const>, problem <const> = client:get_job(ID, { max_retries = 0 })
        assert.is_nil(job)
        assert.equal("protocol", problem.kind)
      end)
    end

    it("fails in little time for a long response that cannot be read #timing", function()
      local body <const> = ('{"job":{"id":"%s","params":{"app":{"long":"%s","bad":1e400}}}}'):format(
        ID,
        ("x"):rep(20000)
      )
      service:fault { operation = "get_job", body = body, times = "forever" }
      local started <const> = os.clock()
      local job <const>, problem <const> = client:get_job(ID, { max_retries = 0 })
      assert.is_nil(job)
      assert.equal("protocol", problem.kind)
      assert.is_true(os.clock() - started < 2, "it took seconds of work")
    end)
  end)

  describe("of a job with members named like its methods", function()
    local json <const> = ([[{
      "id": "%s", "name": "Odd job", "run": 1, "logs": [{"log": "x"}], "set_name": "text", "set_params": {"a": []},
      "refresh": false, "is_final": [null], "client": "c", "__index": {}, "state": "JOB_STATE_NEW"
    }]]):format(ID)

    before_each(function()
      service:put_job(ID, json)
    end)

    it("shows them as data", function()
      local job <const> = assert(client:get_job(ID))
      assert.is_nil(json_difference.find(assert(bytenite.decode(json)), setmetatable(job, nil)))
    end)

    it("still makes the calls, through bytenite.Job", function()
      local job <const> = assert(client:get_job(ID))
      assert.equal(job, assert(bytenite.Job.set_name(job, "Another name")))
      assert.equal("Another name", job.name)
      assert.equal("text", rawget(job, "set_name"))
      assert.equal(job, assert(bytenite.Job.refresh(job)))
      assert.equal(job, assert(bytenite.Job.set_params(job, { app = { run = true } })))
      assert.is_false(bytenite.Job.is_final(job))
    end)

    it("has the methods again when the server drops the members", function()
      local job <const> = assert(client:get_job(ID))
      service:fault { operation = "set_params", echo = true }
      assert(bytenite.Job.set_params(job, { app = { logs = 1 } }))
      assert.is_nil(rawget(job, "set_params"))
      assert.equal(bytenite.Job.set_params, job.set_params)
      assert.equal(1, job.params.app.logs)
    end)
  end)
end)
