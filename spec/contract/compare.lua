--- Compares the core's declarations with the contract, in both directions.
local types <const> = require "spec.contract.types"

local compare = {}

-- The core's names of lists and maps whose items are not objects.
local NAMES <const> = {
  ["[string]"] = "string[]",
  ["{timestamp?}"] = "timestamps",
  ["{integer}"] = "counts",
  ["{string}"] = "properties",
  ["{TaskLogs}"] = "logs of tasks",
  typed = "object",
}

--- Returns the name that the core should have for a type.
---@param objects table of the contract
---@param text string the type
---@return string
---@usage compare.core_name(objects, "[Job]?") --> "Job[]"
function compare.core_name(objects, text)
  local plain <const> = text:gsub("[?!]$", "")
  if NAMES[plain] then return NAMES[plain] end
  if objects.enumerations[plain] then return "enum" end
  local item <const> = plain:match "^%[(%a%w*)%]$"
  if item and objects.enumerations[item] then return "string[]" end
  return item and item .. "[]" or plain
end

local function is_required(text)
  return text:sub(-1) == "!"
end

local function by_name(members)
  local found <const> = {}
  for _, member in ipairs(members) do
    found[member.name] = member
  end
  return found
end

-- Adds a sentence unless two values are equal.
local function expect(found, place, wanted, got)
  if wanted ~= got then
    found[#found + 1] = ("%s: %s in the contract, %s in the core"):format(place, tostring(wanted), tostring(got))
  end
end

-- Compares the rows of both sides by name: calls `look` with rows that both have, and adds a
-- sentence for each that only one has.
local function both(found, place, wanted, got, look)
  local all <const> = {}
  for name in pairs(wanted) do
    all[name] = true
  end
  for name in pairs(got) do
    all[name] = true
  end
  for _, name in ipairs(types.names(all)) do
    local where <const> = place .. name
    if wanted[name] == nil then
      found[#found + 1] = where .. ": not in the contract"
    elseif got[name] == nil then
      found[#found + 1] = where .. ": not in the core"
    else
      look(where, wanted[name], got[name])
    end
  end
end

-- Returns the members of a query as they appear in a URL, by name.
local function flatten(schemas, name, prefix, flat)
  for _, member in ipairs(schemas[name] or {}) do
    if schemas[member.type] then
      flatten(schemas, member.type, prefix .. member.name .. ".", flat)
    else
      flat[prefix .. member.name] = member.type
    end
  end
  return flat
end

local function compare_rows(found, contract, core)
  local schemas <const> = core.schemas()
  local rows <const> = by_name(core.operations)
  both(found, "", contract.operations.rows, rows, function(where, wanted, got)
    expect(found, where .. " method", wanted.method, got.method)
    expect(found, where .. " path", wanted.path, got.path)
    expect(found, where .. " body", wanted.body and wanted.body:gsub("!$", "") or nil, got.body)
    expect(found, where .. " result", wanted.result, got.result)
    expect(found, where .. " repeatable", not wanted.once, got.repeatable)
    expect(found, where .. " authorized", not wanted.open, got.authorized)
    local query <const> = got.query and flatten(schemas, got.query, "", {}) or {}
    both(found, where .. " query ", wanted.query or {}, query, function(place, wanted_type, got_type)
      expect(found, place, wanted_type, got_type)
    end)
  end)
end

-- Returns the core's objects without those that are queries: compare_rows compares these.
local function objects_of(core)
  local kept <const> = {}
  for name, members in pairs(core.schemas()) do
    kept[name] = members
  end
  for _, row in ipairs(core.operations) do
    if row.query then kept[row.query] = nil end
  end
  return kept
end

local function compare_objects(found, objects, core)
  both(found, "", objects.declared, objects_of(core), function(object, wanted, got)
    expect(found, object .. " number of members", #types.names(wanted), #got)
    both(found, object .. ".", wanted, by_name(got), function(where, text, member)
      expect(found, where, compare.core_name(objects, text), member.type)
      expect(found, where .. " required", is_required(text), member.required)
    end)
  end)
end

--- Returns the differences, one sentence each.
---@param contract {operations: table, objects: table}
---@param core {operations: table[], schemas: fun(): table<string, table[]>}
---@return string[] # empty if there are none
---@usage assert.same({}, compare.differences(contract, core))
function compare.differences(contract, core)
  local found <const> = {}
  compare_rows(found, contract, core)
  compare_objects(found, contract.objects, core)
  return found
end

return compare
