--- Deep comparisons and copies of Lua values. They are stricter than `assert.same`: 1 and 1.0
--- differ, and so do a list and an empty object.
---
---   assert.is_nil(deep.difference({ numChunks = 7 }, job))
---   local change = deep.snapshot(job)
---   ... -- a call that fails
---   assert.is_nil(change())
local core <const> = require "bytenite.core"
local json_difference <const> = require "spec.support.json_difference"

local deep = {}

local function described(value)
  local kind <const> = math.type(value) or type(value)
  if kind == "table" then return core.is_array(value) and "a list" or "a table" end
  return ("%s %s"):format(kind, type(value) == "string" and ("%q"):format(value) or tostring(value))
end

local function is_same(one, other)
  return json_difference.is_same_scalar(one, other) or one ~= one and other ~= other -- NaN
end

local function place(path, key)
  return path .. (type(key) == "string" and "." .. key or ("[%s]"):format(key))
end

--- Returns the first difference between two values; nil if there is none.
---@param expected any
---@param actual any
---@param path string|nil how the result names the values
---@return string|nil difference
---@usage deep.difference({ a = { 1 } }, { a = { 1.0 } }) --> "value.a[1]: expected integer 1, got float 1.0"
function deep.difference(expected, actual, path)
  path = path or "value"
  local are_tables <const> = type(expected) == "table" and type(actual) == "table"
  local alike <const> = are_tables and core.is_array(expected) == core.is_array(actual) or is_same(expected, actual)
  if not alike then return ("%s: expected %s, got %s"):format(path, described(expected), described(actual)) end
  if type(expected) ~= "table" then return nil end
  for key, value in next, expected do
    local found <const> = deep.difference(value, rawget(actual, key), place(path, key))
    if found then return found end
  end
  for key, value in next, actual do
    if rawget(expected, key) == nil then
      return ("%s: expected nothing, got %s"):format(place(path, key), described(value))
    end
  end
  return nil
end

-- Records a table and the tables in it: the table, its path, its members.
local function note(value, path, noted)
  if type(value) ~= "table" then return end
  local held <const> = {}
  noted[#noted + 1] = { table = value, path = path, held = held, metatable = getmetatable(value) }
  for key, member in next, value do
    held[key] = member
    note(member, place(path, key), noted)
  end
end

local function change_of(noted)
  if getmetatable(noted.table) ~= noted.metatable then return noted.path .. ": another metatable" end
  for key, member in next, noted.held do
    if not is_same(member, rawget(noted.table, key)) then return place(noted.path, key) .. ": another value" end
  end
  for key in next, noted.table do
    if noted.held[key] == nil then return place(noted.path, key) .. ": new" end
  end
  return nil
end

--- Records every member of a value at any depth, and the identity of its tables.
---@param value table
---@return fun(): string|nil change returns the first change; nil if there is none
---@usage local change = deep.snapshot(job)
function deep.snapshot(value)
  local noted <const> = {}
  note(value, "value", noted)
  return function()
    for _, one in ipairs(noted) do
      local change <const> = change_of(one)
      if change then return change end
    end
    return nil
  end
end

return deep
