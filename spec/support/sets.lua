--- Sets of names, for comparisons of what exists with what should exist.
local sets = {}

--- Returns the sorted members of a set, for `assert.same`.
---@param set table<string, any>
---@return string[]
---@usage assert.same({ "a", "b" }, sets.sorted { b = true, a = true })
function sets.sorted(set)
  local list <const> = {}
  for name in pairs(set) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

--- Returns the set of the values that the entries of a list have under a key.
---@param entries table[]|nil
---@param key any
---@return table<string, boolean>
---@usage local names = sets.of(core.operations, "name")
function sets.of(entries, key)
  local set <const> = {}
  for _, entry in ipairs(entries or {}) do
    set[entry[key]] = true
  end
  return set
end

return sets
