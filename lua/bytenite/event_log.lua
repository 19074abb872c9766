--- event_log.lua: writes the events of a client as lines of text, for debugging: requests,
--- responses, retries and tokens, but no secrets.
local validate <const> = require "bytenite.base.validate"

local event_log <const> = {}

local os <const> = os -- missing in some hosts

local function outcome(event)
  if event.status then return ("%d%s"):format(event.status, event.kind and " " .. event.kind or "") end
  return event.kind or "a response"
end

-- Functions that return the line of an event, by type.
local words <const> = {
  request = function(event)
    return ("> %s %s (%s, attempt %d)"):format(event.method, event.path, event.operation, event.attempt)
  end,
  response = function(event)
    return ("< %s %s: %s in %.3f s"):format(event.method, event.path, outcome(event), event.elapsed or 0)
  end,
  retry = function(event)
    return ("%s %s: retry in %.3f s, after %s"):format(event.method, event.path, event.delay or 0, outcome(event))
  end,
  token = function(event)
    return ("%s %s: a new access token"):format(event.method, event.path)
  end,
}

--- Documented in docs/api/module.lua.
function event_log.new(stream)
  local kind <const> = type(stream)
  if kind ~= "table" and kind ~= "userdata" then
    validate.raise(("log: expected an open file, got %s"):format(validate.describe(stream)))
  end
  return function(event)
    local say <const> = words[event.type]
    if not say then return end -- a later version may add types
    local time <const> = os and os.date "!%Y-%m-%dT%H:%M:%SZ " or ""
    stream:write(("%sbytenite: %s\n"):format(time, say(event)))
  end
end

return event_log
