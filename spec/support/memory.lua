--- What Lua's memory holds.
local memory <const> = {}

--- How much it is, without garbage.
---@return number # KiB
---@usage local before = memory.in_use()
function memory.in_use()
  collectgarbage()
  collectgarbage()
  return collectgarbage "count"
end

return memory
