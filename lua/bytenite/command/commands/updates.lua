--- updates.lua: the commands that change a draft: set-name, set-params, set-configs,
--- set-datasource.
local command_errors <const> = require "bytenite.command.command_errors"
local dry_run <const> = require "bytenite.command.dry_run"
local input <const> = require "bytenite.command.input"
local display <const> = require "bytenite.command.display"

local updates <const> = {}

local function id_argument(command)
  command:argument("id", "The job's id."):argname "ID"
end

local set_name <const> = {
  name = "set-name",
  prints_jobs = true,
  summary = "Rename a job.",
  examples = { 'bytenite set-name ID "Nightly batch"' },
  define = function(command)
    id_argument(command)
    command:argument("name", "The new name."):argname "NAME"
    dry_run.define(command)
  end,
  run = function(context, given)
    if dry_run.tells(context, given, "set_name", { given.id }, given.name) then return end
    display.show_job(context.console, assert(context.client():job(given.id):set_name(given.name)))
  end,
}

-- Returns the parameters to send: those in the file, else the job's own, changed by the settings.
local function params_of(job, given)
  local params
  if given.file then
    params = input.read_object(given.file)
  else
    params = assert(job:refresh()).params or {}
  end
  return input.set_params(params, given.param)
end

local set_params <const> = {
  name = "set-params",
  prints_jobs = true,
  summary = "Set a job's parameters.",
  description = "Sets a job's parameters: all of them from a file, or single ones, which leaves the others unchanged.",
  examples = {
    "bytenite set-params ID params.json",
    'bytenite set-params ID --param app.prompt="A sunset" --param partitioner.num_replicas=5',
    "bytenite get OTHER --json | jq .params | bytenite set-params ID -",
  },
  define = function(command)
    id_argument(command)
    command:argument("file", "JSON, or Lua that returns a table: {app, partitioner, assembler}; - for stdin."):args "?"
    command
      :option("--param", "GROUP.NAME=VALUE; VALUE is JSON, else text; '\"12\"' is text. May be repeated.")
      :argname("SETTING")
      :count "*"
    dry_run.define(command)
  end,
  run = function(context, given)
    if not given.file and #given.param == 0 then command_errors.usage "set-params: give a file or --param" end
    input.set_params({}, given.param) -- raises on a mistake before anything is fetched
    local job <const> = context.client():job(given.id)
    local params <const> = params_of(job, given)
    if dry_run.tells(context, given, "set_params", { given.id }, params) then return end
    local set, problem
    if given.file then
      set, problem = input.blame(given.file, job.set_params, job, params)
    else
      set, problem = job:set_params(params)
    end
    display.show_job(context.console, assert(set, problem))
  end,
}

--- Adds the options for a job's configs.
---@param command table
function updates.define_configs(command)
  command
    :option("--task-timeout", "Time limit of a task, in seconds.")
    :convert(input.count "--task-timeout")
    :argname "S"
  command
    :option("--job-timeout", "Time limit of the whole job, in seconds.")
    :convert(input.count "--job-timeout")
    :argname "S"
  command
    :option("--max-task-retries", "How often to retry a failed task.")
    :convert(input.count "--max-task-retries")
    :argname "N"
  command:mutex(
    command:flag("--test-job", "Mark the job as a test."),
    command:flag("--no-test-job", "Do not mark the job as a test.")
  )
end

--- Returns the configs from the options; nil if there are none.
---@param given table
---@return table|nil
function updates.configs_of(given)
  local is_test
  if given.test_job then is_test = true end
  if given.no_test_job then is_test = false end
  local configs <const> = {
    taskTimeout = given.task_timeout,
    jobTimeout = given.job_timeout,
    maxTaskRetries = given.max_task_retries,
    isTestJob = is_test,
  }
  return next(configs) ~= nil and configs or nil
end

local set_configs <const> = {
  name = "set-configs",
  prints_jobs = true,
  summary = "Set a job's limits.",
  examples = { "bytenite set-configs ID --task-timeout 3600 --job-timeout 86400 --test-job" },
  define = function(command)
    id_argument(command)
    updates.define_configs(command)
    dry_run.define(command)
  end,
  run = function(context, given)
    local configs <const> = updates.configs_of(given)
    if not configs then command_errors.usage "set-configs: give at least one of its options" end
    if dry_run.tells(context, given, "set_configs", { given.id }, configs) then return end
    display.show_job(context.console, assert(context.client():job(given.id):set_configs(configs)))
  end,
}

--- Explains SOURCE, for descriptions.
updates.SOURCE_HELP = "A SOURCE is file, bucket, bypass, url:ADDRESS, https://..., or a file of JSON or Lua."

--- Adds the options for a data source and a destination.
---@param command table
function updates.define_sources(command)
  command:option("--source", "Where the input comes from."):argname "SOURCE"
  command:option("--destination", "Where the output goes."):argname "SOURCE"
end

--- Adds the sources from the options to a table.
---@param into table changed in place
---@param given table
---@return table # into
function updates.add_sources(into, given)
  if given.source then into.dataSource = input.source("--source", given.source) end
  if given.destination then into.dataDestination = input.source("--destination", given.destination) end
  return into
end

local set_datasource <const> = {
  name = "set-datasource",
  prints_jobs = true,
  summary = "Set where a job's input comes from and its output goes.",
  description = "Sets where a job's input comes from and its output goes.\n" .. updates.SOURCE_HELP,
  examples = {
    "bytenite set-datasource ID --source https://example.org/in.zip --destination bucket",
    "bytenite set-datasource ID --source file",
    "bytenite set-datasource ID --source s3.json --destination s3.json",
  },
  define = function(command)
    id_argument(command)
    updates.define_sources(command)
    dry_run.define(command)
  end,
  run = function(context, given)
    local sources <const> = updates.add_sources({}, given)
    if next(sources) == nil then command_errors.usage "set-datasource: give --source, --destination or both" end
    if dry_run.tells(context, given, "set_datasource", { given.id }, sources) then return end
    display.show_job(context.console, assert(context.client():job(given.id):set_datasource(sources)))
  end,
}

updates.commands = { set_name, set_params, set_configs, set_datasource }

return updates
