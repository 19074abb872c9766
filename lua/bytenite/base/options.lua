--- options.lua: what `bytenite.new` was given and what the environment adds, checked.
local check <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"

local settings <const> = {}

local defaults <const> = {
  base_url = "https://api.bytenite.com/v1",
  service = "customer",
  connect_timeout = 10,
  timeout = 30,
  deadline = 120,
  max_retries = 2,
  max_response_bytes = 16 * 1024 * 1024,
  max_connections = 100,
  http_version = "auto",
  allow_http = false,
}

local function base_url(where, value)
  check.header_value(where, value)
  local is_https <const>, reason <const> = core.look_at_url(value)
  if is_https == nil then check.raise(("%s: not usable as a base address: %s"):format(where, reason)) end
  if (value .. "/"):find "/%.%.?/" then check.raise(where .. ": the dots would change the path") end
  return (value:gsub("/+$", ""))
end

-- A pasted key often has white space around it.
local function api_key(where, value)
  check.type(where, value, "string")
  return check.header_value(where, (value:gsub("^%s+", ""):gsub("%s+$", "")))
end

local function access_token(where, value)
  if type(value) ~= "string" then
    if value == nil or not pcall(check.callable, where, value) then
      check.raise(("%s: expected a string or a function that returns one, got %s"):format(where, check.describe(value)))
    end
    return value
  end
  return check.header_value(where, value)
end

local function proxy(where, value)
  check.type(where, value, "string")
  return value == "" and value or check.header_value(where, value)
end

--- The limits of a call, which a client has defaults for and each call may set for itself: a check by name.
settings.limits = {
  timeout = check.seconds,
  deadline = check.seconds,
  max_retries = check.integer(0, 100),
  max_response_bytes = check.integer(1, math.maxinteger // 2),
}

--- Adds the limits of a call to what else a method takes.
---@param own table<string, function> a check by name
---@return table # the same
function settings.with_limits(own)
  for name, limit_check in pairs(settings.limits) do
    own[name] = limit_check
  end
  return own
end

--- The limits among the options of a method, for the calls that it makes.
---@param checked table
---@return table
function settings.limits_in(checked)
  local limits <const> = {}
  for name in pairs(settings.limits) do
    limits[name] = checked[name]
  end
  return limits
end

--- Seconds: what streams have for a deadline unless they are given one.
settings.longest = check.longest

local checks <const> = {
  api_key = api_key,
  access_token = access_token,
  base_url = base_url,
  service = check.segment,
  connect_timeout = check.seconds,
  max_connections = check.integer(1, 1000), -- libcurl 7.88 can stall over several thousand streams of a connection
  ca_file = check.text,
  proxy = proxy,
  allow_http = check.boolean,
  http_version = check.one_of { "auto", "1.1", "2" },
  user_agent = check.header_value,
  on_event = check.callable,
}

for name, limit_check in pairs(settings.limits) do
  checks[name] = limit_check
end

local environment <const> = {
  base_url = { "BYTENITE_BASE_URL" },
  ca_file = { "BYTENITE_CA_FILE", "SSL_CERT_FILE" }, -- libcurl reads neither
}

local function from_environment(name, variables)
  for _, variable in ipairs(variables) do
    local value <const> = os.getenv(variable)
    if value and value ~= "" then return checks[name](variable, value) end
  end
  return nil
end

-- Arguments go before the environment, a token before a key.
local function add_credentials(checked)
  if checked.access_token or checked.api_key then return end
  checked.access_token = from_environment("access_token", { "BYTENITE_ACCESS_TOKEN" })
  if not checked.access_token then checked.api_key = from_environment("api_key", { "BYTENITE_API_KEY" }) end
end

local function check_scheme(checked)
  local is_https <const>, is_loopback <const> = core.look_at_url(checked.base_url)
  if not is_https and not is_loopback and not checked.allow_http then
    check.raise "new: base_url: plain http is for loopback hosts only: use https, or set allow_http = true"
  end
  if is_loopback then checked.proxy = "" end -- never through a proxy, whatever the environment says
  checked.is_https = is_https
end

--- Checks the options of a new client and completes them.
---@param given table|nil
---@return table # all options; api_key, access_token and proxy may be nil
--- Raises on an unknown option ("did you mean ...?") or a value that cannot be.
function settings.read(given)
  local checked <const> = check.options("new", given, checks)
  for name, variables in pairs(environment) do
    if checked[name] == nil then checked[name] = from_environment(name, variables) end
  end
  for name, value in pairs(defaults) do
    if checked[name] == nil then checked[name] = value end
  end
  add_credentials(checked)
  check_scheme(checked)
  return checked
end

return settings
