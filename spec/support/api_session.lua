--- API calls by a client that is not ours: signed in, over one connection. For specs of the
--- sandbox.
local cjson <const> = require("cjson").new()
local core <const> = require "bytenite.core"
local http_client <const> = require "spec.support.http_client"
local sandbox <const> = require "spec.support.sandbox"

---@class spec.Session
---@field service spec.Sandbox
---@field connection spec.Connection
---@field headers table<string, string> sent with every call
---@field token string
local Session = {}
Session.__index = Session

local api_session = {}

--- Connects and signs in.
---@param service spec.Sandbox
---@param version number|nil of HTTP: 1.1 (default) or 2
---@return spec.Session
---@usage local api <close> = api_session.open(sandbox.plain())
function api_session.open(service, version)
  local connection <const> = http_client.connect(service.base_url, { version = version, ca_file = service.ca_file })
  local self <const> = setmetatable({ service = service, connection = connection, headers = {} }, Session)
  self:sign_in()
  return self
end

--- Opens a session with an empty sandbox before each test, and closes it after the test.
---@param busted table with `before_each` and `after_each`
---@param begin fun(service: spec.Sandbox, api: spec.Session) is called before each test
function api_session.around_each(busted, begin)
  local api
  busted.before_each(function()
    local service <const> = sandbox.plain()
    service:reset()
    api = api_session.open(service)
    begin(service, api)
  end)
  busted.after_each(function()
    api:close()
  end)
end

--- Gets a token, and sends it in all further requests.
---@usage api:sign_in()
function Session:sign_in()
  self.headers = {}
  local status <const>, body <const> = self:call("POST", "/auth/access_token", { apiKey = self.service.api_key })
  assert(status == 200, "the sandbox refuses its key")
  self.token = body.token
  self.headers = { authorization = body.token }
end

--- Sends a request, and returns any response.
---@param method string
---@param path string below /v1
---@param body string|table|nil a table is sent as JSON
---@param timeout number|nil seconds
---@return table|nil response as from `http_client`
---@return any problem
---@return table|nil part
---@usage local response, problem = api:send("GET", "/customer/jobs/j1", nil, 0.1)
function Session:send(method, path, body, timeout)
  return self.connection:request {
    method = method,
    path = "/v1" .. path,
    headers = self.headers,
    body = type(body) == "table" and cjson.encode(body) or body,
    timeout = timeout,
  }
end

--- Sends a request. Raises unless there is a response.
---@param method string
---@param path string below /v1
---@param body string|table|nil a table is sent as JSON
---@return integer status
---@return any body decoded by the core; nil if it is not JSON
---@return table response as from `http_client`
---@usage local status, body = api:call("GET", "/customer/jobs/j1")
function Session:call(method, path, body)
  local response <const> = assert(self:send(method, path, body))
  return response.status, (core.decode(response.body)), response
end

--- Makes a job.
---@param members table|nil members other than templateId and name, or instead of them
---@return table job
---@usage local id = api:new_job({ description = "x" }).id
function Session:new_job(members)
  local request <const> = { templateId = "img-gen-template", name = "Nightly batch" }
  for name, value in pairs(members or {}) do
    request[name] = value
  end
  local status <const>, body <const> = self:call("POST", "/customer/jobs", request)
  assert(status == 200, "the sandbox makes no job")
  return body.job
end

local STATUS_OF_CODE <const> = { [3] = 400, [5] = 404, [9] = 400, [12] = 501 }

--- Sends a request. Raises unless it is refused, with an error in the gateway's shape.
---@param code integer of gRPC
---@param pattern string|nil text that the message must contain
---@param method string
---@param path string
---@param body string|table|nil
---@usage api:refuses(5, "not found", "GET", "/customer/jobs/nowhere")
function Session:refuses(code, pattern, method, path, body)
  local status <const>, refusal <const> = self:call(method, path, body)
  assert(status == STATUS_OF_CODE[code] and refusal.code == code, ("status %d, code %s"):format(status, refusal.code))
  assert(core.is_array(refusal.details) and #refusal.details == 0, "details are no empty list")
  assert(refusal.message:find(pattern or "", 1, true), refusal.message)
end

--- Closes the connection.
---@usage api:close()
function Session:close()
  self.connection:close()
end

Session.__close = Session.close

return api_session
