--- expect.lua: the rows of DESIGN's table of retries as expectations, by call. One retry is allowed unless a row says otherwise.
---
--- An expectation is `ok = true` (success) or a `kind` of error (one or a list), or `ok = "either"` and a kind, with
---   attempts     how often the call was tried: a number or a list
---   maybe_done   true, nil for false, or "either"
---   seen         how many whole requests of the call the server saw, false for any number; or seen_at_most
---   fresh        every attempt came over a connection of its own
---   kept         every attempt came over the first connection
---   may_repeat   the server may see a once-only request again
---   within, at_least   seconds that the call may take, must take
---   status, operation, retryable, retry_after   fields of the error: a value, a list of values, or a function that tells
---                whether a value is right
---   message, hint, no_message   words that must, or must not, be in it
---   http, tls, h2               what differs over one protocol
local expect <const> = {}

local function with(expectation, more)
  for name, value in pairs(more or {}) do
    expectation[name] = value
  end
  return expectation
end

--- The call succeeds, at the first attempt.
function expect.success(more)
  return {
    update = with({ ok = true, seen = 1 }, more),
    run = with({ ok = true, seen = 1 }, more),
  }
end

--- No byte of the request left: both kinds of calls are tried again.
function expect.not_sent(kind, more)
  return {
    update = with({ kind = kind, attempts = 2, seen = 0 }, more),
    run = with({ kind = kind, attempts = 2, seen = 0 }, more),
  }
end

--- The server may have acted: only a repeatable call is tried again.
function expect.broken(kind, more)
  return {
    update = with({ kind = kind, attempts = 2, seen = 2, maybe_done = true }, more),
    run = with({ kind = kind, attempts = 1, seen = 1, maybe_done = true }, more),
  }
end

--- As `broken`, where the fault happens once: the repeatable call succeeds at its second attempt.
function expect.broken_once(kind, more)
  return {
    update = with({ ok = true, seen = 2, attempts = 2 }, more),
    run = with({ kind = kind, attempts = 1, seen = 1, maybe_done = true }, more),
  }
end

--- A response came but cannot be used: no call is tried again.
function expect.unusable(kind, more)
  return {
    update = with({ kind = kind, attempts = 1, seen = 1, maybe_done = true }, more),
    run = with({ kind = kind, attempts = 1, seen = 1, maybe_done = true }, more),
  }
end

--- The server refused: no call is tried again.
function expect.final(kind, more)
  return {
    update = with({ kind = kind, attempts = 1, seen = 1 }, more),
    run = with({ kind = kind, attempts = 1, seen = 1 }, more),
  }
end

--- The request never counted: both kinds of calls are tried again.
function expect.limited(kind, more)
  return {
    update = with({ kind = kind, attempts = 2, seen = 2 }, more),
    run = with({ kind = kind, attempts = 2, seen = 2, may_repeat = true }, more),
  }
end

--- The server was not available: only a repeatable call is tried again.
function expect.unavailable(kind, more)
  return {
    update = with({ kind = kind, attempts = 2, seen = 2 }, more),
    run = with({ kind = kind, attempts = 1, seen = 1 }, more),
  }
end

return expect
