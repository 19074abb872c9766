-- A proxy that refuses to connect. The test runs it: nothing leaves this machine, not even a DNS
-- query.
local bytenite <const> = require "bytenite"
local child <const> = require "spec.support.child"
local luv <const> = require "luv"

local calls <const> = {
  get_job = function(client)
    return client:get_job "some-id"
  end,
  create_job = function(client)
    return client:create_job { templateId = "some-template" }
  end,
}

describe("a proxy that refuses to connect", function()
  local server, heads, response

  before_each(function()
    server, heads = luv.new_tcp(), {}
    assert(server:bind("127.0.0.1", 0))
    assert(server:listen(8, function()
      local peer <const> = luv.new_tcp()
      server:accept(peer)
      local head = ""
      peer:read_start(function(_, bytes)
        head = head .. (bytes or "")
        if not bytes then
          peer:close()
        elseif head:find("\r\n\r\n", 1, true) then
          heads[#heads + 1] = head
          head = ""
          peer:write(response)
        end
      end)
    end))
  end)

  after_each(function()
    server:close()
    luv.run "nowait"
  end)

  -- Returns the error of a call through the proxy.
  local function error_of(run, status)
    response = ("HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n"):format(status)
    local client <close> = bytenite.new {
      base_url = "https://api.example.org/v1",
      access_token = "token",
      proxy = ("http://user:s3cret@127.0.0.1:%d"):format(server:getsockname().port),
    }
    local future <const> = client:async(run, client)
    while not future:done() do
      client:step(0.01)
      luv.run "nowait"
    end
    local value <const>, problem <const> = future:get()
    assert.is_nil(value)
    return problem
  end

  for _, status in ipairs { 403, 407, 502, 503 } do
    for operation, run in pairs(calls) do
      it(("ends %s at once: nothing was sent (%d)"):format(operation, status), function()
        local problem <const> = error_of(run, status)
        assert.same(
          { "connection", operation, 1, false },
          { problem.kind, problem.operation, problem.attempts, problem.retryable }
        )
        assert.is_nil(problem.maybe_done)
        assert.equal(
          ("the proxy 127.0.0.1:%d refused the connection with status %d"):format(server:getsockname().port, status),
          problem.message
        )
        assert.equal("string", type(problem.hint))
        assert.is_nil(tostring(problem):find("s3cret", 1, true))
        assert.equal(1, #heads)
        assert.matches("^CONNECT api%.example%.org:443 ", heads[1])
      end)
    end
  end
end)

describe("a proxy of the environment that refuses to connect", function()
  it("is named without its credentials", function()
    local message <const> = child.run(
      [[
        local call_failure = require "bytenite.errors.call_failure"
        local call = { client = { options = {} } }
        return call_failure.no_response(call, "connection", "words", 407).message
      ]],
      { HTTPS_PROXY = "http://user:s3cret@proxy.example.org:3128/" }
    )
    assert.equal("the proxy proxy.example.org:3128 refused the connection with status 407", message)
  end)
end)
