--- Makes the logs of a job: a few lines for each of its parts, more as the job proceeds.
local core <const> = require "bytenite.core"

local clock <const> = require "bytenite.sandbox.base.clock"
local file_contents <const> = require "bytenite.sandbox.model.file_contents"
local job_timeline <const> = require "bytenite.sandbox.model.job_timeline"

local job_logs = {}

local MOST_TASKS <const> = 32 -- number of tasks of a job that have logs

local LEVELS <const> = {
  UNKNOWN = true,
  TRACE = true,
  DEBUG = true,
  INFO = true,
  WARN = true,
  ERROR = true,
  FATAL = true,
  PANIC = true,
}
local SERVICES <const> = { PARTITIONER = true, ASSEMBLER = true, TASKRUNNER = true }

job_logs.levels, job_logs.services = LEVELS, SERVICES

-- Lines of a part: the time as a fraction of the way between two states, level, container, text.
local PARTITIONER <const> = {
  { 0.05, "DEBUG", "main", "partitioner started" },
  { 0.3, "INFO", "main", "reading the input" },
  { 0.95, "INFO", "main", "split input into {chunks} chunks" },
}
local TASK <const> = {
  { 0.02, "INFO", "main", "container started" },
  { 0.2, "UNKNOWN", "", "Fetching 15 files:  27%|██▋       | 4/15 [00:06<00:17,  1.61s/it]\r" },
  { 0.4, "UNKNOWN", "", "Fetching 15 files: 100%|██████████| 15/15 [00:21<00:00,  1.40s/it]\r\n" },
  { 0.5, "WARN", "main", "no seed given, using a random one" },
  { 0.9, "INFO", "main", "task finished, {number} of {chunks}" },
}
local ASSEMBLER <const> = {
  { 0.1, "DEBUG", "main", "assembler started" },
  { 0.9, "INFO", "main", "merged {chunks} chunks" },
}

-- Returns the lines of a part between two states that have been written by now.
local function written(script, course, first, last, now, number)
  local list <const> = core.array {}
  local from <const> = job_timeline.time_of(course, first)
  if from == nil then return list end
  local last_step <const> = course.steps[#course.steps].time
  local to <const> = job_timeline.time_of(course, last) or last_step
  local until_now <const> = math.min(now, last_step)
  for index, line in ipairs(script) do
    local time <const> = from + line[1] * (to - from)
    if time > until_now then break end
    local text <const> = line[4]:gsub("{(%l+)}", { chunks = course.chunks, number = number })
    list[index] = { log = text, timestamp = clock.timestamp(time), level = line[2], container = line[3] }
  end
  return list
end

--- Returns the id of a task of a job.
---@param id string of the job
---@param number integer
---@return string uuid the same every time
---@usage job_logs.task_id(id, 1)
function job_logs.task_id(id, number)
  local digits <const> = file_contents.sha256(("%s/%d"):format(id, number))
  return ("%s-%s-4%s-8%s-%s"):format(
    digits:sub(1, 8),
    digits:sub(9, 12),
    digits:sub(14, 16),
    digits:sub(18, 20),
    digits:sub(21, 32)
  )
end

-- Adds the reason of a failure, once the job has failed.
local function add_failure(lines, course, now)
  local last <const> = course.steps[#course.steps]
  if last.state ~= "JOB_STATE_FAILED" or last.time > now then return end
  lines[#lines + 1] =
    { log = course.failure, timestamp = clock.timestamp(last.time), level = "ERROR", container = "main" }
end

-- Returns all lines that a job has written by now.
local function all(id, kept, now)
  local course <const> = kept.course
  if course == nil then return { partitioner = {}, assembler = {}, taskrunner = {} } end
  local taskrunner <const> = {}
  if job_timeline.time_of(course, "JOB_STATE_PARTITIONED") and kept.values.numChunks ~= 0 then
    for number = 1, math.min(course.chunks, MOST_TASKS) do
      local lines <const> = written(TASK, course, "JOB_STATE_PARTITIONED", "JOB_STATE_TASKS_COMPLETED", now, number)
      taskrunner[job_logs.task_id(id, number)] = { logs = lines }
    end
  end
  local partitioner <const> = written(PARTITIONER, course, "JOB_STATE_PARTITIONING", "JOB_STATE_PARTITIONED", now)
  local first_task <const> = taskrunner[job_logs.task_id(id, 1)]
  add_failure(first_task and first_task.logs or partitioner, course, now)
  return {
    partitioner = partitioner,
    assembler = written(ASSEMBLER, course, "JOB_STATE_MERGING", "JOB_STATE_MERGED", now),
    taskrunner = taskrunner,
  }
end

-- Returns the values of a list as keys; nil for an empty list, which selects everything.
local function set_of(list)
  if type(list) ~= "table" or #list == 0 then return nil end
  local set <const> = {}
  for _, value in ipairs(list) do
    set[value] = true
  end
  return set
end

local function of_levels(lines, levels)
  local list <const> = core.array {}
  for _, line in ipairs(type(lines) == "table" and lines or {}) do
    if levels == nil or levels[line.level] then list[#list + 1] = line end
  end
  return list
end

--- Returns the selected lines, in the form of the response. Task ids select among tasks only;
--- levels select among all lines.
---@param state bytenite.sandbox.State
---@param kept bytenite.sandbox.Job
---@param wanted {jobId: string, taskIds: string[]?, levels: string[]?, services: string[]?}
---@return table response
---@usage return responses.json(200, job_logs.of(state, kept, { jobId = id }))
function job_logs.of(state, kept, wanted)
  local source <const> = state.logs[wanted.jobId] or all(wanted.jobId, kept, state:now())
  local levels <const>, tasks <const>, services <const> =
    set_of(wanted.levels), set_of(wanted.taskIds), set_of(wanted.services)
  local function has(service)
    return services == nil or services[service]
  end
  local response <const> = {
    partitioner = of_levels(has "PARTITIONER" and source.partitioner, levels),
    assembler = of_levels(has "ASSEMBLER" and source.assembler, levels),
    taskrunner = {},
  }
  for id, task in pairs(has "TASKRUNNER" and source.taskrunner or {}) do
    if tasks == nil or tasks[id] then response.taskrunner[id] = { logs = of_levels(task.logs, levels) } end
  end
  return response
end

return job_logs
