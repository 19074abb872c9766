-- What the response to an update becomes: every member of the service's job, with its type.
local bytenite <const> = require "bytenite"
local cjson <const> = require("cjson").new()
local connect <const> = require "spec.support.connect"
local deep <const> = require "spec.support.deep"
local updates <const> = require "spec.support.updates"

local null <const> = bytenite.null

-- A job with all 25 members of the service's reference, and the table that it becomes.
local REFERENCE <const> = [=[{"job": {
  "id": "some-id", "templateId": "some-template", "name": "Some name",
  "config": {"taskTimeout": 1, "jobTimeout": 2, "isTestJob": true},
  "priority": "EXECUTION_PRIORITY_UNDEFINED",
  "startAt": "2025-08-27T21:51:41.803Z", "submittedAt": "2025-08-27T21:51:42.803Z",
  "startedAt": "2025-08-27T21:51:43.803Z", "endedAt": "2025-08-27T21:51:44.803Z",
  "regions": {"blacklist": ["there"], "whitelist": ["here", "elsewhere"]},
  "state": "JOB_STATE_NEW",
  "dataSource": {"dataSourceDescriptor": "s3", "params": {"@type": "in", "ANY": "thing", "n": 1, "f": 1.0}},
  "params": {"preset": "none", "partitioner": {}, "assembler": {"a": []}, "app": {"b": {}, "c": null, "d": [null]}},
  "dataDestination": {"dataSourceDescriptor": "gcp", "params": {"@type": "out", "list": [1, "2", false]}},
  "duration": 1, "deletedAt": "2025-08-27T21:51:45Z", "createdAt": "2025-08-27T21:51:46.123456789Z",
  "paymentAmount": 19, "numUnitsEstimation": "12", "numChunks": 3,
  "errorMessage": "it broke", "description": "about it",
  "stateTimestamps": {"JOB_STATE_NEW": "2025-08-27T21:51:46.123Z", "ANY": "2025-08-27T21:51:47Z"},
  "appId": "some-app",
  "templateInfo": {"id": "t", "owner": "o", "description": "d", "app": "a", "partitioner": "p", "assembler": "z"}
}, "templateInfo": {"id": "t", "owner": "o", "description": "d", "app": "a", "partitioner": "p", "assembler": "z"}}]=]

local EXPECTED <const> = {
  id = "some-id",
  templateId = "some-template",
  name = "Some name",
  config = { taskTimeout = 1, jobTimeout = 2, isTestJob = true },
  priority = "EXECUTION_PRIORITY_UNDEFINED",
  startAt = "2025-08-27T21:51:41.803Z",
  submittedAt = "2025-08-27T21:51:42.803Z",
  startedAt = "2025-08-27T21:51:43.803Z",
  endedAt = "2025-08-27T21:51:44.803Z",
  regions = { blacklist = bytenite.array { "there" }, whitelist = bytenite.array { "here", "elsewhere" } },
  state = "JOB_STATE_NEW",
  dataSource = { dataSourceDescriptor = "s3", params = { ["@type"] = "in", ANY = "thing", n = 1, f = 1.0 } },
  params = {
    preset = "none",
    partitioner = {},
    assembler = { a = bytenite.array {} },
    app = { b = {}, c = null, d = bytenite.array { null } },
  },
  dataDestination = {
    dataSourceDescriptor = "gcp",
    params = { ["@type"] = "out", list = bytenite.array { 1, "2", false } },
  },
  duration = 1.0,
  deletedAt = "2025-08-27T21:51:45Z",
  createdAt = "2025-08-27T21:51:46.123456789Z",
  paymentAmount = 19.0,
  numUnitsEstimation = 12,
  numChunks = 3,
  errorMessage = "it broke",
  description = "about it",
  stateTimestamps = { JOB_STATE_NEW = "2025-08-27T21:51:46.123Z", ANY = "2025-08-27T21:51:47Z" },
  appId = "some-app",
  templateInfo = { id = "t", owner = "o", description = "d", app = "a", partitioner = "p", assembler = "z" },
}

describe("the response to an update", function()
  local service <const>, client <const> = connect.for_tests(before_each, teardown)

  -- Returns the job after an update with a response body.
  local function after(body, update)
    update = update or updates.all.set_name
    service:fault { operation = update.name, body = body }
    local job <const> = client:job "some-id"
    assert(update.call(job))
    return job
  end

  -- Returns the job after a response whose job has these members, as JSON.
  local function with(members)
    return after(('{"job":{"id":"some-id",%s}}'):format(members))
  end

  it("of the reference has 25 members", function()
    local count = 0
    for _ in pairs(EXPECTED) do
      count = count + 1
    end
    assert.equal(25, count)
  end)

  for _, update in ipairs(updates.all) do
    it("of the reference arrives complete, with its types, from " .. update.name, function()
      assert.is_nil(deep.difference(EXPECTED, after(REFERENCE, update)))
    end)
  end

  it("can be written by lua-cjson, and pairs sees only its members", function()
    local job <const> = after(REFERENCE)
    local seen <const> = {}
    for name, value in pairs(job) do
      seen[name] = value
    end
    assert.is_nil(deep.difference(EXPECTED, seen))
    local decoded <const> = cjson.decode(cjson.encode(job))
    assert.equal("Some name", decoded.name)
    assert.equal("elsewhere", decoded.regions.whitelist[2])
    assert.equal(null, decoded.params.app.c)
  end)

  it("lacks the members that are null", function()
    local names <const> = {}
    for name in pairs(EXPECTED) do
      if name ~= "id" and name ~= "templateInfo" then names[#names + 1] = ('"%s":null'):format(name) end
    end
    local job <const> = with(table.concat(names, ",") .. ',"templateInfo":null')
    assert.is_nil(deep.difference({ id = "some-id" }, job))
    assert.is_nil(
      deep.difference(
        { id = "some-id", config = {}, regions = {} },
        with '"config":{"taskTimeout":null},"regions":{"blacklist":null}'
      )
    )
  end)

  it('keeps empty values: "", 0, false, [] and {}', function()
    assert.is_nil(deep.difference(
      {
        id = "some-id",
        name = "",
        numChunks = 0,
        duration = 0.0,
        config = { isTestJob = false },
        regions = { blacklist = bytenite.array {} },
        stateTimestamps = {},
        params = { app = {} },
      },
      with(table.concat({
        '"name":"","numChunks":0,"duration":0,"config":{"isTestJob":false}',
        '"regions":{"blacklist":[]},"stateTimestamps":{},"params":{"app":{}}',
      }, ","))
    ))
  end)

  describe("reads an integer", function()
    local values <const> = {
      ["7"] = 7,
      ['"7"'] = 7,
      ["0"] = 0,
      ['"0"'] = 0,
      ["-1"] = -1,
      ["7.0"] = 7,
      ["1e3"] = 1000,
      ['"9223372036854775807"'] = math.maxinteger,
      ["9223372036854775807"] = math.maxinteger,
      ['"-9223372036854775808"'] = math.mininteger,
      ["9007199254740993"] = 9007199254740993,
      ['"9007199254740993"'] = 9007199254740993,
    }
    for text, expected in pairs(values) do
      it("from " .. text, function()
        local job <const> =
          with(('"numChunks":%s,"numUnitsEstimation":%s,"config":{"taskTimeout":%s}'):format(text, text, text))
        assert.is_nil(deep.difference(expected, job.numChunks))
        assert.is_nil(deep.difference(expected, job.numUnitsEstimation))
        assert.is_nil(deep.difference(expected, job.config.taskTimeout))
      end)
    end
  end)

  describe("reads duration and paymentAmount as floats", function()
    local values <const> =
      { ["1"] = 1.0, ["302.81"] = 302.81, ["8.34e-06"] = 8.34e-6, ['"0"'] = 0.0, ['"19.05518337"'] = 19.05518337 }
    for text, expected in pairs(values) do
      it("from " .. text, function()
        local job <const> = with(('"duration":%s,"paymentAmount":%s'):format(text, text))
        assert.is_nil(deep.difference(expected, job.duration))
        assert.is_nil(deep.difference(expected, job.paymentAmount))
      end)
    end
  end)

  describe("keeps a value that does not fit its declared type", function()
    local values <const> = {
      { '"numChunks":"many"', { numChunks = "many" } },
      { '"numChunks":""', { numChunks = "" } },
      { '"numChunks":1.5', { numChunks = 1.5 } },
      { '"numChunks":"1.5"', { numChunks = "1.5" } },
      { '"numChunks":" 7"', { numChunks = " 7" } },
      { '"numChunks":"0x10"', { numChunks = "0x10" } },
      { '"numChunks":"9223372036854775808"', { numChunks = "9223372036854775808" } },
      { '"numChunks":9223372036854775808', { numChunks = 2.0 ^ 63 } },
      { '"numChunks":true', { numChunks = true } },
      { '"numChunks":{"low":1}', { numChunks = { low = 1 } } },
      { '"numChunks":[1]', { numChunks = bytenite.array { 1 } } },
      { '"duration":"302.81s"', { duration = "302.81s" } },
      { '"duration":{}', { duration = {} } },
      { '"name":5', { name = 5 } },
      { '"name":["a"]', { name = bytenite.array { "a" } } },
      { '"config":"none"', { config = "none" } },
      { '"config":[]', { config = bytenite.array {} } },
      { '"config":{"isTestJob":"true"}', { config = { isTestJob = "true" } } },
      { '"regions":{"blacklist":"all"}', { regions = { blacklist = "all" } } },
      { '"regions":{"blacklist":[7,null]}', { regions = { blacklist = bytenite.array { 7, null } } } },
      { '"stateTimestamps":[]', { stateTimestamps = bytenite.array {} } },
      { '"stateTimestamps":{"JOB_STATE_NEW":null}', { stateTimestamps = { JOB_STATE_NEW = null } } },
      { '"dataSource":{"params":"text"}', { dataSource = { params = "text" } } },
      { '"createdAt":1756331501', { createdAt = 1756331501 } },
    }
    for _, case in ipairs(values) do
      it(case[1], function()
        case[2].id = "some-id"
        assert.is_nil(deep.difference(case[2], with(case[1])))
      end)
    end
  end)

  it("keeps new values of an enum, and those without a name", function()
    assert.is_nil(
      deep.difference(
        { id = "some-id", state = "JOB_STATE_WAITING", priority = 7 },
        with '"state":"JOB_STATE_WAITING","priority":7'
      )
    )
  end)

  it("keeps new members at any depth", function()
    assert.is_nil(deep.difference(
      {
        id = "some-id",
        retryPolicy = { mode = "AUTO", wait = null },
        labels = bytenite.array { "a", bytenite.array {} },
        nothing = null,
        config = { taskTimeout = 1, colour = "red" },
        templateInfo = { id = "t", later = bytenite.array { 1 } },
        regions = { greylist = bytenite.array { "x" } },
      },
      with(table.concat({
        '"retryPolicy":{"mode":"AUTO","wait":null}',
        '"labels":["a",[]]',
        '"nothing":null',
        '"config":{"taskTimeout":"1","colour":"red"}',
        '"templateInfo":{"id":"t","later":[1]}',
        '"regions":{"greylist":["x"]}',
      }, ","))
    ))
  end)

  it("prefers templateInfo inside the job to another one next to it, and compares both byte by byte", function()
    local response <const> = '{"job":{"id":"some-id","templateInfo":{"id":"one"}},"templateInfo":{"id":"%s"}}'
    assert.equal("one", after(response:format "one").templateInfo.id)
    assert.equal("one", after(response:format "two").templateInfo.id)
    assert.equal("one", after(response:format "another").templateInfo.id)
    service:fault { operation = "set_name", body = response:format "o\\e" } -- as long as the first, but not JSON
    local job <const>, problem <const> = client:job("some-id"):set_name "My Job"
    assert.is_nil(job)
    assert.equal("protocol", problem.kind)
  end)

  it("reads the types inside templateInfo as well", function()
    local job <const> = with(table.concat({
      '"templateInfo":{"createdAt":"2025-08-27T21:51:40Z","isPublic":true,"userName":"u"',
      '"config":{"jobTimeout":"60"},"params":{"app":{"n":"60"}},"dataSource":{"dataSourceDescriptor":"url"}}',
    }, ","))
    assert.is_nil(deep.difference({
      createdAt = "2025-08-27T21:51:40Z",
      isPublic = true,
      userName = "u",
      config = { jobTimeout = 60 },
      params = { app = { n = "60" } },
      dataSource = { dataSourceDescriptor = "url" },
    }, job.templateInfo))
  end)

  describe("shows templateInfo in the job", function()
    it("when it is inside the job", function()
      assert.equal("inner", after('{"job":{"templateInfo":{"id":"inner"}}}').templateInfo.id)
    end)

    it("when it is next to the job", function()
      local job <const> = after '{"job":{},"templateInfo":{"id":"outer","config":{"taskTimeout":"5"}}}'
      assert.is_nil(deep.difference({ id = "outer", config = { taskTimeout = 5 } }, job.templateInfo))
    end)

    it("when it is next to the job, and null inside", function()
      assert.equal("outer", after('{"templateInfo":{"id":"outer"},"job":{"templateInfo":null}}').templateInfo.id)
    end)

    it("when it is in both places", function()
      assert.equal(
        "inner",
        after('{"job":{"templateInfo":{"id":"inner"}},"templateInfo":{"id":"outer"}}').templateInfo.id
      )
    end)

    it("but not if it is nowhere", function()
      assert.is_nil(after('{"job":{},"templateInfo":null}').templateInfo)
    end)

    for _, where in ipairs { "inner_template_only", "outer_template_only" } do
      it("when the service responds with " .. where, function()
        service:put_job("some-id", updates.full_job "some-id")
        service:fault { operation = "set_name", [where] = true }
        local job <const> = client:job "some-id"
        assert(job:set_name "My Job")
        assert.equal("me", job.templateInfo.owner)
      end)
    end
  end)

  it("may have anything next to the job", function()
    assert.is_nil(
      deep.difference({ id = "some-id" }, after '{"ok":true,"job":{"id":"some-id"},"extra":[1],"requestId":"r"}')
    )
  end)

  it("may have any white space", function()
    assert.is_nil(
      deep.difference(
        { id = "some-id", numChunks = 1 },
        after ' \r\n\t{ "job" :\n{"numChunks":1 , "id":"some-id" } }\n '
      )
    )
  end)
end)
