--- job.lua: jobs and their methods. A job is a plain table of the API's members; its methods are in
--- its metatable, which all jobs of a client share. Our own code calls the methods as functions, so
--- that a member with the name of a method (`run`, `logs`) does no harm.
local responses <const> = require "bytenite.call.responses"
local call <const> = require "bytenite.call"
local validate <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"
local lazy <const> = require "bytenite.base.lazy"

local printable <const> = lazy.module "bytenite.base.printable"
local download <const> = lazy.module "bytenite.streaming.download"
local logs <const> = lazy.module "bytenite.jobs.logs"
local states <const> = lazy.module "bytenite.jobs.states"
local upload <const> = lazy.module "bytenite.streaming.upload"
local wait <const> = lazy.module "bytenite.jobs.wait"

local job <const> = {}

--- The methods; users can also call them as `bytenite.Job.set_name(job, ...)`.
local Job <const> = {}
job.Job = Job

-- Clients, by the metatable of their jobs.
local clients <const> = setmetatable({}, { __mode = "k" })

local getmetatable <const> = getmetatable -- looked up once, not for every call

local function client_of(self, method)
  return clients[getmetatable(self)]
    or validate.raise(
      ("%s: expected a job, got %s: call it as job:%s(...)"):format(method, validate.describe(self), method)
    )
end

--- Raises if a value cannot be the id of a job.
---@param where string the function it was given to
---@param id any
---@return string
function job.check_id(where, id)
  return validate.segment(where .. ": job id", id)
end

-- Decodes the response to an update: refreshes the job in place, completely or not at all.
local decode_refresh <const> = core.methods.exchange.job

-- Decodes the response to get_job or create_job into a new job.
local function decode_new(exchange, _, client)
  local new_job <const>, kind <const>, message <const> = exchange:job(nil)
  if not new_job then return nil, kind, message end
  return setmetatable(new_job, client.job_metatable)
end

--- The plans of the calls that return a new job (see bytenite.call).
job.fetch = { operation = core.operations.get_job, decode_response = decode_new }
job.creation = { operation = core.operations.create_job, decode_response = decode_new }

local run <const> = call.run

-- Makes a call on a job, after the pending calls on this job have ended.
local function run_call(self, method, plan, body, options)
  return run(client_of(self, method), plan, self.id, body, options, self)
end

-- The update methods come from the table of operations: each PATCH with a body that returns the
-- job.
for _, operation in ipairs(core.operations) do
  if operation.method == "PATCH" and operation.body and operation.result == "JobResponse" then
    local name <const> = operation.name
    local plan <const> = { operation = operation, decode_response = decode_refresh }
    --- Documented in docs/api/job.lua.
    Job[name] = function(self, body, options)
      return run(client_of(self, name), plan, self.id, body, options, self)
    end
  end
end

local refresh_plan <const> = { operation = core.operations.get_job, name = "refresh", decode_response = decode_refresh }

--- Documented in docs/api/job.lua.
function Job:refresh(options)
  return run_call(self, "refresh", refresh_plan, nil, options)
end

local run_plan <const> = { operation = core.operations.run, decode_response = responses.same_job }

--- Documented in docs/api/run.lua.
function Job:run(config, options)
  return run_call(self, "run", run_plan, { config = config }, options)
end

local abort_plan <const> = { operation = core.operations.abort, decode_response = responses.same_job }

--- Documented in docs/api/run.lua.
function Job:abort(options)
  return run_call(self, "abort", abort_plan, nil, options)
end

local delete_plan <const> =
  { operation = core.operations.delete, decode_response = responses.done, done_when_repeated = 404 }

--- Documented in docs/api/run.lua.
function Job:delete(options)
  return run_call(self, "delete", delete_plan, nil, options)
end

local upload_completed_plan <const> =
  { operation = core.operations.upload_completed, decode_response = responses.same_job }

--- Documented in docs/api/run.lua.
function Job:upload_completed(options)
  return run_call(self, "upload_completed", upload_completed_plan, nil, options)
end

-- Makes the error final if the job has not completed. The service reports that with various
-- statuses, even 500, which would be retried.
local function classify_results(problem)
  if not problem.message:find("not yet been completed", 1, true) then return nil end
  problem.hint = "a complete job has results: job:wait() waits for that"
  return "final"
end

local results_plan <const> = {
  operation = core.operations.results,
  decode_response = responses.member("results", true),
  classify = classify_results,
}

--- Documented in docs/api/run.lua.
function Job:results(options)
  return run_call(self, "results", results_plan, nil, options)
end

--- Documented in docs/api/transfers.lua.
function Job:upload(source, options)
  return upload.run(client_of(self, "upload"), self, source, options, {
    refresh = function(limits)
      return Job.refresh(self, limits)
    end,
    complete = function(limits)
      return Job.upload_completed(self, limits)
    end,
  })
end

--- Documented in docs/api/transfers.lua.
function Job:download(folder, options)
  return download.run(client_of(self, "download"), folder, options, function(limits)
    return Job.results(self, limits)
  end)
end

--- Documented in docs/api/run.lua.
function Job:logs(filters, options)
  local client <const> = client_of(self, "logs")
  return logs.of_job(client, job.check_id("logs", rawget(self, "id")), filters, options)
end

local wait_plan <const> = { operation = core.operations.get_job, name = "wait", decode_response = decode_refresh }

--- Documented in docs/api/run.lua.
function Job:wait(options, call_options)
  local client <const> = client_of(self, "wait")
  job.check_id("wait", rawget(self, "id"))
  return wait.run(client, self, options, call_options, function(limits)
    return run_call(self, "wait", wait_plan, nil, limits)
  end)
end

--- Documented in docs/api/job.lua.
function Job:is_final()
  return states.outcome(validate.type("is_final: job", self, "table")) ~= nil
end

local function text_or(value, fallback)
  return (type(value) == "string" or type(value) == "number") and tostring(value) or fallback
end

local function to_string(self)
  local name <const> = text_or(rawget(self, "name"), "")
  local state <const> = text_or(rawget(self, "state"), "state unknown")
  local line <const> = ("bytenite job %s %q %s"):format(
    text_or(rawget(self, "id"), "without id"),
    printable.visible(name),
    state
  )
  return printable.visible(line)
end

--- Makes the metatable of a client's jobs.
---@param client table
---@return table
function job.metatable(client)
  local meta <const> = { __name = "bytenite.Job", __index = Job, __tostring = to_string }
  clients[meta] = client
  return meta
end

--- Turns a table with an id into a job of a client.
---@param client table
---@param where string the function it was given to
---@param saved table
---@return table # the same table
function job.adopt(client, where, saved)
  job.check_id(where, rawget(saved, "id"))
  return setmetatable(saved, client.job_metatable)
end

return job
