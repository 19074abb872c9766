--- What a terminal shows of a program's output: lines of text, without colours, wrapped at its
--- width.
---
---   assert.same({ "a  b", "c" }, screen.lines("a  b\r\nxx\rc \b", 80))
local picture <const> = require "docs.generators.screen"

local screen = {}

-- The escape sequences that our programs use: colours, and those that redraw several lines. Others
-- stay in the result, so that a test notices them.
local COLOUR <const>, OURS <const> = "\27%[[%d;]*m", "[AJK]"

--- Returns the lines that a terminal shows, without trailing spaces.
---@param output string as sent to the terminal
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
