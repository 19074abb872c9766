-- Requests that no client of ours sends: from web pages, without the token, malformed, too large.
local cjson <const> = require("cjson").new()
local socket <const> = require "cqueues.socket"
local folder <const> = require "spec.support.folder"
local request <const> = require "bytenite.sandbox.http.request"
local request_log <const> = require "bytenite.sandbox.model.request_log"
local sandbox <const> = require "spec.support.sandbox"

-- Sends a text over a new connection. Returns the status of the response, and all of it.
local function send(service, text)
  local host <const>, port <const> = service.base_url:match "^http://(.-):(%d+)/"
  local connection <const> = assert(socket.connect(host, tonumber(port)))
  connection:onerror(function(_, _, code)
    return code
  end)
  connection:settimeout(10)
  connection:setmode("b", "bn")
  assert(connection:write(text))
  local response <const> = connection:read "*a" or ""
  connection:close()
  return tonumber(response:match "^HTTP/1%.1 (%d+)"), response
end

local function get(service, path, headers)
  return send(service, ("GET %s HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n"):format(path, headers))
end

local function post(service, headers)
  return send(service, ("POST /v1/auth/access_token HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n{}"):format(headers))
end

describe("the sandbox refuses", function()
  local service

  setup(function()
    service = sandbox.plain()
  end)

  it("requests that name another host, as after DNS rebinding in a browser", function()
    for _, host in ipairs { "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "[::2]:80", "10.0.0.1", "" } do
      for _, path in ipairs { "/v1/customer/jobs", "/sandbox/requests", "/sandbox/results/j/1/a" } do
        local status <const>, response <const> = get(service, path, "Host: " .. host)
        assert.equal(403, status, host .. path)
        assert.is_truthy(response:find("the Host header must name a loopback address", 1, true))
      end
    end
  end)

  it("but not names of loopback, with any port", function()
    for _, host in ipairs { "localhost", "LocalHost:1", "127.0.0.1", "127.1.2.3:9", "[::1]:80", "[::1]" } do
      assert.equal(401, (get(service, "/v1/customer/jobs", "Host: " .. host)), host)
    end
  end)

  it("requests from web pages of other sites", function()
    for _, origin in ipairs { "http://evil.example", "null", "http://localhost:2", "file://", "http://localhost.evil" } do
      local status <const>, response <const> =
        get(service, "/v1/customer/jobs", "Host: localhost:1\r\nOrigin: " .. origin)
      assert.equal(403, status, origin)
      assert.is_truthy(response:find("the Origin header names another site", 1, true))
    end
    assert.equal(401, (get(service, "/v1/customer/jobs", "Host: localhost:1\r\nOrigin: http://localhost:1")))
  end)

  it("its own calls without the token that it printed", function()
    for _, headers in ipairs { "Host: localhost", "Host: localhost\r\nX-Sandbox-Token: wrong" } do
      for _, path in ipairs { "/sandbox/requests", "/sandbox/jobs/j/upload", "/sandbox/nothing" } do
        local status <const>, response <const> = get(service, path, headers)
        assert.equal(403, status)
        assert.is_nil(response:find(service.control_token, 1, true))
      end
    end
    local headers <const> = "Host: localhost\r\nX-Sandbox-Token: " .. service.control_token
    assert.equal(200, (get(service, "/sandbox/requests", headers)))
  end)

  it("an invalid length of a body, with 400 and one line on stderr", function()
    local place <const> = folder.new()
    local own <close> = sandbox.start(("2>%s"):format(place:at "errors"))
    local count = 0
    for _, length in ipairs {
      "abc",
      "-5",
      "1.5",
      "0x10",
      "5, 5",
      "",
      "99999999999999999999",
      "5\r\nContent-Length: 6",
      "5\r\nTransfer-Encoding: chunked",
    } do
      local status <const>, response <const> = post(own, "Content-Length: " .. length)
      assert.equal(400, status, length)
      assert.is_truthy(response:find("Content-Length", 1, true), response)
      count = count + 1
      local _ <const>, lines <const> = place:read("errors"):gsub("\n", "")
      assert.equal(count, lines, place:read "errors")
      assert.equal(401, (get(own, "/v1/customer/jobs", "Host: localhost")), "after length " .. length)
    end
    assert.is_nil(place:read("errors"):find "traceback")
    place:__close()
  end)

  it("other text that it cannot parse, and serves the next client", function()
    local own <close> = sandbox.start "2>/dev/null"
    for _, text in ipairs {
      "GARBAGE\r\n\r\n",
      "GET /v1/x HTTP/1.1\r\nno colon\r\n\r\n",
      "POST /v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: ;;\r\n\r\n",
      "POST /v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: rot13\r\n\r\n",
      "GET /v1/x HTTP/1.1\r\n" .. ("A: b\r\n"):rep(200) .. "\r\n",
    } do
      assert.equal(400, (send(own, text)), text:sub(1, 60))
      assert.equal(401, (get(own, "/v1/customer/jobs", "Host: localhost")))
    end
  end)

  it("bodies above 64 MiB, as soon as the length is known", function()
    local status <const>, response <const> = post(service, "Content-Length: 67108865")
    assert.equal(413, status)
    assert.is_truthy(response:find("the request body is too large", 1, true))
    local pieces = 0
    local stream <const> = {
      connection = { version = 1.1 },
      body_read_type = "chunked",
      state = "open",
      get_next_chunk = function()
        pieces = pieces + 1
        return (" "):rep(1 << 20)
      end,
    }
    local received <const> = {
      header = function()
        return nil
      end,
    }
    local complete <const>, is_too_large <const> = request.read_body(stream, received)
    assert.same({ false, true, 65 }, { complete, is_too_large, pieces })
  end)
end)

describe("the sandbox's record of requests", function()
  local function record(count, body, shows_secrets)
    local log <const> = request_log.new(shows_secrets or false)
    for number = 1, count do
      log:add({
        method = "POST",
        path = "/v1/x?name=a&signature=hush-signature&n=" .. number,
        http_version = "1.1",
        headers = { "authorization", "hush-token", "x-api-key", "hush-key", "accept", "*/*" },
        body = body,
        connection = 1,
      }, nil)
    end
    return log
  end

  it("contains neither keys nor tokens", function()
    local bodies <const> = {
      '{"apiKey":"hush-1","name":"shown"}',
      '{"dataSource":{"params":{"secretKey":"hush-2","deep":[{"db_password":"hush-3","name":"shown"}]}}}',
      '{"api\\u004bey":"hush-4","credentials":{"a":["hush-5"]},"name":"shown"}',
      "name=shown&token=hush-6",
      "name=shown&key=hush-7",
      '{"dbPassword":"hush-8","openai_api_key":"hush-9","sessionId":"hush-10","name":"shown"}',
    }
    for _, body in ipairs(bodies) do
      local text <const> = record(1, body):encode()
      local kept <const> = cjson.decode(text)[1]
      local seen <const> = text .. require("bytenite.sandbox.base.base64").decode(kept.body_base64)
      assert.is_nil(seen:find "hush", seen)
      assert.is_truthy(seen:find("shown", 1, true), seen)
      assert.is_truthy(seen:find("[redacted]", 1, true), seen)
    end
    assert.is_truthy(record(1, bodies[1], true):encode():find("hush-token", 1, true)) -- with the option show_secrets
  end)

  it("has bodies without secrets byte by byte", function()
    for _, body in ipairs {
      '{ "max_tokens": 5,  "a" : 1.50 }',
      '{"next_token": "a", "monkey": "b", "keyboard": "c", "secretName": "d", "passwordRequired": "e"}',
      "next_token=a&monkey=b&keyboard=c",
      '"My Job"',
      "",
      "\xFF\x00",
    } do
      local kept <const> = cjson.decode(record(1, body):encode())[1]
      assert.equal(body, (require("bytenite.sandbox.base.base64").decode(kept.body_base64)))
    end
  end)

  it("is bounded in number and in bytes", function()
    assert.equal(10000, #cjson.decode(record(10100, ""):encode()))
    local log <const> = record(20, (" "):rep(8 << 20), true)
    assert.same({ 14, 20 }, { log.first, log.last })
  end)
end)

describe("the sandbox's stderr", function()
  it("may be a pipe that nothing reads, or a closed one", function()
    local place <close> = folder.new()
    local path <const> = place:at "errors"
    assert(os.execute(("mkfifo '%s'"):format(path)))
    local reader <const> = assert(io.open(path, "r+"))
    os.execute(("timeout 0.5 cat /dev/zero >'%s'"):format(path)) -- fills the pipe
    local service <close> = sandbox.start(("2>'%s'"):format(path))
    for _ = 1, 3 do
      assert.equal(400, (post(service, "Content-Length: x")))
      assert.equal(401, (get(service, "/v1/customer/jobs", "Host: localhost")))
    end
    reader:close()
    for _ = 1, 3 do
      assert.equal(400, (post(service, "Content-Length: x")))
      assert.equal(401, (get(service, "/v1/customer/jobs", "Host: localhost")))
    end
  end)
end)
