--- body_stream.lua: calls whose bodies are sent or received in pieces.
---
--- The coroutine that made the call handles the pieces, so that user functions (readers, progress)
--- may make calls themselves. Between pieces the coroutine waits in the reactor.
local await <const> = require "bytenite.async.await"
local call <const> = require "bytenite.call"
local reactor <const> = require "bytenite.async.reactor"
local validate <const> = require "bytenite.base.validate"

local body_stream <const> = {}

-- A waitable. It ends when the stream has received bytes, wants bytes or has ended.
local Readiness <const> = { __name = "bytenite.Readiness" }
Readiness.__index = Readiness

function Readiness:check_pending()
  self.call:check_pending()
end

--- Does nothing: the end of the call ends the wait.
function Readiness.fail_closed() end

function Readiness.__close() end

-- Ends the wait for a stream that is ready or has ended.
local function notify(self)
  local readiness <const> = self.readiness
  if readiness and not readiness.done then self.client.reactor:end_of(readiness) end
end

local function always()
  return true
end

local function nothing() end

--- Makes the `stream` member of the plan of a streaming call.
---@param fields table # its members:
---   size: bytes of the request body, nil if it has none;
---   decode: whether to undo a Content-Encoding;
---   begin(call): called before each attempt;
---   may_repeat(call, problem): returns whether there may be another attempt
---@return table
function body_stream.plan(fields)
  return {
    size = fields.size,
    decode = fields.decode,
    begin = fields.begin or nothing,
    may_repeat = fields.may_repeat or always,
    on_ready = notify,
  }
end

--- Starts a streaming call. Declare it `<close>`, so that it ends if it is abandoned.
---@see call.start
---@return table # the call
function body_stream.open(client, plan, id, body, options, job)
  local opened <const> = call.start(client, plan, id, body, options, job)
  opened.on_done = notify
  client.reactor:add_suspended(opened) -- so that it ends when the client is closed
  return opened
end

--- Waits until a stream is ready or has ended. Feed it or take from it first: the core reports once
--- that a stream is ready.
---@param opened table
function body_stream.await(opened)
  if opened.done then return end
  if opened.readiness and not opened.readiness.done then
    validate.raise(opened.plan.operation.name .. ": another task waits for this stream")
  end
  opened.readiness = reactor.waitable(Readiness, { call = opened })
  await.ended(opened.client.reactor, opened.readiness)
end

return body_stream
