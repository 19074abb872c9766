--- dry_run.lua: the option --dry-run: shows the requests that a command would send.
local bytenite <const> = require "bytenite"
local core <const> = require "bytenite.core"
local command_errors <const> = require "bytenite.command.command_errors"

local dry_run <const> = {}

local NEW_JOB <const> = "{jobId}" -- stands for the id of a job that does not exist yet

--- Adds the option.
---@param command table of argparse
function dry_run.define(command)
  command:flag("--dry-run", "Print the request (method, address, body) instead of sending it.")
end

-- Returns the address of an operation. Makes a client, which checks its options, but sends nothing.
local function address_of(context, operation, id)
  local options <const> = context.client().options
  local path <const> = operation.path:gsub("{(%w+)}", {
    service = core.percent_encode(options.service),
    jobId = id == nil and NEW_JOB or core.percent_encode(id),
  })
  return options.base_url .. path
end

local function checked(operation, body)
  local ok <const>, problem <const> = core.encode(body, operation.body)
  if not ok then command_errors.usage(("%s: %s"):format(operation.name, problem)) end
  return body
end

--- Prints requests; with --json as a list of {method, url, query, body}.
---@param console table
---@param requests table a list of { method, url, query, body, is_raw }; prints the body as JSON, or
---   unchanged with is_raw
function dry_run.print(console, requests)
  if console.json then
    local shown <const> = {}
    for index, request in ipairs(requests) do
      shown[index] = { method = request.method, url = request.url, query = request.query, body = request.body }
    end
    return console:value(bytenite.array(shown))
  end
  for _, request in ipairs(requests) do
    console:line(("%s %s"):format(request.method, request.url))
    if request.is_raw then
      console:line(request.body)
    elseif request.body ~= nil then
      console:value(request.body)
    end
  end
end

--- Makes the request that uploads a file to storage.
---@param path any
---@return table
function dry_run.upload(path)
  return { method = "PUT", url = "(the upload address)", body = "@" .. tostring(path), is_raw = true }
end

--- Makes the request of an operation.
---@param context table
---@param name string of the operation
---@param id string|nil of the job; nil if the job does not exist yet
---@param body any the request's body, or nil
---@return table
function dry_run.request(context, name, id, body)
  local operation <const> = core.operations[name]
  return {
    method = operation.method,
    url = address_of(context, operation, id),
    body = body ~= nil and checked(operation, body) or nil,
  }
end

--- Prints the request of an operation, once for each job, if --dry-run is given.
---@param context table
---@param given table the command's options
---@param name string of the operation
---@param ids string[] of the jobs
---@param body any
---@return boolean # true with --dry-run: then the command is done
function dry_run.tells(context, given, name, ids, body)
  if not given.dry_run then return false end
  local requests <const> = {}
  for index, id in ipairs(ids) do
    context.client():job(id) -- raises if it cannot be an id
    requests[index] = dry_run.request(context, name, id, body)
  end
  dry_run.print(context.console, requests)
  return true
end

local function pick(new, ...)
  local picked
  for _, name in ipairs { ... } do
    if new[name] ~= nil and new[name] ~= bytenite.null then
      picked = picked or {}
      picked[name] = new[name]
    end
  end
  return picked
end

--- Returns the requests that `client:submit` would send, in order.
---@param context table
---@param new table as client:submit takes it
---@return table[]
function dry_run.submission(context, new)
  local requests <const> = {}
  local id <const> = type(new.jobId) == "string" and new.jobId or nil
  local function add(name, body)
    if body ~= nil then requests[#requests + 1] = dry_run.request(context, name, id, body) end
  end
  add("create_job", pick(new, "templateId", "jobId", "name", "description") or {})
  add("set_datasource", pick(new, "dataSource", "dataDestination"))
  add("set_params", new.params)
  add("set_configs", new.config)
  if new.upload then
    requests[#requests + 1] = dry_run.upload(new.upload)
    requests[#requests + 1] = dry_run.request(context, "upload_completed", id)
  end
  requests[#requests + 1] = dry_run.request(context, "run", id)
  return requests
end

return dry_run
