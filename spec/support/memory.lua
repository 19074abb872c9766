--- The memory that Lua uses.
local memory <const> = {}

--- Returns the memory in use, without garbage.
---@return number # KiB
---@usage local before = memory.in_use()
function memory.in_use()
  collectgarbage()
  collectgarbage()
  return collectgarbage "count"
end

return memory
