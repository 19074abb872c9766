--- query_string.lua: the queries of URLs.
local check <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"

local query <const> = {}

local function encoded(where, value)
  local kind <const> = math.type(value) or type(value)
  if kind ~= "string" and kind ~= "integer" and kind ~= "float" and kind ~= "boolean" then
    check.raise(("%s: expected a string, a number or a boolean, got %s"):format(where, check.describe(value)))
  end
  -- a number as JSON has it: no locale's decimal mark
  local text <const> = kind == "string" and value or core.encode(value)
  return core.percent_encode(text or check.raise(where .. ": not a finite number"))
end

-- The values of one name: a value, or a list of some.
local function values_of(where, value)
  if type(value) ~= "table" then return { value } end
  local count = 0
  for _ in pairs(value) do
    count = count + 1
  end
  if count ~= #value then check.raise(where .. ": expected a value or a list of values without holes") end
  return value
end

--- A query as it goes out, without the question mark: names and values percent-encoded, names in order.
---@param where string what the query is of
---@param members table|nil from a name to a value or a list of values
---@return string|nil # nil for none
function query.text(where, members)
  local names <const>, pairs_of <const> = {}, {}
  for name in pairs(members or {}) do
    names[#names + 1] = check.text(where .. ": name", name)
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

--- The members of a request as they stand in a query: those of its objects with a dot, as in pagination.limit.
---@param request table|nil
---@return table
function query.flatten(request)
  return add({}, "", request or {})
end

return query
