-- No secret of a request is shown, wherever it was in the request, and this costs little.
local bytenite <const> = require "bytenite"
local credentials <const> = require "bytenite.call.credentials"
local redact <const> = require "bytenite.errors.redact"
local connect <const> = require "spec.support.connect"
local leaks <const> = require "spec.support.leaks"
local sandbox <const> = require "spec.support.sandbox"

local SECRET <const> = "s3cret/v&lue+1"

describe("a secret in", function()
  local service

  setup(function()
    service = sandbox.plain()
  end)

  before_each(function()
    service:reset()
  end)

  -- Returns the error of a call with this response body.
  local function error_of(body, call)
    service:fault { operation = "*", status = 400, body = body, times = "forever" }
    local client <close> = connect.client(service, { access_token = "t", max_retries = 0 })
    local value <const>, problem <const> = call(client)
    assert.is_nil(value)
    return problem
  end

  local requests <const> = {
    ["a header of client:request"] = { headers = { ["X-Api-Key"] = SECRET } },
    ["a header with a scheme"] = { headers = { ["X-Authorization"] = "Bearer " .. SECRET } },
    ["a cookie"] = { headers = { Cookie = "theme=dark; id=" .. SECRET } },
    ["the query of client:request"] = { query = { page = 1, access_token = SECRET } },
    ["a JSON body of client:request"] = { method = "PUT", body = { openai_api_key = SECRET } },
    ["a JSON text of client:request"] = { method = "PUT", body = bytenite.encode { dbPassword = SECRET } },
    ["a table with the name of a secret"] = { method = "PUT", body = { credentials = { { value = SECRET } } } },
    ["a form of client:request"] = { method = "PUT", body = "a=b&password=s3cret%2Fv%26lue%2B1" },
  }

  for where, request in pairs(requests) do
    for echo, body_of in pairs(leaks.echoes) do
      it(("%s is not shown in %s"):format(where, echo), function()
        local problem <const> = error_of(body_of(SECRET), function(client)
          return client:request {
            path = "/customer/later",
            table.unpack {},
            method = request.method,
            query = request.query,
            headers = request.headers,
            body = request.body,
          }
        end)
        assert.is_nil(leaks.find(problem, { SECRET }, "the error"))
        if echo ~= "a response of success" then assert.is_truthy(tostring(problem.body):find("[redacted]", 1, true)) end
      end)
    end
  end

  for where, request in pairs(requests) do
    it(("%s is not shown in a header of the response, in errors and events"):format(where), function()
      local events <const> = {}
      service:fault { operation = "*", status = 400, headers = { ["X-Echo"] = "no to " .. SECRET }, times = "forever" }
      local client <close> = connect.client(service, {
        access_token = "t",
        on_event = function(event)
          events[#events + 1] = event
        end,
      })
      local wanted <const> = { path = "/customer/later" }
      for name, value in pairs(request) do
        wanted[name] = value
      end
      local _ <const>, problem <const> = client:request(wanted)
      assert.equal("no to [redacted]", problem.headers["x-echo"])
      assert.equal("no to [redacted]", events[#events].headers["x-echo"])
      assert.is_nil(leaks.find(problem, { SECRET }, "the error"))
      assert.is_nil(leaks.find(events, { SECRET }, "the events"))
    end)
  end

  it("params of a job is not shown, but counts are", function()
    local problem <const> = error_of(('{"message":"key %s, 4096000 tokens"}'):format(SECRET), function(client)
      return client:job("some-id"):set_params { app = { awsSecretAccessKey = SECRET, max_tokens = 4096000 } }
    end)
    assert.equal("key [redacted], 4096000 tokens", problem.message)
  end)

  it("a proxy's address is not shown, even as the proxy received it", function()
    for _, proxy in ipairs {
      "http://us%65r:p%2Fw1234@proxy:1",
      "user:p/w1234@proxy:1",
      "us%65r:p%2Fw1234@proxy:1",
      "http://user:p/w1234@proxy:1/",
    } do
      local secrets <const> = redact.known(credentials.new("t", nil, proxy).secrets {})
      assert.equal(
        "[redacted], [redacted], Basic [redacted]",
        redact.text("user:p/w1234, p%2fw1234, Basic dXNlcjpwL3cxMjM0", secrets)
      )
    end
  end)
end)

describe("an error with a body beyond 64 KiB", function()
  local service

  setup(function()
    service = sandbox.plain()
  end)

  local function error_of(body)
    service:reset()
    service:fault { operation = "*", status = 400, body = body, times = "forever" }
    local client <close> = connect.client(service, { access_token = "t", max_retries = 0 })
    return select(2, client:get_job "some-id")
  end

  it("has its message, and those details that are complete", function()
    local details <const> = {}
    for i = 1, 3000 do
      details[i] = { number = i, note = 'a note: {"}]' }
    end
    local problem <const> = error_of('{"code":5,"message":"too many","details":' .. bytenite.encode(details) .. "}")
    assert.same({ "too many", 5 }, { problem.message, problem.code })
    assert.is_true(#problem.details > 1000 and #problem.details < 3000)
    assert.same({ number = 1000, note = 'a note: {"}]' }, problem.details[1000])
    assert.equal(64 * 1024, #problem.body)
  end)

  it("has a message even if nothing can be read", function()
    assert.equal("string", type(error_of('{"message":"' .. ("x"):rep(100000) .. '"}').message))
    assert.equal("string", type(error_of(("["):rep(100000)).message))
  end)

  it("takes little time, whatever was sent and received", function()
    local urls <const>, details <const> = {}, {}
    for i = 1, 1000 do
      urls[i] = ("https://h/file/%d?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=%064x"):format(i, i)
      details[i] = { url = urls[i] }
    end
    local body <const> = ('{"code":3,"message":"%s","details":%s}'):format(urls[7], bytenite.encode(details))
    service:reset()
    service:fault { operation = "set_params", status = 400, body = body, times = "forever" }
    local client <close> = connect.client(service, { access_token = "t", max_retries = 0 })
    local job <const> = client:job "some-id"
    local started <const> = os.clock()
    local _, problem <const> = job:set_params { app = { urls = urls, filler = ("x"):rep(3000000) } }
    local seconds <const> = os.clock() - started
    assert.equal("https://h/file/7?[redacted]", problem.message)
    assert.equal("https://h/file/5?[redacted]", problem.details[5].url)
    assert.is_true(seconds < 1, ("%.3f s"):format(seconds)) -- it was 31 s
  end)
end)
