--- A program's mistakes: what they must raise, and where the message must point.
local refusals = {}

--- Calls a function. Raises unless it raises a string that points to a line of that function.
---@param call function makes the mistake, not in a tail call, which leaves no trace of its line
---@return string message without the position
---@usage local message = refusals.message(function() job:set_name(7) end)
function refusals.message(call)
  local ok <const>, raised <const> = pcall(call)
  if ok then error("nothing was raised", 2) end
  if type(raised) ~= "string" then error("raised is no string but " .. tostring(raised), 2) end
  local file <const>, line <const>, message <const> = raised:match "^(.-):(%d+): (.*)$"
  local info <const> = debug.getinfo(call, "S")
  local number <const> = tonumber(line)
  if file ~= info.short_src or number < info.linedefined or number > info.lastlinedefined then
    local wanted <const> = ("%s:%d to %d"):format(info.short_src, info.linedefined, info.lastlinedefined)
    error(("expected a message that points at %s, got: %s"):format(wanted, raised), 2)
  end
  return message
end

return refusals
