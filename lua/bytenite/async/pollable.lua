--- pollable.lua: what an event loop polls on behalf of a client, by the protocol of cqueues: one
--- descriptor for all transfers and timers.
local pollable <const> = {}

local Pollable <const> = { __name = "bytenite.Pollable" }
Pollable.__index = Pollable

--- Returns the descriptor; nil where the system has none, and when the client is closed.
---@return integer|nil
function Pollable:pollfd()
  return self.reactor.session:descriptor()
end

--- Returns what to poll the descriptor for.
---@return string # "r": readable
function Pollable.events()
  return "r"
end

--- Returns how long to wait at most. The descriptor covers that time, too; where there is none this
--- is how often to poll.
---@return number|nil # seconds; nil for no limit
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
