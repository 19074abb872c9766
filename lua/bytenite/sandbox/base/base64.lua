--- Base64 of RFC 4648, for bodies in the request log and for access tokens.
---
--- The rock basexx, which http needs, would take 6 s and 75 MB to encode 1 MB. The log encodes
--- whole uploads while clients wait.
local base64 = {}

local ALPHABET <const> = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

-- The two characters of every 12-bit value: this halves the number of look-ups.
local pair_of <const> = {}
for value = 0, 4095 do
  local high <const>, low <const> = value >> 6, value & 63
  pair_of[value] = ALPHABET:sub(high + 1, high + 1) .. ALPHABET:sub(low + 1, low + 1)
end

--- Encodes bytes as base64 text, with padding.
---@param bytes string any bytes
---@return string text
---@usage base64.encode("My Job") --> "TXkgSm9i"
function base64.encode(bytes)
  local pieces <const>, count = {}, 0
  local whole <const> = #bytes - #bytes % 3
  for position = 1, whole, 3 do
    local first <const>, second <const>, third <const> = bytes:byte(position, position + 2)
    local group <const> = first << 16 | second << 8 | third
    pieces[count + 1], pieces[count + 2] = pair_of[group >> 12], pair_of[group & 4095]
    count = count + 2
  end
  if whole < #bytes then
    local first <const>, second <const> = bytes:byte(whole + 1, #bytes)
    local group <const> = first << 16 | (second or 0) << 8
    local last <const> = pair_of[group & 4095]
    pieces[count + 1] = pair_of[group >> 12]
    pieces[count + 2] = second and last:sub(1, 1) .. "=" or "=="
  end
  return table.concat(pieces)
end

local value_of <const> = {}
for value = 0, 63 do
  value_of[ALPHABET:sub(value + 1, value + 1)] = value
end

--- Decodes base64 text.
---@param text string padded
---@return string|nil bytes nil if the text is not base64
---@usage base64.decode "TXkgSm9i" --> "My Job"
function base64.decode(text)
  local padding <const> = #text:match "=*$"
  if #text % 4 ~= 0 or padding > 2 or text:sub(1, #text - padding):find "[^%w+/]" then return nil end
  local bytes <const> = text:gsub("=", "A"):gsub("(.)(.)(.)(.)", function(first, second, third, fourth)
    local high <const> = value_of[first] << 18 | value_of[second] << 12
    return (">I3"):pack(high | value_of[third] << 6 | value_of[fourth])
  end)
  return bytes:sub(1, #bytes - padding)
end

--- Encodes bytes in the base64 of URLs and tokens: with `-` and `_`, without padding.
---@param bytes string any bytes
---@return string text
---@usage base64.encode_url("\xfb\xff") --> "-_8"
function base64.encode_url(bytes)
  return (base64.encode(bytes):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

return base64
