--- Sets of names, for comparing what there is with what there should be.
local sets = {}

--- The members of a set in order, to be compared with `assert.same`.
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

--- What stands under a key in each of a list of entries.
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
