--- pollable.lua: the object that an event loop polls for a client, in the protocol of cqueues: one
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
--- If there is a descriptor, it also becomes readable at this time.
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
