--- paged_list.lua: the options and the output of list commands: some rows or all, as a table or as
--- a JSON list.
local input <const> = require "bytenite.command.input"

local json_output <const> = require "bytenite.command.json_output"

local paged_list <const> = {}

local LIMIT <const> = "20" -- rows, by default

--- Adds the options of a list.
---@param command table
function paged_list.define(command)
  command:mutex(
    command:option("--limit", "Maximum number to show.", LIMIT):convert(input.count "--limit"):argname "N",
    command:flag("--all", "Show all of them.")
  )
  command:option("--offset", "Number to skip at the start."):convert(input.count "--offset"):argname "N"
end

local function gather(next_row)
  local rows <const> = {}
  for row in next_row do
    rows[#rows + 1] = row
  end
  return rows
end

-- Writes a JSON list row by row, so that a long list needs no memory.
local function write_json(console, next_row)
  local is_terminal <const> = console.out.is_terminal
  local margin <const> = is_terminal and 2 or 0
  local begin <const> = is_terminal and "[\n  " or "["
  local separator = begin
  for row in next_row do
    console:write(separator, json_output.text(console, row, margin))
    separator = is_terminal and ",\n  " or ",\n"
  end
  local stop <const> = is_terminal and "\n]" or "]"
  console:write(separator == begin and "[]" or stop, "\n")
end

-- Fetches the rows within --limit, in several pages if the service returns fewer at a time. Prints
-- how many more there are. Returns an iterator.
local function some(console, given, source)
  local offset <const> = given.offset or 0
  local rows <const> = {}
  local total, has_more
  repeat
    local page <const> = assert(source.page(given.limit - #rows, offset + #rows))
    table.move(page.data, 1, #page.data, #rows + 1, rows)
    total = math.type(page.pagination.total) == "integer" and page.pagination.total or 0
    has_more = #page.data > 0 and (page.pagination.hasNext == true or offset + #rows < total)
  until #rows >= given.limit or not has_more
  if has_more and total > offset + #rows then
    console:warn("%d of %d %ss; --all shows all", #rows, total, source.noun)
  elseif has_more then
    console:warn("%d %ss, and there are more; --all shows all", #rows, source.noun)
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
---@param source table noun; page(limit, offset) fetches a page; each() iterates; print(console,
---   rows)
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
    return console:say(is_behind and "no %ss after the first %d" or "no %ss", source.noun, given.offset)
  end
  source.print(console, rows)
end

return paged_list
