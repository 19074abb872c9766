--- transfers.lua: the commands that move files: upload, results.
local bytenite <const> = require "bytenite"
local command_errors <const> = require "bytenite.command.command_errors"
local download_bars <const> = require "bytenite.command.download_bars"
local dry_run <const> = require "bytenite.command.dry_run"
local input <const> = require "bytenite.command.input"
local piped_input <const> = require "bytenite.command.piped_input"
local progress <const> = require "bytenite.command.progress"
local several_jobs <const> = require "bytenite.command.several_jobs"
local display <const> = require "bytenite.command.display"

local transfers <const> = {}

--- Uploads a job's input, with a progress bar.
---@param context table
---@param job table
---@param source any as job:upload takes it
---@param size integer|nil bytes, if the source has no size of its own
---@return table # the job
function transfers.upload(context, job, source, size)
  local bar <close> = progress.bytes(context.console, "uploading")
  return assert(job:upload(source, { on_progress = bar.update_bytes, size = size }))
end

--- Downloads a job's results, with a progress bar for all files and one for each.
---@param context table
---@param job table
---@param folder string
---@param given table the command's options: only, the name of a single result; existing;
---   concurrency
---@return table # a list of {name, path, size}
function transfers.download(context, job, folder, given)
  local bars <close> = download_bars.start(context.console)
  local files <const>, problem <const> = job:download(folder, {
    result = given.only,
    existing = given.existing,
    concurrency = given.concurrency,
    on_progress = bars.update,
  })
  return files or error(problem, 0)
end

--- Adds the options of downloading.
---@param command table of argparse
---@param help string of --download
function transfers.define_download(command, help)
  command:option("--download", help):argname "DIR"
  command
    :option("--existing", "What --download does with existing files: error (the default), skip or replace.")
    :choices({ "error", "skip", "replace" })
    :argname "WHAT"
  command
    :option("--concurrency", "Number of files that --download fetches at once (default: 8).")
    :convert(input.positive "--concurrency")
    :argname "N"
end

--- Raises a mistake if an option of downloading is given without --download.
---@param given table the command's options
function transfers.check_download(given)
  command_errors.check_useful(given, given.download, "--download", "--existing", "--concurrency")
end

local upload <const> = {
  name = "upload",
  prints_jobs = true,
  summary = "Upload a job's input.",
  description = "Uploads a job's input. The job must be a draft whose data source is file.\n"
    .. "Storage needs the length in advance. Without --size, standard input and pipes are therefore\n"
    .. "copied to a temporary file of at most 1 GiB, which is removed however the program ends.",
  examples = {
    "bytenite set-datasource ID --source file && bytenite upload ID input.zip",
    "tar c images | bytenite upload ID -",
    "curl -s https://example.org/video | bytenite upload ID - --size 1073741824",
  },
  define = function(command)
    command:argument("id", "The job's id."):argname "ID"
    command:argument("path", "The file to send; - for stdin."):argname "PATH"
    command
      :option("--size", "Size of standard input or a pipe in bytes, to send it without a copy.")
      :convert(input.count "--size")
      :argname "BYTES"
    dry_run.define(command)
  end,
  run = function(context, given)
    if given.dry_run then
      local completed <const> = dry_run.request(context, "upload_completed", given.id)
      return dry_run.print(context.console, { dry_run.upload(given.path), completed })
    end
    local job <const> = assert(context.client():get_job(given.id))
    local opened <close> = piped_input.open(given.path, given.size)
    display.show_job(context.console, transfers.upload(context, job, opened.source, opened.size))
  end,
}

-- Returns the results, or a list with the one of that name; or nil and a failure.
local function results_of(job, only)
  local results <const>, problem <const> = job:results()
  if not results then return nil, problem end
  if not only then return results end
  for _, result in ipairs(results) do
    if result.name == only then return { result } end
  end
  local _ <const>, failure <const> = pcall(command_errors.raise, "not_found", ("the job has no result %q"):format(only))
  return nil, failure
end

-- Returns the rows to show for a job: its results, or the downloaded files; or nil and a failure.
-- With several jobs each has a folder of its own.
local function rows_of(context, given, job)
  if not given.download then return results_of(job, given.only) end
  local folder <const> = #given.ids > 1 and ("%s/%s"):format(given.download, job.id) or given.download
  local ok <const>, files <const> = pcall(transfers.download, context, job, folder, given)
  if ok then return files end
  return nil, files
end

local results <const> = {
  name = "results",
  summary = "List the results of jobs, or download them.",
  examples = {
    "bytenite results ID",
    "bytenite results ID --download out",
    "bytenite results ID --download out --only out_0/file.mp4",
    "bytenite results ID --download out --existing skip --concurrency 16",
    "bytenite results ID ID --download out # out/ID/...",
  },
  define = function(command)
    several_jobs.define(command)
    transfers.define_download(command, "Download them into this folder, which is created if it is missing.")
    command:option("--only", "Only the result with this name."):argname "NAME"
  end,
  run = function(context, given)
    transfers.check_download(given)
    local console <const> = context.console
    local show <const> = given.download and display.files or display.results
    local all <const> = {}
    several_jobs.each(context, several_jobs.from_ids(context, given.ids), function(job)
      local rows <const>, problem <const> = rows_of(context, given, job)
      for _, row in ipairs(rows or {}) do
        if #given.ids > 1 then row.jobId = job.id end
        all[#all + 1] = row
      end
      return rows, problem
    end, function(values)
      if console.json then return console:value(bytenite.array(all)) end
      if #all == 0 then
        if #values == #given.ids then console:say "no results" end -- else the failures are printed
        return
      end
      show(console, all, #given.ids > 1)
    end)
  end,
}

transfers.commands = { upload, results }

return transfers
