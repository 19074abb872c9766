--- logs.lua: the command that shows what a job says, also while it says it.
local json_output <const> = require "bytenite.command.json_output"
local input <const> = require "bytenite.command.input"

local LEVEL_COLOURS <const> =
  { WARN = "yellow", ERROR = "red", FATAL = "red", PANIC = "red", DEBUG = "dim", TRACE = "dim" }

local SHORT_ID <const> = 8 -- characters of a task's id that a terminal shows

local function origin(console, service, task_id)
  local name <const> = service:lower()
  if not task_id then return name end
  return ("%s/%s"):format(name, console.out.is_terminal and task_id:sub(1, SHORT_ID) or task_id)
end

local function text_of(value)
  return type(value) == "string" and value or ""
end

-- Programs draw over their progress bars with "\r": what is drawn over is a line here. Elsewhere
-- than on a terminal the text stays as it is.
local function lines_of(console, log)
  if not console.out.is_terminal then return { (log:gsub("[\r\n]+$", "")) } end
  local lines <const> = {}
  for line in log:gmatch "[^\r\n]+" do
    lines[#lines + 1] = line
  end
  return lines
end

local function show(console, line, service, task_id)
  local level <const> = text_of(line.level)
  for _, log in ipairs(lines_of(console, text_of(line.log))) do
    local told <const> = ("%s %-7s %s  %s"):format(
      text_of(line.timestamp),
      level,
      origin(console, service, task_id),
      log
    )
    console:write(console:paint(LEVEL_COLOURS[level], console:shown(told)), "\n")
  end
end

-- A line of JSON for a line: the service's members, and where it comes from.
local function show_json(console, line, service, task_id)
  local told <const> = { service = service, taskId = task_id }
  for name, value in pairs(line) do
    told[name] = value
  end
  console:write(json_output.line(told), "\n")
end

-- Shows what was not there before. The service gives all lines each time; those of one origin keep
-- their order.
local function show_new(console, next_line, seen)
  local counts <const> = {}
  local write <const> = console.json and show_json or show
  for line, service, task_id in next_line do
    local key <const> = ("%s/%s"):format(service, task_id or "")
    counts[key] = (counts[key] or 0) + 1
    if counts[key] > (seen[key] or 0) then write(console, line, service, task_id) end
  end
  for key, count in pairs(counts) do
    seen[key] = math.max(count, seen[key] or 0)
  end
  console.flush()
end

local function list_or_nil(values)
  return #values > 0 and values or nil
end

local function upper(value)
  return value:upper()
end

-- Shows new lines until the job has ended: it is looked at before its lines are, so that the last
-- ones are not missed.
local function follow(context, job, fetch, interval, seen)
  while true do
    assert(job:refresh())
    local has_ended <const> = job:is_final()
    show_new(context.console, fetch(), seen)
    if has_ended then return end
    context.sleep(interval)
  end
end

local logs <const> = {
  name = "logs",
  summary = "Show a job's logs.",
  description = "Shows a job's logs in the order of time. With --json each line is an object.",
  examples = {
    "bytenite logs ID",
    "bytenite logs ID --follow --service taskrunner",
    "bytenite logs ID --level error --level fatal",
  },
  define = function(command)
    command:argument("id", "The job's id."):argname "ID"
    command:flag("-f --follow", "Go on until the job has ended.")
    command
      :option("--interval", "Seconds between looks with --follow.", "2")
      :convert(input.seconds "--interval")
      :argname "S"
    command
      :option("--level", "Only this level: TRACE, DEBUG, INFO, WARN, ERROR, ... May be repeated.")
      :convert(upper)
      :argname("LEVEL")
      :count "*"
    command
      :option("--service", "Only this service: PARTITIONER, ASSEMBLER or TASKRUNNER. May be repeated.")
      :target("services") -- "service" is that of all commands, which this hides
      :convert(upper)
      :argname("SERVICE")
      :count "*"
    command:option("--task", "Only the task of this id. May be repeated."):argname("ID"):count "*"
  end,
  run = function(context, given)
    local job <const> = context.client():job(given.id)
    local filters <const> = {
      levels = list_or_nil(given.level),
      services = list_or_nil(given.services),
      taskIds = list_or_nil(given.task),
    }
    local function fetch()
      return assert(job:logs(filters))
    end
    if given.follow then return follow(context, job, fetch, given.interval, {}) end
    local seen <const> = {}
    show_new(context.console, fetch(), seen)
    if next(seen) == nil then context.console:say "no lines" end
  end,
}

return { logs }
