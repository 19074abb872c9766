--- Tells the time of day and prints timestamps.
local monotime <const> = require("cqueues").monotime

local clock = {}

-- os.time has whole seconds only; what passes after the start is taken from the monotonic clock.
local start <const> = os.time() - monotime()

--- This moment.
---@return number moment seconds since the epoch
---@usage local begun = clock.now()
function clock.now()
  return start + monotime()
end

--- A moment as the service prints moments: RFC 3339 in UTC, with microseconds.
---@param moment number seconds since the epoch
---@return string timestamp
---@usage clock.timestamp(clock.now()) --> "2025-08-27T17:55:57.104382Z"
function clock.timestamp(moment)
  local seconds <const> = math.floor(moment)
  return ("%s.%06dZ"):format(os.date("!%Y-%m-%dT%H:%M:%S", seconds), math.floor((moment - seconds) * 1e6))
end

return clock
