--- Temporary folders for specs, which are removed when they go out of scope.
local lfs <const> = require "lfs"

---@class spec.Folder
---@field path string
local Folder = {}
Folder.__index = Folder

local folder = {}

--- Makes an empty folder.
---@return spec.Folder # to be declared `<close>`
function folder.new()
  local path <const> = os.tmpname()
  os.remove(path)
  assert(lfs.mkdir(path))
  return setmetatable({ path = path }, Folder)
end

--- Returns the path of a file in the folder.
function Folder:at(name)
  return self.path .. "/" .. name
end

--- Writes a file in the folder.
---@return string # its path
function Folder:write(name, text)
  local file <close> = assert(io.open(self:at(name), "wb"))
  assert(file:write(text))
  return self:at(name)
end

--- Returns the content of a file in the folder; nil if there is none.
function Folder:read(name)
  local file <close> = io.open(self:at(name), "rb")
  return file and file:read "a"
end

local function add(names, path, prefix)
  for name in lfs.dir(path) do
    if name ~= "." and name ~= ".." then
      local below <const> = path .. "/" .. name
      if lfs.symlinkattributes(below, "mode") == "directory" then
        add(names, below, prefix .. name .. "/")
      else
        names[#names + 1] = prefix .. name
      end
    end
  end
  return names
end

--- Returns the sorted paths of all files in the folder and its subfolders, hidden ones too.
---@return string[]
function Folder:names()
  local names <const> = add({}, self.path, "")
  table.sort(names)
  return names
end

function Folder:__close()
  os.execute(("rm -rf '%s'"):format(self.path))
end

return folder
