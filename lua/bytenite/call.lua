--- call.lua: makes calls, and waits for them. One that nothing stands beside is tried at once; what all others go through is in
--- steps.lua. Nobody else sends anything.
local check <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"
local driver <const> = require "bytenite.driver"
local later <const> = require "bytenite.base.lazy"
local scheduler <const> = require "bytenite.scheduler"
local settings <const> = require "bytenite.base.options"
local steps <const> = require "bytenite.steps"

local query <const> = later.module "bytenite.call.query_string"

local call <const> = {}

local state <const> = scheduler.state

-- Looked up once, and not for every call.
local advance <const>, has_nothing_else <const> = driver.advance, driver.has_nothing_else
local suspend_task <const>, wait <const>, way_to_suspend <const> =
  driver.suspend_task, driver.wait, driver.way_to_suspend
local new_call <const>, on_answer <const>, queue <const> = steps.new, steps.on_answer, steps.queue
local retire <const>, send <const> = steps.retire, steps.send
local new_exchange <const>, recycle <const> = core.methods.session.exchange, core.methods.exchange.recycle

-- What a call is called in messages.
local function name_of(plan)
  return plan.name or plan.operation.name
end

-- Makes the exchange; bad input is refused here, before anything is sent.
local function make_exchange(client, plan, id, body)
  local operation <const> = plan.operation
  local exchange, problem
  local raw <const> = operation.raw
  if raw then
    local url <const> = raw.url or client.options.base_url .. raw.target
    exchange, problem = client.session:raw_exchange(operation.method, url, raw.body, raw.headers)
  elseif operation.query then
    exchange, problem =
      new_exchange(client.session, operation.number, id, nil, query.text(name_of(plan), query.flatten(body)))
  else
    exchange, problem = new_exchange(client.session, operation.number, id, body)
  end
  if not exchange then
    if not problem then check.segment(name_of(plan) .. ": job id", id) end -- raises
    check.raise(name_of(plan) .. ": " .. problem)
  end
  if plan.stream then exchange:stream(plan.stream.size) end
  return exchange
end

-- The limits of a call that has some of its own: the client's, with the user's for this call in their place.
local function limits_of(client, plan, options)
  local own <const> = check.options(name_of(plan), options, settings.limits)
  if plan.stream then own.deadline = own.deadline or settings.longest end
  for limit in pairs(settings.limits) do
    if own[limit] == nil then own[limit] = client.options[limit] end
  end
  return own
end

--- Starts a call; nothing is waited for.
---@param client table
---@param plan table what all calls of a kind share: operation, a row of core.operations or one like it; name, the method's
---   where it is another than the row's; accept(exchange, job, client, status), which turns the exchange into the call's value,
---   or gives nil, a kind of error and a message; with_held_token, to send the token in hand and get no other;
---   done_when_repeated, the status of a second sending that says that the first one did it; cannot_recover(problem), whether
---   no other attempt can help; accepts, a further status that `accept` looks at; stream, where the bodies go through in pieces
---   (see stream.lua)
---@param id string|nil of the job
---@param body any to send: as the body, or as the query where the row has one
---@param options table|nil the user's, for this call
---@param job table|nil whose turn to wait for
---@return table # the call: `done`, then `value`, `problem` or `raised`; `on_done(call)` is called then; raises on bad input
function call.start(client, plan, id, body, options, job)
  local exchange <const> = make_exchange(client, plan, id, body)
  local has_own <const> = options ~= nil or plan.stream
  local limits <const> = has_own and limits_of(client, plan, options) or client.options
  local started_at <const> = client.clock.now()
  local self <const> = new_call(client, plan, exchange, job, limits, started_at)
  self.is_one_of_many = way_to_suspend(client.driver) and plan.operation.authorized
  queue(self)
  advance(self, started_at)
  return self
end

local function result_of(ended)
  if ended.raised then error(ended.raised, 0) end
  if ended.problem then return nil, ended.problem end
  return ended.value
end

--- Waits for the end of a call. A call whose waiting is interrupted is cancelled.
---@param waiting table a call
---@return any # the call's value; or nil and its error
function call.await(waiting)
  waiting.client.driver:await(waiting)
  return result_of(waiting)
end

-- The token of a call that can be sent as it stands, with nobody to tell of it; nil where there is more to see to.
local function token_at_hand(client, plan, now)
  if plan.with_held_token or not plan.operation.authorized or client.options.on_event then return nil end
  return client.credentials.current_if_fresh(now)
end

-- Sends a request at once, and waits in place for the first moments, where nothing else of the client's is to be done meanwhile.
-- Returns the status of the answer, 0 when there is none, false when it takes longer; nil when nothing was sent.
local function try(client, plan, exchange, limits, token)
  local send_and_wait <const> = client.clock.try
  if not (send_and_wait and has_nothing_else(client.driver)) then return nil end
  local timeout <const>, deadline <const> = limits.timeout, limits.deadline
  return send_and_wait(
    exchange,
    driver.SLICE,
    token,
    timeout < deadline and timeout or deadline,
    client.options.connect_timeout,
    limits.max_response_bytes,
    plan.operation.sent_once
  )
end

-- A call goes on from where it was tried.
local function resume(self, status)
  self.attempts = 1
  self.step = on_answer
  self.exchange:own(self)
  if status then advance(self, self.started_at) end
end

--- Makes a call and waits for its end. Most calls are answered at once and well, and need nothing of what calls can go through.
---@see call.start
---@see call.await
function call.run(client, plan, id, body, options, job)
  local exchange <const> = make_exchange(client, plan, id, body)
  local limits <const> = options ~= nil and limits_of(client, plan, options) or client.options
  local started_at <const> = client.clock.now()
  local token <const> = token_at_hand(client, plan, started_at)
  local waits <const> = client.driver
  local others_run <const> = state.task or waits.loop
  local status
  if token and not others_run then status = try(client, plan, exchange, limits, token) end
  if status == 200 then
    local value <const> = plan.accept(exchange, job, client, status)
    if value ~= nil then
      client.budget:give_back()
      recycle(exchange)
      return value
    end
  end
  local way <const> = others_run and way_to_suspend(waits)
  local self <close> = new_call(client, plan, exchange, job, limits, started_at)
  self.is_one_of_many = way and plan.operation.authorized
  queue(self)
  local is_straight <const> = token and status == nil and not self.waits_for
  if is_straight then
    send(self, token, started_at)
  elseif status == nil then
    advance(self, started_at)
  else
    resume(self, status)
  end
  wait(waits, self, way)
  local value <const>, problem <const> = result_of(self)
  if is_straight and way == suspend_task and value ~= nil then retire(self, waits) end
  return value, problem
end

return call
