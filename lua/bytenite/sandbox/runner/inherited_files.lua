--- Closes the descriptors that this process was started with, except for the standard streams, so
--- that programs do not inherit them. Only for the command, which has opened none of them.
local uv <const> = require "luv"

local files <const> = require "bytenite.sandbox.runner.files"

local inherited_files = {}

local CLOSE_ON_EXEC <const> = 524288 -- O_CLOEXEC on Linux; set on everything that luv and cqueues open

local function is_inheritable(name)
  local descriptor <const> = uv.fs_open("/proc/self/fdinfo/" .. name, "r", 0)
  if descriptor == nil then return false end
  local text <const> = uv.fs_read(descriptor, 256, 0)
  uv.fs_close(descriptor)
  local flags <const> = tonumber((text or ""):match "flags:%s*(%d+)" or "", 8)
  return flags ~= nil and flags & CLOSE_ON_EXEC == 0
end

--- Closes the inherited descriptors (Linux only). Keeps those of /dev/null: `bin/bytenite-sandbox`
--- opens some of them.
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
