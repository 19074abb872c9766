--- call_failure.lua: makes the error values of calls: what happened, what was tried, a next step if
--- one is known, and no secrets.
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local lenient_json <const> = require "bytenite.errors.lenient_json"
local options <const> = require "bytenite.base.options"
local redact <const> = require "bytenite.errors.redact"
local response_headers <const> = require "bytenite.errors.response_headers"
local retry_after <const> = require "bytenite.errors.retry_after"

local call_failure <const> = {}

local getenv <const>, wall_clock <const> = os and os.getenv, os and os.time -- hosts may have removed the library

-- Returns the secrets that must not be shown: those of the client, and those in the call's request
-- and job.
local function secrets_of(call)
  local secrets <const> = call.client.credentials.known(call.exchange:token())
  secrets:add_body(call.exchange:request_body()):add_table(call.job)
  local raw <const> = call.plan.operation.raw
  if raw then redact.add_raw(secrets, raw) end
  return secrets
end

--- Completes an error with what was tried.
---@param call table
---@param problem table
---@return table # the same table
function call_failure.complete(call, problem)
  local operation <const> = call.plan.operation
  problem.operation = problem.operation or operation.name
  problem.method = operation.method
  problem.path = call.exchange:path()
  problem.attempts = call.attempts
  problem.elapsed = call.client.clock.now() - call.started_at
  problem.retryable = problem.retryable or false
  if call.maybe_done and operation.method ~= "GET" then
    problem.maybe_done = true
    if not operation.repeatable then
      problem.hint = problem.hint or "the service may have acted: check before you repeat the call"
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
  message = "the client belongs to the parent process",
  hint = "make a client in each process",
}
local cancelled <const> = { kind = "cancelled", message = "the call was cancelled" }

--- Makes the error of a call whose client is closed.
function call_failure.closed(call)
  return call_failure.complete(call, copy(call.client.session:problem() == "forked" and forked or closed))
end

--- Makes the error of a cancelled call.
function call_failure.cancelled(call)
  return call_failure.complete(call, copy(cancelled))
end

--- Makes the error of a call whose deadline has passed.
---@param call table
---@param waiting_for string what the call was waiting for
function call_failure.deadline(call, waiting_for)
  local message <const> = ("the deadline of %g s passed while waiting for %s"):format(call.limits.deadline, waiting_for)
  return call_failure.complete(call, errors.new { kind = "timeout", message = message, retryable = true })
end

-- Returns whether the call goes to a signed URL and not to base_url.
local function is_signed(call)
  return call.plan.stream and call.plan.operation.raw
end

-- Returns a next step if TLS failed because of a local file or of the client certificate; or nil.
local function certificate_hint(call, words)
  local client_options <const> = call.client.options
  if words:find("setting certificate", 1, true) or words:find("trust anchors", 1, true) then
    if not client_options.ca_path and not client_options.ca_file then
      return "this machine lacks certificate authorities: install ca-certificates, or set ca_file"
    end
    if client_options.ca_file then
      return "the CA file cannot be read: check ca_file, BYTENITE_CA_FILE and SSL_CERT_FILE"
    end
    return "ca_path must be a folder with certificates under the names that `openssl rehash` gives them"
  end
  if words:find("PEM client certificate", 1, true) then
    return "client_cert must be a file with a certificate in PEM: check it and BYTENITE_CLIENT_CERT"
  end
  if words:find("private key", 1, true) or words:find("Private key", 1, true) then
    return "client_key must be a file with the key of client_cert in PEM, without a pass phrase"
  end
  if not words:find(" alert ", 1, true) or is_signed(call) then return nil end
  if not words:find("certificate", 1, true) and not words:find("unknown ca", 1, true) then return nil end
  if client_options.client_cert then return "the server does not accept client_cert" end
  return "the server asks for a certificate: set client_cert and client_key"
end

-- Returns a next step by the kind of failure and libcurl's words, or nil.
local function hint_for(call, kind, words)
  if words:find("Too many open files", 1, true) then
    return "the process has no file descriptor left: close some, or raise its limit (ulimit -n)"
  end
  if kind == "tls" then
    local hint <const> = certificate_hint(call, words)
    if hint then return hint end
    return "if the server's certificate is your own, set ca_file or BYTENITE_CA_FILE to its CA"
  end
  if is_signed(call) then return nil end
  if words:find("resolve host", 1, true) then
    return "check base_url; the public service is offline, bytenite-sandbox serves the API locally"
  end
  if words:find("onnect to", 1, true) then return "check base_url; is the service running?" end
  return nil
end

-- The variables that libcurl reads for https, the scheme that needs CONNECT.
local proxy_variables <const> = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" }

-- Returns host and port of the proxy in use, without its credentials; nil if they are unknown.
local function proxy_name(call)
  local name <const> = call.client.options.proxy_name
  if name or not getenv then return name end
  for _, variable in ipairs(proxy_variables) do
    local address <const> = getenv(variable)
    if address and address ~= "" then return options.proxy_name(address) end
  end
  return nil
end

local proxy_hints <const> = {
  [403] = "the proxy does not allow this host",
  [407] = "put the proxy's user and password into its address: http://user:password@host:port",
}

-- Makes the error of a proxy that refused to open a tunnel.
local function proxy_refused(call, kind, status)
  local name <const> = proxy_name(call)
  return errors.new {
    kind = kind,
    message = ("the proxy%s refused the connection with status %d"):format(name and " " .. name or "", status),
    hint = proxy_hints[status] or "check the proxy option and the environment variables for proxies",
  }
end

--- Makes the error of an attempt that got no response, to be completed if it was the last.
---@param call table
---@param kind string "timeout", "connection", "tls", "protocol" or "too_large"
---@param words string libcurl's
---@param proxy_status integer|nil the status with which a proxy refused CONNECT
function call_failure.no_response(call, kind, words, proxy_status)
  if proxy_status then return proxy_refused(call, kind, proxy_status) end
  if kind == "too_large" then
    return errors.new {
      kind = kind,
      message = ("the response is larger than %d bytes, or its headers are too large"):format(
        call.limits.max_response_bytes
      ),
      hint = "raise max_response_bytes to accept larger responses",
    }
  end
  return errors.new { kind = kind, message = redact.text(words, secrets_of(call)), hint = hint_for(call, kind, words) }
end

-- Returns the seconds that the headers of a response ask to wait, or nil. A date is compared with
-- the server's own clock if the response has a Date.
local function wait_asked_by(headers)
  local text <const> = headers["retry-after"]
  if not text then return nil end
  local now <const> = wall_clock and wall_clock()
  return retry_after.seconds(text, retry_after.date(headers.date, now) or now)
end

--- Returns the headers of a response, by name and as a list, as they may be shown.
---@param call table
---@return table<string, string>
---@return string[][]
function call_failure.headers(call)
  return response_headers.redacted(call.exchange:headers(), secrets_of(call))
end

--- Makes the error of a response, to be completed if its attempt was the last.
---@param call table
---@param status integer
function call_failure.of_response(call, status)
  local received <const>, headers <const> = call.exchange:body(errors.MAX_BODY + 1), call.exchange:headers()
  local secrets <const> = secrets_of(call)
  local body <const> = redact.text(received:sub(1, errors.MAX_BODY), secrets)
  local decode = lenient_json.decode
  if #received > errors.MAX_BODY then
    decode = function(beginning)
      return lenient_json.decode_cut(beginning, redact.text(call.exchange:excerpt(), secrets))
    end
  end
  local problem <const> = errors.from_response(status, body, decode)
  redact.strings(problem.details or {}) -- JSON within strings has been decoded
  for _, name in ipairs { "message", "description", "request_id" } do
    problem[name] = problem[name] and redact.text(problem[name])
  end
  problem.headers, problem.header_list = response_headers.redacted(headers, secrets)
  problem.retry_after = wait_asked_by(response_headers.join(headers)) or problem.retry_after
  if status >= 300 and status < 400 then problem.hint = "redirects are not followed: check base_url and service" end
  if status == 407 then problem.hint = proxy_hints[407] end
  return problem
end

local encodings <const> = { ["\x1F\x8B"] = "gzip", ["\x28\xB5\x2F\xFD"] = "zstd", ["BZh"] = "bzip2" }

-- Returns the name of a compressed body's encoding, or nil.
local function encoding_of(body, headers)
  for magic, name in pairs(encodings) do
    if body:sub(1, #magic) == magic then return name end
  end
  local declared <const> = (headers["content-encoding"] or ""):match "^[%w-]+"
  return declared and declared:lower() ~= "identity" and declared:lower() or nil
end

-- Returns what a body is that should have been JSON, and a next step; nil if unknown.
local function look_at(body, headers)
  local encoding <const> = encoding_of(body, headers)
  if encoding then
    return ("is compressed (%s)"):format(encoding),
      "the request did not ask for compression: check base_url, and the proxy if there is one"
  end
  if not body:find "%S" then return "is empty", "check base_url, and the proxy if there is one" end
  local declared <const> = (headers["content-type"] or ""):lower()
  if body:find "^%s*<" or body:find "^\xEF\xBB\xBF%s*<" then
    local is_xml <const> = declared:find("xml", 1, true) and not declared:find("html", 1, true)
      or body:find "^%s*<%?xml" and not body:lower():find("<html", 1, true)
    return is_xml and "is XML" or "is HTML", "check base_url; a proxy may have responded with its login page"
  end
  return nil
end

--- Makes the error of a response with a status of success that cannot be used, to be completed if
--- its attempt was the last.
---@param call table
---@param status integer
---@param kind string
---@param message string|nil what is wrong; nil if the response itself says so (`ok: false`)
function call_failure.unusable(call, status, kind, message)
  local problem <const> = call_failure.of_response(call, status)
  problem.kind = kind
  problem.message = message or problem.message
  if kind == "protocol" then
    local what <const>, hint <const> = look_at(call.exchange:body(errors.MAX_BODY), problem.headers)
    if what then
      problem.message = ("the response %s, not JSON"):format(what)
      problem.hint = hint
    end
  end
  return problem
end

local exchange_hints <const> = {
  unauthenticated = "check the API key",
  not_found = "check base_url: it ends in /v1",
}

--- Makes the error of a call that needed a token, from the error of the token exchange. The call
--- itself was not sent, and a "not found" is not about its job.
---@param problem table the exchange's
function call_failure.no_token(problem)
  local own <const> = copy(problem)
  own.operation = core.operations.access_token.name
  own.message = "no access token: " .. problem.message
  own.hint = problem.hint or exchange_hints[problem.kind]
  own.maybe_done = nil
  if own.kind == "not_found" then own.kind = "unexpected" end
  return own
end

return call_failure
