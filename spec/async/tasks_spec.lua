-- The coroutines of the module as a unit: they need only two fields of a reactor.
local tasks <const> = require "bytenite.async.tasks"

describe("a task", function()
  local reactor, ended

  before_each(function()
    reactor, ended = { first_runnable = false, last_runnable = false }, {}
  end)

  local function create(run, ...)
    return tasks.create(reactor, {
      on_end = function(task)
        ended[#ended + 1] = task
      end,
    }, run, ...)
  end

  local function start(run, ...)
    local task <const> = create(run, ...)
    tasks.enqueue(task)
    return task
  end

  it("does nothing until it is run", function()
    local has_run = false
    local task <const> = create(function()
      has_run = true
    end)
    tasks.run(reactor, 10)
    assert.is_false(has_run)
    tasks.enqueue(task)
    assert.is_false(has_run)
    tasks.run(reactor, 1)
    assert.is_true(has_run and task.done)
    assert.same({ task }, ended)
    assert.is_false(task.thread)
    assert.is_false(reactor.first_runnable)
    assert.is_false(reactor.last_runnable)
  end)

  it("gets arguments and has results, nil ones too", function()
    local task <const> = start(function(...)
      return select("#", ...), ...
    end, nil, "b", nil)
    tasks.run(reactor, 1)
    assert.same({ n = 4, 3, nil, "b", nil }, task.results)
    assert.is_false(task.has_raised)
  end)

  it("is the running task while its function runs", function()
    local inside, depth
    local task <const> = start(function()
      inside, depth = tasks.state.task, tasks.state.task.depth
    end)
    tasks.run(reactor, 1)
    assert.equal(task, inside)
    assert.equal(1, depth)
    assert.is_false(tasks.state.task)
  end)

  it("records how deeply it is nested inside others", function()
    local inner
    local outer <const> = start(function()
      inner = start(function() end)
      tasks.run(reactor, 1)
    end)
    tasks.run(reactor, 1)
    assert.same({ 1, 2 }, { outer.depth, inner.depth })
    assert.same({ inner, outer }, ended)
  end)

  it("keeps what its function raised, nil too", function()
    local task <const>, other <const> =
      start(function()
        error { 1 }
      end), start(function()
        error(nil)
      end)
    tasks.run(reactor, 2)
    assert.same({ true, { 1 }, false }, { task.has_raised, task.raised, task.results })
    assert.same({ true, nil }, { other.has_raised, other.raised })
    assert.is_true(other.done)
  end)

  it("waits for a waitable, and is run again when that has woken it", function()
    local waitable <const> = { done = false }
    local given
    local task <const> = start(function()
      given = tasks.suspend(waitable)
      return "after"
    end)
    tasks.run(reactor, 5)
    assert.is_false(task.done)
    assert.equal(waitable, task.waits_for)
    assert.equal(task, waitable.task)
    tasks.run(reactor, 5)
    assert.is_false(task.done)
    tasks.enqueue(waitable.task) -- what the reactor does when the waitable ends
    assert.is_false(task.done) -- it runs on the next turn
    tasks.run(reactor, 5)
    assert.same({ n = 1, "after" }, task.results)
    assert.is_nil(given)
    assert.is_false(task.waits_for)
  end)

  it("does not wait for a waitable that has ended", function()
    local task <const> = start(function()
      tasks.suspend { done = true }
    end)
    tasks.run(reactor, 1)
    assert.is_true(task.is_due)
    tasks.run(reactor, 1)
    assert.is_true(task.done)
  end)

  it("is not run by its list if it has been run meanwhile, or cancelled", function()
    local waitable <const> = { done = false }
    local one <const> = start(function()
      tasks.suspend(waitable)
    end)
    local other <const> = start(error)
    assert.is_true(tasks.run_only { [one] = true })
    assert.equal(one, waitable.task)
    tasks.cancel(other)
    tasks.run(reactor, 5)
    assert.is_false(one.done)
    assert.is_true(other.done and other.is_cancelled)
    assert.same({ other }, ended)
  end)

  it("that yields by itself lets others run first", function()
    local order <const> = {}
    start(function()
      order[#order + 1] = "one"
      coroutine.yield "anything"
      order[#order + 1] = "one again"
    end)
    start(function()
      order[#order + 1] = "other"
    end)
    tasks.run(reactor, 3)
    assert.same({ "one", "other", "one again" }, order)
  end)

  it("is queued once, in the order of being woken", function()
    local order <const> = {}
    local made <const> = {}
    for index = 1, 3 do
      made[index] = create(function()
        order[#order + 1] = index
      end)
    end
    for _, index in ipairs { 2, 2, 1, 2, 3, 3 } do
      tasks.enqueue(made[index])
    end
    tasks.run(reactor, 2)
    assert.same({ 2, 1 }, order)
    tasks.run(reactor, 9)
    assert.same({ 2, 1, 3 }, order)
    assert.equal(3, #ended)
    tasks.enqueue(made[1]) -- the task has ended
    assert.is_false(reactor.first_runnable)
  end)

  it("runs alone if it is the one to run", function()
    local order <const> = {}
    local one <const> = start(function()
      order[#order + 1] = "one"
    end)
    start(function()
      order[#order + 1] = "other"
    end)
    assert.is_true(tasks.run_only { [one] = true })
    assert.same({ "one" }, order)
    assert.is_false(tasks.run_only { [one] = true })
    tasks.run(reactor, 5)
    assert.same({ "one", "other" }, order)
  end)

  it("ends where it waits when it is cancelled, and closes its variables", function()
    local closed = false
    local task <const> = start(function()
      local _ <close> = setmetatable({}, {
        __close = function()
          closed = true
        end,
      })
      tasks.suspend { done = false }
    end)
    tasks.run(reactor, 1)
    tasks.cancel(task)
    assert.is_true(closed and task.done and task.is_cancelled)
    assert.is_false(task.results)
    assert.is_false(task.has_raised)
    assert.same({ task }, ended)
    tasks.cancel(task)
    assert.equal(1, #ended)
  end)

  it("that is cancelled before it has run never runs", function()
    local task <const> = start(function()
      error "it ran"
    end)
    tasks.cancel(task)
    tasks.run(reactor, 5)
    assert.is_true(task.done and task.is_cancelled)
    assert.is_false(task.has_raised)
  end)

  it("that cancels itself ends where it next waits", function()
    local reached
    local task <const> = start(function()
      tasks.cancel(tasks.state.task)
      reached = "before the wait"
      tasks.suspend { done = false }
      reached = "after the wait"
    end)
    tasks.run(reactor, 1)
    assert.equal("before the wait", reached)
    assert.is_true(task.done and task.is_cancelled)
  end)

  it("that cancels itself and returns has its results", function()
    local task <const> = start(function()
      tasks.cancel(tasks.state.task)
      return 7
    end)
    tasks.run(reactor, 1)
    assert.same({ n = 1, 7 }, task.results)
  end)

  it("raises what closing its variables raises", function()
    local task <const> = start(function()
      local _ <close> = setmetatable({}, {
        __close = function()
          error("in __close", 0)
        end,
      })
      tasks.suspend { done = false }
    end)
    tasks.run(reactor, 1)
    tasks.cancel(task)
    assert.same({ true, "in __close" }, { task.has_raised, task.raised })
  end)

  it("may end while tasks are drained, and is cancelled if it never does", function()
    local turns = 0
    local endless <const> = start(function()
      while true do
        turns = turns + 1
        coroutine.yield()
      end
    end)
    local short <const> = start(function()
      for _ = 1, 3 do
        coroutine.yield()
      end
      return "done"
    end)
    local other_turns = 0
    local other_endless <const> = start(function()
      while true do
        other_turns = other_turns + 1
        coroutine.yield()
      end
    end)
    tasks.drain(reactor)
    assert.same({ n = 1, "done" }, short.results)
    assert.is_true(endless.done and endless.is_cancelled)
    assert.is_true(other_endless.done and other_endless.is_cancelled)
    assert.same({ 8, 8 }, { turns, other_turns })
    assert.is_false(reactor.first_runnable)
    assert.is_false(reactor.last_runnable)
  end)

  it("restores the running task, and whether a waitable is being resumed", function()
    tasks.state.in_resume = true
    local inside
    start(function()
      inside = tasks.state.in_resume
    end)
    tasks.run(reactor, 1)
    local after <const> = tasks.state.in_resume
    tasks.state.in_resume = false
    assert.same({ false, true }, { inside, after })
  end)
end)
