--- map.lua: `client:map`: calls a function for many items, several at once.
---
--- A pool runs the items in workers, which are tasks. One worker at a time reads the next item and
--- then starts another worker, so that an iterator may itself wait (for the next page, say) and is
--- never entered twice.
local await <const> = require "bytenite.async.await"
local validate <const> = require "bytenite.base.validate"
local outcomes <const> = require "bytenite.async.outcomes"
local tasks <const> = require "bytenite.async.tasks"
local waiters <const> = require "bytenite.async.waiters"

local map <const> = {}

local DEFAULT_CONCURRENCY <const> = 64

local checks <const> = {
  concurrency = validate.integer(1, 1000000),
  on_done = validate.callable,
  stop_on_error = validate.boolean,
}

local Pool <const> = { __name = "bytenite.Pool" }
Pool.__index = Pool

-- Returns a function that returns whether there is another item, and the item; and the number of
-- items if it is known.
local function reader_of(items)
  if type(items) ~= "table" or pcall(validate.callable, "", items) then
    if not pcall(validate.callable, "", items) then
      validate.raise(("map: items: expected a list or an iterator function, got %s"):format(validate.describe(items)))
    end
    return function()
      local item <const> = items()
      return item ~= nil, item
    end
  end
  local count <const> = #items
  if count == 0 and next(items) ~= nil then
    validate.raise "map: items: expected a list or an iterator function, got a table with named members"
  end
  local index = 0
  return function()
    index = index + 1
    return index <= count, items[index]
  end, count
end

-- Ends the workers where they wait, and starts no others.
local function stop(pool)
  pool.has_stopped = true
  for worker in pairs(pool.workers) do
    tasks.cancel(worker)
  end
end

Pool.__close = stop

-- Counts the end of a worker.
local function on_end(worker)
  local pool <const> = worker.pool
  local index <const> = pool.workers[worker] or 0 -- none when memory ran out as it was made
  pool.workers[worker] = nil
  pool.live = pool.live - 1
  if index > 0 then pool.results:cancel(index, worker) end
  if worker.has_raised and not pool.has_raised then
    pool.has_raised, pool.raised = true, worker.raised
    stop(pool)
  end
  pool.wait:arrive()
end

local work

local function start_worker(pool)
  if pool.has_stopped or pool.count == pool.total then return end
  local worker <const> = tasks.create(pool.reactor, { on_end = on_end, pool = pool }, work, pool)
  pool.workers[worker] = 0
  pool.live = pool.live + 1
  pool.wait.left = pool.live
  tasks.enqueue(worker)
end

-- Runs items while there are any and no other worker is reading one; the function of a worker.
-- While it runs an item another worker reads the next.
work = function(pool)
  local worker <const>, workers <const> = tasks.state.task, pool.workers
  while not (pool.has_stopped or pool.is_reading) do
    pool.is_reading = true
    local has_item <const>, item <const> = pool.read()
    pool.is_reading = false
    if not has_item then
      pool.has_stopped = true
      return
    end
    local index <const> = pool.count + 1
    pool.count = index
    workers[worker] = index
    if pool.live < pool.concurrency then start_worker(pool) end
    local ok <const>, value <const> = pool.results:add(index, pcall(pool.run, item, index))
    workers[worker] = 0
    if pool.on_done then pool.on_done(index, ok, value) end
    if not ok and pool.stop_on_error then stop(pool) end
  end
end

--- Implements `client:map`. If it raises, pending items are cancelled.
function map.run(client, items, run, options)
  local read <const>, total <const> = reader_of(items)
  validate.callable("map: function", run)
  local checked <const> = validate.options("map", options, checks)
  local reactor <const> = client.reactor
  local workers <const> = {} -- by task: the index of the item it is at, 0 between items
  local pool <close> = setmetatable({
    reactor = reactor,
    read = read,
    total = total,
    run = run,
    concurrency = checked.concurrency or DEFAULT_CONCURRENCY,
    on_done = checked.on_done,
    stop_on_error = checked.stop_on_error,
    results = outcomes.results(total == nil),
    wait = waiters.new(reactor, 1, workers),
    workers = workers,
    live = 0,
    has_raised = false,
    count = 0, -- items read
  }, Pool)
  start_worker(pool)
  if pool.live > 0 then
    reactor:notify()
    await.ended(reactor, pool.wait)
  end
  if pool.has_raised then error(pool.raised, 0) end
  for index = pool.count + 1, total or 0 do
    pool.results:cancel(index)
  end
  return pool.results:finished()
end

return map
