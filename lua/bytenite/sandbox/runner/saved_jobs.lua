--- Keeps jobs in the data folder across restarts of the sandbox: writes changes to the database,
--- and reads them at the start. A job that was running when the sandbox ended has failed: its
--- programs are gone, and their progress is unknown.
local cqueues <const> = require "cqueues"

local clock <const> = require "bytenite.sandbox.base.clock"
local database <const> = require "bytenite.sandbox.runner.database"
local file_contents <const> = require "bytenite.sandbox.model.file_contents"
local files <const> = require "bytenite.sandbox.runner.files"
local job <const> = require "bytenite.sandbox.model.job"
local leftover_processes <const> = require "bytenite.sandbox.runner.leftover_processes"
local result_files <const> = require "bytenite.sandbox.runner.result_files"

---@class bytenite.sandbox.SavedJobs
---@field package folder string
---@field package database bytenite.sandbox.Database
---@field package controller userdata of cqueues
---@field package report fun(message: string)
---@field package lines table[] not yet written
---@field package is_waiting boolean whether a coroutine waits to write them
---@field package is_closed boolean
local SavedJobs = {}
SavedJobs.__index = SavedJobs

local saved_jobs = {}

local LINES_EVERY <const> = 0.2 -- seconds between writes of log lines
local ENDED <const> = "the sandbox ended while the job ran"

--- Opens the database of a data folder. Raises a string if it cannot be used.
---@param folder string
---@param controller userdata of cqueues
---@param report fun(message: string)
---@return bytenite.sandbox.SavedJobs
---@usage local saved = saved_jobs.open(folder, controller, print)
function saved_jobs.open(folder, controller, report)
  return setmetatable({
    folder = folder,
    database = database.open(files.join(folder, "sandbox.db")),
    controller = controller,
    report = report,
    lines = {},
    is_waiting = false,
    is_closed = false,
  }, SavedJobs)
end

-- Calls a method of the database. Reports an error: the job itself continues.
local function write(self, method, ...)
  if self.is_closed then return end
  local written <const>, problem <const> = pcall(self.database[method], self.database, ...)
  if not written then self.report(tostring(problem)) end
end

local function write_lines(self)
  local lines <const> = self.lines
  self.lines = {}
  if #lines > 0 then write(self, "add_lines", lines) end
end

--- Stores a job, and the log lines that it has written before.
---@param id string
---@param kept bytenite.sandbox.Job
---@usage saved:save_job(id, kept)
function SavedJobs:save_job(id, kept)
  if job.is_final(kept) then write_lines(self) end
  write(self, "save_job", id, kept.values)
end

--- Stores a line of a job's logs, after a short delay.
---@param id string
---@param part string "partitioner", "assembler" or the id of a task
---@param line table
---@usage saved:add_line(id, "assembler", line)
function SavedJobs:add_line(id, part, line)
  self.lines[#self.lines + 1] = { id = id, part = part, line = line }
  if self.is_waiting then return end
  self.is_waiting = true
  self.controller:wrap(function()
    cqueues.sleep(LINES_EVERY)
    self.is_waiting = false
    write_lines(self)
  end)
end

local function relative(self, path)
  return path:sub(#self.folder + 2)
end

--- Stores the paths of a job's results.
---@param id string
---@param list {name: string, path: string}[]
---@usage saved:save_results(id, list)
function SavedJobs:save_results(id, list)
  local rows <const> = {}
  for index, each in ipairs(list) do
    rows[index] = { name = each.name, path = relative(self, each.path) }
  end
  write(self, "save_results", id, rows)
end

--- Stores an upload, which is a file in the data folder.
---@param id string
---@param upload bytenite.sandbox.Upload
---@usage saved:save_upload(id, upload)
function SavedJobs:save_upload(id, upload)
  write(self, "save_upload", id, {
    name = upload.name,
    path = relative(self, upload.content.path),
    length = upload.content.length,
    sha256 = upload.sha256,
    completed = upload.completed,
  })
end

--- Removes a job.
---@param id string
---@usage saved:remove_job(id)
function SavedJobs:remove_job(id)
  write_lines(self) -- otherwise they would be written later
  write(self, "remove_job", id)
end

--- Removes all jobs.
---@usage saved:remove_all()
function SavedJobs:remove_all()
  self.lines = {}
  write(self, "remove_all")
end

local function logs_of(lines)
  local logs <const> = { partitioner = lines.partitioner or {}, assembler = lines.assembler or {}, taskrunner = {} }
  for part, list in pairs(lines) do
    if part ~= "partitioner" and part ~= "assembler" then logs.taskrunner[part] = { logs = list } end
  end
  return logs
end

local function upload_of(self, row)
  local path <const> = files.join(self.folder, row.path)
  local file <const> = files.open(path)
  if file == nil then return nil end
  local content <const> = file_contents.file(file, row.length, row.sha256)
  content.path = path
  return { content = content, sha256 = row.sha256, headers = {}, name = row.name, completed = row.completed }
end

local function failed(kept, now)
  local timestamp <const> = clock.timestamp(now)
  local timestamps <const> = {}
  for state, time in pairs(kept.values.stateTimestamps or {}) do
    timestamps[state] = time
  end
  timestamps.JOB_STATE_FAILED = timestamp
  return job.changed(
    kept,
    { state = "JOB_STATE_FAILED", errorMessage = ENDED, endedAt = timestamp, stateTimestamps = timestamps }
  )
end

-- Restores a job.
local function restore_job(self, state, entry, folder)
  local id <const>, kept <const> = entry.id, job.from(entry.values)
  state.jobs:put(id, kept)
  if job.is_draft(kept) then
    state.uploads[id] = entry.uploads and upload_of(self, entry.uploads)
    return
  end
  state.logs[id] = logs_of(entry.lines)
  local results <const> = {}
  for index, row in ipairs(entry.results or {}) do
    results[index] = { name = row.name, path = files.join(self.folder, row.path) }
  end
  state.results[id] = result_files.of(results)
  if job.is_final(kept) then return end
  leftover_processes.kill(folder)
  files.remove(folder)
  local ended <const> = failed(kept, state:now())
  state.jobs:put(id, ended)
  self:save_job(id, ended)
end

--- Restores all jobs, and kills leftover processes of jobs that were running.
---@param state bytenite.sandbox.State
---@param folder_of fun(id: string): string the folder of a job
---@usage saved:restore(state, folder_of)
function SavedJobs:restore(state, folder_of)
  for _, entry in ipairs(self.database:load()) do
    restore_job(self, state, entry, folder_of(entry.id))
  end
end

--- Writes the remaining lines and closes the database.
---@usage saved:close()
function SavedJobs:close()
  if self.is_closed then return end
  write_lines(self)
  self.is_closed = true
  self.database:close()
end

return saved_jobs
