-- pending.lua COUNT SERVER MAX_CONNECTIONS: has COUNT calls pending at once, each in its own
-- future. Prints the bytes of a pending call, and the largest resident memory of this process (kB)
-- until all have succeeded.
--
-- The server, whose process id is SERVER, is stopped while calls accumulate, and then responds to
-- all.
local memory <const> = require "memory"
local request <const> = require "request"

local count <const>, server <const>, max_connections <const> = ...
local SECONDS <const> = 60
local LOOK <const>, MOST_LOOKS <const> = 0.05, 2000 -- until all have begun
local LAST_LOOKS <const> = 20 -- then nothing may happen for a second

local client <close> = request.client {
  max_connections = math.tointeger(max_connections),
  timeout = SECONDS,
  deadline = SECONDS,
}

local function tell_server(signal)
  assert(os.execute(("kill -%s %d"):format(signal, math.tointeger(server))))
end

local begun = 0

local function update()
  begun = begun + 1
  return request.update(client:job(request.job_id))
end

local function count_pending(futures)
  local pending = 0
  for _, future in ipairs(futures) do
    if not future:done() then pending = pending + 1 end
  end
  return pending
end

assert(update()) -- opens the first connection, and shows whether it can be shared
begun = 0
tell_server "STOP"
collectgarbage()
local before <const> = memory.now()
local futures <const> = {}
for index = 1, math.tointeger(count) do
  futures[index] = client:async(update)
end
local looks = 0
while begun < #futures and looks < MOST_LOOKS do
  client:step(LOOK)
  looks = looks + 1
end
for _ = 1, LAST_LOOKS do
  client:step(LOOK)
end
local after <const> = memory.now()
local pending <const> = count_pending(futures)
tell_server "CONT"
if begun < #futures or pending < #futures then
  error(("of %d calls %d have begun, and %d are pending"):format(#futures, begun, pending))
end
local results <const> = assert(client:wait_all(futures, SECONDS))
assert(results.succeeded == #futures, results.failed .. " calls failed")
print((after - before) * 1024 // #futures, memory.largest())
