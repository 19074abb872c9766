--- Reads types as written in objects.lua.
local types = {}

---@class spec.contract.Type
---@field word string|nil the type's name; nil for lists and maps
---@field list spec.contract.Type|nil of the items
---@field map spec.contract.Type|nil of the values
---@field nullable boolean
---@field required boolean

--- Reads a type.
---@param text string
---@return spec.contract.Type
---@usage types.parse "[Job]?" --> { list = { word = "Job" }, nullable = true }
function types.parse(text)
  local inner <const>, mark <const> = text:match "^(.-)([?!]?)$"
  local read <const> = { nullable = mark == "?", required = mark == "!" }
  local item <const>, value <const> = inner:match "^%[(.+)%]$", inner:match "^{(.+)}$"
  read.list = item and types.parse(item)
  read.map = value and types.parse(value)
  read.word = not item and not value and inner or nil
  assert(not read.word or inner:find "^%a%w*$", "no type: " .. text)
  return read
end

--- Returns the word in a type: its own or its items'.
---@param text string
---@return string
---@usage types.word "{TaskLogs}?" --> "TaskLogs"
function types.word(text)
  return text:match "%a%w*"
end

--- Returns the sorted names of rows.
---@param rows table<string, any>
---@return string[]
---@usage for _, name in ipairs(types.names(objects.declared)) do ... end
function types.names(rows)
  local names <const> = {}
  for name in pairs(rows) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

return types
