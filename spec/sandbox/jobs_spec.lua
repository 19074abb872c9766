-- How a job runs in the sandbox: from the draft to its end, what it shows meanwhile, what is
-- refused.
local core <const> = require "bytenite.core"
local api_session <const> = require "spec.support.api_session"

local DONE <const> = '{"ok":true,"requestId":"","message":"","error":null}'

describe("the sandbox", function()
  local service, api, id

  api_session.around_each({ before_each = before_each, after_each = after_each }, function(empty_service, session)
    service, api = empty_service, session
    id = api:new_job({ dataSource = { dataSourceDescriptor = "bypass" } }).id
  end)

  local function path(what)
    return "/customer/jobs/" .. id .. (what and "/" .. what or "")
  end

  local function look()
    local status <const>, body <const> = api:call("GET", path())
    assert.equal(200, status)
    return body.job
  end

  local function is_done(method, what, body)
    local status <const>, value <const> = api:call(method, path(what), body)
    assert.equal(200, status)
    assert.same(core.decode(DONE), value)
  end

  local function new_job(members)
    members.dataSource = members.dataSource or { dataSourceDescriptor = "bypass" }
    id = api:new_job(members).id
  end

  describe("runs a job", function()
    it("through every state in order, each when its time has come", function()
      is_done("POST", "run", "")
      local seen <const> = { look().state }
      for _ = 1, 62 do
        service:advance(0.5)
        local state <const> = look().state
        if state ~= seen[#seen] then seen[#seen + 1] = state end
      end
      assert.same({
        "JOB_STATE_STARTED",
        "JOB_STATE_UPLOADING",
        "JOB_STATE_PARTITIONING",
        "JOB_STATE_PARTITIONED",
        "JOB_STATE_TASKS_COMPLETED",
        "JOB_STATE_MERGING",
        "JOB_STATE_MERGED",
        "JOB_STATE_DOWNLOADING",
        "JOB_STATE_COMPLETE",
      }, seen)
    end)

    it("and shows the members that are known at each time", function()
      new_job { params = { partitioner = { num_replicas = 7 } } }
      assert.equal(core.null, look().submittedAt)
      is_done("POST", "run", "{}")
      local job = look()
      assert.is_truthy(job.submittedAt:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d+Z$")
      assert.same(
        { core.null, core.null, 0, "0" },
        { job.startedAt, job.endedAt, job.numChunks, job.numUnitsEstimation }
      )
      service:advance(3)
      job = look()
      assert.equal(job.startedAt, job.stateTimestamps.JOB_STATE_PARTITIONING)
      assert.same({ core.null, 0, 0 }, { job.endedAt, job.duration, job.numChunks })
      service:advance(5)
      assert.same({ 7, "7" }, { look().numChunks, look().numUnitsEstimation })
      service:advance(30)
      job = look()
      assert.equal(job.endedAt, job.stateTimestamps.JOB_STATE_COMPLETE)
      assert.is_true(job.startedAt < job.endedAt)
      assert.equal(30, job.duration)
      assert.is_true(job.paymentAmount > 0)
      local count = 0
      for _ in pairs(job.stateTimestamps) do
        count = count + 1
      end
      assert.equal(10, count)
      assert.same(job, look())
    end)

    it("at the requested speed", function()
      service:set_speed(10000)
      is_done("POST", "run")
      local job
      repeat
        job = look()
      until job.endedAt ~= core.null
      assert.same({ "JOB_STATE_COMPLETE", 0.003 }, { job.state, job.duration })
    end)

    it("that fails if its app parameters say so, with the given message", function()
      new_job { params = { app = { sandbox_fail = "out of memory" } } }
      is_done("POST", "run")
      service:advance(11)
      assert.equal("JOB_STATE_PARTITIONED", look().state)
      service:advance(2)
      local job <const> = look()
      assert.same({ "JOB_STATE_FAILED", "out of memory", 12 }, { job.state, job.errorMessage, job.duration })
      assert.equal(job.endedAt, job.stateTimestamps.JOB_STATE_FAILED)
      assert.is_nil(job.stateTimestamps.JOB_STATE_MERGING)
    end)

    it("with the settings under config, and ignores them elsewhere", function()
      is_done("POST", "run", { config = { taskTimeout = "60" }, jobTimeout = 5 })
      assert.same({ taskTimeout = 60, jobTimeout = 86400, isTestJob = true }, look().config)
    end)

    it("once, with a source, after its file was uploaded", function()
      is_done("POST", "run")
      api:refuses(9, "job has already been started", "POST", path "run")
      id = api:new_job().id
      api:refuses(9, "dataSource is not set", "POST", path "run")
      new_job { dataSource = { dataSourceDescriptor = "file" } }
      api:refuses(9, "the input has not been uploaded", "POST", path "run")
      api:refuses(9, "no file has been uploaded", "PATCH", path "uploadcompleted")
      api:refuses(5, "not found", "POST", "/customer/jobs/nowhere/run")
      new_job {}
      api:refuses(9, "the data source is not a file", "PATCH", path "uploadcompleted")
      api:refuses(3, "taskTimeout", "POST", path "run", { config = { taskTimeout = -1 } })
    end)

    it("whose settings can then no longer be changed", function()
      is_done("POST", "run")
      api:refuses(9, "started", "PATCH", path "jobname", '"Renamed"')
    end)
  end)

  describe("aborts", function()
    it("a running job, which fails", function()
      is_done("POST", "run")
      service:advance(7)
      is_done("POST", "abort")
      local job <const> = look()
      assert.same({ "JOB_STATE_FAILED", "aborted" }, { job.state, job.errorMessage })
      assert.equal(job.endedAt, job.stateTimestamps.JOB_STATE_FAILED)
      assert.is_true(job.duration >= 7 and job.duration < 8)
      service:advance(60)
      assert.same(job, look())
      api:refuses(9, "already ended", "POST", path "abort")
    end)

    it("a draft, which is deleted", function()
      is_done("POST", "abort")
      api:refuses(5, "not found", "GET", path())
      api:refuses(5, "not found", "POST", path "abort")
    end)

    it("a job that was stored with an unknown state", function()
      id = "odd"
      service:put_job("odd", '{"id":"odd","state":"JOB_STATE_ELSEWHERE","more":1}')
      is_done("POST", "abort")
      assert.same({ "JOB_STATE_FAILED", 1 }, { look().state, look().more })
    end)
  end)

  it("deletes a job", function()
    is_done("DELETE", nil)
    api:refuses(5, "not found", "GET", path())
    api:refuses(5, "not found", "DELETE", path())
  end)

  it("does not continue a job whose members were set", function()
    is_done("POST", "run")
    service:change_job(id, { state = "JOB_STATE_PAUSED", errorMessage = "by hand" })
    service:advance(60)
    assert.same({ "JOB_STATE_PAUSED", "by hand" }, { look().state, look().errorMessage })
    assert.equal(404, (service:control("PATCH", "/jobs/nowhere", "{}")))
  end)

  it("counts running tasks, whose number decreases", function()
    new_job { params = { partitioner = { num_replicas = 8 } } }
    local function count()
      local _ <const>, body <const> = api:call("POST", "/customer/jobs/runningTasks", { jobsIds = { id, "nowhere" } })
      assert.is_nil(body.jobsRunningTasks.nowhere)
      return body.jobsRunningTasks[id]
    end
    assert.equal(0, count())
    is_done("POST", "run")
    service:advance(5.5)
    assert.equal(8, count())
    service:advance(8)
    assert.equal(4, count())
    service:advance(8)
    assert.equal(1, count())
    service:advance(2)
    assert.equal(0, count())
    local _ <const>, _ <const>, response <const> = api:call("POST", "/customer/jobs/runningTasks", {})
    assert.equal('{"jobsRunningTasks":{}}', response.body)
  end)

  it("returns its version", function()
    local _ <const>, _ <const>, response <const> = api:call("GET", "/customer/info")
    assert.same({ version = { major = 1, minor = 42, tag = "2025.10.27" }, messages = {} }, core.decode(response.body))
    assert.is_truthy(response.body:find('"messages":{}', 1, true))
  end)

  describe("tests a data source", function()
    local function try(source, list_files)
      local status <const>, body <const> =
        api:call("POST", "/customer/datasource/test", { dataSource = source, listFiles = list_files })
      assert.equal(200, status, core.encode(body))
      return body
    end

    local function s3(name)
      return {
        dataSourceDescriptor = "s3",
        params = { ["@type"] = "type.googleapis.com/bytenite.data_source.S3DataSource", name = name },
      }
    end

    it("with or without its files", function()
      local info <const> = try(s3 "/vids/input.mp4", true)
      assert.same({ "input.mp4", "/vids/input.mp4", "734003200" }, { info.filename, info.path, info.size })
      assert.same({ "vids", "/vids", "input.mp4" }, { info.files.name, info.files.path, info.files.files[1].name })
      assert.equal("/vids/raw", info.files.directories[1].path)
      assert.equal(core.null, try(s3 "/vids/input.mp4").files)
    end)

    it("whose size exceeds a signed 64-bit integer", function()
      assert.equal("18446744073709551615", try(s3 "/huge.bin").size)
    end)

    it("by the path of its URL", function()
      local info <const> = try {
        dataSourceDescriptor = "url",
        params = {
          ["@type"] = "type.googleapis.com/bytenite.data_source.HttpDataSource",
          url = "https://example.org/a/b.txt?q=/x",
        },
      }
      assert.same({ "b.txt", "/a/b.txt" }, { info.filename, info.path })
    end)

    it("or reports that there is none", function()
      local test <const> = "/customer/datasource/test"
      api:refuses(5, "does not exist", "POST", test, { dataSource = s3 "/vids/missing.mp4" })
      api:refuses(3, "dataSource is required", "POST", test, {})
      api:refuses(3, "unable to resolve", "POST", test, { dataSource = { params = { ["@type"] = "x" } } })
    end)
  end)
end)
