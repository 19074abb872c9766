--- Locales whose numbers have no point, made by localedef in the build folder and found through LOCPATH.
local lfs <const> = require "lfs"

local locales = {}

--- What they make of 0.5, by their names: a comma, and a mark of two bytes.
---@type table<string, string>
locales.halves = { ["de_DE.UTF-8"] = "0,5", ["ps_AF.UTF-8"] = "0\u{66B}5" }

local FOLDER <const> = "build/locales"

local function is_folder(path)
  return lfs.attributes(path, "mode") == "directory"
end

-- Under another name first, so that what is left of an interrupted run is never taken for a locale.
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

--- The folder for LOCPATH in which the locale is.
---@param name string
---@return string|nil folder nil where it cannot be made
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
