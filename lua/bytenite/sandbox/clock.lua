--- The sandbox's time of day.
local monotime <const> = require("cqueues").monotime

local clock = {}

-- os.time has whole seconds only; what passes after the start is taken from the monotonic clock.
local start <const> = os.time() - monotime()

--- This moment as the service prints moments: RFC 3339 in UTC, with microseconds.
---@return string timestamp
---@usage clock.timestamp() --> "2025-08-27T17:55:57.104382Z"
function clock.timestamp()
  local now <const> = start + monotime()
  local seconds <const> = math.floor(now)
  return ("%s.%06dZ"):format(os.date("!%Y-%m-%dT%H:%M:%S", seconds), math.floor((now - seconds) * 1e6))
end

return clock
