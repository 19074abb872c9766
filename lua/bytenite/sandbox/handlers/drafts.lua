--- The calls that make a job and change it while it is a draft.
local core <const> = require "bytenite.core"

local answers <const> = require "bytenite.sandbox.answers"
local clock <const> = require "bytenite.sandbox.clock"
local fields <const> = require "bytenite.sandbox.fields"
local identifiers <const> = require "bytenite.sandbox.identifiers"
local job <const> = require "bytenite.sandbox.job"
local reading <const> = require "bytenite.sandbox.reading"
local settings <const> = require "bytenite.sandbox.handlers.settings"
local sources <const> = require "bytenite.sandbox.sources"

local null <const> = core.null
local invalid <const>, is_given <const> = reading.invalid, reading.is_given

local drafts = {}

local MINIMUM_NAME_LENGTH <const> = 4 -- characters

local function name_problem(name)
  if utf8.len(name) < MINIMUM_NAME_LENGTH then
    return invalid(("name must have at least %d characters"):format(MINIMUM_NAME_LENGTH))
  end
end

-- The job with that id if it may be changed, else nil and the answer that says why not.
local function find_draft(call, id)
  local kept <const>, refusal <const> = reading.job(call, id)
  if kept == nil then return nil, refusal end
  if not job.is_draft(kept) then
    return nil, answers.refuse("FAILED_PRECONDITION", "the job has been started and cannot be changed")
  end
  return kept
end

-- Answers with the job as it is after the changes, which take effect when the function given back is called.
local function update(call, id, old, changes)
  sources.offer_upload(changes.dataSource, call.state:upload_url(id))
  local new <const> = job.updated(old, changes)
  local printable <const>, problem <const> = pcall(job.reply, new)
  if not printable then return invalid(problem) end
  return answers.job(new), function()
    call.state:put_job(id, new)
  end
end

-- A PATCH of a job: `read` reads the body into the members to change.
local function patch(call, read)
  local id <const> = call.parameters.jobId
  local old <const>, refusal <const> = find_draft(call, id)
  if old == nil then return refusal end
  local changes <const>, problem <const> = read(call.body)
  if changes == nil then return problem end
  return update(call, id, old, changes)
end

function drafts.create_job(call)
  local given <const>, problem <const> = reading.body(call.body, settings.read_new_job, "job")
  if given == nil then return problem end
  local is_update <const> = is_given(given.jobId)
  if not is_update and not is_given(given.templateId) then return invalid "templateId is required" end
  if given.name ~= nil and given.name ~= null then
    local too_short <const> = name_problem(given.name)
    if too_short then return too_short end
  end
  local id <const> = is_update and given.jobId or identifiers.uuid()
  given.jobId = nil
  if not is_update then return update(call, id, job.new(id, clock.timestamp(call.state:now())), given) end
  local old <const>, refusal <const> = find_draft(call, id)
  if old == nil then return refusal end
  return update(call, id, old, given)
end

function drafts.get_job(call)
  local kept <const>, refusal <const> = reading.job(call)
  if kept == nil then return refusal end
  return answers.job(kept)
end

function drafts.set_datasource(call)
  return patch(call, function(body)
    return reading.body(body, settings.read_sources, "datasource")
  end)
end

function drafts.set_params(call)
  return patch(call, function(body)
    local params <const>, problem <const> = reading.body(body, settings.read_params, "params")
    if params == nil then return nil, problem end
    return { params = params }
  end)
end

function drafts.set_name(call)
  return patch(call, function(body)
    -- The gateway takes an absent body for an unset name.
    local name <const>, problem <const> = reading.body(body == "" and '""' or body, fields.string, "name")
    if name == nil then return nil, problem end
    local too_short <const> = name_problem(name)
    if too_short then return nil, too_short end
    return { name = name }
  end)
end

function drafts.set_configs(call)
  return patch(call, function(body)
    local config <const>, problem <const> = reading.body(body, settings.read_config, "configs")
    if config == nil then return nil, problem end
    return { config = config }
  end)
end

return drafts
