--- The manual pages docs/man/bytenite.1 and bytenite-sandbox.1, from the parsers of the commands.
local man <const> = {}

-- Text that roff takes as it is.
local function escaped(text)
  local plain <const> = text:gsub("\\", "\\e"):gsub("%-", "\\-")
  return (("\n" .. plain):gsub("\n([.'])", "\n\\&%1"):sub(2))
end

local function add(lines, ...)
  for _, line in ipairs { ... } do
    lines[#lines + 1] = line
  end
end

-- Adds paragraphs; lines that are indented stay lines.
local function add_text(lines, text)
  local is_literal = false
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local is_indented <const> = line:find "^%s+%S" ~= nil
    if is_indented ~= is_literal then add(lines, is_indented and ".nf" or ".fi") end
    is_literal = is_indented
    add(lines, line == "" and ".PP" or escaped(line))
  end
  if is_literal then add(lines, ".fi") end
end

local function argument_of(option)
  if option._maxargs == 0 then return "" end
  local name <const> = type(option._argname) == "table" and table.concat(option._argname, " ") or option._argname
  return " \\fI" .. escaped(name or option._name:gsub("^%-+", ""):upper()) .. "\\fR"
end

local function add_options(lines, parser)
  for _, option in ipairs(parser._options) do
    local names <const> = {}
    for index, name in ipairs(option._aliases) do
      names[index] = "\\fB" .. escaped(name) .. "\\fR"
    end
    local description = option._description or ""
    if option._default and type(option._default) == "string" then
      description = ("%s (default: %s)"):format(description, option._default)
    end
    add(lines, ".TP", table.concat(names, ", ") .. argument_of(option), escaped(description))
  end
end

local function add_arguments(lines, parser)
  for _, argument in ipairs(parser._arguments) do
    local name <const> = argument._argname or argument._name
    add(lines, ".TP", "\\fI" .. escaped(name) .. "\\fR", escaped(argument._description or ""))
  end
end

local function usage_of(parser)
  return (parser:get_usage():gsub("^Usage: ", ""):gsub("%s*\n%s*", " "))
end

-- Adds the parts of an epilogue: a title, and lines that are indented.
local function add_epilogue(lines, text, heading)
  for block in (text .. "\n\n"):gmatch "(.-)\n\n" do
    local title <const>, body <const> = block:match "^\n*(%u[%w ]+):\n(.*)$"
    if title and heading == "SH" then
      add(lines, ".SH " .. title:upper())
    elseif title then
      add(lines, ".PP", title .. ":")
    end
    if title then add_text(lines, body) end
  end
end

-- Adds the section of a command, and those of the commands below it.
local function add_command(lines, command)
  add(lines, ".SS " .. escaped(usage_of(command)))
  add_text(lines, command._description)
  add_arguments(lines, command)
  add_options(lines, command)
  add_epilogue(lines, ((command._epilog or ""):gsub("\n\nOptions of all commands.*$", "")), "PP")
  for _, each in ipairs(command._commands) do
    add_command(lines, each)
  end
end

local function head(name, summary)
  return {
    '.\\" written by docs/generate.lua from lua/bytenite/command',
    (".TH %s 1"):format(name:upper()),
    ".SH NAME",
    ("%s \\- %s"):format(escaped(name), escaped(summary)),
    ".SH SYNOPSIS",
  }
end

--- Makes the page of a command.
-- @tparam string name
-- @tparam string summary
-- @tparam table parser of argparse
-- @tparam string other the page to see
-- @treturn string
function man.page(name, summary, parser, other)
  local lines <const> = head(name, summary)
  add(lines, escaped(usage_of(parser)), ".SH DESCRIPTION")
  add_text(lines, parser._description)
  add(lines, ".SH OPTIONS")
  add_options(lines, parser)
  if #parser._commands > 0 then add(lines, ".SH COMMANDS") end
  for _, command in ipairs(parser._commands) do
    add_command(lines, command)
  end
  local epilogue <const> = parser._epilog or ""
  if epilogue:find "^%u[%w ]+:\n" then
    add_epilogue(lines, epilogue, "SH")
  else
    add(lines, ".SH NOTES")
    add_text(lines, epilogue)
  end
  add(lines, ".SH SEE ALSO", (".BR %s (1)"):format(escaped(other)))
  return table.concat(lines, "\n") .. "\n"
end

return man
