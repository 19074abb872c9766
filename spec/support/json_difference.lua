--- Finds the first difference between two JSON values in Lua. Strict: tables are compared raw and
--- at every level, an integer is not a float, floats are equal to the last bit (so 0.0 and -0.0
--- differ), and a list is not an object (their metatables differ).
---
---   assert.is_nil(json_difference.find(expected, actual))
local json_difference = {}

local function is_null(value)
  return type(value) == "userdata" and tostring(value):find "%(nil%)" ~= nil
end

local function described(value)
  local kind <const> = math.type(value)
  if kind == "integer" then return ("integer %d"):format(value) end
  if kind == "float" then return ("float %.17g"):format(value) end
  if is_null(value) then return "null" end
  if type(value) == "string" then return ("string %q"):format(value) end
  if type(value) ~= "table" then return ("%s %s"):format(type(value), value) end
  local mark <const> = debug.getmetatable(value) and "marked" or "unmarked"
  return ("%s table with %d items"):format(mark, rawlen(value))
end

--- Returns true if two values other than tables are the same: an integer is not a float, and
--- floats are equal to the last bit.
---@param expected any
---@param actual any
---@return boolean
---@usage assert.is_false(json_difference.is_same_scalar(1, 1.0))
function json_difference.is_same_scalar(expected, actual)
  if math.type(expected) ~= math.type(actual) or not rawequal(expected, actual) then return false end
  return expected ~= 0 or math.type(expected) == "integer" or 1 / expected == 1 / actual
end

local function place(path, key)
  if math.type(key) == "integer" then return ("%s[%d]"):format(path, key) end
  if type(key) == "string" and key:find "^[%a_][%w_]*$" then return path .. "." .. key end
  return ("%s[%q]"):format(path, key)
end

local function difference(expected, actual, path)
  if type(expected) ~= "table" or type(actual) ~= "table" then
    if json_difference.is_same_scalar(expected, actual) then return nil end
    return ("%s: expected %s, got %s"):format(path, described(expected), described(actual))
  end
  if not rawequal(debug.getmetatable(expected), debug.getmetatable(actual)) then
    return ("%s: expected %s, got %s: another metatable"):format(path, described(expected), described(actual))
  end
  for key, value in next, expected do
    local found <const> = difference(value, rawget(actual, key), place(path, key))
    if found then return found end
  end
  for key, value in next, actual do
    if rawget(expected, key) == nil then
      return ("%s: expected nothing, got %s"):format(place(path, key), described(value))
    end
  end
  return nil
end

--- Returns the first difference of two values; nil if there is none.
---@param expected any
---@param actual any
---@return string|nil difference
---@usage json_difference.find({ a = { 1 } }, { a = { 1.0 } }) --> "value.a[1]: expected integer 1, got float 1"
function json_difference.find(expected, actual)
  return difference(expected, actual, "value")
end

return json_difference
