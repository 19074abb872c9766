--- state_machine.lua: the life of a call: its turn, its token, its attempts, its end.
---
---     take_turn -> authorize -> send -> receive -> finish
---                      ^                   |
---                      +---- a retry ------+
---
--- A call is a waitable of the reactor. Each state either ends the call or leaves behind what will
--- resume it: the end of its exchange, a timer, or the end of another call. No state needs a
--- coroutine, so a blocking wait drives all calls of its client, those of suspended coroutines too.
local await <const> = require "bytenite.async.await"
local call_failure <const> = require "bytenite.errors.call_failure"
local call_object <const> = require "bytenite.call.call_object"
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local exchanges <const> = require "bytenite.call.exchanges"
local reactor <const> = require "bytenite.async.reactor"
local retry_policy <const> = require "bytenite.call.retry_policy"

local state_machine <const> = {}

local authorize, receive, receive_piece, take_turn -- states
local handle -- what a state does with an attempt that has ended

-- Looked up once, not for every call.
local setmetatable <const> = setmetatable
local Call <const> = call_object.Call
local emit <const>, emit_response <const> = call_object.emit, call_object.emit_response
local fail <const>, fail_deadline <const>, finish <const> =
  call_object.fail, call_object.fail_deadline, call_object.finish
local join_others <const>, raise <const> = call_object.join_others, call_object.raise
local must_park <const> = reactor.must_park
local resume <const>, suspend_function <const> = reactor.resume, await.suspend_function
local problem_of <const> = core.methods.session.problem
local start_exchange <const>, outcome_of <const> = core.methods.exchange.start, core.methods.exchange.outcome

local weak_values <const> = { __mode = "v" }

-- Waits for the end of another call, then runs `next_state`.
local function follow(self, other, next_state)
  if other.emitting then raise(self, "on_event must not make a call that waits for the event's own call") end
  self.waits_for = other
  self.state = next_state
  if other.done then return self.client.reactor:wake(self) end -- it ended as soon as it was started
  local followers <const> = other.followers or setmetatable({}, weak_values)
  followers[#followers + 1] = self
  other.followers = followers
  if not self.timer then self.client.reactor.timers:set(self, self.started_at + self.limits.deadline) end
end

-- Decides whether to make another attempt. Returns the seconds until then; or nil and perhaps the
-- reason.
local function decide_retry(self, problem, class, now)
  local stream <const> = self.plan.stream
  if stream and not stream.may_repeat(self, problem) then class = retry_policy.final end
  return retry_policy.decide {
    class = class,
    repeatable = self.plan.operation.repeatable,
    retries = self.retries or 0,
    max_retries = self.limits.max_retries,
    retry_after = problem.retry_after,
    time_left = self.started_at + self.limits.deadline - now,
    is_timeout = problem.kind == "timeout",
    budget = self.client.budget,
    random = self.client.clock.random(),
  }
end

-- Handles a failed attempt: makes another one after a while, or ends the call.
local function retry_or_fail(self, problem, class)
  local client <const> = self.client
  local now <const> = client.clock.now()
  if class.maybe_done then self.maybe_done = true end
  problem.retryable = class.repeatable
  local delay <const>, why_not <const> = decide_retry(self, problem, class, now)
  if problem.kind == "rate_limited" and not self.plan.stream then
    client.reactor:pause(now + retry_policy.pause(delay, problem.retry_after))
  end
  if not delay then
    problem.hint = problem.hint or why_not
    return fail(self, problem)
  end
  self.exchange:release()
  self.retries = (self.retries or 0) + 1
  self.state = authorize
  client.reactor.timers:set(self, now + delay)
  if client.options.on_event then
    emit(self, { type = "retry", delay = delay, kind = problem.kind, status = problem.status })
  end
end

-- Makes a call wait before it is sent: for the end of a rate limit, or for a free connection. Its
-- token may expire meanwhile.
local function hold_back(self, is_paused)
  self.state = authorize
  if problem_of(self.client.session) then return self:fail_closed() end -- it has no connection, and never will
  local own_reactor <const> = self.client.reactor
  local ends_at <const> = self.started_at + self.limits.deadline
  if is_paused then
    self.held_back_by = "the end of a rate limit"
    own_reactor.timers:set(self, math.min(own_reactor.paused_until, ends_at))
  else
    self.held_back_by = "a free connection (see max_connections)"
    own_reactor.timers:set(self, ends_at)
    own_reactor:park(self)
  end
end

-- Gives the request to the core. When the client is idle and the caller blocks, the core waits for
-- the response at once, and the call handles it; otherwise the end of the exchange resumes it.
-- Separate from `send` to keep the stack of a suspended coroutine small: the collector traverses it
-- again and again.
local function submit(self, token, time_left)
  local limits <const>, client <const> = self.limits, self.client
  local timeout = limits.timeout
  if time_left < timeout and not self.plan.stream then timeout = time_left end -- a stream has a timer of its own
  local kind <const>, status <const>, was_sent <const>, is_final <const>, proxy_status <const> = start_exchange(
    self.exchange,
    self,
    token,
    timeout,
    client.options.connect_timeout,
    limits.max_response_bytes,
    self.plan.operation.sent_once,
    self.first_wait
  )
  if kind then return handle(self, kind, status, was_sent, is_final, proxy_status) end
  if kind == nil then self:fail_closed() end -- an on_event has closed the client
end

-- Sends the request; or makes it wait, or ends the call if no time is left.
local function send(self, token, now)
  local client <const> = self.client
  local time_left <const> = self.started_at + self.limits.deadline - now
  if time_left <= 0 then return fail_deadline(self, self.held_back_by or "another attempt") end
  if self.first_wait == 0 then -- not alone
    local is_paused <const> = self.obeys_rate_limit_pause and now < client.reactor.paused_until
    if is_paused or must_park(client.reactor, self) then return hold_back(self, is_paused) end
  end
  self.attempts = self.attempts + 1
  if client.options.on_event then
    self.sent_at = now
    emit(self, { type = "request" })
  end
  self.state = receive
  local stream <const> = self.plan.stream
  if stream then
    self.state = receive_piece
    stream.begin(self)
    client.reactor.timers:set(self, self.started_at + self.limits.deadline) -- the exchange has no total limit
  end
  return submit(self, token, time_left)
end

-- Reads the response of a token exchange.
local function decode_token(exchange, _, client, _, self)
  local token <const>, problem <const> = client.credentials.store_response(exchange:body(), client.clock.now())
  if not token then return nil, problem and "protocol" or "unexpected", problem end
  if client.options.on_event then emit(self, { type = "token" }) end
  return true
end

local renewal_plan <const> = { operation = core.operations.access_token, decode_response = decode_token }

-- Returns the pending token exchange, which serves all calls that wait for a token. Starts one if
-- there is none.
local function renewal_of(self)
  local client <const> = self.client
  if client.renewal and not client.renewal.done then return client.renewal end
  local renewal <const> = state_machine.start(client, renewal_plan, nil, client.credentials.exchange_body())
  renewal.starter = self
  if not renewal.done then
    client.renewal = renewal
    client.reactor:add_suspended(renewal)
  end
  return renewal
end

-- A state: the token exchange that this call waited for has ended.
local function on_renewal(self)
  local client <const> = self.client
  local renewal <const> = self.waits_for
  if not renewal.done then return fail_deadline(self, "an access token") end
  self.waits_for, self.timer = false, false
  if renewal.raised then
    if renewal.starter == self or self.met_raised_renewal then raise(self, renewal.raised) end
    self.met_raised_renewal = true
    return authorize(self) -- the error belongs to the call that started the exchange
  end
  local now <const> = client.clock.now()
  if renewal.value then return send(self, client.credentials.current(), now) end
  local fallback <const> = client.credentials.fallback(now)
  if fallback then return send(self, fallback, now) end
  fail(self, call_failure.no_token(renewal.problem))
end

-- Handles credentials without a token: renews the token, or ends the call.
local function obtain_token(self, need, hint, message)
  if need == "renew" then return follow(self, renewal_of(self), on_renewal) end
  if need == "raised" then raise(self, hint) end
  fail(self, errors.new { kind = "no_credentials", message = message, hint = hint })
end

-- A state: acquires a token. `now` is the time if an earlier state has just read the clock.
authorize = function(self, now)
  local client <const> = self.client
  if self.first_wait == 0 and problem_of(client.session) then return self:fail_closed() end
  local plan <const> = self.plan
  now = now or client.clock.now()
  if not plan.operation.authorized then return send(self, nil, now) end
  if plan.with_current_token then
    local current <const> = client.credentials.current()
    if not current then return finish(self, true) end -- another call has signed out meanwhile
    return send(self, current, now)
  end
  local token <const>, need <const>, hint <const>, message <const> = client.credentials.acquire(now)
  if token then return send(self, token, now) end
  return obtain_token(self, need, hint, message)
end

state_machine.authorize = authorize

-- A state: waits until the calls that were made on the same job before have ended.
take_turn = function(self, now)
  local before <const> = self.waits_for and call_object.pending_before(self)
  if not before then
    if self.waits_for then
      self.waits_for, self.timer = false, false
    end
    return authorize(self, now)
  end
  if (now or self.client.clock.now()) >= self.started_at + self.limits.deadline then
    return fail_deadline(self, "its turn on the job")
  end
  follow(self, before, take_turn)
end

-- Handles an attempt without a response: a time limit, a broken connection, something that is not
-- HTTP.
local function on_failure(self, kind, words, was_sent, is_final, proxy_status)
  local class <const> = retry_policy.of_failure(kind, was_sent, is_final)
  local problem <const> = call_failure.no_response(self, kind, words, proxy_status)
  if self.client.options.on_event then emit_response(self, { kind = kind }) end
  retry_or_fail(self, problem, class)
end

-- Handles a 401: renews the token once, and sends again.
local function renew_or_fail(self, problem)
  local credentials <const> = self.client.credentials
  local token <const> = self.exchange:token()
  if self.renewed or self.plan.with_current_token or not credentials.renewable then
    if token and token:find "^%s*[Bb]earer " then
      problem.hint = 'the service takes the token alone, without "Bearer "'
    end
    return retry_or_fail(self, problem, retry_policy.of_status(401))
  end
  self.renewed = true
  credentials.forget(token)
  local now <const> = self.client.clock.now()
  local renewed <const>, need <const>, hint <const>, message <const> = credentials.acquire(now)
  if renewed == token then return retry_or_fail(self, problem, retry_policy.of_status(401)) end
  self.exchange:release()
  if renewed then return send(self, renewed, now) end
  return obtain_token(self, need, hint, message)
end

-- Handles a response with a status of success.
local function on_success(self, status)
  local client <const> = self.client
  local value <const>, kind <const>, message <const> =
    self.plan.decode_response(self.exchange, self.job, client, status, self)
  if value ~= nil then
    client.budget:give_back()
    return finish(self, value)
  end
  local problem <const> = call_failure.unusable(self, status, kind, message)
  return retry_or_fail(self, problem, message and retry_policy.unreadable or retry_policy.of_status(status))
end

-- Returns whether a status other than 200 is one of success for a call.
local function is_success(plan, status)
  return (plan.operation.any_success and status // 100 == 2) or status == plan.accepts_status
end

-- Handles the outcome of an attempt (see exchange:outcome).
handle = function(self, kind, status, was_sent, is_final, proxy_status)
  local plan <const>, on_event <const> = self.plan, self.client.options.on_event
  if kind ~= "response" then return on_failure(self, kind, status, was_sent, is_final, proxy_status) end
  if on_event then emit_response(self, { status = status }) end
  if status == 200 or is_success(plan, status) then return on_success(self, status) end
  if self.maybe_done and plan.done_when_repeated == status then return finish(self, true) end
  local problem <const> = call_failure.of_response(self, status)
  if status == 401 and plan.operation.authorized then return renew_or_fail(self, problem) end
  local other_class <const> = plan.classify and plan.classify(problem)
  return retry_or_fail(self, problem, other_class and retry_policy[other_class] or retry_policy.of_status(status))
end

-- A state: the exchange has ended.
receive = function(self)
  return handle(self, outcome_of(self.exchange))
end

-- A state: a stream is ready, its exchange has ended, or its time is up.
receive_piece = function(self, now)
  if self.exchange:has_ended() then return receive(self) end
  local ends_at <const> = self.started_at + self.limits.deadline
  if (now or self.client.clock.now()) >= ends_at then
    call_object.note_departure(self)
    return fail_deadline(self, "the transfer")
  end
  self.plan.stream.on_ready(self)
end

call_object.states_in_flight[receive] = true
call_object.states_in_flight[receive_piece] = true

--- Makes a call, but sends nothing yet.
---@param client table
---@param plan table see bytenite.call
---@param exchange userdata
---@param job table|nil whose turn it waits for
---@param limits table
---@param now number on the client's clock
---@return table # the call
function state_machine.new(client, plan, exchange, job, limits, now)
  return setmetatable({
    client = client,
    plan = plan,
    exchange = exchange,
    job = job,
    limits = limits,
    started_at = now,
    attempts = 0,
    state = take_turn,
    done = false,
    value = false,
  }, Call)
end

--- Starts a call without waiting for it.
---@see bytenite.call
function state_machine.start(client, plan, id, body, options, job)
  local exchange <const> = exchanges.new(client, plan, id, body, job)
  local limits <const> = exchanges.limits(client, plan, options)
  local now <const> = client.clock.now()
  local self <const> = state_machine.new(client, plan, exchange, job, limits, now)
  join_others(self, suspend_function(client.reactor))
  resume(self, now)
  return self
end

return state_machine
