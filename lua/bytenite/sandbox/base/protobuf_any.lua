--- Reads protobuf's well-known types in their envelopes: `{"@type": ..., "value": ...}`.
local core <const> = require "bytenite.core"

local protobuf_any = {}

local PREFIX <const> = "type.googleapis.com/google.protobuf."

local function integer(value)
  if type(value) == "string" and value:find "^%-?%d+$" then
    return math.tointeger(tonumber(value)) or tonumber(value)
  end
  return math.type(value) and math.tointeger(value)
end

local function number(value)
  return tonumber(value)
end

local function of_type(name)
  return function(value)
    if type(value) == name then return value end
  end
end

local function list(value)
  return core.is_array(value) and value or nil
end

local readers <const> = {
  StringValue = of_type "string",
  BytesValue = of_type "string",
  Timestamp = of_type "string",
  BoolValue = of_type "boolean",
  Int32Value = integer,
  UInt32Value = integer,
  Int64Value = integer,
  UInt64Value = integer,
  DoubleValue = number,
  FloatValue = number,
  ListValue = list,
}

--- Reads the value in an envelope.
---@param envelope any the member of the body
---@param name string the member, for the message
---@return string|number|boolean|table|nil value
---@return string|nil message
---@usage local value, message = protobuf_any.read({ ["@type"] = ..., value = "x" }, "value")
function protobuf_any.read(envelope, name)
  if type(envelope) ~= "table" or core.is_array(envelope) then
    return nil, ("invalid value for message field %s"):format(name)
  end
  local type_name <const> = envelope["@type"]
  if type_name == nil then return nil, ('missing "@type" in %s'):format(name) end
  local known <const> = type(type_name) == "string" and type_name:sub(1, #PREFIX) == PREFIX
  local read <const> = known and readers[type_name:sub(#PREFIX + 1)]
  if not read then return nil, ("unable to resolve %s"):format(core.encode(type_name)) end
  local value <const> = read(envelope.value)
  if value == nil then return nil, ("invalid value in %s for %s"):format(name, type_name) end
  return value
end

return protobuf_any
