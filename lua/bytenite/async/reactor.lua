--- reactor.lua: drives the calls, tasks and timers of a client. Waiting for them is in await.lua.
---
--- It drives waitables: calls, waits and sleeps. A waitable is a table with
---   state(self, now)    the function to run when it is resumed; `now` is the time if it is known
---   done                true once it has ended
---   on_done(self)       called when it has ended; called again only if memory ran out meanwhile
---   fail(self, raised)  ends it with what its state has raised
---   fail_closed(self)   ends it because the client is closed
---   check_pending(self) called on every turn of a blocking wait while it is pending
--- and the fields that the lists below need, false or nil at first: next_ready, next_ended, slot,
--- exchange, followers, timer.
local core <const> = require "bytenite.core"
local tasks <const> = require "bytenite.async.tasks"
local timers <const> = require "bytenite.async.timers"

local reactor <const> = {}

local state <const>, enqueue <const> = tasks.state, tasks.enqueue
local has_room <const>, next_ended <const> = core.methods.session.has_room, core.methods.session.next
local free_exchange <const> = core.methods.exchange.free

local Reactor <const> = { __name = "bytenite.Reactor" }
Reactor.__index = Reactor

-- Limits for fairness: of tasks that run before transfers, and of turns before the host's loop runs
-- again. The session limits how many transfers go before tasks.
local MOST_TASKS <const>, MOST_TURNS <const> = 64, 64
local LONGEST_STEP <const> = 1 / 200 -- seconds

-- Seconds between polls if the system has no descriptor to wait for.
local POLL_INTERVAL <const> = 1 / 100

local weak_keys <const>, weak_values <const> = { __mode = "k" }, { __mode = "v" }

--- Makes a waitable of a table: adds the fields that the lists need, so that its end needs no
--- memory. (Calls bring these fields themselves, all at once, because there are many calls.)
---@param class table its metatable
---@param waitable table
---@return table # the same table
function reactor.waitable(class, waitable)
  waitable.done = waitable.done or false
  waitable.next_ready, waitable.next_ended, waitable.slot = false, false, false
  waitable.on_done, waitable.task, waitable.timer, waitable.followers = false, false, false, false
  return setmetatable(waitable, class)
end

--- Makes the reactor of a client.
---@param session userdata core.session
---@param clock table now() in seconds, step(session, seconds), first_wait in seconds (see
---   client.lua)
---@return table
function reactor.new(session, clock)
  return setmetatable({
    session = session,
    clock = clock,
    timers = timers.new(),
    -- The waitables of suspended coroutines, by slot. A free slot has the number of the next free
    -- slot. (If the waitables were keys, Lua would rebuild the table again and again as they are
    -- added and removed.)
    suspended = setmetatable({}, weak_values),
    slots = 0,
    free_slot = false,
    tasks = setmetatable({}, weak_keys), -- of futures, which keep them until an event loop drives the client
    first_ready = false, -- waitables to be resumed on the next turn, a linked list
    last_ready = false,
    first_ended = false, -- waitables that have ended and are not settled, a linked list
    first_runnable = false, -- tasks to be resumed, a linked list
    last_runnable = false,
    parked = setmetatable({}, weak_values), -- calls that wait for a free connection, in order
    first_parked = 1,
    last_parked = 0,
    admitted = false, -- the parked call whose turn it is
    paused_until = 0, -- by the server's request
    pollable = false, -- what an event loop polls
    loop = false, -- the adapter of an event loop
  }, Reactor)
end

--- Resumes a waitable on the next turn.
function Reactor:wake(waitable)
  if waitable.next_ready or self.last_ready == waitable then return end -- it is in the list
  if self.last_ready then
    self.last_ready.next_ready = waitable
  else
    self.first_ready = waitable
  end
  self.last_ready = waitable
end

-- Frees the exchanges of waitables that have ended, wakes their tasks and followers and calls their
-- callbacks. Continues where it stopped if memory ran out.
local function settle(self)
  local ended = self.first_ended
  while ended do
    local exchange <const>, task <const> = ended.exchange, ended.task
    local followers <const>, on_done <const> = ended.followers, ended.on_done
    if exchange then
      ended.exchange = false -- it serves another call from now on
      free_exchange(exchange)
    end
    if task then
      enqueue(task)
      ended.task = false
    end
    if followers then
      for _, follower in pairs(followers) do
        self:wake(follower)
      end
      ended.followers = false
    end
    if on_done then
      on_done(ended)
      ended.on_done = false
    end
    self.first_ended = ended.next_ended
    ended.next_ended = false
    ended = self.first_ended
  end
end

--- Registers a waitable that a suspended coroutine waits for, so that it ends when the client is
--- closed.
function Reactor:add_suspended(waitable)
  if waitable.slot then return end
  local slot = self.free_slot
  if slot then
    self.free_slot = self.suspended[slot]
  else
    slot = self.slots + 1
    self.slots = slot
  end
  self.suspended[slot] = waitable
  waitable.slot = slot
end

--- Ends a waitable: its `done` is true from here on. Assignments to fields that exist cannot fail
--- for lack of memory; calling a function can, and what `settle` leaves undone is done on the next
--- turn.
---@param waitable table
function Reactor:end_of(waitable)
  waitable.done = true
  if waitable.timer then waitable.timer = false end
  local slot <const> = waitable.slot
  if slot then
    self.suspended[slot] = self.free_slot
    self.free_slot = slot
    waitable.slot = false
  end
  waitable.next_ended = self.first_ended
  self.first_ended = waitable
  settle(self)
end

local NO_MEMORY <const> = "not enough memory" -- as Lua raises it

--- Runs the state of a waitable. An error raised there ends the waitable. Unless the waitable
--- raised it itself (`has_raised`) it is also rethrown: Ctrl-C raises an error wherever the
--- interpreter is, and must end the wait.
---@param waitable table
---@param now number|nil the time if it is known
function reactor.resume(waitable, now)
  if waitable.done then return end
  local outer <const> = state.in_resume
  state.in_resume = true
  local ok <const>, raised <const> = pcall(waitable.state, waitable, now)
  state.in_resume = outer
  if ok then return end
  if not waitable.done then waitable:fail(raised) end
  if not waitable.has_raised and raised ~= NO_MEMORY then error(raised, 0) end
end

local resume <const> = reactor.resume

--- Returns whether a call must wait for a free connection, behind those that already do.
function Reactor:must_park(call)
  if self.admitted == call then return false end
  return self.first_parked <= self.last_parked or not has_room(self.session, call.plan.operation.sent_once)
end

--- Makes a call wait for a free connection; it is resumed when there is one.
function Reactor:park(call)
  local last <const> = self.last_parked + 1
  self.parked[last] = call
  self.last_parked = last
end

-- Returns the first parked call, or nil. Skips those that have ended or were collected.
local function first_parked(self)
  while self.first_parked <= self.last_parked do
    local call <const> = self.parked[self.first_parked]
    if call and not call.done then return call end
    self.parked[self.first_parked] = nil
    self.first_parked = self.first_parked + 1
  end
  return nil
end

-- Resumes parked calls while there are free connections.
local function admit(self)
  local call = first_parked(self)
  while call and has_room(self.session, call.plan.operation.sent_once) do
    self.parked[self.first_parked] = nil
    self.first_parked = self.first_parked + 1
    call.timer = false
    self.admitted = call
    resume(call)
    self.admitted = false
    call = first_parked(self)
  end
end

-- Resumes the waitables that were woken.
local function resume_ready(self)
  while self.first_ready do
    local woken <const> = self.first_ready
    self.first_ready = woken.next_ready
    if not woken.next_ready then self.last_ready = false end
    woken.next_ready = false
    resume(woken)
  end
end

-- Resumes the waitables whose time has come. Returns how long to wait, at most `seconds`.
local function resume_due(self, seconds)
  local now <const> = self.clock.now()
  local due = self.timers:take_due(now)
  while due do
    resume(due)
    seconds = 0
    due = self.timers:take_due(now)
  end
  local next_at <const> = self.timers:next_at()
  if next_at and next_at - now < seconds then return math.max(0, next_at - now) end
  return seconds
end

-- Resumes the owners of the transfers of a turn.
local function resume_ended(self, first)
  local ended = first
  repeat
    resume(ended)
    ended = next_ended(self.session)
  until not ended
end

--- Makes one turn: resumes what is ready. If nothing is, waits for something to happen, up to
--- `seconds`.
---@param seconds number
---@param with_tasks boolean whether to resume tasks, too
---@return boolean # whether there is more to do immediately
function Reactor:drive(seconds, with_tasks)
  local wait = seconds
  if self.first_ended then settle(self) end
  if self.first_ready then
    resume_ready(self)
    wait = 0
  end
  if self.timers[1] then wait = resume_due(self, wait) end
  if with_tasks and self.first_runnable then
    tasks.run(self, MOST_TASKS)
    wait = 0
  end
  if self.first_parked <= self.last_parked then admit(self) end
  if self.first_ready then wait = 0 end
  local ended <const> = self.clock.step(self.session, wait)
  if ended then
    resume_ended(self, ended)
  elseif self.session:problem() then
    self:fail_suspended()
  end
  return (ended or self.first_ready or self.first_runnable) and true or false
end

--- Ends the waitables of suspended coroutines, whose client was closed or belongs to the parent of
--- this process.
function Reactor:fail_suspended()
  settle(self)
  local waitables <const> = {}
  for _, suspended in pairs(self.suspended) do
    if type(suspended) == "table" then waitables[#waitables + 1] = suspended end
  end
  for _, waitable in ipairs(waitables) do
    waitable:fail_closed()
  end
end

--- Closes the session. Pending calls return the error `closed`, and the tasks that wait for them
--- continue with it.
function Reactor:close()
  if self.loop then self.loop.closing() end
  self.session:close()
  self:fail_suspended()
  if not state.task then tasks.drain(self) end
end

--- Sends no request of a task or an event loop until a time; requests in flight continue.
---@param at number on the client's clock
function Reactor:pause(at)
  if at > self.paused_until then self.paused_until = at end
end

--- Returns whether anything is pending.
---@return boolean
function Reactor:is_busy()
  return (self.first_runnable or self.first_ready or self.first_ended) and true
    or self.session:in_flight() > 0
    or self.timers:next_at() ~= nil
end

--- Returns whether the running code is alone: it may block, and nothing but transfers could run
--- meanwhile.
---@param self table the reactor
---@return boolean
function reactor.is_alone(self)
  return not (
    state.task
    or state.in_resume
    or self.loop
    or self.first_ready
    or self.first_ended
    or self.first_runnable
    or self.timers[1]
  )
end

--- Resumes what is ready, and waits for it up to `seconds`; for a loop that drives the client from
--- outside.
---@param seconds number
---@return boolean # whether anything is pending
function Reactor:step(seconds)
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

--- Keeps tasks until they end, even if their futures are collected: an event loop drives the client
--- for them.
function Reactor:keep_tasks()
  if getmetatable(self.tasks) == nil then return end
  local kept <const> = {}
  for task in pairs(self.tasks) do
    kept[task] = true
  end
  self.tasks = kept
end

-- Returns the seconds until there is something to do that no transfer announces; nil if there is no
-- such time.
local function time_left(self)
  if self.first_runnable or self.first_ready or self.first_ended then return 0 end
  local parked <const> = first_parked(self)
  if parked and has_room(self.session, parked.plan.operation.sent_once) then return 0 end
  local next_at <const> = self.timers:next_at()
  return next_at and math.max(0, next_at - self.clock.now())
end

--- Makes the session's descriptor readable as soon as there is something to do.
---@return number|nil # seconds until a timer needs it; nil if none does
function Reactor:arm()
  local left <const> = self.session:arm(time_left(self))
  if self.session:descriptor() or not self:is_busy() then return left end
  return math.min(left or POLL_INTERVAL, POLL_INTERVAL)
end

--- Makes the event loop that drives the client call `step` soon: what it waits for may have changed
--- or gone.
function Reactor:wake_loop()
  if self.pollable then self.session:arm(0) end
end

--- Hands the client over to the adapter of an event loop.
---@param loop table started(), called when something is pending; closing(), called when the client
---   is being closed; may_suspend(), whether it can suspend the running coroutine;
---   suspend(waitable), which does so until the waitable's `on_done` is called
function Reactor:set_loop(loop)
  if self.loop then self.loop.closing() end
  self.loop = loop
  if self:is_busy() then self:notify() end
end

--- Tells the event loop, if there is one, that something is pending.
function Reactor:notify()
  if self.pollable then self:arm() end
  if self.loop then self.loop.started() end
end

-- Methods as functions, which a module can look up once and not for every call.
reactor.add_suspended, reactor.drive = Reactor.add_suspended, Reactor.drive
reactor.end_of, reactor.must_park = Reactor.end_of, Reactor.must_park

return reactor
