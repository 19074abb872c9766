--- Makes responses: plain tables `{status, content_type, body}`, or `{status, job}` for a job that
--- is printed later.
local core <const> = require "bytenite.core"

local random_ids <const> = require "bytenite.sandbox.base.random_ids"
local job <const> = require "bytenite.sandbox.model.job"

---@class bytenite.sandbox.Response
---@field status integer of HTTP
---@field content_type string|nil application/json when nil; false for none
---@field body string|nil
---@field content bytenite.sandbox.Content|nil instead of the body
---@field feed bytenite.sandbox.Feed|nil instead of the body: events until the client closes
---@field job bytenite.sandbox.Job|nil printed as the body if there is no body
---@field template_info "inner"|"outer"|nil the only place at which templateInfo is printed
---@field headers table|nil list of additional {name, value}

---@class bytenite.sandbox.Feed
---@field next fun(): string, number the text due now, and the seconds until there may be more
---@field condition userdata of cqueues: signalled if there is more before

local responses = {}

-- gRPC status codes that are used here, and the HTTP statuses that the gateway maps them to and
-- from.
local CODES <const> = {
  INVALID_ARGUMENT = 3,
  NOT_FOUND = 5,
  FAILED_PRECONDITION = 9,
  UNIMPLEMENTED = 12,
  INTERNAL = 13,
  UNAUTHENTICATED = 16,
}
local status_of <const> = { [3] = 400, [5] = 404, [9] = 400, [12] = 501, [13] = 500, [16] = 401 }
local code_of <const> = {
  [400] = 3,
  [401] = 16,
  [403] = 7,
  [404] = 5,
  [409] = 6,
  [429] = 8,
  [500] = 13,
  [501] = 12,
  [503] = 14,
  [504] = 4,
}
local reason_of <const> = {
  [400] = "Bad Request",
  [401] = "Unauthorized",
  [403] = "Forbidden",
  [404] = "Not Found",
  [409] = "Conflict",
  [429] = "Too Many Requests",
  [500] = "Internal Server Error",
  [501] = "Not Implemented",
  [502] = "Bad Gateway",
  [503] = "Service Unavailable",
  [504] = "Gateway Timeout",
}

local function reason(status)
  return reason_of[status] or "Status " .. status
end

--- Makes a response with any body.
---@param status integer
---@param body string
---@param content_type string|nil application/json if nil; false for none
---@return bytenite.sandbox.Response
---@usage responses.text(502, "<html></html>", "text/html")
function responses.text(status, body, content_type)
  return { status = status, body = body, content_type = content_type }
end

--- Makes a JSON response.
---@param status integer
---@param value any for `core.encode`
---@return bytenite.sandbox.Response
---@usage responses.json(200, { token = token })
function responses.json(status, value)
  return responses.text(status, core.encode(value))
end

--- Makes the response that shows a job.
---@param kept bytenite.sandbox.Job
---@return bytenite.sandbox.Response
---@usage return responses.job(draft)
function responses.job(kept)
  return { status = 200, job = kept }
end

--- Makes the envelope of a successful call without a result.
---@return bytenite.sandbox.Response
---@usage return responses.done()
function responses.done()
  return responses.json(200, { ok = true, requestId = "", message = "", error = core.null })
end

--- Makes an error in the gateway's shape: `{code, message, details}`.
---@param status integer of HTTP
---@param message string
---@param code integer|nil of gRPC; by default the usual code of the status
---@return bytenite.sandbox.Response
---@usage responses.gateway(503, "no server is ready")
function responses.gateway(status, message, code)
  return responses.json(status, { code = code or code_of[status] or 2, message = message, details = core.array {} })
end

--- Makes an error in the envelope's shape: `{ok, requestId, message, error{code, message,
--- description}}`.
---@param status integer of HTTP
---@param description string
---@param code integer|nil the code in the body; by default the status
---@return bytenite.sandbox.Response
---@usage responses.envelope(401, "the access token is missing")
function responses.envelope(status, description, code)
  return responses.json(status, {
    ok = false,
    requestId = "req-" .. random_ids.text(10),
    message = "the request failed",
    error = { code = code or status, message = reason(code or status), description = description },
  })
end

--- Makes the gateway's error for a gRPC status.
---@param name string a key of the table of gRPC statuses above, e.g. "NOT_FOUND"
---@param message string
---@return bytenite.sandbox.Response
---@usage return responses.refuse("NOT_FOUND", "there is no such job")
function responses.refuse(name, message)
  local code <const> = CODES[name]
  return responses.gateway(status_of[code], message, code)
end

-- Functions that make the body of an error, by their names in `faults.error_shapes`.
local shapes <const> = {
  gateway = responses.gateway,
  envelope = responses.envelope,
  html = function(status)
    local page <const> = ("<html><head><title>%d %s</title></head><body><h1>%d %s</h1></body></html>\n"):format(
      status,
      reason(status),
      status,
      reason(status)
    )
    return responses.text(status, page, "text/html; charset=utf-8")
  end,
  xml = function(status, message)
    local body <const> = "<Error><Code>%s</Code><Message>%s</Message></Error>\n"
    return responses.text(status, body:format(reason(status):gsub(" ", ""), message), "application/xml")
  end,
  empty = function(status)
    return responses.text(status, "", false)
  end,
  object = function(status)
    return responses.text(status, "{}")
  end,
  array = function(status)
    return responses.text(status, '["unexpected"]')
  end,
  string = function(status)
    return responses.text(status, '"unexpected"')
  end,
  number = function(status)
    return responses.text(status, "42")
  end,
}

--- Makes a response with any status and a body in a named shape.
---@param name "gateway"|"envelope"|"html"|"xml"|"empty"|"object"|"array"|"string"|"number"
---@param status integer
---@param message string|nil for shapes that have one
---@return bytenite.sandbox.Response
---@usage responses.shaped("html", 503)
function responses.shaped(name, status, message)
  return shapes[name](status, message or ("sandbox fault: %d %s"):format(status, reason(status)))
end

--- Returns the text of the body. Prints the body first if that has not been done.
---@param response bytenite.sandbox.Response
---@return string
---@usage local text = responses.body(response)
function responses.body(response)
  return response.body or job.reply(response.job, response.template_info)
end

return responses
