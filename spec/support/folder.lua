--- Folders for specs: temporary, and gone when they go out of scope.
local lfs <const> = require "lfs"

---@class spec.Folder
---@field path string
local Folder = {}
Folder.__index = Folder

local folder = {}

--- Makes an empty one.
---@return spec.Folder # to be declared `<close>`
function folder.new()
  local path <const> = os.tmpname()
  os.remove(path)
  assert(lfs.mkdir(path))
  return setmetatable({ path = path }, Folder)
end

--- The path of something in it.
function Folder:at(name)
  return self.path .. "/" .. name
end

--- Writes a file in it.
---@return string # its path
function Folder:write(name, text)
  local file <close> = assert(io.open(self:at(name), "wb"))
  assert(file:write(text))
  return self:at(name)
end

--- What is in a file in it; nil when there is none.
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

--- The paths of all files below it, hidden ones too, in order.
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
