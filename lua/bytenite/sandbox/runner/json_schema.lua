--- Checks values against the part of JSON Schema that the service's documentation uses: types,
--- properties, lists, enums, bounds, combinations and references within the schema. Ignores other
--- keywords.
local core <const> = require "bytenite.core"

local json_schema = {}

local MOST_LEVELS <const> = 100 -- of nested values, and of references to references

local function is_list(value)
  return type(value) == "table" and core.is_array(value)
end

local function is_object(value)
  return type(value) == "table" and not core.is_array(value)
end

local is_of_type <const> = {
  object = is_object,
  array = is_list,
  string = function(value)
    return type(value) == "string"
  end,
  number = function(value)
    return math.type(value) ~= nil
  end,
  integer = function(value)
    return math.type(value) ~= nil and value == math.floor(value)
  end,
  boolean = function(value)
    return type(value) == "boolean"
  end,
  null = function(value)
    return value == core.null
  end,
}

local function shown(value)
  local text <const> = core.encode(value) or "a value"
  return #text <= 60 and text or text:sub(1, (utf8.offset(text, 0, 58) or 58) - 1) .. "..."
end

local function equal(left, right)
  if left == right then return true end
  if type(left) ~= "table" or type(right) ~= "table" or is_list(left) ~= is_list(right) then return false end
  for key, value in pairs(left) do
    if not equal(value, right[key]) then return false end
  end
  for key in pairs(right) do
    if left[key] == nil then return false end
  end
  return true
end

local function joined(place, name)
  if math.type(name) then return ("%s[%d]"):format(place, name) end
  return place == "" and name or ("%s.%s"):format(place, name)
end

-- Returns the target of a local reference such as "#/$defs/size".
local function target_of(root, reference)
  if type(reference) ~= "string" or reference:sub(1, 1) ~= "#" then return nil end
  local target = root
  for segment in reference:sub(2):gmatch "/([^/]*)" do
    segment = segment:gsub("~1", "/"):gsub("~0", "~")
    if type(target) ~= "table" then return nil end
    target = is_list(target) and target[(math.tointeger(tonumber(segment)) or -1) + 1] or target[segment]
  end
  return target
end

local validate

-- The check of each keyword: (argument, value, place, schema, root, level) returns a message or
-- nil.
local checks <const> = {}

checks["type"] = function(wanted, value, place)
  local names <const> = is_list(wanted) and wanted or { wanted }
  for _, name in ipairs(names) do
    if is_of_type[name] and is_of_type[name](value) then return nil end
  end
  return ("%s: it must be of type %s, not %s"):format(place, table.concat(names, " or "), shown(value))
end

checks["enum"] = function(list, value, place)
  for _, allowed in ipairs(list) do
    if equal(allowed, value) then return nil end
  end
  return ("%s: %s is not one of %s"):format(place, shown(value), shown(list))
end

checks["const"] = function(wanted, value, place)
  if not equal(wanted, value) then return ("%s: it must be %s"):format(place, shown(wanted)) end
end

checks["required"] = function(names, value, place)
  if not is_object(value) then return nil end
  for _, name in ipairs(names) do
    if value[name] == nil then return ("%s: it is required"):format(joined(place, name)) end
  end
end

local function sorted_keys(object)
  local keys <const> = {}
  for key in pairs(object) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

checks["properties"] = function(properties, value, place, _, root, level)
  if not is_object(value) then return nil end
  for _, name in ipairs(sorted_keys(properties)) do
    local problem <const> = value[name] ~= nil
      and validate(properties[name], value[name], joined(place, name), root, level)
    if problem then return problem end
  end
end

checks["additionalProperties"] = function(allowed, value, place, schema, root, level)
  if not is_object(value) then return nil end
  local declared <const> = is_object(schema.properties) and schema.properties or {}
  for _, name in ipairs(sorted_keys(value)) do
    if declared[name] == nil then
      if allowed == false then return ("%s: there is no such parameter"):format(joined(place, name)) end
      local problem <const> = validate(allowed, value[name], joined(place, name), root, level)
      if problem then return problem end
    end
  end
end

checks["items"] = function(schema, value, place, _, root, level)
  if not is_list(value) or is_list(schema) then return nil end
  for index, item in ipairs(value) do
    local problem <const> = validate(schema, item, joined(place, index), root, level)
    if problem then return problem end
  end
end

-- Makes the check of a bound: the measure of a value, the comparison, and the message.
local function bound(measure, is_kept, message)
  return function(limit, value, place)
    local size <const> = measure(value)
    if size ~= nil and not is_kept(size, limit) then return ("%s: " .. message):format(place, tostring(limit)) end
  end
end

local function number(value)
  return math.type(value) and value or nil
end
local function characters(value)
  return type(value) == "string" and (utf8.len(value) or #value) or nil
end
local function length(value)
  return is_list(value) and #value or nil
end
local function members(value)
  return is_object(value) and #sorted_keys(value) or nil
end
local function at_least(size, limit)
  return size >= limit
end
local function at_most(size, limit)
  return size <= limit
end

checks["minimum"] = bound(number, at_least, "it must be at least %s")
checks["maximum"] = bound(number, at_most, "it must be at most %s")
checks["exclusiveMinimum"] = bound(number, function(size, limit)
  return size > limit
end, "it must be above %s")
checks["exclusiveMaximum"] = bound(number, function(size, limit)
  return size < limit
end, "it must be below %s")
checks["multipleOf"] = bound(number, function(size, limit)
  return size / limit == math.floor(size / limit)
end, "it must be a multiple of %s")
checks["minLength"] = bound(characters, at_least, "it must have at least %s characters")
checks["maxLength"] = bound(characters, at_most, "it must have at most %s characters")
checks["minItems"] = bound(length, at_least, "it must have at least %s items")
checks["maxItems"] = bound(length, at_most, "it must have at most %s items")
checks["minProperties"] = bound(members, at_least, "it must have at least %s members")
checks["maxProperties"] = bound(members, at_most, "it must have at most %s members")

checks["allOf"] = function(list, value, place, _, root, level)
  for _, schema in ipairs(list) do
    local problem <const> = validate(schema, value, place, root, level)
    if problem then return problem end
  end
end

local function count_matching(list, value, place, root, level)
  local count = 0
  for _, schema in ipairs(list) do
    if validate(schema, value, place, root, level) == nil then count = count + 1 end
  end
  return count
end

checks["anyOf"] = function(list, value, place, _, root, level)
  if count_matching(list, value, place, root, level) == 0 then
    return ("%s: %s matches none of the allowed schemas"):format(place, shown(value))
  end
end

checks["oneOf"] = function(list, value, place, _, root, level)
  if count_matching(list, value, place, root, level) ~= 1 then
    return ("%s: %s does not match exactly one of the allowed schemas"):format(place, shown(value))
  end
end

checks["not"] = function(schema, value, place, _, root, level)
  if validate(schema, value, place, root, level) == nil then
    return ("%s: %s is not allowed"):format(place, shown(value))
  end
end

checks["$ref"] = function(reference, value, place, _, root, level)
  local target <const> = target_of(root, reference)
  if target ~= nil then return validate(target, value, place, root, level) end
end

-- Keywords that are checked first, in this order: wrong types and missing members are reported
-- first.
local ORDER <const> = { "$ref", "type", "const", "enum", "required", "properties", "additionalProperties" }
for _, keyword in ipairs(sorted_keys(checks)) do
  local is_listed = false
  for _, listed in ipairs(ORDER) do
    is_listed = is_listed or listed == keyword
  end
  if not is_listed then ORDER[#ORDER + 1] = keyword end
end

-- The type of a keyword's argument; a number for all other keywords.
local ARGUMENTS <const> = {
  ["type"] = function(argument)
    for _, name in ipairs(is_list(argument) and argument or { argument }) do
      if not is_of_type[name] then return false end
    end
    return true
  end,
  ["const"] = function()
    return true
  end,
  enum = is_list,
  required = is_list,
  properties = is_object,
  additionalProperties = function(argument)
    return is_object(argument) or type(argument) == "boolean"
  end,
  items = function(argument)
    return type(argument) == "table" or type(argument) == "boolean"
  end,
  allOf = is_list,
  anyOf = is_list,
  oneOf = is_list,
  ["not"] = function(argument)
    return is_object(argument) or type(argument) == "boolean"
  end,
  ["$ref"] = function(argument)
    return type(argument) == "string"
  end,
}

local function is_good_argument(keyword, argument)
  local check <const> = ARGUMENTS[keyword]
  if check then return check(argument) end
  return math.type(argument) ~= nil and (keyword ~= "multipleOf" or argument > 0)
end

function validate(schema, value, place, root, level)
  if schema == false then return ("%s: it is not allowed"):format(place) end
  if not is_object(schema) then return nil end
  if level > MOST_LEVELS then return ("%s: the schema refers to itself"):format(place) end
  for _, keyword in ipairs(ORDER) do
    local argument <const> = schema[keyword]
    if argument ~= nil and is_good_argument(keyword, argument) then
      local problem <const> = checks[keyword](argument, value, place, schema, root, level + 1)
      if problem then return problem end
    end
  end
  return nil
end

--- Checks a value.
---@param schema table
---@param value any as `core.decode` returns it
---@param place string a name for the value, for the message
---@return string|nil problem "app.size: it must be at most 100"; nil if the value is valid
---@usage local problem = json_schema.problem(schema, params.app, "app")
function json_schema.problem(schema, value, place)
  return validate(schema, value, place, schema, 0)
end

-- Keywords that only document, or that hold schemas for references.
local SILENT <const> = {}
for _, keyword in ipairs {
  "$schema",
  "$id",
  "$defs",
  "$comment",
  "definitions",
  "title",
  "description",
  "default",
  "examples",
  "format",
  "deprecated",
  "readOnly",
  "writeOnly",
} do
  SILENT[keyword] = true
end

local check_schema

-- Checks all schemas in an object of schemas.
local function check_each(object, note, place, root)
  if type(object) ~= "table" then return end
  for name, schema in pairs(object) do
    check_schema(schema, note, joined(place, name), root)
  end
end

function check_schema(schema, note, place, root)
  if not is_object(schema) then return end
  for keyword, argument in pairs(schema) do
    local where <const> = joined(place, keyword)
    if checks[keyword] == nil then
      if not SILENT[keyword] then note(where, "this keyword is not checked", true) end
    elseif not is_good_argument(keyword, argument) then
      note(where, ("%s is not valid for this keyword"):format(shown(argument)))
    elseif keyword == "$ref" and target_of(root, argument) == nil then
      note(where, ("%s refers to nothing in this file"):format(shown(argument)))
    end
  end
  for _, name in ipairs { "properties", "$defs", "definitions", "allOf", "anyOf", "oneOf" } do
    check_each(schema[name], note, joined(place, name), root)
  end
  for _, name in ipairs { "items", "additionalProperties", "not" } do
    check_schema(schema[name], note, joined(place, name), root)
  end
end

--- Checks a schema itself.
---@param schema table
---@param note fun(member: string, message: string, is_warning: boolean|nil) receives the problems
---@usage json_schema.check(schema, note)
function json_schema.check(schema, note)
  check_schema(schema, note, "", schema)
end

return json_schema
