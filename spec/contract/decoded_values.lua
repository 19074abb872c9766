--- Checks whether the module reads a response as the contract means it. lua-cjson gives a second
--- opinion on the JSON; it has only floats, so integers beyond 2^53 are compared as floats.
local bytenite <const> = require "bytenite"
local cjson <const> = require("cjson").new()
local core <const> = require "bytenite.core"
local types <const> = require "spec.contract.types"

cjson.decode_max_depth(200)

local decoded_values = {}

local null <const> = cjson.null
local problem_with

local function described(value)
  if type(value) == "table" then return core.is_array(value) and "a list" or "an object" end
  return ("%s %s"):format(math.type(value) or type(value), tostring(value))
end

local function mismatch(path, wire, got)
  return ("%s: the response has %s, the module gave %s"):format(path, described(wire), described(got))
end

local function is_same(wire, got)
  if math.type(wire) == "float" and math.type(got) == "integer" then return wire == got + 0.0 end
  return wire == got
end

-- Free-form values are equal at every depth, including null.
local function free_problem(wire, got, path)
  if type(wire) ~= "table" or type(got) ~= "table" then
    return not is_same(wire, got) and mismatch(path, wire, got) or nil
  end
  for key, value in pairs(wire) do
    local problem <const> = free_problem(value, got[key], path .. "." .. key)
    if problem then return problem end
  end
  for key in pairs(got) do
    if wire[key] == nil then return ("%s.%s: the response does not have it"):format(path, key) end
  end
end

-- Returns the Lua integer that a decimal string stands for, or nil.
local function integer_in(text)
  local sign <const>, digits <const> = text:match "^(-?)0*(%d+)$"
  local value <const> = digits and #digits < 20 and math.tointeger(sign .. digits)
  return value and tostring(value) == (digits == "0" and "0" or sign .. digits) and value or nil
end

-- Integers become Lua integers, whether sent as a number or a string; if they do not fit, they stay
-- as they are.
local function integer_problem(wire, got, path)
  local wanted = wire
  if type(wire) == "string" then wanted = integer_in(wire) or wire end
  local is_whole <const> = type(wanted) == "number" and wanted % 1 == 0 and math.abs(wanted) < 2 ^ 63
  if not is_same(wanted, got) or (is_whole and math.type(got) ~= "integer") then return mismatch(path, wire, got) end
end

local function number_problem(wire, got, path)
  local text <const> = type(wire) == "string" and wire:match "^-?%d+%.?%d*$" and not wire:find "%.$" and wire
  local wanted <const> = text and tonumber(text) + 0.0 or wire
  if wanted ~= got or (type(wanted) == "number" and math.type(got) ~= "float") then return mismatch(path, wire, got) end
end

local function list_problem(objects, item, wire, got, path)
  if not core.is_array(got) then return path .. ": no list" end
  if #wire ~= #got then return ("%s: %d items came, the module gave %d"):format(path, #wire, #got) end
  for index, value in ipairs(wire) do
    local where <const> = ("%s[%d]"):format(path, index)
    local problem <const> = value == null and free_problem(value, got[index], where)
      or value ~= null and problem_with(objects, item, value, got[index], where)
    if problem then return problem end
  end
end

-- A declared member that is null is absent; in a map, whose names are free, it is null.
local function object_problem(objects, member_type, is_map, wire, got, path)
  for name, value in pairs(wire) do
    local where <const>, member <const> = path .. "." .. name, member_type(name)
    local problem
    if member and value == null and not is_map then
      problem = got[name] ~= nil and where .. ": null, and yet the module has it" or nil
    elseif member then
      problem = problem_with(objects, member, value, got[name], where)
    else
      problem = free_problem(value, got[name], where)
    end
    if problem then return problem end
  end
  for name in pairs(got) do
    if wire[name] == nil then return ("%s.%s: the response does not have it"):format(path, name) end
  end
end

local by_word <const> = { integer = integer_problem, uint32 = integer_problem, number = number_problem }

function problem_with(objects, kind, wire, got, path)
  if by_word[kind.word] then return by_word[kind.word](wire, got, path) end
  local declared <const> = objects.declared[kind.word]
  if type(wire) ~= "table" or type(got) ~= "table" or not (declared or kind.list or kind.map) then
    return free_problem(wire, got, path)
  end
  if kind.list then return list_problem(objects, kind.list, wire, got, path) end
  return object_problem(objects, function(name)
    if kind.map then return kind.map end
    return declared[name] and types.parse(declared[name])
  end, kind.map ~= nil, wire, got, path)
end

--- Compares the value in a response with what the module made of it.
---@param objects table of the contract
---@param type_text string the type of the value
---@param wire any the value as lua-cjson reads it
---@param got any the value as the module returned it
---@return string|nil # where it is wrong; nil if it is right
---@usage assert.is_nil(decoded_values.problem(objects, "Job", cjson.decode(text), job))
function decoded_values.problem(objects, type_text, wire, got)
  return problem_with(objects, types.parse(type_text), wire, got, type_text)
end

--- Reads JSON with lua-cjson.
---@param text string
---@return any
---@usage decoded_values.decode(body)
function decoded_values.decode(text)
  return cjson.decode(text)
end

assert(null == bytenite.null)

return decoded_values
