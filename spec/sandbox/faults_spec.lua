-- Faults of the sandbox, and its own calls that add them.
local cjson <const> = require("cjson").new()
local core <const> = require "bytenite.core"
local api_session <const> = require "spec.support.api_session"

local VERSIONS <const> = { 1.1, 2 }

describe("the sandbox", function()
  local service, api, path

  api_session.around_each({ before_each = before_each, after_each = after_each }, function(empty_service, session)
    service, api = empty_service, session
    path = "/customer/jobs/" .. api:new_job().id
  end)

  -- Makes a call over a new connection, because most faults end it.
  local function send_over(version, method, where, body, timeout)
    local other <close> = api_session.open(service, version)
    return other:send(method, where, body, timeout)
  end

  describe("fails", function()
    it("the named operation, as often as requested, in the requested order", function()
      service:fault {
        { operation = "set_name", status = 503, times = 2 },
        { operation = "*", status = 429, skip = 1 },
        { operation = "set_name", status = 404 },
      }
      local statuses <const> = {}
      for _, method in ipairs { "PATCH", "GET", "PATCH", "GET", "PATCH", "PATCH", "PATCH" } do
        local is_update <const> = method == "PATCH"
        statuses[#statuses + 1] =
          api:call(method, is_update and path .. "/jobname" or path, is_update and '"Name"' or nil)
      end
      assert.same({ 503, 200, 503, 429, 404, 200, 200 }, statuses)
    end)

    it("forever, until the reset", function()
      for _, times in ipairs { 0, "forever" } do
        service:fault { operation = "get_job", status = 500, times = times }
        for _ = 1, 3 do
          assert.equal(500, (api:call("GET", path)))
        end
        service:reset()
        assert.equal(404, (api:call("GET", path)))
      end
    end)

    it("without effect, or after the effect", function()
      service:fault { { operation = "set_name", status = 500 }, { operation = "set_name", status = 500, act = "before" } }
      local names <const> = {}
      for _, name in ipairs { '"First"', '"Second"' } do
        assert.equal(500, (api:call("PATCH", path .. "/jobname", name)))
        local _ <const>, body <const> = api:call("GET", path)
        names[#names + 1] = body.job.name
      end
      assert.same({ "Nightly batch", "Second" }, names)
    end)

    it("also a call without a token", function()
      service:fault { operation = "access_token", status = 503 }
      assert.equal(503, (api:call("POST", "/auth/access_token", { apiKey = service.api_key })))
    end)
  end)

  describe("responses", function()
    local function response_to(fault)
      service:fault(fault)
      local _ <const>, body <const>, response <const> = api:call("GET", path)
      return response, body
    end

    it("with an error in either shape", function()
      local response, body = response_to { status = 403, message = "no" }
      assert.same({ 403, 7, "no" }, { response.status, body.code, body.message })
      response, body = response_to { status = 403, shape = "envelope", message = "no" }
      assert.same({ 403, false, 403, "Forbidden", "no" }, {
        response.status,
        body.ok,
        body.error.code,
        body.error.message,
        body.error.description,
      })
      assert.is_truthy(body.requestId:find "^req%-")
    end)

    it("with HTML, with nothing, with JSON of other kinds", function()
      local response = response_to { status = 502, shape = "html" }
      assert.same({ 502, "text/html; charset=utf-8" }, { response.status, response.headers["content-type"] })
      assert.is_truthy(response.body:find("<h1>502 Bad Gateway</h1>", 1, true))
      response = response_to { status = 500, shape = "empty" }
      assert.same({ 500, "", nil }, { response.status, response.body, response.headers["content-type"] })
      for shape, text in pairs { object = "{}", array = '["unexpected"]', string = '"unexpected"', number = "42" } do
        response = response_to { status = 200, shape = shape }
        assert.same({ 200, text }, { response.status, response.body })
      end
    end)

    it("with a given body and headers", function()
      local response <const> = response_to {
        status = 302,
        body = "elsewhere",
        content_type = "text/plain",
        headers = { Location = "http://127.0.0.1:1/", ["X-Request-Id"] = "r1" },
      }
      assert.same({ 302, "elsewhere", "text/plain", "http://127.0.0.1:1/", "r1" }, {
        response.status,
        response.body,
        response.headers["content-type"],
        response.headers["location"],
        response.headers["x-request-id"],
      })
      assert.equal(204, (response_to { status = 204, body = "" }).status)
    end)

    it("with Retry-After in seconds or as a date", function()
      assert.equal("2", response_to({ status = 503, retry_after = 2 }).headers["retry-after"])
      local date <const> = "Fri, 31 Dec 1999 23:59:59 GMT"
      assert.equal(date, response_to({ status = 429, retry_after = date }).headers["retry-after"])
      assert.equal("7", response_to({ retry_after = 7 }).headers["retry-after"])
    end)

    it("with ok: false, no job, or a job under another id", function()
      local response, body = response_to { ok_false = true }
      assert.same({ 200, false, 400 }, { response.status, body.ok, body.error.code })
      response = response_to { no_job = true }
      assert.same({ 200, "{}" }, { response.status, response.body })
      response, body = response_to { wrong_id = true }
      assert.equal(200, response.status)
      assert.equal("Nightly batch", body.job.name)
      assert.not_equal(path, "/customer/jobs/" .. body.job.id)
    end)

    it("with templateInfo in one place only", function()
      local _, body = response_to { inner_template_only = true }
      assert.is_nil(body.templateInfo)
      assert.equal("img-gen-template", body.job.templateInfo.id)
      _, body = response_to { outer_template_only = true }
      assert.is_nil(body.job.templateInfo)
      assert.equal("img-gen-template", body.templateInfo.id)
    end)

    it("with exactly the bytes that it received", function()
      service:fault { operation = "set_params", echo = true, times = "forever" }
      for _, bytes in ipairs { '{"app" : 1e400}', "not JSON \xff\0", "" } do
        local response <const> = assert(api:send("PATCH", "/customer/jobs/a%22b/params", bytes))
        assert.equal('{"job":{"id":"a\\"b","state":"JOB_STATE_NEW","params":' .. bytes .. "}}", response.body)
      end
    end)
  end)

  for _, version in ipairs(VERSIONS) do
    describe(("over HTTP/%s"):format(version), function()
      it("responds late", function()
        service:fault { operation = "get_job", delay = 0.1 }
        local start <const> = core.now()
        assert.equal(200, send_over(version, "GET", path).status)
        assert.is_true(core.now() - start >= 0.1)
      end)

      it("sends the body in small pieces", function()
        service:fault { operation = "get_job", body = "0123456789", drip = { bytes = 3, every = 0.02 } }
        local start <const> = core.now()
        assert.equal("0123456789", send_over(version, "GET", path).body)
        assert.is_true(core.now() - start >= 0.06)
      end)

      it("ends early", function()
        service:fault { operation = "get_job", truncate = 10 }
        local response <const>, _ <const>, part <const> = send_over(version, "GET", path)
        assert.is_nil(response)
        assert.same({ 200, '{"job":{"i' }, { part.status, part.body })
      end)

      it("ends in other ways after some bytes", function()
        for _, fault in ipairs {
          { reset = true, after = 10 },
          { status = 500, body = "0123456789abcdef", after = 10 },
          { hang = true, after = 10 },
        } do
          fault.operation = "get_job"
          service:fault(fault)
          local response <const>, _ <const>, part <const> = send_over(version, "GET", path, nil, 0.1)
          assert.is_nil(response)
          -- A reset may overtake data that was sent before it.
          assert.is_true(part == nil or part.body == '{"job":{"i' or part.body == "0123456789" or part.body == "")
        end
      end)

      it("sends small pieces and then ends early", function()
        service:fault { operation = "get_job", body = "0123456789", truncate = 4, drip = { bytes = 2, every = 0.01 } }
        local response <const>, _ <const>, part <const> = send_over(version, "GET", path)
        assert.is_nil(response)
        assert.equal("0123", part.body)
      end)

      for _, kind in ipairs { true, "connection" } do
        it(("drops the %s"):format(kind == true and "call" or "connection"), function()
          service:fault { operation = "set_name", reset = kind, act = "before" }
          local response <const>, _ <const>, part <const> =
            send_over(version, "PATCH", path .. "/jobname", '"Dropped"', 2)
          assert.is_nil(response)
          assert.is_nil(part)
          local _ <const>, body <const> = api:call("GET", path)
          assert.equal("Dropped", body.job.name)
        end)
      end

      it("sends what is not HTTP", function()
        service:fault { operation = "get_job", garbage = true }
        assert.is_nil((send_over(version, "GET", path, nil, 2)))
      end)

      it("sends nothing at all", function()
        service:fault { operation = "get_job", hang = true }
        local start <const> = core.now()
        assert.is_nil((send_over(version, "GET", path, nil, 0.15)))
        assert.is_true(core.now() - start >= 0.15)
        assert.equal(200, send_over(version, "GET", path).status)
      end)
    end)
  end

  it("continues with the other calls of an HTTP/2 connection when one is dropped or hangs", function()
    for _, fault in ipairs { { reset = true }, { hang = true } } do
      fault.operation = "get_job"
      local other <close> = api_session.open(service, 2)
      service:fault(fault)
      assert.is_nil((other:send("GET", path, nil, 0.05)))
      assert.equal(200, (other:call("GET", path)))
    end
  end)

  describe("records", function()
    it("every request below /v1, byte by byte", function()
      service:reset()
      api:send("PATCH", "/customer/jobs/a%2fb/jobname?x=%20", '"Gr\xc3\xbc\xc3\x9fe\\n" \0\xff')
      api:send("GET", "/customer/unheard-of")
      local first <const>, second <const> = table.unpack(service:requests())
      assert.same({ "PATCH", "/v1/customer/jobs/a%2fb/jobname?x=%20", "set_name", '"Gr\xc3\xbc\xc3\x9fe\\n" \0\xff' }, {
        first.method,
        first.path,
        first.operation,
        first.body,
      })
      assert.equal(api.token, first.header.authorization)
      assert.equal(service.base_url, "http://" .. first.header.host .. "/v1")
      assert.equal("", second.body)
      assert.is_nil(second.operation)
    end)

    it("which requests arrived on which connection", function()
      service:reset()
      local other <close> = api_session.open(service)
      api:call("GET", path)
      other:call("GET", path)
      api:call("GET", path)
      local numbers <const> = {}
      for index, request in ipairs(service:requests()) do
        numbers[index] = request.connection
      end
      assert.equal(4, #numbers)
      assert.equal(numbers[1], numbers[3])
      assert.equal(numbers[2], numbers[4])
      assert.not_equal(numbers[1], numbers[2])
    end)

    it("nothing from before a reset, which keeps tokens unless told otherwise", function()
      service:reset()
      assert.same({}, service:requests())
      assert.equal(404, (api:call("GET", path)))
      service:reset { tokens = true }
      assert.equal(401, (api:call("GET", path)))
    end)
  end)

  it("refuses an invalid fault, and adds none of its list", function()
    for description, message in pairs {
      ['[{"status":503},{"status":99}]'] = "fault 2: a fault's status must be",
      ['{"operation":"set_nmae"}'] = "operation must be",
      ['{"stauts":503}'] = "no member stauts",
      ['{"drip":{"bytes":0,"every":1}}'] = "drip must be",
      ['{"headers":{"a b":"c"}}'] = "headers must be",
      ['{"headers":{"a":"b\\nc"}}'] = "headers must be",
      ['{"times":-1}'] = "times must be",
      ["7"] = "a fault must be an object",
      ["{"] = "",
    } do
      local status <const>, response <const> = service:control("POST", "/faults", description)
      assert.equal(400, status)
      assert.is_truthy(cjson.decode(response).message:find(message, 1, true), response)
    end
    assert.equal(200, (api:call("GET", path)))
  end)

  it("has nothing else outside /v1", function()
    assert.equal(404, (service:control("GET", "/nothing")))
    assert.equal(400, (service:control("PUT", "/jobs/x", "[]")))
    assert.equal(400, (service:control("POST", "/reset", "7")))
  end)
end)
