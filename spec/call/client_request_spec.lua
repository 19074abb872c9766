-- client:request, for API calls that have no method yet.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local deep <const> = require "spec.support.deep"
local refusals <const> = require "spec.support.refusals"
local updates <const> = require "spec.support.updates"

describe("client:request", function()
  local service <const>, client <const> = connect.for_tests(before_each, teardown)

  before_each(function()
    service:put_job("some-id", updates.full_job "some-id")
  end)

  -- Makes a call. Returns the request that was sent, and the response.
  local function sent_by(wanted)
    assert(client:get_job "some-id") -- fetches the token before the fault is set
    service:fault { operation = "*", status = 200, body = "{}" }
    local response <const> = assert(client:request(wanted))
    local sent <const> = connect.sent(service)
    return sent[#sent], response
  end

  it("fetches a resource of the service, as text", function()
    local response <const> = assert(client:request { path = "/customer/jobs/some-id" })
    assert.equal(200, response.status)
    assert.equal("application/json", response.headers["content-type"])
    assert.equal(tostring(#response.body), response.headers["content-length"])
    assert.equal("Old name", bytenite.decode(response.body).job.name)
    local request <const> = connect.sent(service)[1]
    assert.equal("GET", request.method)
    assert.equal("", request.body)
    assert.equal("application/json", request.header.accept)
    assert.is_truthy(request.header.authorization:find "^[%w_-]+%.[%w_-]+%.[%w_-]+$")
    assert.is_nil(request.header["content-type"])
  end)

  it("changes a resource of the service", function()
    local response <const> =
      assert(client:request { method = "PATCH", path = "/customer/jobs/some-id/configs", body = { taskTimeout = 7 } })
    assert.equal(7, bytenite.decode(response.body).job.config.taskTimeout)
    assert.equal('{"taskTimeout":7}', connect.sent(service)[1].body)
    assert.equal("application/json", connect.sent(service)[1].header["content-type"])
  end)

  describe("sends", function()
    for _, method in ipairs { "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" } do
      it("the method " .. method, function()
        assert.equal(method, sent_by({ method = method, path = "/x" }).method)
      end)
    end

    it("HEAD between calls whose responses have a body", function()
      local function head()
        service:fault { operation = "*", status = 200, shape = "empty", times = 1 }
        assert.equal("", assert(client:request { method = "HEAD", path = "/x" }).body)
      end
      assert(client:get_job "some-id") -- fetches the token
      for _ = 1, 2 do
        head()
        assert.equal("some-id", assert(client:get_job "some-id").id)
        head()
        assert.equal("New name", assert(client:job("some-id"):set_name "New name").name)
      end
    end)

    it("HEAD, whose response has no body", function()
      assert(client:get_job "some-id")
      service:fault { operation = "*", status = 200, shape = "empty" }
      local response <const> = assert(client:request { method = "HEAD", path = "/x" })
      assert.equal(200, response.status)
      assert.equal("", response.body)
    end)

    it("the path as it is given", function()
      for _, path in ipairs { "/x", "/customer/jobs/a%2Fb/run", "/a/b:c/d@e,f;g=h", "/x/" } do
        assert.equal("/v1" .. path, sent_by({ path = path }).path)
      end
    end)

    it("a text as it is", function()
      for _, body in ipairs { "", "x", '"My Job"', "\0\xFF bytes" } do
        local request <const> = sent_by { method = "POST", path = "/x", body = body }
        assert.equal(body, request.body)
        assert.equal(tostring(#body), request.header["content-length"])
      end
    end)

    it("a table as JSON", function()
      assert.equal("{}", sent_by({ method = "POST", path = "/x", body = {} }).body)
      assert.equal("[]", sent_by({ method = "POST", path = "/x", body = bytenite.array {} }).body)
      assert.equal(
        '{"a":[1,2.5,null]}',
        sent_by({ method = "POST", path = "/x", body = { a = { 1, 2.5, bytenite.null } } }).body
      )
    end)

    it("a length of 0 if there is no body but servers expect one", function()
      local request <const> = sent_by { method = "POST", path = "/x" }
      assert.equal("0", request.header["content-length"])
      assert.is_nil(request.header["content-type"])
    end)

    it("a query, percent-encoded and in order", function()
      local request <const> = sent_by {
        path = "/x",
        query = {
          ["pagination.limit"] = 10,
          ["a b"] = "c&d=e+f/ü",
          flag = true,
          ratio = 0.5,
          list = { "one", "two" },
        },
      }
      assert.equal(
        "/v1/x?a%20b=c%26d%3De%2Bf%2F%C3%BC&flag=true&list=one&list=two&pagination.limit=10&ratio=0.5",
        request.path
      )
      assert.equal("/v1/x", sent_by({ path = "/x", query = {} }).path)
    end)

    it("headers, which replace the usual ones of the same name", function()
      local request <const> = sent_by {
        method = "POST",
        path = "/x",
        body = "a,b",
        headers = { ["X-Trace"] = "t 1", ["content-TYPE"] = "text/csv", Accept = "text/plain" },
      }
      assert.equal("t 1", request.header["x-trace"])
      assert.equal("text/csv", request.header["content-type"])
      assert.equal("text/plain", request.header.accept)
      local count = 0
      for _, pair in ipairs(request.headers) do
        if pair[1] == "content-type" or pair[1] == "accept" then count = count + 1 end
      end
      assert.equal(2, count)
    end)

    it("headers, which are added to the usual ones if only a part of the name is the same", function()
      local request <const> = sent_by {
        method = "POST",
        path = "/x",
        body = "{}",
        headers = { ["Accept-Language"] = "de", ["Content-Type-Hint"] = "x", Accep = "y", ["X-Accept"] = "z" },
      }
      assert.equal("application/json", request.header.accept)
      assert.equal("application/json", request.header["content-type"])
      assert.same({ "de", "x", "y", "z" }, {
        request.header["accept-language"],
        request.header["content-type-hint"],
        request.header.accep,
        request.header["x-accept"],
      })
    end)

    it("what it is given only once: the next call does not have it", function()
      sent_by { method = "POST", path = "/x", body = "a", headers = { ["X-Trace"] = "t" } }
      service:reset()
      service:put_job("some-id", "{}")
      assert(client:job("some-id"):set_name "My Job")
      local request <const> = connect.sent(service)[1]
      assert.is_nil(request.header["x-trace"])
      assert.equal("application/json", request.header["content-type"])
    end)
  end)

  it("accepts any success status", function()
    assert(client:get_job "some-id")
    for _, status in ipairs { 200, 201, 202, 204, 206 } do
      service:fault { operation = "*", status = status, body = status ~= 204 and "done" or "" }
      local response <const> = assert(client:request { method = "POST", path = "/x" })
      assert.equal(status, response.status)
      assert.equal(status ~= 204 and "done" or "", response.body)
    end
  end)

  it("returns all values of a repeated header, and any body", function()
    assert(client:get_job "some-id")
    service:fault {
      operation = "*",
      status = 200,
      body = "<p>no JSON</p>",
      content_type = "text/html",
      headers = { ["X-One"] = "1" },
    }
    local response <const> = assert(client:request { path = "/x" })
    assert.equal("<p>no JSON</p>", response.body)
    assert.equal("text/html", response.headers["content-type"])
    assert.equal("1", response.headers["x-one"])
  end)

  it("returns an error for any other response", function()
    assert(client:get_job "some-id")
    for status, kind in pairs {
      [302] = "unexpected",
      [400] = "bad_request",
      [404] = "not_found",
      [418] = "unexpected",
      [500] = "internal",
      [503] = "unavailable",
    } do
      service:fault { operation = "*", status = status, message = "it says why" }
      local response <const>, problem <const> =
        client:request { method = "DELETE", path = "/customer/later", query = { a = 1 } }
      assert.is_nil(response)
      assert.equal(kind, problem.kind)
      assert.equal("it says why", problem.message)
      assert.equal("DELETE", problem.method)
      assert.equal("/v1/customer/later", problem.path)
    end
  end)

  it("keeps to the limits of the call", function()
    assert(client:get_job "some-id")
    service:fault { operation = "*", body = ("x"):rep(101) }
    local _ <const>, large <const> = client:request({ path = "/x" }, { max_response_bytes = 100 })
    assert.equal("too_large", large.kind)
    service:fault { operation = "*", hang = true }
    local _ <const>, late <const> = client:request({ path = "/x" }, { timeout = 0.05 })
    assert.equal("timeout", late.kind)
  end)

  it("tries again where that is safe", function()
    for method, is_safe in pairs { GET = true, PUT = true, DELETE = true, OPTIONS = true, POST = false, PATCH = false } do
      assert(client:get_job "some-id")
      local before <const> = #connect.sent(service)
      service:fault { operation = "*", status = 503, retry_after = 0.01, times = 2 }
      service:fault { operation = "*", status = 200, body = "{}" }
      local response <const> = client:request({ method = method, path = "/x" }, { max_retries = 2 })
      assert.equal(is_safe, response ~= nil, method)
      assert.equal(is_safe and 3 or 1, #connect.sent(service) - before, method)
      service:reset()
      service:put_job("some-id", "{}")
    end
  end)

  describe("refuses", function()
    local noop <const> = function() end
    local cases <const> = {
      { nil, "expected a table, got nothing" },
      { "/x", "expected a table, got a string" },
      { {}, "path is required" },
      { { path = "" }, "must not be empty" },
      { { path = 7 }, "path: expected a string, got a number" },
      { { path = "x" }, "starts with one slash" },
      { { path = "//example.org/x" }, "starts with one slash" },
      { { path = "https://example.org/x" }, "starts with one slash" },
      { { path = "/x?a=1" }, "put the query into query" },
      { { path = "/x#top" }, "put the query into query" },
      { { path = "/a b" }, "percent-encode" },
      { { path = "/ü" }, "percent-encode" },
      { { path = "/x\r\nX-Evil: 1" }, "percent-encode" },
      { { path = "/a/../b" }, "dots" },
      { { path = "/.." }, "dots" },
      { { path = "/./x" }, "dots" },
      { { path = "/x", method = "get" }, "in capitals" },
      { { path = "/x", method = "" }, "must not be empty" },
      { { path = "/x", method = "GET /y" }, "in capitals" },
      { { path = "/x", method = 7 }, "expected a string" },
      { { path = "/x", mehtod = "GET" }, 'did you mean "method"?' },
      { { path = "/x", form = {} }, "unknown" },
      { { path = "/x", query = "a=1" }, "query: expected a table, got a string" },
      { { path = "/x", query = { a = {}, b = { noop } } }, "query: b: expected a string, a number or a boolean" },
      { { path = "/x", query = { a = { b = 1 } } }, "query: a: expected a value or a list" },
      { { path = "/x", query = { a = { 1, nil, 3 } } }, "query: a: expected a value or a list" },
      { { path = "/x", method = "HEAD", body = "{}" }, "HEAD takes no body" },
      { { path = "/x", query = { a = 0 / 0 } }, "not a finite number" },
      { { path = "/x", query = { [1] = "a" } }, "query: name" },
      { { path = "/x", body = 7 }, "body: expected a string or a table, got a number" },
      { { path = "/x", body = { f = noop } }, "body: f: cannot write a function" },
      { { path = "/x", headers = "X: 1" }, "headers: expected a table, got a string" },
      { { path = "/x", headers = { ["X Y"] = "1" } }, "no header can have this name" },
      { { path = "/x", headers = { ["X:"] = "1" } }, "no header can have this name" },
      { { path = "/x", headers = { [1] = "X: 1" } }, "no header can have this name" },
      { { path = "/x", headers = { X = "1\r\nY: 2" } }, "X: a line break at byte 2" },
      { { path = "/x", headers = { X = 1 } }, "X: expected a string, got a number" },
      { { path = "/x", headers = { authorization = "t" } }, "authorization is set by the module" },
      { { path = "/x", headers = { Host = "example.org" } }, "Host is set by the module" },
      { { path = "/x", headers = { ["Content-Length"] = "1" } }, "Content-Length is set by the module" },
      { { path = "/x", headers = { ["Transfer-Encoding"] = "chunked" } }, "Transfer-Encoding is set by the module" },
    }
    for index, case in ipairs(cases) do
      it(("%d: %s"):format(index, case[2]), function()
        local change <const> = deep.snapshot(case)
        local message <const> = refusals.message(function()
          client:request(case[1])
        end)
        assert.equal(1, message:find("request: ", 1, true), message)
        assert.is_truthy(message:find(case[2], 1, true), message)
        assert.is_nil(change())
        assert.same({}, service:requests())
      end)
    end
  end)
end)
