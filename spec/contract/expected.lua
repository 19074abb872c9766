--- What the module must return for a response, according to the contract.
local bytenite <const> = require "bytenite"
local contract <const> = require "spec.contract.init"
local core <const> = require "bytenite.core"
local decoded_values <const> = require "spec.contract.decoded_values"

local expected = {}

local null <const> = bytenite.null

local function described(problem)
  return type(problem) == "table" and tostring(problem) or ("nil, %s"):format(tostring(problem))
end

local function right(type_text, wire, got)
  return decoded_values.problem(contract.objects, type_text, wire, got)
end

local function must_fail(got, problem)
  if got ~= nil then return "taken for a success" end
  if type(problem) ~= "table" or problem.kind ~= "unexpected" then return "not unexpected: " .. described(problem) end
end

-- By the type of the result: functions that return the problem with a call's result, or nil.
local by_result = {}

local function has(value)
  return value ~= nil and value ~= null
end

-- A job keeps its id if the response has none, and gets the template from the response next to it.
function by_result.JobResponse(wire, got, problem, id)
  local job <const> = wire.job
  if type(job) ~= "table" or not (has(job.id) or id) then return must_fail(got, problem) end
  if got == nil then return described(problem) end
  if not has(job.id) then job.id = id end
  if not has(job.templateInfo) then job.templateInfo = wire.templateInfo end
  return right("Job", job, got)
end

function by_result.GenericResponse(wire, got, problem)
  if wire.ok == false then return must_fail(got, problem) end
  if got ~= true and type(got) ~= "table" then return described(problem) end
end

-- A page has both members, even if the response does not.
local function page(type_text)
  return function(wire, got, problem)
    if got == nil then return described(problem) end
    if not core.is_array(got.data) or type(got.pagination) ~= "table" then return "no page" end
    for _, name in ipairs { "data", "pagination" } do
      if not has(wire[name]) then wire[name] = {} end
    end
    return right(type_text, wire, got)
  end
end

by_result.JobPage = page "JobPage"
by_result.TemplatePage = page "TemplatePage"

-- The call returns one member of the response; empty if that is missing.
local function member(name, type_text)
  return function(wire, got, problem)
    if got == nil then return described(problem) end
    return right(type_text, wire[name] ~= null and wire[name] or {}, got)
  end
end

by_result.JobResults = member("results", "[JobResult]")
by_result.RunningTasks = member("jobsRunningTasks", "{integer}")

local function whole(type_text)
  return function(wire, got, problem)
    if got == nil then return described(problem) end
    return right(type_text, wire, got)
  end
end

by_result.ServerInfo = whole "ServerInfo"
by_result.DataSourceInfo = whole "DataSourceInfo"

-- Returns the log lines in a response, with their places.
local function lines_in(wire)
  local all <const> = {}
  local function add(lines, service, task_id)
    for _, line in ipairs(has(lines) and lines or {}) do
      all[#all + 1] = { line = line, service = service, task_id = task_id }
    end
  end
  add(wire.partitioner, "PARTITIONER")
  add(wire.assembler, "ASSEMBLER")
  for id, task in pairs(has(wire.taskrunner) and wire.taskrunner or {}) do
    add(task.logs, "TASKRUNNER", id)
  end
  return all
end

-- Removes a returned line from those that are left.
local function take_line(left, line, service, task_id)
  for index, one in ipairs(left) do
    if one.service == service and one.task_id == task_id and not right("LogLine", one.line, line) then
      return table.remove(left, index)
    end
  end
end

-- Every line must be returned once, in the order of time.
function by_result.Logs(wire, got, problem)
  if got == nil then return described(problem) end
  local left <const> = lines_in(wire)
  local latest = -math.huge
  for line, service, task_id in got do
    if not take_line(left, line, service, task_id) then return "a line that is not in the response" end
    local at <const> = line.timestamp and bytenite.time(line.timestamp) or latest
    if at < latest then return "lines out of order" end
    latest = at
  end
  return #left > 0 and ("%d lines are missing"):format(#left) or nil
end

--- Returns the problem with a call's result for a response with status 200.
---@param result string the type of the row's result
---@param body string of the response
---@param got any the result of the call
---@param problem any its second result
---@param id string|nil the id of the job that the call was about
---@return string|nil # nil if it is right
---@usage local problem = expected.of_success("JobResponse", seen.response, job, nil, job.id)
function expected.of_success(result, body, got, problem, id)
  return by_result[result](decoded_values.decode(body), got, problem, id)
end

--- The kinds of errors by status.
expected.kinds = {
  [400] = "bad_request",
  [401] = "unauthenticated",
  [403] = "permission_denied",
  [404] = "not_found",
  [409] = "conflict",
  [418] = "unexpected",
  [429] = "rate_limited",
  [500] = "internal",
  [501] = "unexpected",
  [503] = "unavailable",
  [504] = "unexpected",
}

-- Returns the text that the message must contain: the whole body if it has neither shape.
local function text_in(wire, body)
  if wire[1] then return body end
  local inner <const> = type(wire.error) == "table" and wire.error or {}
  return inner.description or inner.message or wire.message
end

local function code_in(wire)
  local inner <const> = type(wire.error) == "table" and wire.error or {}
  return math.tointeger(tonumber(inner.code or wire.code))
end

--- Returns the problem with the error of a call whose response is an error.
---@param status integer
---@param body string of the response
---@param got any
---@param err any
---@return string|nil # nil if it is right
---@usage local problem = expected.of_error(404, seen.response, nil, err)
function expected.of_error(status, body, got, err)
  if got ~= nil then return "taken for a success" end
  if type(err) ~= "table" then return described(err) end
  local decoded <const> = decoded_values.decode(body)
  local wire <const> = type(decoded) == "table" and decoded or { decoded } -- without the members of either shape
  if err.kind ~= expected.kinds[status] then return ("kind %s"):format(err.kind) end
  if err.status ~= status then return ("status %s"):format(err.status) end
  if err.code ~= code_in(wire) then return ("code %s"):format(err.code) end
  local request_id <const> = wire.requestId ~= "" and wire.requestId or nil
  if err.request_id ~= request_id then return ("request_id %s"):format(err.request_id) end
  local text <const> = text_in(wire, body) or "HTTP " .. status
  if not err.message:find(text, 1, true) then return ("message %q"):format(err.message) end
end

return expected
