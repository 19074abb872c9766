--- submit.lua: the command `submit`: creates a job from a file and runs it.
local bytenite <const> = require "bytenite"
local command_errors <const> = require "bytenite.command.command_errors"
local dry_run <const> = require "bytenite.command.dry_run"
local input <const> = require "bytenite.command.input"
local piped_input <const> = require "bytenite.command.piped_input"
local progress <const> = require "bytenite.command.progress"
local run_commands <const> = require "bytenite.command.commands.run"
local transfers <const> = require "bytenite.command.commands.transfers"
local updates <const> = require "bytenite.command.commands.updates"
local display <const> = require "bytenite.command.display"

-- Returns the job in the file, changed by the options.
local function job_of(given)
  local new <const> = input.read_object(given.file)
  new.name = given.name or new.name
  new.dataSource = input.complete_source(new.dataSource)
  new.dataDestination = input.complete_source(new.dataDestination)
  updates.add_sources(new, given)
  if given.upload then
    new.upload = given.upload
    new.dataSource = new.dataSource or bytenite.datasource.file()
  end
  if #given.param > 0 then
    if type(new.params) ~= "table" then new.params = {} end
    input.set_params(new.params, given.param)
  end
  return new
end

local function draft(context, given, new)
  local upload <const> = new.upload
  new.upload = nil
  local client <const> = context.client()
  local job <const> = assert(input.blame(given.file, client.create_job, client, new))
  context.console:job_created(job.id)
  if upload then transfers.upload(context, job, upload) end
  return job
end

local function submit(context, given, new)
  local bar <close> = new.upload and progress.bytes(context.console, "uploading") or nil
  local options <const> = {
    on_progress = bar and bar.update_bytes,
    on_created = function(job)
      context.console:job_created(job.id)
    end,
  }
  local client <const> = context.client()
  local job <const> = assert(input.blame(given.file, client.submit, client, new, options))
  if bar then bar:finish() end
  context.console:say("job %s is running", job.id)
  return job
end

-- Prints the requests for --dry-run.
local function print_requests(context, given, new)
  local requests
  if given.draft then
    local body <const> = {}
    for name, value in pairs(new) do
      if name ~= "upload" then body[name] = value end
    end
    requests = { input.blame(given.file, dry_run.request, context, "create_job", nil, body) }
  else
    requests = input.blame(given.file, dry_run.submission, context, new)
  end
  dry_run.print(context.console, requests)
end

local DESCRIPTION <const> = [[
Creates a job, sets it up, uploads its input and runs it. The file holds JSON, or Lua that returns a table
(with the module in the global `bytenite`): templateId, and optionally name, description, dataSource,
dataDestination, params, config and upload (a path, relative to the working directory). A Lua file can require
installed modules only; to require files next to it, name their folder in LUA_PATH, as an absolute path.
]] .. updates.SOURCE_HELP

local command <const> = {
  name = "submit",
  prints_jobs = true,
  summary = "Create a job from a file and run it.",
  description = DESCRIPTION,
  examples = {
    "bytenite submit job.json",
    "bytenite submit job.lua --wait --download out",
    'bytenite submit job.json --param app.prompt="A sunset" --upload input.zip',
    'echo \'{"templateId": "img-gen", "name": "Nightly"}\' | bytenite submit - --draft',
  },
  define = function(parser)
    parser:argument("file", "The job: JSON, or Lua if the name ends in .lua; - for JSON on stdin."):argname "FILE"
    parser:option("--name", "The job's name."):argname "NAME"
    updates.define_sources(parser)
    parser
      :option("--param", "GROUP.NAME=VALUE; VALUE is JSON, else text; '\"12\"' is text. May be repeated.")
      :argname("SETTING")
      :count "*"
    parser:option("--upload", "A file to upload as the job's input; - for stdin."):argname "PATH"
    parser:flag("--draft", "Create the job, but do not run it.")
    parser:flag("--wait", "Wait until the job ends.")
    run_commands.define_waiting(parser)
    transfers.define_download(parser, "Wait, then download the results into this folder.")
    dry_run.define(parser)
  end,
  run = function(context, given)
    if given.draft and (given.wait or given.download) then
      command_errors.usage "submit: --draft does not run the job, so there is nothing to wait for"
    end
    transfers.check_download(given)
    run_commands.check_waiting(given, given.wait or given.download, "--wait or --download")
    if given.file == "-" and given.upload == "-" then
      command_errors.usage "submit: FILE and --upload cannot both be standard input"
    end
    local new <const> = job_of(given)
    if given.dry_run then return print_requests(context, given, new) end
    local opened <close> = given.upload and piped_input.open(given.upload) or nil
    if opened then new.upload = opened.source end
    local job <const> = (given.draft and draft or submit)(context, given, new)
    if given.wait or given.download then assert(run_commands.wait(context, job, given)) end
    local files <const> = given.download and transfers.download(context, job, given.download, given)
    display.show_job(context.console, job)
    if files and not context.console.json then display.files(context.console, files) end
  end,
}

return { command }
