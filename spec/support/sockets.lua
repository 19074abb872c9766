--- The sockets that this process has open. Other descriptors are not counted: cqueues, which the
--- specs use, may open some at any time.
local lfs <const> = require "lfs"

local sockets <const> = {}

--- Counts the sockets, after a garbage collection.
---@return integer
---@usage local before = sockets.count()
function sockets.count()
  collectgarbage()
  collectgarbage()
  local count = 0
  for name in lfs.dir "/proc/self/fd" do
    local target <const> = lfs.symlinkattributes("/proc/self/fd/" .. name, "target")
    if target and target:find("socket:", 1, true) then count = count + 1 end
  end
  return count
end

return sockets
