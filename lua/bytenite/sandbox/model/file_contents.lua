--- Makes contents to serve: from a string, from a file, or generated on request.
local new_digest <const> = require("openssl.digest").new

---@class bytenite.sandbox.Content
---@field length integer bytes
---@field etag string without quotes; different for different bytes
---@field path string|nil of the file with the bytes
---@field read fun(position: integer, count: integer): string `count` bytes; positions start at 0

local file_contents = {}

local BLOCK <const> = 64 * 1024 -- bytes

--- Returns bytes as hexadecimal digits.
---@param bytes string
---@return string
---@usage file_contents.hex "\1\255" --> "01ff"
function file_contents.hex(bytes)
  return (bytes:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

--- Returns the SHA-256 of bytes, in hexadecimal digits.
---@param bytes string
---@return string
---@usage file_contents.sha256 "" --> "e3b0c44298fc1c14..."
function file_contents.sha256(bytes)
  return file_contents.hex(new_digest("sha256"):final(bytes))
end

--- Makes content in memory.
---@param bytes string
---@return bytenite.sandbox.Content
---@usage local content = file_contents.text "done\n"
function file_contents.text(bytes)
  return {
    length = #bytes,
    etag = file_contents.sha256(bytes):sub(1, 32),
    read = function(position, count)
      return bytes:sub(position + 1, position + count)
    end,
  }
end

--- Makes content in an open file, which is closed when the content is collected.
---@param file file*
---@param length integer
---@param sha256 string of the whole, in hexadecimal digits
---@return bytenite.sandbox.Content
---@usage local content = file_contents.file(io.tmpfile(), 0, file_contents.sha256 "")
function file_contents.file(file, length, sha256)
  return {
    length = length,
    etag = sha256:sub(1, 32),
    read = function(position, count)
      assert(file:seek("set", position))
      return assert(file:read(count))
    end,
  }
end

-- Returns the bytes that follow the number in each block.
local function pattern_of(seed)
  local pieces <const> = {}
  for index = 1, BLOCK // 32 do
    pieces[index] = new_digest("sha256"):final(("%s/%d"):format(seed, index))
  end
  return table.concat(pieces):sub(9)
end

--- Makes content of any length that takes no memory: each block of 64 KiB is its number (8 bytes,
--- big-endian) and a pattern made from the seed.
---@param length integer bytes
---@param seed string|integer|nil equal seeds make equal bytes (default 0)
---@return bytenite.sandbox.Content
---@usage local content = file_contents.generated(2 ^ 30 // 1, 7)
function file_contents.generated(length, seed)
  local pattern
  local function block(number)
    pattern = pattern or pattern_of(seed or 0)
    return (">I8"):pack(number) .. pattern
  end
  return {
    length = length,
    etag = file_contents.sha256(("%s/%d"):format(seed or 0, length)):sub(1, 32),
    read = function(position, count)
      local pieces <const> = {}
      local last <const> = math.min(position + count, length)
      while position < last do
        local start <const> = position % BLOCK
        local taken <const> = math.min(BLOCK - start, last - position)
        pieces[#pieces + 1] = block(position // BLOCK):sub(start + 1, start + taken)
        position = position + taken
      end
      return table.concat(pieces)
    end,
  }
end

--- Makes content from a part of another content.
---@param whole bytenite.sandbox.Content
---@param first integer position of its first byte
---@param length integer
---@return bytenite.sandbox.Content
---@usage local rest = file_contents.part(content, 100, content.length - 100)
function file_contents.part(whole, first, length)
  return {
    length = length,
    etag = whole.etag,
    read = function(position, count)
      return whole.read(first + position, count)
    end,
  }
end

return file_contents
