-- The retry policy, without a clock or a network.
local retry_policy <const> = require "bytenite.call.retry_policy"

-- Returns whether a class allows another attempt (for repeatable and for once-only calls), and its
-- maybe_done.
local function verdict(class)
  return { class.repeatable, class.once_only, class.maybe_done or false }
end

local AGAIN <const> = { true, true, false }
local REPEATABLE_ONLY <const> = { true, false, false }
local BROKEN <const> = { true, false, true }
local UNREADABLE <const> = { false, false, true }
local FINAL <const> = { false, false, false }

describe("the class of a response", function()
  local by_status <const> = { [429] = AGAIN, [503] = REPEATABLE_ONLY }
  for _, status in ipairs { 408, 500, 502, 504, 520, 521, 522, 523, 524, 530 } do
    by_status[status] = BROKEN
  end

  it("is final for all statuses but those of the table", function()
    for status = 100, 999 do
      assert.same(by_status[status] or FINAL, verdict(retry_policy.of_status(status)), tostring(status))
    end
  end)
end)

describe("the class of an attempt without a response", function()
  for _, kind in ipairs { "timeout", "connection", "tls" } do
    it(("allows any call another attempt if nothing was sent (%s)"):format(kind), function()
      assert.same(AGAIN, verdict(retry_policy.of_failure(kind, false, false)))
    end)

    it(("allows only a repeatable call another attempt if a byte may have left (%s)"):format(kind), function()
      assert.same(BROKEN, verdict(retry_policy.of_failure(kind, true, false)))
    end)

    it(("is final for a refused certificate and a proxy that refuses (%s)"):format(kind), function()
      assert.same(FINAL, verdict(retry_policy.of_failure(kind, false, true)))
      assert.same(FINAL, verdict(retry_policy.of_failure(kind, true, true)))
    end)
  end

  for _, kind in ipairs { "protocol", "too_large" } do
    it(("allows none if the response cannot be used (%s)"):format(kind), function()
      assert.same(UNREADABLE, verdict(retry_policy.of_failure(kind, true, false)))
    end)
  end
end)

describe("jitter", function()
  it("is a random part of a bound that doubles from 0.5 s to 8 s", function()
    for retries, bound in pairs { [0] = 0.5, 1, 2, 4, 8, 8, 8 } do
      assert.equal(0, retry_policy.jitter(retries, 0))
      assert.equal(bound / 2, retry_policy.jitter(retries, 0.5))
      assert.is_true(retry_policy.jitter(retries, 0.999) < bound)
    end
  end)

  it("stays bounded however often a call was repeated", function()
    assert.equal(4, retry_policy.jitter(100, 0.5))
    assert.equal(4, retry_policy.jitter(5000, 0.5))
  end)
end)

describe("a decision about another attempt", function()
  local budget

  before_each(function()
    budget = retry_policy.budget()
  end)

  -- Decides about another attempt of a repeatable call that got a 503. `changes` replace fields of
  -- the attempt.
  local function decide(changes)
    local attempt <const> = {
      class = retry_policy.of_status(503),
      repeatable = true,
      retries = 0,
      max_retries = 2,
      time_left = 120,
      is_timeout = false,
      budget = budget,
      random = 0.5,
    }
    for name, value in pairs(changes or {}) do
      attempt[name] = value
    end
    return retry_policy.decide(attempt)
  end

  it("waits for the jitter", function()
    assert.equal(0.25, decide())
    assert.equal(0.5, decide { retries = 1 })
  end)

  it("is negative when the retries are used up", function()
    assert.is_nil(decide { retries = 2 })
    assert.is_nil(decide { max_retries = 0 })
    assert.equal(500, budget.tokens)
  end)

  it("is negative for a once-only call unless the server did nothing", function()
    assert.is_nil(decide { repeatable = false })
    assert.is_nil(decide { repeatable = false, class = retry_policy.of_status(500) })
    assert.equal(0.25, decide { repeatable = false, class = retry_policy.of_status(429) })
    assert.equal(0.25, decide { repeatable = false, class = retry_policy.of_failure("connection", false, false) })
  end)

  it("is negative if another attempt cannot help", function()
    assert.is_nil(decide { class = retry_policy.final })
    assert.is_nil(decide { class = retry_policy.unreadable })
    assert.equal(500, budget.tokens)
  end)

  it("obeys a Retry-After of exactly 60 s", function()
    assert.equal(60, decide { retry_after = 60 })
  end)

  it("obeys a Retry-After of 0 s: the next attempt is made at once", function()
    assert.equal(0, decide { retry_after = 0 })
  end)

  for _, seconds in ipairs { 61, 60.001, 86400, math.maxinteger } do
    it(("is negative when the server asks to wait %s s, and says so"):format(seconds), function()
      local delay <const>, reason <const> = decide { retry_after = seconds }
      assert.is_nil(delay)
      assert.matches("the service asks to wait", reason)
      assert.equal(500, budget.tokens)
    end)
  end

  it("is negative when the deadline would pass meanwhile, and says so", function()
    local delay <const>, reason <const> = decide { retry_after = 30, time_left = 30 }
    assert.is_nil(delay)
    assert.matches("deadline", reason)
    assert.equal(500, budget.tokens)
    assert.equal(30, decide { retry_after = 30, time_left = 30.001 })
  end)

  it("makes a retry with exactly its price left in the budget", function()
    budget.tokens = 5
    assert.equal(0.25, decide())
    assert.equal(0, budget.tokens)
    budget.tokens = 10
    assert.equal(0.25, decide { is_timeout = true })
    assert.equal(0, budget.tokens)
  end)

  it("is negative with one token less than the price, which stays in the budget", function()
    for price, is_timeout in pairs { [5] = false, [10] = true } do
      budget.tokens = price - 1
      local delay <const>, reason <const> = decide { is_timeout = is_timeout }
      assert.is_nil(delay)
      assert.matches("budget", reason)
      assert.equal(price - 1, budget.tokens)
    end
  end)
end)

describe("a retry budget", function()
  it("gets one token for each success, and never holds more than 500", function()
    local budget <const> = retry_policy.budget()
    assert.is_true(budget:take(false))
    assert.is_true(budget:take(true))
    assert.equal(485, budget.tokens)
    for _ = 1, 20 do
      budget:give_back()
    end
    assert.equal(500, budget.tokens)
  end)

  it("belongs to one client", function()
    local one <const>, other <const> = retry_policy.budget(), retry_policy.budget()
    one:take(false)
    assert.equal(500, other.tokens)
  end)
end)

describe("the pause of a map after a 429", function()
  it("lasts until the next attempt of the call that got it", function()
    assert.equal(0.25, retry_policy.pause(0.25, 7))
    assert.equal(0, retry_policy.pause(0, 7))
  end)

  it("lasts as long as the server asks if that call is not repeated", function()
    assert.equal(7, retry_policy.pause(nil, 7))
    assert.equal(60, retry_policy.pause(nil, 60))
  end)

  it("is 0 if the server asks for none, or for more than is obeyed", function()
    assert.equal(0, retry_policy.pause(nil, nil))
    assert.equal(0, retry_policy.pause(nil, 61))
  end)
end)
