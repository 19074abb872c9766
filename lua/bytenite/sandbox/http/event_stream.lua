--- Streams events until the client disconnects: a JSON object per line for every change of a job's
--- state.
local core <const> = require "bytenite.core"

local event_stream = {}

local DATA_TYPE <const> = "type.googleapis.com/bytenite.sandbox.JobEvent"
local LONGEST_PAUSE <const> = 60 -- seconds

local function line(change)
  local data <const> = { ["@type"] = DATA_TYPE, jobId = change.id, state = change.state }
  return core.encode { result = { event = "job_state_changed", data = data } } .. "\n"
end

--- Makes a feed of the events from now on.
---@param state bytenite.sandbox.State
---@return bytenite.sandbox.Feed
---@usage return { status = 200, feed = event_stream.feed(state) }
function event_stream.feed(state)
  local last_look = state:now()
  return {
    condition = state.state_changes.condition,
    next = function()
      local now <const> = state:now()
      local changes <const>, next_time <const> = state.state_changes:between(last_look, now)
      last_look = now
      local lines <const> = {}
      for index, change in ipairs(changes) do
        lines[index] = line(change)
      end
      return table.concat(lines), math.min(next_time - now, LONGEST_PAUSE)
    end,
  }
end

return event_stream
