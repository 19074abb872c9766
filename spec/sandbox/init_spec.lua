-- What the sandbox serves, over real sockets to a client that is not ours. The four updates have
-- their own file.
local cjson <const> = require("cjson").new()
local cqueues <const> = require "cqueues"
local socket <const> = require "cqueues.socket"
local core <const> = require "bytenite.core"
local api_session <const> = require "spec.support.api_session"
local sandbox <const> = require "spec.support.sandbox"

-- Returns the processor time of a process, in hundredths of a second (Linux).
local function processor_time(pid)
  local file <close> = pid and io.open(("/proc/%d/stat"):format(pid))
  if not file then return nil end
  local user <const>, system <const> =
    file:read("a"):match "^%d+ %b() %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ (%d+) (%d+)"
  return tonumber(user) + tonumber(system)
end

describe("the sandbox", function()
  local service, api

  setup(function()
    service = sandbox.plain()
  end)

  before_each(function()
    service:reset { tokens = true }
    api = api_session.open(service)
  end)

  after_each(function()
    api:close()
  end)

  describe("exchanges an API key", function()
    it("for a token that looks like the service's", function()
      api.headers = {}
      local status <const>, body <const>, response <const> =
        api:call("POST", "/auth/access_token", { apiKey = service.api_key })
      assert.equal(200, status)
      assert.equal("application/json", response.headers["content-type"])
      assert.equal("3600", body.expiresIn)
      assert.equal("openid", body.scope)
      assert.is_truthy(body.token:find "^[%w_-]+%.[%w_-]+%.[%w_-]+$")
      assert.is_true(#body.token > 1100 and #body.token < 1400)
    end)

    it("and refuses a wrong one", function()
      api.headers = {}
      assert.equal(401, (api:call("POST", "/auth/access_token", { apiKey = "wrong" })))
      assert.equal(401, (api:call("POST", "/auth/access_token", {})))
      api:refuses(3, "field apiKey", "POST", "/auth/access_token", { apiKey = 7 })
    end)
  end)

  describe("demands the token", function()
    local path

    before_each(function()
      path = "/customer/jobs/" .. api:new_job().id
    end)

    local function status_with(authorization)
      api.headers = { authorization = authorization }
      return (api:call("GET", path))
    end

    it("raw, in Authorization", function()
      assert.equal(200, status_with(api.token))
      assert.equal(401, status_with(nil))
      assert.equal(401, status_with "unknown")
      assert.equal(401, status_with("Bearer " .. api.token))
    end)

    it("on every call except the exchange", function()
      api.headers = {}
      for _, operation in ipairs(core.operations) do
        if operation.authorized then
          local filled <const> = operation.path:gsub("{service}", "customer"):gsub("{jobId}", "x")
          assert.equal(401, (api:call(operation.method, filled, operation.body and "{}")), operation.name)
        end
      end
    end)

    it("and alternates between both shapes of errors", function()
      api.headers = {}
      local shapes <const> = {}
      for turn = 1, 4 do
        local _ <const>, body <const> = api:call("GET", path)
        shapes[turn] = body.code == 16 and "gateway" or body.ok == false and body.error.code == 401 and "envelope"
      end
      assert.same({ "gateway", "envelope", "gateway", "envelope" }, shapes)
    end)

    it("until it is signed out", function()
      local first <const> = api.token
      api:sign_in()
      local second <const> = api.token
      local status <const>, _ <const>, response <const> = api:call("POST", "/auth/signout", {})
      assert.equal(200, status)
      assert.same({ ok = true, requestId = "", message = "", error = cjson.null }, cjson.decode(response.body))
      assert.equal(401, status_with(second))
      assert.equal(200, status_with(first))
    end)

    it("until all tokens are expired on request", function()
      service:expire_tokens()
      assert.equal(401, status_with(api.token))
      api:sign_in()
      assert.equal(200, status_with(api.token))
    end)
  end)

  describe("creates a job", function()
    it("that has all 25 members, also the unset ones, and its template twice", function()
      local status <const>, body <const>, response <const> =
        api:call("POST", "/customer/jobs", { templateId = "img-gen-template", name = "Nightly batch" })
      assert.equal(200, status)
      local job <const> = cjson.decode(response.body).job
      local count = 0
      for _ in pairs(job) do
        count = count + 1
      end
      assert.equal(25, count)
      assert.equal("img-gen-template", job.templateId)
      assert.equal("JOB_STATE_NEW", job.state)
      assert.equal("EXECUTION_PRIORITY_UNDEFINED", job.priority)
      assert.same({ taskTimeout = 3600, jobTimeout = 86400, isTestJob = true }, job.config)
      for _, name in ipairs { "startAt", "submittedAt", "startedAt", "endedAt", "deletedAt", "regions", "params" } do
        assert.equal(cjson.null, job[name])
      end
      assert.equal(cjson.null, job.dataSource)
      assert.equal(cjson.null, job.dataDestination)
      assert.same({ 0, 0, 0, "0" }, { job.duration, job.paymentAmount, job.numChunks, job.numUnitsEstimation })
      assert.same({ "", "" }, { job.description, job.errorMessage })
      assert.is_truthy(job.createdAt:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%d%d%d%dZ$")
      assert.same({ JOB_STATE_NEW = job.createdAt }, job.stateTimestamps)
      assert.is_truthy(job.id:find "^%x+%-%x+%-4%x+%-%x+%-%x+$")
      assert.equal("img-gen-template", body.templateInfo.id)
      assert.same(body.templateInfo, body.job.templateInfo)
    end)

    it("with everything given at once", function()
      local job <const> = api:new_job {
        description = "first",
        dataSource = { dataSourceDescriptor = "bypass" },
        params = { app = { prompt = "A sunset" } },
        config = { taskTimeout = "60", maxTaskRetries = 30 },
      }
      assert.equal("first", job.description)
      assert.equal("bypass", job.dataSource.dataSourceDescriptor)
      assert.equal("A sunset", job.params.app.prompt)
      assert.same({ taskTimeout = 60, jobTimeout = 86400, isTestJob = true, maxTaskRetries = 30 }, job.config)
    end)

    it("only with a template, and not with a name that is too short", function()
      api:refuses(3, "templateId is required", "POST", "/customer/jobs", { name = "Nightly batch" })
      api:refuses(3, "templateId is required", "POST", "/customer/jobs", "")
      api:refuses(3, "at least 4 characters", "POST", "/customer/jobs", { templateId = "t", name = "abc" })
    end)

    it("or updates the one whose id is given, if it is a draft", function()
      local job <const> = api:new_job()
      local status <const>, body <const> =
        api:call("POST", "/customer/jobs", { jobId = job.id, templateId = "other", name = "Renamed" })
      assert.equal(200, status)
      assert.same({ job.id, "other", "Renamed" }, { body.job.id, body.job.templateId, body.job.name })
      service:put_job("started", '{"id":"started","state":"JOB_STATE_STARTED"}')
      api:refuses(9, "started", "POST", "/customer/jobs", { jobId = "started", templateId = "t" })
      api:refuses(5, "not found", "POST", "/customer/jobs", { jobId = "nowhere", templateId = "t" })
    end)
  end)

  describe("finds a job", function()
    it("by its percent-encoded id, under both names of the service", function()
      service:put_job("a/b ü", '{"id":"a/b ü"}')
      for _, path in ipairs { "/customer/jobs/a%2Fb%20%C3%BC", "/computing/jobs/a%2fb%20%c3%bc?x=y" } do
        local status <const>, body <const> = api:call("GET", path)
        assert.equal(200, status)
        assert.equal("a/b ü", body.job.id)
      end
    end)

    it("or reports that there is none", function()
      api:refuses(5, "not found", "GET", "/customer/jobs/nowhere")
    end)

    it("exactly as it was stored, until it is changed", function()
      local text <const> =
        '{"id" : "j1", "duration": 1.50, "numChunks": "7", "labels": [], "more": {"n": 9007199254740993}}'
      service:put_job("j1", text)
      local _, _, response = api:call("GET", "/customer/jobs/j1")
      assert.is_truthy(response.body:find(text, 1, true))
      _, _, response = api:call("PATCH", "/customer/jobs/j1/jobname", '"Renamed"')
      for _, part in ipairs { '"labels":[]', '"n":9007199254740993', '"name":"Renamed"', '"numChunks":"7"' } do
        assert.is_truthy(response.body:find(part, 1, true), part)
      end
    end)
  end)

  it("responds to unknown calls with 501", function()
    for _, request in ipairs {
      { "GET", "/customer/unheard-of" },
      { "DELETE", "/auth/access_token" },
      { "PATCH", "/customer/jobs/x/y/z" },
      { "GET", "/elsewhere/jobs/x" },
      { "GET", "/customer/jobs/" },
    } do
      api:refuses(12, "does not support", request[1], request[2])
    end
  end)

  it("spends no processor time on clients that left in the middle of a request", function()
    local requests <const> = {
      "POST /v1/customer/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
      "POST /v1/customer/jobs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
      -- The preface of HTTP/2, settings, and headers without the end of the stream.
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\0\0\11\1\4\0\0\0\1\x83\x86\x44\4/v1/\x41\1x",
    }
    for _, text in ipairs(requests) do
      local connection <const> = assert(socket.connect("127.0.0.1", tonumber(service.base_url:match ":(%d+)/")))
      connection:setmode("b", "bn")
      connection:write(text)
      connection:close()
    end
    cqueues.sleep(0.05)
    local before <const> = processor_time(service.pid)
    if not before then return pending "the system does not tell how long a process has run" end
    cqueues.sleep(0.15)
    assert.is_true(processor_time(service.pid) - before <= 5)
    assert.equal(404, (api:call("GET", "/customer/jobs/x")))
  end)

  describe("speaks", function()
    it("with curl, which finds HTTP/2 by ALPN and trusts no other authority", function()
      if not os.execute "command -v curl >/dev/null 2>&1" then return pending "there is no curl here" end
      local secure <const> = sandbox.tls()
      local function curl(options)
        local command <const> = "curl -s -o /dev/null -w '%{http_version} %{http_code} %{exitcode}' "
        local pipe <close> = assert(io.popen(command .. options .. " " .. secure.base_url .. "/x"))
        return pipe:read "a"
      end
      assert.equal("2 501 0", curl("--cacert " .. secure.ca_file))
      assert.equal("1.1 501 0", curl("--http1.1 --cacert " .. secure.ca_file))
      assert.equal("0 000 60", curl "")
    end)

    for _, transport in ipairs { "plain", "tls" } do
      for _, version in ipairs { 1.1, 2 } do
        it(("HTTP/%s, %s, with many requests on one connection"):format(version, transport), function()
          local spoken_to <const> = sandbox[transport]()
          spoken_to:reset()
          local other <close> = api_session.open(spoken_to, version)
          local path <const> = "/customer/jobs/" .. other:new_job().id
          for _ = 1, 3 do
            assert.equal(200, (other:call("GET", path)))
          end
          local requests <const> = spoken_to:requests()
          assert.equal(5, #requests)
          for _, request in ipairs(requests) do
            assert.equal(version == 2 and "2" or "1.1", request.http_version)
            assert.equal(requests[1].connection, request.connection)
          end
        end)
      end
    end

    it("with bodies beyond HTTP/2's flow-control window, both ways", function()
      local other <close> = api_session.open(service, 2)
      local text <const> = ("0123456789abcdef"):rep(20000)
      assert.equal(text, other:new_job({ description = text }).description)
    end)

    it("with headers of any length", function()
      for _, version in ipairs { 1.1, 2 } do
        local other <close> = api_session.open(service, version)
        other.headers["x-long"] = ("x"):rep(20000)
        assert.equal(404, (other:call("GET", "/customer/jobs/" .. ("y"):rep(20000))))
      end
    end)
  end)
end)
