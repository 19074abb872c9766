--- Runs the program of a block for a job: sets the contract's environment, writes the output to the
--- job's logs, and stops the program at its time limit or when the job ends.
local clock <const> = require "bytenite.sandbox.base.clock"
local files <const> = require "bytenite.sandbox.runner.files"

local programs = {}

local SIGNALS <const> = {
  [4] = "SIGILL",
  [6] = "SIGABRT",
  [7] = "SIGBUS",
  [8] = "SIGFPE",
  [9] = "SIGKILL",
  [11] = "SIGSEGV",
  [13] = "SIGPIPE",
  [15] = "SIGTERM",
  [24] = "SIGXCPU",
  [25] = "SIGXFSZ",
}
local MOST_SHOWN <const> = 200 -- bytes of the last line in a message

--- Makes a function that writes lines to a part of a job's logs.
---@param run bytenite.sandbox.JobRun
---@param list table[] lines of the logs
---@param part string "partitioner", "assembler" or the id of a task
---@return fun(text: string, level: string)
---@usage local put = programs.writer(run, run.logs.partitioner, "partitioner")
function programs.writer(run, list, part)
  return function(text, level)
    if run.lines_left == 0 then return end
    run.lines_left = run.lines_left - 1
    local timestamp <const> = clock.timestamp(run.runner.state:now())
    local line <const> = { log = text, timestamp = timestamp, level = level, container = "main" }
    if run.lines_left == 0 then
      line.log, line.level = "the job's logs are full: further lines are dropped", "WARN"
    end
    list[#list + 1] = line
    run.runner:log_line(run.id, part, line)
  end
end

local function environment_of(run, folder, variables)
  local caches <const> = run.runner.caches
  local list <const> = {
    "PATH=" .. run.runner.path,
    "HOME=" .. files.join(folder, "tmp"),
    "TMPDIR=" .. files.join(folder, "tmp"),
    "SHARED_CACHE_DIR=" .. files.join(caches, "shared"),
    "USER_CACHE_DIR=" .. files.join(caches, "user"),
  }
  for name, value in pairs(variables) do
    list[#list + 1] = name .. "=" .. value
  end
  return list
end

local function ending_of(process, limit)
  if process.stop_reason == "timeout" then return ("it took longer than taskTimeout, %d s"):format(limit) end
  if process.stop_reason then return process.stop_reason end
  if process.signal ~= 0 then return ("it was ended by signal %s"):format(SIGNALS[process.signal] or process.signal) end
  if process.status ~= 0 then return ("it exited with status %d"):format(process.status) end
  return nil
end

--- Runs a block's program to its end.
---@param run bytenite.sandbox.JobRun
---@param block bytenite.sandbox.Block
---@param what table `folder` (of the run), `variables` (of the environment), `lines` (receives the
--- output), `limit` (seconds, or nil)
---@return boolean|nil succeeded
---@return string|nil problem the reason if it failed
---@usage local succeeded, problem = programs.execute(run, block, what)
function programs.execute(run, block, what)
  local runner <const> = run.runner
  local made <const>, unmade <const> = files.make(files.join(what.folder, "tmp"))
  if not made then return nil, unmade end
  local places <const> = { dir = what.folder, cache = runner.caches, seconds = what.limit or run.job_timeout }
  local words <const>, missing <const> = runner.launcher:command(block, places)
  if words == nil then return nil, missing end
  local lines <const> = what.lines
  local process <const>, unstarted <const> = runner.processes:start(
    words,
    environment_of(run, what.folder, what.variables),
    what.folder,
    function(piece)
      lines:add(piece)
    end
  )
  if process == nil then return nil, ("it cannot be started: %s"):format(unstarted) end
  run.live[process] = true
  process:wait(what.limit and runner.monotime() + what.limit)
  run.live[process] = nil
  lines:finish()
  local ending <const> = ending_of(process, what.limit)
  if ending == nil then return true end
  local last <const> = lines.last
  if process.stop_reason or last == "" then return nil, ending end
  return nil, ("%s: %s"):format(ending, last:gsub("^%s+", ""):sub(1, MOST_SHOWN))
end

return programs
