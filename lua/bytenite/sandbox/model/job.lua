--- Makes the sandbox's jobs, and prints them for responses.
---
--- Jobs are immutable: an update makes a new job, so that an operation can be computed without
--- taking effect.
local core <const> = require "bytenite.core"

local null <const> = core.null

---@class bytenite.sandbox.Job
---@field values table<string, any> the members by their wire names
---@field course bytenite.sandbox.Course|nil of a job that was run: see `job_timeline`
---@field passed integer|nil number of steps of the course that it has passed
---@field package text string|nil the job as JSON, once it has been printed
local job = {}

-- All members in the order of the service's responses, with the value to print if unset.
local members <const> = {
  { "id", "" },
  { "templateId", "" },
  { "name", "" },
  { "config", null },
  { "priority", "EXECUTION_PRIORITY_UNDEFINED" },
  { "startAt", null },
  { "submittedAt", null },
  { "startedAt", null },
  { "endedAt", null },
  { "regions", null },
  { "state", "JOB_STATE_NEW" },
  { "dataSource", null },
  { "params", null },
  { "dataDestination", null },
  { "duration", 0 },
  { "deletedAt", null },
  { "createdAt", null },
  { "paymentAmount", 0 },
  { "numUnitsEstimation", "0" }, -- 64-bit integers are printed as strings
  { "numChunks", 0 },
  { "errorMessage", "" },
  { "description", "" },
  { "stateTimestamps", {} },
  { "appId", "" },
  { "templateInfo", null },
}

local is_member <const>, unset <const> = {}, {}
for _, member in ipairs(members) do
  is_member[member[1]] = true
  unset[member[1]] = member[2]
end

local DEFAULT_CONFIG <const> = { taskTimeout = 3600, jobTimeout = 86400, isTestJob = true }
local UNSET_CONFIG <const> = { taskTimeout = 0, jobTimeout = 0, isTestJob = false }
local UNSET_PARAMS <const> = { preset = "", partitioner = null, assembler = null, app = null }

-- Copies members. Reads every declared member by name too: some jobs make members when they are
-- read.
local function copy(values)
  local result <const> = {}
  for _, member in ipairs(members) do
    result[member[1]] = values[member[1]]
  end
  for name, value in pairs(values) do
    result[name] = value
  end
  return result
end

-- Returns `base` with `changes` applied; null in `changes` becomes the value in `zeros`.
local function merged(base, changes, zeros)
  local result <const> = copy(type(base) == "table" and base or zeros)
  for name, value in pairs(changes) do
    if value == null then
      result[name] = zeros[name]
    else
      result[name] = value
    end
  end
  return result
end

--- Makes a job with exactly these members.
---@param values table<string, any>
---@param text string|nil the members as JSON text, if it must be printed unchanged
---@return bytenite.sandbox.Job
---@usage local kept = job.from(core.decode(text), text)
function job.from(values, text)
  return { values = values, text = text }
end

--- Makes a draft, with only the members set that every job has.
---@param id string
---@param now string timestamp
---@return bytenite.sandbox.Job
---@usage local draft = job.new(identifiers.uuid(), clock.timestamp(clock.now()))
function job.new(id, now)
  local values <const> = copy(unset)
  values.id = id
  values.config = DEFAULT_CONFIG
  values.createdAt = now
  values.stateTimestamps = { JOB_STATE_NEW = now }
  return job.from(values)
end

--- Returns the job with some members replaced by exactly these values.
---@param old bytenite.sandbox.Job
---@param changes table<string, any>
---@return bytenite.sandbox.Job
---@usage local failed = job.changed(old, { state = "JOB_STATE_FAILED" })
function job.changed(old, changes)
  local values <const> = copy(old.values)
  for name, value in pairs(changes) do
    values[name] = value
  end
  return job.from(values)
end

--- Returns the job after an update. The changes replace members, and the members of config and
--- params one by one; null unsets a member.
---@param old bytenite.sandbox.Job
---@param changes table<string, any> as the readers of `protobuf_json` return them
---@return bytenite.sandbox.Job
---@usage local renamed = job.updated(old, { name = "My Job" })
function job.updated(old, changes)
  local values <const> = copy(old.values)
  for name, value in pairs(changes) do
    if value == null then
      values[name] = unset[name]
    elseif name == "config" then
      values.config = merged(values.config, value, UNSET_CONFIG)
    elseif name == "params" then
      values.params = merged(values.params, value, UNSET_PARAMS)
    else
      values[name] = value
    end
  end
  return job.from(values)
end

--- Returns whether the job may still be changed.
---@param kept bytenite.sandbox.Job
---@return boolean
---@usage if not job.is_draft(kept) then ... end
function job.is_draft(kept)
  local state <const> = kept.values.state
  return state == nil or state == "JOB_STATE_NEW"
end

--- Returns whether the job has ended.
---@param kept bytenite.sandbox.Job
---@return boolean
---@usage if job.is_final(kept) then ... end
function job.is_final(kept)
  local state <const> = kept.values.state
  return state == "JOB_STATE_COMPLETE" or state == "JOB_STATE_FAILED"
end

--- Returns whether jobs have a member with this name.
---@param name string in camelCase
---@return boolean
---@usage job.has_member "createdAt" --> true
function job.has_member(name)
  return is_member[name] == true
end

local function encoded(value)
  local text <const>, problem <const> = core.encode(value)
  if text == nil then error(problem, 0) end
  return text
end

local function object_text(values, skipped)
  local pieces <const> = {}
  for _, member in ipairs(members) do
    local name <const> = member[1]
    if name ~= skipped then
      local value = values[name]
      if value == nil then value = member[2] end
      pieces[#pieces + 1] = ('"%s":%s'):format(name, encoded(value))
    end
  end
  local unknown <const> = {}
  for name in pairs(values) do
    if not is_member[name] then unknown[#unknown + 1] = name end
  end
  table.sort(unknown)
  for _, name in ipairs(unknown) do
    pieces[#pieces + 1] = ("%s:%s"):format(encoded(name), encoded(values[name]))
  end
  return "{" .. table.concat(pieces, ",") .. "}"
end

--- Returns the job alone as JSON text. Raises a string if it cannot be written.
---@param kept bytenite.sandbox.Job
---@return string json
---@usage rows[#rows + 1] = job.text(kept)
function job.text(kept)
  kept.text = kept.text or object_text(kept.values)
  return kept.text
end

--- Returns the body of a response with the job: `{job, templateInfo}`. Raises a string if the job
--- cannot be written as JSON, for example because it is nested too deeply.
---@param kept bytenite.sandbox.Job
---@param where "inner"|"outer"|nil to print templateInfo only inside the job, or only next to it
---@return string json
---@usage local body = job.reply(kept)
function job.reply(kept, where)
  local text
  if where == "outer" then
    text = object_text(kept.values, "templateInfo")
  else
    text = job.text(kept)
  end
  if where == "inner" then return ('{"job":%s}'):format(text) end
  local info = kept.values.templateInfo
  if info == nil then info = null end
  return ('{"job":%s,"templateInfo":%s}'):format(text, encoded(info))
end

return job
