--- A clock for specs of policy: time stands still while a transfer runs, and jumps when there is nothing to do but wait.
local client_module <const> = require "bytenite.client"

local virtual_clock <const> = {}

--- Makes a client on a virtual clock.
---@param options table of bytenite.new
---@param settings table|nil random: what core.random gives, a number in [0, 1), 0.5 unless given
---@return table # the client
---@return table # the clock: `time` (seconds, may be set), `waits` (a list of the waits that would have taken time)
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

--- All the time waited on a clock.
---@return number # seconds
function virtual_clock.waited(clock)
  local sum = 0
  for _, seconds in ipairs(clock.waits) do
    sum = sum + seconds
  end
  return sum
end

return virtual_clock
