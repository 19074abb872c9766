--- json_output.lua: writes values as JSON to stdout: compact for programs; for people on a terminal
--- with line breaks, indentation and colours, and safe to show. Members are always in one order: as
--- they are declared, then by name.
local bytenite <const> = require "bytenite"
local core <const> = require "bytenite.core"
local printable <const> = require "bytenite.base.printable"

local json_output <const> = {}

local INDENT <const> = 2

-- Objects whose order of members is used. Their names hardly occur in free-form values.
local TYPES <const> = { "Job", "JobParams", "JobConfig", "DataSource", "JobTemplate", "LogLine" }

-- Returns the names of declared members in order.
local function declared_order()
  local schemas <const> = core.schemas()
  local names <const>, has <const> = {}, {}
  for _, name in ipairs(TYPES) do
    for _, member in ipairs(schemas[name]) do
      if not has[member.name] then names[#names + 1] = member.name end
      has[member.name] = true
    end
  end
  return names
end

local order -- made when it is first needed

--- Returns a value as JSON on one line.
---@param value any
---@return string
function json_output.line(value)
  order = order or declared_order()
  return bytenite.encode(value, { sorted = order })
end

-- Returns the position of the closing quote of the JSON string at the start of a line.
local function end_of_string(line)
  local at = line:find('["\\]', 2)
  while line:byte(at) == 92 do -- a backslash
    at = line:find('["\\]', at + 2)
  end
  return at
end

-- Returns a line of formatted JSON (a name, a value, or both) in colours.
local function painted(console, line)
  local lead <const>, rest <const> = line:match "^(%s*)(.*)$"
  local stop <const> = rest:find '^"' and end_of_string(rest)
  local name <const> = stop and rest:sub(stop + 1, stop + 1) == ":" and rest:sub(1, stop)
  local value <const> = name and rest:sub(stop + 2) or rest
  local text <const>, comma <const> = value:match "^(.-)(,?)$"
  local plain <const> = text:match "^%s*(.-)$"
  local colour <const> = plain:find '^"' and "green" or plain:find "^[%d%-tf]" and "yellow" or plain == "null" and "dim"
  local shown <const> = colour and console:paint(colour, text) or text
  return lead .. (name and console:paint("blue", name) .. ":" or "") .. shown .. comma
end

--- Returns a value as JSON in the form for stdout.
---@param console table
---@param value any
---@param margin integer|nil spaces before each line but the first, on a terminal
---@return string
function json_output.text(console, value, margin)
  if not console.out.is_terminal then return json_output.line(value) end
  order = order or declared_order()
  local lines <const> = {}
  for line in printable.json(bytenite.encode(value, { sorted = order, indent = INDENT })):gmatch "[^\n]+" do
    lines[#lines + 1] = painted(console, line)
  end
  return table.concat(lines, "\n" .. (" "):rep(margin or 0))
end

return json_output
