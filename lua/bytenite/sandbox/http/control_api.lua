--- The control API below /sandbox, for tests and users. Each request must send the token that the
--- sandbox printed at the start, in the header X-Sandbox-Token.
---
---   GET   /sandbox/requests           the requests since the last reset, transfers too,
---                                     without keys and tokens unless show_secrets is set
---   POST  /sandbox/reset              starts over, without faults and requests; {"tokens": true}
---                                     removes the tokens, too
---   POST  /sandbox/faults             adds a fault, or a list of them
---   POST  /sandbox/tokens/expire      expires all tokens issued so far
---   POST  /sandbox/links/expire       expires all links to uploads and results issued so far
---   POST  /sandbox/speed              {"speed": 1000}: how much faster than real time jobs run,
---                                     if they start from now on
---   POST  /sandbox/advance            {"seconds": 30}: moves the clock forward, for jobs and links
---   POST  /sandbox/fill               {"jobs": 1000}: adds jobs in all states
---   PUT   /sandbox/jobs/{id}          stores the job in the body unchanged
---   PATCH /sandbox/jobs/{id}          sets members, e.g. {"state": "JOB_STATE_FAILED"},
---                                     which then no longer change with time
---   PUT   /sandbox/jobs/{id}/results  sets the results: a list of {name} with content,
---                                     content_base64, link or size
---   PUT   /sandbox/jobs/{id}/logs     sets the logs, in the form of the API's response
---   GET   /sandbox/jobs/{id}/upload   returns the upload
local decode <const> = require("http.util").decodeURIComponent

local core <const> = require "bytenite.core"

local responses <const> = require "bytenite.sandbox.http.responses"
local base64 <const> = require "bytenite.sandbox.base.base64"
local faults <const> = require "bytenite.sandbox.faults"
local job <const> = require "bytenite.sandbox.model.job"
local job_results <const> = require "bytenite.sandbox.model.job_results"

local control_api = {}

local MOST_SHOWN <const> = 1024 * 1024 -- bytes of an upload
local MOST_JOBS <const> = 1000000
local TOKEN_HEADER <const> = "x-sandbox-token"

local function accepted()
  return responses.text(200, "{}")
end

local function refused(message)
  return responses.gateway(400, message)
end

-- Decodes a body; an empty one counts as `{}`.
local function decoded(body)
  if not body:find "%S" then return {} end
  return core.decode(body)
end

local function object_of(body)
  local value <const> = decoded(body)
  return type(value) == "table" and not core.is_array(value) and value or nil
end

local function reset(state, body)
  local wishes <const>, problem <const> = decoded(body)
  if type(wishes) ~= "table" then return refused("reset: expected an object: " .. tostring(problem)) end
  state:reset(wishes.tokens == true)
  return accepted()
end

local function add_faults(state, body)
  local list, problem = decoded(body)
  if list == nil then return refused(problem) end
  if not core.is_array(list) then list = { list } end
  local parsed <const> = {}
  for index, description in ipairs(list) do
    parsed[index], problem = faults.parse(description)
    if parsed[index] == nil then return refused(("fault %d: %s"):format(index, problem)) end
  end
  state.faults:add(parsed)
  return accepted()
end

-- Makes a call that takes one number: its name, what it must be, its check, and what it does.
local function number_call(name, wanted, is_good, act)
  return function(state, body)
    local wishes <const> = object_of(body)
    local number <const> = wishes and wishes[name]
    if math.type(number) == nil or not is_good(number) then return refused(("%s must be %s"):format(name, wanted)) end
    act(state, number)
    return accepted()
  end
end

local function is_above_0(number)
  return number > 0 and number < math.huge
end

local function is_job_count(number)
  return math.type(number) == "integer" and number >= 0 and number <= MOST_JOBS
end

local calls <const> = {
  ["GET /sandbox/requests"] = function(state)
    return responses.text(200, state.requests:encode())
  end,
  ["POST /sandbox/reset"] = reset,
  ["POST /sandbox/faults"] = add_faults,
  ["POST /sandbox/tokens/expire"] = function(state)
    state.tokens:expire()
    return accepted()
  end,
  ["POST /sandbox/links/expire"] = function(state)
    state.signed_urls:expire()
    return accepted()
  end,
  ["POST /sandbox/speed"] = number_call("speed", "a number above 0", is_above_0, function(state, speed)
    state.speed = speed
  end),
  ["POST /sandbox/advance"] = number_call("seconds", "a number above 0", is_above_0, function(state, seconds)
    state:advance(seconds)
  end),
  ["POST /sandbox/fill"] = number_call("jobs", "a count up to " .. MOST_JOBS, is_job_count, function(state, count)
    state:fill(count)
  end),
}

local function put_job(state, id, body)
  local values <const>, problem <const> = core.decode(body)
  if type(values) ~= "table" or core.is_array(values) then
    return refused("a job must be a JSON object: " .. tostring(problem))
  end
  state:put_job(id, job.from(values, body))
  return accepted()
end

local function change_job(state, id, body)
  local kept <const>, changes <const> = state:job(id), object_of(body)
  if kept == nil then return responses.gateway(404, "job not found") end
  if changes == nil then return refused "a job's members must be a JSON object" end
  state:put_job(id, job.changed(kept, changes))
  return accepted()
end

local function set_results(state, id, body)
  local list <const>, problem <const> = job_results.parse(core.decode(body))
  if list == nil then return refused(problem) end
  state.results[id] = list
  return accepted()
end

local function set_logs(state, id, body)
  local logs <const> = object_of(body)
  if logs == nil then return refused "logs must be a JSON object" end
  state.logs[id] = logs
  return accepted()
end

local function show_upload(state, id)
  local upload <const>, tried <const> = state.uploads[id], state.upload_attempts[id]
  if tried == nil then return responses.gateway(404, "nothing was uploaded") end
  local shown <const> = { attempts = tried.attempts, lastBytes = tried.bytes }
  if upload then
    local length <const> = upload.content.length
    shown.length, shown.sha256, shown.name, shown.completed = length, upload.sha256, upload.name, upload.completed
    shown.content_base64 = length <= MOST_SHOWN and base64.encode(upload.content.read(0, length)) or core.null
    shown.headers = core.array {}
    for index = 1, #upload.headers, 2 do
      table.insert(shown.headers, { upload.headers[index], upload.headers[index + 1] })
    end
  end
  return responses.json(200, shown)
end

local job_calls <const> = {
  ["PUT"] = put_job,
  ["PATCH"] = change_job,
  ["PUT results"] = set_results,
  ["PUT logs"] = set_logs,
  ["GET upload"] = show_upload,
}

--- Responds to a request that is not below /v1.
---@param state bytenite.sandbox.State
---@param request bytenite.sandbox.Request
---@return bytenite.sandbox.Response
---@usage delivery.send(stream, control_api.respond(state, request))
function control_api.respond(state, request)
  local path <const> = request.path:match "^[^?]*"
  if path:find "^/sandbox/" and request.header(TOKEN_HEADER) ~= state.control_token then
    return responses.gateway(403, "the header X-Sandbox-Token must have the token that the sandbox printed")
  end
  local call <const> = calls[request.method .. " " .. path]
  if call then return call(state, request.body) end
  local encoded_id <const>, what <const> = path:match "^/sandbox/jobs/([^/]+)/?(%a*)$"
  local job_call <const> = job_calls[what == "" and request.method or ("%s %s"):format(request.method, what)]
  if encoded_id and job_call then return job_call(state, decode(encoded_id), request.body) end
  return responses.gateway(404, "the control API has no such call")
end

return control_api
