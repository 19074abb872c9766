--- exchanges.lua: makes the exchange of a call, and reads its limits. Bad input is refused here,
--- before anything is sent.
local core <const> = require "bytenite.core"
local lazy <const> = require "bytenite.base.lazy"
local options <const> = require "bytenite.base.options"
local validate <const> = require "bytenite.base.validate"

local query_string <const> = lazy.module "bytenite.call.query_string"

local exchanges <const> = {}

local new_exchange <const>, new_raw_exchange <const> = core.methods.session.exchange, core.methods.session.raw_exchange

-- Returns the name of a call in messages.
local function name_of(plan)
  return plan.name or plan.operation.name
end

--- Makes the exchange of a call.
---@param client table
---@param plan table see bytenite.call
---@param id string|nil of the job
---@param body any the body, or the query if the row has one
---@param job table|nil which the body is for
---@return userdata
--- Raises on bad input.
function exchanges.new(client, plan, id, body, job)
  local operation <const>, session <const> = plan.operation, client.session
  local exchange, problem
  local raw <const> = operation.raw
  if raw then
    local url <const> = raw.url or client.options.base_url .. raw.target
    exchange, problem = new_raw_exchange(session, operation.method, url, raw.body, raw.headers, raw.url == nil)
  elseif operation.query then
    local query <const> = query_string.text(name_of(plan), query_string.flatten(body))
    exchange, problem = new_exchange(session, operation.number, id, nil, query)
  else
    exchange, problem = new_exchange(session, operation.number, id, body, nil, job)
  end
  if not exchange then
    if not problem then validate.segment(name_of(plan) .. ": job id", id) end -- raises
    validate.raise(name_of(plan) .. ": " .. problem)
  end
  if plan.stream then exchange:stream(plan.stream.size, plan.stream.decode) end
  return exchange
end

--- Returns the limits of a call: the client's, unless the user has given others for this call.
---@param client table
---@param plan table
---@param given table|nil the user's
---@return table
--- Raises on bad input.
function exchanges.limits(client, plan, given)
  if given == nil and not plan.stream then return client.options end
  local limits <const> = validate.options(name_of(plan), given, options.limits)
  if plan.stream then limits.deadline = limits.deadline or options.longest end
  for name in pairs(options.limits) do
    if limits[name] == nil then limits[name] = client.options[name] end
  end
  return limits
end

return exchanges
