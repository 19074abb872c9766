--- What a terminal shows after a program has written to it: lines of text. Colours are left out, lines wrap at the width.
---
---   assert.same({ "a  b", "c" }, screen.lines("a  b\r\nxx\rc \b", 80))
local picture <const> = require "docs.generators.screen"

local screen = {}

-- The escape sequences for colours. Our programs use no others: those are shown, so that a test notices them.
local COLOUR <const> = "\27%[[%d;]*m"

--- Returns the lines that a terminal shows, without trailing spaces.
---@param output string as the terminal got it
---@param columns integer its width
---@return string[]
---@usage local lines = screen.lines(seen.output, 80)
function screen.lines(output, columns)
  local shown <const> = picture.new(columns)
  shown:write((output:gsub(COLOUR, ""):gsub("\27", "\u{241B}")))
  return shown:lines()
end

return screen
