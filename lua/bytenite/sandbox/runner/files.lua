--- Files and folders for the runner, through luv: Lua's own library has no folders, and programs
--- would inherit the files that it opens.
local uv <const> = require "luv"

local files = {}

local FOLDER_MODE <const>, FILE_MODE <const> = 448, 384 -- 0700 and 0600: other users read nothing

--- Joins a folder and a name.
---@param folder string
---@param ... string names
---@return string
---@usage files.join("/tmp", "a", "b") --> "/tmp/a/b"
function files.join(folder, ...)
  return table.concat({ folder, ... }, "/")
end

--- Returns what a path is, without following a link: "file", "directory", "link", "fifo", ...
---@param path string
---@return string|nil kind nil if it does not exist
---@return table|nil stat of luv
---@usage if files.kind(path) == "file" then ... end
function files.kind(path)
  local stat <const> = uv.fs_lstat(path)
  if stat == nil then return nil end
  return stat.type, stat
end

--- Lists a folder, sorted by name.
---@param folder string
---@return string[]|nil names
---@return string|nil problem
---@usage for _, name in ipairs(assert(files.list(folder))) do ... end
function files.list(folder)
  local scan <const>, problem <const> = uv.fs_scandir(folder)
  if scan == nil then return nil, problem end
  local names <const> = {}
  for name in
    function()
      return (uv.fs_scandir_next(scan))
    end
  do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- Makes a folder and its missing parents.
---@param path string
---@return boolean|nil made nil and a problem if it cannot be made
---@return string|nil problem
---@usage assert(files.make(folder))
function files.make(path)
  local made <const>, problem <const>, code <const> = uv.fs_mkdir(path, FOLDER_MODE)
  if made then return true end
  if code == "EEXIST" then
    local stat <const> = uv.fs_stat(path)
    if stat and stat.type == "directory" then return true end
  end
  local parent <const> = path:match "^(.+)/[^/]+$"
  if code ~= "ENOENT" or parent == nil then return nil, problem end
  local parent_made <const>, reason <const> = files.make(parent)
  if not parent_made then return nil, reason end
  return files.make(path)
end

--- Removes a file, or a folder with everything in it. Removes links without following them.
---@param path string
---@param pause fun()|nil called from time to time, for large trees
---@usage files.remove(folder)
function files.remove(path, pause)
  if files.kind(path) == "directory" then
    uv.fs_chmod(path, FOLDER_MODE) -- a program may have made it read-only
    for index, name in ipairs(files.list(path) or {}) do
      files.remove(path .. "/" .. name, pause)
      if pause and index % 64 == 0 then pause() end
    end
    uv.fs_rmdir(path) -- which may take milliseconds
    if pause then pause() end
  else
    uv.fs_unlink(path)
  end
end

--- Reads a whole file. Blocks, so use it for small files only.
---@param path string
---@return string|nil text
---@return string|nil problem
---@usage local text, problem = files.read(path)
function files.read(path)
  local descriptor <const>, problem <const> = uv.fs_open(path, "r", 0)
  if descriptor == nil then return nil, problem end
  local stat <const> = uv.fs_fstat(descriptor)
  local text, reason
  if stat and stat.type == "file" then
    text, reason = uv.fs_read(descriptor, stat.size, 0)
  else
    reason = "not a regular file"
  end
  uv.fs_close(descriptor)
  return text, reason
end

--- Writes a whole file.
---@param path string
---@param text string
---@return boolean|nil written
---@return string|nil problem
---@usage assert(files.write(path, "hello\n"))
function files.write(path, text)
  local descriptor <const>, problem <const> = uv.fs_open(path, "w", FILE_MODE)
  if descriptor == nil then return nil, problem end
  local written <const>, reason <const> = uv.fs_write(descriptor, text, 0)
  uv.fs_close(descriptor)
  if written ~= #text then return nil, reason or "the disk is full" end
  return true
end

-- A file that is open for writing and reading, with the methods of Lua's files that the sandbox
-- uses.
local Open <const> = {}
Open.__index = Open

--- Makes a new file, open for writing and reading.
---@param path string
---@return table|nil file with `write`, `seek`, `read` and `close`
---@return string|nil problem
---@usage local file <close> = assert(files.create(path))
function files.create(path)
  local descriptor <const>, problem <const> = uv.fs_open(path, "wx+", FILE_MODE)
  if descriptor == nil then return nil, problem end
  return setmetatable({ path = path, descriptor = descriptor, position = 0 }, Open)
end

--- Opens a file for reading.
---@param path string
---@return table|nil file as `create` returns it
---@return string|nil problem
---@usage local file <close> = assert(files.open(path))
function files.open(path)
  if files.kind(path) ~= "file" then return nil, path .. " is not a file" end
  local descriptor <const>, problem <const> = uv.fs_open(path, "r", 0)
  if descriptor == nil then return nil, problem end
  return setmetatable({ path = path, descriptor = descriptor, position = 0 }, Open)
end

function Open:write(text)
  local written <const>, problem <const> = uv.fs_write(self.descriptor, text, self.position)
  if written ~= #text then return nil, problem or "the disk is full" end
  self.position = self.position + written
  return self
end

function Open:seek(_, position)
  self.position = position
  return position
end

function Open:read(count)
  local text <const>, problem <const> = uv.fs_read(self.descriptor, count, self.position)
  if text == nil then return nil, problem end
  self.position = self.position + #text
  return text
end

function Open:close()
  local descriptor <const> = self.descriptor
  self.descriptor = nil
  if descriptor then uv.fs_close(descriptor) end
end

Open.__close, Open.__gc = Open.close, Open.close

--- Returns a path with all links resolved.
---@param path string
---@return string|nil real nil if it does not exist
---@usage local real = files.real(path)
function files.real(path)
  return (uv.fs_realpath(path))
end

--- Returns whether a path is below a folder once all links are resolved.
---@param path string must exist
---@param folder string
---@return boolean
---@usage files.is_below("/tmp/a/link", "/tmp/a")
function files.is_below(path, folder)
  local real <const>, top <const> = files.real(path), files.real(folder)
  return real ~= nil and top ~= nil and real:sub(1, #top + 1) == top .. "/"
end

return files
