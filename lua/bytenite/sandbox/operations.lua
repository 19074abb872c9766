--- The calls the sandbox knows, by the names of `core.operations`: a row added there is served once it has a handler
--- here.
---
--- A handler gets a call and gives the answer and, when the call is to change something, a function that does so. The
--- change comes after: a fault can answer without it taking effect, or let it take effect and answer something else.
local answers <const> = require "bytenite.sandbox.answers"
local clock <const> = require "bytenite.sandbox.clock"
local core <const> = require "bytenite.core"
local fields <const> = require "bytenite.sandbox.fields"
local identifiers <const> = require "bytenite.sandbox.identifiers"
local job <const> = require "bytenite.sandbox.job"
local sources <const> = require "bytenite.sandbox.sources"

local null <const> = core.null

---@class bytenite.sandbox.Call
---@field operation table|nil the row of `core.operations`
---@field parameters table<string, string> of the path
---@field body string
---@field authorization string|nil
---@field state bytenite.sandbox.State

---@type table<string, fun(call: bytenite.sandbox.Call): bytenite.sandbox.Answer, function|nil>
local operations = {}

local MINIMUM_NAME_LENGTH <const> = 4 -- characters

local read_credentials <const> = fields.message { apiKey = fields.string }
local read_nothing <const> = fields.message {}
local read_config <const> = fields.message {
  taskTimeout = fields.uint32,
  jobTimeout = fields.uint32,
  isTestJob = fields.boolean,
  maxTaskRetries = fields.uint32,
}
local read_params <const> = fields.message {
  preset = fields.string,
  partitioner = fields.object,
  assembler = fields.object,
  app = fields.object,
}
local read_sources <const> = fields.message { dataSource = sources.read, dataDestination = sources.read }
local read_new_job <const> = fields.message {
  jobId = fields.string,
  templateId = fields.string,
  name = fields.string,
  description = fields.string,
  dataSource = sources.read,
  dataDestination = sources.read,
  params = read_params,
  config = read_config,
}

local function is_given(value)
  return value ~= nil and value ~= null and value ~= ""
end

local function invalid(message)
  return answers.refuse("INVALID_ARGUMENT", message)
end

local function name_problem(name)
  if utf8.len(name) < MINIMUM_NAME_LENGTH then
    return invalid(("name must have at least %d characters"):format(MINIMUM_NAME_LENGTH))
  end
end

-- The job with that id if it may be changed, else nil and the answer that says why not.
local function find_draft(call, id)
  local kept <const> = call.state.jobs[id]
  if kept == nil then return nil, answers.refuse("NOT_FOUND", "job not found") end
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
    call.state.jobs[id] = new
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

-- Reads a body, and turns the message about a bad one into the answer.
local function read_body(text, reader, name)
  local value <const>, message <const> = fields.body(text, reader, name)
  if value == nil then return nil, invalid(message) end
  return value
end

function operations.access_token(call)
  local credentials <const>, problem <const> = read_body(call.body, read_credentials, "credentials")
  if credentials == nil then return problem end
  if credentials.apiKey ~= call.state.api_key then return call.state:refusal(401, "the API key is not valid") end
  local known <const> = call.state.tokens
  local token <const> = known:issue()
  local body <const> = { token = token, expiresIn = tostring(call.state.token_lifetime), scope = "openid" }
  return answers.json(200, body), function()
    known:admit(token)
  end
end

function operations.sign_out(call)
  local body <const>, problem <const> = read_body(call.body, read_nothing, "request")
  if body == nil then return problem end
  return answers.done(), function()
    call.state.tokens:revoke(call.authorization)
  end
end

function operations.create_job(call)
  local given <const>, problem <const> = read_body(call.body, read_new_job, "job")
  if given == nil then return problem end
  local is_update <const> = is_given(given.jobId)
  if not is_update and not is_given(given.templateId) then return invalid "templateId is required" end
  if given.name ~= nil and given.name ~= null then
    local too_short <const> = name_problem(given.name)
    if too_short then return too_short end
  end
  local id <const> = is_update and given.jobId or identifiers.uuid()
  given.jobId = nil
  if not is_update then return update(call, id, job.new(id, clock.timestamp()), given) end
  local old <const>, refusal <const> = find_draft(call, id)
  if old == nil then return refusal end
  return update(call, id, old, given)
end

function operations.get_job(call)
  local kept <const> = call.state.jobs[call.parameters.jobId]
  if kept == nil then return answers.refuse("NOT_FOUND", "job not found") end
  return answers.job(kept)
end

function operations.set_datasource(call)
  return patch(call, function(body)
    return read_body(body, read_sources, "datasource")
  end)
end

function operations.set_params(call)
  return patch(call, function(body)
    local params <const>, problem <const> = read_body(body, read_params, "params")
    if params == nil then return nil, problem end
    return { params = params }
  end)
end

function operations.set_name(call)
  return patch(call, function(body)
    -- The gateway takes an absent body for an unset name.
    local name <const>, problem <const> = read_body(body == "" and '""' or body, fields.string, "name")
    if name == nil then return nil, problem end
    local too_short <const> = name_problem(name)
    if too_short then return nil, too_short end
    return { name = name }
  end)
end

function operations.set_configs(call)
  return patch(call, function(body)
    local config <const>, problem <const> = read_body(body, read_config, "configs")
    if config == nil then return nil, problem end
    return { config = config }
  end)
end

return operations
