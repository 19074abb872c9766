-- An event loop continues with other work while calls of a client run in it.
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local event_loops <const> = require "spec.support.event_loops"
local sandbox <const> = require "spec.support.sandbox"

local CALLS <const>, JOBS <const> = 500, 10

-- Returns the median and the longest time between ticks.
local function gaps_between(ticks)
  local gaps <const> = {}
  for index = 2, #ticks do
    gaps[#gaps + 1] = ticks[index] - ticks[index - 1]
  end
  table.sort(gaps)
  return gaps[(#gaps + 1) // 2], gaps[#gaps]
end

for name, Host in pairs(event_loops.hosts) do
  describe("the loop of " .. name, function()
    it("keeps its timer ticking while 500 calls run over TLS #timing", function()
      local service <const> = sandbox.tls()
      event_loops.put_jobs(service, JOBS)
      -- A call that blocked the loop would block it for this long.
      service:fault { operation = "*", delay = 0.12, act = "before", times = "forever" }
      local client <close> = event_loops.client(service)
      local host <const> = Host.new()
      host:attach(client)
      local ticks <const>, done = {}, 0
      host:every(0.001, function()
        ticks[#ticks + 1] = core.now()
        return done < CALLS
      end)
      for index = 1, CALLS do
        host:spawn(client, function()
          local id <const> = "j" .. index % JOBS + 1
          if index % 2 == 0 then
            assert.equal(id, assert(client:get_job(id)).id)
          else
            local new_name <const> = "Renamed by " .. index
            assert.equal(new_name, assert(client:job(id):set_name(new_name)).name)
          end
          done = done + 1
        end)
      end
      host:run() -- returns when nothing is pending
      assert.equal(CALLS, done)
      assert.equal(CALLS, #connect.sent(service))
      local median <const>, longest <const> = gaps_between(ticks)
      assert.is_true(#ticks > 100, #ticks .. " ticks")
      assert.is_true(median < 0.02, ("median tick of %.1f ms"):format(median * 1000))
      assert.is_true(longest < 1, ("longest tick of %.1f ms"):format(longest * 1000))
    end)
  end)
end
