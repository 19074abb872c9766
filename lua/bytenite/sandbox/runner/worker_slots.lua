--- Limits how many programs run at the same time. Slots are given out in the order of requests.
local condition <const> = require "cqueues.condition"
local cqueues <const> = require "cqueues"

---@class bytenite.sandbox.WorkerSlots
---@field package free integer
---@field package waiting table[] in order
local WorkerSlots = {}
WorkerSlots.__index = WorkerSlots

local worker_slots = {}

--- Makes slots.
---@param count integer
---@return bytenite.sandbox.WorkerSlots
---@usage local slots = worker_slots.new(4)
function worker_slots.new(count)
  return setmetatable({ free = count, waiting = {} }, WorkerSlots)
end

--- Waits for a slot.
---@param stopped userdata condition: signalled when `is_wanted` may have changed
---@param is_wanted fun(): boolean
---@return boolean taken false if it is no longer wanted
---@usage if slots:take(run.changed, is_wanted) then ... slots:release() end
function WorkerSlots:take(stopped, is_wanted)
  if not is_wanted() then return false end
  if self.free > 0 then
    self.free = self.free - 1
    return true
  end
  local entry <const> = { turn = condition.new(), has_slot = false }
  table.insert(self.waiting, entry)
  while not entry.has_slot and is_wanted() do
    cqueues.poll(entry.turn, stopped)
  end
  if not is_wanted() then
    if entry.has_slot then
      self:release()
    else
      for index, other in ipairs(self.waiting) do
        if other == entry then table.remove(self.waiting, index) end
      end
    end
    return false
  end
  return true
end

--- Releases a slot.
---@usage slots:release()
function WorkerSlots:release()
  local entry <const> = table.remove(self.waiting, 1)
  if entry then
    entry.has_slot = true
    entry.turn:signal()
  else
    self.free = self.free + 1
  end
end

return worker_slots
