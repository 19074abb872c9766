--- profiles.lua: reads and writes profiles, for `configure`. base/profiles.lua reads the profile of
--- a client.
local bytenite <const> = require "bytenite"
local core <const> = require "bytenite.core"
local base <const> = require "bytenite.base.profiles"
local options <const> = require "bytenite.base.options"
local validate <const> = require "bytenite.base.validate"

local profiles <const> = {}

-- Addresses are equal if scheme, host and port are.
profiles.origin = base.origin

-- Returns the path of the file and its profiles, an empty table if there is no file. Raises on
-- mistakes in the file.
local function read_all()
  local path <const>, no_path <const> = base.path()
  if not path then validate.raise(no_path) end
  local all <const>, reason <const>, is_missing <const> = base.read(path)
  if not all and not is_missing then validate.raise(("%s: %s"):format(path, reason)) end
  return path, all or {}
end

--- Returns the names of all profiles, in order.
---@return string[]
--- Raises on a file that cannot be used.
function profiles.names()
  local _ <const>, all <const> = read_all()
  local names <const> = {}
  for name in pairs(all) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- Returns a profile; nil if it does not exist.
---@param name string
---@return table|nil
--- Raises on an invalid name, a file that cannot be used, and mistakes in the profile.
function profiles.get(name)
  base.check_name("configure: profile", name)
  local path <const>, all <const> = read_all()
  if all[name] == nil then return nil end
  return options.check_profile(("%s: profiles.%s"):format(path, name), all[name])
end

--- Raises if a value cannot be a member of a profile.
---@param member string
---@param value any
---@param source string|nil the environment variable that it comes from, for the message
---@return any # the value to use
function profiles.check(member, value, source)
  return options.check_member(source or "configure", member, value)
end

--- Stores a profile in a file that only its owner can read. Replaces the file completely or not at
--- all.
---@param name string
---@param profile table
---@return string|nil # the path of the file; or nil and the reason
---@return string|nil
--- Raises on a file that cannot be used.
function profiles.store(name, profile)
  local path <const>, all <const> = read_all()
  all[name] = profile
  local folder_path <const>, file_name <const> = path:match "^(.*)/([^/]*)$"
  local folder <const>, no_folder <const> = core.folder(folder_path, true)
  if not folder then return nil, ("%s: %s"):format(folder_path, no_folder) end
  local file <close>, no_file <const> = folder:create(file_name)
  if not file then return nil, ("%s: %s"):format(path, no_file) end
  local text <const> = bytenite.encode({ profiles = all }, { sorted = true, indent = 2 })
  local done, problem = file:write(text .. "\n")
  if done then
    done, problem = file:commit(true)
  end
  if not done then return nil, ("%s: %s"):format(path, problem) end
  return path
end

return profiles
