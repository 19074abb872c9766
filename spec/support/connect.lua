--- Clients of the sandbox, and the requests that it received from them.
local bytenite <const> = require "bytenite"
local sandbox <const> = require "spec.support.sandbox"

local connect = {}

--- The id of the job that `prepare` puts into a sandbox.
connect.JOB_ID = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

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

--- Resets a sandbox and puts a new job into it.
---@param service spec.Sandbox
---@return spec.Sandbox service
---@usage local service = connect.prepare(sandbox.tls())
function connect.prepare(service)
  service:reset()
  service:put_job(connect.JOB_ID, ('{"id":"%s","name":"Some job","state":"JOB_STATE_NEW"}'):format(connect.JOB_ID))
  return service
end

--- Makes a client before each test of a block, and closes it after the test.
---@param before_each function of busted
---@param after_each function of busted
---@param open fun(): spec.Sandbox, table returns a service and a client of it
---@param begin fun(service: spec.Sandbox, client: table) is called before each test
function connect.open_for_each_test(before_each, after_each, open, begin)
  local service, client
  before_each(function()
    service, client = open()
    begin(service, client)
  end)
  after_each(function()
    client:close()
  end)
end

--- Prepares the plain sandbox and makes a client of it before each test of a block. The client has
--- fetched its token already, and is closed after the test.
---@param before_each function of busted
---@param after_each function of busted
---@param begin fun(service: spec.Sandbox, client: table) is called before each test
---@param options table|nil of the client
function connect.for_each_test(before_each, after_each, begin, options)
  connect.open_for_each_test(before_each, after_each, function()
    local service <const> = connect.prepare(sandbox.plain())
    return service, connect.client(service, options)
  end, function(service, client)
    assert(client:get_job(connect.JOB_ID))
    begin(service, client)
  end)
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
