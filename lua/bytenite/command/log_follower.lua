--- log_follower.lua: finds the new lines in a job's logs. Each response has all lines; the service
--- inserts late lines between others, and drops old ones when it rotates a log.
local log_follower <const> = {}

local MAX_VANISHED <const> = 8 * 1024 * 1024 -- bytes of vanished lines, kept in case they reappear

local Follower <const> = {}
Follower.__index = Follower

--- Makes a follower that has seen no line.
---@return table
function log_follower.new()
  return setmetatable({
    seen = {}, -- how often a line was shown, by key
    look_of = {}, -- number of the last response that had the line, by key
    look = 0, -- number of responses
  }, Follower)
end

local function text_of(value)
  return type(value) == "string" and value or ""
end

-- Returns the key that identifies a line: its origin, its time and its content.
local function key_of(line, service, task_id)
  local parts <const> =
    { service, task_id or "", text_of(line.timestamp), text_of(line.level), text_of(line.container), text_of(line.log) }
  return table.concat(parts, "\0")
end

-- Forgets lines that the service no longer returns, if they take much memory.
local function forget(self)
  local bytes = 0
  for key, look in pairs(self.look_of) do
    if look < self.look then bytes = bytes + #key end
  end
  if bytes <= MAX_VANISHED then return end
  for key, look in pairs(self.look_of) do
    if look < self.look then
      self.look_of[key], self.seen[key] = nil, nil
    end
  end
end

--- Calls a function with each new line. Counts identical lines: a repetition is a new line.
---@param next_line function as job:logs returns it
---@param show function(line, service, task_id)
---@return integer # number of new lines
function Follower:show_new(next_line, show)
  local counts <const> = {}
  local new = 0
  self.look = self.look + 1
  for line, service, task_id in next_line do
    local key <const> = key_of(line, service, task_id)
    counts[key] = (counts[key] or 0) + 1
    self.look_of[key] = self.look
    if counts[key] > (self.seen[key] or 0) then
      self.seen[key] = counts[key]
      new = new + 1
      show(line, service, task_id)
    end
  end
  forget(self)
  return new
end

return log_follower
