-- Making job objects: handles, stored jobs, fetched jobs, new jobs.
local bytenite <const> = require "bytenite"
local cjson <const> = require("cjson").new()
local connect <const> = require "spec.support.connect"
local deep <const> = require "spec.support.deep"
local updates <const> = require "spec.support.updates"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

describe("a job", function()
  local service <const>, client <const> = connect.for_tests(before_each, teardown)

  before_each(function()
    service:put_job(ID, updates.full_job(ID))
  end)

  describe("from an id", function()
    it("is a handle, made without a request", function()
      local job <const> = client:job(ID)
      assert.is_nil(deep.difference({ id = ID }, job))
      assert.same({}, service:requests())
    end)

    it("may have any id that can be sent", function()
      for _, id in ipairs { "a", "a b", "a/b", "...", "über", "%2e%2e", ("x"):rep(1000) } do
        assert.equal(id, client:job(id).id)
      end
    end)
  end)

  describe("from a table", function()
    it("is the same table, without a request", function()
      local saved <const> = { id = ID, name = "Stored", config = { taskTimeout = 5 } }
      local config <const> = saved.config
      local job <const> = client:job(saved)
      assert.is_true(rawequal(saved, job))
      assert.is_true(rawequal(config, job.config))
      assert.same({}, service:requests())
    end)

    it("that lua-cjson has read can be used like the stored job", function()
      local fetched <const> = assert(client:get_job(ID))
      local job <const> = client:job(cjson.decode(cjson.encode(fetched)))
      assert(job:set_params(job.params))
      assert.equal("app-1", job.appId)
    end)

    it("that the module has read can be used like the stored job", function()
      local fetched <const> = assert(client:get_job(ID))
      local text <const> = bytenite.encode(fetched)
      local job <const> = client:job(bytenite.decode(text))
      assert.is_nil(deep.difference(fetched.params, job.params))
      assert(job:refresh())
      assert.is_nil(deep.difference(fetched, job))
    end)
  end)

  describe("that is fetched", function()
    it("is a new table with the service's members", function()
      local one <const>, other <const> = assert(client:get_job(ID)), assert(client:get_job(ID))
      assert.is_false(rawequal(one, other))
      assert.is_nil(deep.difference(one, other))
      assert.equal("Old name", one.name)
      assert.is_nil(deep.difference(9007199254740993, one.numUnitsEstimation))
      local request <const> = connect.sent(service)[1]
      assert.equal("GET", request.method)
      assert.equal("/v1/customer/jobs/" .. ID, request.path)
      assert.equal("", request.body)
      assert.equal("application/json", request.header.accept)
      assert.is_nil(request.header["content-type"])
      assert.is_nil(request.header["content-length"])
    end)

    it("has the requested id if the response has none", function()
      for _, body in ipairs { '{"job":{}}', '{"job":{"id":""}}', '{"job":{"id":null}}' } do
        service:fault { operation = "get_job", body = body }
        assert.is_nil(deep.difference({ id = ID }, assert(client:get_job(ID))))
      end
    end)

    it("is an error if the response has another job, or none", function()
      for _, fault in ipairs {
        { body = '{"job":{"id":"another"}}' },
        { wrong_id = true },
        { body = "{}" },
        { body = '{"job":null}' },
        { body = "[]" },
        { ok_false = true },
      } do
        fault.operation = "get_job"
        service:fault(fault)
        local job <const>, problem <const> = client:get_job(ID)
        assert.is_nil(job)
        assert.equal("unexpected", problem.kind)
        assert.equal(200, problem.status)
        assert.is_nil(problem.maybe_done) -- a fetch changes nothing
      end
    end)

    it("is an error if no job has the id", function()
      local job <const>, problem <const> = client:get_job "nowhere"
      assert.is_nil(job)
      assert.equal("not_found", problem.kind)
      assert.equal(5, problem.code)
      assert.equal("/v1/customer/jobs/nowhere", problem.path)
    end)
  end)

  describe("that is refreshed", function()
    it("is the same table with the service's current members", function()
      local job <const> = client:job { id = ID, name = "Stored", mine = true, config = { taskTimeout = 1 } }
      local config <const> = job.config
      local returned <const> = assert(job:refresh())
      assert.is_true(rawequal(job, returned))
      assert.is_nil(deep.difference(assert(client:get_job(ID)), job))
      assert.is_false(rawequal(config, job.config))
      assert.equal("GET", connect.sent(service)[1].method)
    end)

    it("does not change on failure", function()
      local job <const> = assert(client:get_job(ID))
      for _, fault in ipairs {
        { status = 503 },
        { status = 404 },
        { wrong_id = true },
        { no_job = true },
        { garbage = true, times = "forever" },
      } do
        fault.operation = "get_job"
        service:fault(fault)
        local change <const> = deep.snapshot(job)
        local value <const>, problem <const> = job:refresh()
        assert.is_nil(value)
        assert.equal("GET", problem.method)
        assert.is_nil(change())
      end
    end)
  end)

  describe("that is created", function()
    it("is the job that the service created", function()
      local job <const> = assert(client:create_job { templateId = "img-gen", name = "Nightly batch" })
      assert.equal("Nightly batch", job.name)
      assert.equal("img-gen", job.templateId)
      assert.equal("JOB_STATE_NEW", job.state)
      assert.is_true(#job.id > 0)
      local request <const> = connect.sent(service)[1]
      assert.equal("POST", request.method)
      assert.equal("/v1/customer/jobs", request.path)
      assert.equal('{"templateId":"img-gen","name":"Nightly batch"}', request.body)
      assert.equal("application/json", request.header["content-type"])
      assert.is_truthy(job:set_name "Another name")
      assert.equal(job.id, assert(client:get_job(job.id)).id)
    end)

    it("can have all its settings at once", function()
      local job <const> = assert(client:create_job {
        templateId = "img-gen",
        name = "Nightly batch",
        description = "about it",
        dataSource = bytenite.datasource.url "https://example.org/in.txt",
        dataDestination = bytenite.datasource.bucket(),
        params = { partitioner = { n = 1 }, assembler = {}, app = { list = bytenite.array {} } },
        config = { taskTimeout = 60, isTestJob = false },
      })
      assert.equal("about it", job.description)
      assert.equal("https://example.org/in.txt", job.dataSource.params.url)
      assert.is_nil(deep.difference({ list = bytenite.array {} }, job.params.app))
      assert.is_nil(deep.difference(60, job.config.taskTimeout))
      assert.is_false(job.config.isTestJob)
    end)

    it("is an error if the response has none, but may exist", function()
      for _, body in ipairs {
        '{"job":{"name":"x"}}',
        '{"job":{"id":""}}',
        '{"job":{"id":7}}',
        '{"job":null}',
        "{}",
        "[]",
        '"done"',
        "",
        "not JSON",
      } do
        service:fault { operation = "create_job", body = body }
        local job <const>, problem <const> = client:create_job { templateId = "img-gen" }
        assert.is_nil(job)
        assert.equal(200, problem.status)
        assert.is_true(problem.maybe_done, body)
      end
    end)

    -- By fault: whether the job may exist.
    for title, case in pairs {
      ["400"] = { { status = 400 }, "bad_request", nil },
      ["403"] = { { status = 403 }, "permission_denied", nil },
      ["404"] = { { status = 404 }, "not_found", nil },
      ["409"] = { { status = 409 }, "conflict", nil },
      ["429"] = { { status = 429 }, "rate_limited", nil },
      ["503"] = { { status = 503 }, "unavailable", nil },
      ["500"] = { { status = 500 }, "internal", true },
      ["502"] = { { status = 502 }, "unexpected", true },
      ["504"] = { { status = 504 }, "unexpected", true },
      ["ok: false"] = { { ok_false = true }, "unexpected", nil },
      ["a broken connection"] = { { reset = true, times = "forever" }, "connection", true },
      ["half a response"] = { { truncate = 10 }, "connection", true },
      ["no HTTP"] = { { garbage = true }, "protocol", true },
      ["no response in time"] = { { hang = true }, "timeout", true },
    } do
      it(("is an error after %s, and %s exist"):format(title, case[3] and "may" or "cannot"), function()
        case[1].operation = "create_job"
        service:fault(case[1])
        local job <const>, problem <const> = client:create_job(
          { templateId = "img-gen" },
          { timeout = case[1].hang and 0.05 or nil }
        )
        assert.is_nil(job)
        assert.equal(case[2], problem.kind)
        assert.equal(case[3], problem.maybe_done)
        assert.equal("/v1/customer/jobs", problem.path)
        assert.equal(1, #connect.sent(service))
      end)
    end

    it("is an error if the service cannot be reached, and cannot exist", function()
      local lost <close> = bytenite.new { base_url = "http://127.0.0.1:1/v1", access_token = "t", max_retries = 0 }
      local job <const>, problem <const> = lost:create_job { templateId = "img-gen" }
      assert.is_nil(job)
      assert.equal("connection", problem.kind)
      assert.is_nil(problem.maybe_done)
    end)

    it("is sent once, although libcurl would retry on a kept connection", function()
      assert(client:get_job(ID)) -- opens a connection that is kept
      service:fault { operation = "create_job", reset = true, times = "forever" }
      client:create_job { templateId = "img-gen" }
      assert.equal(2, #connect.sent(service))
    end)
  end)

  describe("shows as text", function()
    it("its id, name and state", function()
      local text <const> = tostring(assert(client:get_job(ID)))
      for _, part in ipairs { ID, "Old name", "JOB_STATE_NEW" } do
        assert.is_truthy(text:find(part, 1, true))
      end
    end)

    it("whatever members it has", function()
      for _, members in ipairs { {}, { name = {}, state = {} }, { name = bytenite.null, state = 7 }, { name = "a\nb" } } do
        members.id = ID
        local text <const> = tostring(client:job(members))
        assert.is_truthy(text:find(ID, 1, true))
        assert.is_truthy(#text < 200)
      end
    end)
  end)

  describe("is final", function()
    local cases <const> = {
      { { state = "JOB_STATE_COMPLETE" }, true },
      { { state = "JOB_STATE_FAILED" }, true },
      { { state = "JOB_STATE_RUNNING_ON_MARS", endedAt = "2025-08-27T21:51:41Z" }, true },
      { { endedAt = "2025-08-27T21:51:41Z" }, true },
      { { state = "JOB_STATE_NEW" }, false },
      { { state = "JOB_STATE_PARTITIONING" }, false },
      { { state = "JOB_STATE_DOWNLOADING" }, false },
      { { state = "JOB_STATE_COMPLETED" }, false },
      { { state = 7 }, false },
      { { state = "JOB_STATE_NEW", endedAt = bytenite.null }, false },
      { { state = "JOB_STATE_NEW", endedAt = "" }, false },
      { { state = "JOB_STATE_NEW", endedAt = "0001-01-01T00:00:00Z" }, false },
      { { state = "JOB_STATE_NEW", endedAt = "0001-01-01T00:00:00.000+00:00" }, false },
      { { state = "JOB_STATE_NEW", endedAt = "0000-00-00T00:00:00Z" }, false },
      { { state = "JOB_STATE_NEW", endedAt = "1970-01-01T00:00:00Z" }, false },
      { { state = "JOB_STATE_NEW", endedAt = "1970-01-01T01:00:00+01:00" }, false },
      { { state = "JOB_STATE_NEW", deletedAt = "1970-01-01T00:00:00.000Z" }, false },
      { { state = "JOB_STATE_NEW", endedAt = "1970-01-01T00:00:01Z" }, true },
      { { state = "JOB_STATE_NEW", endedAt = "yesterday" }, true },
      { {}, false },
    }
    for _, case in ipairs(cases) do
      local members <const>, final <const> = case[1], case[2]
      local ended <const> = members.endedAt or members.deletedAt
      it(("or not, in state %s, ended %s: %s"):format(members.state, ended, final), function()
        members.id = ID
        assert.equal(final, client:job(members):is_final())
      end)
    end
  end)
end)
