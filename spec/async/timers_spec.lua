-- The heap of timers as a unit.
local timers <const> = require "bytenite.async.timers"

-- Takes everything that is due at the time `now`. Returns the names.
local function take_all(heap, now)
  local names <const> = {}
  local waitable = heap:take_due(now)
  while waitable do
    names[#names + 1] = waitable.name
    waitable = heap:take_due(now)
  end
  return names
end

-- Returns whether no entry is earlier than its parent.
local function is_heap(heap)
  for index = 2, #heap do
    if heap[index].at < heap[index // 2].at then return false end
  end
  return true
end

describe("timers", function()
  local heap

  before_each(function()
    heap = timers.new()
  end)

  local function set(name, at)
    local waitable <const> = { name = name, timer = false }
    heap:set(waitable, at)
    return waitable
  end

  it("are due in the order of their times", function()
    local kept <const> = { set("c", 3), set("a", 1), set("b", 2), set("d", 4) }
    assert.equal(1, heap:next_at())
    assert.same({}, take_all(heap, 0.999))
    assert.same({ "a" }, take_all(heap, 1)) -- due exactly now
    assert.same({ "b", "c" }, take_all(heap, 3.5))
    assert.equal(4, heap:next_at())
    assert.same({ "d" }, take_all(heap, 100))
    assert.is_nil(heap:next_at())
    assert.is_nil(heap:take_due(100))
    assert.equal(4, #kept)
  end)

  it("clear the timer of a waitable that they hand out", function()
    local waitable <const> = set("a", 1)
    assert.is_truthy(waitable.timer)
    assert.equal(waitable, heap:take_due(1))
    assert.is_false(waitable.timer)
  end)

  it("are replaced by a later or an earlier one", function()
    local later <const>, earlier <const> = set("later", 1), set("earlier", 10)
    heap:set(later, 5)
    heap:set(earlier, 2)
    assert.equal(2, heap:next_at())
    assert.same({ "earlier" }, take_all(heap, 4))
    assert.same({ "later" }, take_all(heap, 20))
  end)

  it("are dropped when their waitable has ended", function()
    local gone <const>, kept <const> = set("gone", 1), set("kept", 2)
    gone.timer = false
    assert.equal(2, heap:next_at())
    assert.same({ "kept" }, take_all(heap, 3))
    assert.is_false(kept.timer)
  end)

  it("hold waitables weakly", function()
    set("gone", 1)
    local kept <const> = set("kept", 2)
    collectgarbage()
    collectgarbage()
    assert.equal(2, heap:next_at())
    assert.equal(kept, heap:take_due(2))
  end)

  -- Returns a function that generates pseudo-random numbers from 1 to `most`, always in the same
  -- sequence for a seed.
  local function sequence(seed)
    return function(most)
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed // 65536 % most + 1
    end
  end

  it("may be set in any order, also with equal times", function()
    for seed = 1, 20 do
      local random <const>, kept <const>, expected <const> = sequence(seed), {}, {}
      for index = 1, 60 do
        local at <const> = random(40)
        kept[index] = set(at, at)
        expected[index] = at
        assert.is_true(is_heap(heap))
      end
      table.sort(expected)
      assert.same(expected, take_all(heap, 100))
      assert.equal(60, #kept)
    end
  end)

  it("stay in order after the dead ones were dropped", function()
    for seed = 1, 20 do
      heap = timers.new()
      local random <const>, kept <const>, expected <const> = sequence(seed), {}, {}
      for index = 1, 500 do
        local at <const> = random(1000)
        local waitable <const> = set(at, at)
        if random(3) == 1 then
          waitable.timer = false
        else
          kept[#kept + 1] = waitable
          expected[#expected + 1] = at
        end
        assert.is_true(is_heap(heap), ("seed %d, after %d"):format(seed, index))
      end
      table.sort(expected)
      assert.same(expected, take_all(heap, 1000))
      assert.equal(#expected, #kept)
    end
  end)

  it("take at most two entries for each waitable, or 64 entries", function()
    local waitable <const> = { timer = false }
    for at = 1, 10000 do
      heap:set(waitable, at)
      assert.is_true(#heap <= 64)
    end
    local kept <const> = {}
    for index = 1, 1000 do
      kept[index] = set(index, index)
    end
    for at = 1, 10000 do
      heap:set(waitable, at)
      assert.is_true(#heap <= 2 * 1001 + 1)
    end
    assert.equal(#kept, #take_all(heap, 20000)) -- `waitable` has no name and adds nothing to the list
  end)

  it("hold 64 entries before any is dropped", function()
    for index = 1, 64 do
      set(index, index).timer = false
    end
    assert.equal(64, #heap)
    local kept <const> = set("kept", 1)
    assert.equal(1, #heap)
    assert.equal(kept, heap:take_due(1))
  end)
end)
