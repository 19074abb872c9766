-- figures.lua: code that the reports share: reads measurements, and makes figures and pages of
-- them.
local figures <const> = {}

--- Reads a file with a measurement on each line, in words separated by blanks.
---@param name string
---@param readers table functions by a line's first word; each is called with the others
function figures.read(name, readers)
  for line in io.lines(name) do
    local words <const> = {}
    for word in line:gmatch "%S+" do
      table.insert(words, word)
    end
    readers[words[1]](table.unpack(words, 2))
  end
end

--- Returns the median of some numbers, the lowest, the highest.
function figures.median_and_range(values)
  local sorted <const> = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  local middle <const> = (#sorted + 1) / 2
  return (sorted[math.floor(middle)] + sorted[math.ceil(middle)]) / 2, sorted[1], sorted[#sorted]
end

--- Returns a median with its range as text.
function figures.with_range(median, lowest, highest)
  return ("%.1f (%.1f to %.1f)"):format(median, lowest, highest)
end

--- Returns a whole number in the form 12,345.
function figures.with_thousands(number)
  local text, more = ("%.0f"):format(number), 1
  while more > 0 do
    text, more = text:gsub("^(%d+)(%d%d%d)", "%1,%2")
  end
  return text
end

--- Replaces the text between two marks of a page. The new file replaces the old one atomically.
---@param page_name string
---@param mark string
---@param text string
function figures.write_between(page_name, mark, text)
  local file <close> = assert(io.open(page_name))
  local page <const> = file:read "a"
  local pattern <const> = ("^(.*<!%%-%%- %s: begin %%-%%->\n).*(<!%%-%%- %s: end %%-%%->.*)$"):format(mark, mark)
  local head <const>, tail <const> = page:match(pattern)
  assert(head, page_name .. ": the marks are missing")
  local new_name <const> = page_name .. ".new"
  local new <const> = assert(io.open(new_name, "w"))
  assert(new:write(head, "\n", text, "\n\n", tail))
  assert(new:close())
  assert(os.rename(new_name, page_name))
end

return figures
