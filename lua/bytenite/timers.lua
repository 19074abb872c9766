--- timers.lua: which calls are to be woken when: a binary heap by time. Calls are held weakly, so that one nobody waits
--- for any more is neither kept nor woken.
local timers <const> = {}

local Timers <const> = {}
Timers.__index = Timers

local weak <const> = { __mode = "v" }

local function is_live(entry)
  local call <const> = entry.call
  return call ~= nil and call.timer == entry
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

--- Wakes a call at a time; a time set for it earlier is forgotten.
---@param call table its field `timer` is ours
---@param at number on the client's clock
function Timers:set(call, at)
  local entry <const> = setmetatable({ at = at, call = call }, weak)
  call.timer = entry
  self[#self + 1] = entry
  sift_up(self, #self)
end

--- The time of the next waking, or nil.
function Timers:next_at()
  while self[1] and not is_live(self[1]) do
    remove_first(self)
  end
  return self[1] and self[1].at
end

--- Takes a call whose time has come; nil when there is none.
---@param now number on the client's clock
function Timers:take_due(now)
  local at <const> = self:next_at()
  if not at or at > now then return nil end
  local call <const> = remove_first(self).call
  call.timer = nil
  return call
end

--- An empty heap.
function timers.new()
  return setmetatable({}, Timers)
end

return timers
