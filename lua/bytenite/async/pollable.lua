--- pollable.lua: what an event loop polls on behalf of a client, by the protocol of cqueues: one
--- descriptor for all transfers and timers.
local pollable <const> = {}

local Pollable <const> = { __name = "bytenite.Pollable" }
Pollable.__index = Pollable

--- Documented in docs/api/loops.lua.
function Pollable:pollfd()
  return self.reactor.session:descriptor()
end

--- Documented in docs/api/loops.lua.
function Pollable.events()
  return "r"
end

--- Documented in docs/api/loops.lua.
--- The descriptor covers this time, too, where there is one.
function Pollable:timeout()
  return self.reactor:arm()
end

--- Returns the pollable of a reactor; always the same object.
---@param reactor table
---@return table
function pollable.of(reactor)
  reactor:keep_tasks()
  reactor.pollable = reactor.pollable or setmetatable({ reactor = reactor }, Pollable)
  reactor:arm()
  return reactor.pollable
end

return pollable
