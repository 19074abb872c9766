--- tasks.lua: the coroutines that the module runs. A call suspends only in a task of its own
--- client, never in a coroutine of the user (a generator, a gsub callback): a yield there would
--- reach code that does not expect it.
local tasks <const> = {}

local create_thread <const>, resume_thread <const>, close_thread <const> =
  coroutine.create, coroutine.resume, coroutine.close
local status_of <const>, yield <const> = coroutine.status, coroutine.yield

--- The running code: `task`, or false outside of tasks; `in_resume`, whether a waitable is being
--- resumed. No yield may cross a resume: a call made by a user function that runs in it (on_event,
--- access_token) blocks.
local state <const> = { task = false, in_resume = false }
tasks.state = state

local LAST_TURNS <const> = 8 -- more than the longest chain of tasks that wait for each other

local OURS <const> = {} -- the first value that a task yields when it waits for a waitable

-- Runs the function of a task; the body of its coroutine. Packs the results here, so that a lack of
-- memory is an error of the task.
local function body()
  local task <const> = state.task
  local called <const> = task.called
  task.called = false
  task.results = table.pack(called[1](table.unpack(called, 2, called.n)))
end

-- Appends a task to the list of those that the reactor resumes next.
local function enqueue(task)
  local reactor <const> = task.reactor
  if task.done then return end
  task.is_due = true
  if task.next_runnable or reactor.last_runnable == task then return end
  if reactor.last_runnable then
    reactor.last_runnable.next_runnable = task
  else
    reactor.first_runnable = task
  end
  reactor.last_runnable = task
end

local function finish(task)
  task.done = true
  task.thread = false
  task.on_end(task)
end

-- Closes the coroutine, with its `<close>` variables, and ends the task.
local function close(task, has_raised, raised)
  local closed <const>, problem <const> = close_thread(task.thread)
  if has_raised then
    task.has_raised, task.raised = true, raised
  elseif not closed then
    task.has_raised, task.raised = true, problem
  end
  finish(task)
end

-- Handles what a task has yielded or returned.
local function after(task, outer, outer_resume, ok, mark, waits_for)
  state.task, state.in_resume = outer, outer_resume
  if not ok then return close(task, true, mark) end
  if task.results then return finish(task) end
  if mark == OURS then task.waits_for = waits_for end
  if task.is_cancelled then return close(task) end
  if mark ~= OURS then return enqueue(task) end -- the user function has yielded: others run first
  if waits_for.done then return enqueue(task) end -- a finalizer has driven the client before the yield
  waits_for.task = task
end

-- Starts a task, or resumes it where it waits, unless that has been done. A cancelled task is
-- closed or about to be.
local function run(task)
  if not task.is_due or task.done or task.is_cancelled then return end
  local outer <const>, outer_resume <const> = state.task, state.in_resume
  state.task, state.in_resume = task, false
  task.is_due = false
  task.depth = outer and outer.depth + 1 or 1 -- how many run inside each other, because the outer ones block
  task.waits_for = false
  return after(task, outer, outer_resume, resume_thread(task.thread))
end

--- Turns a table into a task, which does not run yet.
---@param reactor table
---@param task table becomes the task: `done`, then `results` (table.pack), `has_raised` and
---   `raised`, or `is_cancelled`; then its `on_end(task)` is called
---@param called function
---@param ... any its arguments
---@return table # the same table
function tasks.create(reactor, task, called, ...)
  task.reactor = reactor
  task.thread = create_thread(body)
  task.called = table.pack(called, ...)
  -- all fields now, so that the end of a task needs no memory
  task.done, task.results, task.raised, task.has_raised, task.is_cancelled = false, false, false, false, false
  task.next_runnable, task.is_due, task.waits_for, task.depth = false, false, false, 0
  return task
end

--- Runs a task on the next turn of its reactor.
---@param task table
tasks.enqueue = enqueue

--- Resumes a reactor's runnable tasks, up to a number of them.
---@param reactor table
---@param most integer
function tasks.run(reactor, most)
  for _ = 1, most do
    local task <const> = reactor.first_runnable
    if not task then return end
    reactor.first_runnable = task.next_runnable
    if not task.next_runnable then reactor.last_runnable = false end
    task.next_runnable = false
    run(task)
  end
end

--- Resumes the runnable tasks among some tasks.
---@param awaited table the tasks are its keys
---@return boolean # whether there was one
function tasks.run_only(awaited)
  local due <const> = {}
  for task in pairs(awaited) do
    if task.is_due then due[#due + 1] = task end
  end
  for _, task in ipairs(due) do
    run(task)
  end
  return #due > 0
end

--- Cancels a task: ends its wait, cancels what it waits for, and closes its `<close>` variables. A
--- running task ends at its next wait.
---@param task table
function tasks.cancel(task)
  if task.done then return end
  task.is_cancelled = true
  if status_of(task.thread) == "suspended" then close(task) end
end

--- Resumes the runnable tasks of a reactor for the last time, and cancels those that do not end.
---@param reactor table
function tasks.drain(reactor)
  for _ = 1, LAST_TURNS do
    local count, task = 0, reactor.first_runnable
    while task do
      count, task = count + 1, task.next_runnable
    end
    tasks.run(reactor, count)
  end
  while reactor.first_runnable do
    tasks.cancel(reactor.first_runnable)
    tasks.run(reactor, 1) -- takes it from the list
  end
end

--- Suspends the running task until a waitable has ended.
---@param waits_for table
function tasks.suspend(waits_for)
  return yield(OURS, waits_for)
end

return tasks
