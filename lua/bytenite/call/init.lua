--- call: makes API calls and waits for them. Nothing else sends requests.
---
--- The states that a call goes through are in state_machine.lua. What all calls of a kind share is a plan, a table with
---   operation             a row of core.operations or one like it
---   name                  the method's name if it differs from the row's
---   decode_response(exchange, job, client, status, call)
---                         returns the value of the call; or nil, a kind of error and a message (no message if the response
---                         itself says what is wrong)
---   accepts_status        a further status that decode_response reads
---   done_when_repeated    the status of a later attempt that shows that an earlier one succeeded
---   with_current_token    send the current token and acquire no other
---   classify(problem)     returns "final" or "unavailable" if the response is of another class than its status says
---   stream                for bodies that pass in pieces (see streaming/body_stream.lua)
local exchanges <const> = require "bytenite.call.exchanges"
local reactor <const> = require "bytenite.async.reactor"
local state_machine <const> = require "bytenite.call.state_machine"
local tasks <const> = require "bytenite.async.tasks"

local call <const> = {}

local state <const> = tasks.state

-- Looked up once, not for every call.
local is_idle <const>, resume <const>, suspend_function <const>, wait <const> =
  reactor.is_idle, reactor.resume, reactor.suspend_function, reactor.wait
local limits_of <const>, new_call <const>, new_exchange <const> = exchanges.limits, state_machine.new, exchanges.new

--- Starts a call without waiting for it.
---@param client table
---@param plan table
---@param id string|nil of the job
---@param body any the body, or the query if the row has one
---@param options table|nil the user's limits for this call
---@param job table|nil whose turn the call waits for
---@return table # the call: `done`, then `value`, `problem` or `raised`; `on_done(call)` is called then
--- Raises on bad input.
call.start = state_machine.start

local function result_of(ended)
  if ended.raised then error(ended.raised, 0) end
  if ended.problem then return nil, ended.problem end
  return ended.value
end

--- Waits for the end of a call. The call is cancelled if the wait is interrupted.
---@param pending table a call
---@return any # the call's value; or nil and its error
function call.await(pending)
  pending.client.reactor:await(pending)
  return result_of(pending)
end

-- Returns how many seconds a call may wait inside the core for its response: nothing else may want to run meanwhile.
local function first_wait_of(client)
  if state.task or state.in_resume or client.reactor.loop or not is_idle(client.reactor) then return 0 end
  return client.clock.first_wait or 0
end

--- Makes a call and waits for its end.
---@see call.start
---@see call.await
function call.run(client, plan, id, body, options, job)
  local exchange <const> = new_exchange(client, plan, id, body)
  local limits <const> = limits_of(client, plan, options)
  local now <const> = client.clock.now()
  local own_reactor <const> = client.reactor
  local suspend_running <const> = suspend_function(own_reactor)
  local self <const> = new_call(client, plan, exchange, job, limits, now, suspend_running)
  self.first_wait = first_wait_of(client)
  resume(self, now)
  if not self.done then
    self.first_wait = 0
    local interrupted <close> = self -- luacheck: ignore interrupted
    wait(own_reactor, self, suspend_running)
  end
  return result_of(self)
end

return call
