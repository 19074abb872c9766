--- listing.lua: lists of rows: some of them or all, as a table or as a JSON list.
local bytenite <const> = require "bytenite"
local input <const> = require "bytenite.command.input"

local listing <const> = {}

local LIMIT <const> = 20 -- rows, unless more are asked for

--- Adds the options of a list.
---@param command table
function listing.define(command)
  command:option("--limit", "Show so many at most.", LIMIT):convert(input.count):argname "N"
  command:option("--offset", "Leave out so many at first."):convert(input.count):argname "N"
  command:flag("--all", "Show all there are.")
end

local function gather(next_row)
  local rows <const> = {}
  for row in next_row do
    rows[#rows + 1] = row
  end
  return rows
end

-- Row after row, so that a long list needs no memory.
local function write_json(console, next_row)
  local separator = "["
  for row in next_row do
    console:write(separator, bytenite.encode(row))
    separator = ",\n"
  end
  console:write(separator == "[" and "[]" or "]", "\n")
end

-- A page, as an iterator. Says how many more there are.
local function from_page(console, noun, page)
  local rows <const> = page.data
  local total <const> = page.pagination and page.pagination.total
  if math.type(total) == "integer" and total > #rows then
    console:say("%d of %d %ss; --all shows all", #rows, total, noun)
  end
  local index = 0
  return function()
    index = index + 1
    return rows[index]
  end
end

--- Shows a list.
---@param console table
---@param given table the command's options
---@param source table noun; page(limit), which fetches one; each(), which gives all; print(console, rows)
function listing.show(console, given, source)
  local next_row
  if given.all then
    next_row = source.each()
  else
    next_row = from_page(console, source.noun, assert(source.page(given.limit)))
  end
  if console.json and not console.ids_only then return write_json(console, next_row) end
  local rows <const> = gather(next_row)
  if #rows == 0 then return console:say("no %ss", source.noun) end
  source.print(console, rows)
end

return listing
