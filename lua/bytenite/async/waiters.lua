--- wait.lua: waiting for tasks, and for time: things for the driver (driver.lua). One is done when some tasks have arrived, or a
--- time limit has passed; the other when some time has passed.
local thing <const> = require("bytenite.async.reactor").thing

local wait <const> = {}

local Wait <const> = { __name = "bytenite.Wait" }
Wait.__index = Wait

--- Counts one of the ends that a wait is for.
function Wait:arrive()
  self.left = self.left - 1
  if self.left <= 0 and not self.done then self.driver:end_of(self) end
end

--- What the driver does when time is up.
function Wait:step()
  self.has_passed = true
  self.driver:end_of(self)
end

--- Sees to it that somebody who waits in place does not wait for ever.
function Wait:still_waiting()
  if not self.driver:is_busy() then
    error("nothing is under way that could end this: does a future wait for itself?", 0)
  end
end

--- Nothing: the tasks are told, and end.
function Wait.fail_closed() end

function Wait:__close()
  self.timer = nil
end

--- Makes a wait.
---@param driver table
---@param left integer how many ends it is for
---@param tasks table whose; by task
---@param seconds number|nil to wait at most
---@return table # `done`, and then `has_passed` when time was up
function wait.new(driver, left, tasks, seconds)
  local self <const> =
    thing(Wait, { driver = driver, left = left, tasks = tasks, done = left <= 0, has_passed = false })
  if seconds and not self.done then driver.timers:set(self, driver.clock.now() + seconds) end
  return self
end

-- Nobody arrives at a sleep: it ends by its timer, or with its client.
local Sleep <const> = { __name = "bytenite.Sleep", __close = Wait.__close }
Sleep.__index = Sleep

function Sleep:step()
  self.driver:end_of(self)
end

function Sleep:fail()
  if not self.done then self.driver:end_of(self) end
end

--- Ends it when its client can do nothing any more: what its coroutine does next tells.
Sleep.fail_closed = Sleep.fail

--- The same for one that waits in place.
function Sleep:still_waiting()
  if self.driver.session:problem() then self:fail_closed() end
end

--- Makes a sleep, which has begun. It is slept by the driver's `await`, like everything that is waited for.
---@param driver table
---@param seconds number
---@return table # `done` when they have passed, or the client can do nothing any more
function wait.sleep(driver, seconds)
  local self <const> = thing(Sleep, { driver = driver })
  driver.timers:set(self, driver.clock.now() + seconds)
  return self
end

return wait
