--- Runs a job through its states, one stage after the other, until it is complete, fails or is
--- stopped.
local condition <const> = require "cqueues.condition"
local core <const> = require "bytenite.core"
local cqueues <const> = require "cqueues"

local clock <const> = require "bytenite.sandbox.base.clock"
local collected_files <const> = require "bytenite.sandbox.runner.collected_files"
local files <const> = require "bytenite.sandbox.runner.files"
local input_files <const> = require "bytenite.sandbox.runner.input_files"
local job <const> = require "bytenite.sandbox.model.job"
local stages <const> = require "bytenite.sandbox.runner.stages"

---@class bytenite.sandbox.JobRun
---@field runner bytenite.sandbox.Runner
---@field id string
---@field folder string
---@field template bytenite.sandbox.RunTemplate
---@field params {partitioner: string, app: string, assembler: string} JSON
---@field task_timeout integer|nil seconds
---@field job_timeout integer|nil seconds
---@field retries integer
---@field logs table `partitioner`, `assembler` (lists of lines), `taskrunner` (by task: `logs`)
---@field lines_left integer in the logs
---@field chunks bytenite.sandbox.LeftFile[]
---@field next_chunk integer
---@field results bytenite.sandbox.LeftFile[][] by task
---@field running integer tasks
---@field live table<bytenite.sandbox.Process, true>
---@field stopped string|nil why it must end
---@field changed userdata condition
---@field package started number seconds since the epoch
---@field package is_over boolean
local JobRun = {}
JobRun.__index = JobRun

local job_run = {}

local MOST_LINES <const> = 50000 -- in the logs of a job

local function limit_of(value)
  local seconds <const> = math.tointeger(value)
  return seconds and seconds > 0 and seconds or nil
end

local function params_of(values, name)
  local params <const> = type(values.params) == "table" and values.params[name]
  return type(params) == "table" and core.encode(params) or "{}"
end

--- Makes the run of a draft.
---@param runner bytenite.sandbox.Runner
---@param id string
---@param values table the job's members
---@param template bytenite.sandbox.RunTemplate
---@return bytenite.sandbox.JobRun
---@usage local run = job_run.new(runner, id, draft.values, template)
function job_run.new(runner, id, values, template)
  local config <const> = type(values.config) == "table" and values.config or {}
  return setmetatable({
    runner = runner,
    id = id,
    folder = runner:folder_of(id),
    template = template,
    params = {
      partitioner = params_of(values, "partitioner"),
      app = params_of(values, "app"),
      assembler = params_of(values, "assembler"),
    },
    task_timeout = limit_of(config.taskTimeout),
    job_timeout = limit_of(config.jobTimeout),
    retries = limit_of(config.maxTaskRetries) or 0,
    logs = { partitioner = {}, assembler = {}, taskrunner = {} },
    lines_left = MOST_LINES,
    chunks = {},
    next_chunk = 0,
    results = {},
    running = 0,
    live = {},
    changed = condition.new(),
    is_over = false,
  }, JobRun)
end

-- Sets members of the job, if it still exists.
local function show(self, changes)
  local state <const> = self.runner.state
  local kept <const> = state:job(self.id)
  if kept then state:put_job(self.id, job.changed(kept, changes)) end
end

--- Puts the job into a state.
---@param name string
---@param changes table|nil other members to set
---@param moment number|nil seconds since the epoch; now if nil
---@usage run:enter("JOB_STATE_PARTITIONED", { numChunks = 4 })
function JobRun:enter(name, changes, moment)
  local kept <const> = self.runner.state:job(self.id)
  if kept == nil then return end
  local timestamp <const> = clock.timestamp(moment or self.runner.state:now())
  local timestamps <const> = {}
  for state, time in pairs(kept.values.stateTimestamps or {}) do
    timestamps[state] = time
  end
  timestamps[name] = timestamp
  local all <const> = { state = name, stateTimestamps = timestamps }
  if name == "JOB_STATE_PARTITIONING" then all.startedAt = timestamp end
  for member, value in pairs(changes or {}) do
    all[member] = value
  end
  show(self, all)
end

local function finish(self, name, changes)
  self.is_over = true
  local now <const> = self.runner.state:now()
  changes.endedAt = clock.timestamp(now)
  changes.duration = math.floor((now - self.started) * 1e6 + 0.5) / 1e6
  self:enter(name, changes, now)
end

local function fail(self, message)
  if self.is_over then return end
  finish(self, "JOB_STATE_FAILED", { errorMessage = message })
end

--- Stops the run and all its programs. Sets the state of the job to failed immediately.
---@param reason string its errorMessage
---@usage run:stop "aborted"
function JobRun:stop(reason)
  if self.stopped or self.is_over then return end
  self.stopped = reason
  for process in pairs(self.live) do
    process:stop(reason)
  end
  fail(self, reason)
  self.changed:signal()
end

--- Waits for a slot to run a program in.
---@return boolean taken false if the run was stopped
---@usage if run:take_slot() then ... end
function JobRun:take_slot()
  return self.runner.slots:take(self.changed, function()
    return self.stopped == nil
  end)
end

local function make_input(self)
  local source <const> = files.join(self.folder, "partitioner", "source")
  local made <const>, problem <const> = files.make(source)
  if not made then return nil, problem end
  local state <const> = self.runner.state
  local fetched <const>, reason <const> = input_files.fetch(
    state:job(self.id).values,
    state.uploads[self.id],
    source,
    function()
      return self.stopped == nil
    end
  )
  if not fetched then return nil, ("data source: %s"):format(reason) end
  return source
end

-- Moves the output to the folder of results.
local function keep_results(self, output)
  local list <const> = {}
  for index, left in ipairs(output) do
    local target <const> = ("%s/results/%d"):format(self.folder, index)
    local moved <const>, problem <const> = collected_files.move(left, target)
    if not moved then return nil, ("the results: %s"):format(problem) end
    list[index] = { name = "out_0/" .. collected_files.shown(left.name), path = target }
  end
  self.runner:keep_results(self.id, list)
  return true
end

-- Runs all stages. Returns true; or nil and the reason why the job failed.
local function run_stages(self)
  self:enter "JOB_STATE_UPLOADING"
  local source <const>, no_source <const> = make_input(self)
  if self.stopped or source == nil then return nil, self.stopped or no_source end
  self:enter "JOB_STATE_PARTITIONING"
  local partitioned <const>, no_chunks <const> = stages.partition(self, source)
  if self.stopped or not partitioned then return nil, self.stopped or no_chunks end
  local count <const> = #self.chunks
  self:enter("JOB_STATE_PARTITIONED", { numChunks = count, numUnitsEstimation = tostring(count) })
  local done <const>, problem <const> = stages.run_tasks(self)
  if self.stopped or not done then return nil, self.stopped or problem end
  self:enter "JOB_STATE_TASKS_COMPLETED"
  self:enter "JOB_STATE_MERGING"
  local output <const>, no_output <const> = stages.assemble(self)
  if self.stopped or output == nil then return nil, self.stopped or no_output end
  self:enter "JOB_STATE_MERGED"
  self:enter "JOB_STATE_DOWNLOADING"
  local kept <const>, not_kept <const> = keep_results(self, output)
  if self.stopped or not kept then return nil, self.stopped or not_kept end
  finish(self, "JOB_STATE_COMPLETE", {})
  return true
end

local function watch_time(self)
  local deadline <const> = cqueues.monotime() + self.job_timeout
  while not self.is_over and not self.stopped do
    local left <const> = deadline - cqueues.monotime()
    if left <= 0 then
      self:stop(("the job took longer than jobTimeout, %d s"):format(self.job_timeout))
    else
      self.changed:wait(left)
    end
  end
end

--- Puts the job into its first state.
---@usage run:begin()
function JobRun:begin()
  self.started = self.runner.state:now()
  self:enter("JOB_STATE_STARTED", { submittedAt = clock.timestamp(self.started) }, self.started)
end

--- Runs the job to its end. Leaves only the results in its folder.
---@usage controller:wrap(run.work, run)
function JobRun:work()
  if self.job_timeout then self.runner.controller:wrap(watch_time, self) end
  local ran <const>, done <const>, problem <const> = xpcall(run_stages, function(raised)
    return type(raised) == "table" and raised or debug.traceback(tostring(raised))
  end, self)
  if not ran and type(done) == "string" then self.runner.report(("job %s: %s"):format(self.id, done)) end
  if not ran then
    fail(self, type(done) == "table" and done.failure or "error in the sandbox")
  elseif not done then
    fail(self, problem)
  end
  self.is_over = true
  self.changed:signal()
  self.runner:ended(self)
end

return job_run
