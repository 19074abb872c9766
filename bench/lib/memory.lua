-- memory.lua: the resident memory of this process, as Linux counts it.
local memory <const> = {}

local function read(name)
  for line in io.lines "/proc/self/status" do
    local kilobytes <const> = line:match("^" .. name .. ":%s*(%d+) kB")
    if kilobytes then return math.tointeger(kilobytes) end
  end
  error(name .. " is not in /proc/self/status")
end

--- What it has now, in kB.
function memory.now()
  return read "VmRSS"
end

--- The most it has had, in kB.
function memory.largest()
  return read "VmHWM"
end

return memory
