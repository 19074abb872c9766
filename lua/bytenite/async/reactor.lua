--- driver.lua: what moves a client's calls and tasks on, and the one place where anything waits.
---
--- It moves on things that will be done. Such a thing is a table with `step(thing, now)`, what to do when it is woken; `done`;
--- `on_done(thing)`, called when it is, and again only where memory ran out meanwhile; `fail(thing, raised)`, what becomes of it
--- when its step raises; and what the lists below need: next_ready, next_ended, place (false), exchange, followers.
local core <const> = require "bytenite.core"
local scheduler <const> = require "bytenite.async.tasks"
local timers <const> = require "bytenite.async.timers"

local driver <const> = {}

local state <const>, suspend <const> = scheduler.state, scheduler.suspend
local has_room <const>, next_ended <const> = core.methods.session.has_room, core.methods.session.next
local may_yield <const>, recycle <const> = core.may_yield, core.methods.exchange.recycle

local Driver <const> = { __name = "bytenite.Driver" }
Driver.__index = Driver

-- Seconds of waiting in one piece. In between Lua runs, and with it the hook by which Ctrl-C ends a program.
local SLICE <const> = 1 / 5
driver.SLICE = SLICE

-- What is done at most before others get their turn: transfers before tasks, tasks before transfers, and the host's loop before
-- ours.
local MOST_ENDED <const>, MOST_TASKS <const>, MOST_TURNS <const> = 16, 16, 64
local LONGEST_STEP <const> = 1 / 200 -- seconds

-- Tasks that run inside each other because those outside wait in place for tasks. Lua's C stack bears some 30; at this depth only
-- what is waited for is resumed, and not whatever else could run.
local DEEPEST <const> = 8

-- Seconds between looks where the system has no descriptor to wait for.
local LOOK_EVERY <const> = 1 / 100

local weak_keys <const>, weak_values <const> = { __mode = "k" }, { __mode = "v" }

--- Makes a thing of a table: gives it what the lists need. (A call has the same by itself, all fields at once: there are many.)
---@param class table its metatable
---@param thing table
---@return table # the same
function driver.thing(class, thing)
  thing.done = thing.done or false
  -- places for what comes later, so that the end of a thing needs no memory
  thing.next_ready, thing.next_ended, thing.place, thing.on_done, thing.task = false, false, false, false, false
  return setmetatable(thing, class)
end

--- Makes the driver of a client.
---@param session userdata core.session
---@param clock table now() in seconds, step(session, seconds)
---@return table
function driver.new(session, clock)
  return setmetatable({
    session = session,
    clock = clock,
    timers = timers.new(),
    -- What suspended coroutines wait for, by place. A free place holds the number of the next free one: a table by the things
    -- themselves Lua makes anew for nearly every one, where they come and go and are about as many as a power of two.
    suspended = setmetatable({}, weak_values),
    places = 0,
    free_place = false,
    tasks = setmetatable({}, weak_keys), -- futures' tasks: kept by their futures, until a loop drives the client
    first_ready = false, -- things to be moved on at the next turn, a list linked through them
    last_ready = false,
    first_ended = false, -- things that are done and not settled yet, a list linked through them
    first_runnable = false, -- tasks to be resumed, a list linked through them
    last_runnable = false,
    parked = setmetatable({}, weak_values), -- calls that wait for room on the wire, in order
    first_parked = 1,
    last_parked = 0,
    admitted = false, -- the one of them whose turn it is
    paused_until = 0, -- by the server's wish
    spare_call = false, -- calls that serve again (steps.lua), a list linked through them
    spare_calls = 0,
    pollable = false, -- what a loop waits for
    loop = false, -- the adapter of an event loop
  }, Driver)
end

--- Wakes a thing at the next turn.
function Driver:wake(thing)
  if thing.next_ready or self.last_ready == thing then return end -- woken already
  if self.last_ready then
    self.last_ready.next_ready = thing
  else
    self.first_ready = thing
  end
  self.last_ready = thing
end

-- Does what is left to do for things that are done: gives the exchange back, wakes who waits, tells who wants to know. Called
-- again where it was stopped for lack of memory.
local function settle(self)
  local ended = self.first_ended
  while ended do
    local exchange <const>, followers <const>, on_done <const> = ended.exchange, ended.followers, ended.on_done
    if exchange then
      ended.exchange = false -- serves another call from now on
      recycle(exchange)
    end
    if followers then
      for _, follower in pairs(followers) do
        self:wake(follower)
      end
      ended.followers = nil
    end
    if on_done then
      on_done(ended) -- perhaps again, where it was stopped halfway: whoever waits must be told
      ended.on_done = false
    end
    self.first_ended = ended.next_ended
    ended.next_ended = false
    ended = self.first_ended
  end
end

--- Takes note of a thing that a suspended coroutine waits for: it is told when the client is closed.
function Driver:add_suspended(thing)
  if thing.place then return end
  local place = self.free_place
  if place then
    self.free_place = self.suspended[place]
  else
    place = self.places + 1
    self.places = place
  end
  self.suspended[place] = thing
  thing.place = place
end

--- Takes note of a thing's end. Assignments to fields that are there cannot stop halfway for lack of memory; calling a function
--- can, so what `settle` leaves undone is made up for at the next turn.
---@param thing table its `done` is true from here on
function Driver:end_of(thing)
  thing.done = true
  if thing.timer then thing.timer = nil end
  local place <const> = thing.place
  if place then
    self.suspended[place] = self.free_place
    self.free_place = place
    thing.place = false
  end
  thing.next_ended = self.first_ended
  self.first_ended = thing
  settle(self)
end

local NO_MEMORY <const> = "not enough memory" -- as Lua raises it

--- Runs the step a thing stands at. What is raised in there ends the thing. What it has not raised itself (`has_raised`) is
--- none of its business: Ctrl-C, above all, which the interpreter raises wherever it is; that ends the waiting.
---@param thing table
---@param now number|nil the time, where it is known
function driver.advance(thing, now)
  if thing.done then return end
  local outer <const> = state.in_step
  state.in_step = true
  local ok <const>, raised <const> = pcall(thing.step, thing, now)
  state.in_step = outer
  if ok then return end
  if not thing.done then thing:fail(raised) end
  if not thing.has_raised and raised ~= NO_MEMORY then error(raised, 0) end
end

local advance <const> = driver.advance

--- Whether a call must wait for room on the wire, behind those that do already.
function Driver:must_park(call)
  if self.admitted == call then return false end
  return self.first_parked <= self.last_parked or not has_room(self.session, call.plan.operation.sent_once)
end

--- Lets a call wait for room; its step runs again when there is some.
function Driver:park(call)
  local last <const> = self.last_parked + 1
  self.parked[last] = call
  self.last_parked = last
end

-- The first call that waits for room; nil when there is none. Passes those that have ended or were collected.
local function first_parked(self)
  while self.first_parked <= self.last_parked do
    local call <const> = self.parked[self.first_parked]
    if call and not call.done then return call end
    self.parked[self.first_parked] = nil
    self.first_parked = self.first_parked + 1
  end
  return nil
end

-- Moves on calls that wait for room, as long as there is some.
local function admit(self)
  local call = first_parked(self)
  while call and has_room(self.session, call.plan.operation.sent_once) do
    self.parked[self.first_parked] = nil
    self.first_parked = self.first_parked + 1
    call.timer = nil
    self.admitted = call
    advance(call)
    self.admitted = false
    call = first_parked(self)
  end
end

-- Moves on what was woken.
local function advance_ready(self)
  while self.first_ready do
    local woken <const> = self.first_ready
    self.first_ready = woken.next_ready
    if not woken.next_ready then self.last_ready = false end
    woken.next_ready = false
    advance(woken)
  end
end

-- Moves on what is due; returns how many of some seconds are left to wait.
local function advance_due(self, seconds)
  local now <const> = self.clock.now()
  local due = self.timers:take_due(now)
  while due do
    advance(due)
    seconds = 0
    due = self.timers:take_due(now)
  end
  local next_at <const> = self.timers:next_at()
  if next_at and next_at - now < seconds then return math.max(0, next_at - now) end
  return seconds
end

-- Moves on what transfers that have ended belong to.
local function advance_ended(self, first)
  local ended, left = first, MOST_ENDED
  repeat
    advance(ended)
    left = left - 1
    ended = left > 0 and next_ended(self.session)
  until not ended
end

--- Moves everything on, and waits up to some seconds for something to happen when there was nothing to do.
---@param seconds number
---@param with_tasks boolean whether to resume tasks, too
---@return boolean # whether there is more to do right away
function Driver:drive(seconds, with_tasks)
  local wait = seconds
  if self.first_ended then settle(self) end
  if self.first_ready then
    advance_ready(self)
    wait = 0
  end
  if self.timers[1] then wait = advance_due(self, wait) end
  if with_tasks and self.first_runnable then
    scheduler.run(self, MOST_TASKS)
    wait = 0
  end
  if self.first_parked <= self.last_parked then admit(self) end
  if self.first_ready then wait = 0 end
  local ended <const> = self.clock.step(self.session, wait)
  if ended then
    advance_ended(self, ended)
  elseif self.session:problem() then
    self:fail_suspended()
  end
  return (ended or self.first_ready or self.first_runnable) and true or false
end

local drive <const> = Driver.drive

--- Ends the calls that coroutines wait for, of a client that was closed or belongs to the parent of this process.
function Driver:fail_suspended()
  settle(self)
  local calls <const> = {}
  for _, suspended in pairs(self.suspended) do
    if type(suspended) == "table" then calls[#calls + 1] = suspended end
  end
  for _, call in ipairs(calls) do
    call:fail_closed()
  end
end

--- Closes the session. Calls under way give the error `closed`, and tasks that wait for them go on with that.
function Driver:close()
  if self.loop then self.loop.closing() end
  self.session:close()
  self:fail_suspended()
  if not state.task then scheduler.drain(self) end
end

--- Sends nothing for one of many calls (those of tasks and event loops) until a time; what is under way goes on.
---@param at number on the client's clock
function Driver:pause(at)
  if at > self.paused_until then self.paused_until = at end
end

--- Whether anything is under way.
---@return boolean
function Driver:is_busy()
  return (self.first_runnable or self.first_ready or self.first_ended) and true
    or self.session:in_flight() > 0
    or self.timers:next_at() ~= nil
end

--- Whether there is nothing to do but for transfers.
---@return boolean
function Driver:has_nothing_else()
  return not (self.first_ready or self.first_ended or self.first_runnable or self.timers[1])
end

--- Does what is ready, and waits up to some seconds for it; for a loop that drives the client from outside.
---@param seconds number
---@return boolean # whether anything is left under way
function Driver:step(seconds)
  self:keep_tasks()
  local has_more = self:drive(seconds, true)
  local until_time <const>, turns = self.clock.now() + LONGEST_STEP, 1
  while has_more and turns < MOST_TURNS and self.clock.now() < until_time do
    has_more = self:drive(0, true)
    turns = turns + 1
  end
  if self.pollable then self:arm() end
  return self:is_busy()
end

--- From now on tasks are kept until they end, whoever holds their futures: what drives the client does it for them.
function Driver:keep_tasks()
  if getmetatable(self.tasks) == nil then return end
  local kept <const> = {}
  for task in pairs(self.tasks) do
    kept[task] = true
  end
  self.tasks = kept
end

-- Seconds until there is something to do but for transfers; nil when there is no such time.
local function time_left(self)
  if self.first_runnable or self.first_ready or self.first_ended then return 0 end
  local parked <const> = first_parked(self)
  if parked and has_room(self.session, parked.plan.operation.sent_once) then return 0 end
  local next_at <const> = self.timers:next_at()
  return next_at and math.max(0, next_at - self.clock.now())
end

--- Makes the session's descriptor readable as soon as there is something to do.
---@return number|nil # seconds until then for time's sake; nil: no such time
function Driver:arm()
  local left <const> = self.session:arm(time_left(self))
  if self.session:descriptor() or not self:is_busy() then return left end
  return math.min(left or LOOK_EVERY, LOOK_EVERY)
end

--- Lets the loop that drives the client look again: what it waits for may have changed, or be gone.
function Driver:wake_loop()
  if self.pollable then self.session:arm(0) end
end

local Pollable <const> = { __name = "bytenite.Pollable" }
Pollable.__index = Pollable

--- The descriptor; nil where the system has none, and when the client is closed.
---@return integer|nil
function Pollable:pollfd()
  return self.driver.session:descriptor()
end

--- What to wait for on it.
---@return string # "r": that it becomes readable
function Pollable.events()
  return "r"
end

--- How long to wait for it at most. The descriptor covers that time, too; where there is none this is how often to look.
---@return number|nil # seconds; nil: no limit
function Pollable:timeout()
  return self.driver:arm()
end

--- What a loop waits for; always the same object.
function Driver:get_pollable()
  self:keep_tasks()
  self.pollable = self.pollable or setmetatable({ driver = self }, Pollable)
  self:arm()
  return self.pollable
end

--- Hands the client over to the adapter of an event loop.
---@param loop table started(), there is something to do; closing(), the client is being closed; may_suspend(), whether it can
---   suspend the running coroutine; suspend(thing), which does, until the thing's `on_done` is called
function Driver:set_loop(loop)
  if self.loop then self.loop.closing() end
  self.loop = loop
  if self:is_busy() then self:notify() end
end

--- Tells the event loop, where there is one, that there is something to do.
function Driver:notify()
  if self.pollable then self:arm() end
  if self.loop then self.loop.started() end
end

local add_suspended <const> = Driver.add_suspended

local function suspend_task(self, thing)
  add_suspended(self, thing)
  return suspend(thing)
end

local function suspend_in_loop(self, thing)
  add_suspended(self, thing)
  self:notify()
  self.loop.suspend(thing)
end

-- How the running coroutine is suspended where it calls now; false when it must wait in place.
local function way_to_suspend(self)
  if state.in_step then return false end
  local task <const> = state.task
  if task then return task.driver == self and may_yield(task.thread) and suspend_task end
  return self.loop and self.loop.may_suspend() and suspend_in_loop
end

-- Waits in place, and moves everything on meanwhile.
local function wait_in_place(self, thing)
  local task <const>, tasks <const> = state.task, thing.tasks
  local with_tasks <const> = not task or (tasks and task.depth < DEEPEST)
  repeat
    local has_run <const> = not with_tasks and tasks and scheduler.run_only(tasks)
    if not thing.done then drive(self, has_run and 0 or SLICE, with_tasks) end
    if not thing.done then thing:still_waiting() end
  until thing.done
  if self.pollable then self:wake_loop() end
end

-- Waits for a thing to be done: suspended in a way that way_to_suspend gave, in place where it gave none.
local function wait(self, thing, way)
  while not thing.done do
    if way then
      way(self, thing)
    else
      wait_in_place(self, thing)
    end
  end
end

--- Waits for a thing to be done. Suspends in a task of ours and where an event loop's adapter can, waits in place anywhere else
--- and moves everything on meanwhile. A thing whose waiting is interrupted is closed.
---@param thing table with `__close`
function Driver:await(thing)
  local given_up <close> = thing -- luacheck: ignore given_up
  wait(self, thing, way_to_suspend(self))
end

-- Functions for a call's way (call.lua, steps.lua).
driver.end_of, driver.must_park, driver.has_nothing_else = Driver.end_of, Driver.must_park, Driver.has_nothing_else
driver.suspend_task, driver.wait, driver.way_to_suspend = suspend_task, wait, way_to_suspend

return driver
