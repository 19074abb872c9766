--- Tells the time of day and prints timestamps.
local monotime <const> = require("cqueues").monotime

local clock = {}

-- os.time has whole seconds only; the monotonic clock measures the time since the start.
local start <const> = os.time() - monotime()

--- Returns the current time.
---@return number moment seconds since the epoch
---@usage local begun = clock.now()
function clock.now()
  return start + monotime()
end

--- Returns a moment as the service prints it: RFC 3339 in UTC, with microseconds.
---@param moment number seconds since the epoch
---@return string timestamp
---@usage clock.timestamp(clock.now()) --> "2025-08-27T17:55:57.104382Z"
function clock.timestamp(moment)
  local seconds <const> = math.floor(moment)
  return ("%s.%06dZ"):format(os.date("!%Y-%m-%dT%H:%M:%S", seconds), math.floor((moment - seconds) * 1e6))
end

return clock
