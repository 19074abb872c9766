--- lenient_json.lua: reads JSON that may come from a proxy or gateway: error bodies, and responses
--- of the token exchange.
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

local DEEPEST <const> = 128 -- levels, as deep as the reader goes

-- Returns the position after a string's closing quote, or nil. `at` is after the opening quote.
local function string_end(text, at)
  while true do
    local stop <const> = text:find('["\\]', at)
    if not stop then return nil end
    if text:sub(stop, stop) == '"' then return stop + 1 end
    at = stop + 2
  end
end

local closers <const> = { ["{"] = "}", ["["] = "]" }

-- Returns the complete values of a JSON text that was cut, with closing brackets added; or nil.
local function close(text)
  local open = "" -- what closes the tables that are open
  local kept, closing
  local at = 1
  while at do
    local stop <const>, _, character <const> = text:find('(["%[%]{},])', at)
    if not stop then break end
    at = stop + 1
    if character == '"' then
      at = string_end(text, at)
    elseif closers[character] then
      open = closers[character] .. open
      if #open > DEEPEST then return nil end
    elseif character == "," then
      kept, closing = stop - 1, open
    else
      open = open:sub(2)
      kept, closing = stop, open
    end
  end
  return kept and text:sub(1, kept) .. closing
end

--- Reads a JSON text that was cut: its complete values, and the members in an excerpt of the whole
--- text.
---@param text string the beginning
---@param excerpt string JSON, or ""
---@return any # the value; nil if there is none
function lenient_json.decode_cut(text, excerpt)
  local closed <const> = close(text)
  local value = closed and lenient_json.decode(closed)
  local members <const> = lenient_json.decode(excerpt)
  if type(members) ~= "table" or not next(members) then return value end
  if type(value) ~= "table" then value = {} end
  for name, member in next, members do
    value[name] = member
  end
  return value
end

return lenient_json
