--- logs.lua: a job's logs. The service returns them in parts, one for each service and task; this
--- module merges them into one sequence, ordered by time.
local responses <const> = require "bytenite.call.responses"
local call <const> = require "bytenite.call"
local validate <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"
local time <const> = require "bytenite.base.time"

local logs <const> = {}

-- Returns a part of a response: an empty table if it is null or missing, nil if it has the wrong
-- type.
local function content_of(part, is_list)
  if part == nil or part == core.null then return {} end
  if type(part) ~= "table" or core.is_array(part) ~= is_list then return nil end
  return part
end

-- Returns the parts of the response, {lines, service, task_id}. Lines with equal timestamps keep
-- the order of their parts.
local function parts_of(response)
  local tasks <const> = content_of(response.taskrunner, false)
  if not tasks then return nil end
  local parts <const> = { { lines = response.partitioner, service = "PARTITIONER" } }
  local ids <const> = {}
  for id in pairs(tasks) do
    ids[#ids + 1] = id
  end
  table.sort(ids)
  for _, id in ipairs(ids) do
    local task <const> = content_of(tasks[id], false)
    if not task then return nil end
    parts[#parts + 1] = { lines = task.logs, service = "TASKRUNNER", task_id = id }
  end
  parts[#parts + 1] = { lines = response.assembler, service = "ASSEMBLER" }
  return parts
end

local function exact_time(line)
  if type(line.timestamp) ~= "string" then return nil end
  return time.exact(line.timestamp)
end

-- Gives each line without a timestamp the time of the line before it, so that sorting keeps the two
-- together. Lines before the first timestamp of a part get the time of that timestamp.
local function fill_times(entries, first)
  local seconds, fraction = math.mininteger, 0
  for index = first, #entries do
    if entries[index].seconds then
      seconds, fraction = entries[index].seconds, entries[index].fraction
      break
    end
  end
  for index = first, #entries do
    local entry <const> = entries[index]
    if entry.seconds then
      seconds, fraction = entry.seconds, entry.fraction
    else
      entry.seconds, entry.fraction = seconds, fraction
    end
  end
end

-- Adds the lines of a part to the entries. Returns false if the part holds anything but lines.
local function add_part(entries, part)
  local lines <const> = content_of(part.lines, true)
  if not lines then return false end
  local first <const> = #entries + 1
  for _, line in ipairs(lines) do
    if line ~= core.null then
      if type(line) ~= "table" or core.is_array(line) then return false end
      local seconds <const>, fraction <const> = exact_time(line)
      entries[#entries + 1] = { line = line, part = part, seconds = seconds, fraction = fraction, place = #entries }
    end
  end
  fill_times(entries, first)
  return true
end

local function is_before(one, other)
  if one.seconds ~= other.seconds then return one.seconds < other.seconds end
  if one.fraction ~= other.fraction then return one.fraction < other.fraction end
  return one.place < other.place
end

-- Decodes `{partitioner, assembler, taskrunner}` into an iterator function, which releases each
-- line that it returns.
local function decode_logs(exchange)
  local response <const>, kind <const>, message <const> = responses.object(exchange)
  if not response then return nil, kind, message end
  local entries <const> = {}
  local parts <const> = parts_of(response)
  local are_lines = parts ~= nil
  for _, part in ipairs(parts or {}) do
    are_lines = are_lines and add_part(entries, part)
  end
  if not are_lines then return nil, "unexpected", "the response does not hold logs" end
  table.sort(entries, is_before)
  local index = 0
  return function()
    index = index + 1
    local entry <const> = entries[index]
    if not entry then return nil end
    entries[index] = false
    return entry.line, entry.part.service, entry.part.task_id
  end
end

local plan <const> = { operation = core.operations.logs, decode_response = decode_logs }

local function list(where, value)
  return validate.type(where, value, "table")
end

local wanted <const> = { taskIds = list, levels = list, services = list }
local wanted_of <const> = { taskIds = list, levels = list, services = list, jobId = validate.segment }

-- Fetches the logs. Sends [] for a list that is not set, which selects everything.
local function fetch(client, id, chosen, options)
  local body <const> = { jobId = id }
  for name in pairs(wanted) do
    body[name] = chosen[name] or core.array {}
  end
  return call.run(client, plan, nil, body, options)
end

--- Implements `client:logs`.
function logs.of_query(client, query, options)
  local chosen <const> = validate.options("logs", validate.type("logs: query", query, "table"), wanted_of, "member")
  if not chosen.jobId then validate.raise "logs: jobId is required" end
  return fetch(client, chosen.jobId, chosen, options)
end

--- Implements `job:logs`. The caller has checked the id.
function logs.of_job(client, id, filters, options)
  return fetch(client, id, validate.options("logs", filters, wanted, "member"), options)
end

return logs
