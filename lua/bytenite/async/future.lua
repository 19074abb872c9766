--- future.lua: `client:async`: runs functions concurrently, and waits for their results.
local validate <const> = require "bytenite.base.validate"
local await <const> = require "bytenite.async.await"
local errors <const> = require "bytenite.errors"
local outcomes <const> = require "bytenite.async.outcomes"
local tasks <const> = require "bytenite.async.tasks"
local waiters <const> = require "bytenite.async.waiters"

local future <const> = {}

local Future <const> = { __name = "bytenite.Future" }
Future.__index = Future

local weak_keys <const> = { __mode = "k" } -- a wait is held by its coroutine, not by the task it waits for

local function check_future(where, value)
  if getmetatable(value) ~= Future then
    validate.raise(("%s: expected a future, got %s"):format(where, validate.describe(value)))
  end
  return value
end

local function check_limit(where, seconds)
  return seconds ~= nil and validate.seconds(where, seconds) or nil
end

-- Counts the end of a task in the waits for it.
local function on_end(task)
  task.reactor.tasks[task] = nil
  for ends, times in pairs(task.waits) do
    for _ = 1, times do
      ends:arrive()
    end
  end
end

--- Implements `client:async`. `run` has been checked.
function future.start(client, run, ...)
  local reactor <const> = client.reactor
  local task <const> = tasks.create(reactor, { on_end = on_end, waits = setmetatable({}, weak_keys) }, run, ...)
  local self <const> = setmetatable({ client = client, task = task }, Future)
  reactor.tasks[task] = true
  tasks.enqueue(task)
  reactor:notify()
  return self
end

-- Waits until `count` of the futures are done. Returns false if the time limit passes first.
local function wait_for(client, futures, count, seconds)
  local reactor <const> = client.reactor
  local done = 0
  for _, each in ipairs(futures) do
    if each.task.done then done = done + 1 end
    if done == count then return true end
  end
  if count == 0 then return true end
  local awaited <const> = {}
  local ends <const> = waiters.new(reactor, count - done, awaited, seconds)
  for _, each in ipairs(futures) do
    local task <const> = each.task
    if not task.done then
      awaited[task] = true
      task.waits[ends] = (task.waits[ends] or 0) + 1
    end
  end
  await.ended(reactor, ends)
  for _, each in ipairs(futures) do
    each.task.waits[ends] = nil
  end
  return not ends.has_passed
end

local function timeout(seconds, what)
  return errors.new {
    kind = "timeout",
    message = ("%s within %g s; the work continues"):format(what, seconds),
    retryable = true,
  }
end

--- Documented in docs/api/future.lua.
function Future:get(seconds)
  check_future("get", self)
  local task <const> = self.task
  local limit <const> = check_limit("get: seconds", seconds)
  if not wait_for(self.client, { self }, 1, limit) then return nil, timeout(limit, "the future is not done") end
  if task.has_raised then error(task.raised, 0) end
  if task.is_cancelled then return nil, outcomes.cancelled(task) end
  return table.unpack(task.results, 1, task.results.n)
end

--- Documented in docs/api/future.lua.
function Future:done()
  return check_future("done", self).task.done
end

--- Documented in docs/api/future.lua.
function Future:cancel()
  tasks.cancel(check_future("cancel", self).task)
  self.client.reactor:wake_loop()
end

Future.__close = Future.cancel

function Future:__tostring()
  local task <const> = self.task
  local state <const> = not task.done and "pending" or task.is_cancelled and "cancelled" or "done"
  return ("bytenite future (%s)"):format(state)
end

local function check_futures(method, client, futures)
  validate.type(method .. ": futures", futures, "table")
  for index = 1, #futures do
    local where <const> = ("%s: futures[%d]"):format(method, index)
    if check_future(where, futures[index]).client ~= client then
      validate.raise(where .. ": the future belongs to another client")
    end
  end
  if #futures == 0 and next(futures) ~= nil then validate.raise(method .. ": futures: expected a list") end
  return futures
end

--- Implements `client:wait_all`.
function future.wait_all(client, futures, seconds)
  check_futures("wait_all", client, futures)
  local limit <const> = check_limit("wait_all: seconds", seconds)
  if not wait_for(client, futures, #futures, limit) then return nil, timeout(limit, "the futures are not all done") end
  local results <const> = outcomes.results()
  for index, each in ipairs(futures) do
    local task <const> = each.task
    if task.has_raised then
      results:add(index, false, task.raised)
    elseif task.is_cancelled then
      results:cancel(index, task)
    else
      results:add(index, true, table.unpack(task.results, 1, task.results.n))
    end
  end
  return results:finished()
end

--- Implements `client:wait_any`.
function future.wait_any(client, futures, seconds)
  check_futures("wait_any", client, futures)
  if #futures == 0 then validate.raise "wait_any: the list of futures is empty" end
  local limit <const> = check_limit("wait_any: seconds", seconds)
  if not wait_for(client, futures, 1, limit) then return nil, timeout(limit, "none of the futures is done") end
  for index, each in ipairs(futures) do
    if each.task.done then return each, index end
  end
end

return future
