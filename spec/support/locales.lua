--- Locales whose decimal separator is not a point. localedef makes them in the build folder, and
--- programs find them by LOCPATH.
local lfs <const> = require "lfs"

local locales = {}

--- How the locales print 0.5, by name: with a comma, and with a separator of two bytes.
---@type table<string, string>
locales.halves = { ["de_DE.UTF-8"] = "0,5", ["ps_AF.UTF-8"] = "0\u{66B}5" }

local FOLDER <const> = "build/locales"

local function is_folder(path)
  return lfs.attributes(path, "mode") == "directory"
end

-- Makes a locale under a temporary name first, so that the remains of an interrupted run are never
-- used.
local function make(name)
  lfs.mkdir "build"
  lfs.mkdir(FOLDER)
  local source <const>, charmap <const> = name:match "^(.-)%.(.*)$"
  local unfinished <const> = ("%s/%s.unfinished"):format(FOLDER, name)
  local command <const> = ("env -u LD_PRELOAD localedef -i %s -f %s '%s' 2>&1"):format(source, charmap, unfinished)
  local pipe <const> = assert(io.popen(command))
  local output <const> = pipe:read "a"
  pipe:close()
  if not os.rename(unfinished, ("%s/%s"):format(FOLDER, name)) then return nil, output end
  return true
end

--- Returns the folder for LOCPATH that contains a locale, which is made if necessary.
---@param name string
---@return string|nil folder nil if it cannot be made
---@return string|nil problem
---@usage local folder = locales.folder "de_DE.UTF-8"
function locales.folder(name)
  if not is_folder(("%s/%s"):format(FOLDER, name)) then
    local made <const>, problem <const> = make(name)
    if not made then return nil, "localedef makes no " .. name .. ": " .. problem end
  end
  return lfs.currentdir() .. "/" .. FOLDER
end

return locales
