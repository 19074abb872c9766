--- What a fault makes of an answer.
local core <const> = require "bytenite.core"

local answers <const> = require "bytenite.sandbox.answers"
local identifiers <const> = require "bytenite.sandbox.identifiers"
local job <const> = require "bytenite.sandbox.job"

local effects = {}

-- The answer that is given instead of the true one, or nil.
local function substitute(fault, call, answer)
  if fault.ok_false then
    return answers.envelope(200, fault.message or "sandbox fault: the call was not carried out", 400)
  end
  if fault.wrong_id then
    local id <const> = identifiers.uuid()
    return answers.job(answer.job and job.updated(answer.job, { id = id }) or job.new(id, ""))
  end
  if fault.no_job then return answers.text(200, "{}") end
  if fault.echo then
    -- The body is not looked at: what comes back are its bytes, whatever they mean.
    local id <const> = core.encode(call.parameters.jobId or identifiers.uuid())
    return answers.text(200, ('{"job":{"id":%s,"state":"JOB_STATE_NEW","params":'):format(id) .. call.body .. "}}")
  end
  if fault.body then return answers.text(fault.status or 200, fault.body) end
  if fault.status or fault.shape then
    return answers.shaped(fault.shape or call.error_shape or "gateway", fault.status or 500, fault.message)
  end
  return nil
end

--- The answer a call gets under a fault.
---@param fault bytenite.sandbox.Fault
---@param call bytenite.sandbox.Call
---@param answer bytenite.sandbox.Answer the true one; may be changed
---@return bytenite.sandbox.Answer
---@usage answer = effects.answer(fault, call, answer)
function effects.answer(fault, call, answer)
  answer = substitute(fault, call, answer) or answer
  if fault.status then answer.status = fault.status end
  if fault.content_type then answer.content_type = fault.content_type end
  if fault.inner_template_only then answer.template_info = "inner" end
  if fault.outer_template_only then answer.template_info = "outer" end
  local headers <const> = table.move(answer.headers or {}, 1, #(answer.headers or {}), 1, {})
  for name, value in pairs(fault.headers or {}) do
    headers[#headers + 1] = { name:lower(), value }
  end
  if fault.retry_after then headers[#headers + 1] = { "retry-after", tostring(fault.retry_after) } end
  answer.headers = headers
  return answer
end

return effects
