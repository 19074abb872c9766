--- Clients of the sandbox, and the requests that it received from them.
local bytenite <const> = require "bytenite"
local sandbox <const> = require "spec.support.sandbox"

local connect = {}

--- Makes a client of a sandbox. It does not retry unless the options say so.
---@param service spec.Sandbox
---@param options table|nil further options; they override those that lead to the sandbox
---@return table client
---@usage local client <close> = connect.client(sandbox.plain(), { http_version = "2" })
function connect.client(service, options)
  local all <const> = {
    base_url = service.base_url,
    api_key = service.api_key,
    ca_file = service.ca_file,
    max_retries = 0,
  }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return bytenite.new(all)
end

--- Makes a client of the plain sandbox that all tests of a block share. The sandbox is reset before
--- each test, the client closed after the last.
---@param before_each function of busted
---@param teardown function of busted
---@return spec.Sandbox
---@return table client
---@usage local service <const>, client <const> = connect.for_tests(before_each, teardown)
function connect.for_tests(before_each, teardown)
  local service <const> = sandbox.plain()
  local client <const> = connect.client(service)
  before_each(function()
    service:reset()
  end)
  teardown(function()
    client:close()
  end)
  return service, client
end

--- Returns the requests since the last reset, without token exchanges.
---@param service spec.Sandbox
---@return table[] requests as from `Sandbox:requests`
---@usage assert.equal(1, #connect.sent(service))
function connect.sent(service)
  local sent <const> = {}
  for _, request in ipairs(service:requests()) do
    if request.operation ~= "access_token" then sent[#sent + 1] = request end
  end
  return sent
end

return connect
