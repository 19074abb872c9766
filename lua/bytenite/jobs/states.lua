--- states.lua: what the states of a job mean, as data.
local time <const> = require "bytenite.base.time"

local states <const> = {}

local succeeds <const> = { JOB_STATE_COMPLETE = true }
local fails <const> = { JOB_STATE_FAILED = true }
local ended_by <const> = { "endedAt", "deletedAt" } -- set when a job has ended, whatever its state

-- The states of a job that succeeds. JOB_STATE_FAILED can follow each of them.
local in_order <const> = {
  "JOB_STATE_NEW",
  "JOB_STATE_STARTED",
  "JOB_STATE_UPLOADING",
  "JOB_STATE_PARTITIONING",
  "JOB_STATE_PARTITIONED",
  "JOB_STATE_TASKS_COMPLETED",
  "JOB_STATE_MERGING",
  "JOB_STATE_MERGED",
  "JOB_STATE_DOWNLOADING",
  "JOB_STATE_COMPLETE",
}

local fractions <const> = {}
for index, state in ipairs(in_order) do
  fractions[state] = (index - 1) / (#in_order - 1)
end

--- Returns how a job ended.
---@param job table
---@return string|nil # "succeeded" or "failed"; nil if the job has not ended. An unknown state (a
---   name, or a number if the service has no name for it) is not final.
function states.outcome(job)
  local state <const> = rawget(job, "state")
  if succeeds[state] then return "succeeded" end
  if fails[state] then return "failed" end
  for _, name in ipairs(ended_by) do
    if time.is_set(rawget(job, name)) then return "failed" end
  end
  return nil
end

--- Returns how far a job has come.
---@param job table
---@return number|nil # 0 to 1; nil if the state does not show it
function states.fraction(job)
  return fractions[rawget(job, "state")]
end

return states
