--- waiters.lua: two waitables. A wait ends when some tasks have ended or a time limit has passed; a
--- sleep ends when some time has passed.
local waitable <const> = require("bytenite.async.reactor").waitable

local waiters <const> = {}

local Wait <const> = { __name = "bytenite.Wait" }
Wait.__index = Wait

--- Counts one of the task ends that the wait is for.
function Wait:arrive()
  self.left = self.left - 1
  if self.left <= 0 and not self.done then self.reactor:end_of(self) end
end

--- Ends the wait because its time is up.
function Wait:state()
  self.has_passed = true
  self.reactor:end_of(self)
end

--- Ends the wait because of an error that was raised meanwhile; it reaches the coroutine that
--- waits.
function Wait:fail()
  if not self.done then self.reactor:end_of(self) end
end

--- Raises if nothing is pending that could end a blocking wait.
function Wait:check_pending()
  if not self.reactor:is_busy() then
    error("nothing is pending that could end this: does a future wait for itself?", 0)
  end
end

--- Does nothing: the tasks end by themselves.
function Wait.fail_closed() end

function Wait:__close()
  self.timer = false
end

--- Makes a wait.
---@param reactor table
---@param left integer number of task ends to wait for
---@param awaited table the tasks are its keys
---@param seconds number|nil at most
---@return table # a waitable with `has_passed`, true if the time was up
function waiters.new(reactor, left, awaited, seconds)
  local self <const> =
    waitable(Wait, { reactor = reactor, left = left, tasks = awaited, done = left <= 0, has_passed = false })
  if seconds and not self.done then reactor.timers:set(self, reactor.clock.now() + seconds) end
  return self
end

local Sleep <const> = { __name = "bytenite.Sleep", __close = Wait.__close }
Sleep.__index = Sleep

--- Ends the sleep because its time is up.
function Sleep:state()
  self.reactor:end_of(self)
end

--- Ends the sleep early.
function Sleep:fail()
  if not self.done then self.reactor:end_of(self) end
end

--- Ends the sleep of a closed client: the next call of its coroutine returns the error.
Sleep.fail_closed = Sleep.fail

--- Ends a blocking sleep of a closed client.
function Sleep:check_pending()
  if self.reactor.session:problem() then self:fail_closed() end
end

--- Makes a sleep, which has begun. The reactor's `await` waits for it.
---@param reactor table
---@param seconds number
---@return table # a waitable
function waiters.sleep(reactor, seconds)
  local self <const> = waitable(Sleep, { reactor = reactor })
  reactor.timers:set(self, reactor.clock.now() + seconds)
  return self
end

return waiters
