--- progress.lua: how far something has come: a bar that is drawn over on a terminal, now and then a
--- line elsewhere.
local command_errors <const> = require "bytenite.command.command_errors"
local text <const> = require "bytenite.command.text"
local units <const> = require "bytenite.command.units"

local progress <const> = {}

local Progress <const> = {}
Progress.__index = Progress

local BAR <const> = 24 -- columns between the brackets
local SHORTEST_NOTE <const> = 4 -- columns: fewer say nothing
local STEPS <const> = 10 -- lines at most that one state is worth where there is no terminal

--- Starts to tell of something on stderr; ends with the `<close>`.
---@param console table
---@param label string names the activity
---@return table
function progress.start(console, label)
  local self <const> = setmetatable({
    console = console,
    label = text.visible(label),
    is_silent = console.quiet or console.json,
    drawn = "", -- what stands in the terminal's last line
    last = "", -- what was last to be shown
    last_key = "", -- what the last line said
  }, Progress)
  console.progress = self
  return self
end

--- The part of a whole that is done, from 0 to 1; nil where the whole is unknown.
---@param done number
---@param total number|nil
---@return number|nil
function progress.fraction(done, total)
  return total and total > 0 and done / total or nil
end

--- A fraction as a whole number from 0 to 100; nil where it is unknown.
---@param fraction number|nil
---@return integer|nil
function progress.percent(fraction)
  return fraction and math.floor(math.max(0, math.min(1, fraction)) * 100) or nil
end

-- Draws over what stands there: without any escape sequence, so that every terminal can.
local function draw(self, line)
  if line == self.drawn then return end
  local rest <const> = math.max(0, text.width(self.drawn) - text.width(line))
  io.stderr:write("\r", line, (" "):rep(rest), ("\b"):rep(rest))
  self.drawn = line
end

--- A line with a bar.
---@param width integer of the terminal
---@param label string printable
---@param done integer|nil percent
---@param note string is shown behind it, as far as there is room
---@return string
function progress.line(width, label, done, note)
  local columns <const> = width - 1 -- some terminals wrap when the last one is written
  local percentage <const> = done and ("%3d %%"):format(done) or "     "
  -- on a narrow terminal the bar gives way to the percentage, then the label does
  local shown <const> = text.cut(label, math.max(0, columns - #percentage - 1))
  local size <const> = math.min(BAR, columns - text.width(shown) - #percentage - #" [] ")
  local filled <const> = done and done * size // 100 or 0
  local drawn <const> = size > 0 and ("[%s%s] "):format(("#"):rep(filled), ("-"):rep(size - filled)) or ""
  local head <const> = ("%s %s%s"):format(shown, drawn, percentage)
  local room <const> = columns - text.width(head) - 1
  return room > SHORTEST_NOTE and ("%s %s"):format(head, text.cut(text.visible(note), room)) or head
end

local function bar(self, done, note)
  draw(self, progress.line(self.console.err.width, self.label, done, note))
end

local function plain_line(self, done, note, key)
  local tenth <const> = done and done * STEPS // 100
  local moment <const> = ("%s %s"):format(tenth or "", key)
  if moment == self.last_key then return end
  self.last_key = moment
  io.stderr:write(self.label, ": ", done and ("%d %% "):format(done) or "", text.visible(note), "\n")
end

--- Runs a part of a display. A fault in it must not end what it tells of; Ctrl-C must.
---@param show function
---@param ... any its arguments
function progress.display(show, ...)
  local ok <const>, problem <const> = pcall(show, ...)
  if not ok and command_errors.is_interrupt(problem) then error(problem, 0) end
end

--- Tells how far it has come. Raises nothing but Ctrl-C.
---@param fraction number|nil from 0 to 1, where it is known
---@param note string is shown next to it
---@param key string|nil without a terminal, a line is written when this changes or for each tenth
---   done
function Progress:update(fraction, note, key)
  if self.is_silent then return end
  progress.display(function()
    local show <const> = self.console.err.can_move and bar or plain_line
    show(self, progress.percent(fraction), note, key or "")
  end)
end

--- Takes the bar away, for something else to be written.
function Progress:hide()
  if self.drawn ~= "" then
    draw(self, "")
    io.stderr:write "\r"
  end
end

--- Ends it; also the `__close`. A bar stays where it is.
function Progress:finish()
  if self.drawn ~= "" then io.stderr:write "\n" end
  self.drawn = ""
  self.console.progress = false
end

Progress.__close = Progress.finish

--- How much was moved, in words: "1.0 MiB of 2.0 MiB, 512.0 KiB/s".
---@param done integer bytes
---@param total integer|nil bytes
---@param seconds integer that it took; with 0 no rate is shown
---@return string
function progress.amount(done, total, seconds)
  local rate <const> = seconds > 0 and (", %s/s"):format(units.bytes(done / seconds)) or ""
  local of_total <const> = total and total > 0 and " of " .. units.bytes(total) or ""
  return units.bytes(done) .. of_total .. rate
end

--- Starts to tell of bytes that are sent or received.
---@param console table
---@param label string
---@return table # update(done, total) in bytes
function progress.bytes(console, label)
  local self <const> = progress.start(console, label)
  local started <const> = os.time()
  local shown
  local function show(done, total)
    local seconds <const>, fraction <const> = os.time() - started, progress.fraction(done, total)
    local moment <const> = ("%s %d"):format(progress.percent(fraction), seconds)
    if moment == shown and done ~= total then return end -- pieces come by the thousand
    shown = moment
    self:update(fraction, progress.amount(done, total, seconds))
  end
  function self.update_bytes(done, total)
    progress.display(show, done, total)
  end
  return self
end

return progress
