--- Calls that must come to an end: where they would hang, a spec fails instead.
local core <const> = require "bytenite.core"

local soon <const> = {}

local LIMIT <const> = 2 -- seconds
local LOOK_EVERY <const> = 100 -- instructions

--- Calls a function as pcall does, and gives an error after two seconds. Only what runs Lua is ended, not a C function.
---@param called function
---@param ... any its arguments
---@return boolean ok
---@return any # its first result, or what was raised
---@usage local ok <const>, message <const> = soon.pcall(future.get, future)
function soon.pcall(called, ...)
  local give_up_at <const> = core.now() + LIMIT
  debug.sethook(function()
    if core.now() > give_up_at then error "this hangs" end
  end, "", LOOK_EVERY)
  local ok <const>, result <const> = pcall(called, ...)
  debug.sethook()
  return ok, result
end

return soon
