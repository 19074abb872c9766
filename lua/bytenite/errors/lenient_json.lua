--- lenient_json.lua: reads JSON that is no API object, the token exchange and error bodies: it may come from anything on the way.
---
--- Our own reader goes first: it keeps integers exact and knows no locale. What it refuses lua-cjson may still take.
local cjson <const> = require "cjson"
local core <const> = require "bytenite.core"

local lenient <const> = {}

local private <const> = cjson.new() -- whatever the host does to its own cjson changes nothing here

--- Reads a text as well as can be.
---@param text string
---@return any # the value; nil when it is no JSON by any reading
function lenient.decode(text)
  local value <const> = core.decode(text)
  if value ~= nil then return value end
  local is_json <const>, decoded <const> = pcall(private.decode, text)
  if is_json then return decoded end
  return nil
end

return lenient
