--- Kills processes of a job that have left the group of their program by making a session of their
--- own. Finds them by their environment, which names the job's folder (Linux only). A process that
--- changes its environment too can be stopped only by a launcher such as bwrap.
local uv <const> = require "luv"

local files <const> = require "bytenite.sandbox.runner.files"

local leftover_processes = {}

local MOST_BYTES <const> = 64 * 1024 -- of an environment that are read
local ROUNDS <const> = 5 -- a process may start another one meanwhile

local function environment_of(pid)
  local descriptor <const> = uv.fs_open(("/proc/%d/environ"):format(pid), "r", 0)
  if descriptor == nil then return "" end
  local text <const> = uv.fs_read(descriptor, MOST_BYTES, 0)
  uv.fs_close(descriptor)
  return text or ""
end

local function kill_once(folder)
  local user <const>, own <const>, count = uv.getuid(), uv.os_getpid(), 0
  for _, name in ipairs(files.list "/proc" or {}) do
    local pid <const> = math.tointeger(tonumber(name))
    local stat <const> = pid and pid ~= own and uv.fs_stat("/proc/" .. name)
    if stat and stat.uid == user and environment_of(pid):find("=" .. folder .. "/", 1, true) then
      uv.kill(pid, "sigkill")
      count = count + 1
    end
  end
  return count
end

--- Kills the processes of this user whose environment names a path below a folder.
---@param folder string
---@usage leftover_processes.kill(run.folder)
function leftover_processes.kill(folder)
  for _ = 1, ROUNDS do
    if kill_once(folder) == 0 then return end
  end
end

return leftover_processes
