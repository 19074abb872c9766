--- wait.lua: `job:wait`: refreshes a job until it has ended.
local await <const> = require "bytenite.async.await"
local validate <const> = require "bytenite.base.validate"
local errors <const> = require "bytenite.errors"
local redact <const> = require "bytenite.errors.redact"
local base_options <const> = require "bytenite.base.options"
local states <const> = require "bytenite.jobs.states"
local waiters <const> = require "bytenite.async.waiters"

local wait <const> = {}

local INTERVAL <const>, MAX_INTERVAL <const> = 1, 10 -- seconds between refreshes, at first and at most
local GROWTH <const> = 3 / 2 -- of the interval, after each refresh
local MOST_FAILURES <const> = 5 -- refreshes in a row that fail with a retryable error, until `wait` fails
local LAST_LOOK <const> = 1 -- seconds between the last refresh and the timeout, at most a tenth of the timeout

local checks <const> = {
  timeout = validate.seconds,
  interval = validate.seconds,
  max_interval = validate.seconds,
  on_progress = validate.callable,
}

local function settings_of(given)
  local checked <const> = validate.options("wait", given, checks)
  local interval <const> = checked.interval or math.min(INTERVAL, checked.max_interval or INTERVAL)
  local most <const> = checked.max_interval or math.max(MAX_INTERVAL, interval)
  if most < interval then validate.raise "wait: max_interval: must not be below interval" end
  return { timeout = checked.timeout, on_progress = checked.on_progress, interval = interval, max_interval = most }
end

-- Returns the user's limits of a call, with a deadline of at most the time that is left.
local function limits_within(limits, client, time_left)
  local own <const> = {}
  for name, value in pairs(limits) do
    own[name] = value
  end
  own.deadline = math.min(own.deadline or client.options.deadline, time_left)
  return own
end

local function state_of(job)
  local state <const> = rawget(job, "state")
  return (type(state) == "string" or type(state) == "number") and state ~= "" and tostring(state) or nil
end

local function failed(self)
  local job <const> = self.job
  local words <const> = rawget(job, "errorMessage")
  local state <const> = state_of(job)
  local message = state and "ended in state " .. state or "ended in an unknown state"
  if type(words) == "string" and words ~= "" then
    message = redact.text(words, self.client.credentials.known():add_table(job))
  end
  return errors.new {
    kind = "job_failed",
    message = message,
    hint = "job:logs() may say why",
    retryable = false,
    elapsed = self.client.clock.now() - self.started_at,
  }
end

local function timed_out(self, last_problem)
  local job <const> = self.job
  local hint = last_problem and "the last refresh failed: " .. tostring(last_problem) or nil
  if not hint and rawget(job, "state") == "JOB_STATE_NEW" then hint = "it was never run: job:run()" end
  return errors.new {
    kind = "timeout",
    message = ("job %s is still %s after %g s"):format(
      rawget(job, "id"),
      state_of(job) or "in an unknown state",
      self.options.timeout
    ),
    hint = hint,
    retryable = true,
    attempts = self.looks,
    elapsed = self.client.clock.now() - self.started_at,
  }
end

local function report(self)
  local on_progress <const> = self.options.on_progress
  self.fraction = math.max(self.fraction, states.fraction(self.job) or 0)
  if on_progress then on_progress(self.job, self.fraction) end
end

-- Refreshes the job once. Returns its outcome, nil if it has not ended; or nil and an error that
-- ends the wait; or nil, nil and an error that may pass.
local function look(self, time_left)
  local limits <const> = time_left and limits_within(self.limits, self.client, time_left) or self.limits
  self.looks = self.looks + 1
  local seen <const>, problem <const> = self.refresh(limits)
  if not seen then
    self.failures = self.failures + 1
    local may_pass <const> = problem.retryable and self.failures < MOST_FAILURES
    if may_pass then return nil, nil, problem end
    return nil, problem
  end
  self.failures = 0
  local outcome <const> = states.outcome(self.job) -- before on_progress, which may do anything to the job
  report(self)
  return outcome
end

-- Returns the seconds until the next refresh. The last refresh is shortly before the timeout.
local function pause(delay, time_left, timeout)
  if not time_left then return delay end
  local last_look <const> = math.min(LAST_LOOK, timeout / 10)
  return math.min(delay, time_left > 3 / 2 * last_look and time_left - last_look or time_left)
end

local function time_left(self)
  return self.ends_at and self.ends_at - self.client.clock.now()
end

local function sleep(reactor, seconds)
  await.ended(reactor, waiters.sleep(reactor, seconds))
end

local function wait_for_end(self)
  local chosen <const> = self.options
  local delay = chosen.interval
  local last_problem
  while true do
    local left = time_left(self)
    if left and left <= 0 then return nil, timed_out(self, last_problem) end
    local outcome <const>, problem <const>, passing <const> = look(self, left)
    if outcome == "succeeded" then return self.job end
    if outcome then return nil, failed(self) end
    if problem then return nil, problem end
    last_problem = passing
    left = time_left(self)
    if not left or left > 0 then
      local at_least <const> = passing and passing.retry_after or 0
      sleep(self.client.reactor, pause(math.max(delay, at_least), left, chosen.timeout))
    end
    delay = math.min(delay * GROWTH, chosen.max_interval)
  end
end

--- Implements `job:wait`.
---@param refresh function refreshes the job in place, within limits: the job, or nil and an error
function wait.run(client, job, options, call_options, refresh)
  local chosen <const> = settings_of(options)
  local started_at <const> = client.clock.now()
  local ended <const>, problem <const> = wait_for_end {
    client = client,
    job = job,
    refresh = refresh,
    options = chosen,
    limits = validate.options("wait", call_options, base_options.limits),
    started_at = started_at,
    ends_at = chosen.timeout and started_at + chosen.timeout,
    looks = 0,
    failures = 0,
    fraction = 0,
  }
  if ended then return ended end
  return nil, problem, job
end

return wait
