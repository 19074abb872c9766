--- Handles the calls that create a job and change it while it is a draft.
local core <const> = require "bytenite.core"

local responses <const> = require "bytenite.sandbox.http.responses"
local clock <const> = require "bytenite.sandbox.base.clock"
local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"
local random_ids <const> = require "bytenite.sandbox.base.random_ids"
local job <const> = require "bytenite.sandbox.model.job"
local validation <const> = require "bytenite.sandbox.http.validation"
local job_body <const> = require "bytenite.sandbox.model.job_body"
local data_sources <const> = require "bytenite.sandbox.model.data_sources"

local null <const> = core.null
local invalid <const>, is_given <const> = validation.invalid, validation.is_given

local drafts = {}

local MINIMUM_NAME_LENGTH <const> = 4 -- characters
local APP_ID <const> = "c7b3d941-52e8-4f06-b1a9-e60d84f2753c"

local function name_problem(name)
  if utf8.len(name) < MINIMUM_NAME_LENGTH then
    return invalid(("name must have at least %d characters"):format(MINIMUM_NAME_LENGTH))
  end
end

-- Returns the job with this id if it may be changed; else nil and the response with the reason.
local function find_draft(call, id)
  local kept <const>, refusal <const> = validation.job(call, id)
  if kept == nil then return nil, refusal end
  if not job.is_draft(kept) then
    return nil, responses.refuse("FAILED_PRECONDITION", "the job has been started and cannot be changed")
  end
  return kept
end

-- Returns what is wrong with parameters for programs, or nil.
local function params_problem(call, template_id, params)
  local runner <const> = call.state.runner
  local problem <const> = runner and runner:params_problem(template_id, params)
  return problem and invalid(problem)
end

-- Adds the template's members to a job. Returns a response if the template does not exist.
local function add_template(call, changes)
  if not is_given(changes.templateId) then return nil end
  local info <const>, problem <const> = call.state.templates.info(changes.templateId)
  if info == nil then return invalid(problem) end
  changes.templateInfo, changes.appId = info, APP_ID
  return nil
end

-- Returns the response with the changed job, and a function that stores it.
local function update(call, id, old, changes)
  data_sources.offer_upload(changes.dataSource, call.state:upload_url(id))
  local unknown <const> = add_template(call, changes)
  if unknown then return unknown end
  local new <const> = job.updated(old, changes)
  local unfit <const> = params_problem(call, new.values.templateId, changes.params)
  if unfit then return unfit end
  local printable <const>, problem <const> = pcall(job.reply, new)
  if not printable then return invalid(problem) end
  return responses.job(new), function()
    call.state:put_job(id, new)
  end
end

-- Handles a PATCH of a job: `read` reads the body into the members to change.
local function patch(call, read)
  local id <const> = call.parameters.jobId
  local old <const>, refusal <const> = find_draft(call, id)
  if old == nil then return refusal end
  local changes <const>, problem <const> = read(call.body)
  if changes == nil then return problem end
  return update(call, id, old, changes)
end

function drafts.create_job(call)
  local given <const>, problem <const> = validation.body(call.body, job_body.read_new_job, "job")
  if given == nil then return problem end
  local is_update <const> = is_given(given.jobId)
  if not is_update and not is_given(given.templateId) then return invalid "templateId is required" end
  if given.name ~= nil and given.name ~= null then
    local too_short <const> = name_problem(given.name)
    if too_short then return too_short end
  end
  local id <const> = is_update and given.jobId or random_ids.uuid()
  given.jobId = nil
  if not is_update then
    local draft <const> = job.new(id, clock.timestamp(call.state:now()))
    return update(call, id, job.updated(draft, call.state.templates.defaults(given.templateId)), given)
  end
  local old <const>, refusal <const> = find_draft(call, id)
  if old == nil then return refusal end
  return update(call, id, old, given)
end

function drafts.get_job(call)
  local kept <const>, refusal <const> = validation.job(call)
  if kept == nil then return refusal end
  return responses.job(kept)
end

function drafts.set_datasource(call)
  return patch(call, function(body)
    return validation.body(body, job_body.read_sources, "datasource")
  end)
end

function drafts.set_params(call)
  return patch(call, function(body)
    local params <const>, problem <const> = validation.body(body, job_body.read_params, "params")
    if params == nil then return nil, problem end
    return { params = params }
  end)
end

function drafts.set_name(call)
  return patch(call, function(body)
    -- The gateway reads a missing body as an unset name.
    local name <const>, problem <const> = validation.body(body == "" and '""' or body, protobuf_json.string, "name")
    if name == nil then return nil, problem end
    local too_short <const> = name_problem(name)
    if too_short then return nil, too_short end
    return { name = name }
  end)
end

function drafts.set_configs(call)
  return patch(call, function(body)
    local config <const>, problem <const> = validation.body(body, job_body.read_config, "configs")
    if config == nil then return nil, problem end
    return { config = config }
  end)
end

return drafts
