--- logs.lua: the command `logs`: shows the logs of jobs, with --follow while the jobs run.
local bytenite <const> = require "bytenite"
local command_errors <const> = require "bytenite.command.command_errors"
local input <const> = require "bytenite.command.input"
local json_output <const> = require "bytenite.command.json_output"
local log_follower <const> = require "bytenite.command.log_follower"
local printable <const> = require "bytenite.base.printable"
local several_jobs <const> = require "bytenite.command.several_jobs"

local LEVEL_COLOURS <const> =
  { WARN = "yellow", ERROR = "red", FATAL = "red", PANIC = "red", DEBUG = "dim", TRACE = "dim" }

local INTERVAL <const> = 2 -- seconds between requests
local SHORT_ID <const> = 8 -- characters of an id that a terminal shows
local MOST_FAILURES <const> = 5 -- requests in a row that may fail, as in jobs/wait.lua

local function origin(console, service, task_id)
  local name <const> = service:lower()
  if not task_id then return name end
  return ("%s/%s"):format(name, console.out.is_terminal and task_id:sub(1, SHORT_ID) or task_id)
end

local function text_of(value)
  return type(value) == "string" and value or ""
end

-- Returns the lines in a log line: on a terminal, "\r" ends a line too, since programs redraw their
-- progress bars with it. Elsewhere the text stays unchanged.
local function lines_of(console, log)
  if not console.out.is_terminal then return { (log:gsub("[\r\n]+$", "")) } end
  local lines <const> = {}
  for line in log:gmatch "[^\r\n]+" do
    lines[#lines + 1] = line
  end
  return lines
end

-- Writes a log line for people, on several lines if it has "\r". `prefix` names the job if there
-- are several.
local function show(console, prefix, line, service, task_id)
  local level <const> = text_of(line.level)
  for _, log in ipairs(lines_of(console, text_of(line.log))) do
    local told <const> = ("%s%s %-7s %s  %s"):format(
      prefix,
      text_of(line.timestamp),
      level,
      origin(console, service, task_id),
      log
    )
    console:write(console:paint(LEVEL_COLOURS[level], console:shown(told)), "\n")
  end
end

-- Writes a log line as a line of JSON: the service's members and the origin of the line.
local function show_json(console, job_id, line, service, task_id)
  local told <const> = { jobId = job_id, service = service, taskId = task_id }
  for name, value in pairs(line) do
    told[name] = value
  end
  local json <const> = json_output.line(told)
  console:write(console.out.is_terminal and printable.json(json) or json, "\n")
end

-- Returns the function that writes the lines of a job.
local function writer_for(console, id, is_one_of_many)
  if console.json then
    local job_id <const> = is_one_of_many and id or nil
    return function(...)
      show_json(console, job_id, ...)
    end
  end
  local prefix <const> = is_one_of_many and id:sub(1, SHORT_ID) .. " " or ""
  return function(...)
    show(console, prefix, ...)
  end
end

-- Returns a function that passes lines to `write` if they are not older than a time. A line without
-- a timestamp has the time of the line before it.
local function since(moment, write)
  local is_old = false
  return function(line, ...)
    local seconds <const> = bytenite.time(text_of(line.timestamp))
    if seconds then is_old = seconds < moment end
    if not is_old then write(line, ...) end
  end
end

-- Returns two functions: the first keeps the last `count` lines until `release`, the second, is
-- called; after that it passes every line to `write`.
local function tail(count, write)
  local kept <const>, is_released = {}, false
  local last = 0
  local function keep(...)
    if is_released then return write(...) end
    if count == 0 then return end
    last = last + 1
    kept[last % count] = table.pack(...)
  end
  local function release()
    is_released = true
    for index = math.max(1, last - count + 1), last do
      local line <const> = kept[index % count]
      write(table.unpack(line, 1, line.n))
    end
  end
  return keep, release
end

-- Builds the chain that the lines of a job pass through: --since, then --tail, then the writer.
local function pass_through(followed, given)
  local write <const> = followed.write
  followed.shown = 0
  function followed.write(...)
    followed.shown = followed.shown + 1
    write(...)
  end
  followed.release = function() end
  if given.tail then
    followed.write, followed.release = tail(given.tail, followed.write)
  end
  if given.since then followed.write = since(given.since, followed.write) end
end

-- Shows the new lines of a response. Returns their number.
local function show_new(followed, next_line)
  local new <const> = followed.follower:show_new(next_line, followed.write)
  followed.release()
  followed.release = function() end
  return new
end

local function list_or_nil(values)
  return #values > 0 and values or nil
end

local function upper(value)
  return value:upper()
end

-- Fetches a job's logs once and shows the new lines. Refreshes the job first, so that it misses no
-- last lines. Returns whether more lines may follow; or nil and an error.
local function look(console, followed)
  if not followed.has_ended then
    local seen <const>, problem <const> = followed.job:refresh()
    if not seen then return nil, problem end
    followed.has_ended = followed.job:is_final()
  end
  local next_line <const>, reason <const> = followed.job:logs(followed.filters)
  if not next_line then return nil, reason end
  local new <const> = show_new(followed, next_line)
  console.flush()
  return not followed.has_ended or new > 0 -- lines may arrive after the end: continue until there are none
end

-- Like `look`, but tolerates retryable errors for some time. Returns whether more lines may follow.
-- Raises all other errors, and an error that persists.
local function look_patiently(console, followed)
  local has_more <const>, problem <const> = look(console, followed)
  if not problem then
    followed.failures, followed.pause = 0, 0
    return has_more
  end
  followed.failures = followed.failures + 1
  if not problem.retryable or followed.failures >= MOST_FAILURES then error(problem, 0) end
  if followed.failures == 1 then console:say("trying again: %s", tostring(problem)) end
  followed.pause = problem.retry_after or 0
  return true
end

-- Shows new lines until all jobs have ended.
local function follow(context, all, interval)
  local active = all
  while #active > 0 do
    local still <const> = {}
    local pause = 0
    for _, followed in ipairs(active) do
      if look_patiently(context.console, followed) then still[#still + 1] = followed end
      pause = math.max(pause, followed.pause)
    end
    active = still
    if #active > 0 then context.sleep(math.max(interval, pause)) end
  end
end

local logs <const> = {
  name = "logs",
  summary = "Show the logs of jobs.",
  description = "Shows the logs of jobs, each in order of time. With --json each line is an object.\n"
    .. "With --follow, late lines are shown when they arrive; an outage of the service does not end it.\n"
    .. "Times are compared with the clock of this machine.",
  examples = {
    "bytenite logs ID",
    "bytenite logs ID --follow --service taskrunner",
    "bytenite logs ID --tail 20 --follow",
    "bytenite logs ID --since 10m",
    "bytenite logs ID --level error --level fatal",
  },
  define = function(command)
    several_jobs.define(command)
    command:flag("-f --follow", "Print new lines until the jobs have ended.")
    command
      :option("--interval", "Seconds between requests with --follow (default: 2).")
      :convert(input.seconds "--interval")
      :argname "S"
    command
      :option("--tail", "Only the last N lines of each job; with --follow, new lines too.")
      :convert(input.count "--tail")
      :argname "N"
    command
      :option("--since", "Only lines of the last 10m, 2h30m or 3d, or since a time such as 2025-08-27T17:56:02Z.")
      :convert(input.moment "--since")
      :argname "WHEN"
    command
      :option("--level", "Only this level: TRACE, DEBUG, INFO, WARN, ERROR, ... May be repeated.")
      :convert(input.log_level)
      :argname("LEVEL")
      :count "*"
    command
      :option("--service", "Only this service: PARTITIONER, ASSEMBLER or TASKRUNNER. May be repeated.")
      :target("services") -- "service" is an option of all commands, which this one hides
      :convert(upper)
      :argname("SERVICE")
      :count "*"
    command:option("--task", "Only the task with this id. May be repeated."):argname("ID"):count "*"
  end,
  run = function(context, given)
    command_errors.check_useful(given, given.follow, "--follow", "--interval")
    local console <const> = context.console
    local filters <const> = {
      levels = list_or_nil(given.level),
      services = list_or_nil(given.services),
      taskIds = list_or_nil(given.task),
    }
    local jobs <const> = several_jobs.from_ids(context, given.ids)
    local all <const> = {}
    for index, job in ipairs(jobs) do
      all[index] = {
        job = job,
        filters = filters,
        write = writer_for(console, job.id, #jobs > 1),
        follower = log_follower.new(),
        has_ended = false,
        failures = 0,
        pause = 0,
      }
      pass_through(all[index], given)
    end
    if given.follow then return follow(context, all, given.interval or INTERVAL) end
    local count = 0
    several_jobs.each(context, jobs, function(job, index)
      local next_line <const>, problem <const> = job:logs(filters)
      if not next_line then return nil, problem end
      show_new(all[index], next_line)
      count = count + all[index].shown
      return true
    end)
    if count == 0 then console:say "no lines" end
  end,
}

return { logs }
