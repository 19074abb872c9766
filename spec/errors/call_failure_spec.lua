-- The errors of calls, made from fake calls that were never sent.
local call_failure <const> = require "bytenite.errors.call_failure"
local credentials <const> = require "bytenite.call.credentials"
local errors <const> = require "bytenite.errors"

-- Returns a fake call: a test sets its response's body and headers, and its client's options.
local function new_call(about)
  about = about or {}
  return {
    client = {
      credentials = credentials.new("the-access-token", nil, about.proxy),
      clock = {
        now = function()
          return 12.5
        end,
      },
      options = about.options or {},
      session = {
        problem = function() end,
      },
    },
    exchange = {
      body = function()
        return about.body or ""
      end,
      headers = function()
        local list <const> = {}
        for name, value in pairs(about.headers or {}) do
          list[#list + 1] = { name, value }
        end
        return list
      end,
      path = function()
        return "/v1/customer/jobs/j1/run"
      end,
      request_body = function() end,
      token = function() end,
    },
    plan = {
      operation = about.operation or { name = "run", method = "POST", repeatable = false },
      stream = about.stream,
    },
    limits = { deadline = 120, max_response_bytes = 1024 },
    started_at = 10,
    attempts = 1,
    maybe_done = about.maybe_done,
  }
end

describe("a complete error", function()
  it("names the operation and what was tried", function()
    local problem <const> = call_failure.cancelled(new_call())
    assert.same({ "cancelled", "run", "POST", "/v1/customer/jobs/j1/run", 1, 2.5, false }, {
      problem.kind,
      problem.operation,
      problem.method,
      problem.path,
      problem.attempts,
      problem.elapsed,
      problem.retryable,
    })
    assert.is_nil(problem.maybe_done)
  end)

  it("says maybe_done of a once-only call, with a hint", function()
    local problem <const> = call_failure.deadline(new_call { maybe_done = true }, "another attempt")
    assert.same({ "timeout", true, true }, { problem.kind, problem.maybe_done, problem.retryable })
    assert.matches("may have acted", problem.hint)
  end)

  it("never says maybe_done of a GET", function()
    local about <const> = { maybe_done = true, operation = { name = "get_job", method = "GET", repeatable = true } }
    assert.is_nil(call_failure.cancelled(new_call(about)).maybe_done)
  end)
end)

describe("a proxy that refuses to connect", function()
  local function refused(status, about)
    local problem <const> = call_failure.no_response(
      new_call(about or { options = { proxy_name = "proxy.example.org:3128" } }),
      "connection",
      "Received HTTP code " .. status .. " from proxy after CONNECT",
      status
    )
    assert.equal("connection", problem.kind)
    return problem
  end

  it("is named in the message, with its status", function()
    assert.equal("the proxy proxy.example.org:3128 refused the connection with status 502", refused(502).message)
    assert.matches("proxy option", refused(502).hint)
  end)

  it("that asks for credentials gets a hint where to put them", function()
    assert.matches("user and password", refused(407).hint)
  end)

  it("that does not allow the host says so", function()
    assert.matches("does not allow", refused(403).hint)
  end)

  it("is not named if its name is unknown", function()
    local getenv <const> = os.getenv
    os.getenv = function() end -- luacheck: ignore 122
    local message <const> = refused(407, {}).message
    os.getenv = getenv -- luacheck: ignore 122
    assert.matches("^the proxy.* refused the connection with status 407$", message)
  end)
end)

describe("the next step", function()
  local function hint(words, kind, about)
    return call_failure.no_response(new_call(about), kind or "connection", words).hint
  end

  it("is about descriptors if there are none left, and not about the service", function()
    local text <const> = hint "Couldn't connect to server: Too many open files"
    assert.matches("file descriptor", text)
    assert.is_nil(text:find("service", 1, true))
    local put <const> = { name = "upload", method = "PUT", raw = {} }
    assert.equal(text, hint("Failed to connect to h: Too many open files", nil, { operation = put, stream = {} }))
  end)

  it("is about base_url if it does not resolve or no server listens", function()
    assert.matches("base_url", hint "Could not resolve host: api.example.org")
    assert.matches("is the service running", hint "Failed to connect to 127.0.0.1 port 1: Connection refused")
  end)

  it("is not about base_url for a signed URL", function()
    local put <const> = { name = "upload", method = "PUT", raw = {} }
    assert.is_nil(hint("Could not resolve host: storage.example.org", nil, { operation = put, stream = {} }))
  end)

  it("is about the CA for a certificate", function()
    assert.matches("ca_file", hint("SSL certificate problem", "tls"))
    local words <const> = "error setting certificate verify locations"
    assert.matches("cannot be read", hint(words, "tls", { options = { ca_file = "/nowhere" } }))
    assert.matches("install ca%-certificates", hint(words, "tls"))
  end)
end)

describe("the error of a response", function()
  local function of(headers, status, body)
    return call_failure.of_response(new_call { headers = headers, body = body }, status or 503)
  end

  it("has the time to wait from its header", function()
    assert.equal(86400, of({ ["retry-after"] = "86400" }).retry_after)
    assert.equal(0, of({ ["retry-after"] = "0" }).retry_after)
    assert.is_nil(of({}).retry_after)
  end)

  for _, text in ipairs { "2030-01-01T00:00:00Z", "120junk", "5, 7", "-1" } do
    it(("ignores a Retry-After of %s"):format(text), function()
      assert.is_nil(of({ ["retry-after"] = text }).retry_after)
    end)
  end

  it("measures a date by the server's clock, not by ours", function()
    local headers <const> = {
      date = "Sun, 06 Nov 1994 08:49:37 GMT",
      ["retry-after"] = "Sun, 06 Nov 1994 08:50:07 GMT",
    }
    assert.equal(30, of(headers).retry_after)
  end)

  it("measures a date by our clock if the server sends no date", function()
    local moment <const> = os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 30)
    assert.near(30, of({ ["retry-after"] = moment }).retry_after, 2)
    assert.near(30, of({ ["retry-after"] = moment, date = "yesterday" }).retry_after, 2)
  end)

  it("uses RetryInfo in the body only without the header", function()
    local body <const> = '{"code":14,"message":"later","details":[{"retryDelay":"3s"}]}'
    assert.equal(3, of({}, 503, body).retry_after)
    assert.equal(3, of({ ["retry-after"] = "junk" }, 503, body).retry_after)
    assert.equal(7, of({ ["retry-after"] = "7" }, 503, body).retry_after)
  end)

  it("has the headers, by name and as a list", function()
    local problem <const> = of({ ["x-served-by"] = "cache-7" }, 404)
    assert.same({ ["x-served-by"] = "cache-7" }, problem.headers)
    assert.same({ { "x-served-by", "cache-7" } }, problem.header_list)
  end)

  it("holds no secret of the client", function()
    local headers <const> = { ["x-echo"] = "the-access-token", ["set-cookie"] = "id=7" }
    local problem <const> = of(headers, 400, '{"code":3,"message":"bad token the-access-token"}')
    assert.same({ ["x-echo"] = "[redacted]" }, problem.headers)
    for _, pair in ipairs(problem.header_list) do
      assert.equal("[redacted]", pair[2])
    end
    assert.equal("bad token [redacted]", problem.message)
    assert.is_nil(problem.body:find("the-access-token", 1, true))
  end)
end)

describe("a success that cannot be used", function()
  local NOT_JSON <const> = "the response is not JSON: expected a value at byte 1"

  local function unusable(body, headers, kind, message)
    return call_failure.unusable(
      new_call { body = body, headers = headers },
      200,
      kind or "protocol",
      message or NOT_JSON
    )
  end

  for _, case in ipairs { -- body, headers, what it is
    { "\x1F\x8B\x08\0\0\0\0\0", {}, "is compressed (gzip)" },
    { "\x28\xB5\x2F\xFD\0\0", {}, "is compressed (zstd)" },
    { "\x78\x9C\x01", { ["content-encoding"] = "deflate" }, "is compressed (deflate)" },
    { "\x0B\x02\x80", { ["content-encoding"] = "br" }, "is compressed (br)" },
    { "<!DOCTYPE html><html><title>Sign in</title></html>", {}, "is HTML" },
    { "\n  <html>", { ["content-type"] = "text/html; charset=utf-8" }, "is HTML" },
    { "\xEF\xBB\xBF<html>", {}, "is HTML" },
    { "<h1>It works!</h1>", { ["content-type"] = "text/html" }, "is HTML" },
    { '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', {}, "is HTML" },
    { '<?xml version="1.0"?><Error/>', {}, "is XML" },
    { "<Error/>", { ["content-type"] = "application/xml" }, "is XML" },
    { "", {}, "is empty" },
    { " \r\n", { ["content-type"] = "application/json" }, "is empty" },
  } do
    it(("says what it is: %q %s"):format(case[1]:sub(1, 20):gsub("%c", "."), case[3]), function()
      local problem <const> = unusable(case[1], case[2])
      assert.equal(("the response %s, not JSON"):format(case[3]), problem.message)
      assert.matches("base_url", problem.hint)
      assert.same({ "protocol", 200 }, { problem.kind, problem.status })
    end)
  end

  it("says where the JSON is wrong, if it looks like JSON", function()
    for _, body in ipairs { "{", '{"job":', "nonsense", "[1,]" } do
      local problem <const> = unusable(body, { ["content-encoding"] = "identity" })
      assert.equal(NOT_JSON, problem.message)
      assert.is_nil(problem.hint)
    end
  end)

  it("keeps its message if it is JSON of the wrong form", function()
    local problem <const> = unusable("{}", {}, "unexpected", "the response has no job")
    assert.same({ "unexpected", "the response has no job" }, { problem.kind, problem.message })
  end)

  it("has the service's own message if it says ok: false", function()
    local call <const> = new_call { body = '{"ok":false,"error":{"code":7,"description":"no such template"}}' }
    local problem <const> = call_failure.unusable(call, 200, "unexpected", nil)
    assert.same({ "unexpected", "no such template", 7 }, { problem.kind, problem.message, problem.code })
  end)
end)

describe("the error of a call without a token", function()
  local function no_token(kind, status)
    return call_failure.no_token(
      errors.new { kind = kind, status = status, message = "no", method = "POST", maybe_done = true, retryable = true }
    )
  end

  it("is never not_found, because the job was not requested", function()
    local problem <const> = no_token("not_found", 404)
    assert.same({ "unexpected", 404 }, { problem.kind, problem.status })
    assert.matches("ends in /v1", problem.hint)
  end)

  it("names the token exchange, and says nothing was done", function()
    for kind, status in pairs { unauthenticated = 401, internal = 500, unavailable = 503 } do
      local problem <const> = no_token(kind, status)
      assert.same({ kind, status, "access_token", true }, {
        problem.kind,
        problem.status,
        problem.operation,
        problem.retryable,
      })
      assert.is_nil(problem.maybe_done)
      assert.equal("no access token: no", problem.message)
    end
  end)

  it("does not change the error of the exchange, which several calls may share", function()
    local shared <const> = errors.new { kind = "not_found", message = "no", maybe_done = true }
    call_failure.no_token(shared)
    assert.same({ "not_found", "no", true }, { shared.kind, shared.message, shared.maybe_done })
  end)

  it("keeps its operation when the call completes it", function()
    local problem <const> = call_failure.complete(new_call(), no_token("internal", 500))
    assert.same({ "access_token", "POST" }, { problem.operation, problem.method })
  end)
end)
