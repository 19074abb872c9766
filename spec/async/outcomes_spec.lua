-- How the outcomes of concurrent functions are recorded.
local outcomes <const> = require "bytenite.async.outcomes"

describe("outcomes", function()
  local function ended(...)
    local results <const> = outcomes.results()
    local ok <const>, value <const> = results:add(1, ...)
    local list <const> = results:finished()
    return ok, value, list
  end

  it("succeed with the first result of a function", function()
    local ok <const>, value <const>, list <const> = ended(true, 7, "ignored")
    assert.same({ true, 7 }, { ok, value })
    assert.same({ { ok = true, value = 7 }, succeeded = 1, failed = 0, cancelled = 0 }, list)
  end)

  it("succeed with nothing, and with false alone", function()
    assert.is_true((ended(true)))
    local ok <const>, _, list <const> = ended(true, false)
    assert.is_true(ok)
    assert.same({ ok = true, value = false }, list[1])
  end)

  it("fail with the error after nil or false", function()
    for _, nothing in ipairs { { nil }, { false } } do
      local ok <const>, value <const>, list <const> = ended(true, nothing[1], "reason")
      assert.same({ false, "reason" }, { ok, value })
      assert.same({ { ok = false, error = "reason" }, succeeded = 0, failed = 1, cancelled = 0 }, list)
    end
  end)

  it("fail with what was raised", function()
    local ok <const>, value <const> = ended(false, "raised", "not this")
    assert.same({ false, "raised" }, { ok, value })
    local _, nothing <const> = ended(false, nil)
    assert.equal("an error without a value", nothing)
  end)

  it("are cancelled with the error of the call in flight, if there was one", function()
    local results <const> = outcomes.results()
    results:cancel(1)
    results:cancel(2, { waits_for = false })
    results:cancel(3, { waits_for = { problem = false } })
    results:cancel(4, { waits_for = { problem = "of the call" } })
    local list <const> = results:finished()
    assert.same({ 0, 0, 4 }, { list.succeeded, list.failed, list.cancelled })
    for index = 1, 3 do
      assert.same({ false, "cancelled" }, { list[index].ok, list[index].error.kind })
    end
    assert.equal("of the call", list[4].error)
  end)

  it("keep only counts if asked to", function()
    local results <const> = outcomes.results(true)
    results:add(1, true, 1)
    results:add(2, false, 2)
    results:cancel(3)
    assert.same({ succeeded = 1, failed = 1, cancelled = 1 }, results:finished())
  end)

  it("are in the order of the items", function()
    local results <const> = outcomes.results()
    results:add(2, true, "b")
    results:add(1, true, "a")
    local list <const> = results:finished()
    assert.same({ "a", "b" }, { list[1].value, list[2].value })
  end)
end)
