--- upload_source.lua: the sources of uploads: a path, an open file, a string or a function. All are
--- read in pieces, and again for another attempt if they can be rewound.
local validate <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"

local upload_source <const> = {}

local Source <const> = { __name = "bytenite.Source" }
Source.__index = Source

local file_error <const> = errors.file

function Source:__close()
  if self.close then self.close() end
  self.close = nil
end

--- Reads the next bytes.
---@param most integer how many at most; a function may return more
---@return string|nil # not empty; nil and an error if they cannot be read or end too early
function Source:read(most)
  local piece, problem
  self.was_asked = true -- first: while a function runs, the piece that it will return must not be lost
  repeat
    piece, problem = self.next_piece(math.min(most, self.size - self.given))
  until piece ~= ""
  if problem then return nil, file_error(("cannot read %s: %s"):format(self.name, problem)) end
  if not piece then
    local message <const> = ("%s ended after %d of %d bytes"):format(self.name, self.given, self.size)
    return nil, file_error(message, "did it change during the upload?")
  end
  self.given = self.given + #piece
  if self.given > self.size then
    return nil, file_error(("%s returned more than the announced %d bytes"):format(self.name, self.size))
  end
  return piece
end

--- Goes back to the beginning.
---@return boolean # false if the source cannot be read again
function Source:rewind()
  if not self.was_asked then return true end
  if not self.go_back or not self.go_back() then return false end
  self.given, self.was_asked = 0, false
  return true
end

--- Returns whether the source can be read from its beginning.
function Source:can_rewind()
  return not self.was_asked or self.go_back ~= nil
end

--- Checks after the last byte that the source has not changed since it was read.
---@return table|nil # an error if it has changed
function Source:check_unchanged()
  if self.is_as_it_was() then return nil end
  return file_error(self.name .. " changed during the upload", "storage has a mixture of both: upload it again")
end

local function from_string(text)
  local at = 1
  return {
    name = "the string",
    size = #text,
    next_piece = function(most)
      local piece <const> = text:sub(at, at + most - 1)
      at = at + #piece
      return piece ~= "" and piece or nil
    end,
    go_back = function()
      at = 1
      return true
    end,
    is_as_it_was = function()
      return true
    end,
  }
end

local function from_file(file, name, size)
  local start <const> = file:seek()
  local total <const>, stamp <const> = core.stamp(file)
  local can_seek <const> = start ~= nil and total ~= nil
  return {
    name = name,
    size = size or can_seek and math.max(0, total - start) or nil,
    next_piece = function(most)
      return file:read(most)
    end,
    go_back = can_seek and function()
      return file:seek("set", start) ~= nil
    end or nil,
    is_as_it_was = function()
      if not can_seek then return true end
      local _ <const>, stamp_now <const> = core.stamp(file)
      return stamp_now == stamp
    end,
  }
end

-- Hosts may have removed the library io.
local NO_FILES <const> = "the Lua state has no io library: give { data = bytes } or a reader function"

-- Returns the result of io.type; nil if there is no io library.
local function file_type(value)
  return io and io.type(value)
end

local function from_path(path)
  if not io then return nil, file_error(("cannot read %s: %s"):format(path, NO_FILES)) end
  local size <const>, reason <const> = core.stamp(path) -- first: opening a pipe would wait for its other end
  if not size then return nil, file_error(("cannot read %s: %s"):format(path, reason)) end
  local file <const>, problem <const> = io.open(path, "rb")
  if not file then return nil, file_error("cannot read " .. problem) end
  local own <const> = from_file(file, path)
  own.close = function()
    file:close()
  end
  return own
end

local function from_function(reader, where)
  local has_ended = false
  local function next_piece()
    if has_ended then return nil end
    local piece <const> = reader()
    if piece == nil then
      has_ended = true
      return nil
    end
    return validate.type(where .. ": what the reader returns", piece, "string")
  end
  return {
    name = "the reader",
    next_piece = next_piece,
    is_as_it_was = function()
      local piece
      repeat
        piece = next_piece()
      until piece ~= ""
      return piece == nil
    end,
  }
end

local function is_callable(value)
  return (pcall(validate.callable, "", value))
end

local function make(where, given, size)
  if type(given) == "string" then return from_path(validate.path(where, given)) end
  if file_type(given) == "file" then return from_file(given, "the file", size) end
  if type(given) == "table" and type(given.data) == "string" then return from_string(given.data) end
  if is_callable(given) then return from_function(given, where) end
  if file_type(given) == "closed file" then validate.raise(where .. ": the file is closed") end
  validate.raise(
    ("%s: expected a path, { data = bytes }, an open file or a reader function, got %s"):format(
      where,
      validate.describe(given)
    )
  )
end

--- Opens a source.
---@param where string its place in messages
---@param given any a path; { data = bytes }; an open file, read from its position; a function that
---   returns the next piece, nil at the end; an open source, which is returned
---@param size integer|nil bytes; required if the source has no size of its own
---@return table|nil # a source with size (in bytes) and name; declare it `<close>`. Or nil and a
---   `file` error
function upload_source.open(where, given, size)
  if getmetatable(given) == Source then return given end
  local opened <const>, problem <const> = make(where, given, size)
  if not opened then return nil, problem end
  opened.size = opened.size or size
  if not opened.size then
    validate.raise(
      where .. ": size (bytes) is required for a source without a size of its own: storage needs it in advance"
    )
  end
  if size and size ~= opened.size then
    validate.raise(("%s: size: the source has %d bytes, not %d"):format(where, opened.size, size))
  end
  opened.given, opened.was_asked = 0, false
  return setmetatable(opened, Source)
end

return upload_source
