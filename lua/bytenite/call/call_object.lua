--- call_object.lua: the class of calls: their fields, how they end, and the events they emit. Their
--- states are in state_machine.lua.
local call_failure <const> = require "bytenite.errors.call_failure"
local core <const> = require "bytenite.core"
local reactor <const> = require "bytenite.async.reactor"

local call_object <const> = {}

local Call <const> = { __name = "bytenite.Call" }
Call.__index = Call

-- Defaults of fields that most calls never set. A call that a task waits for has 16 fields, which
-- just fit in its table: one more makes Lua double it.
Call.next_ready, Call.slot, Call.on_done, Call.task = false, false, false, false
Call.timer, Call.followers, Call.waits_for, Call.maybe_done = false, false, false, false
-- Seconds that the core waits for the response; more than 0 if the call is alone.
Call.first_wait = 0
-- Defaults of fields that only calls among others set.
Call.problem, Call.raised, Call.next_ended, Call.obeys_rate_limit_pause = false, false, false, false

call_object.Call = Call

--- The states in which the request may be in flight; state_machine.lua adds them.
call_object.states_in_flight = {}

-- Looked up once, not for every call.
local end_of <const> = reactor.end_of
local problem_of <const> = core.methods.session.problem
local free_exchange <const> = core.methods.exchange.free
local states_in_flight <const> = call_object.states_in_flight

-- The last call in the queue of a job: the next one waits for it unless it has ended. Weak both
-- ways, to keep neither alive.
local last_in_turn <const> = setmetatable({}, { __mode = "kv" })

--- Raises an error from a user callback; it is rethrown to the caller.
function call_object.raise(self, raised)
  self.has_raised = true
  error(raised, 0)
end

--- Calls the user's on_event. Check client.options.on_event first: most clients have none.
function call_object.emit(self, event)
  event.operation = self.plan.operation.name
  event.method = self.plan.operation.method
  event.path = self.exchange:path()
  event.attempt = self.attempts
  self.emitting = true
  local ok <const>, raised <const> = pcall(self.client.options.on_event, event)
  self.emitting = false
  if not ok then call_object.raise(self, raised) end
end

--- Emits the event of a response, or of an attempt that has none.
function call_object.emit_response(self, event)
  local now <const> = self.client.clock.now()
  event.type = "response"
  if event.status then
    event.headers, event.header_list = call_failure.headers(self)
  end
  event.elapsed = now - (self.sent_at or now)
  call_object.emit(self, event)
end

--- Returns the pending call that a call waited for before it was cancelled: the next one in the
--- queue waits for that, too.
function call_object.pending_before(self)
  local before = self.waits_for
  while before and before.done do
    before = before.waits_for
  end
  return before
end

--- Ends the call. Assignments to fields that exist, or for which there is room, come first: they
--- cannot fail for lack of memory.
function call_object.finish(self, value, problem, raised)
  self.value = value
  if problem then self.problem = problem end
  if raised then self.raised = raised end
  if self.first_wait > 0 then -- alone: nothing waits for it
    local exchange <const> = self.exchange
    self.done, self.exchange = true, false
    return free_exchange(exchange)
  end
  local client <const>, job <const> = self.client, self.job
  if client.renewal == self then client.renewal = false end
  if self.waits_for and job and last_in_turn[job] == self then last_in_turn[job] = call_object.pending_before(self) end
  end_of(client.reactor, self)
end

local finish <const> = call_object.finish

--- Ends the call with what its state has raised.
function Call:fail(raised)
  finish(self, nil, nil, raised)
end

--- Ends the call with an error.
function call_object.fail(self, problem)
  finish(self, nil, call_failure.complete(self, problem))
end

--- Ends the call because its deadline has passed.
---@param waiting_for string what it waited for
function call_object.fail_deadline(self, waiting_for)
  finish(self, nil, call_failure.deadline(self, waiting_for))
end

--- Notes whether a request in flight may have left. The exchange of a closed client cannot say, so
--- it may have.
function call_object.note_departure(self)
  if states_in_flight[self.state] and self.exchange:was_sent() ~= false then self.maybe_done = true end
end

-- Makes the error of a kind that call_failure has a function for.
local function problem_of_kind(self, kind)
  call_object.note_departure(self)
  return call_failure[kind](self)
end

-- Ends a call from outside. Works without memory, too: the call then ends with that error.
local function interrupt(self, kind)
  if self.done then return end
  local made <const>, problem <const> = pcall(problem_of_kind, self, kind)
  finish(self, nil, made and problem or nil, not made and problem or nil)
end

--- Ends a call because of something on this side of the wire.
---@param problem table becomes the call's error
function Call:abandon(problem)
  if not self.done then call_object.fail(self, problem) end
end

--- Ends a call whose client is closed.
function Call:fail_closed()
  interrupt(self, "closed")
end

--- Called on every turn of a blocking wait while the call is pending.
function Call:check_pending()
  if problem_of(self.client.session) then self:fail_closed() end
end

--- Cancels a pending call.
function Call:__close()
  if self.done then return end
  interrupt(self, "cancelled")
  self.client.reactor:wake_loop()
end

--- Makes a call wait among others: gives it the fields that its end needs then, so that it needs no
--- memory, and appends it to the queue of its job, if it has one. From here on it must end, or the
--- next one waits in vain. A call that is alone joins only once it must wait: no other call on its
--- job can be pending before.
---@param self table the call
---@param suspend_running function|boolean suspends the running coroutine; false if it blocks
function call_object.join_others(self, suspend_running)
  local job <const> = self.job
  -- a rate limit pauses the calls of tasks and event loops, but no token exchange, since others
  -- wait for that
  self.obeys_rate_limit_pause = suspend_running and self.plan.operation.authorized
  self.problem, self.raised, self.next_ended = false, false, false
  if not job then return end
  local before <const> = last_in_turn[job]
  if before and not before.done then self.waits_for = before end
  last_in_turn[job] = self
end

return call_object
