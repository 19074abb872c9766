-- Waits and sleeps, and how code awaits them. No network, and time does not pass by itself.
local fake <const> = require("spec.support.fake_core").install()
local await <const> = require "bytenite.async.await"
local waiters <const> = require "bytenite.async.waiters"

describe("a wait", function()
  local client, wire, reactor

  before_each(function()
    client, wire = fake.client({ access_token = "t" }, function()
      return nil
    end)
    reactor = client.reactor
  end)

  it("ends when the last waitable has arrived", function()
    local wait <const> = waiters.new(reactor, 2, {})
    wait:arrive()
    assert.is_false(wait.done)
    wait:arrive()
    assert.is_true(wait.done)
    assert.is_false(wait.has_passed)
    wait:arrive() -- an extra arrival does no harm
  end)

  it("has ended at once if there is nothing to wait for", function()
    assert.is_true(waiters.new(reactor, 0, {}).done)
    assert.is_nil(reactor.timers:next_at())
    waiters.new(reactor, 0, {}, 5)
    assert.is_nil(reactor.timers:next_at())
  end)

  it("ends when its time is up", function()
    local wait <const> = waiters.new(reactor, 1, {}, 5)
    client:async(client.request, client, { path = "/" }) -- a pending call
    await.ended(reactor, wait)
    assert.equal(1005, wire.time)
    assert.is_true(wait.done and wait.has_passed)
  end)

  it("has no limit unless one is given", function()
    assert.is_nil(reactor.timers:next_at())
    local wait <const> = waiters.new(reactor, 1, {})
    assert.is_nil(reactor.timers:next_at())
    assert.is_false(wait.done)
  end)

  it("raises if nothing is pending that could end it", function()
    local ok <const>, raised <const> = pcall(await.ended, reactor, waiters.new(reactor, 1, {}))
    assert.same({ false, "nothing is pending that could end this: does a future wait for itself?" }, { ok, raised })
  end)

  it("ends when an error was raised meanwhile", function()
    local wait <const> = waiters.new(reactor, 1, {})
    wait:fail()
    assert.is_true(wait.done)
    wait:fail()
  end)

  it("leaves no timer behind when it is abandoned", function()
    local wait <const> = waiters.new(reactor, 1, {}, 5)
    wait:__close()
    assert.is_nil(reactor.timers:next_at())
  end)

  it("is not ended by a closed client: the tasks end by themselves", function()
    local wait <const> = waiters.new(reactor, 1, {})
    wait:fail_closed()
    assert.is_false(wait.done)
  end)
end)

describe("a sleep", function()
  local client, wire, reactor

  before_each(function()
    client, wire = fake.client({ access_token = "t" }, function()
      return nil
    end)
    reactor = client.reactor
  end)

  it("lasts as long as asked to", function()
    await.ended(reactor, waiters.sleep(reactor, 7))
    assert.equal(1007, wire.time)
  end)

  it("blocks for at most 0.25 s at a time, so that Ctrl-C can end it", function()
    local longest = 0
    function client.clock.step(session, seconds)
      longest = math.max(longest, seconds)
      return session:step(seconds)
    end
    await.ended(reactor, waiters.sleep(reactor, 7))
    assert.is_true(longest > 0 and longest <= 0.25)
    assert.equal(1007, wire.time)
  end)

  it("suspends a task while others run", function()
    local order <const> = {}
    local function sleep(seconds)
      return client:async(function()
        await.ended(reactor, waiters.sleep(reactor, seconds))
        order[#order + 1] = seconds
      end)
    end
    client:wait_all { sleep(3), sleep(1), sleep(2) }
    assert.same({ 1, 2, 3 }, order)
    assert.equal(1003, wire.time)
  end)

  it("ends early with its client", function()
    local sleep <const> = waiters.sleep(reactor, 7)
    reactor:add_suspended(sleep)
    reactor:close()
    assert.is_true(sleep.done)
    local other <const> = waiters.sleep(reactor, 7)
    await.ended(reactor, other) -- does not block
    assert.is_true(wire.time < 1007)
  end)

  it("ends once", function()
    local sleep <const> = waiters.sleep(reactor, 7)
    sleep:fail()
    sleep:fail()
    assert.is_true(sleep.done)
    assert.is_nil(reactor.timers:next_at())
  end)

  it("is over when it is abandoned", function()
    local sleep <const> = waiters.sleep(reactor, 7)
    sleep:__close()
    assert.is_nil(reactor.timers:next_at())
  end)
end)

describe("a wait for a waitable", function()
  it("suspends through the loop where the loop can suspend", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, function()
      return nil
    end)
    local reactor <const>, may_suspend, suspended = client.reactor, true, {}
    reactor:set_loop {
      started = function() end,
      closing = function() end,
      may_suspend = function()
        return may_suspend
      end,
      suspend = function(waitable)
        suspended[#suspended + 1] = waitable
        assert.is_truthy(waitable.slot)
        waitable:fail()
      end,
    }
    local sleep <const> = waiters.sleep(reactor, 7)
    await.ended(reactor, sleep)
    assert.same({ sleep }, suspended)
    assert.equal(1000, wire.time)
    may_suspend = false
    await.ended(reactor, waiters.sleep(reactor, 7))
    assert.equal(1007, wire.time)
    assert.equal(1, #suspended)
  end)

  it("blocks in a task of another client", function()
    local function respond() end
    local one <const> = fake.client({ access_token = "t" }, respond)
    local other <const>, wire <const> = fake.client({ access_token = "t" }, respond)
    local is_suspending
    one
      :async(function()
        is_suspending = await.suspend_function(other.reactor)
        await.ended(other.reactor, waiters.sleep(other.reactor, 3))
      end)
      :get()
    assert.is_false(is_suspending)
    assert.equal(1003, wire.time)
  end)

  it("blocks in a coroutine of the user's", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, function() end)
    local status
    client
      :async(function()
        local own <const> = coroutine.wrap(function()
          status = await.suspend_function(client.reactor)
          await.ended(client.reactor, waiters.sleep(client.reactor, 3))
          return "whole"
        end)
        assert.equal("whole", own())
      end)
      :get()
    assert.is_false(status)
    assert.equal(1003, wire.time)
  end)
end)
