--- The outcomes of an update as data: the fault that makes the sandbox produce it, and the error
--- that the update returns.
---
--- An outcome has a `title`, a `fault`, the `options` of the call if it needs any, and the fields
--- of its error: `kind`, `status`, `code`, `retryable`, `maybe_done`, ... (for defaults see
--- `spec/call/outcomes_spec.lua`).
local outcomes = {}

local kinds <const> = {
  [400] = "bad_request",
  [401] = "unauthenticated",
  [403] = "permission_denied",
  [404] = "not_found",
  [409] = "conflict",
  [429] = "rate_limited",
  [500] = "internal",
  [503] = "unavailable",
}

local RETRYABLE <const> = { [429] = true, [500] = true, [502] = true, [503] = true, [504] = true }
local MAYBE_DONE <const> = { [500] = true, [502] = true, [504] = true }

-- The gRPC codes that the service's gateway pairs with statuses.
local codes <const> =
  { [400] = 3, [401] = 16, [403] = 7, [404] = 5, [409] = 6, [429] = 8, [500] = 13, [501] = 12, [503] = 14, [504] = 4 }

-- Returns the fields that depend only on the status.
local function of_status(status)
  return {
    status = status,
    kind = kinds[status] or "unexpected",
    retryable = RETRYABLE[status] or false,
    maybe_done = MAYBE_DONE[status],
    attempts = status == 401 and 2 or 1, -- a 401 renews the token once
  }
end

local function with(outcome, more)
  for name, value in pairs(more) do
    outcome[name] = value
  end
  return outcome
end

-- Statuses with a meaning, and some without.
local STATUSES <const> =
  { 400, 401, 403, 404, 409, 429, 500, 503, 402, 405, 410, 418, 422, 451, 501, 502, 504, 507, 599 }

-- The shapes of errors in bodies, and the fields that they set.
local function bodies_of(status)
  return {
    {
      name = "in the gateway's shape",
      body = ('{"code":%d,"message":"it says why","details":[{"@type":"t","n":1}]}'):format(codes[status] or 2),
      says = { code = codes[status] or 2, message = "it says why" },
      has_details = true,
    },
    {
      name = "in the envelope's shape",
      body = ([[{"ok":false,"requestId":"req-1","message":"failed",
        "error":{"code":%d,"message":"short","description":"it says why at length"}}]]):format(status),
      says = {
        code = status,
        message = "it says why at length",
        description = "it says why at length",
        request_id = "req-1",
      },
    },
    {
      name = "as HTML",
      body = "<html><head><title>Bad\n  day</title></head><body><h1>Sorry</h1></body></html>",
      content_type = "text/html",
      says = { message = "Bad day" },
    },
    { name = "without a body", body = "", says = {} },
    { name = "as JSON of another kind", body = '["it says why"]', says = {} },
  }
end

--- Every status with every body.
---@type table[]
outcomes.responses = {}

for _, status in ipairs(STATUSES) do
  for _, body in ipairs(bodies_of(status)) do
    local outcome <const> = with(of_status(status), body.says)
    outcome.title = ("%d %s"):format(status, body.name)
    outcome.fault = { status = status, body = body.body, content_type = body.content_type, times = "forever" }
    outcome.body = body.body
    outcome.has_details = body.has_details
    table.insert(outcomes.responses, outcome)
  end
end

-- Returns the outcome of an unusable response with status 200.
local function not_usable(title, fault, kind, more)
  fault.times = "forever"
  local outcome <const> =
    { title = title, fault = fault, status = 200, kind = kind, retryable = false, maybe_done = true }
  outcome.body = fault.body
  return with(outcome, more or {})
end

local function other_success(status, body)
  local fault <const> = { status = status, body = body, times = "forever" }
  return with(of_status(status), { title = ("%d"):format(status), fault = fault, body = body })
end

--- Responses whose status is a success, but whose body is not the response to this call.
---@type table[]
outcomes.successes = {
  not_usable(
    "200 with ok: false",
    { body = '{"ok":false,"requestId":"r-7","message":"no","error":{"code":9}}' },
    "unexpected",
    {
      message = "no",
      code = 9,
      request_id = "r-7",
      maybe_done = false,
    }
  ),
  not_usable(
    "200 with ok: false, and a job",
    { body = '{"ok":false,"message":"no","job":{"name":"x"}}' },
    "unexpected",
    {
      message = "no",
      maybe_done = false,
    }
  ),
  not_usable("200 with {}", { body = "{}" }, "unexpected"),
  not_usable("200 with a job that is null", { body = '{"job":null}' }, "unexpected"),
  not_usable("200 with a job that is a list", { body = '{"job":[{"name":"x"}]}' }, "unexpected"),
  not_usable("200 with a job that is an empty list", { body = '{"job":[]}' }, "unexpected"),
  not_usable("200 with a job that is text", { body = '{"job":"x"}' }, "unexpected"),
  not_usable("200 with a job that is a number", { body = '{"job":7}' }, "unexpected"),
  not_usable("200 with a job that is true", { body = '{"job":true}' }, "unexpected"),
  not_usable("200 with the job's members at the top", { body = '{"id":"x","name":"y"}' }, "unexpected"),
  not_usable("200 with a list", { body = "[]" }, "unexpected"),
  not_usable("200 with a text", { body = '"job"' }, "unexpected"),
  not_usable("200 with null", { body = "null" }, "unexpected"),
  not_usable("200 with false", { body = "false" }, "unexpected"),
  not_usable("200 with another job", { wrong_id = true }, "unexpected"),
  not_usable("200 with a job whose id is a number", { body = '{"job":{"id":7,"name":"x"}}' }, "unexpected"),
  not_usable("200 without a body", { body = "" }, "protocol"),
  not_usable("200 with white space", { body = " \n" }, "protocol"),
  not_usable(
    "200 with a page",
    { body = "<html><title>Log in</title></html>", content_type = "text/html" },
    "protocol"
  ),
  not_usable("200 with half an object", { body = '{"job":{"name":"x"}' }, "protocol"),
  not_usable("200 with two objects", { body = '{"job":{}}{"job":{}}' }, "protocol"),
  not_usable("200 with a member twice", { body = '{"job":{"name":"x","name":"y"}}' }, "protocol"),
  not_usable("200 with a number too large", { body = '{"job":{"params":{"app":{"n":1e999}}}}' }, "protocol"),
  not_usable("200 with a raw line break in a text", { body = '{"job":{"name":"x\ny"}}' }, "protocol"),
  not_usable("200 with NaN", { body = '{"job":{"duration":NaN}}' }, "protocol"),
  other_success(201, '{"job":{"name":"x"}}'),
  other_success(202, '{"job":{"name":"x"}}'),
  other_success(204, ""),
  other_success(206, '{"job":{"name":"x"}}'),
}

for _, status in ipairs { 300, 301, 302, 303, 304, 307, 308 } do
  local outcome <const> = other_success(status, "")
  outcome.fault.headers = { location = "/v1/elsewhere" }
  outcome.hint = "redirects are not followed"
  table.insert(outcomes.successes, outcome)
end

--- Attempts without a complete response.
---@type table[]
outcomes.failures = {
  { title = "half a response", fault = { truncate = 20 }, kind = "connection" },
  { title = "the head of a response only", fault = { truncate = 0 }, kind = "connection" },
  { title = "a reset connection", fault = { reset = "connection" }, kind = "connection" },
  { title = "bytes that are no HTTP", fault = { garbage = true }, kind = "protocol", retryable = false },
  { title = "a server that hangs", fault = { hang = true }, kind = "timeout", options = { timeout = 0.05 } },
  {
    title = "a body that trickles",
    fault = { drip = { bytes = 1, every = 0.02 } },
    kind = "timeout",
    options = { timeout = 0.05 },
  },
  {
    title = "a response too large",
    fault = { body = ("x"):rep(101) },
    kind = "too_large",
    options = { max_response_bytes = 100 },
    message = "100 bytes",
    hint = "max_response_bytes",
    retryable = false,
  },
  {
    title = "an error too large",
    fault = { status = 500, body = ("x"):rep(101) },
    kind = "too_large",
    options = { max_response_bytes = 100 },
    retryable = false,
  },
}

for _, outcome in ipairs(outcomes.failures) do
  outcome.fault.times = "forever"
  if outcome.retryable == nil then outcome.retryable = true end
  outcome.maybe_done = true
end

return outcomes
