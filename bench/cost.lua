-- cost.lua FORM COUNT: makes COUNT updates with client:map in one of several forms. Prints the
-- microseconds of processor time per call, and the largest resident memory of this process (kB).
--
--   jobs       over a list of jobs; the refreshed jobs are kept
--   ids        over a list of ids; true is kept for each
--   iterator   over an iterator function; nothing is kept
local memory <const> = require "memory"
local request <const> = require "request"

local form <const>, count <const> = ...
local WARM_UP <const> = 100 -- calls that open the connections, and do other work that is done once

local client <close> = request.client()

local function update_by_id(id)
  assert(request.update(client:job(id)))
  return true
end

local forms <const> = {}

function forms.jobs(how_many)
  local jobs <const> = {}
  for index = 1, how_many do
    jobs[index] = client:job(request.job_id)
  end
  return jobs, request.update
end

function forms.ids(how_many)
  local ids <const> = {}
  for index = 1, how_many do
    ids[index] = request.job_id
  end
  return ids, update_by_id
end

function forms.iterator(how_many)
  local given = 0
  return function()
    given = given + 1
    return given <= how_many and request.job_id or nil
  end, update_by_id
end

-- Returns the processor time in seconds.
local function cost_of(how_many)
  local items <const>, update <const> = forms[form](how_many)
  collectgarbage()
  local before <const> = os.clock()
  local results <const> = client:map(items, update)
  local seconds <const> = os.clock() - before
  assert(results.succeeded == how_many, "some calls failed")
  return seconds
end

cost_of(WARM_UP)
print(("%.3f"):format(cost_of(math.tointeger(count)) / count * 1e6), memory.largest())
