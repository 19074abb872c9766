--- A job to wait for, on a virtual clock. job:wait looks at the job again and again by get_job.
---
---   service, client, job, clock = watched_job.begin() -- in before_each
---   watched_job.show_state "COMPLETE"
---   assert(job:wait())
local assert <const> = require "luassert"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"
local virtual_clock <const> = require "spec.support.virtual_clock"

local watched_job <const> = {}

--- The job's id.
watched_job.ID = "j1"

local service, clock, job -- of the running test

--- Resets the sandbox, and makes a client and a job. Close the client after the test.
---@return spec.Sandbox
---@return table client
---@return table job
---@return table clock
function watched_job.begin()
  service = sandbox.plain()
  service:reset()
  local client
  client, clock = virtual_clock.client { base_url = service.base_url, api_key = service.api_key, max_retries = 0 }
  job = client:job(watched_job.ID)
  return service, client, job, clock
end

--- Makes the next looks show these members of the job.
---@param members string JSON without brackets
---@param times integer|nil the number of looks, by default 1
function watched_job.show(members, times)
  local body <const> = ('{"job":{"id":"%s",%s}}'):format(watched_job.ID, members)
  service:fault { operation = "get_job", body = body, times = times or 1 }
end

--- Makes the next looks show the job in a state.
---@param state string without its prefix
---@param times integer|nil
function watched_job.show_state(state, times)
  watched_job.show(('"state":"JOB_STATE_%s"'):format(state), times)
end

--- Counts the looks of the running test.
---@return integer
function watched_job.looks()
  return #connect.sent(service)
end

--- Waits for the job, and records when job:wait looked at it.
---@param options table|nil of job:wait
---@return number[] times of the looks, in seconds since the first
---@return any ... what job:wait returns
function watched_job.times_of_looks(options)
  local times <const> = {}
  local began <const> = clock.time
  local chosen <const> = {
    on_progress = function()
      times[#times + 1] = clock.time - began
    end,
  }
  for name, value in pairs(options or {}) do
    chosen[name] = value
  end
  local ended <const>, problem <const> = job:wait(chosen)
  return times, ended, problem
end

--- Asserts that two lists of times are equal, apart from rounding.
---@param expected number[]
---@param actual number[]
function watched_job.assert_near(expected, actual)
  assert.equal(#expected, #actual)
  for index, value in ipairs(expected) do
    assert.is_true(math.abs(value - actual[index]) < 1e-6, ("%d: %g, not %g"):format(index, actual[index], value))
  end
end

return watched_job
