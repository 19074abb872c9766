--- steps.lua: what a call goes through: its turn, its token, its attempts, its end.
---
--- A call is a small state machine, moved on by its client's driver. A step either finishes the call or leaves behind what
--- will wake it: the end of its exchange, a timer, or the end of another call. Nobody's coroutine is needed for that, so
--- whoever waits in place moves every call of the client on, those of suspended coroutines too.
local core <const> = require "bytenite.core"
local driver <const> = require "bytenite.driver"
local errors <const> = require "bytenite.errors"
local failure <const> = require "bytenite.errors.call_failure"
local later <const> = require "bytenite.base.lazy"
local retry <const> = require "bytenite.call.retry_policy"

local call <const> = later.module "bytenite.call" -- which needs this one first

local steps <const> = {}

local Call <const> = { __name = "bytenite.Call" }
Call.__index = Call

local authorize, take_turn, use_token -- steps that earlier ones lead back to

-- Looked up once, and not for every call.
local end_of <const>, must_park <const> = driver.end_of, driver.must_park
local problem_of <const> = core.methods.session.problem
local start_exchange <const>, outcome_of <const> = core.methods.exchange.start, core.methods.exchange.outcome

-- What call was last in a job's queue: the next one waits for it, unless it is done. Weak both ways: neither a job nor a call is
-- kept.
local last_in_turn <const> = setmetatable({}, { __mode = "kv" })

local weak_values <const> = { __mode = "v" }

local MOST_SPARE <const> = 64 -- calls that are kept to serve again

-- Raises what is the call's own affair: what a function of the user's raised for it. It is raised again where the call is
-- waited for.
local function raise(self, raised)
  self.has_raised = true
  error(raised, 0)
end

-- Tells the user's on_event what happens. Ask for client.options.on_event first: most clients have none.
local function emit(self, event)
  event.operation = self.plan.operation.name
  event.method = self.plan.operation.method
  event.path = self.exchange:path()
  event.attempt = self.attempts
  self.emitting = true
  local ok <const>, raised <const> = pcall(self.client.options.on_event, event)
  self.emitting = false
  if not ok then raise(self, raised) end
end

local function emit_response(self, event)
  local now <const> = self.client.clock.now()
  event.type = "response"
  event.elapsed = now - (self.sent_at or now)
  emit(self, event)
end

-- The call under way that this one waited for when it was given up: the next one waits for that, too.
local function still_before(self)
  local before = self.waits_for
  while before and before.done do
    before = before.waits_for
  end
  return before
end

-- Ends the call. Assignments to fields that are there come first: they cannot stop halfway for lack of memory.
local function finish(self, value, problem, raised)
  local client <const> = self.client
  local job <const> = self.job
  self.value, self.problem, self.raised = value, problem or false, raised or false
  if client.renewal == self then client.renewal = false end
  if self.waits_for and job and last_in_turn[job] == self then last_in_turn[job] = still_before(self) end
  end_of(client.driver, self)
end

--- Ends the call with what its step has raised.
function Call:fail(raised)
  finish(self, nil, nil, raised)
end

local function fail(self, problem)
  finish(self, nil, failure.complete(self, problem))
end

local on_answer, on_piece -- the steps of a call whose exchange is under way

-- The error of that kind.
local function problem_of_kind(self, kind)
  return failure[kind](self)
end

-- Ends a call from outside. That must work without memory, too: then it ends with that.
local function interrupt(self, kind)
  if self.done then return end
  if self.step == on_answer or self.step == on_piece then self.maybe_done = true end
  local made <const>, problem <const> = pcall(problem_of_kind, self, kind)
  finish(self, nil, made and problem or nil, not made and problem or nil)
end

--- Ends a call because of something on this side of the wire.
---@param problem table becomes the call's error
function Call:abandon(problem)
  if not self.done then fail(self, problem) end
end

--- Ends a call whose client can do nothing any more.
function Call:fail_closed()
  interrupt(self, "closed")
end

--- What a call is asked that somebody waits for in place, each time it was driven and is not done.
function Call:still_waiting()
  if self.client.session:problem() then self:fail_closed() end
end

--- Ends a call that nobody waits for any more.
function Call:__close()
  if self.done then return end
  interrupt(self, "cancelled")
  self.client.driver:wake_loop()
end

local function fail_deadline(self, waiting_for)
  finish(self, nil, failure.deadline(self, waiting_for))
end

-- Waits for the end of another call before `step`.
local function follow(self, other, step)
  other.was_followed = true
  if other.emitting then raise(self, "on_event must not make a call that waits for the one it is told about") end
  self.waits_for = other
  self.step = step
  if other.done then return self.client.driver:wake(self) end -- it ended as soon as it was started
  local followers <const> = other.followers or setmetatable({}, weak_values)
  followers[#followers + 1] = self
  other.followers = followers
  if not self.timer then self.client.driver.timers:set(self, self.started_at + self.limits.deadline) end
end

-- A failed attempt: another one after a while, or the end.
local function retry_or_fail(self, problem, class)
  local client <const> = self.client
  local now <const> = client.clock.now()
  if class.maybe_done then self.maybe_done = true end
  problem.retryable = class.repeatable
  local stream <const> = self.plan.stream
  if stream and not stream.may_repeat(self, problem) then class = retry.final end
  local delay <const>, why_not <const> = retry.decide {
    class = class,
    repeatable = self.plan.operation.repeatable,
    retries = self.retries or 0,
    max_retries = self.limits.max_retries,
    retry_after = problem.retry_after,
    time_left = self.started_at + self.limits.deadline - now,
    is_timeout = problem.kind == "timeout",
    budget = client.budget,
    random = client.clock.random(),
  }
  if problem.kind == "rate_limited" and not stream then
    client.driver:pause(now + retry.pause(delay, problem.retry_after))
  end
  if not delay then
    problem.hint = problem.hint or why_not
    return fail(self, problem)
  end
  self.exchange:release()
  self.retries = (self.retries or 0) + 1
  self.step = authorize
  client.driver.timers:set(self, now + delay)
  if client.options.on_event then
    emit(self, { type = "retry", delay = delay, kind = problem.kind, status = problem.status })
  end
end

-- No answer: a time limit, a broken connection, something that is no HTTP.
local function on_failure(self, kind, words, was_sent, certificate_refused, proxy_status)
  local class <const> = retry.of_failure(kind, was_sent, certificate_refused or proxy_status ~= nil)
  local problem <const> = failure.no_response(self, kind, words, proxy_status)
  if self.client.options.on_event then emit_response(self, { kind = kind }) end
  retry_or_fail(self, problem, class)
end

local function renew_or_fail(self, problem)
  local credentials <const> = self.client.credentials
  local token <const> = self.exchange:token()
  if self.renewed or self.plan.with_held_token or not credentials.renewable then
    if token and token:find "^%s*[Bb]earer " then
      problem.hint = 'the service takes the token alone, without "Bearer "'
    end
    return retry_or_fail(self, problem, retry.of_status(401))
  end
  self.renewed = true
  credentials.forget(token)
  local now <const> = self.client.clock.now()
  local fresh <const>, need <const>, hint <const>, message <const> = credentials.acquire(now)
  if fresh == token then return retry_or_fail(self, problem, retry.of_status(401)) end
  self.exchange:release()
  return use_token(self, now, fresh, need, hint, message)
end

-- A whole answer with a status of success. `accept` turns it into the call's value; or it gives nil, the kind of error and a
-- message, or nil and the kind alone where the answer itself says what is wrong (`ok: false`).
local function on_success(self, status)
  local client <const> = self.client
  local value <const>, kind <const>, message <const> = self.plan.accept(self.exchange, self.job, client, status, self)
  if value ~= nil then
    client.budget:give_back()
    return finish(self, value)
  end
  local problem <const> = failure.unusable(self, status, kind, message)
  return retry_or_fail(self, problem, message and retry.unreadable or retry.of_status(status))
end

-- The exchange has ended.
on_answer = function(self)
  local kind <const>, status <const>, was_sent <const>, certificate_refused <const>, proxy_status <const> =
    outcome_of(self.exchange)
  if kind ~= "answered" then return on_failure(self, kind, status, was_sent, certificate_refused, proxy_status) end
  if self.client.options.on_event then emit_response(self, { status = status }) end
  if
    status == 200
    or (self.plan.operation.any_success and status > 200 and status < 300)
    or status == self.plan.accepts
  then
    return on_success(self, status)
  end
  local plan <const> = self.plan
  if self.maybe_done and plan.done_when_repeated == status then return finish(self, true) end
  local problem <const> = failure.of_response(self, status)
  if status == 401 and self.plan.operation.authorized then return renew_or_fail(self, problem) end
  local is_final <const> = plan.cannot_recover and plan.cannot_recover(problem)
  return retry_or_fail(self, problem, is_final and retry.final or retry.of_status(status))
end

-- A stream has bytes to give or wants some, or its exchange has ended, or time is up.
on_piece = function(self, now)
  if self.exchange:has_ended() then return on_answer(self) end
  local ends_at <const> = self.started_at + self.limits.deadline
  if (now or self.client.clock.now()) >= ends_at then
    self.maybe_done = true
    return fail_deadline(self, "the transfer")
  end
  self.plan.stream.called(self)
end

-- Lets a call wait before it is sent: for the end of a rate limit, or for room on the wire. Its token may have ended by then.
local function hold_back(self, is_paused)
  self.step = authorize
  if problem_of(self.client.session) then return self:fail_closed() end -- which has no room, and never will
  local waits <const> = self.client.driver
  local ends_at <const> = self.started_at + self.limits.deadline
  if is_paused then
    self.held_back_by = "the end of a rate limit"
    waits.timers:set(self, math.min(waits.paused_until, ends_at))
  else
    self.held_back_by = "a free connection (see max_connections)"
    waits.timers:set(self, ends_at)
    waits:park(self)
  end
end

-- Hands the request to the wire. Apart from `send`, so that the stack of a suspended coroutine stays small: the collector goes
-- through all of it again and again.
local function submit(self, token, time_left)
  local limits <const> = self.limits
  local timeout <const> = limits.timeout
  local started <const> = start_exchange(
    self.exchange,
    self,
    token,
    timeout < time_left and timeout or time_left,
    self.client.options.connect_timeout,
    limits.max_response_bytes,
    self.plan.operation.sent_once
  )
  if not started then self:fail_closed() end -- an on_event has closed the client
end

--- Sends a call's request; or lets it wait for that, or ends it where there is no time left.
---@param self table the call
---@param token string|nil its Authorization
---@param now number the time, on the client's clock
local function send(self, token, now)
  local client <const> = self.client
  local limits <const> = self.limits
  local time_left <const> = self.started_at + limits.deadline - now
  if time_left <= 0 then return fail_deadline(self, self.held_back_by or "another attempt") end
  local is_paused <const> = self.is_one_of_many and now < client.driver.paused_until
  if is_paused or must_park(client.driver, self) then return hold_back(self, is_paused) end
  self.attempts = self.attempts + 1
  if client.options.on_event then
    self.sent_at = now
    emit(self, { type = "request" })
  end
  self.step = on_answer
  local stream <const> = self.plan.stream
  if stream then
    self.step = on_piece
    stream.begin(self)
    client.driver.timers:set(self, self.started_at + limits.deadline) -- the exchange knows no limit of the whole
  end
  return submit(self, token, time_left)
end

-- The token exchange this call waited for has ended.
local function on_renewal(self)
  local client <const> = self.client
  local renewal <const> = self.waits_for
  if not renewal.done then return fail_deadline(self, "an access token") end
  self.waits_for = nil
  self.timer = nil
  if renewal.raised then
    if renewal.starter == self or self.met_another then raise(self, renewal.raised) end
    self.met_another = true
    return authorize(self) -- what another call met with is not this one's
  end
  local now <const> = client.clock.now()
  if renewal.value then return send(self, client.credentials.current(), now) end
  local fallback <const> = client.credentials.fallback(now)
  if fallback then return send(self, fallback, now) end
  fail(self, failure.no_token(renewal.problem))
end

-- Reads the answer to a token exchange.
local function accept_token(exchange, _, client, _, self)
  local token <const>, problem <const> = client.credentials.store_response(exchange:body(), client.clock.now())
  if not token then return nil, problem and "protocol" or "unexpected", problem end
  if client.options.on_event then emit(self, { type = "token" }) end
  return true
end

local renewal_plan <const> = { operation = core.operations.access_token, accept = accept_token }

-- The token exchange under way, started when there is none: one serves all calls that wait.
local function renewal_of(self)
  local client <const> = self.client
  if client.renewal and not client.renewal.done then return client.renewal end
  local renewal <const> = call.start(client, renewal_plan, nil, client.credentials.exchange_body())
  renewal.starter = self
  if not renewal.done then
    client.renewal = renewal
    client.driver:add_suspended(renewal) -- nobody waits for it in place
  end
  return renewal
end

-- Sends with a token, or gets one first where credentials.acquire said so.
use_token = function(self, now, token, need, hint, message)
  if token then return send(self, token, now) end
  if need == "renew" then return follow(self, renewal_of(self), on_renewal) end
  if need == "raised" then raise(self, hint) end
  fail(self, errors.new { kind = "no_credentials", message = message, hint = hint })
end

-- `now` is the time, where a step before has just asked for it.
authorize = function(self, now)
  local client <const> = self.client
  if problem_of(client.session) then return self:fail_closed() end
  now = now or client.clock.now()
  if not self.plan.operation.authorized then return send(self, nil, now) end
  if self.plan.with_held_token then
    local held <const> = client.credentials.current()
    if not held then return finish(self, true) end -- another call has signed out meanwhile
    return send(self, held, now)
  end
  use_token(self, now, client.credentials.acquire(now))
end

-- Calls on one job take turns, in the order they were made.
take_turn = function(self, now)
  local before <const> = self.waits_for and still_before(self)
  if not before then
    if self.waits_for then
      self.waits_for, self.timer = nil, nil
    end
    return authorize(self, now)
  end
  if (now or self.client.clock.now()) >= self.started_at + self.limits.deadline then
    return fail_deadline(self, "its turn on the job")
  end
  follow(self, before, take_turn)
end

--- Makes a call of an exchange; nothing is sent yet. One that has retired serves again: what is kept while requests are under way
--- gets old in the eyes of Lua's collector, which then is slow to take it away.
---@param client table
---@param plan table see call.start
---@param exchange userdata
---@param job table|nil whose turn to wait for
---@param limits table
---@param started_at number on the client's clock
---@return table # the call
function steps.new(client, plan, exchange, job, limits, started_at)
  local waits <const> = client.driver
  local self <const> = waits.spare_call
  if self then
    waits.spare_call, waits.spare_calls = self.next_ended, waits.spare_calls - 1
    self.plan, self.exchange, self.job, self.limits, self.started_at = plan, exchange, job, limits, started_at
    self.attempts, self.step, self.done, self.next_ended = 0, take_turn, false, false
    return self
  end
  return setmetatable({
    client = client,
    plan = plan,
    exchange = exchange,
    job = job,
    limits = limits,
    started_at = started_at,
    attempts = 0,
    step = take_turn,
    done = false,
    is_one_of_many = false, -- and stands back for others; a token exchange does not, because they wait for it
    -- places for what comes later, so that the end of a call needs no memory
    value = false,
    problem = false,
    raised = false,
    next_ready = false,
    next_ended = false,
    place = false,
    on_done = false,
    task = false,
  }, Call)
end

--- Lets a call serve again that nobody knows any more: one of a task that was to go straight to the wire, and has come to its
--- value; unless it did not go straight, or another has waited for it. (Not one of a loop's coroutine: that may be resumed while
--- the driver is still busy with its call.)
---@param self table the call
---@param waits table its client's driver
function steps.retire(self, waits)
  if self.attempts > 1 or self.was_followed or self.held_back_by or waits.spare_calls == MOST_SPARE then return end
  self.plan, self.limits, self.job, self.value, self.task = false, false, false, false, false
  self.next_ended = waits.spare_call
  waits.spare_call, waits.spare_calls = self, waits.spare_calls + 1
end

--- Makes a call the last in its job's queue. Whatever happens from here on must end it, or the next one waits for it in vain.
---@param self table the call
function steps.queue(self)
  local job <const> = self.job
  if not job then return end
  local before <const> = last_in_turn[job]
  -- one that has retired may serve another job now, or be this one
  if before and before ~= self and not before.done and before.job == job then self.waits_for = before end
  last_in_turn[job] = self
end

--- The step of a call that is sent, when its exchange has ended.
steps.on_answer = on_answer
steps.send = send

return steps
