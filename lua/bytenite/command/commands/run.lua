--- run.lua: the commands that run jobs and wait for their end: run, wait, abort.
local command_errors <const> = require "bytenite.command.command_errors"
local dry_run <const> = require "bytenite.command.dry_run"
local input <const> = require "bytenite.command.input"
local progress <const> = require "bytenite.command.progress"
local display <const> = require "bytenite.command.display"
local several_jobs <const> = require "bytenite.command.several_jobs"

local run_commands <const> = {}

local TIMEOUT <const> = "Stop waiting after S seconds (the job continues)."

local function define_interval(command)
  command
    :option("--interval", "Seconds between the first refreshes of the job (default: 1).")
    :convert(input.seconds "--interval")
    :argname "S"
end

--- Adds the options of waiting.
---@param command table
function run_commands.define_waiting(command)
  command:option("--wait-timeout", TIMEOUT):convert(input.seconds "--wait-timeout"):argname "S"
  define_interval(command)
end

--- Raises a mistake if an option of waiting is given but the command does not wait.
---@param given table the command's options
---@param is_waiting any
---@param needed string the option that waits, for the message
function run_commands.check_waiting(given, is_waiting, needed)
  command_errors.check_useful(given, is_waiting, needed, "--wait-timeout", "--interval")
end

--- Waits for the end of a job, with a progress bar.
---@param context table
---@param job table
---@param given table the command's options
---@return table|nil # the job; or nil and an error if the job failed or cannot be refreshed
function run_commands.wait(context, job, given)
  local console <const> = context.console
  local bar <close> = progress.start(console, "waiting")
  console.job_id = job.id
  local is_draft
  return job:wait {
    timeout = given.wait_timeout,
    interval = given.interval,
    on_progress = function(seen, fraction)
      local state <const> = display.state(seen.state)
      if seen.state == "JOB_STATE_NEW" and not is_draft then
        is_draft = true
        console:say("the job is not running yet; to run it: bytenite run %s", seen.id)
      end
      bar:update(fraction, state, state)
    end,
  }
end

-- Calls `start` for several jobs and waits for their ends, with one bar for all and a line for each
-- job that ends.
local function wait_for_several(context, jobs, given, start)
  local console <const> = context.console
  local bar <close> = progress.start(console, "waiting")
  local fractions <const>, ended = {}, 0
  local function update()
    local sum = 0
    for index = 1, #jobs do
      sum = sum + (fractions[index] or 0)
    end
    bar:update(sum / #jobs, ("%d of %d ended"):format(ended, #jobs), tostring(ended))
  end
  local function wait(job, index)
    local started <const>, problem <const> = start(job)
    if not started then return nil, problem end
    return job:wait {
      timeout = given.wait_timeout,
      interval = given.interval,
      on_progress = function(_, fraction)
        fractions[index] = fraction
        update()
      end,
    }
  end
  local function on_done(index)
    ended, fractions[index] = ended + 1, 1
    display.job_line(console, jobs[index])
    update()
  end
  several_jobs.at_once(context, jobs, wait, function(values)
    bar:finish()
    if console.json or console.ids_only then display.show_jobs(console, values, true) end
  end, { concurrency = #jobs, on_done = on_done })
end

-- Calls `start` for each job, waits for their ends and prints them.
local function start_and_wait(context, jobs, given, start)
  if #jobs > 1 then return wait_for_several(context, jobs, given, start) end
  assert(start(jobs[1]))
  assert(run_commands.wait(context, jobs[1], given))
  display.show_job(context.console, jobs[1])
end

local run <const> = {
  name = "run",
  prints_jobs = true,
  summary = "Run jobs.",
  examples = { "bytenite run ID", "bytenite run ID --wait", "bytenite run ID ID ID --wait --quiet" },
  define = function(command)
    several_jobs.define(command)
    command:flag("--wait", "Wait until the jobs end.")
    run_commands.define_waiting(command)
    dry_run.define(command)
  end,
  run = function(context, given)
    run_commands.check_waiting(given, given.wait, "--wait")
    local jobs <const> = several_jobs.from_ids(context, given.ids)
    if dry_run.tells(context, given, "run", given.ids) then return end
    local function start(job)
      return job:run()
    end
    if given.wait then return start_and_wait(context, jobs, given, start) end
    several_jobs.at_once(context, jobs, function(job)
      local started <const>, problem <const> = job:run()
      if not started then return nil, problem end
      return job:refresh()
    end, function(values)
      display.show_jobs(context.console, values, #jobs > 1)
    end)
  end,
}

local wait <const> = {
  name = "wait",
  prints_jobs = true,
  summary = "Wait until jobs end.",
  description = "Waits until jobs end, with a progress bar on a terminal. A job that failed is an error.\n"
    .. "With several jobs, a line is printed as each of them ends, and the exit status is the\n"
    .. "highest of theirs.",
  examples = {
    "bytenite wait ID --timeout 600 && bytenite results ID --download out",
    "bytenite list --all --ids --filter state=started | xargs bytenite wait",
  },
  define = function(command)
    several_jobs.define(command)
    command
      :option("--timeout --wait-timeout", TIMEOUT)
      :target("wait_timeout")
      :convert(input.seconds "--timeout")
      :argname "S"
    define_interval(command)
  end,
  run = function(context, given)
    start_and_wait(context, several_jobs.from_ids(context, given.ids), given, function()
      return true
    end)
  end,
}

-- Returns whether to abort a job: asks for confirmation if it is a draft, which would be deleted.
-- Returns nil and an error if the job cannot be refreshed.
local function may_abort(context, job)
  local seen <const>, problem <const> = job:refresh()
  if not seen then return nil, problem end
  if job.state ~= "JOB_STATE_NEW" then return true end
  if not context.console.can_ask then
    command_errors.usage(
      ("job %s is a draft: abort would delete it after confirmation, which needs a terminal"):format(job.id),
      "add --yes to delete it without confirmation"
    )
  end
  return context.console.confirm(("Job %s is a draft. Delete it?"):format(job.id))
end

-- Aborts a job. Returns the job, or { id, deleted = true } if it was a draft.
local function abort_one(job)
  local aborted <const>, problem <const> = job:abort()
  if not aborted then return nil, problem end
  local seen <const>, reason <const> = job:refresh()
  if seen then return job end
  if reason.kind == "not_found" then return { id = job.id, deleted = true } end
  return nil, reason
end

local abort <const> = {
  name = "abort",
  prints_jobs = true,
  summary = "Stop running jobs, delete drafts.",
  description = "Stops running jobs. A draft is deleted after confirmation, as by delete.",
  examples = { "bytenite abort ID", "bytenite abort --yes ID ID" },
  define = function(command)
    several_jobs.define(command)
    command:flag("-y --yes", "Do not ask for confirmation before a draft is deleted.")
    dry_run.define(command)
  end,
  run = function(context, given)
    local console <const> = context.console
    local jobs <const> = several_jobs.from_ids(context, given.ids)
    if dry_run.tells(context, given, "abort", given.ids) then return end
    several_jobs.each(context, jobs, function(job)
      if not given.yes then
        local may <const>, problem <const> = may_abort(context, job)
        if may == nil then return nil, problem end
        if not may then
          console:say("job %s was not deleted", job.id)
          return job
        end
      end
      return abort_one(job)
    end, function(left)
      display.show_aborted(console, left, #jobs > 1)
    end)
  end,
}

run_commands.commands = { run, wait, abort }

return run_commands
