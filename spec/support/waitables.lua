--- Waitables for specs of the reactor: they count how often they are resumed, and record how they
--- end.
local reactor_module <const> = require "bytenite.async.reactor"

local waitables <const> = {}

--- Returns a function that makes waitables.
---@param current_reactor fun(): table returns the reactor of the running test
---@return fun(fields: table|nil): table
---@usage local waitable = waitables.maker(function() return reactor end)
function waitables.maker(current_reactor)
  local Waitable <const> = {}
  Waitable.__index = Waitable

  function Waitable:state()
    self.resumed = (self.resumed or 0) + 1
    if self.run then self:run() end
  end

  function Waitable:fail(raised)
    self.failed = raised
    current_reactor():end_of(self)
  end

  function Waitable:fail_closed()
    self.was_closed = true
    if not self.done then current_reactor():end_of(self) end
  end

  return function(fields)
    return reactor_module.waitable(Waitable, fields or {})
  end
end

return waitables
