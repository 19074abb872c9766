--- stream.lua: calls whose bodies go through in pieces, which somebody feeds or takes while the call is under way.
---
--- Whoever does so runs in the coroutine that made the call, so that functions of the user's (readers, progress) may make
--- calls themselves. Between pieces it waits, like everything, in the driver.
local call <const> = require "bytenite.call.run"
local check <const> = require "bytenite.base.validate"
local driver <const> = require "bytenite.async.reactor"

local stream <const> = {}

-- What is waited for: that a stream calls or ends. A thing for the driver.
local Attention <const> = { __name = "bytenite.Attention" }
Attention.__index = Attention

function Attention:still_waiting()
  self.call:still_waiting()
end

--- Nothing: the call is told, and ends.
function Attention.fail_closed() end

function Attention.__close() end

-- Wakes who waits for a stream.
local function attend(self)
  local attention <const> = self.attention
  if attention and not attention.done then self.client.driver:end_of(attention) end
end

local function always()
  return true
end

local function nothing() end

--- What the plan of a streaming call says of it.
---@param fields table size, bytes of the request's body, nil: it has none; begin(call), called before each sending;
---   may_repeat(call, problem), whether there may be another one
---@return table # for the plan's `stream`
function stream.plan(fields)
  return {
    size = fields.size,
    begin = fields.begin or nothing,
    may_repeat = fields.may_repeat or always,
    called = attend,
  }
end

--- Starts a streaming call. Declare it `<close>`: it ends when nobody feeds it any more.
---@see call.start
---@return table # the call
function stream.open(client, plan, id, body, options, job)
  local opened <const> = call.start(client, plan, id, body, options, job)
  opened.on_done = attend
  client.driver:add_suspended(opened) -- is told when the client is closed
  return opened
end

--- Waits until a stream calls or has ended. Look first whether it wants or has something: it calls only once.
---@param opened table
function stream.await(opened)
  if opened.done then return end
  if opened.attention and not opened.attention.done then
    check.raise(opened.plan.operation.name .. ": another task waits for this stream")
  end
  opened.attention = driver.thing(Attention, { call = opened })
  opened.client.driver:await(opened.attention)
end

return stream
