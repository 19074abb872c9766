--- several_jobs.lua: helps commands that take the ids of several jobs. They handle all jobs even if
--- one fails; the worst failure decides the exit status.
local command_errors <const> = require "bytenite.command.command_errors"

local several_jobs <const> = {}

local CONCURRENCY <const> = 8 -- jobs at once

--- Adds the argument for the ids.
---@param command table of argparse
function several_jobs.define(command)
  command:argument("ids", "The jobs' ids."):argname("ID"):args "+"
end

--- Makes a job handle for each id. Raises on an invalid id, before anything is sent.
---@param context table
---@param ids string[]
---@return table[]
function several_jobs.from_ids(context, ids)
  local jobs <const> = {}
  for index, id in ipairs(ids) do
    jobs[index] = context.client():job(id)
  end
  return jobs
end

-- Prints all failures but the worst, the one with the highest exit status, and raises that one to
-- end the command.
local function report_all(failures, console)
  local worst
  for index, failure in ipairs(failures) do
    local status <const> = command_errors.status(failure)
    if not worst or status >= command_errors.status(failures[worst]) then worst = index end
  end
  for index, failure in ipairs(failures) do
    if index ~= worst then command_errors.print(failure, console) end
  end
  if worst then error(failures[worst], 0) end
end

-- Turns the problem of one job into a failure, which names the job if there are several. Rethrows
-- Ctrl-C.
local function named(problem, job, count)
  if command_errors.is_interrupt(problem) then error(problem, 0) end
  local failure <const> = command_errors.from(problem)
  if count > 1 then failure.about = job.id end
  return failure
end

--- Calls a function for each job, one after the other. Raises the worst failure at the end.
---@param context table
---@param jobs table[]
---@param act function(job, index): a value, or nil and an error
---@param finish function|nil called with the values before a failure is raised
function several_jobs.each(context, jobs, act, finish)
  local values <const>, failures <const> = {}, {}
  for index, job in ipairs(jobs) do
    local value <const>, problem <const> = act(job, index)
    if value then
      values[#values + 1] = value
    else
      failures[#failures + 1] = named(problem, job, #jobs)
    end
  end
  if finish then finish(values) end
  report_all(failures, context.console)
end

--- Calls a function for each job, several at once. Raises the worst failure at the end.
---@param context table
---@param jobs table[]
---@param act function(job, index): a value, or nil and an error; it runs in a task of the client
---@param finish function called with the values before a failure is raised
---@param options {concurrency: integer|nil, on_done: function|nil}|nil on_done(index, ok, value)
function several_jobs.at_once(context, jobs, act, finish, options)
  local results <const> = context.client():map(jobs, act, {
    concurrency = options and options.concurrency or CONCURRENCY,
    on_done = options and options.on_done,
  })
  local values <const>, failures <const> = {}, {}
  for index, job in ipairs(jobs) do
    local result <const> = results[index]
    if result.ok then
      values[#values + 1] = result.value
    else
      failures[#failures + 1] = named(result.error, job, #jobs)
    end
  end
  finish(values)
  report_all(failures, context.console)
end

return several_jobs
