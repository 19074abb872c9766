--- What a terminal shows after a program has written to it: lines of text. Colours are left out, lines wrap at the width.
---
---   assert.same({ "a  b", "c" }, screen.lines("a  b\r\nxx\rc \b", 80))
local picture <const> = require "docs.generators.screen"

local screen = {}

-- The escape sequences of our programs: colours, and those that draw over several lines. Others are shown, so that a
-- test notices them.
local COLOUR <const>, OURS <const> = "\27%[[%d;]*m", "[AJK]"

--- Returns the lines that a terminal shows, without trailing spaces.
---@param output string as the terminal got it
---@param columns integer its width
---@return string[]
---@usage local lines = screen.lines(seen.output, 80)
function screen.lines(output, columns)
  local shown <const> = picture.new(columns)
  local visible <const> = output:gsub(COLOUR, ""):gsub("\27(%[?%d*)(.?)", function(start, final)
    if start:find "^%[" and final:find(OURS) then return nil end
    return "\u{241B}" .. start .. final
  end)
  shown:write(visible)
  return shown:lines()
end

return screen
