--- download_slots.lua: limits how many files all downloads of a client fetch at once. One
--- connection stays free for calls that on_progress makes: if every connection were busy with a
--- file whose on_progress waits for a connection, none would become free.
local await <const> = require "bytenite.async.await"
local waitable <const> = require("bytenite.async.reactor").waitable

local download_slots <const> = {}

-- By client: the number of `free` slots, and a queue of pending slots from `first` to `last`.
local shared_by_client <const> = setmetatable({}, { __mode = "k" })

local Slot <const> = { __name = "bytenite.DownloadSlot" }
Slot.__index = Slot

local function shared_of(client)
  local shared = shared_by_client[client]
  if not shared then
    shared = { free = math.max(1, client.options.max_connections - 1), first = 1, last = 0 }
    shared_by_client[client] = shared
  end
  return shared
end

--- Requests a slot. Declare it `<close>`: closing releases the slot, or leaves the queue.
---@param client table
---@return table # the slot; call `await` before you use it
function download_slots.ask(client)
  local shared <const> = shared_of(client)
  local has_one <const> = shared.free > 0
  local slot <const> = waitable(Slot, { reactor = client.reactor, shared = shared, is_held = has_one, done = has_one })
  if has_one then
    shared.free = shared.free - 1
  else
    shared[shared.last + 1] = slot
    shared.last = shared.last + 1
  end
  return slot
end

--- Waits for the slot, in a task. If the client is closed the wait ends without a slot; the next
--- call fails.
function Slot:await()
  await.wait(self.reactor, self, await.suspend_function(self.reactor))
end

--- Ends the wait because the client is closed.
function Slot:fail_closed()
  if not self.done then self.reactor:end_of(self) end
end

function Slot:__close()
  if not self.done then return self.reactor:end_of(self) end
  if not self.is_held then return end
  self.is_held = false
  local shared <const> = self.shared
  while shared.first <= shared.last do
    local waiting <const> = shared[shared.first]
    shared[shared.first] = nil
    shared.first = shared.first + 1
    if not waiting.done then
      waiting.is_held = true
      return self.reactor:end_of(waiting)
    end
  end
  shared.free = shared.free + 1
end

return download_slots
