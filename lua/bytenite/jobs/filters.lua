--- filters.lua: converts filters of jobs from the form that users write to the form of the service.
local validate <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"

local filters <const> = {}

local conditions <const> = {
  "EQ",
  "NEQ",
  "GT",
  "GTE",
  "LT",
  "LTE",
  "ARRAY_CONTAINS",
  "ARRAY_CONTAINS_ANY",
  "IN",
  "NOT_IN",
  "LIKE",
}

local PREFIX <const> = "FILTER_CONDITION_"
local TYPES <const> = "type.googleapis.com/google.protobuf." -- of the wrappers of plain values

local is_known <const> = {}
for _, condition in ipairs(conditions) do
  is_known[condition] = true
end

local function condition_of(where, value)
  validate.text(where, value)
  if is_known[value] then return PREFIX .. value end
  if value:sub(1, #PREFIX) == PREFIX then return value end -- the service may know other conditions
  local meant <const> = core.suggest(value, conditions)
  local advice <const> = meant and ('did you mean "%s"?'):format(meant)
    or "expected one of " .. table.concat(conditions, ", ")
  validate.raise(('%s: unknown condition "%s": %s'):format(where, value, advice))
end

local function wrapped(name, value)
  return { ["@type"] = TYPES .. name, value = value }
end

-- Returns whether a table is a list: without named members and without holes.
local function is_list(value)
  local count = 0
  for _ in next, value do
    count = count + 1
  end
  return count == #value
end

-- Functions that wrap a value in the protobuf message for its type, by math.type or type.
local wraps <const> = {
  string = function(value)
    return wrapped("StringValue", value)
  end,
  integer = function(value)
    return wrapped("Int64Value", ("%d"):format(value)) -- protobuf prints 64-bit integers as text
  end,
  float = function(value)
    return wrapped("DoubleValue", value)
  end,
  boolean = function(value)
    return wrapped("BoolValue", value)
  end,
  table = function(value, where)
    if value["@type"] ~= nil then return value end
    if is_list(value) then return wrapped("ListValue", core.array(table.move(value, 1, #value, 1, {}))) end
    validate.raise(where .. ': expected a plain value, a list, or a table with "@type"')
  end,
}

local function value_of(where, value)
  if value == nil or value == core.null then return value end
  local wrap <const> = wraps[math.type(value) or type(value)]
  if not wrap then
    validate.raise(
      ("%s: expected a string, a number, a boolean or a list, got %s"):format(where, validate.describe(value))
    )
  end
  local writable <const>, problem <const> = core.encode(value)
  if not writable then validate.raise(where .. (problem:sub(1, 1) == "[" and "" or ": ") .. problem) end
  return wrap(value, where)
end

local function as_given(_, value)
  return value
end

local members <const> = { field = as_given, condition = as_given, value = as_given }

--- Checks a list of filters and returns a new one in the form of the service.
---@param where string what they are for: "filter_jobs: filters"
---@param given table a list of {field, condition, value}; the prefix of conditions and the wrapping
---   of values may be left out
---@return table
--- Raises if an item is not a valid filter.
function filters.read(where, given)
  validate.type(where, given, "table")
  if not is_list(given) then validate.raise(where .. ": expected a list of filters, got a table with named members") end
  local list <const> = {}
  for index = 1, #given do
    local place <const> = ("%s[%d]"):format(where, index)
    local filter <const> = validate.options(place, validate.type(place, given[index], "table"), members, "member", true)
    filter.field = validate.text(place .. ".field", filter.field)
    filter.condition = condition_of(place .. ".condition", filter.condition)
    filter.value = value_of(place .. ".value", filter.value)
    list[index] = filter
  end
  return list
end

return filters
