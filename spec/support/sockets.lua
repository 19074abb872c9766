--- The sockets that this process has open. Not its other descriptors: cqueues, which the specs use, opens some at any time.
local lfs <const> = require "lfs"

local sockets <const> = {}

--- Counts them, without those of what is garbage.
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
