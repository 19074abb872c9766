--- Makes results from files.
local uv <const> = require "luv"

local file_contents <const> = require "bytenite.sandbox.model.file_contents"
local files <const> = require "bytenite.sandbox.runner.files"

local result_files = {}

-- Reads a part of a result. Checks the file first: a program that has escaped could have replaced
-- it by another file or a link.
local function read_part(path, original, position, count)
  if files.kind(path) ~= "file" then error(path .. ": the result is gone", 0) end
  local descriptor <const>, problem <const> = uv.fs_open(path, "r", 0)
  if descriptor == nil then error(problem, 0) end
  local stat <const> = uv.fs_fstat(descriptor)
  local text, reason
  if stat and stat.ino == original.ino and stat.dev == original.dev then
    text, reason = uv.fs_read(descriptor, count, position)
  else
    reason = path .. ": the result was replaced by another file"
  end
  uv.fs_close(descriptor)
  if text == nil then error(reason, 0) end
  return text
end

local function content_of(path)
  local kind <const>, stat <const> = files.kind(path)
  if kind ~= "file" then return nil end
  return {
    length = stat.size,
    etag = file_contents.sha256(("%s/%d/%d"):format(path, stat.size, stat.mtime.nsec)):sub(1, 32),
    read = function(position, count)
      return read_part(path, stat, position, count)
    end,
  }
end

--- Makes results from files. Leaves out missing files.
---@param list {name: string, path: string}[]
---@return bytenite.sandbox.Result[]
---@usage state.results[id] = result_files.of(list)
function result_files.of(list)
  local results <const> = {}
  for _, each in ipairs(list) do
    local content <const> = content_of(each.path)
    if content then results[#results + 1] = { name = each.name, content = content } end
  end
  return results
end

return result_files
