--- query_string.lua: writes the queries of URLs.
local core <const> = require "bytenite.core"
local validate <const> = require "bytenite.base.validate"

local query_string <const> = {}

local function encoded(where, value)
  local kind <const> = math.type(value) or type(value)
  if kind ~= "string" and kind ~= "integer" and kind ~= "float" and kind ~= "boolean" then
    validate.raise(("%s: expected a string, a number or a boolean, got %s"):format(where, validate.describe(value)))
  end
  -- numbers are written as in JSON: tostring follows the locale
  local text <const> = kind == "string" and value or core.encode(value)
  return core.percent_encode(text or validate.raise(where .. ": not a finite number"))
end

-- Returns the values of one name as a list.
local function values_of(where, value)
  if type(value) ~= "table" then return { value } end
  local count = 0
  for _ in pairs(value) do
    count = count + 1
  end
  if count ~= #value then validate.raise(where .. ": expected a value or a list of values without holes") end
  return value
end

--- Writes a query, without the question mark: names in order, names and values percent-encoded.
---@param where string the function that takes the query
---@param members table|nil a value or a list of values by name
---@return string|nil # nil if the query is empty
--- Raises if a value cannot stand in a query.
function query_string.text(where, members)
  local names <const>, pairs_of <const> = {}, {}
  for name in pairs(members or {}) do
    names[#names + 1] = validate.text(where .. ": name", name)
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local values <const> = values_of(where .. ": " .. name, members[name])
    for _, value in ipairs(values) do
      pairs_of[#pairs_of + 1] = core.percent_encode(name) .. "=" .. encoded(where .. ": " .. name, value)
    end
  end
  return #pairs_of > 0 and table.concat(pairs_of, "&") or nil
end

local function add(flat, prefix, members)
  for name, value in pairs(members) do
    if type(value) == "table" then
      add(flat, prefix .. name .. ".", value)
    else
      flat[prefix .. name] = value
    end
  end
  return flat
end

--- Flattens the members of a request for a query: those of its objects are joined by dots, as in
--- pagination.limit.
---@param request table|nil
---@return table
function query_string.flatten(request)
  return add({}, "", request or {})
end

return query_string
