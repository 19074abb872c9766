--- piped_input.lua: opens the source of an upload: a file, standard input or a pipe. Storage needs
--- the length in advance: if a pipe has no --size, it is copied to a temporary file.
local core <const> = require "bytenite.core"
local command_errors <const> = require "bytenite.command.command_errors"
local units <const> = require "bytenite.command.units"

local piped_input <const> = {}

local STANDARD_INPUT <const> = "-"
local PIECE <const> = 64 * 1024 -- bytes
local MOST <const> = 1 << 30 -- bytes of a temporary file

local SIZE_HINT <const> = "to send it without a copy, give its length in bytes with --size"

local function fail(format, ...)
  command_errors.raise("file", format:format(...))
end

local function read(file, name)
  local piece <const>, problem <const> = file:read(PIECE)
  if problem then fail("cannot read %s: %s", name, problem) end
  return piece
end

--- Copies a file to a temporary file without a name, so that nothing is left of it however the
--- program ends.
---@param file file*
---@param name string of the file, for errors
---@param most integer the largest size, in bytes
---@return file* # at its beginning
function piped_input.spool(file, name, most)
  local copy <const>, without <const> = io.tmpfile()
  if not copy then fail("cannot make a temporary file for %s: %s; %s", name, without, SIZE_HINT) end
  local size = 0
  local piece = read(file, name)
  while piece do
    size = size + #piece
    if size > most then
      copy:close()
      fail("%s has more than %s, the limit of a temporary file; %s", name, units.bytes(most), SIZE_HINT)
    end
    local written <const>, problem <const> = copy:write(piece)
    if not written then fail("cannot write the temporary file for %s: %s; %s", name, problem, SIZE_HINT) end
    piece = read(file, name)
  end
  local flushed <const>, problem <const> = copy:flush()
  if not flushed then fail("cannot write the temporary file for %s: %s; %s", name, problem, SIZE_HINT) end
  copy:seek "set"
  return copy
end

-- Returns a reader for job:upload that fails if the length differs from --size.
local function reader_of(file, name, size)
  local given = 0
  return function()
    local piece <const> = read(file, name)
    given = given + (piece and #piece or 0)
    if given > size then fail("%s has more than the %d bytes of --size", name, size) end
    if not piece and given < size then fail("%s ended after %d of the %d bytes of --size", name, given, size) end
    return piece
  end
end

-- Fails unless the rest of standard input, a regular file, has the length of --size.
local function check_size(size)
  local left <const> = core.stamp(io.stdin) - io.stdin:seek()
  if left ~= size then fail("standard input has %d bytes, not the %d of --size", left, size) end
end

-- Returns the file if it is a pipe; nil if job:upload can open the path itself and read it twice.
local function open_pipe(path)
  local file <const> = path == STANDARD_INPUT and io.stdin or nil
  local size <const>, _ <const>, code <const> = core.stamp(file or path)
  if size or code then return nil end -- a regular file, or one that is missing
  if file then return file end
  local opened <const>, problem <const> = io.open(path, "rb")
  return opened or fail("%s", problem)
end

local Input <const> = {}

function Input:__close()
  if self.copy then self.copy:close() end
end

--- Opens the source of an upload. Declare it `<close>`.
---@param path string "-" stands for standard input
---@param size integer|nil bytes, if known
---@return {source: any, size: integer|nil} # for job:upload and client:submit
function piped_input.open(path, size)
  local self <const> = setmetatable({ size = size }, Input)
  local file <const> = open_pipe(path)
  local name <const> = path == STANDARD_INPUT and "standard input" or path
  if not file then
    if size and path == STANDARD_INPUT then check_size(size) end
    self.source = path == STANDARD_INPUT and io.stdin or path
  elseif size then
    self.source = reader_of(file, name, size)
  else
    self.copy = piped_input.spool(file, name, MOST)
    self.source = self.copy
  end
  return self
end

return piped_input
