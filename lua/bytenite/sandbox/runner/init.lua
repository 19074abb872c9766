--- Runs the programs of jobs: building blocks from one folder, on this machine.
---
--- It exists only in a sandbox with the option `blocks`. The set of programs is fixed when the
--- sandbox starts; requests can only choose templates and set parameters. Each program has its own
--- folder, its own session, limits, and only the environment of the contract.
---
--- job_run runs a job, stages its three parts, programs and processes a single program;
--- collected_files collects what programs write, catalogue and manifest read the blocks.
local core <const> = require "bytenite.core"
local cqueues <const> = require "cqueues"
local uv <const> = require "luv"

local catalogue <const> = require "bytenite.sandbox.runner.catalogue"
local files <const> = require "bytenite.sandbox.runner.files"
local input_files <const> = require "bytenite.sandbox.runner.input_files"
local job_run <const> = require "bytenite.sandbox.runner.job_run"
local json_schema <const> = require "bytenite.sandbox.runner.json_schema"
local launcher <const> = require "bytenite.sandbox.runner.launcher"
local leftover_processes <const> = require "bytenite.sandbox.runner.leftover_processes"
local manifest <const> = require "bytenite.sandbox.runner.manifest"
local processes <const> = require "bytenite.sandbox.runner.processes"
local random_ids <const> = require "bytenite.sandbox.base.random_ids"
local result_files <const> = require "bytenite.sandbox.runner.result_files"
local worker_slots <const> = require "bytenite.sandbox.runner.worker_slots"

---@class bytenite.sandbox.Runner
---@field state bytenite.sandbox.State
---@field controller userdata of cqueues
---@field launcher bytenite.sandbox.Launcher
---@field processes bytenite.sandbox.Processes
---@field slots bytenite.sandbox.WorkerSlots
---@field workers integer
---@field caches string folder of both caches
---@field path string the PATH of programs
---@field report fun(message: string)
---@field monotime fun(): number
---@field package folder string for the files of all jobs
---@field package is_temporary boolean whether the folder is removed with the sandbox
---@field package saved bytenite.sandbox.SavedJobs|nil
---@field package catalogue bytenite.sandbox.Catalogue
---@field package runs table<string, bytenite.sandbox.JobRun> by the job's id
local Runner = {}
Runner.__index = Runner

local runner = {}

local GROUPS <const> = { "partitioner", "app", "assembler" }
local STANDARD_PATH <const> = "/usr/local/bin:/usr/bin:/bin"
local WORLD_READABLE <const> = 365 -- 0555

-- Makes the data folder, or a temporary folder.
local function make_folder(data)
  local template <const> = files.join(os.getenv "TMPDIR" or "/tmp", "bytenite-sandbox-XXXXXX")
  local made <const>, problem <const> = (data and files.make or uv.fs_mkdtemp)(data or template)
  if not made then error(("cannot make a folder for jobs: %s"):format(problem), 0) end
  return files.real(data or made)
end

local function make_folders(self, data)
  self.folder = make_folder(data)
  self.is_temporary = data == nil
  self.caches = files.join(self.folder, "cache")
  for _, name in ipairs { "jobs", "cache/shared", "cache/user" } do
    assert(files.make(files.join(self.folder, name)))
  end
  uv.fs_chmod(files.join(self.caches, "shared"), WORLD_READABLE)
end

-- Opens the database, which alone needs another rock.
local function open_saved_jobs(self)
  local found <const>, problem <const> = pcall(require, "luasql.sqlite3")
  if not found and not tostring(problem):find "not found" then error(problem, 0) end
  if not found then
    error('option data needs the rock "luasql-sqlite3" (Debian and Ubuntu: apt-get install lua-sql-sqlite3)', 0)
  end
  return require("bytenite.sandbox.runner.saved_jobs").open(self.folder, self.controller, self.report)
end

--- Makes the runner of a sandbox. Raises a string if it cannot run blocks. Reports and leaves out
--- blocks and templates that have mistakes.
---@param options {blocks: string, workers: integer|nil, launcher: string|nil, data: string|nil}
---@param controller userdata of cqueues
---@param report fun(message: string) receives messages for users
---@return bytenite.sandbox.Runner
---@usage local jobs = runner.new({ blocks = "blocks" }, controller, print)
function runner.new(options, controller, report)
  local found <const>, no_folder <const> = catalogue.read(options.blocks)
  if found == nil then error("option blocks: " .. no_folder, 0) end
  for _, problem in ipairs(found.problems) do
    report((problem.is_warning and "warning: " or "") .. manifest.line(problem))
  end
  local path <const> = os.getenv "PATH" or STANDARD_PATH
  local launch <const>, problem <const> = launcher.new(options.launcher, path)
  if launch == nil then error("option " .. problem, 0) end
  local workers <const> = options.workers or launcher.processors()
  local self <const> = setmetatable({
    controller = controller,
    launcher = launch,
    processes = processes.new(controller),
    slots = worker_slots.new(workers),
    workers = workers,
    path = path,
    report = report,
    monotime = cqueues.monotime,
    catalogue = found,
    runs = {},
  }, Runner)
  make_folders(self, options.data)
  if options.data then self.saved = open_saved_jobs(self) end
  return self
end

--- Connects the runner with the state of its sandbox.
---@param state bytenite.sandbox.State
---@usage jobs:attach(state)
function Runner:attach(state)
  self.state = state
  state.runner, state.templates = self, self:templates()
  if self.saved then self.saved:restore(state, function(id)
    return self:folder_of(id)
  end) end
end

--- Returns the templates, in the form of `model/templates`.
---@return table templates with the functions `all`, `info` and `defaults`
---@usage state.templates = jobs:templates()
function Runner:templates()
  local found <const> = self.catalogue
  return {
    all = function()
      return found:all()
    end,
    info = function(id)
      local template <const>, problem <const> = found:template(id)
      if template == nil then return nil, problem end
      local values <const> = template.values
      return {
        id = values.id,
        owner = values.owner,
        description = values.description,
        app = values.app,
        partitioner = values.partitioner,
        assembler = values.assembler,
      }
    end,
    defaults = function(id)
      local template <const> = found:template(id)
      local values <const> = template and template.values or {}
      return {
        dataSource = values.dataSource,
        dataDestination = values.dataDestination,
        params = values.params,
        config = values.config,
      }
    end,
  }
end

--- Returns what is wrong with new parameters, or nil.
---@param template_id string
---@param params table|nil {partitioner, app, assembler}; checks only the groups that are set
---@return string|nil problem
---@usage local problem = jobs:params_problem(values.templateId, changes.params)
function Runner:params_problem(template_id, params)
  local template <const> = self.catalogue:template(template_id)
  if template == nil or type(params) ~= "table" then return nil end
  for _, name in ipairs(GROUPS) do
    local block <const>, given <const> = template[name], params[name]
    if block and block.schema and type(given) == "table" then
      local problem <const> = json_schema.problem(block.schema, given, "params." .. name)
      if problem then return problem end
    end
  end
  return nil
end

--- Returns why a job cannot run, or nil.
---@param values table its members
---@return string|nil problem
---@usage local problem = jobs:problem(draft.values)
function Runner:problem(values)
  local template <const>, no_template <const> = self.catalogue:template(values.templateId)
  if template == nil then return no_template end
  local params <const> = {}
  for _, name in ipairs(GROUPS) do
    local given <const> = type(values.params) == "table" and values.params[name]
    params[name] = type(given) == "table" and given or {}
  end
  return self:params_problem(values.templateId, params) or input_files.problem(values)
end

--- Returns the folder of a job. It is below the folder of all jobs, whatever the id is.
---@param id string
---@return string
---@usage local folder = jobs:folder_of(id)
function Runner:folder_of(id)
  return files.join(self.folder, "jobs", "job-" .. core.percent_encode(id))
end

--- Opens a new file for an upload.
---@param id string of the job
---@return table file see `files.create`; raises a string if it cannot be made
---@usage local sink = uploads.sink(jobs:upload_file(id))
function Runner:upload_file(id)
  local folder <const> = self:folder_of(id)
  assert(files.make(folder))
  return assert(files.create(files.join(folder, "upload-" .. random_ids.text(8))))
end

--- Starts a draft.
---@param id string
---@param draft bytenite.sandbox.Job
---@usage jobs:start(id, draft)
function Runner:start(id, draft)
  self.state:put_job(id, draft)
  local run <const> = job_run.new(self, id, draft.values, assert(self.catalogue:template(draft.values.templateId)))
  self.runs[id] = run
  self.state.logs[id] = run.logs
  run:begin()
  self.controller:wrap(run.work, run)
end

--- Aborts a running job.
---@param id string
---@return boolean was_running
---@usage if not jobs:abort(id) then ... end
function Runner:abort(id)
  local run <const> = self.runs[id]
  if run == nil then return false end
  run:stop "aborted"
  return true
end

--- Returns the number of running tasks of a job.
---@param id string
---@return integer
---@usage local count = jobs:running_tasks(id)
function Runner:running_tasks(id)
  local run <const> = self.runs[id]
  return run and run.running or 0
end

--- Sets the results of a job to files.
---@param id string
---@param list {name: string, path: string}[]
---@usage jobs:keep_results(id, { { name = "out_0/x", path = "/tmp/x" } })
function Runner:keep_results(id, list)
  self.state.results[id] = result_files.of(list)
  if self.saved then self.saved:save_results(id, list) end
end

--- Receives each line of a job's logs.
---@param id string of the job
---@param part string "partitioner", "assembler" or the id of a task
---@param line table
---@usage jobs:log_line(id, "assembler", line)
function Runner:log_line(id, part, line)
  if self.saved then self.saved:add_line(id, part, line) end
end

--- Receives each new or changed job.
---@param id string
---@param kept bytenite.sandbox.Job
---@usage jobs:save_job(id, kept)
function Runner:save_job(id, kept)
  if self.saved then self.saved:save_job(id, kept) end
end

--- Receives each new or changed upload.
---@param id string of the job
---@param upload bytenite.sandbox.Upload
---@usage jobs:save_upload(id, upload)
function Runner:save_upload(id, upload)
  if self.saved then self.saved:save_upload(id, upload) end
end

-- Lets other coroutines run while folders are removed.
local function pause()
  cqueues.sleep(0)
end

-- Removes everything in a job's folder except its results.
local function clean(folder)
  for _, name in ipairs(files.list(folder) or {}) do
    if name ~= "results" then files.remove(files.join(folder, name), pause) end
  end
end

--- Called when a run is over: kills processes that have left the groups of its programs, and
--- removes its files.
---@param run bytenite.sandbox.JobRun
---@usage jobs:ended(run)
function Runner:ended(run)
  leftover_processes.kill(run.folder)
  if self.runs[run.id] == run then
    self.runs[run.id] = nil
    clean(run.folder)
  else
    files.remove(run.folder, pause)
  end
end

--- Removes a job: stops it and removes all of its files.
---@param id string
---@usage jobs:forget(id)
function Runner:forget(id)
  local run <const> = self.runs[id]
  self.runs[id] = nil
  if self.saved then self.saved:remove_job(id) end
  if run then
    run:stop "deleted"
  else
    self.controller:wrap(files.remove, self:folder_of(id), pause)
  end
end

--- Removes all jobs.
---@usage jobs:forget_all()
function Runner:forget_all()
  local busy <const> = {}
  for _, run in pairs(self.runs) do
    busy[run.folder] = true -- removed when the run has ended
    run:stop "deleted"
  end
  self.runs = {}
  if self.saved then self.saved:remove_all() end
  local top <const> = files.join(self.folder, "jobs")
  for _, name in ipairs(files.list(top) or {}) do
    local folder <const> = files.join(top, name)
    if not busy[folder] then self.controller:wrap(files.remove, folder, pause) end
  end
end

--- Ends all programs, and removes the files of all jobs unless there is a data folder.
---@usage jobs:close()
function Runner:close()
  for _, run in pairs(self.runs) do
    run:stop "the sandbox ended"
  end
  self.processes:close()
  leftover_processes.kill(self.folder)
  if self.saved then self.saved:close() end
  if self.is_temporary then files.remove(self.folder) end
end

return runner
