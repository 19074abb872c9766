--- A virtual clock for specs of policy: it stands still while a transfer runs, and jumps if there
--- is nothing to do but wait.
local client_module <const> = require "bytenite.client"

local virtual_clock <const> = {}

--- Makes a client on a virtual clock.
---@param options table of bytenite.new
---@param settings table|nil random: the result of core.random, a number in [0, 1), by default 0.5
---@return table # client
---@return table # clock: `time` (seconds, may be set), `waits` (the waits that took virtual time)
function virtual_clock.client(options, settings)
  local clock <const> = { time = 1000, waits = {}, random_value = settings and settings.random or 0.5 }
  function clock.now()
    return clock.time
  end
  function clock.random()
    return clock.random_value
  end
  function clock.step(session, seconds)
    local ended <const> = session:step(session:in_flight() > 0 and 0.05 or 0)
    if ended == nil and session:in_flight() == 0 and seconds > 0 then
      clock.time = clock.time + seconds
      clock.waits[#clock.waits + 1] = seconds
    end
    return ended
  end
  return client_module.new(options, clock), clock
end

--- Returns the total time of the waits on a clock.
---@return number # seconds
function virtual_clock.waited(clock)
  local sum = 0
  for _, seconds in ipairs(clock.waits) do
    sum = sum + seconds
  end
  return sum
end

return virtual_clock
