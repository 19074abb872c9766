--- Rules for `settle`. Each rule returns what is wrong with a call, or nil.
local rules <const> = {}

function rules.must_succeed(call)
  if not call.ok then return "failed: " .. tostring(call.err) end
end

function rules.may_fail_if_once_only(call)
  if not call.ok and not call.row.once_only then return "failed: " .. tostring(call.err) end
end

--- Makes a rule: a call must fail after `attempts` attempts, each executed `times` times. Servers
--- respond differently when their backend fails; among these responses only a 503 says that the
--- call was not done.
---@param attempts integer
---@param times integer
---@return function
function rules.must_fail(attempts, times)
  return function(call, executed)
    local err <const> = call.err
    if call.ok then return "must fail" end
    if executed ~= attempts * times then return ("was executed %d times, not %d"):format(executed, attempts * times) end
    if err.attempts ~= attempts then
      return ("has %d attempts, not %d: %s"):format(err.attempts, attempts, tostring(err))
    end
    if call.row.once_only and (err.maybe_done == true) ~= (err.status ~= 503) then
      return ("has maybe_done = %s: %s"):format(err.maybe_done, tostring(err))
    end
  end
end

return rules
