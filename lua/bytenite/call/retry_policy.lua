--- retry_policy.lua: when a failed attempt is repeated, and after how long. Pure policy: no clock, no network, nothing of ours.
---
--- The table below is the policy. A repeatable call does twice what it does once (a GET, the four updates); a
--- once-only one (create, run) may not be sent again unless the server surely did nothing.
local retry <const> = {}

local classes <const> = {
  -- no byte of the request went out: resolve, connect, handshake, and their time limit
  not_sent = { repeatable = true, once_only = true },
  -- 429: refused before it was looked at
  rate_limited = { repeatable = true, once_only = true },
  -- 503
  unavailable = { repeatable = true, once_only = false },
  -- 500, 502, 504, the attempt timed out, the connection broke midway: the server may have acted
  broken = { repeatable = true, once_only = false, maybe_done = true },
  -- the answer came but is of no use: not JSON, too large
  unreadable = { repeatable = false, once_only = false, maybe_done = true },
  -- certificate refused, any other status
  final = { repeatable = false, once_only = false },
}

local by_status <const> = {
  [429] = "rate_limited",
  [500] = "broken",
  [502] = "broken",
  [503] = "unavailable",
  [504] = "broken",
}

--- The class of an answer that is an error.
---@param status integer of HTTP
---@return table # its row: repeatable, once_only (whether to try again), maybe_done
function retry.of_status(status)
  return classes[by_status[status] or "final"]
end

--- The class of an attempt that got no answer.
---@param kind string "timeout", "connection", "tls", "protocol" or "too_large"
---@param was_sent boolean whether any byte of the request went out
---@param certificate_refused boolean
---@return table # its row
function retry.of_failure(kind, was_sent, certificate_refused)
  if certificate_refused then return classes.final end
  if kind == "protocol" or kind == "too_large" then return classes.unreadable end
  return was_sent and classes.broken or classes.not_sent
end

--- The class of a failure that no other attempt can mend.
retry.final = classes.final

--- The class of an answer that came whole but cannot be used.
retry.unreadable = classes.unreadable

local LONGEST_WAIT <const> = 60 -- seconds of Retry-After that are obeyed
local BASE <const>, CAP <const> = 1 / 2, 8 -- seconds

--- Full jitter: a random time below a bound that doubles.
---@param retries integer made so far, 0 before the first
---@param random number in [0, 1)
---@return number # seconds
---@see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
function retry.jitter(retries, random)
  return random * math.min(CAP, BASE * 2 ^ retries)
end

local CAPACITY <const>, COST <const>, TIMEOUT_COST <const> = 500, 5, 10

local Budget <const> = {}
Budget.__index = Budget

--- Takes what a retry costs; false when that is not there.
---@param after_timeout boolean a retry after a time limit costs more
function Budget:take(after_timeout)
  local cost <const> = after_timeout and TIMEOUT_COST or COST
  if self.tokens < cost then return false end
  self.tokens = self.tokens - cost
  return true
end

--- A call succeeded: gives one token back.
function Budget:give_back()
  if self.tokens < CAPACITY then self.tokens = self.tokens + 1 end
end

--- A client's retry budget, as in the standard mode of the AWS SDKs: when most calls fail, retries stop making it worse.
---@return Budget # with 500 tokens
function retry.budget()
  return setmetatable({ tokens = CAPACITY }, Budget)
end

--- Decides on another attempt.
---@param attempt table class, repeatable, retries (so far), max_retries, retry_after (seconds or nil), time_left (seconds),
---   is_timeout, budget, random (in [0, 1))
---@return number|nil # seconds to wait; nil for no other attempt
---@return string|nil # why there is none, where that is worth telling
function retry.decide(attempt)
  local class <const> = attempt.class
  local allowed <const> = attempt.repeatable and class.repeatable or not attempt.repeatable and class.once_only
  if not allowed or attempt.retries >= attempt.max_retries then return nil end
  local wish <const> = attempt.retry_after
  if wish and wish > LONGEST_WAIT then
    return nil, ("the service asks to wait %.0f s, more than the %d s waited for"):format(wish, LONGEST_WAIT)
  end
  local delay <const> = wish or retry.jitter(attempt.retries, attempt.random)
  if delay >= attempt.time_left then return nil, "the deadline leaves no time for another attempt" end
  if not attempt.budget:take(attempt.is_timeout) then return nil, "the client's retry budget is used up" end
  return delay
end

--- How long everything pauses after a 429.
---@param delay number|nil seconds until the next attempt of the call that met it; nil when there is none
---@param retry_after number|nil seconds that the server asks for
---@return number # seconds, 0 for no pause: a wish that is too long to be obeyed holds nothing up
function retry.pause(delay, retry_after)
  if delay then return delay end
  return retry_after and retry_after <= LONGEST_WAIT and retry_after or 0
end

return retry
