--- scheduler.lua: tasks, the coroutines we run. A call suspends only in a task of its own client, and never in a coroutine
--- of the user's own (a generator, a gsub callback): a yield there would land at somebody who does not expect it.
local scheduler <const> = {}

local create_thread <const>, resume_thread <const>, close_thread <const> =
  coroutine.create, coroutine.resume, coroutine.close
local status_of <const>, yield <const> = coroutine.status, coroutine.yield

--- What runs now: `task`, or false outside of tasks; `in_step`, whether a call's step is under way, which no yield may leave: a
--- function of the user's in there (on_event, access_token) that makes a call waits in place.
local state <const> = { task = false, in_step = false }
scheduler.state = state

local LAST_TIMES <const> = 8 -- more than tasks wait for each other in a row

local OURS <const> = {} -- what a task yields first when it waits for something of ours

-- What a task runs. The results are packed here, so that a lack of memory is the task's.
local function body()
  local task <const> = state.task
  local called <const> = task.called
  task.called = false
  task.results = table.pack(called[1](table.unpack(called, 2, called.n)))
end

-- Puts a task among those that the driver resumes next: a linked list through them.
local function enqueue(task)
  local driver <const> = task.driver
  if task.done then return end
  task.is_due = true
  if task.next_runnable or driver.last_runnable == task then return end
  if driver.last_runnable then
    driver.last_runnable.next_runnable = task
  else
    driver.first_runnable = task
  end
  driver.last_runnable = task
end

-- Called when what a task waits for is done.
local function wake_task(waited_for)
  enqueue(waited_for.task)
end

local function finish(task)
  task.done = true
  task.thread = false
  task.on_end(task)
end

-- Runs what the coroutine still has to close (its `<close>` variables), and ends the task.
local function close(task, has_raised, raised)
  local closed <const>, problem <const> = close_thread(task.thread)
  if has_raised then
    task.has_raised, task.raised = true, raised
  elseif not closed then
    task.has_raised, task.raised = true, problem
  end
  finish(task)
end

-- What a task has yielded or returned.
local function after(task, outer, outer_step, ok, mark, waits_for)
  state.task, state.in_step = outer, outer_step
  if not ok then return close(task, true, mark) end
  if task.results then return finish(task) end
  if mark == OURS then task.waits_for = waits_for end
  if task.is_cancelled then return close(task) end
  if mark ~= OURS then return enqueue(task) end -- the function has yielded by itself: the others first
  if waits_for.done then return enqueue(task) end -- a finalizer has driven the client just before the yield
  waits_for.task = task
  waits_for.on_done = wake_task
end

-- Runs a task from its beginning or from where it waits, unless that was done meanwhile. One that is cancelled is closed,
-- or is just being closed.
local function run(task)
  if not task.is_due or task.done or task.is_cancelled then return end
  local outer <const>, outer_step <const> = state.task, state.in_step
  state.task, state.in_step = task, false
  task.is_due = false
  task.depth = outer and outer.depth + 1 or 1 -- how many run inside each other, because those outside wait in place
  task.waits_for = false
  return after(task, outer, outer_step, resume_thread(task.thread))
end

--- Makes a task of a table; nothing runs yet.
---@param driver table
---@param task table becomes the task: `done`, then `results` (table.pack), `has_raised` and `raised`, or `is_cancelled`; its
---   `on_end(task)` is called then
---@param called function
---@param ... any its arguments
---@return table # the same
function scheduler.create(driver, task, called, ...)
  task.driver = driver
  task.thread = create_thread(body)
  task.called = table.pack(called, ...)
  -- places for what comes later, so that the end of a task needs no memory
  task.done, task.results, task.raised, task.has_raised, task.is_cancelled = false, false, false, false, false
  task.next_runnable, task.is_due, task.waits_for, task.depth = false, false, false, 0
  return task
end

--- Lets a task run when its driver is next driven.
---@param task table
scheduler.enqueue = enqueue

--- Resumes a driver's runnable tasks, at most some of them.
---@param driver table
---@param most integer
function scheduler.run(driver, most)
  for _ = 1, most do
    local task <const> = driver.first_runnable
    if not task then return end
    driver.first_runnable = task.next_runnable
    if not task.next_runnable then driver.last_runnable = false end
    task.next_runnable = false
    run(task)
  end
end

--- Resumes those of some tasks that are runnable.
---@param tasks table its keys
---@return boolean # whether there was one
function scheduler.run_only(tasks)
  local due <const> = {}
  for task in pairs(tasks) do
    if task.is_due then due[#due + 1] = task end
  end
  for _, task in ipairs(due) do
    run(task)
  end
  return #due > 0
end

--- Ends a task where it waits: what it waits for is cancelled, its `<close>` variables are closed. One that is running
--- ends where it next waits.
---@param task table
function scheduler.cancel(task)
  if task.done then return end
  task.is_cancelled = true
  if status_of(task.thread) == "suspended" then close(task) end
end

--- Resumes a driver's runnable tasks for the last times: those that do not end are cancelled.
---@param driver table
function scheduler.drain(driver)
  for _ = 1, LAST_TIMES do
    local count, task = 0, driver.first_runnable
    while task do
      count, task = count + 1, task.next_runnable
    end
    scheduler.run(driver, count)
  end
  while driver.first_runnable do
    scheduler.cancel(driver.first_runnable)
    scheduler.run(driver, 1) -- takes it from the list
  end
end

--- Suspends the running task until something is done.
---@param waits_for table its `done` turns true, and its `on_done` is called then
function scheduler.suspend(waits_for)
  return yield(OURS, waits_for)
end

return scheduler
