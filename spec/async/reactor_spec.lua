-- How the reactor drives waitables. No network, and time does not pass by itself.
local fake <const> = require("spec.support.fake_core").install()
local reactor_module <const> = require "bytenite.async.reactor"
local waitables <const> = require "spec.support.waitables"
local tasks <const> = require "bytenite.async.tasks"

describe("a reactor", function()
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

  it("resumes woken waitables on the next turn, once and in order", function()
    local order <const> = {}
    local function note(self)
      order[#order + 1] = self.name
    end
    local one <const>, other <const>, third <const> =
      waitable { name = 1, run = note }, waitable { name = 2, run = note }, waitable { name = 3, run = note }
    reactor:wake(other)
    reactor:wake(one)
    reactor:wake(other)
    reactor:wake(third)
    reactor:wake(third)
    assert.same({}, order)
    assert.is_true(reactor:is_busy())
    reactor:drive(0, true)
    assert.same({ 2, 1, 3 }, order)
    reactor:drive(0, true)
    assert.same({ 2, 1, 3 }, order)
    assert.is_false(reactor:is_busy())
    assert.same({ false, false }, { reactor.first_ready, reactor.last_ready })
  end)

  it("resumes a waitable in the turn in which it was woken", function()
    local second <const> = waitable()
    local first <const> = waitable {
      run = function()
        reactor:wake(second)
      end,
    }
    reactor:wake(first)
    reactor:drive(0, true)
    assert.same({ 1, 1 }, { first.resumed, second.resumed })
  end)

  it("resumes no waitable that has ended", function()
    local ended <const> = waitable()
    reactor:end_of(ended)
    reactor:wake(ended)
    reactor:drive(0, true)
    assert.is_nil(ended.resumed)
  end)

  it("waits until a waitable is due, and resumes it on the next turn", function()
    local early <const>, late <const> = waitable(), waitable()
    reactor.timers:set(early, 1002)
    reactor.timers:set(late, 1005)
    reactor:drive(100, true)
    assert.equal(1002, wire.time)
    assert.is_nil(early.resumed)
    reactor:drive(100, true)
    assert.equal(1, early.resumed)
    assert.equal(1002, wire.time) -- more may be ready, so it does not wait
    reactor:drive(1, true)
    assert.equal(1003, wire.time)
    reactor:drive(100, true)
    reactor:drive(0, true)
    assert.equal(1, late.resumed)
    assert.equal(1005, wire.time)
  end)

  it("does not wait while anything is ready", function()
    reactor:wake(waitable())
    reactor:drive(100, true)
    assert.equal(1000, wire.time)
    client:async(function() end)
    reactor:drive(100, true)
    assert.equal(1000, wire.time)
    reactor:drive(100, true)
    assert.equal(1100, wire.time)
  end)

  it("runs tasks only if asked to", function()
    local future <const> = client:async(function() end)
    reactor:drive(0, false)
    assert.is_false(future:done())
    reactor:drive(0, true)
    assert.is_true(future:done())
  end)

  it("runs 64 tasks a turn", function()
    local count = 0
    for _ = 1, 80 do
      client:async(function()
        count = count + 1
      end)
    end
    assert.is_true(reactor:drive(0, true))
    assert.equal(64, count)
    assert.is_false(reactor:drive(0, true))
    assert.equal(80, count)
  end)

  it("resumes the owners that a step of the session returns", function()
    for index = 1, 20 do
      wire.ready[index] = waitable()
    end
    local all <const> = { table.unpack(wire.ready) }
    function reactor.session.next() -- the reactor has looked this function up already
      error "unexpected"
    end
    assert.is_true(reactor:drive(0, true))
    assert.equal(1, all[1].resumed)
    assert.is_nil(all[2].resumed) -- the fake session returns one owner in each step
  end)

  it("raises what a state raises, unless the waitable keeps it for its caller", function()
    local one <const> = waitable {
      run = function()
        error("interrupted", 0)
      end,
    }
    assert.has_error(function()
      reactor_module.resume(one)
    end, "interrupted")
    assert.equal("interrupted", one.failed)
    assert.is_false(tasks.state.in_resume)
    local other <const> = waitable {
      run = function(self)
        self.has_raised = true
        error("of the user", 0)
      end,
    }
    reactor_module.resume(other)
    assert.equal("of the user", other.failed)
    local third <const> = waitable {
      run = function()
        error("not enough memory", 0)
      end,
    }
    reactor_module.resume(third)
    assert.equal("not enough memory", third.failed)
    local ended <const> = waitable {
      run = function(self)
        reactor:end_of(self)
        error("after its end", 0)
      end,
    }
    assert.has_error(function()
      reactor_module.resume(ended)
    end, "after its end")
    assert.is_nil(ended.failed)
  end)

  it("forbids yields across it while it resumes a waitable", function()
    local inside
    local one <const> = waitable {
      run = function()
        inside = tasks.state.in_resume
      end,
    }
    reactor_module.resume(one, 1)
    assert.same({ true, false }, { inside, tasks.state.in_resume })
  end)

  it("settles an ended waitable: frees its exchange, wakes its task and followers, calls back", function()
    local future <const> = client:async(function()
      tasks.suspend(waitable())
    end)
    reactor:drive(0, true)
    local follower <const>, called = waitable(), 0
    local exchange <const> = reactor.session:raw_exchange("GET", "http://127.0.0.1/")
    local one <const> = waitable { exchange = exchange }
    one.followers, one.task = { follower }, future.task
    function one.on_done(self)
      assert.equal(one, self)
      called = called + 1
    end
    reactor.timers:set(one, 2000)
    reactor:end_of(one)
    assert.same({ true, false, false, false, 1, 1 }, {
      one.done,
      one.timer,
      one.exchange,
      one.followers,
      called,
      exchange.freed,
    })
    assert.same({ false, false }, { one.on_done, one.task })
    assert.is_false(reactor.first_ended)
    assert.is_false(future:done())
    reactor:drive(0, true)
    assert.equal(1, follower.resumed)
    assert.is_true(future:done())
  end)

  it("settles a waitable on the next turn if memory ran out", function()
    local calls = 0
    local one <const> = waitable()
    function one.on_done()
      calls = calls + 1
      if calls == 1 then error("not enough memory", 0) end
    end
    assert.is_false((pcall(reactor.end_of, reactor, one)))
    assert.is_true(one.done)
    assert.is_true(reactor:is_busy())
    reactor:drive(0, true)
    assert.equal(2, calls)
    assert.is_false(reactor.first_ended)
  end)

  it("reuses the slots of ended waitables", function()
    local made <const> = {}
    for index = 1, 3 do
      made[index] = waitable()
      reactor:add_suspended(made[index])
      assert.equal(index, made[index].slot)
    end
    reactor:add_suspended(made[1])
    assert.equal(1, made[1].slot)
    reactor:end_of(made[1])
    reactor:end_of(made[3])
    assert.is_false(made[1].slot)
    local next_ones <const> = { waitable(), waitable(), waitable() }
    for _, each in ipairs(next_ones) do
      reactor:add_suspended(each)
    end
    assert.same({ 3, 1, 4 }, { next_ones[1].slot, next_ones[2].slot, next_ones[3].slot })
    assert.equal(4, reactor.slots)
  end)

  it("ends suspended waitables when it is closed", function()
    local gone <const>, one <const>, other <const> = waitable(), waitable(), waitable()
    for _, each in ipairs { gone, one, other } do
      reactor:add_suspended(each)
    end
    reactor:end_of(gone) -- frees its slot
    reactor:close()
    assert.same({ true, true }, { one.was_closed, other.was_closed })
    assert.is_nil(gone.was_closed)
  end)

  it("ends suspended waitables as soon as it finds the session closed", function()
    local one <const> = waitable()
    reactor:add_suspended(one)
    reactor:drive(0, true)
    assert.is_nil(one.was_closed)
    reactor.session:close()
    reactor:drive(0, true)
    assert.is_true(one.was_closed)
  end)

  it("pauses until the latest time it gets", function()
    reactor:pause(50)
    reactor:pause(20)
    assert.equal(50, reactor.paused_until)
    reactor:pause(60)
    assert.equal(60, reactor.paused_until)
  end)

  it("admits parked calls in order as there is room, and skips those that have ended", function()
    local order <const> = {}
    local function parked(name)
      return waitable {
        name = name,
        plan = { operation = { sent_once = false } },
        run = function(self)
          order[#order + 1] = self.name
          wire.room = wire.room - 1
          assert.is_false(reactor:must_park(self)) -- the call at the head of the queue may start
          reactor:end_of(self)
        end,
      }
    end
    local calls <const> = { parked "a", parked "b", parked "c", parked "d" }
    assert.is_false(reactor:must_park(calls[1])) -- there is room, and the queue is empty
    wire.room = 0
    for _, call in ipairs(calls) do
      assert.is_true(reactor:must_park(call))
      reactor:park(call)
    end
    reactor:drive(0, true)
    assert.same({}, order)
    reactor:end_of(calls[2])
    wire.room = 1
    assert.is_true(reactor:must_park(parked "late")) -- behind the parked calls
    reactor:drive(0, true)
    assert.same({ "a" }, order)
    wire.room = 5
    reactor:drive(0, true)
    assert.same({ "a", "c", "d" }, order)
    assert.is_false(reactor:must_park(parked "late"))
    assert.is_true(reactor.first_parked > reactor.last_parked)
  end)

  it("is busy while anything is pending", function()
    assert.is_false(reactor:is_busy())
    local one <const> = waitable()
    reactor.timers:set(one, 2000)
    assert.is_true(reactor:is_busy())
    one.timer = false
    assert.is_false(reactor:is_busy())
    local future <const> = client:async(client.request, client, { path = "/" })
    assert.is_true(reactor:is_busy())
    reactor:drive(0, true)
    assert.is_true(reactor:is_busy()) -- the call is in flight
    future:cancel()
    reactor:drive(0, true)
    assert.is_false(reactor:is_busy())
  end)

  it("is alone only if nothing else could run", function()
    local is_alone <const> = reactor_module.is_alone
    assert.is_true(is_alone(reactor))
    for _, name in ipairs { "loop", "first_ready", "first_ended", "first_runnable" } do
      reactor[name] = {}
      assert.is_false(is_alone(reactor), name)
      reactor[name] = false
    end
    local one <const> = waitable()
    reactor.timers:set(one, 2000)
    assert.is_false(is_alone(reactor))
    one.timer = false
    reactor.timers:next_at()
    tasks.state.in_resume = true
    local in_resume <const> = is_alone(reactor)
    tasks.state.in_resume = false
    assert.is_false(in_resume)
    local in_task
    client
      :async(function()
        in_task = is_alone(reactor)
      end)
      :get()
    assert.is_false(in_task)
  end)
end)
