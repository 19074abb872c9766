--- screen.lua: what a terminal shows after a program has written to it, as lines of text or as an SVG
--- picture. Knows colours, bold, going back in the line, going up, and clearing.
local screen <const> = {}

local CELL_WIDTH <const>, LINE_HEIGHT <const>, MARGIN <const> = 8, 18, 14 -- pixels

-- By the number of the escape sequence.
local COLOURS <const> = {
  [2] = "#8b949e",
  [31] = "#ff7b72",
  [32] = "#7ee787",
  [33] = "#e3b341",
  [34] = "#79c0ff",
  [35] = "#d2a8ff",
  [36] = "#56d4dd",
  [90] = "#8b949e",
}

local Screen <const> = {}
Screen.__index = Screen

--- Makes an empty screen.
---@param columns integer
---@return table
function screen.new(columns)
  return setmetatable({ columns = columns, rows = { {} }, row = 1, column = 1, style = "" }, Screen)
end

local function set_style(self, numbers)
  if numbers == "" then numbers = "0" end
  for number in numbers:gmatch "%d+" do
    local code <const> = math.tointeger(tonumber(number))
    if code == 0 or code == 39 or code == 22 then
      self.style = ""
    elseif code == 1 then
      self.style = self.style .. ' font-weight="bold"'
    elseif COLOURS[code] then
      self.style = self.style .. (' fill="%s"'):format(COLOURS[code])
    end
  end
end

local moves <const> = {
  ["\r"] = function(self)
    self.column = 1
  end,
  ["\n"] = function(self)
    self.row = self.row + 1
    self.rows[self.row] = self.rows[self.row] or {}
  end,
  ["\b"] = function(self)
    self.column = math.max(1, self.column - 1)
  end,
}

local function put(self, character)
  if self.column > self.columns then
    moves["\n"](self)
    moves["\r"](self)
  end
  self.rows[self.row][self.column] = { text = character, style = self.style }
  self.column = self.column + 1
end

-- Clears the line: from the cursor, or all of it.
local function clear(self, what)
  local row <const> = self.rows[self.row]
  for column = what == "2" and 1 or self.column, self.columns do
    row[column] = nil
  end
end

-- What an escape sequence does, by its last letter; it gets the numbers in front of that.
local sequences <const> = {
  m = set_style,
  K = clear,
  J = function(self) -- clears everything from the cursor on
    clear(self, "")
    for row = self.row + 1, #self.rows do
      self.rows[row] = {}
    end
  end,
  A = function(self, numbers)
    self.row = math.max(1, self.row - (math.tointeger(tonumber(numbers)) or 1))
  end,
}

--- Shows what a program has written.
---@param text string UTF-8 with escape sequences
function Screen:write(text)
  local at = 1
  while at <= #text do
    local numbers <const>, final <const>, after <const> = text:match("^\27%[([%d;?]*)(%a)()", at)
    if numbers then
      local sequence <const> = sequences[final]
      if sequence then sequence(self, numbers) end
      at = after
    else
      local character <const> = text:match("^" .. utf8.charpattern, at)
      local move <const> = moves[character] or put
      move(self, character)
      at = at + #character
    end
  end
end

local function escaped(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

-- The parts of a row that have one style: text elements at their places.
local function row_elements(row, columns, y)
  local elements <const> = {}
  local start, text, style = 1, "", ""
  local function flush()
    local indent <const>, visible <const> = text:match "^( *)(.-) *$"
    if visible ~= "" then
      local x <const> = MARGIN + (start - 1 + #indent) * CELL_WIDTH
      local width <const> = utf8.len(visible) * CELL_WIDTH
      elements[#elements + 1] = ('<text x="%d" y="%d" textLength="%d"%s>%s</text>\n'):format(
        x,
        y,
        width,
        style,
        escaped(visible)
      )
    end
    text = ""
  end
  for column = 1, columns do
    local cell <const> = row[column] or { text = " ", style = "" }
    if cell.style ~= style then
      flush()
      start, style = column, cell.style
    elseif text == "" then
      start = column
    end
    text = text .. cell.text
  end
  flush()
  return table.concat(elements)
end

--- Returns the lines, without trailing spaces.
---@return string[]
function Screen:lines()
  local lines <const> = {}
  for index, row in ipairs(self.rows) do
    local cells <const> = {}
    for column = 1, self.columns do
      cells[column] = row[column] and row[column].text or " "
    end
    lines[index] = table.concat(cells):gsub("%s+$", "")
  end
  while lines[#lines] == "" do
    lines[#lines] = nil
  end
  return lines
end

--- Returns the picture.
---@return string # SVG
function Screen:svg()
  local last <const> = math.max(1, #self:lines())
  local width <const>, height <const> = self.columns * CELL_WIDTH + 2 * MARGIN, last * LINE_HEIGHT + 2 * MARGIN
  local parts <const> = {
    ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">\n'):format(
      width,
      height,
      width,
      height
    ),
    '<title>A session of the bytenite command</title>\n<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n',
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3">\n',
  }
  for index = 1, last do
    parts[#parts + 1] = row_elements(self.rows[index], self.columns, MARGIN + index * LINE_HEIGHT - 5)
  end
  parts[#parts + 1] = "</g>\n</svg>\n"
  return table.concat(parts)
end

return screen
