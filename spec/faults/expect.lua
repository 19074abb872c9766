--- expect.lua: what the retry policy makes of a fault, for each kind of call. One retry is allowed
--- unless a row says otherwise.
---
--- An expectation has `ok = true` (success), or a `kind` of error (one or a list), or
--- `ok = "either"` and a kind. Its other fields:
---   attempts     the number of attempts: a number or a list
---   maybe_done   true, nil for false, or "either"
---   seen         the number of complete requests that the server saw, false: any; or seen_at_most
---   fresh        true: every attempt had a connection of its own
---   kept         true: every attempt used the first connection
---   may_repeat   true: the server may see a once-only request again
---   within, at_least   the longest and the shortest time that the call may take, in seconds
---   status, operation, retryable, retry_after   fields of the error: a value, a list of values, or
---                a function that returns whether a value is right
---   message, hint, no_message   text that must, or must not, be in the error
---   http, tls, h2               differences over one protocol
local expect <const> = {}

local function with(expectation, more)
  for name, value in pairs(more or {}) do
    expectation[name] = value
  end
  return expectation
end

--- The call succeeds at the first attempt.
function expect.success(more)
  return {
    update = with({ ok = true, seen = 1 }, more),
    run = with({ ok = true, seen = 1 }, more),
  }
end

--- No byte of the request left: both kinds of calls are retried.
function expect.not_sent(kind, more)
  return {
    update = with({ kind = kind, attempts = 2, seen = 0 }, more),
    run = with({ kind = kind, attempts = 2, seen = 0 }, more),
  }
end

--- The server may have acted: only a repeatable call is retried.
function expect.broken(kind, more)
  return {
    update = with({ kind = kind, attempts = 2, seen = 2, maybe_done = true }, more),
    run = with({ kind = kind, attempts = 1, seen = 1, maybe_done = true }, more),
  }
end

--- Like `broken`, but the fault happens once: the repeatable call succeeds at its second attempt.
function expect.broken_once(kind, more)
  return {
    update = with({ ok = true, seen = 2, attempts = 2 }, more),
    run = with({ kind = kind, attempts = 1, seen = 1, maybe_done = true }, more),
  }
end

--- A response arrived but cannot be used: no call is retried.
function expect.unusable(kind, more)
  return {
    update = with({ kind = kind, attempts = 1, seen = 1, maybe_done = true }, more),
    run = with({ kind = kind, attempts = 1, seen = 1, maybe_done = true }, more),
  }
end

--- The server refused: no call is retried.
function expect.final(kind, more)
  return {
    update = with({ kind = kind, attempts = 1, seen = 1 }, more),
    run = with({ kind = kind, attempts = 1, seen = 1 }, more),
  }
end

--- The server did not process the request: both kinds of calls are retried.
function expect.limited(kind, more)
  return {
    update = with({ kind = kind, attempts = 2, seen = 2 }, more),
    run = with({ kind = kind, attempts = 2, seen = 2, may_repeat = true }, more),
  }
end

--- The server was not available: only a repeatable call is retried.
function expect.unavailable(kind, more)
  return {
    update = with({ kind = kind, attempts = 2, seen = 2 }, more),
    run = with({ kind = kind, attempts = 1, seen = 1 }, more),
  }
end

return expect
