--- frames.lua: HTTP/2 frames as bytes (RFC 9113), and header blocks without compression (RFC 7541).
local frames <const> = {}

frames.PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

frames.DATA = 0
frames.HEADERS = 1
frames.PRIORITY = 2
frames.RST_STREAM = 3
frames.SETTINGS = 4
frames.PUSH_PROMISE = 5
frames.PING = 6
frames.GOAWAY = 7
frames.WINDOW_UPDATE = 8
frames.CONTINUATION = 9

frames.END_STREAM = 0x1
frames.ACK = 0x1
frames.END_HEADERS = 0x4
frames.PADDED = 0x8
frames.WITH_PRIORITY = 0x20

--- The error codes by number.
frames.codes = {
  [0] = "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
}

--- Encodes a frame.
---@param kind integer
---@param flags integer
---@param stream integer
---@param payload string
---@return string
function frames.encode(kind, flags, stream, payload)
  return string.pack(">I3I1I1I4", #payload, kind, flags, stream) .. payload
end

-- Encodes an integer with a prefix of seven bits (RFC 7541 section 5.1).
local function encode_length(length)
  if length < 127 then return string.char(length) end
  local bytes, rest = "\127", length - 127
  while rest >= 128 do
    bytes = bytes .. string.char(rest % 128 | 128)
    rest = rest // 128
  end
  return bytes .. string.char(rest)
end

local function encode_string(text)
  return encode_length(#text) .. text
end

--- Encodes headers as literals without indexing.
---@param headers string[][] pairs of a name in lower case and a value
---@return string
function frames.header_block(headers)
  local parts <const> = {}
  for index, header in ipairs(headers) do
    parts[index] = "\0" .. encode_string(header[1]) .. encode_string(header[2])
  end
  return table.concat(parts)
end

--- Encodes the payload of SETTINGS.
---@param settings table<integer, integer> values by identifier
---@return string
function frames.settings(settings)
  local parts <const> = {}
  for identifier, value in pairs(settings) do
    parts[#parts + 1] = string.pack(">I2I4", identifier, value)
  end
  return table.concat(parts)
end

return frames
