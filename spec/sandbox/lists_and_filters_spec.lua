-- Lists of jobs and templates of the sandbox: pages, orders, filters; and many jobs at once.
local cqueues <const> = require "cqueues"
local core <const> = require "bytenite.core"
local api_session <const> = require "spec.support.api_session"
local sandbox <const> = require "spec.support.sandbox"

local TYPES <const> = "type.googleapis.com/google.protobuf."

describe("the sandbox", function()
  local service, api

  api_session.around_each({ before_each = before_each, after_each = after_each }, function(empty_service, session)
    service, api = empty_service, session
  end)

  local function put(id, members)
    members.id = id
    service:put_job(id, core.encode(members))
  end

  local function ids_of(body)
    local ids <const> = {}
    for index, job in ipairs(body.data) do
      ids[index] = job.id
    end
    return table.concat(ids, " ")
  end

  local function list(query)
    local status <const>, body <const> = api:call("GET", "/customer/jobs" .. (query or ""))
    assert.equal(200, status, core.encode(body))
    return body
  end

  local function filter(request)
    local status <const>, body <const> = api:call("POST", "/customer/jobs/filter", core.encode(request))
    assert.equal(200, status, core.encode(body))
    return body
  end

  local function any(kind, value)
    return { ["@type"] = TYPES .. kind, value = value }
  end

  describe("lists jobs", function()
    before_each(function()
      for number = 1, 25 do
        put("j" .. number, { name = "Job " .. number % 10, numUnitsEstimation = tostring(number), numChunks = number })
      end
    end)

    it("with the newest first, 20 on a page", function()
      local body = list()
      assert.equal("j25 j24 j23 j22 j21 j20 j19 j18 j17 j16 j15 j14 j13 j12 j11 j10 j9 j8 j7 j6", ids_of(body))
      assert.same({ total = 25, offset = 0, hasPrevious = false, hasNext = true }, body.pagination)
      body = list "?pagination.offset=20"
      assert.equal("j5 j4 j3 j2 j1", ids_of(body))
      assert.same({ total = 25, offset = 20, hasPrevious = true, hasNext = false }, body.pagination)
    end)

    it("with the requested number on a page, 100 at most", function()
      assert.equal("j23 j22", ids_of(list "?pagination.limit=2&pagination.offset=2&unknown=1"))
      assert.equal(20, #list("?pagination.limit=0").data)
      assert.equal(0, #list("?pagination.offset=25").data)
      service:fill(100)
      assert.equal(100, #list("?pagination.limit=1000").data)
      assert.equal(20, #list("?limit=7").data)
    end)

    it("in another order", function()
      assert.equal("j1 j2 j3", ids_of(list "?orderBy=numChunks&pagination.limit=3"))
      assert.equal("j25 j24 j23", ids_of(list "?orderBy=numUnitsEstimation%20desc&pagination.limit=3"))
      assert.equal("j20 j10 j21 j11 j1", ids_of(list "?orderBy=name&pagination.limit=5"))
      assert.equal("j19 j9 j18", ids_of(list "?orderBy=-name&pagination.limit=3"))
      assert.equal("j20 j10", ids_of(list "?order_by=name+asc&pagination.limit=2"))
      put("j1", { name = "A" })
      assert.equal("j1 j20", ids_of(list "?order_by=name+asc&pagination.limit=2"))
    end)

    it("without those that are gone, and with those that were stored again at the front", function()
      for _, id in ipairs { "j24", "j1", "j13" } do
        assert.equal(200, (api:call("DELETE", "/customer/jobs/" .. id)))
      end
      put("j24", {})
      assert.equal("j24 j25 j23", ids_of(list "?pagination.limit=3"))
      assert.equal("j3 j2", ids_of(list "?pagination.offset=21"))
      assert.equal(23, list().pagination.total)
    end)

    it("and refuses invalid values", function()
      for query, message in pairs {
        ["?pagination.limit=-1"] = "limit",
        ["?pagination.offset=x"] = "offset",
        ["?orderBy=nonsense"] = 'unknown field "nonsense"',
        ["?orderBy=name%20up"] = "orderBy",
      } do
        api:refuses(3, message, "GET", "/customer/jobs" .. query)
      end
    end)

    it("as an empty list, if there are none", function()
      service:reset()
      local _ <const>, _ <const>, response <const> = api:call("GET", "/customer/jobs")
      assert.is_truthy(response.body:find('"data":[]', 1, true))
      assert.same(
        { total = 0, offset = 0, hasPrevious = false, hasNext = false },
        core.decode(response.body).pagination
      )
    end)

    it("in their current states", function()
      service:reset()
      local id <const> = api:new_job({ dataSource = { dataSourceDescriptor = "bypass" } }).id
      put("other", { state = "JOB_STATE_DELAYED" })
      api:call("POST", "/customer/jobs/" .. id .. "/run")
      assert.equal("other " .. id, ids_of(list "?orderBy=state"))
      service:advance(30)
      local body <const> = list "?orderBy=state"
      assert.same({ id, "JOB_STATE_COMPLETE" }, { body.data[1].id, body.data[1].state })
    end)
  end)

  describe("filters jobs", function()
    before_each(function()
      put("a", {
        name = "Night shift",
        state = "JOB_STATE_COMPLETE",
        numChunks = 3,
        numUnitsEstimation = "3",
        createdAt = "2025-08-27T17:56:03Z",
        config = { taskTimeout = 60, isTestJob = true },
        regions = { whitelist = { "eu", "us" } },
      })
      put("b", {
        name = "Rainforest 50%",
        state = "JOB_STATE_FAILED",
        numChunks = 12,
        numUnitsEstimation = "12",
        createdAt = "2025-08-27T17:56:03.5Z",
        config = { taskTimeout = 3600, isTestJob = false },
        regions = { whitelist = { "asia" } },
      })
      put("c", { name = "night batch", state = "JOB_STATE_NEW", createdAt = "2025-08-28T00:00:00Z" })
    end)

    local function matches(expected, ...)
      local filters <const> = core.array {}
      for index, row in ipairs { ... } do
        filters[index] = { field = row[1], condition = "FILTER_CONDITION_" .. row[2], value = row[3] }
      end
      assert.equal(expected, ids_of(filter { filters = filters }), core.encode(filters))
    end

    it("by every condition", function()
      local text <const>, integer <const> = "StringValue", "Int64Value"
      for _, case in ipairs {
        { "a", "state", "EQ", any(text, "JOB_STATE_COMPLETE") },
        { "c b", "state", "NEQ", any(text, "JOB_STATE_COMPLETE") },
        { "b", "numChunks", "GT", any(integer, "3") },
        { "b a", "numChunks", "GTE", any(integer, "3") },
        { "a", "numUnitsEstimation", "LT", any(integer, "12") },
        { "b a", "numUnitsEstimation", "LT", any("DoubleValue", 12.5) },
        { "b a", "num_units_estimation", "LTE", any("UInt32Value", 12) },
        { "c b", "createdAt", "GT", any(text, "2025-08-27T17:56:03Z") },
        { "c a", "name", "LIKE", any(text, "NIGHT%") },
        { "b", "name", "LIKE", any(text, "%_0%") },
        { "", "name", "LIKE", any(text, "night") },
        { "a", "name", "EQ", any(text, "Night shift") },
        { "", "name", "EQ", any(text, "night shift") },
        { "b a", "state", "IN", any("ListValue", { "JOB_STATE_COMPLETE", "JOB_STATE_FAILED" }) },
        { "c", "state", "NOT_IN", any("ListValue", { "JOB_STATE_COMPLETE", "JOB_STATE_FAILED" }) },
        { "a", "regions.whitelist", "ARRAY_CONTAINS", any(text, "eu") },
        { "b a", "regions.whitelist", "ARRAY_CONTAINS_ANY", any("ListValue", { "us", "asia" }) },
        { "a", "config.isTestJob", "EQ", any("BoolValue", true) },
        { "b", "config.task_timeout", "GT", any(integer, 60) },
      } do
        matches(case[1], { case[2], case[3], case[4] })
      end
    end)

    it("by several at once, in pages and orders", function()
      matches("a", { "state", "NEQ", any("StringValue", "x") }, { "numChunks", "LT", any("Int32Value", 5) })
      local request <const> = {
        filters = core.array {},
        pagination = { limit = 1, offset = "1" },
        orderBy = "createdAt",
      }
      local body <const> = filter(request)
      assert.equal("b", ids_of(body))
      assert.same({ total = 3, offset = 1, hasPrevious = true, hasNext = true }, body.pagination)
      assert.equal("c b a", ids_of(filter {}))
    end)

    it("and refuses unknown fields and conditions", function()
      local function refused(message, field, condition, value)
        local row <const> = { field = field, condition = condition, value = value }
        api:refuses(3, message, "POST", "/customer/jobs/filter", { filters = { row } })
      end
      local value <const> = any("StringValue", "x")
      refused('unknown field "nonsense"', "nonsense", "FILTER_CONDITION_EQ", value)
      refused("condition", "name", "FILTER_CONDITION_NEAR", value)
      refused("condition", "name", "EQ", value)
      refused('missing "@type"', "name", "FILTER_CONDITION_EQ", { value = "x" })
      refused("invalid value", "name", "FILTER_CONDITION_EQ", "x")
      refused("unable to resolve", "name", "FILTER_CONDITION_EQ", any("Struct", {}))
      refused("invalid value", "name", "FILTER_CONDITION_EQ", any("Int64Value", "many"))
      refused("takes a ListValue", "name", "FILTER_CONDITION_IN", value)
      refused("takes a single value", "name", "FILTER_CONDITION_EQ", any("ListValue", { "x" }))
      api:refuses(3, "filters", "POST", "/customer/jobs/filter", '{"filters":{}}')
    end)
  end)

  it("lists templates in pages, in their old and new form", function()
    local _, body = api:call("GET", "/customer/jobs/templates?pagination.limit=3")
    assert.same({ total = 6, offset = 0, hasPrevious = false, hasNext = true }, body.pagination)
    assert.equal("img-gen-diffusers-flux-gpu-template", body.data[1].id)
    _, body = api:call("GET", "/customer/jobs/templates?pagination.limit=3&pagination.offset=3")
    assert.same({ "llama4-app-gpu-template", true, "alice" }, {
      body.data[1].id,
      body.data[1].isPublic,
      body.data[1].userName,
    })
    local info <const> = api:new_job({ templateId = "llama4-app-gpu-template" }).templateInfo
    assert.same({ body.data[1].app, "Text generation" }, { info.app, info.description })
  end)

  it("can start with a hundred thousand jobs, which it serves quickly #timing", function()
    local start <const> = cqueues.monotime()
    local own <close> = sandbox.start "--jobs 100000"
    assert.is_true(cqueues.monotime() - start < 5)
    local session <close> = api_session.open(own)
    local times <const> = {}
    local function timed(method, path, request)
      local before <const> = cqueues.monotime()
      local _ <const>, body <const> = session:call(method, path, request and core.encode(request))
      times[#times + 1] = cqueues.monotime() - before
      return body
    end
    local body = timed("GET", "/customer/jobs?pagination.limit=100&pagination.offset=99000")
    assert.same({ 100000, 100 }, { body.pagination.total, #body.data })
    assert.is_true(times[1] < 0.5, tostring(times[1]))
    local states <const>, complete = {}, nil
    for _, job in ipairs(body.data) do
      states[job.state] = (states[job.state] or 0) + 1
      local _ <const>, single <const> = session:call("GET", "/customer/jobs/" .. job.id)
      assert.same(job, single.job)
      if job.state == "JOB_STATE_COMPLETE" then
        complete = job.id
        assert.is_true(job.createdAt < job.startedAt and job.startedAt < job.endedAt and job.duration > 0)
      end
    end
    assert.is_true(states.JOB_STATE_COMPLETE > 50 and states.JOB_STATE_FAILED > 5 and states.JOB_STATE_NEW > 5)
    body = timed("POST", "/customer/jobs/filter", {
      filters = { { field = "state", condition = "FILTER_CONDITION_EQ", value = any("StringValue", "JOB_STATE_NEW") } },
    })
    assert.equal(10000, body.pagination.total)
    timed("GET", "/customer/jobs?orderBy=createdAt")
    timed("GET", "/customer/jobs?orderBy=createdAt&pagination.offset=20")
    assert.is_true(times[4] < times[3] / 3, ("%g after %g seconds"):format(times[4], times[3]))
    local _ <const>, logs <const> = session:call("POST", "/customer/logs", { jobId = complete })
    assert.equal(3, #logs.partitioner)
    local running <const> = timed("POST", "/customer/jobs/filter", {
      filters = { { field = "state", condition = "FILTER_CONDITION_LIKE", value = any("StringValue", "%PARTITIONED") } },
    }).data[1].id
    assert.equal(200, (session:call("POST", ("/customer/jobs/%s/abort"):format(running))))
    local draft <const> = body.data[1].id
    assert.equal(200, (session:call("PATCH", ("/customer/jobs/%s/jobname"):format(draft), '"Renamed"')))
    assert.equal(200, (session:call("POST", ("/customer/jobs/%s/run"):format(draft))))
  end)
end)
