--- call_failure.lua: the errors of a call: what happened, what was tried, a next step where one is known, and no secret.
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local lenient <const> = require "bytenite.errors.lenient_json"
local redact <const> = require "bytenite.errors.redact"

local failure <const> = {}

-- What must not be shown: the client's own secrets, and those in what this call sends or in the job it is about.
local function secrets_of(call)
  local found <const> = call.client.credentials.secrets { call.exchange:token() }
  local sent <const> = call.exchange:request_body()
  return redact.gather(found, sent and core.decode(sent), call.job, call.plan.operation.raw)
end

--- Completes an error with what was tried.
---@param call table
---@param problem table becomes complete
---@return table # the same
function failure.complete(call, problem)
  problem.method = call.plan.operation.method
  problem.path = call.exchange:path()
  problem.attempts = call.attempts
  problem.elapsed = call.client.clock.now() - call.started_at
  problem.retryable = problem.retryable or false
  if call.maybe_done and call.plan.operation.method ~= "GET" then
    problem.maybe_done = true
    if not call.plan.operation.repeatable then
      problem.hint = problem.hint or "it may have been done all the same: look before you repeat it"
    end
  end
  return problem
end

local function copy(fields)
  local own <const> = {}
  for name, value in pairs(fields) do
    own[name] = value
  end
  return errors.new(own)
end

local closed <const> = { kind = "closed", message = "the client is closed" }
local forked <const> = {
  kind = "closed",
  message = "the client belongs to the parent of this process",
  hint = "make a client of its own in each process",
}
local cancelled <const> = { kind = "cancelled", message = "the call was cancelled" }

--- The error of a call whose client can do nothing any more.
function failure.closed(call)
  return failure.complete(call, copy(call.client.session:problem() == "forked" and forked or closed))
end

--- The error of a call that nobody waits for any more.
function failure.cancelled(call)
  return failure.complete(call, copy(cancelled))
end

--- The error of a call whose deadline has passed.
---@param call table
---@param waiting_for string
function failure.deadline(call, waiting_for)
  local message <const> = ("the deadline of %g s passed while waiting for %s"):format(call.limits.deadline, waiting_for)
  return failure.complete(call, errors.new { kind = "timeout", message = message, retryable = true })
end

-- A next step, by the kind of failure and libcurl's words for it.
local function hint_for(call, kind, words)
  if words:find("setting certificate", 1, true) then
    return "the CA file cannot be read: check ca_file, BYTENITE_CA_FILE and SSL_CERT_FILE"
  end
  if kind == "tls" then return "if the server's certificate is your own, set ca_file or BYTENITE_CA_FILE to its CA" end
  if call.plan.stream and call.plan.operation.raw then return nil end -- a link, which is not of base_url
  if words:find("resolve host", 1, true) then
    return "check base_url; the service's public hosts answer no more, bytenite-sandbox serves the API locally"
  end
  if words:find("onnect to", 1, true) then return "check base_url; is the service running?" end
  return nil
end

--- The error of an attempt that got no answer, to be completed when it was the last.
---@param call table
---@param kind string "timeout", "connection", "tls", "protocol" or "too_large"
---@param words string libcurl's
function failure.no_answer(call, kind, words)
  if kind == "too_large" then
    return errors.new {
      kind = kind,
      message = ("an answer of over %d bytes, or with too large headers"):format(call.limits.max_response_bytes),
      hint = "raise max_response_bytes to take larger answers",
    }
  end
  return errors.new { kind = kind, message = redact.text(words, secrets_of(call)), hint = hint_for(call, kind, words) }
end

--- The error that an answer speaks of, to be completed when it was the last.
---@param call table
---@param status integer
function failure.answer(call, status)
  local secrets <const> = secrets_of(call)
  local body <const> = redact.text(call.exchange:body(), secrets)
  local problem <const> = errors.from_answer(status, body, lenient.decode)
  local kind <const> = problem.kind
  redact.strings(problem, secrets)
  problem.kind = kind -- our own word
  problem.retry_after = tonumber(call.exchange:headers()["retry-after"]) or problem.retry_after
  if status >= 300 and status < 400 then problem.hint = "redirects are not followed: check base_url and service" end
  return problem
end

local exchange_hints <const> = {
  unauthenticated = "check the API key",
  not_found = "check base_url: it ends in /v1",
}

--- The error of a token exchange, as one of the call that needed the token.
---@param problem table the exchange's
function failure.no_token(problem)
  local own <const> = copy(problem)
  own.message = "no access token: " .. problem.message
  own.hint = problem.hint or exchange_hints[problem.kind]
  return own
end

return failure
