--- Lists the changes of jobs' states, for clients that watch them.
---
--- Most changes are known in advance from the courses of jobs. So nothing is recorded when they
--- happen: a watcher asks for the changes since its last query.
local new_condition <const> = require("cqueues.condition").new

---@class bytenite.sandbox.StateChanges
---@field condition userdata of cqueues: signalled on every new entry
---@field package courses {id: string, steps: table[], from: number, ends: number}[]
---@field package latest table<string, table> the last course of each job
---@field package look_at integer number of courses at which old ones are dropped
local StateChanges = {}
StateChanges.__index = StateChanges

local state_changes = {}

local KEPT <const> = 60 -- seconds that a course is kept after its end
local FEW <const> = 256 -- number of courses below which no old ones are dropped

--- Makes an empty list of changes.
---@return bytenite.sandbox.StateChanges
---@usage local changes = state_changes.new()
function state_changes.new()
  local self <const> = setmetatable({ condition = new_condition() }, StateChanges)
  self:clear()
  return self
end

-- Drops old courses if the number of courses has doubled since the last time.
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

-- Ends a job's course at a moment: its later steps do not happen.
local function cut(self, id, moment)
  local course <const> = self.latest[id]
  if course then course.ends = math.min(course.ends, moment) end
end

--- Records the changes of a job from now on.
---@param id string
---@param before bytenite.sandbox.Job|nil
---@param kept bytenite.sandbox.Job
---@param now number seconds since the epoch
---@usage changes:note(id, nil, draft, now)
function StateChanges:note(id, before, kept, now)
  local state <const> = kept.values.state
  if kept.course == nil and before and before.values.state == state then return end
  local steps <const> = kept.course and kept.course.steps or { { time = now, state = state } }
  -- If the job was running before, only the last step is new.
  local from <const> = steps[before and before.course and #steps or 1].time
  drop_old(self, now)
  cut(self, id, from)
  local course <const> = { id = id, steps = steps, from = from, ends = math.huge }
  table.insert(self.courses, course)
  self.latest[id] = course
  self:wake()
end

--- Removes the changes in a job's current course.
---@param id string
---@usage changes:forget(id)
function StateChanges:forget(id)
  cut(self, id, -math.huge)
end

--- Wakes the watchers.
---@usage changes:wake()
function StateChanges:wake()
  self.condition:signal()
end

--- Forgets everything.
---@usage changes:clear()
function StateChanges:clear()
  self.courses, self.latest, self.look_at = {}, {}, FEW
end

-- Adds the changes of a course to a list. Returns the time of the next change.
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

--- Returns the changes in a period, and the time of the next change.
---@param after number start of the period, exclusive, in seconds since the epoch
---@param now number end of the period, inclusive
---@return {id: string, state: string, time: number}[] changes in order
---@return number next seconds since the epoch; math.huge if unknown
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
