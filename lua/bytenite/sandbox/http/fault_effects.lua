--- Applies a fault to a response.
local core <const> = require "bytenite.core"

local responses <const> = require "bytenite.sandbox.http.responses"
local random_ids <const> = require "bytenite.sandbox.base.random_ids"
local job <const> = require "bytenite.sandbox.model.job"

local fault_effects = {}

-- Returns the response that replaces the true one, or nil.
local function substitute(fault, call, response)
  if fault.ok_false then
    return responses.envelope(200, fault.message or "sandbox fault: the call was not carried out", 400)
  end
  if fault.wrong_id then
    local id <const> = random_ids.uuid()
    return responses.job(response.job and job.updated(response.job, { id = id }) or job.new(id, ""))
  end
  if fault.no_job then return responses.text(200, "{}") end
  if fault.echo then
    -- Returns the bytes of the body without reading them.
    local id <const> = core.encode(call.parameters.jobId or random_ids.uuid())
    return responses.text(200, ('{"job":{"id":%s,"state":"JOB_STATE_NEW","params":'):format(id) .. call.body .. "}}")
  end
  if fault.body then return responses.text(fault.status or 200, fault.body) end
  if fault.status or fault.shape then
    return responses.shaped(fault.shape or call.error_shape or "gateway", fault.status or 500, fault.message)
  end
  return nil
end

--- Returns the response to a call that has a fault.
---@param fault bytenite.sandbox.Fault
---@param call bytenite.sandbox.Call
---@param response bytenite.sandbox.Response the true one; may be changed
---@return bytenite.sandbox.Response
---@usage response = fault_effects.apply(fault, call, response)
function fault_effects.apply(fault, call, response)
  response = substitute(fault, call, response) or response
  if fault.status then response.status = fault.status end
  if fault.content_type then response.content_type = fault.content_type end
  if fault.inner_template_only then response.template_info = "inner" end
  if fault.outer_template_only then response.template_info = "outer" end
  local headers <const> = table.move(response.headers or {}, 1, #(response.headers or {}), 1, {})
  for name, value in pairs(fault.headers or {}) do
    headers[#headers + 1] = { name:lower(), value }
  end
  if fault.retry_after then headers[#headers + 1] = { "retry-after", tostring(fault.retry_after) } end
  response.headers = headers
  return response
end

return fault_effects
