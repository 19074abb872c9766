-- How a reactor and an event loop take turns. No network, and time does not pass by itself.
local fake <const> = require("spec.support.fake_core").install()
local waitables <const> = require "spec.support.waitables"

describe("a reactor that a host steps", function()
  local client, wire, reactor

  before_each(function()
    client, wire = fake.client({ access_token = "t" }, function()
      return nil
    end)
    reactor = client.reactor
  end)

  local waitable <const> = waitables.maker(function()
    return reactor
  end)

  it("steps until nothing is ready, and says whether anything is pending", function()
    local one <const> = waitable {
      run = function(self)
        if self.resumed < 5 then wire.ready[1] = self end
      end,
    }
    wire.ready[1] = one
    assert.is_false(reactor:step(0))
    assert.equal(5, one.resumed)
    reactor.timers:set(one, 2000)
    assert.is_true(reactor:step(0))
  end)

  it("runs tasks in a step before it waits", function()
    local future <const> = client:async(function() end)
    client:step(100)
    assert.is_true(future:done())
    assert.equal(1000, wire.time)
  end)

  it("returns to the host after 64 of its own turns, or after 5 ms", function()
    local one <const> = waitable {
      run = function(self)
        wire.ready[1] = self
      end,
    }
    wire.ready[1] = one
    assert.is_true(type(reactor:step(0)) == "boolean")
    assert.equal(64, one.resumed)
    local slow <const> = waitable {
      run = function(self)
        wire.ready[1] = self
        wire.time = wire.time + 0.002
      end,
    }
    wire.ready = { slow }
    reactor:step(0)
    assert.equal(4, slow.resumed) -- the limit is counted from the end of the first turn
  end)

  it("keeps tasks alive only once a loop drives it", function()
    local ended = 0
    local function make()
      client:async(function()
        local _ <close> = setmetatable({}, {
          __close = function()
            ended = ended + 1
          end,
        })
        client:request { path = "/" }
      end)
    end
    make()
    collectgarbage()
    reactor:keep_tasks()
    local kept <const> = reactor.tasks
    assert.is_nil(getmetatable(kept))
    reactor:keep_tasks()
    assert.equal(kept, reactor.tasks)
  end)

  it("says when its descriptor must become readable", function()
    local pollable <const> = client:pollable()
    assert.is_nil(pollable:timeout())
    local one <const> = waitable()
    reactor.timers:set(one, 1000.004)
    assert.is_true(math.abs(0.004 - pollable:timeout()) < 1e-9)
    reactor.timers:set(one, 1500)
    assert.equal(0.01, pollable:timeout()) -- the polling interval of sessions without a descriptor
    function reactor.session.descriptor()
      return 7
    end
    assert.equal(500, pollable:timeout())
    assert.equal(7, pollable:pollfd())
    assert.equal("r", pollable.events())
    wire.time = 1600
    assert.equal(0, pollable:timeout())
    one.timer = false
    reactor:wake(waitable())
    assert.equal(0, pollable:timeout())
    assert.equal(pollable, client:pollable())
  end)

  it("is to be stepped at once if a parked call has room", function()
    local pollable <const> = client:pollable()
    wire.room = 0
    local parked <const> = waitable { plan = { operation = { sent_once = false } } }
    reactor:park(parked)
    assert.is_nil(pollable:timeout())
    wire.room = 1
    assert.equal(0, pollable:timeout())
    parked.done = true
    assert.is_nil(pollable:timeout())
  end)

  it("notifies its loop when something is pending, and when the loop must close", function()
    local told <const> = {}
    local function loop(name)
      return {
        started = function()
          told[#told + 1] = name .. " started"
        end,
        closing = function()
          told[#told + 1] = name .. " closing"
        end,
      }
    end
    reactor:set_loop(loop "one")
    assert.same({}, told)
    reactor:wake(waitable())
    reactor:notify()
    reactor:set_loop(loop "other")
    reactor:close()
    assert.same({ "one started", "one closing", "other started", "other closing" }, told)
  end)
end)
