-- Two things in one loop of the program's own, which waits by luasocket's select: the calls of a client, and datagrams. Each
-- datagram names a job to be made; here the program sends them to itself.
--
--   lua5.4 examples/select.lua [NAME...]
--
-- The client gives a descriptor that is readable when there is something to do, and `step` does it. Any loop can wait for that.
local bytenite = require "bytenite"
local socket = require "socket"

local names = #arg > 0 and arg or { "Morning batch", "Noon batch", "Evening batch" }

local client <close> = bytenite.new()
local pollable = client:pollable()

local inbox, outbox = assert(socket.udp()), assert(socket.udp())
assert(inbox:setsockname("127.0.0.1", 0))
for _, name in ipairs(names) do
  assert(outbox:sendto(name, inbox:getsockname()))
end

-- What select asks for its descriptor.
local calls = {
  getfd = function()
    return pollable:pollfd()
  end,
}

local received, failed = 0, 0

local function make_job(name)
  local job, err = client:create_job { templateId = "img-gen", name = name }
  if job then
    print(job)
  else
    failed = failed + 1
    io.stderr:write(("no job named %q: %s\n"):format(name, err))
  end
end

-- Until no datagram and no call is to come.
while client:step() or received < #names do
  -- The time limit is needed only on systems that have no such descriptor: the descriptor is readable in time.
  local ready = socket.select({ inbox, calls }, nil, pollable:timeout())
  if ready[inbox] then
    received = received + 1
    client:async(make_job, assert(inbox:receive()))
  end
end

print(("%d received, %d failed"):format(received, failed))
if failed > 0 then os.exit(1, true) end
