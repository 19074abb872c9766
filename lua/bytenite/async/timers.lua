--- timers.lua: resumes waitables at a time: a binary heap ordered by time. Waitables are held
--- weakly, so that an abandoned one is neither kept nor resumed.
local timers <const> = {}

local Timers <const> = {}
Timers.__index = Timers

local weak <const> = { __mode = "v" }

local LEAST <const> = 64 -- entries before dead ones are dropped

local function is_live(entry)
  local waitable <const> = entry.waitable
  return waitable ~= nil and waitable.timer == entry
end

local function sift_up(heap, at)
  while at > 1 do
    local parent <const> = at // 2
    if heap[parent].at <= heap[at].at then return end
    heap[parent], heap[at] = heap[at], heap[parent]
    at = parent
  end
end

local function sift_down(heap, at)
  while true do
    local least = at
    for child = 2 * at, 2 * at + 1 do
      if heap[child] and heap[child].at < heap[least].at then least = child end
    end
    if least == at then return end
    heap[least], heap[at] = heap[at], heap[least]
    at = least
  end
end

local function remove_first(heap)
  local first <const> = heap[1]
  heap[1] = heap[#heap]
  heap[#heap] = nil
  if heap[1] then sift_down(heap, 1) end
  return first
end

-- Drops the entries of waitables that have ended or have a later timer, so that the heap grows with
-- those that wait.
local function drop_dead(heap)
  local count = 0
  for index = 1, #heap do
    local entry <const> = heap[index]
    heap[index] = nil
    if is_live(entry) then
      count = count + 1
      heap[count] = entry
    end
  end
  for index = count // 2, 1, -1 do
    sift_down(heap, index)
  end
  heap.most = math.max(LEAST, 2 * count)
end

--- Resumes a waitable at a time. Replaces its earlier timer.
---@param waitable table sets its field `timer`
---@param at number on the client's clock
function Timers:set(waitable, at)
  local entry <const> = setmetatable({ at = at, waitable = waitable }, weak)
  waitable.timer = entry
  if #self >= self.most then drop_dead(self) end
  self[#self + 1] = entry
  sift_up(self, #self)
end

--- Returns the time of the next timer, or nil.
function Timers:next_at()
  while self[1] and not is_live(self[1]) do
    remove_first(self)
  end
  return self[1] and self[1].at
end

--- Removes and returns a waitable whose time has come; nil if there is none.
---@param now number on the client's clock
function Timers:take_due(now)
  local at <const> = self:next_at()
  if not at or at > now then return nil end
  local waitable <const> = remove_first(self).waitable
  waitable.timer = false
  return waitable
end

--- Makes an empty heap.
function timers.new()
  return setmetatable({ most = LEAST }, Timers)
end

return timers
