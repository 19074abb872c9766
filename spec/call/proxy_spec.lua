-- A proxy that refuses to connect. The core's part is replaced: it tells the proxy's status as the fifth result.
local child <const> = require "spec.support.child"

local PROGRAM <const> = [[
  local core = require "bytenite.core"
  local outcome = core.methods.exchange.outcome
  core.methods.exchange.outcome = function(exchange)
    outcome(exchange)
    return "connection", "Proxy CONNECT aborted", false, false, %d
  end
  local client = require("bytenite").new {
    base_url = "https://127.0.0.1:1/v1", access_token = "token", allow_http = true,
  }
  client.options.proxy_name = "proxy.example.org:3128"
  local told = {}
  for method, run in pairs {
    get_job = function() return client:get_job "some-id" end,
    create_job = function() return client:create_job { templateId = "t" } end,
  } do
    local _, problem = run()
    told[method] = { problem.kind, problem.attempts, problem.retryable, problem.maybe_done == nil, problem.message }
  end
  return told
]]

describe("a proxy that refuses to connect", function()
  for _, status in ipairs { 403, 407, 502 } do
    it(("ends a call at once, nothing was sent (%d)"):format(status), function()
      local message <const> = ("the proxy proxy.example.org:3128 refused the connection with status %d"):format(status)
      local expected <const> = { "connection", 1, false, true, message }
      assert.same({ get_job = expected, create_job = expected }, child.run(PROGRAM:format(status)))
    end)
  end
end)
