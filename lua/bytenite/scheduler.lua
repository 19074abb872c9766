--- scheduler.lua: who may suspend. A call suspends only in a coroutine that was resumed here, and never in one of the
--- user's own (a generator, a gsub callback): a yield there would land at somebody who does not expect it.
local scheduler <const> = {}

local current = nil -- the coroutine that was resumed here and runs now

local function restore(outer, ...)
  current = outer
  return ...
end

--- Resumes a coroutine as one in which calls suspend. What it yields while one of our calls waits is that call, a table
--- whose `done` turns true; `on_done`, when set, is then called with it. Resume the coroutine after that.
---@param thread thread
---@param ... any what coroutine.resume takes
---@return any # what coroutine.resume gives
function scheduler.resume(thread, ...)
  local outer <const> = current
  current = thread
  return restore(outer, coroutine.resume(thread, ...))
end

--- True when the running coroutine is one that was resumed here, and can yield from where it is.
---@return boolean
function scheduler.may_suspend()
  return current ~= nil and coroutine.running() == current and coroutine.isyieldable()
end

--- Suspends the running coroutine until its scheduler resumes it.
---@param call table what it waits for
function scheduler.suspend(call)
  coroutine.yield(call)
end

return scheduler
