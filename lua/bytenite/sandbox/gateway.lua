--- The way of one request: read, record, find the operation, let it answer, let a fault interfere, deliver.
local cqueues <const> = require "cqueues"

local answers <const> = require "bytenite.sandbox.answers"
local control <const> = require "bytenite.sandbox.control"
local delivery <const> = require "bytenite.sandbox.delivery"
local drop <const> = require "bytenite.sandbox.drop"
local effects <const> = require "bytenite.sandbox.effects"
local operations <const> = require "bytenite.sandbox.operations"
local request <const> = require "bytenite.sandbox.request"
local routes <const> = require "bytenite.sandbox.routes"
local transfers <const> = require "bytenite.sandbox.transfers"

local gateway = {}

-- The call's true answer and the change it makes, which may be nil.
local function perform(call)
  local operation <const> = call.operation
  local handler <const> = operation and operations[operation.name]
  if handler == nil then return answers.refuse("UNIMPLEMENTED", "the sandbox does not know this call yet") end
  if operation.authorized then
    local valid <const>, reason <const> = call.state.tokens:check(call.authorization)
    if not valid then return call.state:refusal(401, reason) end
  end
  return handler(call)
end

local function serve(state, stream, received, latency)
  local path <const> = received.path:match "^[^?]*"
  if transfers.name_of(path) then
    transfers.serve(state, stream, received)
    return
  end
  if not request.read_body(stream, received) then return end
  if not routes.is_api(path) then
    delivery.send(stream, control.answer(state, received))
    return
  end
  local operation <const>, parameters <const> = routes.find(received.method, path)
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
  local answer, change <const> = perform(call)
  if change and (fault == nil or fault.act == "before") then change() end
  local delay <const> = latency + (fault and fault.delay or 0)
  if delay > 0 then cqueues.sleep(delay) end
  if fault then
    if not fault.after and delivery.withhold(stream, fault) then return end
    answer = effects.answer(fault, call, answer)
  end
  delivery.send(stream, answer, fault)
end

local function serve_safely(state, stream, latency, report)
  local received <const> = request.read_head(stream)
  if received == nil then return end
  local served <const>, problem <const> = xpcall(serve, debug.traceback, state, stream, received, latency)
  if served then return end
  report(("%s %s: %s"):format(received.method, received.path:match "^[^?]*", problem))
  pcall(delivery.send, stream, answers.refuse("INTERNAL", "error in the sandbox"))
end

--- Serves the one request of a stream.
---@param state bytenite.sandbox.State
---@param stream table of lua-http
---@param latency number seconds every answer below /v1 waits
---@param report fun(message: string) told about an error in the sandbox itself, which the client sees as status 500
---@usage gateway.serve(state, stream, 0, print)
function gateway.serve(state, stream, latency, report)
  serve_safely(state, stream, latency, report)
  if drop.is_gone(stream.connection) then drop.abandon(stream) end
end

return gateway
