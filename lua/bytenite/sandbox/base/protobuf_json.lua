--- Reads the members of request bodies as a protobuf JSON gateway does: integers as numbers or
--- decimal strings, names in camelCase or snake_case, null for unset. Drops unknown members,
--- refuses wrong types.
---
--- A reader is a function (value, name) that returns the value to keep, or nil and a message.
local core <const> = require "bytenite.core"

local null <const> = core.null

local protobuf_json = {}

local UINT32_MAX <const> = 4294967295

-- Returns the start of a value, for error messages.
local function shown(value)
  if type(value) == "table" then return core.is_array(value) and "[" or "{" end
  return core.encode(value)
end

local function refused(kind, name, value)
  return ("invalid value for %s field %s: %s"):format(kind, name, shown(value))
end

local function is_object(value)
  return type(value) == "table" and not core.is_array(value)
end

--- Reads a string.
---@param value any the member of the body
---@param name string the member, for the message
---@return string|nil value
---@return string|nil message
---@usage protobuf_json.string("x", "name") --> "x"
function protobuf_json.string(value, name)
  if type(value) ~= "string" then return nil, refused("string", name, value) end
  return value
end

--- Reads a boolean; refuses the texts "true" and "false".
---@param value any
---@param name string
---@return boolean|nil value
---@return string|nil message
---@usage protobuf_json.boolean(true, "isTestJob") --> true
function protobuf_json.boolean(value, name)
  if type(value) ~= "boolean" then return nil, refused("bool", name, value) end
  return value
end

--- Reads an unsigned 32-bit integer: a number without a fraction, or a decimal string.
---@param value any
---@param name string
---@return integer|nil value
---@return string|nil message
---@usage protobuf_json.uint32("3600", "taskTimeout") --> 3600
function protobuf_json.uint32(value, name)
  local number = value
  if type(value) == "string" and value:find "^%-?%d+$" then number = tonumber(value) end
  local integer <const> = math.type(number) and math.tointeger(number)
  if not integer or integer < 0 or integer > UINT32_MAX then return nil, refused("uint32", name, value) end
  return integer
end

--- Makes a reader of a list.
---@param reader function of its elements
---@return function reader
---@usage local read_ids = protobuf_json.list(protobuf_json.string)
function protobuf_json.list(reader)
  return function(value, name)
    if not core.is_array(value) then return nil, refused("repeated", name, value) end
    local result <const> = core.array {}
    for index, element in ipairs(value) do
      local kept <const>, message <const> = reader(element, name)
      if kept == nil then return nil, message end
      result[index] = kept
    end
    return result
  end
end

--- Makes a reader of an enum.
---@param names table<string, true>
---@return function reader
---@usage local read_level = protobuf_json.enum { INFO = true, WARN = true }
function protobuf_json.enum(names)
  return function(value, name)
    if not names[value] then return nil, refused("enum", name, value) end
    return value
  end
end

--- Reads a free-form object, which is kept unchanged.
---@param value any
---@param name string
---@return table|nil value
---@return string|nil message
---@usage protobuf_json.object({ prompt = "A sunset" }, "app")
function protobuf_json.object(value, name)
  if not is_object(value) then return nil, refused("struct", name, value) end
  return value
end

local function snake_case(name)
  return (name:gsub("%u", function(letter)
    return "_" .. letter:lower()
  end))
end

--- Makes a reader of an object with declared members. It returns the members that are set, under
--- their camelCase names, and `core.null` for null.
---@param readers table<string, function> a reader for each member, by its camelCase name
---@return function reader
---@usage local read_config = protobuf_json.message { isTestJob = protobuf_json.boolean }
function protobuf_json.message(readers)
  local declared <const> = {}
  for name, reader in pairs(readers) do
    declared[name] = { name = name, read = reader }
    declared[snake_case(name)] = declared[name]
  end
  return function(value, name)
    if not is_object(value) then return nil, refused("message", name, value) end
    local result <const> = {}
    for key, given in pairs(value) do
      local member <const> = declared[key]
      if member then
        if result[member.name] ~= nil then return nil, ("duplicate field %s"):format(shown(key)) end
        local kept, message = null, nil
        if given ~= null then
          kept, message = member.read(given, member.name)
        end
        if kept == nil then return nil, message end
        result[member.name] = kept
      end
    end
    return result
  end
end

--- Reads a whole request body. An empty body counts as `{}`, as at the gateway.
---@param text string the body
---@param reader function of the value in it
---@param name string a name for the body, for the message
---@return any value as the reader returns it; nil if the body cannot be read
---@return string|nil message
---@usage local changes, message = protobuf_json.body(request.body, read_config, "config")
function protobuf_json.body(text, reader, name)
  if not text:find "%S" then return reader({}, name) end
  local value <const>, problem <const> = core.decode(text)
  if value == nil then return nil, "the request body is not JSON: " .. tostring(problem) end
  return reader(value, name)
end

return protobuf_json
