--- What a terminal shows after a program has written to it: lines of text. Colours are left out, lines wrap at the width.
---
---   assert.same({ "a  b", "c" }, screen.lines("a  b\r\nxx\rc \b", 80))
local screen = {}

-- The escape sequences for colours. Our programs use no others.
local COLOUR <const> = "\27%[[%d;]*m"

local function put(self, character)
  if self.column >= self.columns then
    self.row, self.column = self.row + 1, 0
  end
  self[self.row] = self[self.row] or {}
  local row <const> = self[self.row]
  for column = #row + 1, self.column do
    row[column] = " "
  end
  self.column = self.column + 1
  row[self.column] = character
end

local moves <const> = {
  ["\r"] = function(self)
    self.column = 0
  end,
  ["\n"] = function(self)
    self.row = self.row + 1
    self[self.row] = self[self.row] or {}
  end,
  ["\b"] = function(self)
    self.column = math.max(0, self.column - 1)
  end,
}

--- Returns the lines that a terminal shows, without trailing spaces.
---@param output string as the terminal got it
---@param columns integer its width
---@return string[]
---@usage local lines = screen.lines(seen.output, 80)
function screen.lines(output, columns)
  local self <const> = { {}, row = 1, column = 0, columns = columns }
  for character in output:gsub(COLOUR, ""):gmatch(utf8.charpattern) do
    local move <const> = moves[character]
    if move then
      move(self)
    else
      put(self, character)
    end
  end
  local lines <const> = {}
  for index = 1, #self do
    lines[index] = table.concat(self[index]):gsub("%s+$", "")
  end
  while lines[#lines] == "" do
    lines[#lines] = nil
  end
  return lines
end

return screen
