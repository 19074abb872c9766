--- Serves one request: reads it, logs it, finds the operation, calls its handler, applies a fault
--- and sends the response.
local cqueues <const> = require "cqueues"

local responses <const> = require "bytenite.sandbox.http.responses"
local control_api <const> = require "bytenite.sandbox.http.control_api"
local response_writer <const> = require "bytenite.sandbox.http.response_writer"
local disconnect <const> = require "bytenite.sandbox.http.disconnect"
local fault_effects <const> = require "bytenite.sandbox.http.fault_effects"
local handlers <const> = require "bytenite.sandbox.http.handlers"
local request <const> = require "bytenite.sandbox.http.request"
local origin_check <const> = require "bytenite.sandbox.http.origin_check"
local router <const> = require "bytenite.sandbox.http.router"
local file_transfers <const> = require "bytenite.sandbox.http.file_transfers"

local dispatcher = {}

-- Returns the response to a call without faults, and a function that makes the change, or nil.
local function perform(call)
  local operation <const> = call.operation
  local handler <const> = operation and handlers[operation.name]
  if handler == nil then return responses.refuse("UNIMPLEMENTED", "the sandbox does not support this call yet") end
  if operation.authorized then
    local valid <const>, reason <const> = call.state.tokens:check(call.authorization)
    if not valid then return responses.shaped(call.state:next_error_shape(), 401, reason) end
  end
  return handler(call)
end

-- Refuses a request. Reads the rest of it afterwards, so that the client sees the response.
local function refuse(stream, received, response)
  received.is_answered = true
  response_writer.send(stream, response)
  if not request.read_body(stream, received) then disconnect.close(stream) end
end

local function serve(state, stream, received, latency)
  local path <const> = received.path:match "^[^?]*"
  local refusal <const> = origin_check.refusal(received)
  if refusal then return refuse(stream, received, refusal) end
  if file_transfers.name_of(path) then
    file_transfers.serve(state, stream, received)
    return
  end
  local complete <const>, is_too_large <const> = request.read_body(stream, received)
  if is_too_large then
    response_writer.send(stream, responses.gateway(413, "the request body is too large"))
    return disconnect.close(stream)
  end
  if not complete then return end
  if not router.is_api(path) then
    response_writer.send(stream, control_api.respond(state, received))
    return
  end
  local operation <const>, parameters <const> = router.find(received.method, path)
  local name <const> = operation and operation.name
  state.requests:add(received, name)
  local fault <const> = state.faults:take(name)
  local call <const> = {
    operation = operation,
    parameters = parameters or {},
    path = received.path,
    body = received.body,
    authorization = received.authorization,
    state = state,
  }
  local response, change <const> = perform(call)
  if change and (fault == nil or fault.act == "before") then change() end
  local delay <const> = latency + (fault and fault.delay or 0)
  if delay > 0 then cqueues.sleep(delay) end
  if fault then
    if not fault.after and response_writer.withhold(stream, fault) then return end
    response = fault_effects.apply(fault, call, response)
  end
  response_writer.send(stream, response, fault)
end

local function serve_safely(state, stream, latency, report)
  local received <const>, malformed <const> = request.read_head(stream)
  if malformed then
    report("a request that cannot be read: " .. malformed)
    pcall(response_writer.refuse_unreadable, stream, malformed)
  end
  if received == nil then return end
  local served <const>, problem <const> = xpcall(serve, debug.traceback, state, stream, received, latency)
  if served then return end
  report(("%s %s: %s"):format(received.method, received.path:match "^[^?]*", problem))
  pcall(response_writer.send, stream, responses.refuse("INTERNAL", "error in the sandbox"))
end

--- Serves the one request of a stream.
---@param state bytenite.sandbox.State
---@param stream table of lua-http
---@param latency number delay of every response below /v1, in seconds
---@param report fun(message: string) receives errors in the sandbox itself; the client gets a 500
---@usage dispatcher.serve(state, stream, 0, print)
function dispatcher.serve(state, stream, latency, report)
  serve_safely(state, stream, latency, report)
  if disconnect.is_gone(stream.connection) then disconnect.abandon(stream) end
end

return dispatcher
