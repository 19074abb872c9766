--- Filters jobs by field, condition and value. A job must pass all filters.
local core <const> = require "bytenite.core"

local protobuf_any <const> = require "bytenite.sandbox.base.protobuf_any"
local job_fields <const> = require "bytenite.sandbox.model.job_fields"

local job_filters = {}

local PREFIX <const> = "FILTER_CONDITION_"

local comparable <const> = job_fields.comparable

-- Compares two values; returns nil if they have no order.
local function compared(left, right)
  left = comparable(left)
  if type(left) ~= type(right) or left == nil or type(left) == "boolean" then return nil end
  return left < right and -1 or left > right and 1 or 0
end

local function equals(left, right)
  return comparable(left) == right
end

local function contains(list, value)
  for _, element in ipairs(core.is_array(list) and list or {}) do
    if comparable(element) == value then return true end
  end
  return false
end

-- Converts a pattern of SQL, in which % matches any text and _ any character, to a Lua pattern.
local function pattern_of(text)
  local wildcards <const> = { ["%"] = ".*", ["_"] = utf8.charpattern }
  local pattern <const> = text:lower():gsub("[%W]", function(character)
    return wildcards[character] or "%" .. character
  end)
  return "^" .. pattern .. "$"
end

-- Functions that make a test from the value of a filter, by condition.
local conditions <const> = {
  EQ = function(value)
    return function(found)
      return equals(found, value)
    end
  end,
  NEQ = function(value)
    return function(found)
      return not equals(found, value)
    end
  end,
  GT = function(value)
    return function(found)
      return compared(found, value) == 1
    end
  end,
  GTE = function(value)
    return function(found)
      return (compared(found, value) or -1) >= 0
    end
  end,
  LT = function(value)
    return function(found)
      return compared(found, value) == -1
    end
  end,
  LTE = function(value)
    return function(found)
      return (compared(found, value) or 1) <= 0
    end
  end,
  LIKE = function(_, text)
    local pattern <const> = pattern_of(tostring(text))
    return function(found)
      return type(found) == "string" and found:lower():find(pattern) ~= nil
    end
  end,
  ARRAY_CONTAINS = function(value)
    return function(found)
      return contains(found, value)
    end
  end,
}
local list_conditions <const> = {
  IN = function(set)
    return function(found)
      return set[comparable(found)] == true
    end
  end,
  NOT_IN = function(set)
    return function(found)
      return set[comparable(found)] == nil
    end
  end,
  ARRAY_CONTAINS_ANY = function(set)
    return function(found)
      for _, element in ipairs(core.is_array(found) and found or {}) do
        if set[comparable(element)] then return true end
      end
      return false
    end
  end,
}

local function set_of(list)
  local set <const> = {}
  for _, element in ipairs(list) do
    local key <const> = comparable(element)
    if key ~= nil then set[key] = true end
  end
  return set
end

local function test_of(condition, value)
  local name <const> = type(condition) == "string"
    and condition:sub(1, #PREFIX) == PREFIX
    and condition:sub(#PREFIX + 1)
  local is_list <const> = type(value) == "table"
  if name and list_conditions[name] then
    if not is_list then return nil, condition .. " takes a ListValue" end
    return list_conditions[name](set_of(value))
  end
  if not name or not conditions[name] then
    return nil, ("invalid value for enum field condition: %s"):format(core.encode(condition or core.null))
  end
  if is_list then return nil, condition .. " takes a single value" end
  return conditions[name](comparable(value), value)
end

local function one(filter)
  if type(filter) ~= "table" or core.is_array(filter) then return nil, "invalid value for message field filters" end
  local look <const>, unknown <const> = job_fields.look_up(filter.field)
  if look == nil then return nil, unknown end
  local value <const>, problem <const> = protobuf_any.read(filter.value, "value")
  if value == nil then return nil, problem end
  local test <const>, message <const> = test_of(filter.condition, value)
  if test == nil then return nil, message end
  return function(values)
    return test(look(values))
  end
end

--- Reads filters (a reader, see `bytenite.sandbox.base.protobuf_json`): combines them into one
--- test.
---@param list any the member of the body
---@return (fun(values: table): boolean)|nil passes takes a job's members; nil if the list is wrong
---@return string|nil message
---@usage local passes, message = job_filters.read(body.filters)
function job_filters.read(list)
  if not core.is_array(list) then return nil, "invalid value for repeated field filters" end
  local tests <const> = {}
  for index, filter in ipairs(list) do
    local problem
    tests[index], problem = one(filter)
    if tests[index] == nil then return nil, ("filters[%d]: %s"):format(index - 1, problem) end
  end
  return function(values)
    for _, test in ipairs(tests) do
      if not test(values) then return false end
    end
    return true
  end
end

return job_filters
