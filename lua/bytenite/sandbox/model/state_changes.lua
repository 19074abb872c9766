--- Lists the changes of jobs' states, for clients that watch them.
---
--- Most of it is known beforehand, from the courses of jobs: nothing is written down when it
--- happens, but whoever watches asks what fell into the time since the last look.
local new_condition <const> = require("cqueues.condition").new

---@class bytenite.sandbox.StateChanges
---@field condition userdata of cqueues: signalled when something was noted
---@field package courses {id: string, steps: table[], from: number, ends: number}[]
---@field package latest table<string, table> the last course of each job
---@field package look_at integer courses at which old ones are looked for
local StateChanges = {}
StateChanges.__index = StateChanges

local state_changes = {}

local KEPT <const> = 60 -- seconds after its end that a course stays
local FEW <const> = 256 -- courses that are not looked through for old ones

--- No changes yet.
---@return bytenite.sandbox.StateChanges
---@usage local changes = state_changes.new()
function state_changes.new()
  local self <const> = setmetatable({ condition = new_condition() }, StateChanges)
  self:clear()
  return self
end

-- Drops changes that are too old to be asked for, when their number has doubled since the last
-- time.
local function drop_old(self, now)
  if #self.courses < self.look_at then return end
  local young <const>, latest <const> = {}, {}
  for _, course in ipairs(self.courses) do
    if course.steps[#course.steps].time > now - KEPT then
      young[#young + 1] = course
      latest[course.id] = course
    end
  end
  self.courses, self.latest, self.look_at = young, latest, math.max(FEW, 2 * #young)
end

-- Cuts off what will not happen, because something else has.
local function cut(self, id, moment)
  local course <const> = self.latest[id]
  if course then course.ends = math.min(course.ends, moment) end
end

--- Notes what becomes of a job from now on.
---@param id string
---@param before bytenite.sandbox.Job|nil
---@param kept bytenite.sandbox.Job
---@param now number seconds since the epoch
---@usage changes:note(id, nil, draft, now)
function StateChanges:note(id, before, kept, now)
  local state <const> = kept.values.state
  if kept.course == nil and before and before.values.state == state then return end
  local steps <const> = kept.course and kept.course.steps or { { time = now, state = state } }
  -- Of a job that ran before, only the last step is new.
  local from <const> = steps[before and before.course and #steps or 1].time
  drop_old(self, now)
  cut(self, id, from)
  local course <const> = { id = id, steps = steps, from = from, ends = math.huge }
  table.insert(self.courses, course)
  self.latest[id] = course
  self:wake()
end

--- Forgets what is to come for a job.
---@param id string
---@usage changes:forget(id)
function StateChanges:forget(id)
  cut(self, id, -math.huge)
end

--- Makes those who watch look.
---@usage changes:wake()
function StateChanges:wake()
  self.condition:signal()
end

--- Forgets everything.
---@usage changes:clear()
function StateChanges:clear()
  self.courses, self.latest, self.look_at = {}, {}, FEW
end

-- Adds the changes of one course, and tells when the next comes.
local function add_changes(changes, course, after, now)
  for _, step in ipairs(course.steps) do
    local time <const> = step.time
    if time >= course.ends then return math.huge end
    if time > now then return time end
    if time > after and time >= course.from then
      changes[#changes + 1] = { id = course.id, state = step.state, time = time, number = #changes }
    end
  end
  return math.huge
end

--- What happened in a stretch of time, and when something will.
---@param after number seconds since the epoch: the moment before the stretch
---@param now number its last moment
---@return {id: string, state: string, time: number}[] changes in order
---@return number next seconds since the epoch; math.huge when nothing is known
---@usage local changes, next_time = changes:between(last_look, now)
function StateChanges:between(after, now)
  local changes <const>, next_time = {}, math.huge
  for _, course in ipairs(self.courses) do
    next_time = math.min(next_time, add_changes(changes, course, after, now))
  end
  table.sort(changes, function(left, right)
    if left.time ~= right.time then return left.time < right.time end
    return left.number < right.number
  end)
  return changes, next_time
end

return state_changes
