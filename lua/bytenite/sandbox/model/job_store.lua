--- Holds all jobs, by id and in the order of their creation.
local job_timeline <const> = require "bytenite.sandbox.model.job_timeline"

---@class bytenite.sandbox.JobStore
---@field version integer changes with every change of the store
---@field package kept table<string, bytenite.sandbox.Job|true> true for a job that is made when it
---  is first read
---@field package make (fun(id: string): bytenite.sandbox.Job)|nil makes these jobs
---@field package ids (string|false)[] in the order of creation; false where a job was removed
---@field package positions table<string, integer> in `ids`
---@field package holes integer in `ids`
local JobStore = {}
JobStore.__index = JobStore

local job_store = {}

--- Makes an empty store.
---@return bytenite.sandbox.JobStore
---@usage local kept = job_store.new()
function job_store.new()
  return setmetatable({ version = 0, kept = {}, ids = {}, positions = {}, holes = 0 }, JobStore)
end

local function append(self, id)
  local position <const> = #self.ids + 1
  self.ids[position], self.positions[id] = id, position
end

--- Stores a job. Replaces a job with the same id.
---@param id string
---@param job bytenite.sandbox.Job
---@usage jobs:put(id, draft)
function JobStore:put(id, job)
  if self.kept[id] == nil then append(self, id) end
  self.kept[id] = job
  self.version = self.version + 1
end

--- Adds jobs that are made when they are first read.
---@param ids string[] the oldest first
---@param make fun(id: string): bytenite.sandbox.Job
---@usage jobs:add(ids, make)
function JobStore:add(ids, make)
  self.make = make
  for _, id in ipairs(ids) do
    if self.kept[id] == nil then append(self, id) end
    self.kept[id] = true
  end
  self.version = self.version + 1
end

--- Returns a job in its state at a moment.
---@param id string
---@param now number seconds since the epoch
---@return bytenite.sandbox.Job|nil
---@usage local kept = jobs:get(id, state:now())
function JobStore:get(id, now)
  local kept <const> = self.kept[id]
  if kept == nil then return nil end
  if kept == true then return self.make(id) end
  local seen <const> = job_timeline.at(kept, now)
  self.kept[id] = seen
  return seen
end

--- Removes a job.
---@param id string
---@usage jobs:remove(id)
function JobStore:remove(id)
  local position <const> = self.positions[id]
  if position == nil then return end
  self.kept[id], self.positions[id] = nil, nil
  self.ids[position] = false
  self.holes = self.holes + 1
  self.version = self.version + 1
end

-- Closes the holes that removed jobs left.
local function close_holes(self)
  local ids <const> = {}
  for _, id in ipairs(self.ids) do
    if id then
      ids[#ids + 1] = id
      self.positions[id] = #ids
    end
  end
  self.ids, self.holes = ids, 0
end

--- Returns the ids of all jobs in the order of their creation: the newest last.
---@return string[] # must not be changed
---@usage local ids = jobs:in_order()
function JobStore:in_order()
  if self.holes > 0 then close_holes(self) end
  return self.ids
end

return job_store
