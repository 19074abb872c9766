--- call.lua: a call's life: its turn, its token, its attempts, its result. The only place that submits and waits.
---
--- A call is a small state machine. `advance` runs the step it stands at, which either finishes the call or leaves
--- behind what will wake it: the end of its exchange, a timer, or the end of another call. Nobody's coroutine is needed for
--- that, so whoever waits in place moves every call of the client on, those of suspended coroutines too.
local check <const> = require "bytenite.check"
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local lenient <const> = require "bytenite.lenient"
local redact <const> = require "bytenite.redact"
local retry <const> = require "bytenite.retry"
local scheduler <const> = require "bytenite.scheduler"
local settings <const> = require "bytenite.settings"

local call <const> = {}

local Call <const> = { __name = "bytenite.Call" }
Call.__index = Call

-- Seconds of waiting in one piece. In between Lua runs, and with it the hook by which Ctrl-C ends a program.
local SLICE <const> = 0.2

local authorize, take_turn, use_token -- steps that earlier ones lead back to

-- What a call was last in a job's queue: the next one waits for it. Weak both ways: neither a job nor a call is kept.
local last_in_turn <const> = setmetatable({}, { __mode = "kv" })

local weak_values <const> = { __mode = "v" }

-- Tells the user's on_event what happens. Ask for client.options.on_event first: most clients have none.
local function emit(self, event)
  event.operation = self.operation.name
  event.method = self.operation.method
  event.path = self.exchange:path()
  event.attempt = self.attempts
  self.emitting = true
  local ok <const>, raised <const> = pcall(self.client.options.on_event, event)
  self.emitting = false
  if not ok then error(raised, 0) end
end

local function emit_response(self, event)
  local now <const> = self.client.clock.now()
  event.type = "response"
  event.elapsed = now - (self.sent_at or now)
  emit(self, event)
end

-- Puts a call among those that the next step of the client moves on: a linked list through them.
local function wake(self)
  local client <const> = self.client
  if self.next_ready or client.last_ready == self then return end -- woken already
  if client.last_ready then
    client.last_ready.next_ready = self
  else
    client.first_ready = self
  end
  client.last_ready = self
end

-- Does what is left to do for calls that have ended: gives the exchange back, wakes who waits, tells the scheduler.
local function settle(client)
  local ended = client.first_ended
  while ended do
    local exchange <const>, followers <const>, on_done <const> = ended.exchange, ended.followers, ended.on_done
    if exchange then
      ended.exchange = false -- serves another call from now on
      exchange:recycle()
    end
    if followers then
      for _, follower in pairs(followers) do
        wake(follower)
      end
      ended.followers = nil
    end
    if on_done then
      ended.on_done = nil
      on_done(ended)
    end
    client.first_ended = ended.next_ended
    ended.next_ended = false
    ended = client.first_ended
  end
end

-- Ends the call. Assignments to fields that are there come first and cannot stop halfway for lack of memory. Calling a function
-- can, so what `settle` leaves undone is made up for at the next step.
local function finish(self, value, problem, raised)
  local client <const> = self.client
  local job <const> = self.job
  self.done = true
  self.value, self.problem, self.raised = value, problem, raised
  self.timer = nil
  if client.renewal == self then client.renewal = false end
  if client.suspended[self] then client.suspended[self] = nil end
  if job and last_in_turn[job] == self then last_in_turn[job] = nil end
  self.next_ended = client.first_ended
  client.first_ended = self
  settle(client)
end

local function elapsed(self)
  return self.client.clock.now() - self.started_at
end

-- What must not be shown: the client's own secrets, and those in what this call sends or in the job it is about.
local function secrets_of(self)
  local found <const> = self.client.credentials.secrets { self.exchange:token() }
  local sent <const> = self.exchange:request_body()
  return redact.gather(found, sent and core.decode(sent), self.job)
end

-- Completes an error with what was tried.
local function complete(self, problem)
  problem.method = self.operation.method
  problem.path = self.exchange:path()
  problem.attempts = self.attempts
  problem.elapsed = elapsed(self)
  problem.retryable = problem.retryable or false
  if self.maybe_done and self.operation.method ~= "GET" then
    problem.maybe_done = true
    if not self.operation.repeatable then
      problem.hint = problem.hint or "it may have been done all the same: look before you repeat it"
    end
  end
  return problem
end

local function fail(self, problem)
  finish(self, nil, complete(self, problem))
end

local function copy(fields)
  local own <const> = {}
  for name, value in pairs(fields) do
    own[name] = value
  end
  return own
end

local on_answer -- the step of a call whose exchange is under way

local function interruption(self, fields)
  if self.step == on_answer then self.maybe_done = true end
  return complete(self, errors.new(copy(fields)))
end

-- Ends a call from outside. That must work without memory, too: then it ends with that.
local function interrupt(self, fields)
  local made <const>, problem <const> = pcall(interruption, self, fields)
  finish(self, nil, made and problem or nil, not made and problem or nil)
end

local closed <const> = { kind = "closed", message = "the client is closed" }
local forked <const> = {
  kind = "closed",
  message = "the client belongs to the parent of this process",
  hint = "make a client of its own in each process",
}
local cancelled <const> = { kind = "cancelled", message = "the call was cancelled" }

local function fail_closed(self)
  interrupt(self, self.client.session:problem() == "forked" and forked or closed)
end

local function fail_deadline(self, waiting_for)
  local message <const> = ("the deadline of %g s passed while waiting for %s"):format(self.limits.deadline, waiting_for)
  fail(self, errors.new { kind = "timeout", message = message, retryable = true })
end

-- Waits for the end of another call before `step`.
local function follow(self, other, step)
  if other.emitting then error("on_event must not make a call that waits for the one it is told about", 0) end
  self.waits_for = other
  self.step = step
  if other.done then return wake(self) end -- it ended as soon as it was started
  local followers <const> = other.followers or setmetatable({}, weak_values)
  followers[#followers + 1] = self
  other.followers = followers
  if not self.timer then self.client.timers:set(self, self.started_at + self.limits.deadline) end
end

-- A failed attempt: another one after a while, or the end.
local function retry_or_fail(self, problem, class)
  local client <const> = self.client
  local now <const> = client.clock.now()
  if class.maybe_done then self.maybe_done = true end
  problem.retryable = class.repeatable
  local delay <const>, why_not <const> = retry.decide {
    class = class,
    repeatable = self.operation.repeatable,
    retries = self.retries or 0,
    max_retries = self.limits.max_retries,
    retry_after = problem.retry_after,
    time_left = self.started_at + self.limits.deadline - now,
    is_timeout = problem.kind == "timeout",
    budget = client.budget,
    random = client.clock.random(),
  }
  if not delay then
    problem.hint = problem.hint or why_not
    return fail(self, problem)
  end
  self.exchange:release()
  self.retries = (self.retries or 0) + 1
  self.step = authorize
  client.timers:set(self, now + delay)
  if client.options.on_event then
    emit(self, { type = "retry", delay = delay, kind = problem.kind, status = problem.status })
  end
end

-- A next step, by the kind of failure and libcurl's words for it.
local function hint_for(kind, words)
  if words:find("setting certificate", 1, true) then
    return "the CA file cannot be read: check ca_file, BYTENITE_CA_FILE and SSL_CERT_FILE"
  end
  if kind == "tls" then return "if the server's certificate is your own, set ca_file or BYTENITE_CA_FILE to its CA" end
  if words:find("resolve host", 1, true) then
    return "check base_url; the service's public hosts answer no more, bytenite-sandbox serves the API locally"
  end
  if words:find("onnect to", 1, true) then return "check base_url; is the service running?" end
  return nil
end

-- No answer: a time limit, a broken connection, something that is no HTTP.
local function on_failure(self, kind, words, was_sent, certificate_refused)
  local class <const> = retry.of_failure(kind, was_sent, certificate_refused)
  local problem <const> = errors.new {
    kind = kind,
    message = redact.text(words, secrets_of(self)),
    hint = hint_for(kind, words),
  }
  if kind == "too_large" then
    problem.message = ("an answer of over %d bytes, or with too large headers"):format(self.limits.max_response_bytes)
    problem.hint = "raise max_response_bytes to take larger answers"
  end
  if self.client.options.on_event then emit_response(self, { kind = kind }) end
  retry_or_fail(self, problem, class)
end

-- The error that an answer speaks of.
local function answer_error(self, status)
  local secrets <const> = secrets_of(self)
  local body <const> = redact.text(self.exchange:body(), secrets)
  local problem <const> = errors.from_answer(status, body, lenient.decode)
  local kind <const> = problem.kind
  redact.strings(problem, secrets)
  problem.kind = kind -- our own word
  problem.retry_after = self.exchange:retry_after() or problem.retry_after
  if status >= 300 and status < 400 then problem.hint = "redirects are not followed: check base_url and service" end
  return problem
end

local function renew_or_fail(self, problem)
  local credentials <const> = self.client.credentials
  local token <const> = self.exchange:token()
  if self.renewed or not credentials.renewable then
    if token and token:find "^%s*[Bb]earer " then
      problem.hint = 'the service takes the token alone, without "Bearer "'
    end
    return retry_or_fail(self, problem, retry.of_status(401))
  end
  self.renewed = true
  credentials.forget(token)
  local now <const> = self.client.clock.now()
  local fresh <const>, need <const>, hint <const> = credentials.get(now)
  if fresh == token then return retry_or_fail(self, problem, retry.of_status(401)) end
  self.exchange:release()
  return use_token(self, now, fresh, need, hint)
end

-- A whole answer with a status of success. `accept` turns it into the call's value; or it gives nil, the kind of error and a
-- message, or nil and the kind alone where the answer itself says what is wrong (`ok: false`).
local function on_success(self, status)
  local value <const>, kind <const>, message <const> = self.plan.accept(self, status)
  if value ~= nil then
    self.client.budget:give_back()
    return finish(self, value)
  end
  local problem <const> = answer_error(self, status)
  problem.kind = kind
  problem.message = message or problem.message
  return retry_or_fail(self, problem, message and retry.unreadable or retry.of_status(status))
end

-- The exchange has ended.
on_answer = function(self)
  local kind <const>, status <const>, was_sent <const>, certificate_refused <const> = self.exchange:outcome()
  if kind ~= "answered" then return on_failure(self, kind, status, was_sent, certificate_refused) end
  if self.client.options.on_event then emit_response(self, { status = status }) end
  if status == 200 or (self.operation.any_success and status > 200 and status < 300) then
    return on_success(self, status)
  end
  local problem <const> = answer_error(self, status)
  if status == 401 and self.operation.authorized then return renew_or_fail(self, problem) end
  return retry_or_fail(self, problem, retry.of_status(status))
end

local function send(self, token, now)
  local client <const> = self.client
  local limits <const> = self.limits
  now = now or client.clock.now()
  local time_left <const> = self.started_at + limits.deadline - now
  if time_left <= 0 then return fail_deadline(self, "another attempt") end
  self.attempts = self.attempts + 1
  if client.options.on_event then
    self.sent_at = now
    emit(self, { type = "request" })
  end
  self.step = on_answer
  local started <const> = self.exchange:start(
    self,
    token,
    math.min(limits.timeout, time_left),
    client.options.connect_timeout,
    limits.max_response_bytes,
    not self.operation.repeatable
  )
  if not started then return fail_closed(self) end -- an on_event has closed the client
end

local exchange_hints <const> = {
  unauthenticated = "check the API key",
  not_found = "check base_url: it ends in /v1",
}

-- The error of a token exchange, as one of the call that needed the token.
local function exchange_error(renewal)
  local problem <const> = copy(renewal.problem)
  problem.message = "no access token: " .. problem.message
  problem.hint = problem.hint or exchange_hints[problem.kind]
  return errors.new(problem)
end

-- The token exchange this call waited for has ended.
local function on_renewal(self)
  local client <const> = self.client
  local renewal <const> = self.waits_for
  if not renewal.done then return fail_deadline(self, "an access token") end
  self.waits_for = nil
  self.timer = nil
  if renewal.raised then
    if renewal.starter == self or self.met_another then error(renewal.raised, 0) end
    self.met_another = true
    return authorize(self) -- what another call met with is not this one's
  end
  if renewal.value then return send(self, client.credentials.held()) end
  local fallback <const> = client.credentials.fallback(client.clock.now())
  if fallback then return send(self, fallback) end
  fail(self, exchange_error(renewal))
end

-- Reads the answer to a token exchange.
local function accept_token(self)
  local client <const> = self.client
  local token <const>, problem <const> = client.credentials.accept(self.exchange:body(), client.clock.now())
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
  if not renewal.done then client.renewal = renewal end
  return renewal
end

-- Sends with a token, or gets one first where credentials.get said so. `now` is the time, where a step before has just
-- asked for it.
use_token = function(self, now, token, need, hint)
  if need == "renew" then return follow(self, renewal_of(self), on_renewal) end
  if need == "none" then
    return fail(self, errors.new { kind = "no_credentials", message = "no API key and no access token", hint = hint })
  end
  send(self, token, now)
end

authorize = function(self, now)
  local client <const> = self.client
  if client.session:problem() then return fail_closed(self) end
  if not self.operation.authorized then return send(self) end
  if self.plan.with_held_token then
    local held <const> = client.credentials.held()
    if not held then return finish(self, true) end -- another call has signed out meanwhile
    return send(self, held)
  end
  now = now or client.clock.now()
  use_token(self, now, client.credentials.get(now))
end

-- Calls on one job take turns, in the order they were made.
take_turn = function(self, now)
  local before = self.waits_for
  while before and before.done do
    before = before.waits_for -- one that was given up while it waited hands on what it waited for
  end
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

-- Runs the step a call stands at. What is raised in there (an on_event or access_token function, no memory left) ends the
-- call and is raised again where the call is waited for.
local function advance(self, now)
  if self.done then return end
  local ok <const>, raised <const> = pcall(self.step, self, now)
  if not ok and not self.done then finish(self, nil, nil, raised) end
end

--- Ends the calls nobody drives of a client that was closed, or belongs to the parent of this process.
---@param client table
function call.fail_suspended(client)
  local calls <const> = {}
  if client.renewal then calls[1] = client.renewal end
  settle(client)
  for suspended in pairs(client.suspended) do
    calls[#calls + 1] = suspended
  end
  for _, waiting in ipairs(calls) do
    if not waiting.done then fail_closed(waiting) end
  end
end

--- Moves all calls of a client on, and waits up to some seconds for something to happen.
---@param client table
---@param seconds number
function call.drive(client, seconds)
  if client.first_ended then settle(client) end
  while client.first_ready do
    local woken <const> = client.first_ready
    client.first_ready = woken.next_ready
    if not woken.next_ready then client.last_ready = false end
    woken.next_ready = false
    advance(woken)
    seconds = 0
  end
  local timers <const> = client.timers
  if timers[1] then
    local now <const> = client.clock.now()
    local due = timers:take_due(now)
    while due do
      advance(due)
      seconds = 0
      due = timers:take_due(now)
    end
    local next_at <const> = timers:next_at()
    if next_at then seconds = math.max(0, math.min(seconds, next_at - now)) end
  end
  local ended <const> = client.clock.step(client.session, seconds)
  if ended then
    advance(ended)
  elseif client.session:problem() then
    call.fail_suspended(client)
  end
end

--- Ends a call that nobody waits for any more.
function call.cancel(self)
  if not self.done then interrupt(self, cancelled) end
end

Call.__close = call.cancel

-- Makes the exchange; bad input is refused here, before anything is sent.
local function new_exchange(client, operation, name, id, body)
  local exchange, problem
  local raw <const> = operation.raw
  if raw then
    exchange, problem = client.session:raw_exchange(operation.method, raw.target, raw.body, raw.headers)
  else
    exchange, problem = client.session:exchange(operation.name, id, body)
  end
  if not exchange then check.raise(name .. ": " .. problem) end
  return exchange
end

-- The limits of a call: the client's, with the user's for this call in their place.
local function limits_of(client, name, options)
  if options == nil then return client.options end
  local own <const> = check.options(name, options, settings.limits)
  for limit in pairs(settings.limits) do
    if own[limit] == nil then own[limit] = client.options[limit] end
  end
  return own
end

--- Starts a call; nothing is waited for.
---@param client table
---@param plan table what all calls of a kind share: operation, a row of core.operations or one like it; name, the method's
---   where it is another than the row's; accept(call, status), which turns the exchange into the call's value, or gives nil,
---   a kind of error and a message; with_held_token, to send the token in hand and get no other
---@param id string|nil of the job
---@param body any to send
---@param options table|nil the user's, for this call
---@param job table|nil whose turn to wait for
---@return table # the call: `done`, then `value`, `problem` or `raised`; `on_done(call)` is called then; raises on bad input
function call.start(client, plan, id, body, options, job)
  local operation <const> = plan.operation
  local name <const> = plan.name or operation.name
  local self <const> = setmetatable({
    client = client,
    plan = plan,
    operation = operation,
    exchange = new_exchange(client, operation, name, id, body),
    id = id,
    job = job,
    limits = limits_of(client, name, options),
    started_at = client.clock.now(),
    attempts = 0,
    step = take_turn,
    done = false,
    -- places for what comes later, so that the end of a call needs no memory
    value = false,
    problem = false,
    raised = false,
    next_ready = false,
    next_ended = false,
  }, Call)
  if plan.with_held_token then self.renewed = true end
  if job then
    local before <const> = last_in_turn[job]
    if before then self.waits_for = before end
    last_in_turn[job] = self
  end
  advance(self, self.started_at)
  return self
end

--- Waits for the end of a call: the one place where anything waits. Suspends in a coroutine of ours, waits in place
--- anywhere else and moves all calls on meanwhile. A call whose waiting is interrupted is cancelled.
---@param waiting table a call
---@return any # the call's value; or nil and its error
function call.await(waiting)
  local given_up <close> = waiting -- luacheck: ignore given_up
  local client <const> = waiting.client
  while not waiting.done do
    if scheduler.may_suspend() then
      client.suspended[waiting] = true
      scheduler.suspend(waiting)
    else
      call.drive(client, SLICE)
      if not waiting.done and client.session:problem() then fail_closed(waiting) end
    end
  end
  if waiting.raised then error(waiting.raised, 0) end
  if waiting.problem then return nil, waiting.problem end
  return waiting.value
end

--- Starts a call and waits for its end.
---@see call.start
---@see call.await
function call.run(client, plan, id, body, options, job)
  return call.await(call.start(client, plan, id, body, options, job))
end

return call
