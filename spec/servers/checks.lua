--- What must hold behind every server. Each check is a row: the promises of docs/reliability.md that it holds, the listener
--- that it uses, and a function of a trial.
local cqueues <const> = require "cqueues"
local trials <const> = require "spec.servers.trial"

local names <const> = trials.names

---@class spec.servers.Check
---@field name string a sentence
---@field promises string[] keys of docs/reliability.lua
---@field variant string
---@field only string|nil the one server that it is for
---@field run fun(trial: spec.servers.Trial)

---@type spec.servers.Check[]
local checks <const> = {}

-- Rules for `settle`.

local function must_succeed(call)
  if not call.ok then return "failed: " .. tostring(call.err) end
end

local function may_fail_if_once_only(call)
  if not call.ok and not call.row.once_only then return "failed: " .. tostring(call.err) end
end

-- More retries than one needs against a server that is only rarely gone.
local PATIENT <const> = { max_retries = 8 }
local CONCURRENCY <const> = 16

table.insert(checks, {
  name = "once-only calls succeed after the server has closed the idle connection",
  promises = { "once", "not_sent", "own_response" },
  variant = "idle",
  run = function(trial)
    local clients <const> = {}
    for index = 1, 10 do
      clients[index] = trial:client "idle"
    end
    for _ = 1, 20 do
      for _, client in ipairs(clients) do
        trial:once_only(client, names("ok", 1))
      end
      cqueues.sleep(2 * trial.front.kind.closes_within)
    end
    local connections <const> = trial:settle(must_succeed)
    trial:expect(connections >= 150, "the server closed too few connections: 200 calls over %d", connections)
  end,
})

table.insert(checks, {
  name = "once-only calls of a map succeed after the server has closed the idle connections",
  promises = { "once", "not_sent", "own_response" },
  variant = "idle",
  run = function(trial)
    local client <close> = trial:client "idle"
    for _ = 1, 15 do
      trial:once_only(client, names("ok", CONCURRENCY), { concurrency = CONCURRENCY })
      cqueues.sleep(2 * trial.front.kind.closes_within)
    end
    local connections <const> = trial:settle(must_succeed)
    trial:expect(connections >= 12, "the server closed too few connections: 15 rounds over %d", connections)
  end,
})

table.insert(checks, {
  name = "once-only calls never run twice when the server closes the connection at that moment",
  promises = { "once" },
  variant = "idle",
  run = function(trial)
    local clients <const> = {}
    for index = 1, 5 do
      clients[index] = trial:client "idle"
    end
    for round = 1, 20 do
      for _, client in ipairs(clients) do
        trial:once_only(client, names("ok", 1))
      end
      cqueues.sleep(trial.front.kind.closes_within * (0.8 + round * 0.02))
    end
    trial:settle(may_fail_if_once_only)
  end,
})

table.insert(checks, {
  name = "once-only calls one by one succeed although the server closes after 5 requests",
  promises = { "once", "not_sent" },
  variant = "few",
  run = function(trial)
    local client <close> = trial:client "few"
    trial:once_only(client, names("ok", 300))
    local connections <const> = trial:settle(must_succeed)
    trial:expect(connections >= 50, "the server closed too few connections: 300 calls over %d", connections)
  end,
})

table.insert(checks, {
  name = "once-only calls in batches of 5 succeed although the server closes after 5 requests",
  promises = { "once", "not_sent" },
  variant = "few",
  run = function(trial)
    local client <close> = trial:client "few"
    for _ = 1, 40 do
      trial:once_only(client, names("ok", 5), { concurrency = 5 })
      cqueues.sleep(0.01) -- so that the news of the end has arrived
    end
    local connections <const> = trial:settle(must_succeed)
    trial:expect(connections >= 35, "the server closed too few connections: 200 calls over %d", connections)
  end,
})

-- Maps calls of all kinds; calls `disturb` after every `interval` of them.
local function map_mixed(trial, client, mode, count, interval, disturb)
  local kinds <const> = { "run", "get", "create", "set_name" }
  local done = 0
  client:map(names(mode, count), function(name, index)
    return trial:call(client, kinds[index % #kinds + 1], name)
  end, {
    concurrency = CONCURRENCY,
    on_done = function()
      done = done + 1
      if disturb and done % interval == 0 then disturb() end
    end,
  })
end

table.insert(checks, {
  name = "a map of all calls is honest although the server closes after 5 requests",
  promises = { "once", "retried", "accounted" },
  variant = "few",
  run = function(trial)
    local client <close> = trial:client("few", PATIENT)
    map_mixed(trial, client, "ok", 300)
    trial:settle(may_fail_if_once_only)
  end,
})

table.insert(checks, {
  name = "a map of all calls is honest while the server reloads ten times",
  promises = { "once", "retried", "accounted" },
  variant = "usual",
  run = function(trial)
    local client <close> = trial:client("usual", PATIENT)
    map_mixed(trial, client, "work", 800, 80, function()
      trial.front:reload()
    end)
    local connections <const> = trial:settle(may_fail_if_once_only)
    trial:expect(connections >= 5, "the server reloaded too late: 800 calls over %d connections", connections)
  end,
})

table.insert(checks, {
  name = "once-only calls are retried while the server does not listen",
  promises = { "not_sent" },
  variant = "usual",
  run = function(trial)
    local front <const> = trial.front
    front:stop()
    local is_down = true
    local client <close> = trial:client("usual", {
      max_retries = 10,
      on_event = function(event)
        if event.type ~= "retry" or not is_down then return end
        is_down = false
        front:start()
      end,
    })
    trial:once_only(client, names("ok", CONCURRENCY), { concurrency = CONCURRENCY })
    if is_down then front:start() end
    trial:expect(not is_down, "no call was retried")
    trial:settle(must_succeed)
  end,
})

table.insert(checks, {
  name = "calls that fail do not disturb their neighbours on the same connection",
  promises = { "once", "dead", "isolated" },
  variant = "usual",
  run = function(trial)
    local client <close> = trial:client("usual", { max_retries = 0 })
    for _ = 1, 5 do
      trial:once_only(client, names("ok", CONCURRENCY), { concurrency = CONCURRENCY })
      local mixed <const> = names("ok", 60)
      for index, mode in pairs { [10] = "close", [25] = "cut", [40] = "stall", [55] = "head" } do
        mixed[index] = names(mode, 1)[1]
      end
      trial:once_only(client, mixed, { concurrency = CONCURRENCY })
    end
    trial:settle(function(call, times)
      if call.name:find "^ok" then return must_succeed(call) end
      if call.ok or not call.err.maybe_done then return "must fail with maybe_done, got " .. tostring(call.err) end
      if times ~= 1 then return ("was executed %d times"):format(times) end
    end)
  end,
})

-- What the backend does, how often a once-only call is then executed, and how many rounds of calls are made.
local BREAKS <const> = {
  { mode = "close", sentence = "closes without a response", times = 1, rounds = 10, promise = "broken" },
  { mode = "head", sentence = "closes within the headers", times = 1, rounds = 10, promise = "broken" },
  { mode = "cut", sentence = "closes within the body", times = 1, rounds = 10, promise = "broken" },
  { mode = "stall", sentence = "does not respond in time", times = 1, rounds = 1, promise = "broken" },
  { mode = "busy", sentence = "responds with 503", times = 1, rounds = 10, promise = "busy" },
  { mode = "ok", variant = "down", sentence = "does not listen", times = 0, rounds = 10, promise = "busy" },
}

local function judge_once_only(row)
  return function(call, times)
    local err <const> = call.err
    if call.ok then return "must fail" end
    if times ~= row.times then return ("was executed %d times, not %d"):format(times, row.times) end
    if err.attempts ~= 1 then return ("has %d attempts: %s"):format(err.attempts, tostring(err)) end
    -- Servers differ in what they respond; only a 503 says that nothing was done.
    if (err.maybe_done == true) ~= (err.status ~= 503) then
      return ("has maybe_done = %s: %s"):format(err.maybe_done, tostring(err))
    end
  end
end

local function judge_repeatable(row, attempts)
  return function(call, times)
    local err <const> = call.err
    if call.ok then return "must fail" end
    if err.attempts ~= attempts then
      return ("has %d attempts, not %d: %s"):format(err.attempts, attempts, tostring(err))
    end
    if times ~= attempts * row.times then return ("was executed %d times in %d attempts"):format(times, attempts) end
  end
end

for _, row in ipairs(BREAKS) do
  local variant <const> = row.variant or "usual"

  table.insert(checks, {
    name = ("a once-only call is sent once when the backend %s"):format(row.sentence),
    promises = { "once", row.promise, "accounted" },
    variant = variant,
    run = function(trial)
      local client <close> = trial:client(variant)
      for _ = 1, row.rounds do
        if variant == "usual" then assert(client:get_job(names("ok", 1)[1])) end
        trial:once_only(client, names(row.mode, 2))
      end
      trial:once_only(client, names(row.mode, CONCURRENCY), { concurrency = CONCURRENCY })
      trial:settle(judge_once_only(row))
    end,
  })

  table.insert(checks, {
    name = ("a repeatable call is retried when the backend %s"):format(row.sentence),
    promises = { "retried", row.promise, "accounted" },
    variant = variant,
    run = function(trial)
      local client <close> = trial:client(variant, { max_retries = 1 })
      if variant == "usual" then assert(client:get_job(names("ok", 1)[1])) end
      for index, name in ipairs(names(row.mode, row.rounds > 1 and 4 or 2)) do
        trial:call(client, index % 2 == 0 and "get" or "set_name", name)
      end
      trial:settle(judge_repeatable(row, 2))
    end,
  })
end

table.insert(checks, {
  name = "once-only calls that wait too long in the server's queue are not sent again",
  promises = { "busy" },
  variant = "queue",
  only = "haproxy",
  run = function(trial)
    local client <close> = trial:client "queue"
    local refused = 0
    trial:once_only(client, names("slow", 12), { concurrency = 12 })
    trial:settle(function(call, times)
      if call.ok then return nil end
      refused = refused + 1
      if call.err.status ~= 503 or call.err.attempts ~= 1 then return "failed otherwise: " .. tostring(call.err) end
      if times ~= 0 then return "was executed" end
    end)
    trial:expect(refused > 0, "no call waited too long")
  end,
})

table.insert(checks, {
  name = "once-only calls that the server rejects without a response are not sent again",
  promises = { "once", "broken" },
  variant = "reject",
  only = "haproxy",
  run = function(trial)
    local client <close> = trial:client "reject"
    for _, name in ipairs(names("ok", 20)) do
      trial:call(client, "get", names("ok", 1)[1])
      trial:call(client, "run", name)
    end
    trial:settle(function(call, times)
      if not call.row.once_only then return must_succeed(call) end
      if call.ok or times > 0 then return "must fail" end
      if call.err.attempts ~= 1 then return ("has %d attempts: %s"):format(call.err.attempts, tostring(call.err)) end
      if not call.err.maybe_done then return "lacks maybe_done: " .. tostring(call.err) end
    end)
  end,
})

return checks
