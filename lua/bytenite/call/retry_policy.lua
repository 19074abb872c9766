--- retry_policy.lua: whether a failed attempt is repeated, and how long to wait first.
---
--- Pure policy: no clock, no network. The table below is the one in the documentation. Repeating a
--- repeatable operation is harmless (a GET, the four updates). A once-only operation (create, run)
--- is repeated only if the server provably did nothing.
local retry_policy <const> = {}

local classes <const> = {
  -- no byte of the request left: resolve, connect, handshake, connect timeout
  not_sent = { repeatable = true, once_only = true },
  -- 429: refused before the request was processed
  rate_limited = { repeatable = true, once_only = true },
  -- 503
  unavailable = { repeatable = true, once_only = false },
  -- a gateway's failure, a timed out attempt, a broken connection: the server may have acted
  broken = { repeatable = true, once_only = false, maybe_done = true },
  -- a complete response that cannot be used: not JSON, too large
  unreadable = { repeatable = false, once_only = false, maybe_done = true },
  -- a refused certificate, a proxy that refuses CONNECT, any other status
  final = { repeatable = false, once_only = false },
}

local by_status <const> = {
  [408] = "broken",
  [429] = "rate_limited",
  [500] = "broken",
  [502] = "broken",
  [503] = "unavailable",
  [504] = "broken",
  -- a proxy reports that the server failed (Cloudflare)
  [520] = "broken",
  [521] = "broken",
  [522] = "broken",
  [523] = "broken",
  [524] = "broken",
  [530] = "broken",
}

--- Returns the class of an error response.
---@param status integer of HTTP
---@return table # its row: repeatable and once_only (whether to try again), maybe_done
function retry_policy.of_status(status)
  return classes[by_status[status] or "final"]
end

--- Returns the class of an attempt that got no response.
---@param kind string "timeout", "connection", "tls", "protocol" or "too_large"
---@param was_sent boolean whether a byte of the request may have left
---@param is_final boolean whether no other attempt can help: a refused certificate, a proxy that
---   refuses CONNECT
---@return table # its row
function retry_policy.of_failure(kind, was_sent, is_final)
  if is_final then return classes.final end
  if not was_sent then return classes.not_sent end
  if kind == "protocol" or kind == "too_large" then return classes.unreadable end
  return classes.broken
end

--- The class of a failure that no other attempt can mend.
retry_policy.final = classes.final

--- The class of a complete response that cannot be used.
retry_policy.unreadable = classes.unreadable

--- The class of a response that says that the server did nothing and may do it later.
retry_policy.unavailable = classes.unavailable

local LONGEST_WAIT <const> = 60 -- seconds of Retry-After that are obeyed
local BASE <const>, CAP <const> = 1 / 2, 8 -- seconds

--- Returns the delay before a retry: full jitter, a random time below a bound that doubles.
---@param retries integer made so far, 0 before the first
---@param random number in [0, 1)
---@return number # seconds
---@see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
function retry_policy.jitter(retries, random)
  return random * math.min(CAP, BASE * 2 ^ retries)
end

local CAPACITY <const>, COST <const>, TIMEOUT_COST <const> = 500, 5, 10

local Budget <const> = {}
Budget.__index = Budget

--- Pays for a retry.
---@param after_timeout boolean whether the attempt timed out, which costs more
---@return boolean # false if the budget does not suffice; it is unchanged then
function Budget:take(after_timeout)
  local cost <const> = after_timeout and TIMEOUT_COST or COST
  if self.tokens < cost then return false end
  self.tokens = self.tokens - cost
  return true
end

--- Returns one token to the budget: a call succeeded.
function Budget:give_back()
  if self.tokens < CAPACITY then self.tokens = self.tokens + 1 end
end

--- Makes a client's retry budget, as in the standard mode of the AWS SDKs: while most calls fail,
--- retries only add load.
---@return table # Budget with 500 tokens
function retry_policy.budget()
  return setmetatable({ tokens = CAPACITY }, Budget)
end

--- Decides whether to make another attempt.
---@param attempt table class, repeatable, retries (so far), max_retries, retry_after (seconds or
---   nil), time_left (seconds), is_timeout, budget, random (in [0, 1))
---@return number|nil # seconds to wait; nil for no other attempt
---@return string|nil # why there is none, if the policy allows one otherwise
function retry_policy.decide(attempt)
  local class <const> = attempt.class
  local allowed <const> = attempt.repeatable and class.repeatable or not attempt.repeatable and class.once_only
  if not allowed or attempt.retries >= attempt.max_retries then return nil end
  local wish <const> = attempt.retry_after
  if wish and wish > LONGEST_WAIT then
    return nil, ("the service asks to wait %.0f s, more than the limit of %d s"):format(wish, LONGEST_WAIT)
  end
  local delay <const> = wish or retry_policy.jitter(attempt.retries, attempt.random)
  if delay >= attempt.time_left then return nil, "the deadline leaves no time for another attempt" end
  if not attempt.budget:take(attempt.is_timeout) then return nil, "the client's retry budget is used up" end
  return delay
end

--- Returns how long a map pauses after a 429.
---@param delay number|nil seconds until the next attempt of the call that got it; nil if there is
---   none
---@param retry_after number|nil seconds that the server asks for
---@return number # seconds; 0 for no pause: a wait that exceeds the limit delays no other call
function retry_policy.pause(delay, retry_after)
  if delay then return delay end
  return retry_after and retry_after <= LONGEST_WAIT and retry_after or 0
end

return retry_policy
