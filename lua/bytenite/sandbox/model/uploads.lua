--- Receives uploads: counts and hashes their bytes, keeps small ones in memory and large ones in
--- temporary files. An incomplete upload does not change the previous one.
local new_digest <const> = require("openssl.digest").new

local file_contents <const> = require "bytenite.sandbox.model.file_contents"

---@class bytenite.sandbox.Upload
---@field content bytenite.sandbox.Content
---@field sha256 string in hexadecimal digits
---@field headers string[] alternating names and values
---@field name string the file's name
---@field completed boolean whether the client has completed it

---@class bytenite.sandbox.Sink
---@field length integer bytes so far
---@field package digest userdata
---@field package pieces string[]
---@field package file table|nil a file, or an object with its methods
local Sink = {}
Sink.__index = Sink

local uploads = {}

local MOST_IN_MEMORY <const> = 4 * 1024 * 1024 -- bytes of an upload

--- Makes a sink for an upload.
---@param file table|nil stores the upload from the start; has the methods of a file
---@return bytenite.sandbox.Sink
---@usage local sink = uploads.sink()
function uploads.sink(file)
  return setmetatable({ length = 0, digest = new_digest "sha256", pieces = {}, file = file }, Sink)
end

--- Writes the next bytes. Raises a string if the disk is full.
---@param piece string
---@usage sink:write(piece)
function Sink:write(piece)
  self.length = self.length + #piece
  self.digest:update(piece)
  if self.file == nil and self.length > MOST_IN_MEMORY then
    self.file = assert(io.tmpfile())
    assert(self.file:write(table.concat(self.pieces)))
    self.pieces = {}
  end
  if self.file then
    assert(self.file:write(piece))
  else
    self.pieces[#self.pieces + 1] = piece
  end
end

local function file_name(headers)
  for index = 1, #headers, 2 do
    if headers[index] == "content-disposition" then
      local name <const> = headers[index + 1]:match 'filename="?([^";]+)"?'
      return name and name:match "[^/\\]+$"
    end
  end
  return nil
end

--- Returns the complete upload.
---@param headers string[] of the request, alternating names and values
---@return bytenite.sandbox.Upload
---@usage state.uploads[id] = sink:finish(request.headers)
function Sink:finish(headers)
  local sha256 <const> = file_contents.hex(self.digest:final())
  local content <const> = self.file and file_contents.file(self.file, self.length, sha256)
    or file_contents.text(table.concat(self.pieces))
  content.path = self.file and self.file.path
  return {
    content = content,
    sha256 = sha256,
    headers = headers,
    name = file_name(headers) or "input.bin",
    completed = false,
  }
end

return uploads
