--- accept.lua: how answers become what calls return: the `accept` of plans (see call.start).
local core <const> = require "bytenite.core"

local accept <const> = {}

--- Accepts an object of the row's result.
---@return table|nil # the object; nil, a kind of error and a message; no message where the answer itself tells
function accept.object(exchange)
  local answer <const>, problem <const> = exchange:value()
  if answer == nil then return nil, "protocol", "the answer is not JSON: " .. problem end
  if type(answer) ~= "table" or core.is_array(answer) then return nil, "unexpected", "the answer is not an object" end
  if answer.ok == false then return nil, "unexpected" end
  return answer
end

--- Makes an `accept` for a member of the answer that holds a list or a map: an empty one where the answer leaves it out.
---@param name string
---@param is_list boolean
---@return function
function accept.member(name, is_list)
  return function(exchange)
    local answer <const>, kind <const>, message <const> = accept.object(exchange)
    if not answer then return nil, kind, message end
    local value <const> = answer[name]
    if value == nil then return is_list and core.array {} or {} end
    if type(value) ~= "table" or core.is_array(value) ~= is_list then
      return nil, "unexpected", ("the answer's %s is not %s"):format(name, is_list and "a list" or "an object")
    end
    return value
  end
end

--- Accepts the envelope `{ok, requestId, message, error}`.
---@return boolean|nil # true; nil, a kind of error and a message
function accept.done(exchange)
  local answer <const>, problem <const> = exchange:value()
  if answer == nil then return nil, "protocol", "the answer is not JSON: " .. problem end
  if type(answer) == "table" and answer.ok == false then return nil, "unexpected" end
  return true
end

--- Accepts the same; the call returns its job, as it is.
---@return table|nil
function accept.same_job(exchange, job)
  local done <const>, kind <const>, message <const> = accept.done(exchange)
  if not done then return nil, kind, message end
  return job
end

return accept
