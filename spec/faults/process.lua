--- process.lua: the memory of this process.
local process <const> = {}

-- Reads a field of /proc/self/status in MiB.
local function status(field)
  local file <close> = io.open "/proc/self/status"
  local kib <const> = file and file:read("a"):match(field .. ":%s*(%d+) kB")
  return kib and tonumber(kib) / 1024
end

--- Starts to watch the memory of this process.
---@return fun(): number|nil # returns the growth of the peak in MiB; nil if it cannot be measured
function process.watch_memory()
  local file <const> = io.open("/proc/self/clear_refs", "w")
  local is_reset <const> = file and file:write "5" and file:close()
  local before <const> = is_reset and status "VmRSS"
  return function()
    local peak <const> = before and status "VmHWM"
    return peak and peak - before
  end
end

return process
