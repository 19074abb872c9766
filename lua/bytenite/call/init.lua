--- call: makes API calls and waits for them. Nothing else sends requests.
---
--- The states that a call goes through are in state_machine.lua. What all calls of a kind share is
--- a plan, a table with
---   operation             a row of core.operations or one like it
---   name                  the method's name if it differs from the row's
---   decode_response(exchange, job, client, status, call)
---                         returns the value of the call; or nil, a kind of error and a message
---                         (none if the response itself says what is wrong)
---   accepts_status        a further status that decode_response reads
---   done_when_repeated    the status of a later attempt that shows that an earlier one succeeded
---   with_current_token    send the current token and acquire no other
---   classify(problem)     returns "final" or "unavailable" if the status alone would mislead
---   stream                for bodies that pass in pieces (see streaming/body_stream.lua)
local await <const> = require "bytenite.async.await"
local call_object <const> = require "bytenite.call.call_object"
local core <const> = require "bytenite.core"
local exchanges <const> = require "bytenite.call.exchanges"
local reactor <const> = require "bytenite.async.reactor"
local state_machine <const> = require "bytenite.call.state_machine"

local call <const> = {}

-- Looked up once, not for every call.
local is_idle <const> = core.methods.session.is_idle
local is_alone <const>, resume <const> = reactor.is_alone, reactor.resume
local suspend_function <const>, wait <const> = await.suspend_function, await.wait
local authorize <const>, join_others <const> = state_machine.authorize, call_object.join_others
local limits_of <const> = exchanges.limits
local new_call <const>, new_exchange <const> = state_machine.new, exchanges.new

--- Starts a call without waiting for it.
---@param client table
---@param plan table
---@param id string|nil of the job
---@param body any the body, or the query if the row has one
---@param options table|nil the user's limits for this call
---@param job table|nil whose turn the call waits for
---@return table # the call: `done`, then `value`, `problem` or `raised`; then `on_done(call)` runs
--- Raises on bad input.
call.start = state_machine.start

local function result_of(ended)
  local value <const> = ended.value
  if value then return value end
  if ended.raised then error(ended.raised, 0) end
  if ended.problem then return nil, ended.problem end
  return value
end

--- Waits for the end of a call. The call is cancelled if the wait is interrupted.
---@param pending table a call
---@return any # the call's value; or nil and its error
function call.await(pending)
  await.ended(pending.client.reactor, pending)
  return result_of(pending)
end

--- Makes a call and waits for its end.
---@see call.start
---@see call.await
function call.run(client, plan, id, body, options, job)
  local exchange <const> = new_exchange(client, plan, id, body, job)
  body = nil -- luacheck: ignore 311 (or it would stay alive, and grow old, while this coroutine is suspended)
  local limits <const> = options ~= nil and limits_of(client, plan, options) or client.options
  local clock <const>, own_reactor <const> = client.clock, client.reactor
  local now <const> = clock.now()
  local alone <const> = is_alone(own_reactor) and is_idle(client.session) and not client.options.on_event
  local suspend_running <const> = not alone and suspend_function(own_reactor)
  local self <close> = new_call(client, plan, exchange, job, limits, now)
  if alone then
    self.first_wait = clock.first_wait or 0
    authorize(self, now) -- an error ends the call by its __close
    if self.done then return result_of(self) end
    self.first_wait = 0
    join_others(self, suspend_running)
  else
    join_others(self, suspend_running)
    resume(self, now)
  end
  wait(own_reactor, self, suspend_running)
  return result_of(self)
end

return call
