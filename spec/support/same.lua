--- Whether two values are the same JSON value in Lua, with nothing forgiven: tables are compared raw and to the bottom,
--- integers and floats are apart, floats are equal to the last bit (so 0.0 and -0.0 differ), and so are a list and an
--- object, which the metatable tells.
---
---   assert.is_nil(same.difference(expected, actual))
local same = {}

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

--- Whether two values that are no tables are the same: integers and floats apart, floats to the last bit.
---@param expected any
---@param actual any
---@return boolean
---@usage assert.is_false(same.is_scalar(1, 1.0))
function same.is_scalar(expected, actual)
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
    if same.is_scalar(expected, actual) then return nil end
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

--- Where two values differ first; nil when they do not.
---@param expected any
---@param actual any
---@return string|nil difference
---@usage same.difference({ a = { 1 } }, { a = { 1.0 } }) --> "value.a[1]: expected integer 1, got float 1"
function same.difference(expected, actual)
  return difference(expected, actual, "value")
end

return same
