-- Calls in cqueues: they suspend the coroutine that makes them, and the program's other coroutines go on.
--
--   lua5.4 examples/cqueues_loop.lua [NAME...]        makes a job of each name
local bytenite = require "bytenite"
local cqueues = require "cqueues"

local names = #arg > 0 and arg or { "Morning batch", "Noon batch", "Evening batch" }

local client <close> = bytenite.new()
local controller = cqueues.new()
require("bytenite.loop.cqueues").attach(client, controller)

local done, failed, ticks = 0, 0, 0

for _, name in ipairs(names) do
  controller:wrap(function()
    local job, err = client:create_job { templateId = "img-gen", name = name }
    if job then
      print(job)
    else
      failed = failed + 1
      io.stderr:write(("no job named %q: %s\n"):format(name, err))
    end
    done = done + 1
  end)
end

controller:wrap(function()
  repeat
    cqueues.sleep(0.0001)
    ticks = ticks + 1
  until done == #names
end)

assert(controller:loop()) -- ends when nothing is left to do

print(("%d done, %d failed, %d ticks meanwhile"):format(done, failed, ticks))
if failed > 0 then os.exit(1, true) end
