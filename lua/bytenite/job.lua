--- job.lua: jobs and their methods. A job is a plain table of the API's members; all else is in its metatable, of which a client
--- has one. Inside the module methods are called as functions, so that a member of the same name (`run`, `logs`) does no harm.
local call <const> = require "bytenite.call"
local check <const> = require "bytenite.check"
local core <const> = require "bytenite.core"

local job <const> = {}

--- The methods, also reachable as `bytenite.Job.set_name(job, ...)`.
local Job <const> = {}
job.Job = Job

local final_states <const> = { JOB_STATE_COMPLETE = true, JOB_STATE_FAILED = true }

local function client_of(self, method)
  local meta <const> = getmetatable(self)
  local client <const> = type(self) == "table" and type(meta) == "table" and rawget(meta, "client")
  if not client then
    check.raise(("%s: expected a job, got %s: call it as job:%s(...)"):format(method, check.describe(self), method))
  end
  return client
end

--- Raises unless a value is the id of a job.
---@param where string the function it was given to
---@param id any
---@return string
function job.check_id(where, id)
  return check.segment(where .. ": job id", id)
end

-- Accepts the answer to an update: the job takes it over in place, whole or not at all.
local function accept_refresh(self)
  return self.exchange:job(self.id, self.job)
end

-- Accepts the answer to a fetch or a creation: a new job. One that was created has no id before the answer.
local function accept_new(self)
  local fresh <const>, kind <const>, message <const> = self.exchange:job(self.id)
  if not fresh then return nil, kind, message end
  return setmetatable(fresh, self.client.job_metatable)
end

--- The plans of the calls that give a new job (see call.start).
job.fetch = { operation = core.operations.get_job, accept = accept_new }
job.creation = { operation = core.operations.create_job, accept = accept_new }

-- Runs a call whose answer refreshes the job.
local function run_refreshing(self, method, plan, body, options)
  local client <const> = client_of(self, method)
  return call.run(client, plan, job.check_id(method, rawget(self, "id")), body, options, self)
end

-- The updates are derived from the rows: what sends a body to a job's path and gets the job back.
for _, operation in ipairs(core.operations) do
  if operation.method == "PATCH" and operation.body and operation.result == "JobResponse" then
    local name <const> = operation.name
    local plan <const> = { operation = operation, accept = accept_refresh }
    Job[name] = function(self, body, options)
      return run_refreshing(self, name, plan, body, options)
    end
  end
end

local refresh_plan <const> = { operation = core.operations.get_job, name = "refresh", accept = accept_refresh }

--- Fetches the job as it is now.
---@param options table|nil of this call
---@return table|nil # the job itself, refreshed in place; nil and an error
function Job:refresh(options)
  return run_refreshing(self, "refresh", refresh_plan, nil, options)
end

--- True when the job has come to its end: a final state, or a time at which it ended. An unknown state is not final.
---@return boolean
function Job:is_final()
  check.type("is_final: job", self, "table")
  local ended_at <const> = rawget(self, "endedAt")
  return final_states[rawget(self, "state")] or (type(ended_at) == "string" and ended_at ~= "")
end

local function text_or(value, fallback)
  return (type(value) == "string" or type(value) == "number") and tostring(value) or fallback
end

local function to_string(self)
  local name <const> = text_or(rawget(self, "name"), "")
  local state <const> = text_or(rawget(self, "state"), "state unknown")
  return ("bytenite job %s %q %s"):format(text_or(rawget(self, "id"), "without id"), name, state)
end

--- The metatable of a client's jobs.
---@param client table
---@return table
function job.metatable(client)
  return { __name = "bytenite.Job", __index = Job, __tostring = to_string, client = client }
end

--- Makes a table with an id a job of a client's.
---@param client table
---@param where string the function it was given to
---@param saved table
---@return table # the same table
function job.adopt(client, where, saved)
  job.check_id(where, rawget(saved, "id"))
  return setmetatable(saved, client.job_metatable)
end

return job
