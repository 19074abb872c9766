--- lenient_json.lua: reads JSON that may come from anything in between: error bodies and the token
--- exchange.
---
--- Our own reader goes first: it keeps integers exact and does not depend on the locale. lua-cjson
--- accepts more.
local cjson <const> = require "cjson"
local core <const> = require "bytenite.core"

local lenient_json <const> = {}

local private <const> = cjson.new() -- not changed by the settings of the host's own cjson

--- Reads JSON, leniently.
---@param text string
---@return any # the value; nil if no reader accepts the text
function lenient_json.decode(text)
  local value <const> = core.decode(text)
  if value ~= nil then return value end
  local is_json <const>, decoded <const> = pcall(private.decode, text)
  if is_json then return decoded end
  return nil
end

return lenient_json
