--- progress.lua: shows progress: a bar on a terminal, a line from time to time elsewhere.
local command_errors <const> = require "bytenite.command.command_errors"
local text <const> = require "bytenite.command.text"
local units <const> = require "bytenite.command.units"

local progress <const> = {}

local Progress <const> = {}
Progress.__index = Progress

local BAR <const> = 24 -- columns between the brackets
local SHORTEST_NOTE <const> = 4 -- columns; with fewer there is no note
local STEPS <const> = 10 -- maximum number of lines for one state without a terminal

--- Starts to show an activity on stderr. Declare it `<close>`.
---@param console table
---@param label string names the activity
---@return table
function progress.start(console, label)
  local self <const> = setmetatable({
    console = console,
    label = text.visible(label),
    is_silent = console.quiet or console.json,
    drawn = "", -- the text in the terminal's last line
    last = "", -- the text shown last
    last_key = "", -- the key of the line printed last
  }, Progress)
  console.progress = self
  return self
end

--- Returns the part of a total that is done, from 0 to 1; nil if the total is unknown.
---@param done number
---@param total number|nil
---@return number|nil
function progress.fraction(done, total)
  return total and total > 0 and done / total or nil
end

--- Returns a fraction in percent, as an integer from 0 to 100; nil if it is unknown.
---@param fraction number|nil
---@return integer|nil
function progress.percent(fraction)
  return fraction and math.floor(math.max(0, math.min(1, fraction)) * 100) or nil
end

-- Replaces the last line. Uses no escape sequences, so that it works on every terminal.
local function draw(self, line)
  if line == self.drawn then return end
  local rest <const> = math.max(0, text.width(self.drawn) - text.width(line))
  io.stderr:write("\r", line, (" "):rep(rest), ("\b"):rep(rest))
  self.drawn = line
end

--- Returns a line with a bar.
---@param width integer of the terminal
---@param label string printable
---@param done integer|nil percent
---@param note string shown after the bar, if there is room
---@return string
function progress.line(width, label, done, note)
  local columns <const> = width - 1 -- some terminals wrap when the last one is written
  local percentage <const> = done and ("%3d %%"):format(done) or "     "
  -- on a narrow terminal, the bar shrinks first, then the label
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

--- Runs a function that displays something. Ignores its errors, which must not end the activity,
--- but rethrows Ctrl-C.
---@param show function
---@param ... any its arguments
function progress.display(show, ...)
  local ok <const>, problem <const> = pcall(show, ...)
  if not ok and command_errors.is_interrupt(problem) then error(problem, 0) end
end

--- Shows the progress. Raises nothing but Ctrl-C.
---@param fraction number|nil from 0 to 1, if known
---@param note string shown next to the bar
---@param key string|nil without a terminal, a line is printed when the key changes or another tenth
---   is done
function Progress:update(fraction, note, key)
  if self.is_silent then return end
  progress.display(function()
    local show <const> = self.console.err.can_move and bar or plain_line
    show(self, progress.percent(fraction), note, key or "")
  end)
end

--- Removes the bar, so that something else can be written.
function Progress:hide()
  if self.drawn ~= "" then
    draw(self, "")
    io.stderr:write "\r"
  end
end

--- Ends the display; also the `__close`. Leaves the bar on the screen.
function Progress:finish()
  if self.drawn ~= "" then io.stderr:write "\n" end
  self.drawn = ""
  self.console.progress = false
end

Progress.__close = Progress.finish

--- Returns the amount transferred and the rate: "1.0 MiB of 2.0 MiB, 512.0 KiB/s".
---@param done integer bytes
---@param total integer|nil bytes
---@param seconds integer since the start; with 0 there is no rate
---@return string
function progress.amount(done, total, seconds)
  local rate <const> = seconds > 0 and (", %s/s"):format(units.bytes(done / seconds)) or ""
  local of_total <const> = total and total > 0 and " of " .. units.bytes(total) or ""
  return units.bytes(done) .. of_total .. rate
end

--- Starts to show a transfer of bytes.
---@param console table
---@param label string
---@return table # update_bytes(done, total)
function progress.bytes(console, label)
  local self <const> = progress.start(console, label)
  local started <const> = os.time()
  local shown
  local function show(done, total)
    local seconds <const>, fraction <const> = os.time() - started, progress.fraction(done, total)
    local moment <const> = ("%s %d"):format(progress.percent(fraction), seconds)
    if moment == shown and done ~= total then return end -- there may be thousands of pieces
    shown = moment
    self:update(fraction, progress.amount(done, total, seconds))
  end
  function self.update_bytes(done, total)
    progress.display(show, done, total)
  end
  return self
end

return progress
