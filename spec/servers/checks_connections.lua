--- Checks with servers that close connections, reload, and are down.
local cqueues <const> = require "cqueues"
local rules <const> = require "spec.servers.rules"
local trials <const> = require "spec.servers.trial"

local names <const> = trials.names

local ONCE <const> = "once means once"
local NOT_SENT <const> = "nothing was sent, so every call is tried again"
local NOTICED <const> = "the end of an idle connection is noticed before a request is written"
local OWN <const> = "a response answers its own request"
local COUNTED <const> = "no request is sent unaccounted"
local DEAD <const> = "dead means dead"
local NEIGHBOURS <const> = "aborting one call never disturbs another"
local BROKEN <const> = "a failure after sending is retried for repeatable calls only"

---@type spec.servers.Check[]
local checks <const> = {}

-- More retries than are necessary for a server that is rarely down.
local PATIENT <const> = { max_retries = 8 }
local CONCURRENCY <const> = 16

table.insert(checks, {
  name = "once-only calls succeed after the server has closed the idle connection",
  promises = { ONCE, NOTICED, OWN },
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
    local connections <const> = trial:settle(rules.must_succeed)
    trial:expect(connections >= 150, "the server closed too few connections: 200 calls over %d", connections)
  end,
})

table.insert(checks, {
  name = "once-only calls of a map succeed after the server has closed the idle connections",
  promises = { ONCE, NOTICED, OWN },
  variant = "idle",
  run = function(trial)
    local retries = 0
    local client <close> = trial:client("idle", {
      on_event = function(event)
        if event.type == "retry" then retries = retries + 1 end
      end,
    })
    for _ = 1, 15 do
      trial:once_only(client, names("ok", CONCURRENCY), { concurrency = CONCURRENCY })
      cqueues.sleep(2 * trial.front.kind.closes_within)
    end
    local connections <const> = trial:settle(rules.must_succeed)
    trial:expect(retries == 0, "%d of 240 calls were retried: the end was not noticed", retries)
    trial:expect(connections >= 12, "the server closed too few connections: 15 rounds over %d", connections)
  end,
})

table.insert(checks, {
  name = "once-only calls never run twice when the server closes the connection at that moment",
  promises = { ONCE },
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
    trial:settle(rules.may_fail_if_once_only)
  end,
})

table.insert(checks, {
  name = "once-only calls made one at a time succeed although the server closes after 5 requests",
  promises = { ONCE, NOTICED },
  variant = "few",
  run = function(trial)
    local client <close> = trial:client "few"
    trial:once_only(client, names("ok", 300))
    local connections <const> = trial:settle(rules.must_succeed)
    trial:expect(connections >= 50, "the server closed too few connections: 300 calls over %d", connections)
  end,
})

table.insert(checks, {
  name = "concurrent once-only calls succeed after the server has closed the connection at its 5th request",
  promises = { ONCE, NOTICED },
  variant = "few",
  run = function(trial)
    local client <close> = trial:client "few"
    for _ = 1, 40 do
      trial:call(client, "get", names("ok", 1)[1]) -- opens the connection
      trial:once_only(client, names("ok", 4), { concurrency = 4 })
      cqueues.sleep(0.01) -- until the end has arrived
    end
    local connections <const> = trial:settle(rules.must_succeed)
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
  promises = { ONCE, BROKEN, COUNTED },
  variant = "few",
  run = function(trial)
    local client <close> = trial:client("few", PATIENT)
    map_mixed(trial, client, "ok", 300)
    trial:settle(rules.may_fail_if_once_only)
  end,
})

table.insert(checks, {
  name = "a map of all calls is honest while the server reloads ten times",
  promises = { ONCE, BROKEN, COUNTED, DEAD },
  variant = "usual",
  run = function(trial)
    local client <close> = trial:client("usual", PATIENT)
    map_mixed(trial, client, "work", 800, 80, function()
      trial.front:reload()
    end)
    local connections <const> = trial:settle(rules.may_fail_if_once_only)
    trial:expect(connections >= 5, "the server reloaded too late: 800 calls over %d connections", connections)
  end,
})

table.insert(checks, {
  name = "once-only calls are retried while the server does not listen",
  promises = { NOT_SENT },
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
    trial:settle(rules.must_succeed)
  end,
})

table.insert(checks, {
  name = "calls that fail do not disturb their neighbours on the same connection",
  promises = { ONCE, NEIGHBOURS },
  variant = "usual",
  run = function(trial)
    local client <close> = trial:client("usual", { max_retries = 0 })
    for _ = 1, 3 do
      trial:once_only(client, names("ok", CONCURRENCY), { concurrency = CONCURRENCY })
      local mixed <const> = names("ok", 60)
      for index, mode in pairs { [10] = "close", [25] = "cut", [40] = "stall", [55] = "head" } do
        mixed[index] = names(mode, 1)[1]
      end
      trial:once_only(client, mixed, { concurrency = CONCURRENCY })
    end
    trial:settle(function(call, times)
      if call.name:find "^ok" then return rules.must_succeed(call) end
      if call.ok or not call.err.maybe_done then return "must fail with maybe_done, got " .. tostring(call.err) end
      if times ~= 1 then return ("was executed %d times"):format(times) end
    end)
  end,
})

return checks
