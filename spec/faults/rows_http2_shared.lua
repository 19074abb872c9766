--- rows_http2_shared.lua: calls that share an HTTP/2 connection. A fault of one must not affect the
--- others.
local frames <const> = require "spec.faults.frames"

local NEIGHBOURS <const> = "aborting one call never disturbs another"
local ONCE <const> = "once means once"
local MAX_CONCURRENT_STREAMS <const> = 3 -- the identifier of the setting
local SOON <const> = 3 -- seconds, much shorter than a timeout

local rows <const> = {}

local function add(row)
  row.over = { "h2" }
  if row.is_timed == nil then row.is_timed = true end
  rows[#rows + 1] = row
end

-- Counts the complete requests since the faults started, by path.
local function count_by_path(report)
  local counts <const> = {}
  for _, seen in ipairs(report.seen) do
    if seen.phase ~= "warm" and seen.is_whole then counts[seen.path] = (counts[seen.path] or 0) + 1 end
  end
  return counts
end

-- Returns the connection of the first request for a job.
local function connection_of(report, id)
  for _, seen in ipairs(report.seen) do
    if seen.is_whole and seen.path:find("/" .. id, 1, true) then return seen.connection end
  end
  return nil
end

local function now()
  return require("bytenite.core").now()
end

for _, code in ipairs { 1, 2, 7, 8, 11, 13 } do
  add {
    name = ("a stream reset with %s leaves the other streams alone"):format(frames.codes[code]),
    promise = NEIGHBOURS,
    fault = function(peer, request)
      if peer.version == 2 and request.path:find "/bad" then return peer:reset_stream(request, code) end
      if request.path:find "/slow" then peer.wire.sleep(0.15) end
      return "reply"
    end,
    test = function(context)
      local client <close> = context.connect { timeout = 5, max_retries = 0 }
      assert(client:get_job "warm")
      context.remote:arm()
      local began <const> = now()
      local ids <const> = { "slow-1", "bad-1", "slow-2", "ok-1", "bad-2", "slow-3", "ok-2", "slow-4" }
      local results <const> = client:map(ids, function(id)
        return client:get_job(id)
      end)
      for index, id in ipairs(ids) do
        if not id:find "bad" and not results[index].ok then
          context.complaints:add("%s failed: %s", id, tostring(results[index].error))
        end
      end
      if now() - began > SOON then context.complaints:add("the calls took %.2f s", now() - began) end
    end,
  }
end

add {
  name = "a timeout leaves the calls on its connection alone, and new ones use another connection",
  promise = "dead means dead",
  fault = function(peer, request)
    if request.path:find "/hang" then return end
    if request.path:find "/slow" then peer.wire.sleep(1) end
    return "reply"
  end,
  test = function(context)
    local client <close> = context.connect { timeout = 5, max_retries = 0 }
    assert(client:get_job "warm")
    context.remote:arm()
    local slow <const> = client:async(client.get_job, client, "slow")
    local hang <const> = client:async(client.get_job, client, "hang", { timeout = 0.3 })
    local _ <const>, problem <const> = hang:get()
    context.complaints:expect("kind", "timeout", problem and problem.kind)
    local after <const>, trouble <const> = client:get_job("after", { timeout = 0.5 })
    if not after then context.complaints:add("the call after the timeout failed: %s", tostring(trouble)) end
    local value <const>, why <const> = slow:get()
    if not value then context.complaints:add("the call in flight failed: %s", tostring(why)) end
    local report <const> = context.remote:report()
    if connection_of(report, "after") == connection_of(report, "hang") then
      context.complaints:add "a request was sent over the connection on which an attempt timed out"
    end
  end,
}

add {
  name = "a call that is cancelled leaves the calls on its connection alone",
  promise = NEIGHBOURS,
  fault = function(peer, request)
    if request.path:find "/hang" then return end
    if request.path:find "/slow" then peer.wire.sleep(0.3) end
    return "reply"
  end,
  test = function(context)
    local client <close> = context.connect { timeout = 5, max_retries = 0 }
    assert(client:get_job "warm")
    context.remote:arm()
    local slow <const> = client:async(client.get_job, client, "slow")
    local hang <const> = client:async(client.get_job, client, "hang")
    hang:get(0.1)
    hang:cancel()
    local value <const>, why <const> = slow:get()
    if not value then context.complaints:add("the call in flight failed: %s", tostring(why)) end
    context.complaints:expect("the next call", "next", (client:get_job "next" or {}).id)
  end,
}

add {
  name = "a response that is refused leaves the other calls alone",
  promise = NEIGHBOURS,
  fault = function(peer, request)
    if request.path:find "/large" then return peer:reply(request, 200, (" "):rep(200000)) end
    if request.path:find "/slow" then peer.wire.sleep(0.15) end
    return "reply"
  end,
  test = function(context)
    local client <close> = context.connect { timeout = 5, max_retries = 0, max_response_bytes = 100000 }
    assert(client:get_job "warm")
    context.remote:arm()
    local results <const> = client:map({ "slow-1", "large", "slow-2", "ok" }, function(id)
      return client:get_job(id)
    end)
    context.complaints:expect("succeeded", 3, results.succeeded)
    context.complaints:expect("kind", "too_large", results[2].error and results[2].error.kind)
  end,
}

add {
  name = "every fifth stream refused: those calls fail at once, all others succeed, none arrives twice",
  promise = ONCE,
  fault = function(peer, request)
    if request.number % 5 ~= 0 then return "reply" end
    peer:reset_stream(request, 7)
  end,
  test = function(context)
    local client <close> = context.connect { timeout = 4, max_retries = 3 }
    assert(client:get_job "warm")
    context.remote:arm()
    local began <const> = now()
    local names <const> = {}
    for index = 1, 40 do
      names[index] = "job-" .. index
    end
    local results <const> = client:map(names, function(name)
      return client:job(name):run()
    end, { concurrency = 16 })
    local refused = 0
    for _, outcome in ipairs(results) do
      local problem <const> = outcome.error
      if problem then
        refused = refused + 1
        if not problem.maybe_done then context.complaints:add("no maybe_done: %s", tostring(problem)) end
      end
    end
    context.complaints:expect("refused calls", 8, refused)
    if now() - began > SOON then context.complaints:add("the calls took %.2f s", now() - began) end
    for path, count in pairs(count_by_path(context.remote:report())) do
      if count > 1 then context.complaints:add("%s arrived %d times", path, count) end
    end
  end,
}

add {
  name = "a server that takes one stream for each connection gets at most four connections, whatever the number of calls",
  promise = "everything is bounded",
  is_timed = false,
  settings = { [MAX_CONCURRENT_STREAMS] = 1 },
  fault = function(peer)
    peer.wire.sleep(0.02)
    return "reply"
  end,
  test = function(context)
    local client <close> = context.connect { timeout = 5, max_retries = 0 }
    assert(client:get_job "warm") -- the client learns that connections can be shared
    context.remote:arm()
    local ids <const> = {}
    for index = 1, 30 do
      ids[index] = "job-" .. index
    end
    local results <const> = client:map(ids, function(id)
      return client:get_job(id)
    end)
    context.complaints:expect("calls that succeeded", #ids, results.succeeded)
    local connections <const> = context.remote:report().connections
    if connections > 4 then context.complaints:add("%d connections", connections) end
  end,
}

-- Servers that serve a limited number of requests on each connection.
add {
  name = "connections that serve two requests each, announced by GOAWAY, lose no once-only call",
  promise = "the end of an idle connection is noticed before a request is written",
  fault = function(peer, request)
    peer.state[peer] = (peer.state[peer] or 0) + 1
    if peer.state[peer] < 2 then return "reply" end
    peer:goaway(request.stream, 0)
    peer:reply(request, 200, '{"ok":true}')
    peer.wire:close()
  end,
  test = function(context)
    local client <close> = context.connect { timeout = 5, max_retries = 0 }
    context.remote:arm()
    for index = 1, 20 do
      local value <const>, problem <const> = client:job("job-" .. index):run()
      if not value then context.complaints:add("call %d: %s", index, tostring(problem)) end
    end
    context.complaints:expect("requests", 20, #context.remote:report().seen)
  end,
}

local function reset_streams(code)
  return function(peer, requests)
    for _, request in ipairs(requests) do
      peer:reset_stream(request, code)
    end
  end
end

-- Ways to break a connection while once-only requests are in flight.
local WAYS <const> = {
  ["closed"] = function(peer)
    peer.wire:close()
  end,
  ["half-closed"] = function(peer)
    peer.wire:fin()
  end,
  ["reset"] = function(peer)
    peer.wire:reset()
  end,
  ["closed without close_notify"] = function(peer)
    peer.wire:drop()
  end,
  ["ended by GOAWAY and closed"] = function(peer)
    peer:goaway(peer.last_stream, 0)
    peer.wire:close()
  end,
  ["ended by GOAWAY below the streams and closed"] = function(peer)
    peer:goaway(1, 0)
    peer.wire:close()
  end,
  ["ended by GOAWAY and reset"] = function(peer)
    peer:goaway(peer.last_stream, 2)
    peer.wire:reset()
  end,
  ["ended by GOAWAY and closed later"] = function(peer)
    peer:goaway(peer.last_stream, 0)
    peer.wire.sleep(0.03)
    peer.wire:close()
  end,
}

for _, code in ipairs { 2, 7, 8 } do
  local reset <const> = reset_streams(code)
  WAYS["closed after all streams were reset with " .. frames.codes[code]] = function(peer, requests)
    reset(peer, requests)
    peer.wire:close()
  end
  WAYS["closed a moment after all streams were reset with " .. frames.codes[code]] = function(peer, requests)
    reset(peer, requests)
    peer.wire.sleep(0.01)
    peer.wire:close()
  end
end

-- Breaks the connections of `size` requests once all of them have arrived.
local function break_batch(size, way)
  return function(peer, request)
    local batch <const> = peer.state
    batch[#batch + 1] = { peer = peer, request = request }
    if #batch < size then return end
    local requests <const> = {}
    while #batch > 0 do
      local one <const> = table.remove(batch)
      requests[one.peer] = requests[one.peer] or {}
      table.insert(requests[one.peer], one.request)
    end
    for each, list in pairs(requests) do
      way(each, list)
    end
  end
end

local function run_batch(context, size, round)
  local client <close> = context.connect { timeout = 1, max_retries = 2 }
  assert(client:get_job "warm")
  context.remote:arm()
  local ids <const> = {}
  for index = 1, size do
    ids[index] = ("batch-%d-%d"):format(round, index)
  end
  local results <const> = client:map(ids, function(id)
    return client:job(id):run()
  end)
  for index, id in ipairs(ids) do
    local problem <const> = results[index].error
    if not problem then
      context.complaints:add("%s succeeded", id)
    elseif not problem.maybe_done then
      context.complaints:add("%s: no maybe_done: %s", id, tostring(problem))
    end
  end
  context.remote:warm()
end

for name, way in pairs(WAYS) do
  for _, size in ipairs { 1, 3 } do
    add {
      name = ("%s sharing a connection that is %s arrive%s once"):format(
        size == 1 and "a once-only call" or "once-only calls",
        name,
        size == 1 and "s" or ""
      ),
      promise = ONCE,
      fault = break_batch(size, way),
      test = function(context)
        for round = 1, 6 do
          run_batch(context, size, round)
        end
        for path, count in pairs(count_by_path(context.remote:report())) do
          if count > 1 then context.complaints:add("%s arrived %d times", path, count) end
        end
      end,
    }
  end
end

return rows
