-- What the sandbox reports about running jobs: logs and the stream of events.
local cqueues <const> = require "cqueues"
local lfs <const> = require "lfs"
local new_headers <const> = require("http.headers").new
local socket <const> = require "cqueues.socket"
local core <const> = require "bytenite.core"
local api_session <const> = require "spec.support.api_session"

-- Returns how many files and sockets a process has open (Linux).
local function descriptors(pid)
  local folder <const> = pid and ("/proc/%d/fd"):format(pid)
  if not folder or not lfs.attributes(folder) then return nil end
  local count = 0
  for _ in lfs.dir(folder) do
    count = count + 1
  end
  return count
end

describe("the sandbox", function()
  local service, api, id

  api_session.around_each({ before_each = before_each, after_each = after_each }, function(empty_service, session)
    service, api = empty_service, session
    id = api:new_job({
      dataSource = { dataSourceDescriptor = "bypass" },
      params = { partitioner = { num_replicas = 3 } },
    }).id
  end)

  local function start()
    assert.equal(200, (api:call("POST", ("/customer/jobs/%s/run"):format(id))))
  end

  describe("returns logs", function()
    local function logs(wanted)
      wanted = wanted or {}
      wanted.jobId = id
      local status <const>, body <const> = api:call("POST", "/customer/logs", core.encode(wanted))
      assert.equal(200, status, core.encode(body))
      return body
    end

    local function task_counts(body)
      local counts <const> = {}
      for _, task in pairs(body.taskrunner) do
        counts[#counts + 1] = #task.logs
      end
      return counts
    end

    it("of every service, more as the job continues", function()
      local _ <const>, _ <const>, response <const> =
        api:call("POST", "/customer/logs", ('{"jobId":"%s","taskIds":[],"levels":[]}'):format(id))
      assert.same({ partitioner = {}, assembler = {}, taskrunner = {} }, core.decode(response.body))
      for _, text in ipairs { '"partitioner":[]', '"taskrunner":{}' } do
        assert.is_truthy(response.body:find(text, 1, true))
      end
      start()
      service:advance(4)
      assert.same({ 2, 0, {} }, { #logs().partitioner, #logs().assembler, task_counts(logs()) })
      service:advance(6)
      assert.same({ 3, { 2, 2, 2 } }, { #logs().partitioner, task_counts(logs()) })
      service:advance(20)
      local body <const> = logs()
      assert.same({ 3, 2, { 5, 5, 5 } }, { #body.partitioner, #body.assembler, task_counts(body) })
      assert.equal("split input into 3 chunks", body.partitioner[3].log)
      local task <const>, lines <const> = next(body.taskrunner)
      assert.is_truthy(task:find "^%x+%-%x+%-4%x+%-%x+%-%x+$")
      local line <const> = lines.logs[2]
      assert.same({ "UNKNOWN", "" }, { line.level, line.container })
      assert.is_truthy(line.log:find "27%%|██▋.*\r$")
      assert.is_true(body.partitioner[1].timestamp < body.partitioner[2].timestamp)
      assert.same(body, logs { taskIds = core.array {}, levels = core.array {}, services = core.array {} })
    end)

    it("only up to the state that a job reached", function()
      start()
      service:advance(8)
      assert.equal(200, (api:call("POST", ("/customer/jobs/%s/abort"):format(id))))
      local before <const> = logs()
      service:advance(30)
      assert.same(before, logs())
      assert.equal(0, #before.assembler)
    end)

    it("that say why a job failed", function()
      local failing <const> = api:new_job {
        params = { app = { sandbox_fail = "out of memory" } },
        dataSource = { dataSourceDescriptor = "bypass" },
      }
      api:call("POST", ("/customer/jobs/%s/run"):format(failing.id))
      service:advance(30)
      local _ <const>, body <const> =
        api:call("POST", "/customer/logs", ('{"jobId":"%s","levels":["ERROR"]}'):format(failing.id))
      local lines <const> = {}
      for _, task in pairs(body.taskrunner) do
        for _, line in ipairs(task.logs) do
          lines[#lines + 1] = line.log
        end
      end
      assert.same({ "out of memory" }, lines)
    end)

    it("of the requested tasks, levels and services", function()
      start()
      service:advance(30)
      local task <const> = next(logs().taskrunner)
      local body = logs { services = { "TASKRUNNER" }, taskIds = { task }, levels = { "WARN", "UNKNOWN" } }
      assert.same({ 0, 0, { 3 } }, { #body.partitioner, #body.assembler, task_counts(body) })
      assert.is_truthy(body.taskrunner[task])
      body = logs { levels = { "DEBUG" } }
      assert.same({ 1, 1, { 0, 0, 0 } }, { #body.partitioner, #body.assembler, task_counts(body) })
      body = logs { services = { "ASSEMBLER", "PARTITIONER" } }
      assert.same({ 3, 2, {} }, { #body.partitioner, #body.assembler, task_counts(body) })
      body = logs { taskIds = { "nowhere" } }
      assert.same({ 3, {} }, { #body.partitioner, task_counts(body) })
    end)

    it("that were set, with the same selection", function()
      service:set_logs(
        id,
        [[{"partitioner":[{"log":"a","level":"INFO"},{"log":"b","level":7}],"taskrunner":{"t":{"logs":[]}}}]]
      )
      local body <const> = logs { levels = { "INFO" } }
      assert.same(
        { partitioner = { { log = "a", level = "INFO" } }, assembler = {}, taskrunner = { t = { logs = {} } } },
        body
      )
      assert.equal(2, #logs().partitioner)
    end)

    it("or refuses invalid values", function()
      api:refuses(3, "jobId is required", "POST", "/customer/logs", "{}")
      api:refuses(5, "not found", "POST", "/customer/logs", { jobId = "nowhere" })
      api:refuses(3, "enum field levels", "POST", "/customer/logs", { jobId = id, levels = { "LOUD" } })
      api:refuses(3, "enum field services", "POST", "/customer/logs", { jobId = id, services = { "taskrunner" } })
      api:refuses(3, "taskIds", "POST", "/customer/logs", { jobId = id, taskIds = "t" })
    end)
  end)

  describe("streams events", function()
    -- Opens the stream over HTTP/1.1. Returns the connection, after the head of the response.
    local function open()
      local host <const>, port <const> = service.base_url:match "^http://([%d.]+):(%d+)/"
      local connection <const> = socket.connect(host, tonumber(port))
      connection:setmode("b", "bn")
      connection:settimeout(5)
      connection:write(
        ("GET /v1/customer/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\n\r\n"):format(api.token)
      )
      local head = ""
      repeat
        local line <const> = assert(connection:read "*L")
        head = head .. line
      until line == "\r\n"
      return connection, head:lower()
    end

    -- Returns the next lines, each an object, from chunks.
    local function next_events(connection, count)
      local text, list = "", {}
      repeat
        local size <const> = tonumber(assert(connection:read "*l"):match "%x+", 16)
        text = text .. assert(connection:read(size))
        connection:read(2)
      until select(2, text:gsub("\n", "")) >= count
      for line in text:gmatch "([^\n]*)\n" do
        list[#list + 1] = assert(core.decode(line)).result
      end
      return list
    end

    it("with an object on each line for every change of state, as it happens", function()
      local connection <const>, head <const> = open()
      assert.is_truthy(head:find("transfer-encoding: chunked", 1, true))
      assert.is_nil(head:find("content-length", 1, true))
      start()
      assert.same({
        event = "job_state_changed",
        data = {
          ["@type"] = "type.googleapis.com/bytenite.sandbox.JobEvent",
          jobId = id,
          state = "JOB_STATE_STARTED",
        },
      }, next_events(connection, 1)[1])
      service:advance(6)
      local states <const> = {}
      for index, event in ipairs(next_events(connection, 3)) do
        states[index] = event.data.state
      end
      assert.same({ "JOB_STATE_UPLOADING", "JOB_STATE_PARTITIONING", "JOB_STATE_PARTITIONED" }, states)
      api:call("POST", ("/customer/jobs/%s/abort"):format(id))
      assert.equal("JOB_STATE_FAILED", next_events(connection, 1)[1].data.state)
      service:advance(30)
      local other <const> = api:new_job { dataSource = { dataSourceDescriptor = "bypass" } }
      local event = next_events(connection, 1)[1]
      assert.same({ other.id, "JOB_STATE_NEW" }, { event.data.jobId, event.data.state })
      service:change_job(other.id, { state = "JOB_STATE_PAUSED" })
      event = next_events(connection, 1)[1]
      assert.same({ other.id, "JOB_STATE_PAUSED" }, { event.data.jobId, event.data.state })
      connection:close()
    end)

    it("but not of a job that was deleted", function()
      start()
      local connection <const> = open()
      assert.equal(200, (api:call("DELETE", "/customer/jobs/" .. id)))
      service:advance(30)
      local other <const> = api:new_job()
      assert.equal(other.id, next_events(connection, 1)[1].data.jobId)
      connection:close()
    end)

    it("in time, even if no client requests the job", function()
      local connection <const> = open()
      service:set_speed(300)
      start()
      local states <const> = {}
      while states[#states] ~= "JOB_STATE_COMPLETE" do
        for _, event in ipairs(next_events(connection, 1)) do
          states[#states + 1] = event.data.state
        end
      end
      assert.equal(9, #states)
      connection:close()
    end)

    it("over HTTP/2, next to other calls on the connection", function()
      local other <close> = api_session.open(service, 2)
      local headers <const> = new_headers()
      for _, header in ipairs {
        { ":method", "GET" },
        { ":scheme", "http" },
        { ":authority", "localhost" },
        { ":path", "/v1/customer/events" },
        { "authorization", other.token },
      } do
        headers:append(header[1], header[2])
      end
      local stream <const> = other.connection.inner:new_stream()
      assert(stream:write_headers(headers, true, 5))
      assert.equal("200", assert(stream:get_headers(5)):get ":status")
      other:call("POST", ("/customer/jobs/%s/run"):format(id))
      assert.is_truthy(stream:get_next_chunk(5):find("JOB_STATE_STARTED", 1, true))
    end)

    it("and breaks off on request", function()
      service:fault { { operation = "events", truncate = 40 }, { operation = "events", status = 503 } }
      local connection <const> = open()
      start()
      assert.equal("28\r", connection:read "*l")
      assert.equal(42, #connection:read(42))
      assert.is_nil((connection:read(1)))
      assert.is_true(connection:eof "r")
      connection:close()
      assert.equal(503, (api:call("GET", "/customer/events")))
    end)

    it("and ends with its client", function()
      local before <const> = descriptors(service.pid)
      if not before then return pending "the system does not tell which files a process has open" end
      local connections <const> = {}
      for index = 1, 3 do
        connections[index] = open()
      end
      for _, connection in ipairs(connections) do
        connection:close()
      end
      local deadline <const> = cqueues.monotime() + 3
      repeat
        cqueues.sleep(0.01)
      until descriptors(service.pid) <= before or cqueues.monotime() > deadline
      assert.is_true(descriptors(service.pid) <= before)
    end)
  end)
end)
