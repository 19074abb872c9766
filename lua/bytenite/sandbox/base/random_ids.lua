--- Makes random identifiers.
local random_bytes <const> = require("openssl.rand").bytes

local base64 <const> = require "bytenite.sandbox.base.base64"

local random_ids = {}

--- Makes a random UUID (version 4), the form of job ids.
---@return string uuid
---@usage random_ids.uuid() --> "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
function random_ids.uuid()
  local a <const>, b <const>, c <const>, d <const>, e <const>, f <const> = (">I4I2I2I2I2I4"):unpack(random_bytes(16))
  return ("%08x-%04x-%04x-%04x-%04x%08x"):format(a, b, c & 0x0fff | 0x4000, d & 0x3fff | 0x8000, e, f)
end

--- Makes a random text of letters, digits, `-` and `_`.
---@param length integer in characters
---@return string text
---@usage random_ids.text(4) --> "aZ3_"
function random_ids.text(length)
  return base64.encode_url(random_bytes((length * 3 + 3) // 4)):sub(1, length)
end

return random_ids
