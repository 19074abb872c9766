--- responses.lua: how responses become the values of calls: functions for the `decode_response` of
--- plans (see bytenite.call).
local core <const> = require "bytenite.core"

local responses <const> = {}

-- Reads the body as JSON that is not an error. Returns nil, a kind of error and a message if it is
-- one.
local function read(exchange)
  local response <const>, problem <const> = exchange:value()
  if response == nil then return nil, "protocol", "the response is not JSON: " .. problem end
  if type(response) == "table" and response.ok == false then return nil, "unexpected" end
  return response
end

--- Decodes an object of the row's result.
---@return table|nil # the object; nil, a kind of error and a message (none if the response itself
---   says what is wrong)
function responses.object(exchange)
  local response <const>, kind <const>, message <const> = read(exchange)
  if response == nil then return nil, kind, message end
  if type(response) ~= "table" or core.is_array(response) then
    return nil, "unexpected", "the response is not an object"
  end
  return response
end

--- Returns a function that decodes a member of the response, a list or a map; an empty one if the
--- response leaves it out.
---@param name string
---@param is_list boolean
---@return function
function responses.member(name, is_list)
  return function(exchange)
    local response <const>, kind <const>, message <const> = responses.object(exchange)
    if not response then return nil, kind, message end
    local value <const> = response[name]
    if value == nil then return is_list and core.array {} or {} end
    if type(value) ~= "table" or core.is_array(value) ~= is_list then
      return nil, "unexpected", ("the response's %s is not %s"):format(name, is_list and "a list" or "an object")
    end
    return value
  end
end

--- Decodes the envelope `{ok, requestId, message, error}`.
---@return boolean|nil # true; nil, a kind of error and a message
function responses.done(exchange)
  local response <const>, kind <const>, message <const> = read(exchange)
  if response == nil then return nil, kind, message end
  return true
end

--- Decodes the envelope for a call that returns its job unchanged.
---@return table|nil # the job; nil, a kind of error and a message
function responses.same_job(exchange, job)
  local done <const>, kind <const>, message <const> = responses.done(exchange)
  if not done then return nil, kind, message end
  return job
end

return responses
