--- transfers.lua: the commands that move files: upload, results.
local bytenite <const> = require "bytenite"
local command_errors <const> = require "bytenite.command.command_errors"
local progress <const> = require "bytenite.command.progress"
local display <const> = require "bytenite.command.display"

local transfers <const> = {}

--- Uploads a job's input, with a bar.
---@param context table
---@param job table
---@param path string
---@return table # the job
function transfers.upload(context, job, path)
  local told <close> = progress.bytes(context.console, "uploading")
  return assert(job:upload(path, { on_progress = told.update_bytes }))
end

--- Fetches a job's results, with a bar for each.
---@param context table
---@param job table
---@param folder string
---@param only string|nil the name of the one that is wanted
---@return table # a list of {name, path, size}
function transfers.download(context, job, folder, only)
  local told
  local name
  local function follow(done, total, file)
    if file ~= name then
      if told then told:finish() end
      told, name = progress.bytes(context.console, file), file
    end
    told.update_bytes(done, total)
  end
  local files <const>, problem <const> = job:download(folder, { result = only, on_progress = follow })
  if told then told:finish() end
  return files or error(problem, 0)
end

local upload <const> = {
  name = "upload",
  summary = "Upload a job's input.",
  description = "Uploads a job's input. The job must be a draft whose data source is file.",
  examples = { "bytenite set-datasource ID --source file && bytenite upload ID input.zip" },
  define = function(command)
    command:argument("id", "The job's id."):argname "ID"
    command:argument("path", "The file to send."):argname "PATH"
  end,
  run = function(context, given)
    local job <const> = assert(context.client():get_job(given.id))
    display.show_job(context.console, transfers.upload(context, job, given.path))
  end,
}

-- The results, or the one of a name.
local function results_of(job, only)
  local results <const> = assert(job:results())
  if not only then return results end
  for _, result in ipairs(results) do
    if result.name == only then return { result } end
  end
  command_errors.raise("not_found", ("the job has no result %q"):format(only))
end

local results <const> = {
  name = "results",
  summary = "List a job's results, or download them.",
  examples = {
    "bytenite results ID",
    "bytenite results ID --download out",
    "bytenite results ID --download out --only out_0/file.mp4",
  },
  define = function(command)
    command:argument("id", "The job's id."):argname "ID"
    command:option("--download", "Fetch them into this folder, which is made when it is missing."):argname "DIR"
    command:option("--only", "Only the result of this name."):argname "NAME"
  end,
  run = function(context, given)
    local console <const> = context.console
    local job <const> = context.client():job(given.id)
    local rows, show
    if given.download then
      rows, show = transfers.download(context, job, given.download, given.only), display.files
    else
      rows, show = results_of(job, given.only), display.results
    end
    if console.json then return console:value(bytenite.array(rows)) end
    if #rows == 0 then return console:say "no results" end
    show(console, rows)
  end,
}

transfers.commands = { upload, results }

return transfers
