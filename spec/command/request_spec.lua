-- `bytenite request`, which sends any request, and --debug, which reports all requests.
local core <const> = require "bytenite.core"
local command <const> = require "spec.support.command"
local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

local service

local function begin(options)
  service:reset(options)
  service:put_job(ID, ('{"id":"%s","name":"Old name","state":"JOB_STATE_NEW"}'):format(ID))
end

before_each(function()
  service = sandbox.plain()
  begin()
end)

local function run(...)
  return command.run(service, { ... })
end

describe("bytenite request", function()
  it("prints the body of the response unchanged", function()
    service:fault { operation = "get_job", body = '{ "b": 1,\n "a": 9007199254740993 }' }
    local ran = run("request", "GET", "jobs/" .. ID)
    assert.same({ 0, '{ "b": 1,\n "a": 9007199254740993 }', "" }, { ran.status, ran.output, ran.errors })
    service:fault { operation = "get_job", body = '{ "b": 1,\n "a": 9007199254740993 }' }
    ran = run("request", "get", "/customer/jobs/" .. ID, "--json")
    assert.equal('{"a":9007199254740993,"b":1}\n', ran.output)
  end)

  it("sends query, headers and fields", function()
    assert.equal(0, run("request", "GET", "jobs", "--query", "pagination.limit=2", "--query", "x=a b").status)
    assert.equal("/v1/customer/jobs?pagination.limit=2&x=a%20b", connect.sent(service)[1].path)
    begin()
    local ran <const> = run(
      "request",
      "PATCH",
      ("jobs/%s/configs"):format(ID),
      "--field",
      "jobTimeout=3600",
      "--field",
      "isTestJob=true",
      "--header",
      "X-Trace: t 1"
    )
    assert.equal(0, ran.status, ran.errors)
    local sent <const> = connect.sent(service)[1]
    assert.same({ jobTimeout = 3600, isTestJob = true }, core.decode(sent.body))
    assert.equal("t 1", sent.header["x-trace"])
    begin()
    run("request", "POST", "jobs", "--field", "a.b=1", "--field", "a.c=text", "--field", "d=[1,2]")
    assert.same(core.decode '{"a":{"b":1,"c":"text"},"d":[1,2]}', core.decode(connect.sent(service)[1].body))
  end)

  it("sends files unchanged, and the path of another service", function()
    local place <const> = folder.new()
    local path <const> = place:write("body.json", ' {"templateId":"t" , "name":"Nightly"}')
    assert.equal(0, run("request", "POST", "jobs", "--input", path, "--service", "computing").status)
    place:__close()
    local sent <const> = connect.sent(service)[1]
    assert.same({ ' {"templateId":"t" , "name":"Nightly"}', "/v1/computing/jobs" }, { sent.body, sent.path })
  end)

  it("shows status and headers when asked", function()
    local output <const> = run("request", "GET", "info", "-i").output
    assert.is_truthy(output:find "^HTTP 200\n.*content%-type: application/json\n.*\n{")
    service:fault { operation = "info", status = 200, body = "{}", headers = { ["Set-Cookie"] = "id=7" } }
    assert.matches("\nset%-cookie: id=7\n", run("request", "GET", "info", "-i").output)
  end)

  it("fails like every command, and sends once-only requests once", function()
    service:fault { operation = "create_job", status = 503, times = "forever" }
    local ran <const> = run("request", "POST", "jobs", "--field", "templateId=t")
    assert.equal(8, ran.status)
    assert.equal(1, #connect.sent(service))
    assert.equal(5, run("request", "GET", "jobs/nowhere").status)
  end)

  for _, case in ipairs {
    { { "GET", "jobs?x=1" }, "put the query into --query" },
    { { "GET", "jobs/../x" }, "the dots would change the path" },
    { { "GET", "jobs", "--query", "x" }, "--query x: expected NAME=VALUE" },
    { { "POST", "jobs", "--field", "=x" }, "--field =x: expected NAME=VALUE" },
    { { "POST", "jobs", "--field", "a=[" }, "--field a: not JSON" },
    { { "POST", "jobs", "--field", "a=1", "--input", "x" }, "can not be used together" },
    { { "GET", "jobs", "--header", "x" }, "--header x: expected NAME: VALUE" },
    { { "GET", "jobs", "--header", "Authorization: t" }, "Authorization is set by the module" },
  } do
    it("refuses " .. table.concat(case[1], " "), function()
      local ran <const> = run("request", table.unpack(case[1]))
      assert.equal(2, ran.status, ran.errors)
      assert.is_truthy(ran.errors:find(case[2], 1, true), ran.errors)
      assert.equal(0, #connect.sent(service))
    end)
  end

  it("shows what it would send with --dry-run", function()
    local ran <const> = run("request", "POST", "jobs", "--field", "a=1", "--dry-run")
    assert.equal(('POST %s/customer/jobs\n{"a":1}\n'):format(service.base_url), ran.output)
    local text <const> = "not JSON"
    local sent_as_it_is <const> = command.run(
      service,
      { "request", "POST", "jobs", "--input", "-", "--dry-run" },
      { input = text }
    )
    assert.equal(("POST %s/customer/jobs\n%s\n"):format(service.base_url, text), sent_as_it_is.output)
    assert.equal(0, #service:requests())
  end)
end)

describe("--debug", function()
  it("prints requests, responses, retries and tokens on stderr, without secrets", function()
    begin { tokens = true }
    service:fault { operation = "get_job", status = 503, retry_after = 0 }
    local plain <const> = run("get", ID)
    assert.equal("", plain.errors)
    for _, way in ipairs {
      { { "get", ID, "--debug" } },
      { { "get", ID, "--json" }, { BYTENITE_LOG = "debug" } },
    } do
      begin { tokens = true }
      service:fault { operation = "get_job", status = 503, retry_after = 0 }
      local ran <const> = command.run(service, way[1], { environment = way[2] })
      assert.equal(0, ran.status, ran.errors)
      local path <const> = "/v1/customer/jobs/" .. ID
      local position = 1
      for _, part in ipairs {
        "> POST /v1/auth/access_token (access_token, attempt 1)\n",
        "< POST /v1/auth/access_token: 200 in 0.",
        "a new access token\n",
        ("> GET %s (get_job, attempt 1)\n"):format(path),
        ("< GET %s: 503 in 0."):format(path),
        "retry in ",
        ("> GET %s (get_job, attempt 2)\n"):format(path),
        ("< GET %s: 200 in 0."):format(path),
      } do
        local _ <const>, stop <const> = ran.errors:find(part, position, true)
        assert.is_truthy(stop, part .. "\n" .. ran.errors)
        position = stop
      end
      assert.is_nil(ran.errors:find(service.api_key, 1, true))
      assert.is_nil(ran.errors:find("eyJ", 1, true))
    end
  end)

  it("refuses another value of BYTENITE_LOG", function()
    local ran <const> = command.run(service, { "get", ID }, { environment = { BYTENITE_LOG = "verbose" } })
    assert.equal(2, ran.status)
    assert.is_truthy(ran.errors:find("BYTENITE_LOG: expected debug, got 'verbose'", 1, true))
  end)
end)

describe("bytenite.log", function()
  it("refuses an object that cannot be written to", function()
    local bytenite <const> = require "bytenite"
    for _, value in ipairs { "path", 1, true } do
      assert.has_error(function()
        bytenite.log(value)
      end)
    end
    local lines <const> = {}
    local log <const> = bytenite.log {
      write = function(_, line)
        lines[#lines + 1] = line
      end,
    }
    log { type = "a later type" }
    log {
      type = "response",
      method = "GET",
      path = "/x",
      kind = "timeout",
      elapsed = 1.5,
      attempt = 1,
      operation = "get_job",
    }
    assert.equal(1, #lines)
    assert.is_truthy(lines[1]:find "^%d+%-%d+%-%d+T[%d:]+Z bytenite: < GET /x: timeout in 1%.500 s\n$", lines[1])
  end)
end)
