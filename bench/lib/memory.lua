-- memory.lua: the memory of this process: Lua's, and the resident one as Linux counts it.
local memory <const> = {}

local Watch <const> = {}
Watch.__index = Watch

local function read(name)
  for line in io.lines "/proc/self/status" do
    local kilobytes <const> = line:match("^" .. name .. ":%s*(%d+) kB")
    if kilobytes then return math.tointeger(kilobytes) end
  end
  error(name .. " is not in /proc/self/status")
end

--- What is resident now, in units of 1024 bytes.
function memory.now()
  return read "VmRSS"
end

--- The most that was resident, in units of 1024 bytes.
function memory.largest()
  return read "VmHWM"
end

--- A million bytes is an MB; memory is counted in units of 1024 bytes.
function memory.megabytes(units)
  return units * 1.024 / 1000
end

--- Watches how memory grows while a process does much of the same.
---@param warm_up number how much is done until whatever happens once has happened
function memory.watch(warm_up)
  return setmetatable({ warm_up = warm_up, lua_first = 0, lua_most = 0 }, Watch)
end

--- Looks at the memory.
---@param done number how much is done so far
function Watch:look(done)
  local now <const> = collectgarbage "count"
  if done <= self.warm_up or not self.resident_first then
    self.lua_first = math.max(self.lua_first, now)
    self.resident_first = memory.largest()
  else
    self.lua_most = math.max(self.lua_most, now)
  end
end

--- How many MB Lua's memory and the resident memory have grown by since then, each at its highest, and how many are resident at
--- the most.
function Watch:growth()
  local largest <const> = memory.largest()
  return {
    lua = memory.megabytes(self.lua_most - self.lua_first),
    resident = memory.megabytes(largest - self.resident_first),
    largest = memory.megabytes(largest),
  }
end

return memory
