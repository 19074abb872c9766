--- Simulates jobs that run: the states that they pass through, and their members in each state.
---
--- Nothing happens in the background. A started job has a course, which has the time of each state;
--- reading the job brings it up to date. A job whose app parameters have the text `sandbox_fail`
--- fails with this text as its message.
local clock <const> = require "bytenite.sandbox.base.clock"
local job <const> = require "bytenite.sandbox.model.job"

local job_timeline = {}

---@class bytenite.sandbox.Course
---@field steps {time: number, state: string}[] in order; times are seconds since the epoch
---@field chunks integer number of parts of the input
---@field failure string|nil the message if it ends in JOB_STATE_FAILED

-- Seconds after the start, at speed 1.
local STEPS <const> = {
  { 0, "JOB_STATE_STARTED" },
  { 1, "JOB_STATE_UPLOADING" },
  { 2, "JOB_STATE_PARTITIONING" },
  { 5, "JOB_STATE_PARTITIONED" },
  { 22, "JOB_STATE_TASKS_COMPLETED" },
  { 22.5, "JOB_STATE_MERGING" },
  { 25, "JOB_STATE_MERGED" },
  { 25.5, "JOB_STATE_DOWNLOADING" },
  { 30, "JOB_STATE_COMPLETE" },
}
local FAILS_AFTER <const> = 12 -- seconds, at speed 1: while its tasks run
local USUAL_CHUNKS <const> = 4
local MOST_CHUNKS <const> = 1000
local PRICE_OF_CHUNK <const> = 1.58793

local function member(values, ...)
  local value = values
  for _, name in ipairs { ... } do
    value = type(value) == "table" and value[name]
  end
  return value
end

local function chunks_of(values)
  local wanted <const> = math.tointeger(member(values, "params", "partitioner", "num_replicas"))
  if not wanted or wanted < 1 then return USUAL_CHUNKS end
  return math.min(wanted, MOST_CHUNKS)
end

--- Makes the course of a job that starts.
---@param values table<string, any> the job's members
---@param start number seconds since the epoch
---@param speed number how much faster than real time
---@return bytenite.sandbox.Course
---@usage local course = job_timeline.course(draft.values, now, 1)
function job_timeline.course(values, start, speed)
  local failure = member(values, "params", "app", "sandbox_fail")
  if type(failure) ~= "string" then failure = nil end
  local course <const> = { steps = {}, chunks = chunks_of(values), failure = failure }
  local steps <const> = course.steps
  for _, step in ipairs(STEPS) do
    if failure and step[1] > FAILS_AFTER then
      steps[#steps + 1] = { time = start + FAILS_AFTER / speed, state = "JOB_STATE_FAILED" }
      break
    end
    steps[#steps + 1] = { time = start + step[1] / speed, state = step[2] }
  end
  return course
end

--- Returns when a course reaches a state.
---@param course bytenite.sandbox.Course
---@param state string
---@return number|nil moment seconds since the epoch; nil if it never does
---@usage local begun = job_timeline.time_of(course, "JOB_STATE_MERGING")
function job_timeline.time_of(course, state)
  for _, step in ipairs(course.steps) do
    if step.state == state then return step.time end
  end
  return nil
end

local function rounded(number, digits)
  local scale <const> = 10 ^ digits
  return math.floor(number * scale + 0.5) / scale
end

local function end_members(values, course, step)
  values.endedAt = clock.timestamp(step.time)
  values.duration = rounded(step.time - course.steps[1].time, 6)
  values.paymentAmount = rounded((values.numChunks or 0) * PRICE_OF_CHUNK, 8)
  if step.state == "JOB_STATE_FAILED" then values.errorMessage = course.failure end
end

-- Sets the members of a job for a step of its course.
local function take(values, course, step)
  local state <const> = step.state
  values.state = state
  values.stateTimestamps[state] = clock.timestamp(step.time)
  if state == "JOB_STATE_PARTITIONING" then
    values.startedAt = values.stateTimestamps[state]
  elseif state == "JOB_STATE_PARTITIONED" then
    values.numChunks = course.chunks
    values.numUnitsEstimation = tostring(course.chunks)
  elseif state == "JOB_STATE_COMPLETE" or state == "JOB_STATE_FAILED" then
    end_members(values, course, step)
  end
end

local function steps_taken(kept, passed)
  local timestamps <const> = {}
  local before <const> = kept.values.stateTimestamps
  for state, timestamp in pairs(type(before) == "table" and before or {}) do
    timestamps[state] = timestamp
  end
  local new <const> = job.changed(kept, { stateTimestamps = timestamps })
  for number = kept.passed + 1, passed do
    take(new.values, kept.course, kept.course.steps[number])
  end
  new.course, new.passed = kept.course, passed
  return new
end

--- Returns a job in its state at a moment.
---@param kept bytenite.sandbox.Job
---@param now number seconds since the epoch
---@return bytenite.sandbox.Job # `kept` itself if nothing has happened
---@usage local seen = job_timeline.at(kept, now)
function job_timeline.at(kept, now)
  local course <const> = kept.course
  if course == nil then return kept end
  local steps <const>, before <const> = course.steps, kept.passed
  local passed = before
  while passed < #steps and steps[passed + 1].time <= now do
    passed = passed + 1
  end
  return passed > before and steps_taken(kept, passed) or kept
end

--- Returns the job, following a course from now on.
---@param kept bytenite.sandbox.Job
---@param course bytenite.sandbox.Course
---@param now number seconds since the epoch
---@return bytenite.sandbox.Job
---@usage local job = job_timeline.follow(draft, course, now)
function job_timeline.follow(kept, course, now)
  local new <const> = job.changed(kept, {})
  new.course, new.passed = course, 0
  return job_timeline.at(new, now)
end

--- Returns a draft after its start.
---@param draft bytenite.sandbox.Job
---@param now number seconds since the epoch
---@param speed number
---@return bytenite.sandbox.Job
---@usage local started = job_timeline.started(draft, now, 1)
function job_timeline.started(draft, now, speed)
  local submitted <const> = job.changed(draft, { submittedAt = clock.timestamp(now) })
  return job_timeline.follow(submitted, job_timeline.course(draft.values, now, speed), now)
end

--- Returns a running job after it was aborted.
---@param running bytenite.sandbox.Job
---@param now number seconds since the epoch
---@return bytenite.sandbox.Job
---@usage local ended = job_timeline.aborted(running, now)
function job_timeline.aborted(running, now)
  local kept <const> = job_timeline.at(running, now)
  local before <const> = kept.course
  local passed <const> = kept.passed or 0
  local steps <const> = before and table.move(before.steps, 1, passed, 1, {}) or {}
  steps[#steps + 1] = { time = now, state = "JOB_STATE_FAILED" }
  local new <const> = job.changed(kept, {})
  new.course = { steps = steps, chunks = before and before.chunks or 0, failure = "aborted" }
  new.passed = passed
  return job_timeline.at(new, now)
end

--- Returns how many tasks of a job run at a moment.
---@param kept bytenite.sandbox.Job
---@param now number seconds since the epoch
---@return integer
---@usage local count = job_timeline.running_tasks(kept, now)
function job_timeline.running_tasks(kept, now)
  if kept.values.state ~= "JOB_STATE_PARTITIONED" then return 0 end
  local course <const> = kept.course
  if course == nil then return math.tointeger(kept.values.numChunks) or 0 end
  local begun <const> = job_timeline.time_of(course, "JOB_STATE_PARTITIONED")
  local ends <const> = job_timeline.time_of(course, "JOB_STATE_TASKS_COMPLETED")
  if ends == nil then return course.chunks end
  return math.max(1, math.ceil(course.chunks * (ends - now) / (ends - begun)))
end

return job_timeline
