--- outcomes.lua: how functions that ran beside others ended: a list aligned with them, and counts.
local errors <const> = require "bytenite.errors"

local outcome <const> = {}

local Results <const> = {}
Results.__index = Results

--- An empty list of outcomes.
---@param counts_only boolean|nil whether to keep no outcome
---@return table
function outcome.results(counts_only)
  return setmetatable({ kept = not counts_only and {} or nil, succeeded = 0, failed = 0, cancelled = 0 }, Results)
end

--- The error of a task that was cancelled, or of what never began: where a call was under way, that call's.
---@param task table|nil
function outcome.cancelled(task)
  local waited_for <const> = task and task.waits_for
  return waited_for and waited_for.problem
    or errors.new { kind = "cancelled", message = "cancelled before it was done" }
end

--- Notes how a function ended: it failed when it raised, or returned nil or false with an error.
---@param index integer its place in the list
---@param ran boolean false when it raised
---@param value any what it returned first, or what it raised
---@param problem any what it returned second
---@return boolean # whether it succeeded
---@return any # its value or error
function Results:add(index, ran, value, problem)
  local ok <const> = ran and (value or problem == nil) and true or false
  local name <const> = ok and "succeeded" or "failed"
  if not ok and ran then value = problem end
  if not ran and value == nil then value = "an error without a value" end
  self[name] = self[name] + 1
  if self.kept then self.kept[index] = ok and { ok = true, value = value } or { ok = false, error = value } end
  return ok, value
end

--- Notes that a function was ended, or never ran.
---@param index integer
---@param task table|nil the one that ran it
function Results:cancel(index, task)
  self.cancelled = self.cancelled + 1
  if self.kept then self.kept[index] = { ok = false, error = outcome.cancelled(task) } end
end

--- The outcomes as users get them: a plain table.
---@return table # [index] = { ok, value or error }, and the counts succeeded, failed, cancelled
function Results:finished()
  local list <const> = self.kept or {}
  list.succeeded, list.failed, list.cancelled = self.succeeded, self.failed, self.cancelled
  return list
end

return outcome
