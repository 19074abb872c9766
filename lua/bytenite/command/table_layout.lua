--- table_layout.lua: lays out tables and records for people: widths, padding, colours.
local json_output <const> = require "bytenite.command.json_output"
local text <const> = require "bytenite.command.text"

local table_layout <const> = {}

local GAP <const> = "  "
local NARROWEST <const> = 8 -- minimum width of a cell that is cut
local WANTED <const> = 16 -- width of a cut cell below which other columns take a shorter form

-- Returns a value as the text of a cell, without line breaks.
local function cell_text(console, value)
  local words <const> = type(value) == "table" and json_output.line(value) or tostring(value)
  return console:shown((words:gsub("[\r\n\t]+", " ")))
end

-- Returns the value of a cell in one of the column's forms, the first of which is the longest.
local function value_of(column, row, form)
  local forms <const> = column.forms
  return (forms and forms[math.min(form, #forms)] or column.value)(row)
end

local function title_of(column, form)
  return form > 1 and column.short_title or column.title
end

-- Returns the texts of all cells.
local function cells_of(console, columns, rows, form)
  local cells <const> = {}
  for number, row in ipairs(rows) do
    cells[number] = {}
    for index, column in ipairs(columns) do
      cells[number][index] = cell_text(console, value_of(column, row, form))
    end
  end
  return cells
end

local function widest(columns, cells, form)
  local widths <const> = {}
  for index, column in ipairs(columns) do
    widths[index] = text.width(title_of(column, form))
    for _, row in ipairs(cells) do
      widths[index] = math.max(widths[index], text.width(row[index]))
    end
  end
  return widths
end

-- Narrows the columns that may be cut, the last one first, until the table fits. Returns whether it
-- fits and each of these columns has the wanted width, or all that it needs.
local function fit(columns, widths, available, wanted)
  local total = #GAP * (#columns - 1)
  for _, width in ipairs(widths) do
    total = total + width
  end
  local is_good = true
  for index = #columns, 1, -1 do
    local excess <const> = total - available
    if excess > 0 and columns[index].may_be_cut then
      local width <const> = math.min(widths[index], math.max(NARROWEST, widths[index] - excess))
      is_good = is_good and width >= math.min(widths[index], wanted)
      total = total - widths[index] + width
      widths[index] = width
    end
  end
  return is_good and total <= available
end

local function forms_of(columns)
  local count = 1
  for _, column in ipairs(columns) do
    count = math.max(count, column.forms and #column.forms or 1)
  end
  return count
end

-- Chooses the longest form of the columns with which the table fits. Returns the cells, the widths
-- and the form; nil if no form fits.
local function arrange(console, columns, rows, available)
  local last <const> = forms_of(columns)
  for form = 1, last do
    local cells <const> = cells_of(console, columns, rows, form)
    local widths <const> = widest(columns, cells, form)
    if not available then return cells, widths, form end
    if fit(columns, widths, available, form == last and NARROWEST or WANTED) then return cells, widths, form end
  end
  return nil
end

local function layout(console, columns, widths, cells, colour_of)
  local parts <const> = {}
  for index, column in ipairs(columns) do
    local cell <const> = text.cut(cells[index], widths[index])
    local is_last <const> = index == #columns and not column.to_right
    local padded <const> = is_last and cell or text.pad(cell, widths[index], column.to_right)
    parts[index] = console:paint(colour_of(column, cells[index]), padded)
  end
  return table.concat(parts, GAP)
end

local function bold()
  return "bold"
end

local function colour_of(column, value)
  return column.colour and column.colour(value)
end

-- Returns the lines of a table, the heading first.
local function lines_of(console, columns, cells, widths, form)
  local titles <const>, lines <const> = {}, {}
  for index, column in ipairs(columns) do
    titles[index] = title_of(column, form)
  end
  lines[1] = layout(console, columns, widths, titles, bold)
  for number, row in ipairs(cells) do
    lines[number + 1] = layout(console, columns, widths, row, colour_of)
  end
  return lines
end

-- Prints each row on two lines, for narrow terminals: the first column, which is never cut, and the
-- others below it.
local function print_stacked(console, columns, rows)
  local rest <const> = table.move(columns, 2, #columns, 1, {})
  local available <const> = console.out.width - #GAP
  local cells, widths, form = arrange(console, rest, rows, available)
  if not cells then
    form = forms_of(rest)
    cells = cells_of(console, rest, rows, form)
    widths = widest(rest, cells, form)
    fit(rest, widths, available, NARROWEST)
  end
  local lines <const> = lines_of(console, rest, cells, widths, form)
  console:write(console:paint("bold", columns[1].title), "\n", GAP, lines[1], "\n")
  for number, row in ipairs(rows) do
    console:write(cell_text(console, columns[1].value(row)), "\n", GAP, lines[number + 1], "\n")
  end
end

--- Prints a table with a heading. On a terminal it is at most as wide as the terminal.
---@param console table
---@param columns table a list of { title, value = function(row), to_right, may_be_cut,
---   colour = function(text) }; instead of `value`, `forms` is a list of functions that return
---   shorter and shorter texts, with a short_title
---@param rows table a list
function table_layout.print(console, columns, rows)
  local available <const> = console.out.is_terminal and console.out.width or nil
  local cells <const>, widths <const>, form <const> = arrange(console, columns, rows, available)
  if not cells then return print_stacked(console, columns, rows) end
  for _, line in ipairs(lines_of(console, columns, cells, widths, form)) do
    console:write(line, "\n")
  end
end

--- Prints names and values, one pair per line.
---@param console table
---@param pairs_of table a list of { name, value, colour }; skips pairs without a value
function table_layout.record(console, pairs_of)
  local width = 0
  for _, pair in ipairs(pairs_of) do
    if pair[2] ~= nil then width = math.max(width, #pair[1]) end
  end
  for _, pair in ipairs(pairs_of) do
    if pair[2] ~= nil then
      local name <const> = text.pad(pair[1], width)
      console:write(console:paint("bold", name), GAP, console:paint(pair[3], cell_text(console, pair[2])), "\n")
    end
  end
end

return table_layout
