--- Reads the bodies of calls, and makes error responses about mistakes in them.
local core <const> = require "bytenite.core"

local responses <const> = require "bytenite.sandbox.http.responses"
local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"

local validation = {}

--- Makes the response to an invalid call.
---@param message string
---@return bytenite.sandbox.Response
---@usage return validation.invalid "templateId is required"
function validation.invalid(message)
  return responses.refuse("INVALID_ARGUMENT", message)
end

--- Reads a body.
---@param text string
---@param reader function see `protobuf_json`
---@param name string a name for the body, for the message
---@return any value nil if it cannot be read
---@return bytenite.sandbox.Response|nil refusal
---@usage local given, refusal = validation.body(call.body, read_config, "configs")
function validation.body(text, reader, name)
  local value <const>, message <const> = protobuf_json.body(text, reader, name)
  if value == nil then return nil, validation.invalid(message) end
  return value
end

--- Returns whether a member is set to anything but null.
---@param value any
---@return boolean
---@usage if validation.is_given(given.jobId) then ... end
function validation.is_given(value)
  return value ~= nil and value ~= core.null and value ~= ""
end

--- Returns the job of a call.
---@param call bytenite.sandbox.Call
---@param id string|nil by default the id in the path
---@return bytenite.sandbox.Job|nil
---@return bytenite.sandbox.Response|nil refusal
---@usage local kept, refusal = validation.job(call)
function validation.job(call, id)
  local kept <const> = call.state:job(id or call.parameters.jobId)
  if kept == nil then return nil, responses.refuse("NOT_FOUND", "job not found") end
  return kept
end

return validation
