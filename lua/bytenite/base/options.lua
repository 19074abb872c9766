--- options.lua: the options of clients and calls, checked and completed from the environment and
--- the defaults.
local core <const> = require "bytenite.core"
local validate <const> = require "bytenite.base.validate"

local options <const> = {}

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

--- Tells what kind of address a URL without query and fragment is.
---@param url string
---@return boolean|nil # whether it is https; nil if it cannot be used
---@return boolean|string # whether its host is loopback; or why it cannot be used
function options.inspect_url(url)
  local is_https <const>, detail <const> = core.look_at_url(url)
  -- libcurl reads "https:///x" and "https:/x" as the host x
  if is_https ~= nil and not url:find "^%a+://[^/]" then return nil, "it has no host" end
  return is_https, detail
end

--- Returns host and port of a proxy, without its credentials.
---@param address string|nil as curl takes it; the scheme may be missing
---@return string|nil # nil if there is none, or if it cannot be told apart from the credentials
function options.proxy_name(address)
  local name <const> = address and address:gsub("^%a[%w+.-]*://", ""):gsub("^.*@", ""):match "^[^/?#]+"
  return name and name:find "^[%w._:%[%]-]+$" and name or nil
end

local function base_url(where, value)
  validate.header_value(where, value)
  local is_https <const>, reason <const> = options.inspect_url(value)
  if is_https == nil then validate.raise(("%s: not usable as a base address: %s"):format(where, reason)) end
  if (value .. "/"):find "/%.%.?/" then validate.raise(where .. ": the dots would change the path") end
  return (value:gsub("/+$", ""))
end

local function trim(text)
  return text:match "^%s*(.-)%s*$"
end

-- A pasted key often has white space around it.
local function api_key(where, value)
  validate.type(where, value, "string")
  return validate.header_value(where, trim(value))
end

local function access_token(where, value)
  if type(value) ~= "string" then
    if value == nil or not pcall(validate.callable, where, value) then
      validate.raise(
        ("%s: expected a string or a function that returns one, got %s"):format(where, validate.describe(value))
      )
    end
    return value
  end
  return validate.header_value(where, value)
end

local function proxy(where, value)
  validate.type(where, value, "string")
  return value == "" and value or validate.header_value(where, value)
end

--- The limits that a client has defaults for and each call may set for itself: a check by name.
options.limits = {
  timeout = validate.seconds,
  deadline = validate.seconds,
  max_retries = validate.integer(0, 100),
  max_response_bytes = validate.integer(1, math.maxinteger // 2),
}

--- Adds the limits of a call to the options of a method.
---@param own table<string, function> a check by name
---@return table # the same table
function options.with_limits(own)
  for name, limit_check in pairs(options.limits) do
    own[name] = limit_check
  end
  return own
end

--- Returns the limits among the options of a method, for the calls that it makes.
---@param checked table
---@return table
function options.limits_in(checked)
  local limits <const> = {}
  for name in pairs(options.limits) do
    limits[name] = checked[name]
  end
  return limits
end

--- The deadline in seconds of a stream whose caller sets none.
options.longest = validate.longest

local checks <const> = {
  api_key = api_key,
  access_token = access_token,
  base_url = base_url,
  service = validate.segment,
  connect_timeout = validate.seconds,
  max_connections = validate.integer(1, 1000), -- libcurl 7.88 can stall over several thousand streams of a connection
  ca_file = validate.text,
  proxy = proxy,
  allow_http = validate.boolean,
  http_version = validate.one_of { "auto", "1.1", "2" },
  user_agent = validate.header_value,
  on_event = validate.callable,
}

for name, limit_check in pairs(options.limits) do
  checks[name] = limit_check
end

local environment <const> = {
  base_url = { "BYTENITE_BASE_URL" },
  ca_file = { "BYTENITE_CA_FILE", "SSL_CERT_FILE" }, -- libcurl reads neither
}

-- Returns the checked value of the first variable that is set. White space around it is dropped:
-- `export X=$(cat file)` and .env files often leave some.
local function from_environment(name, variables)
  local getenv <const> = os and os.getenv -- hosts may have removed the library
  if not getenv then return nil end
  for _, variable in ipairs(variables) do
    local value <const> = trim(getenv(variable) or "")
    if value ~= "" then return checks[name](variable, value) end
  end
  return nil
end

-- Arguments override environment variables; a token takes precedence over a key.
local function add_credentials(checked)
  if checked.access_token or checked.api_key then return end
  checked.access_token = from_environment("access_token", { "BYTENITE_ACCESS_TOKEN" })
  if not checked.access_token then checked.api_key = from_environment("api_key", { "BYTENITE_API_KEY" }) end
end

local function check_scheme(checked)
  local is_https <const>, is_loopback <const> = options.inspect_url(checked.base_url)
  if not is_https and not is_loopback and not checked.allow_http then
    validate.raise "new: base_url: plain http is for loopback hosts only: use https, or set allow_http = true"
  end
  if is_loopback then checked.proxy = "" end -- loopback is never proxied, whatever the environment says
  checked.is_https = is_https
  checked.proxy_name = options.proxy_name(checked.proxy)
end

--- Checks the options of a new client and completes them.
---@param given table|nil
---@return table # all options; api_key, access_token, proxy and proxy_name may be nil
--- Raises on an unknown option ("did you mean ...?") and on a value that cannot be used.
function options.read(given)
  local checked <const> = validate.options("new", given, checks)
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

return options
