--- Handles the calls that start, watch and end a job.
local core <const> = require "bytenite.core"

local responses <const> = require "bytenite.sandbox.http.responses"
local event_stream <const> = require "bytenite.sandbox.http.event_stream"
local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"
local job <const> = require "bytenite.sandbox.model.job"
local job_timeline <const> = require "bytenite.sandbox.model.job_timeline"
local job_logs <const> = require "bytenite.sandbox.model.job_logs"
local validation <const> = require "bytenite.sandbox.http.validation"
local job_results <const> = require "bytenite.sandbox.model.job_results"
local job_body <const> = require "bytenite.sandbox.model.job_body"

local null <const> = core.null

local runs = {}

local read_run <const> = protobuf_json.message { config = job_body.read_config }
local read_logs_request <const> = protobuf_json.message {
  jobId = protobuf_json.string,
  taskIds = protobuf_json.list(protobuf_json.string),
  levels = protobuf_json.list(protobuf_json.enum(job_logs.levels)),
  services = protobuf_json.list(protobuf_json.enum(job_logs.services)),
}

local function too_soon(message)
  return responses.refuse("FAILED_PRECONDITION", message)
end

-- Returns the descriptor of a job's data source, or nil.
local function source_of(kept)
  local source <const> = kept.values.dataSource
  return type(source) == "table" and source.dataSourceDescriptor or nil
end

local function problem_with_input(call, kept)
  local source <const> = source_of(kept)
  if not validation.is_given(source) then return too_soon "dataSource is not set" end
  local upload <const> = call.state.uploads[call.parameters.jobId]
  if source == "file" and not (upload and upload.completed) then return too_soon "the input has not been uploaded" end
  return nil
end

function runs.run(call)
  local kept <const>, refusal <const> = validation.job(call)
  if kept == nil then return refusal end
  local wanted <const>, problem <const> = validation.body(call.body, read_run, "request")
  if wanted == nil then return problem end
  if not job.is_draft(kept) then return too_soon "job has already been started" end
  local missing <const> = problem_with_input(call, kept)
  if missing then return missing end
  local config <const> = wanted.config ~= null and wanted.config or nil
  local draft <const> = config and job.updated(kept, { config = config }) or kept
  local state <const>, id <const> = call.state, call.parameters.jobId
  local unfit <const> = state.runner and state.runner:problem(draft.values)
  if unfit then return too_soon(unfit) end
  return responses.done(),
    function()
      if state.runner then
        state.runner:start(id, draft)
      else
        state:put_job(id, job_timeline.started(draft, state:now(), state.speed))
      end
    end
end

-- Deletes a draft; makes a running job fail.
function runs.abort(call)
  local kept <const>, refusal <const> = validation.job(call)
  if kept == nil then return refusal end
  if job.is_final(kept) then return too_soon "job has already ended" end
  local state <const>, id <const> = call.state, call.parameters.jobId
  return responses.done(),
    function()
      if job.is_draft(kept) then
        state:remove_job(id)
      elseif not (state.runner and state.runner:abort(id)) then
        state:put_job(id, job_timeline.aborted(kept, state:now()))
      end
    end
end

function runs.delete(call)
  local kept <const>, refusal <const> = validation.job(call)
  if kept == nil then return refusal end
  return responses.done(), function()
    call.state:remove_job(call.parameters.jobId)
  end
end

function runs.upload_completed(call)
  local kept <const>, refusal <const> = validation.job(call)
  if kept == nil then return refusal end
  if not job.is_draft(kept) then return too_soon "job has already been started" end
  if source_of(kept) ~= "file" then return too_soon "the data source is not a file" end
  local upload <const> = call.state.uploads[call.parameters.jobId]
  if upload == nil then return too_soon "no file has been uploaded" end
  return responses.done(),
    function()
      upload.completed = true
      call.state:put_upload(call.parameters.jobId, upload)
    end
end

function runs.results(call)
  local kept <const>, refusal <const> = validation.job(call)
  if kept == nil then return refusal end
  if kept.values.state ~= "JOB_STATE_COMPLETE" then return too_soon "job has not yet been completed" end
  return responses.json(200, { results = job_results.rows(call.state, call.parameters.jobId, kept) })
end

function runs.logs(call)
  local wanted <const>, problem <const> = validation.body(call.body, read_logs_request, "request")
  if wanted == nil then return problem end
  if not validation.is_given(wanted.jobId) then return validation.invalid "jobId is required" end
  local kept <const>, refusal <const> = validation.job(call, wanted.jobId)
  if kept == nil then return refusal end
  return responses.json(200, job_logs.of(call.state, kept, wanted))
end

function runs.events(call)
  return { status = 200, feed = event_stream.feed(call.state) }
end

return runs
