--- job_states.lua: reads the states of jobs as people write them.
local core <const> = require "bytenite.core"
local command_errors <const> = require "bytenite.command.command_errors"

local job_states <const> = {}

local PREFIX <const> = "JOB_STATE_"

--- All states of the service, without their prefix, in lower case: as tables show them, but with
--- "_" instead of spaces.
job_states.names = {
  "new",
  "started",
  "uploading",
  "partitioning",
  "partitioned",
  "tasks_completed",
  "merging",
  "merged",
  "downloading",
  "complete",
  "failed",
}

local is_known <const> = {}
for _, name in ipairs(job_states.names) do
  is_known[name] = true
end

-- Other words for states.
local MEANT <const> = {
  aborted = "failed",
  canceled = "failed",
  cancelled = "failed",
  completed = "complete",
  created = "new",
  done = "complete",
  draft = "new",
  ended = "complete",
  error = "failed",
  fail = "failed",
  failure = "failed",
  finished = "complete",
  pending = "started",
  processing = "partitioned",
  queued = "started",
  running = "started",
  success = "complete",
  succeeded = "complete",
  successful = "complete",
}

--- Reads the name of a state: in any case, with or without its prefix, with spaces or "-" for "_".
--- Raises a mistake about an unknown state, since a search would find nothing.
---@param where string what the name is for
---@param given string
---@return string # as the service writes it
function job_states.parse(where, given)
  local plain <const> = given:lower():gsub("[%s%-]", "_"):gsub("^job_state_", "")
  if is_known[plain] then return PREFIX .. plain:upper() end
  local near <const> = MEANT[plain] or core.suggest(plain, job_states.names)
  local hint <const> = near and ("did you mean %s? "):format(near) or ""
  command_errors.usage(
    ("%s: there is no state '%s'"):format(where, given),
    ("%sstates are %s"):format(hint, table.concat(job_states.names, ", "))
  )
end

return job_states
