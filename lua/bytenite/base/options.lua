--- options.lua: checks the options of clients and calls, and completes them from the environment, a
--- profile and the defaults.
local core <const> = require "bytenite.core"
local lazy <const> = require "bytenite.base.lazy"
local option_sources <const> = require "bytenite.base.option_sources"
local validate <const> = require "bytenite.base.validate"

local profiles <const> = lazy.module "bytenite.base.profiles"
local request_headers <const> = lazy.module "bytenite.base.request_headers"

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
---@return boolean|nil # whether its host may be this machine by any name: "0.0.0.0", "a.localhost"
function options.inspect_url(url)
  local is_https <const>, detail <const>, may_be_loopback <const> = core.check_url(url)
  -- libcurl reads "https:///x" and "https:/x" as the host x
  if is_https ~= nil and not url:find "^%a+://[^/]" then return nil, "it has no host" end
  return is_https, detail, may_be_loopback
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

-- Checks an API key. Removes white space around it, which a pasted key often has.
local function api_key(where, value)
  validate.type(where, value, "string")
  return validate.header_value(where, option_sources.trim(value))
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

local function profile(where, value)
  if value == false then return false end -- none, whatever the environment says
  return profiles.check_name(where, value)
end

-- Checks a folder of certificates. OpenSSL reads a path with a colon as a list of folders.
local function certificate_folder(where, value)
  validate.plain_path(where, value)
  if value:find(":", 1, true) then validate.raise(where .. ": expected one folder, without a colon in its path") end
  return value
end

--- The limits that a client sets and each call may override: checks by name.
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

--- Returns the limits among the options of a method, for its calls.
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

local function headers(where, value)
  return request_headers.check_common(where, value)
end

local checks <const> = {
  api_key = api_key,
  access_token = access_token,
  base_url = base_url,
  service = validate.segment,
  connect_timeout = validate.seconds,
  max_connections = validate.integer(1, 1000), -- libcurl 7.88 can stall over several thousand streams of a connection
  ca_file = validate.plain_path,
  ca_path = certificate_folder,
  client_cert = validate.plain_path,
  client_key = validate.plain_path,
  proxy = proxy,
  allow_http = validate.boolean,
  profile = profile,
  headers = headers,
  http_version = validate.one_of { "auto", "1.1", "2" },
  user_agent = validate.header_value,
  on_event = validate.callable,
}

for name, limit_check in pairs(options.limits) do
  checks[name] = limit_check
end

local function check_scheme(checked)
  local is_https <const>, is_loopback <const>, may_be_loopback <const> = options.inspect_url(checked.base_url)
  if not is_https and not is_loopback and not checked.allow_http then
    validate.raise "new: base_url: plain http is for loopback hosts only: use https, or set allow_http = true"
  end
  if is_loopback then checked.proxy = "" end -- loopback is never proxied, whatever the environment says
  checked.is_https = is_https
  checked.may_be_loopback = may_be_loopback
  checked.proxy_name = options.proxy_name(checked.proxy)
end

--- Checks a profile.
---@param where string what it is for, with the file and the profile's name
---@param values any
---@return table # a new table
--- Raises on unknown members and on values that cannot be used.
function options.check_profile(where, values)
  return profiles.check(where, values, checks)
end

--- Checks one member of a profile.
---@param where string what it is for
---@param name string the member
---@param value any
---@return any # the value to use
--- Raises on a value that cannot be used.
function options.check_member(where, name, value)
  return checks[name](("%s: %s"):format(where, name), value)
end

--- Checks the options of a new client and completes them.
---@param given table|nil
---@return table # all options; api_key, access_token, proxy, proxy_name and profile may be nil. Has
---   `sources`, see option_sources.complete
--- Raises on an unknown option ("did you mean ...?") and on a value that cannot be used.
function options.read(given)
  local checked <const> = validate.options("new", given, checks)
  option_sources.complete(checked, defaults.base_url, checks)
  for name, value in pairs(defaults) do
    if checked[name] == nil then checked[name] = value end
  end
  if checked.client_key and not checked.client_cert then
    validate.raise "new: client_key: it needs client_cert, its certificate"
  end
  check_scheme(checked)
  return checked
end

return options
