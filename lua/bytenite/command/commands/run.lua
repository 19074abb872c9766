--- run.lua: the commands that run a job and wait for its end: run, wait, abort.
local input <const> = require "bytenite.command.input"
local progress <const> = require "bytenite.command.progress"
local display <const> = require "bytenite.command.display"

local run_commands <const> = {}

local TIMEOUT <const> = "Give up waiting after so many seconds (the job goes on)."

local function define_interval(command)
  command
    :option("--interval", "Seconds between looks at the job, at first (default: 1).")
    :convert(input.seconds "--interval")
    :argname "S"
end

--- Adds the options of waiting.
---@param command table
function run_commands.define_waiting(command)
  command:option("--wait-timeout", TIMEOUT):convert(input.seconds "--wait-timeout"):argname "S"
  define_interval(command)
end

--- Waits for a job's end, with a bar.
---@param context table
---@param job table
---@param given table the command's options
---@return table # the job
--- Raises the error of a job that failed, or whatever kept it from being seen.
function run_commands.wait(context, job, given)
  local console <const> = context.console
  local told <close> = progress.start(console, "waiting")
  console.job_id = job.id
  local is_draft
  return assert(job:wait {
    timeout = given.wait_timeout,
    interval = given.interval,
    on_progress = function(seen, fraction)
      local state <const> = display.state(seen.state)
      if seen.state == "JOB_STATE_NEW" and not is_draft then
        is_draft = true
        console:say("the job does not run yet: bytenite run %s", seen.id)
      end
      told:update(fraction, state, state)
    end,
  })
end

local function id_argument(command)
  command:argument("id", "The job's id."):argname "ID"
end

local run <const> = {
  name = "run",
  summary = "Run a job.",
  examples = { "bytenite run ID", "bytenite run ID --wait" },
  define = function(command)
    id_argument(command)
    command:flag("--wait", "Wait for its end.")
    run_commands.define_waiting(command)
  end,
  run = function(context, given)
    local job <const> = assert(context.client():job(given.id):run())
    if given.wait then
      run_commands.wait(context, job, given)
    else
      assert(job:refresh())
    end
    display.show_job(context.console, job)
  end,
}

local wait <const> = {
  name = "wait",
  summary = "Wait for a job's end.",
  description = "Waits for a job's end, with a bar on a terminal. A job that failed is an error.",
  examples = { "bytenite wait ID --timeout 600 && bytenite results ID --download out" },
  define = function(command)
    id_argument(command)
    command
      :option("--timeout --wait-timeout", TIMEOUT)
      :target("wait_timeout")
      :convert(input.seconds "--timeout")
      :argname "S"
    define_interval(command)
  end,
  run = function(context, given)
    local job <const> = run_commands.wait(context, context.client():job(given.id), given)
    display.show_job(context.console, job)
  end,
}

local abort <const> = {
  name = "abort",
  summary = "Stop a running job; a draft is deleted.",
  examples = { "bytenite abort ID" },
  define = id_argument,
  run = function(context, given)
    local job <const> = assert(context.client():job(given.id):abort())
    local seen <const>, problem <const> = job:refresh()
    if not seen and problem.kind ~= "not_found" then error(problem, 0) end
    if seen then return display.show_job(context.console, job) end
    if context.console.json then return context.console:value { id = given.id, deleted = true } end
    context.console:line(("deleted %s: it was a draft"):format(given.id))
  end,
}

run_commands.commands = { run, wait, abort }

return run_commands
