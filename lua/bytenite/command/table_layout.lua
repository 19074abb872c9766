--- table_layout.lua: lays out tables and records for people: widths, padding, colours.
local json_output <const> = require "bytenite.command.json_output"
local text <const> = require "bytenite.command.text"

local table_layout <const> = {}

local GAP <const> = "  "
local NARROWEST <const> = 8 -- columns left to a cell that is cut

-- A row is a line, whatever is in its cells.
local function cell_text(console, value)
  local words <const> = type(value) == "table" and json_output.line(value) or tostring(value)
  return console:shown((words:gsub("[\r\n\t]+", " ")))
end

local function widest(columns, rows)
  local widths <const> = {}
  for index, column in ipairs(columns) do
    widths[index] = text.width(column.title)
    for _, row in ipairs(rows) do
      widths[index] = math.max(widths[index], text.width(row[index]))
    end
  end
  return widths
end

-- Takes from the columns that may be cut, the last first, what is too much for a terminal.
local function fit(columns, widths, available)
  local total = #GAP * (#columns - 1)
  for _, width in ipairs(widths) do
    total = total + width
  end
  for index = #columns, 1, -1 do
    local excess <const> = total - available
    if excess > 0 and columns[index].may_be_cut then
      local width <const> = math.min(widths[index], math.max(NARROWEST, widths[index] - excess))
      total = total - widths[index] + width
      widths[index] = width
    end
  end
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

--- Prints a table with a heading. On a terminal it is as wide as that.
---@param console table
---@param columns table a list of { title, value = function(row), to_right, may_be_cut, colour = function(text) }
---@param rows table a list
function table_layout.print(console, columns, rows)
  local cells <const> = {}
  for number, row in ipairs(rows) do
    cells[number] = {}
    for index, column in ipairs(columns) do
      cells[number][index] = cell_text(console, column.value(row))
    end
  end
  local widths <const> = widest(columns, cells)
  if console.out.is_terminal then fit(columns, widths, console.out.width) end
  local titles <const> = {}
  for index, column in ipairs(columns) do
    titles[index] = column.title
  end
  console:write(
    layout(console, columns, widths, titles, function()
      return "bold"
    end),
    "\n"
  )
  for _, row in ipairs(cells) do
    console:write(
      layout(console, columns, widths, row, function(column, value)
        return column.colour and column.colour(value)
      end),
      "\n"
    )
  end
end

--- Prints names and values, one a line.
---@param console table
---@param pairs_of table a list of { name, value, colour }; those without a value are left out
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
