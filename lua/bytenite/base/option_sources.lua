--- option_sources.lua: completes the options of a client from the environment and a profile.
---
--- Options that belong together form a group and come from a single source: a CA file must not be
--- combined with the CA folder of another source, nor a key with another source's certificate. The
--- first source that has an option of the group counts; the program's own options come first.
local lazy <const> = require "bytenite.base.lazy"
local validate <const> = require "bytenite.base.validate"

local profiles <const> = lazy.module "bytenite.base.profiles"

local option_sources <const> = {}

local PROFILE <const> = "profile"
local OPTION <const> = "option"

local TOKEN_VARIABLE <const> = { access_token = "BYTENITE_ACCESS_TOKEN" }
local KEY_VARIABLE <const> = { api_key = "BYTENITE_API_KEY" }

-- Each group lists its sources in order: environment variables by option, or the profile. libcurl
-- itself reads none of these variables.
local address <const> = {
  { names = { "base_url" }, { base_url = "BYTENITE_BASE_URL" }, PROFILE },
  { names = { "service" }, PROFILE },
}

-- A profile's certificates are for the profile's own address only. SSL_CERT_FILE is not specific to
-- this service, so that a profile takes precedence over it.
local certificates <const> = {
  {
    names = { "ca_file", "ca_path" },
    { ca_file = "BYTENITE_CA_FILE", ca_path = "BYTENITE_CA_PATH" },
    PROFILE,
    { ca_file = "SSL_CERT_FILE" },
  },
  {
    names = { "client_cert", "client_key" },
    { client_cert = "BYTENITE_CLIENT_CERT", client_key = "BYTENITE_CLIENT_KEY" },
    PROFILE,
  },
}

-- A token takes precedence over a key. A profile named by the program counts as an option of the
-- program: its key takes precedence over the environment.
local credentials <const> = { names = { "access_token", "api_key" }, TOKEN_VARIABLE, KEY_VARIABLE, PROFILE }
local credentials_if_named <const> = { names = { "access_token", "api_key" }, PROFILE, TOKEN_VARIABLE, KEY_VARIABLE }

--- Returns a text without white space around it.
---@param text string
---@return string
function option_sources.trim(text)
  return text:match "^%s*(.-)%s*$"
end

-- Returns the checked value of an environment variable, or nil. Removes white space around it,
-- which .env files often leave.
local function from_variable(name, variable, checks)
  local getenv <const> = os and os.getenv -- hosts may have removed the library
  local value <const> = option_sources.trim(getenv and getenv(variable) or "")
  return value ~= "" and checks[name](variable, value) or nil
end

-- Adds the options of a group, from the first source that has any of them.
local function complete(checked, group, profile, checks)
  local sources <const> = checked.sources
  local is_found = false
  local function add(name, value, source)
    if value == nil then return end
    checked[name], sources[name], is_found = value, source, true
  end
  for _, name in ipairs(group.names) do
    add(name, checked[name], OPTION)
  end
  for _, source in ipairs(group) do
    for _, name in ipairs(is_found and {} or group.names) do
      if source == PROFILE then
        add(name, profile[name], PROFILE)
      elseif source[name] then
        add(name, from_variable(name, source[name], checks), source[name])
      end
    end
  end
end

local function raise_elsewhere(checked, base_url, own_url)
  local sources <const>, name <const> = checked.sources, checked.profile
  local place <const> = ('new: profile "%s": %s: profiles.%s.api_key'):format(name, sources.file, name)
  local chosen_by <const> = sources.base_url == OPTION and "base_url" or sources.base_url
  local reason <const> = ("it is sent to %s only, and %s is %s"):format(own_url, chosen_by, base_url)
  validate.raise(("%s: %s: remove it, or give another key"):format(place, reason))
end

-- Returns the profile that the program or the environment names; an empty table if neither does.
local function find_profile(checked, checks)
  local sources <const> = checked.sources
  if checked.profile == nil then
    checked.profile = from_variable("profile", "BYTENITE_PROFILE", checks)
    sources.profile = checked.profile and "BYTENITE_PROFILE"
  elseif checked.profile then
    sources.profile = OPTION
  end
  if not checked.profile then return {} end
  local variable <const> = sources.profile ~= OPTION and sources.profile or nil
  local profile <const>, path <const> = profiles.find(variable, checked.profile, checks)
  sources.file = path
  return profile
end

local REFUSED <const> = {} -- stands for a key that may not be sent to the client's address

--- Completes the options of a client from the environment and the profile, if there is one.
---@param checked table the options that were given. Gets `sources`, from an option's name to where
---   it comes from ("option", "profile", or a variable), and for `file` the path of the profiles
---@param default_url string the address if no source has one
---@param checks table<string, function> the check of each option, by name
--- Raises on an invalid value, and if a profile's key would be sent to another address.
function option_sources.complete(checked, default_url, checks)
  checked.sources = {}
  local profile <const> = find_profile(checked, checks)
  for _, group in ipairs(address) do
    complete(checked, group, profile, checks)
  end
  local bound = profile
  local own_url <const>, base_url <const> = profile.base_url or default_url, checked.base_url or default_url
  if checked.profile and profiles.origin(own_url) ~= profiles.origin(base_url) then
    bound = { api_key = profile.api_key and REFUSED }
  end
  for _, group in ipairs(certificates) do
    complete(checked, group, bound, checks)
  end
  local is_named <const> = checked.sources.profile == OPTION
  complete(checked, is_named and credentials_if_named or credentials, bound, checks)
  if checked.api_key == REFUSED then raise_elsewhere(checked, base_url, own_url) end
end

return option_sources
