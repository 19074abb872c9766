--- profiles.lua: reads the file of profiles. A profile is a named set of options: an address, and
--- the credentials for that address only. The file is read only if a profile is requested.
local core <const> = require "bytenite.core"
local validate <const> = require "bytenite.base.validate"

local profiles <const> = {}

local LARGEST <const> = 1024 * 1024 -- bytes of a file
local OTHERS <const> = tonumber("077", 8) -- the permission bits of all users but the owner
local NO_SUCH_FILE <const> = 2 -- ENOENT, of all systems

--- The members that a profile may have; each is the option of that name.
profiles.members = { "base_url", "service", "api_key", "ca_file", "ca_path", "client_cert", "client_key" }

local is_path <const> = { ca_file = true, ca_path = true, client_cert = true, client_key = true }

--- Raises if a value cannot be the name of a profile.
function profiles.check_name(where, value)
  validate.text(where, value)
  if not value:find "^[%w_][%w_.-]*$" then
    validate.raise(where .. ": expected letters, digits, dots, dashes and underscores")
  end
  return value
end

--- Returns the path of the file, which need not exist.
---@return string|nil # or nil and the reason
---@return string|nil
function profiles.path()
  local getenv <const> = os and os.getenv -- hosts may have removed the library
  if not getenv then return nil, "this Lua state has no os.getenv to find the file of profiles with" end
  local base <const> = getenv "XDG_CONFIG_HOME" or ""
  if base:sub(1, 1) == "/" then return base .. "/bytenite/config.json" end -- relative ones do not count
  local home <const> = getenv "HOME" or ""
  if home == "" then return nil, "there is no file of profiles: neither XDG_CONFIG_HOME nor HOME is set" end
  return home .. "/.config/bytenite/config.json"
end

-- Returns the text of a file that only its owner can use; or nil, the reason, and the system's
-- code.
local function read_private(path)
  if not (io and io.open) then return nil, "this Lua state has no io.open to read it with" end
  local size <const>, reason <const>, code <const> = core.stamp(path) -- first: opening a pipe would block
  if not size then return nil, reason, code end
  if size > LARGEST then return nil, "it is too large" end
  local file <close>, problem <const> = io.open(path, "rb")
  if not file then return nil, problem end
  local permissions <const>, unknown <const> = core.permissions(file)
  if not permissions then return nil, unknown end
  if permissions & OTHERS ~= 0 then
    return nil, ("other users may read or change it (mode %04o): chmod 600 '%s'"):format(permissions, path)
  end
  return file:read(LARGEST) or ""
end

--- Reads the file.
---@param path string
---@return table<string, any>|nil # the profiles by name, unchecked; or nil and the reason
---@return string|nil
---@return boolean|nil # whether there is no such file
function profiles.read(path)
  local text <const>, reason <const>, code <const> = read_private(path)
  if not text then return nil, reason, code == NO_SUCH_FILE end
  local document <const>, problem <const> = core.decode(text)
  if document == nil then return nil, "not JSON: " .. problem end
  if type(document) ~= "table" or core.is_array(document) then return nil, "expected an object" end
  for name in pairs(document) do
    if name ~= "profiles" then return nil, ('unknown member "%s": it has one member, "profiles"'):format(name) end
  end
  local all <const> = document.profiles
  if type(all) ~= "table" or core.is_array(all) then return nil, "profiles: expected an object" end
  return all
end

-- Returns a hint about a profile that the file does not have.
local function advice(name, all)
  local names <const> = {}
  for other in pairs(all) do
    names[#names + 1] = other
  end
  table.sort(names)
  local meant <const> = core.suggest(name, names)
  if meant then return ('did you mean "%s"?'):format(meant) end
  return #names > 0 and "it has: " .. table.concat(names, ", ") or "it has no profiles"
end

-- Makes a check that requires absolute paths, since programs in any folder use the file.
local function absolute(check)
  return function(where, value)
    check(where, value)
    if value:sub(1, 1) ~= "/" then validate.raise(where .. ": expected an absolute path") end
    return value
  end
end

--- Checks a profile.
---@param where string what it is for, with the file and the profile's name
---@param profile any
---@param checks table<string, function> the check of each option, by name
---@return table # a new table
--- Raises on unknown members ("did you mean ...?") and on what a check refuses.
function profiles.check(where, profile, checks)
  local known <const> = {}
  for _, name in ipairs(profiles.members) do
    local check <const> = is_path[name] and absolute(checks[name]) or checks[name]
    known[name] = function(_, value)
      return check(("%s.%s"):format(where, name), value)
    end
  end
  if core.is_array(profile) then validate.raise(where .. ": expected an object, got a list") end
  return validate.options(where, validate.type(where, profile, "table"), known, "member")
end

--- Reads a profile.
---@param variable string|nil the environment variable that names it; nil for an option
---@param name string
---@param checks table<string, function> the check of each option, by name
---@return table # the profile
---@return string # the path of the file
--- Raises if there is no such profile or no such file, and on what cannot be used in it.
function profiles.find(variable, name, checks)
  local where = ('%s: profile "%s"'):format(variable or "new", name)
  local path <const>, no_path <const> = profiles.path()
  if not path then validate.raise(("%s: %s"):format(where, no_path)) end
  where = ("%s: %s"):format(where, path)
  local all <const>, reason <const>, is_missing <const> = profiles.read(path)
  if not all then
    local hint <const> = is_missing and ": bytenite configure makes it" or ""
    validate.raise(("%s: %s%s"):format(where, reason, hint))
  end
  if all[name] == nil then
    local missing <const> = ('no profile "%s" in %s'):format(name, path)
    local told <const> = variable and ("%s (%s)"):format(missing, variable) or "new: " .. missing
    validate.raise(("%s; %s"):format(told, advice(name, all)))
  end
  return profiles.check(("%s: profiles.%s"):format(where, name), all[name], checks), path
end

--- Returns scheme, host and port of a base address, without the default port.
---@param url string a valid one
---@return string
function profiles.origin(url)
  local scheme <const>, authority <const> = url:lower():match "^(%a+)://([^/]*)"
  return ("%s://%s"):format(scheme, (authority:gsub(scheme == "https" and ":443$" or ":80$", "")))
end

return profiles
