--- await.lua: waits for the end of a waitable. Suspends the running coroutine where that is
--- possible; anywhere else it blocks, and drives the client meanwhile.
local core <const> = require "bytenite.core"
local reactor <const> = require "bytenite.async.reactor"
local tasks <const> = require "bytenite.async.tasks"

local await <const> = {}

local state <const>, suspend <const>, may_yield <const> = tasks.state, tasks.suspend, core.may_yield
local add_suspended <const>, drive <const> = reactor.add_suspended, reactor.drive

-- Seconds of one uninterrupted wait. Between two of them Lua runs, and with it the hook by which
-- Ctrl-C ends a program.
local SLICE <const> = 1 / 5

-- Tasks that run inside each other because the outer ones block while they wait for tasks. Lua's C
-- stack bears about 30; at this depth only the tasks that are waited for are resumed.
local DEEPEST <const> = 8

local function suspend_task(self, waitable)
  add_suspended(self, waitable)
  return suspend(waitable)
end

local function suspend_in_loop(self, waitable)
  add_suspended(self, waitable)
  self:notify()
  self.loop.suspend(waitable)
end

--- Returns the function that suspends the running coroutine; false if it must block.
---@param self table the reactor
---@return function|boolean
function await.suspend_function(self)
  if state.in_resume then return false end
  local task <const> = state.task
  if task then return task.reactor == self and may_yield(task.thread) and suspend_task end
  return self.loop and self.loop.may_suspend() and suspend_in_loop
end

-- Blocks until a waitable has ended, and drives everything meanwhile.
local function block(self, waitable)
  local task <const>, awaited <const> = state.task, waitable.tasks
  local with_tasks <const> = not task or (awaited and task.depth < DEEPEST)
  repeat
    local has_run <const> = not with_tasks and awaited and tasks.run_only(awaited)
    if not waitable.done then drive(self, has_run and 0 or SLICE, with_tasks) end
    if not waitable.done then waitable:check_pending() end
  until waitable.done
  if self.pollable then self:wake_loop() end
end

--- Waits until a waitable has ended.
---@param self table the reactor
---@param waitable table
---@param suspend_running function|boolean what `suspend_function` has returned; false to block
function await.wait(self, waitable, suspend_running)
  while not waitable.done do
    if suspend_running then
      suspend_running(self, waitable)
    else
      block(self, waitable)
    end
  end
end

--- Waits until a waitable has ended. Closes it if the wait is interrupted.
---@param self table the reactor
---@param waitable table with `__close`
function await.ended(self, waitable)
  local interrupted <close> = waitable -- luacheck: ignore interrupted
  await.wait(self, waitable, await.suspend_function(self))
end

return await
