-- memory.lua: the memory of this process: Lua's, and the resident memory that Linux reports.
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

--- Returns the resident memory, in units of 1024 bytes.
function memory.now()
  return read "VmRSS"
end

--- Returns the largest resident memory so far, in units of 1024 bytes.
function memory.largest()
  return read "VmHWM"
end

--- Converts units of 1024 bytes to MB (a million bytes).
function memory.megabytes(units)
  return units * 1.024 / 1000
end

--- Watches the growth of memory while a process repeats its work.
---@param warm_up number amount of work after which everything that is done once has been done
function memory.watch(warm_up)
  return setmetatable({ warm_up = warm_up, lua_first = 0, lua_most = 0 }, Watch)
end

--- Reads the memory.
---@param done number amount of work so far
function Watch:look(done)
  local now <const> = collectgarbage "count"
  if done <= self.warm_up or not self.resident_first then
    self.lua_first = math.max(self.lua_first, now)
    self.resident_first = memory.largest()
  else
    self.lua_most = math.max(self.lua_most, now)
  end
end

--- Returns by how many MB Lua's memory and the resident memory have grown since the warm-up, each
--- at its highest, and the largest resident memory in MB.
function Watch:growth()
  local largest <const> = memory.largest()
  return {
    lua = memory.megabytes(self.lua_most - self.lua_first),
    resident = memory.megabytes(largest - self.resident_first),
    largest = memory.megabytes(largest),
  }
end

return memory
