--- Calls with a time limit: where one would hang, the spec fails instead.
local core <const> = require "bytenite.core"

local time_limit <const> = {}

local LIMIT <const> = 2 -- seconds
local LOOK_EVERY <const> = 100 -- instructions

--- Calls a function like pcall, and raises an error in it after two seconds. Can end Lua code only,
--- not a C function.
---@param called function
---@param ... any its arguments
---@return boolean ok
---@return any # its first result, or what was raised
---@usage local ok <const>, message <const> = time_limit.pcall(future.get, future)
function time_limit.pcall(called, ...)
  local give_up_at <const> = core.now() + LIMIT
  debug.sethook(function()
    if core.now() > give_up_at then error "this hangs" end
  end, "", LOOK_EVERY)
  local ok <const>, result <const> = pcall(called, ...)
  debug.sethook()
  return ok, result
end

return time_limit
