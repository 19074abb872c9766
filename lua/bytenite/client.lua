--- client.lua: clients. Their methods are in client_methods.lua.
local core <const> = require "bytenite.core"
local lazy <const> = require "bytenite.base.lazy"
local options <const> = require "bytenite.base.options"
local validate <const> = require "bytenite.base.validate"

local client_methods <const> = lazy.module "bytenite.client_methods"
local credentials <const> = lazy.module "bytenite.call.credentials"
local job <const> = lazy.module "bytenite.jobs.job"
local reactor <const> = lazy.module "bytenite.async.reactor"
local retry_policy <const> = lazy.module "bytenite.call.retry_policy"

local client <const> = { version = "0.1.0" }

local Client <const> = { __name = "bytenite.Client" }

-- The secret options, by client. No table that a program might print holds them.
local secrets <const> = setmetatable({}, { __mode = "k" })

-- Fields of a client that are made when they are first read.
local parts <const> = {
  reactor = function(self)
    return reactor.new(self.session, self.clock)
  end,
  credentials = function(self)
    local given <const> = secrets[self]
    return credentials.new(given.access_token, given.api_key, given.proxy, given.headers)
  end,
  budget = function()
    return retry_policy.budget()
  end,
  job_metatable = function(self)
    return job.metatable(self)
  end,
}

--- Documented in docs/api/client.lua.
--- Also the client's `__close`. It is in this file because a client that made no call needs it too.
function client.close(self)
  validate.called_on_client(self, "close")
  if rawget(self, "reactor") then return self.reactor:close() end
  self.session:close()
end

Client.__close = client.close

-- Raises an error about a method that clients do not have.
local function raise_unknown(name)
  local methods <const> = { close = true }
  for method in pairs(lazy.load "bytenite.client_methods") do
    methods[method] = true
  end
  validate.refuse_unknown("client", name, methods, "method")
end

function Client:__index(name)
  if name == "close" then return client.close end
  local make <const> = parts[name]
  if not make then return client_methods[name] or (type(name) == "string" and raise_unknown(name) or nil) end
  local part <const> = make(self)
  rawset(self, name, part)
  return part
end

--- Returns the address and the state of the client, and no secrets.
function Client:__tostring()
  local problem <const> = self.session:problem()
  return ("bytenite client of %s%s"):format(self.options.base_url, problem and " (" .. problem .. ")" or "")
end

-- The clock and the random numbers of a client; specs pass their own.
local system <const> = {
  now = core.now,
  random = core.random,
  first_wait = 1 / 5, -- seconds that a call of an idle client waits inside the core for its response
  step = function(session, seconds)
    return session:step(seconds)
  end,
}

local function user_agent(addition)
  local own <const> = "bytenite-lua/" .. client.version
  return addition and own .. " " .. addition or own
end

--- Implements `bytenite.new`.
---@param clock table|nil for tests: now() in seconds, random() in [0, 1) and step(session,
---   seconds). Without `first_wait` every wait goes through `step`
function client.new(given, clock)
  local resolved <const> = options.read(given)
  local session <const> = core.session {
    base_url = resolved.base_url,
    service = resolved.service,
    user_agent = user_agent(resolved.user_agent),
    ca_file = resolved.ca_file,
    ca_path = resolved.ca_path,
    client_cert = resolved.client_cert,
    client_key = resolved.client_key,
    proxy = resolved.proxy,
    http_version = resolved.http_version,
    max_connections = resolved.max_connections,
    headers = resolved.headers,
  }
  local self <const> = setmetatable({
    clock = clock or system,
    session = session,
    options = resolved,
    renewal = false, -- the pending token exchange
  }, Client)
  secrets[self] = {}
  for _, name in ipairs { "access_token", "api_key", "headers", "proxy" } do
    secrets[self][name], resolved[name] = resolved[name], nil -- no table shows secrets
  end
  return self
end

return client
