--- outcomes.lua: how concurrent functions ended: a list in the order of the functions, and counts.
local errors <const> = require "bytenite.errors"

local outcomes <const> = {}

local Results <const> = {}
Results.__index = Results

--- Makes an empty list of outcomes.
---@param counts_only boolean|nil whether to keep the counts alone
---@return table
function outcomes.results(counts_only)
  return setmetatable({ kept = not counts_only and {} or nil, succeeded = 0, failed = 0, cancelled = 0 }, Results)
end

--- Returns the error of a cancelled task, or of a function that never ran: that of its call if one
--- was in flight.
---@param task table|nil
function outcomes.cancelled(task)
  local waited_for <const> = task and task.waits_for
  return waited_for and waited_for.problem
    or errors.new { kind = "cancelled", message = "cancelled before it was done" }
end

--- Adds the end of a function: it failed if it raised, or returned nil or false with an error.
---@param index integer its place in the list
---@param ran boolean false if it raised
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

--- Adds a function that was cancelled or never ran.
---@param index integer
---@param task table|nil its task, if there is one
function Results:cancel(index, task)
  self.cancelled = self.cancelled + 1
  if self.kept then self.kept[index] = { ok = false, error = outcomes.cancelled(task) } end
end

--- Returns the outcomes as users get them: a plain table.
---@return table # [index] = { ok, value or error }, and the counts succeeded, failed, cancelled
function Results:finished()
  local list <const> = self.kept or {}
  list.succeeded, list.failed, list.cancelled = self.succeeded, self.failed, self.cancelled
  return list
end

return outcomes
