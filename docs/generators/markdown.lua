--- Markdown, as GitHub reads it.
local markdown <const> = {}

--- A code span.
-- @tparam string text
-- @treturn string
function markdown.code(text)
  return "`" .. text .. "`"
end

-- A cell: no line breaks, and no bar that would end it, in code spans neither.
local function cell(text)
  return (text:gsub("%s*\n%s*", " "):gsub("|", "\\|"))
end

local function width(text)
  return utf8.len(text)
end

-- The widest cell of each column but the last, which is not padded: its texts are sentences.
local function widths_of(rows)
  local widths <const> = {}
  for _, row in ipairs(rows) do
    for column = 1, #row - 1 do
      widths[column] = math.max(widths[column] or 3, width(row[column]))
    end
  end
  return widths
end

local function line(row, widths)
  local cells <const> = {}
  for column, text in ipairs(row) do
    cells[column] = text .. (" "):rep((widths[column] or 0) - width(text))
  end
  return ("| " .. table.concat(cells, " | ")):gsub("%s+$", "") .. " |"
end

--- A table, laid out so that the text reads well too.
-- @tparam {string,...} header
-- @tparam {{string,...},...} rows as many cells as the header has
-- @treturn string
function markdown.table(header, rows)
  local cells <const> = { header }
  for _, row in ipairs(rows) do
    local escaped <const> = {}
    for column, text in ipairs(row) do
      escaped[column] = cell(text)
    end
    cells[#cells + 1] = escaped
  end
  local widths <const> = widths_of(cells)
  local rule <const> = {}
  for column = 1, #header do
    rule[column] = ("-"):rep(widths[column] or 3)
  end
  table.insert(cells, 2, rule)
  local lines <const> = {}
  for index, row in ipairs(cells) do
    lines[index] = line(row, widths)
  end
  return table.concat(lines, "\n") .. "\n"
end

--- A block of Lua.
-- @tparam string code ending in a line break
-- @treturn string
function markdown.lua_block(code)
  return "```lua\n" .. code .. "```\n"
end

return markdown
