-- Calls in libuv's loop: `client:async` and `client:map` run functions whose calls suspend them, and the loop's timers, sockets
-- and files go on.
--
--   lua5.4 examples/luv_loop.lua [NAME...]            makes a job of each name
local bytenite = require "bytenite"
local uv = require "luv"

local names = #arg > 0 and arg or { "Morning batch", "Noon batch", "Evening batch" }

local client <close> = bytenite.new()
require("bytenite.loop.luv").attach(client)

local done, failed, ticks = 0, 0, 0

local function make_job(name)
  local job, err = client:create_job { templateId = "img-gen", name = name }
  if job then
    print(job)
  else
    failed = failed + 1
    io.stderr:write(("no job named %q: %s\n"):format(name, err))
  end
  done = done + 1
end

for _, name in ipairs(names) do
  client:async(make_job, name)
end

local timer = uv.new_timer()
timer:start(0, 1, function()
  ticks = ticks + 1
  if done == #names then timer:close() end
end)

uv.run() -- ends when nothing is left to do

print(("%d done, %d failed, %d ticks meanwhile"):format(done, failed, ticks))
if failed > 0 then os.exit(1, true) end
