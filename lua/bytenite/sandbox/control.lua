--- The sandbox's own calls, below /sandbox and without a token: for tests and for the curious.
---
---   GET  /sandbox/requests        the requests below /v1 since the last reset, in order
---   POST /sandbox/reset           forgets jobs, faults and requests; tokens too with {"tokens": true}
---   POST /sandbox/faults          adds a fault, or a list of them
---   POST /sandbox/tokens/expire   ends the life of all tokens issued so far
---   PUT  /sandbox/jobs/{id}       puts a job as it is given, word for word
local core <const> = require "bytenite.core"

local answers <const> = require "bytenite.sandbox.answers"
local faults <const> = require "bytenite.sandbox.faults"
local job <const> = require "bytenite.sandbox.job"
local routes <const> = require "bytenite.sandbox.routes"

local control = {}

local function accepted()
  return answers.text(200, "{}")
end

-- Decodes a body; an empty one counts as `{}`.
local function decoded(body)
  if not body:find "%S" then return {} end
  return core.decode(body)
end

local function reset(state, body)
  local wishes <const>, problem <const> = decoded(body)
  if type(wishes) ~= "table" then return answers.gateway(400, "reset takes an object: " .. tostring(problem)) end
  state:reset(wishes.tokens == true)
  return accepted()
end

local function add_faults(state, body)
  local list, problem = decoded(body)
  if list == nil then return answers.gateway(400, problem) end
  if not core.is_array(list) then list = { list } end
  local parsed <const> = {}
  for index, description in ipairs(list) do
    parsed[index], problem = faults.parse(description)
    if parsed[index] == nil then return answers.gateway(400, ("fault %d: %s"):format(index, problem)) end
  end
  state.faults:add(parsed)
  return accepted()
end

local function put_job(state, body, id)
  local values <const>, problem <const> = core.decode(body)
  if type(values) ~= "table" or core.is_array(values) then
    return answers.gateway(400, "a job is a JSON object: " .. tostring(problem))
  end
  state.jobs[id] = job.from(values, body)
  return accepted()
end

local calls <const> = {
  ["GET /sandbox/requests"] = function(state)
    return answers.text(200, state.requests:encode())
  end,
  ["POST /sandbox/reset"] = reset,
  ["POST /sandbox/faults"] = add_faults,
  ["POST /sandbox/tokens/expire"] = function(state)
    state.tokens:expire()
    return accepted()
  end,
}

--- Answers a request that is not below /v1.
---@param state bytenite.sandbox.State
---@param request bytenite.sandbox.Request
---@return bytenite.sandbox.Answer
---@usage delivery.send(stream, control.answer(state, request))
function control.answer(state, request)
  local path <const> = request.path:match "^[^?]*"
  local call <const> = calls[request.method .. " " .. path]
  if call then return call(state, request.body) end
  local encoded_id <const> = request.method == "PUT" and path:match "^/sandbox/jobs/([^/]+)$"
  if encoded_id then return put_job(state, request.body, routes.decode_segment(encoded_id)) end
  return answers.gateway(404, "the sandbox has nothing here")
end

return control
