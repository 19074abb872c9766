--- submit.lua: `client:submit`: creates a job, sets it up and runs it.
---
--- Calls the methods of jobs as functions, because a job may have a member with the name of a
--- method.
local call <const> = require "bytenite.call"
local validate <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"
local job <const> = require "bytenite.jobs.job"
local base_options <const> = require "bytenite.base.options"
local upload_source <const> = require "bytenite.streaming.upload_source"
local upload <const> = require "bytenite.streaming.upload"

local submit <const> = {}

local Job <const> = job.Job

local function is_given(value)
  return value ~= nil and value ~= core.null
end

-- Returns the members with these names in a new table; nil if there are none.
local function pick(given, names)
  local picked
  for _, name in ipairs(names) do
    if is_given(given[name]) then
      picked = picked or {}
      picked[name] = given[name]
    end
  end
  return picked
end

local function always()
  return true
end

-- The steps after the creation, in order. `name`: the method of the job; `takes(given)`: returns
-- the method's argument, or nil to skip the step; `run(new, argument, limits, options)`: calls the
-- method if its parameters are not (job, argument, limits).
local steps <const> = {
  {
    name = "set_datasource",
    takes = function(given)
      return pick(given, { "dataSource", "dataDestination" })
    end,
  },
  {
    name = "set_params",
    takes = function(given)
      return is_given(given.params) and given.params or nil
    end,
  },
  {
    name = "set_configs",
    takes = function(given)
      return is_given(given.config) and given.config or nil
    end,
  },
  {
    name = "upload",
    takes = function(given)
      return given.upload
    end,
    run = function(new, opened, _, options)
      return Job.upload(new, opened, options)
    end,
  },
  {
    name = "run",
    takes = always,
    run = function(new, _, options)
      return Job.run(new, nil, options)
    end,
  },
  {
    name = "refresh",
    takes = always,
    run = function(new, _, options)
      return Job.refresh(new, options)
    end,
  },
}

local created_with <const> = { "templateId", "jobId", "name", "description" }

local function as_given(_, value)
  return value
end

local members <const> = { upload = as_given }
for _, member in ipairs(core.schemas().NewJob) do
  members[member.name] = as_given
end

local known_options <const> = { on_created = validate.callable }
for name, check in pairs(upload.options) do
  known_options[name] = check
end

local function check_upload(given)
  if not is_given(given.upload) then return end
  local from <const> = is_given(given.dataSource) and given.dataSource
  if not from and is_given(given.jobId) then return end -- the draft may have a data source
  if not from or from.dataSourceDescriptor ~= "file" then
    validate.raise "submit: upload: needs a dataSource of kind file: bytenite.datasource.file()"
  end
end

-- Checks everything that will be sent, so that bad input leaves no job behind. Returns the checked
-- members and options.
local function check_all(new, options)
  local given <const> = validate.options("submit", validate.type("submit: new", new, "table"), members, "member")
  local body <const> = {}
  for name, value in pairs(given) do
    if name ~= "upload" then body[name] = value end
  end
  local ok <const>, problem <const> = core.encode(body, "NewJob")
  if not ok then validate.raise("submit: " .. problem) end
  check_upload(given)
  return given, validate.options("submit", options, known_options)
end

local function failed(problem, step, new)
  problem.step = step
  problem.job = new
  return nil, problem
end

-- Opens the source of the upload first, so that a missing file leaves no job behind.
local function open_upload(given, options)
  if not is_given(given.upload) then
    given.upload = nil
    return nil
  end
  local opened <const>, problem <const> = upload_source.open("submit: upload", given.upload, options.size)
  given.upload = opened
  return opened, problem
end

local function run_steps(client, given, options)
  local limits <const> = base_options.limits_in(options)
  local created <const>, problem <const> = call.run(client, job.creation, nil, pick(given, created_with), limits)
  if not created then return failed(problem, "create_job") end
  local on_created <const> = options.on_created
  options.on_created = nil -- all other options are those of the upload
  if on_created then on_created(created) end
  for _, step in ipairs(steps) do
    local argument <const> = step.takes(given)
    if argument ~= nil then
      local run <const> = step.run or Job[step.name]
      local done <const>, step_problem <const> = run(created, argument, limits, options)
      if not done then return failed(step_problem, step.name, created) end
    end
  end
  return created
end

--- Implements `client:submit`. Bad input raises before anything is sent.
function submit.run(client, new, options)
  local given <const>, chosen <const> = check_all(new, options)
  local opened <close>, unreadable <const> = open_upload(given, chosen) -- luacheck: ignore opened
  if unreadable then return failed(unreadable, "upload") end
  return run_steps(client, given, chosen)
end

return submit
