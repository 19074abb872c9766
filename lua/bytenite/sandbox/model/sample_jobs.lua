--- Makes jobs like those of an old account. Makes their members when they are read, so that a
--- hundred thousand jobs cost little more than their ids.
local core <const> = require "bytenite.core"

local clock <const> = require "bytenite.sandbox.base.clock"
local job <const> = require "bytenite.sandbox.model.job"
local job_timeline <const> = require "bytenite.sandbox.model.job_timeline"
local templates <const> = require "bytenite.sandbox.model.templates"

local sample_jobs = {}

local SECONDS_BETWEEN <const> = 37 -- from one job to the next
local RUNS_FOR <const> = 10 -- times as long as a job of this sandbox
local NAMES <const> =
  { "Nightly batch", "Rainforest images", "Interview", "Trailer encoding", "Word statistics", "Test run" }

-- The states of successive jobs, over and over.
local COMPLETE <const>, FAILED <const> = "JOB_STATE_COMPLETE", "JOB_STATE_FAILED"
local STATES <const> = {
  COMPLETE,
  COMPLETE,
  FAILED,
  COMPLETE,
  "JOB_STATE_NEW",
  COMPLETE,
  COMPLETE,
  "JOB_STATE_PARTITIONED",
  COMPLETE,
  COMPLETE,
  FAILED,
  COMPLETE,
  COMPLETE,
  COMPLETE,
  "JOB_STATE_PARTITIONING",
  COMPLETE,
  "JOB_STATE_NEW",
  COMPLETE,
  "JOB_STATE_MERGING",
  COMPLETE,
}

local CONFIG <const> = { taskTimeout = 3600, jobTimeout = 86400, isTestJob = true }
local SOURCE <const> = { dataSourceDescriptor = "bypass", params = core.null }
local DESTINATION <const> = { dataSourceDescriptor = "bucket", params = {} }
local params_of <const> = {}
for replicas = 1, 12 do
  params_of[replicas] =
    { preset = "", partitioner = { num_replicas = replicas }, assembler = {}, app = { prompt = "A sunset" } }
end
local info_of <const> = {}
for number, template in ipairs(templates.all()) do
  info_of[number] = templates.info(template.id)
end

-- Returns the id of a job, which ends in the job's number.
local function id_of(number)
  return ("%08x-f111-4000-8000-%012x"):format(number * 2654435761 & 0xFFFFFFFF, number)
end

local function number_of(id)
  return tonumber(id:sub(-12), 16)
end

local function state_of(number)
  return STATES[number % #STATES + 1]
end

-- Members that cost nothing to make.
local cheap <const> = {
  state = state_of,
  name = function(number)
    return ("%s %d"):format(NAMES[number % #NAMES + 1], number)
  end,
  templateId = function(number)
    return info_of[number % #info_of + 1].id
  end,
  templateInfo = function(number)
    return info_of[number % #info_of + 1]
  end,
  params = function(number)
    return params_of[number % #params_of + 1]
  end,
  config = function()
    return CONFIG
  end,
  dataSource = function()
    return SOURCE
  end,
  dataDestination = function()
    return DESTINATION
  end,
  appId = function()
    return "c7b3d941-52e8-4f06-b1a9-e60d84f2753c"
  end,
}

-- Returns the course of the job up to its state; nil for a draft.
local function course_of(number, values, created)
  local state <const> = state_of(number)
  if state == "JOB_STATE_NEW" then return nil end
  local whole <const> = job_timeline.course(values, created + 5, 1 / RUNS_FOR)
  local steps <const> = {}
  for _, step in ipairs(whole.steps) do
    if state == FAILED and step.state == "JOB_STATE_TASKS_COMPLETED" then
      step.state, whole.failure = FAILED, "task 2 exited with code 1: out of memory"
    end
    steps[#steps + 1] = step
    if step.state == state then break end
  end
  whole.steps = steps
  return whole
end

-- Makes the complete job.
local function complete(number, created)
  local draft <const> = job.new(id_of(number), clock.timestamp(created))
  for name, make in pairs(cheap) do
    draft.values[name] = make(number)
  end
  local course <const> = course_of(number, draft.values, created)
  if course == nil then return draft end
  draft.values.submittedAt = clock.timestamp(created + 4)
  return job_timeline.follow(draft, course, math.huge)
end

--- Returns the ids of `count` jobs, and the function that makes a job from its id.
---@param count integer
---@param now number seconds since the epoch; all jobs are older
---@return string[] ids the oldest first
---@return fun(id: string): bytenite.sandbox.Job make
---@usage jobs:add(sample_jobs.jobs(100000, now))
function sample_jobs.jobs(count, now)
  local ids <const> = {}
  for number = 1, count do
    ids[number] = id_of(number)
  end
  local function created(number)
    return now - 600 - (count - number) * SECONDS_BETWEEN
  end
  local made_on_demand <const> = {
    __index = function(values, name)
      local number <const> = number_of(values.id)
      if cheap[name] then return cheap[name](number) end
      if name == "createdAt" then return clock.timestamp(created(number)) end
      setmetatable(values, nil)
      for member, value in pairs(complete(number, created(number)).values) do
        values[member] = value
      end
      return values[name]
    end,
  }
  -- The course is made on demand too: it is rarely needed.
  local with_course <const> = {
    __index = function(kept, name)
      if name ~= "course" and name ~= "passed" then return nil end
      local number <const> = number_of(kept.values.id)
      return complete(number, created(number))[name]
    end,
  }
  local function make(id)
    return setmetatable(job.from(setmetatable({ id = id }, made_on_demand)), with_course)
  end
  return ids, make
end

return sample_jobs
