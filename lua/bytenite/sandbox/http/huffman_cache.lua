--- Spares lua-http the costliest work of HTTP/2: it decodes Huffman-coded headers bit by bit, in Lua, and clients send
--- the access token (1.2 KB) so on every request. Here the long values seen last are remembered.
local hpack <const> = require "http.hpack"

local huffman_cache = {}

local SHORTEST <const> = 64 -- bytes; shorter values are decoded fast enough
local MOST <const> = 256 -- values remembered

local function remembering(decode)
  local known, count = {}, 0
  return function(coded)
    if #coded < SHORTEST then return decode(coded) end
    local text <const> = known[coded]
    if text then return text end
    local decoded <const>, problem <const> = decode(coded)
    if decoded == nil then return nil, problem end
    if count == MOST then
      known, count = {}, 0
    end
    known[coded], count = decoded, count + 1
    return decoded
  end
end

--- Makes lua-http's decoder remember. The decoder is local to its module, so it is replaced where `decode_string`
--- refers to it; a release of lua-http that is built otherwise stays as it is, only slower.
---@return boolean installed
---@usage huffman_cache.install()
function huffman_cache.install()
  for index = 1, math.huge do
    local name <const>, value <const> = debug.getupvalue(hpack.decode_string, index)
    if name == nil then return false end
    if name == "huffman_decode" then
      debug.setupvalue(hpack.decode_string, index, remembering(value))
      return true
    end
  end
end

return huffman_cache
