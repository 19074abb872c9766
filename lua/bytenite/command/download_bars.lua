--- download_bars.lua: shows the progress of a download: on a terminal a bar for all files, and
--- below it a bar for each file in flight, as many as fit; elsewhere a line for each tenth of the
--- whole.
local progress <const> = require "bytenite.command.progress"
local text <const> = require "bytenite.command.text"

local download_bars <const> = {}

local Bars <const> = {}
Bars.__index = Bars

local SHORTEST_LABEL <const> = 14 -- columns: "10 of 40 files"

--- Starts to show a download on stderr. Declare it `<close>`.
---@param console table
---@return table # update(received, total, name, all): for on_progress of job:download
function download_bars.start(console)
  local self <const> = setmetatable({
    console = console,
    overall = progress.start(console, "downloading"), -- used if lines cannot be overwritten
    is_silent = console.quiet or console.json,
    in_flight = {}, -- {name, received, total, percent}, in the order of their starts
    by_name = {},
    height = 0, -- number of lines drawn
    started = os.time(),
    moment = "", -- the key of what was drawn last
  }, Bars)
  console.progress = self
  function self.update(...)
    if not self.is_silent then progress.display(self.note, self, ...) end
  end
  return self
end

-- Records the progress of a file. Returns a key that changes whenever there is something new to
-- draw.
local function record(self, received, total, name, all)
  local file = self.by_name[name]
  if file and all.done > self.done then -- this one is complete
    self.by_name[name] = nil
    for index, each in ipairs(self.in_flight) do
      if each == file then table.remove(self.in_flight, index) end
    end
  elseif not file then
    file = { name = text.visible(name) }
    self.first_name = self.first_name or file.name
    self.by_name[name] = file
    self.in_flight[#self.in_flight + 1] = file
  end
  self.done, self.all, self.total = all.done, all, total
  file.received, file.total = received, total
  file.percent = progress.percent(progress.fraction(received, total))
  return ("%s %s %d %d"):format(name, file.percent, all.done, os.time() - self.started)
end

-- Returns the rows to draw: label, percent and note. A single file needs no row of its own.
local function rows_of(self)
  local all <const>, rows <const> = self.all, {}
  local is_one <const> = all.files == 1
  local label <const> = is_one and self.first_name or ("%d of %d files"):format(all.done, all.files)
  local amount <const> = progress.amount(all.received, is_one and self.total or nil, os.time() - self.started)
  rows[1] = { label, progress.percent(all.fraction), amount }
  local most <const> = is_one and 1 or math.max(1, self.console.err.height - 1)
  for _, file in ipairs(self.in_flight) do
    if #rows == most then break end
    rows[#rows + 1] = { file.name, file.percent, progress.amount(file.received, file.total, 0) }
  end
  return rows
end

-- Returns the lines of rows, with all bars in one column.
local function lines_of(rows, width)
  local column = 0
  for _, row in ipairs(rows) do
    column = math.max(column, text.width(row[1]))
  end
  column = math.min(column, math.max(SHORTEST_LABEL, width // 3))
  local lines <const> = {}
  for index, row in ipairs(rows) do
    lines[index] = progress.line(width, text.pad(text.cut(row[1], column), column), row[2], row[3])
  end
  return lines
end

-- Replaces the lines drawn last.
local function draw(self, lines)
  local up <const> = self.height > 1 and ("\27[%dA"):format(self.height - 1) or ""
  io.stderr:write("\r", up, table.concat(lines, "\27[K\r\n"), "\27[J")
  self.height = #lines
end

--- Shows a received piece of a file.
function Bars:note(received, total, name, all)
  local moment <const> = record(self, received, total, name, all)
  if moment == self.moment then return end -- there may be thousands of pieces
  self.moment = moment
  if self.console.err.can_move then return draw(self, lines_of(rows_of(self), self.console.err.width)) end
  if all.fraction == 1 and all.done < all.files then return end -- print 100 % only at the end
  local amount <const> = progress.amount(all.received, nil, os.time() - self.started)
  self.overall:update(all.fraction, ("%d of %d files, %s"):format(all.done, all.files, amount))
end

--- Removes the bars, so that something else can be written.
function Bars:hide()
  if self.height > 0 then draw(self, {}) end
end

--- Ends the display; also the `__close`. Leaves the bars on the screen.
function Bars:finish()
  if self.height > 0 then io.stderr:write "\n" end
  self.height = 0
  self.console.progress = false
end

Bars.__close = Bars.finish

return download_bars
