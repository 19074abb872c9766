--- Reads the bodies of calls, and turns what is wrong with them into answers.
local core <const> = require "bytenite.core"

local answers <const> = require "bytenite.sandbox.answers"
local fields <const> = require "bytenite.sandbox.fields"

local reading = {}

--- The answer to a call that makes no sense.
---@param message string
---@return bytenite.sandbox.Answer
---@usage return reading.invalid "templateId is required"
function reading.invalid(message)
  return answers.refuse("INVALID_ARGUMENT", message)
end

--- Reads a body.
---@param text string
---@param reader function see `fields`
---@param name string what the body is, for the message
---@return any value nil when it cannot be read
---@return bytenite.sandbox.Answer|nil refusal
---@usage local given, refusal = reading.body(call.body, read_config, "configs")
function reading.body(text, reader, name)
  local value <const>, message <const> = fields.body(text, reader, name)
  if value == nil then return nil, reading.invalid(message) end
  return value
end

--- Whether a member was given and holds something.
---@param value any
---@return boolean
---@usage if reading.is_given(given.jobId) then ... end
function reading.is_given(value)
  return value ~= nil and value ~= core.null and value ~= ""
end

--- The job a call is for.
---@param call bytenite.sandbox.Call
---@param id string|nil the path's by default
---@return bytenite.sandbox.Job|nil
---@return bytenite.sandbox.Answer|nil refusal
---@usage local kept, refusal = reading.job(call)
function reading.job(call, id)
  local kept <const> = call.state:job(id or call.parameters.jobId)
  if kept == nil then return nil, answers.refuse("NOT_FOUND", "job not found") end
  return kept
end

return reading
