--- Closes descriptors that this process was started with, beyond the standard streams: every
--- program of a block would have them. Only for the command, which knows that it opened none of
--- them.
local uv <const> = require "luv"

local files <const> = require "bytenite.sandbox.runner.files"

local inherited_files = {}

local CLOSE_ON_EXEC <const> = 524288 -- O_CLOEXEC on Linux; what this process opens by luv and cqueues has it

local function is_inheritable(name)
  local descriptor <const> = uv.fs_open("/proc/self/fdinfo/" .. name, "r", 0)
  if descriptor == nil then return false end
  local text <const> = uv.fs_read(descriptor, 256, 0)
  uv.fs_close(descriptor)
  local flags <const> = tonumber((text or ""):match "flags:%s*(%d+)" or "", 8)
  return flags ~= nil and flags & CLOSE_ON_EXEC == 0
end

--- Closes them (Linux). Descriptors of /dev/null stay: `bin/bytenite-sandbox` holds some.
---@usage inherited_files.close()
function inherited_files.close()
  for _, name in ipairs(files.list "/proc/self/fd" or {}) do
    local number <const> = math.tointeger(tonumber(name))
    if number > 2 and uv.fs_readlink("/proc/self/fd/" .. name) ~= "/dev/null" and is_inheritable(name) then
      uv.fs_close(number)
    end
  end
end

return inherited_files
