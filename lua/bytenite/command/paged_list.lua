--- paged_list.lua: the options and the output of commands that list things: one page or all of it,
--- as a table or as a JSON list.
local bytenite <const> = require "bytenite"
local input <const> = require "bytenite.command.input"

local paged_list <const> = {}

local LIMIT <const> = 20 -- rows, unless more are asked for

--- Adds the options of a list.
---@param command table
function paged_list.define(command)
  command:option("--limit", "Show so many at most.", LIMIT):convert(input.count "--limit"):argname "N"
  command:option("--offset", "Leave out so many at first."):convert(input.count "--offset"):argname "N"
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

-- As many rows as are wanted: the service may give fewer at a time. Says how many more there are.
local function some(console, given, source)
  local offset <const> = given.offset or 0
  local rows <const> = {}
  local total
  repeat
    local page <const> = assert(source.page(given.limit - #rows, offset + #rows))
    table.move(page.data, 1, #page.data, #rows + 1, rows)
    total = math.type(page.pagination.total) == "integer" and page.pagination.total or #rows
  until #page.data == 0 or #rows >= given.limit or offset + #rows >= total
  if total > #rows then console:say("%d of %d %ss; --all shows all", #rows, total, source.noun) end
  local index = 0
  return function()
    index = index + 1
    return rows[index]
  end
end

--- Shows a list.
---@param console table
---@param given table the command's options
---@param source table noun; page(limit, offset), which fetches one; each(), which gives all; print(console, rows)
function paged_list.show(console, given, source)
  local next_row
  if given.all then
    next_row = source.each()
  else
    next_row = some(console, given, source)
  end
  if console.json and not console.ids_only then return write_json(console, next_row) end
  local rows <const> = gather(next_row)
  if #rows == 0 then
    local is_behind <const> = not given.all and (given.offset or 0) > 0
    return console:say(is_behind and "no %ss behind the first %d" or "no %ss", source.noun, given.offset)
  end
  source.print(console, rows)
end

return paged_list
