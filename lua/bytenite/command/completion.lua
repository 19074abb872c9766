--- completion.lua: completes the last word of a command line. The scripts for shells call the
--- program each time, so that they can complete states, levels and jobs.
local arguments <const> = require "bytenite.command.arguments"
local input <const> = require "bytenite.command.input"
local job_states <const> = require "bytenite.command.job_states"
local profiles <const> = require "bytenite.command.profiles"
local recent_ids <const> = require "bytenite.command.recent_ids"

local completion <const> = {}

local SOURCES <const> = { "file", "bucket", "bypass", "url:" }
local FIELDS <const> = { "state=", "name~", "createdAt>=", "templateId=", "numChunks=" }

local function states()
  local values <const> = {}
  for index, name in ipairs(job_states.names) do
    values[index] = "state=" .. name
  end
  return values
end

-- Values of options, by command and option; entries without a command are for all commands.
local OPTION_VALUES <const> = {
  ["--service"] = { "customer", "computing" },
  ["logs --service"] = { "PARTITIONER", "TASKRUNNER", "ASSEMBLER" },
  ["logs --level"] = input.log_levels,
  ["--source"] = SOURCES,
  ["--destination"] = SOURCES,
  ["list --order-by"] = { "createdAt", "-createdAt", "name", "-name", "state", "-state" },
}

-- Values of arguments, by their names.
local ARGUMENT_VALUES <const> = {
  id = recent_ids.read,
  ids = recent_ids.read,
  shell = function()
    return { "bash", "zsh", "fish" }
  end,
  method = function()
    return { "GET", "POST", "PUT", "PATCH", "DELETE" }
  end,
}

local function command_names(root)
  local names <const> = {}
  for index, command in ipairs(root._commands) do
    names[index] = command._name
  end
  return names
end

local function long_names(known)
  local names <const> = {}
  for name in pairs(known) do
    if name:sub(1, 2) == "--" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

-- Returns the only values that an option of a command accepts; nil if it accepts any.
local function choices_of(command, option)
  local known <const> = {}
  if command then arguments.add_options(known, command) end
  return known[option] and known[option]._choices
end

-- Returns the values that may follow an option; an empty list means files.
local function values_of_option(command, option, current)
  if option == "--profile" then return profiles.names() end
  if option == "--filter" then return current:find "^state[=!]" and states() or FIELDS end
  local own <const> = OPTION_VALUES[(command and command._name or "") .. " " .. option]
  return own or OPTION_VALUES[option] or choices_of(command, option) or {}
end

-- Returns the values of a command's n-th argument.
local function values_of_argument(root, command, number)
  if #command._commands > 0 then return number == 1 and command_names(command) or {} end
  local declared <const> = command._arguments
  local argument <const> = declared[math.min(number, #declared)]
  if not argument then return {} end
  if argument._name == "topic" then return command_names(root) end
  local values <const> = ARGUMENT_VALUES[argument._name]
  return values and values() or {}
end

-- Reads the words before the last one. Returns the known options, the command, the option that
-- still needs its value, and the number of arguments so far; nil if the command is unknown.
local function read(root, words)
  local known <const> = {}
  arguments.add_options(known, root)
  local command, pending
  local count = 0
  for index = 1, #words - 1 do
    local word <const> = words[index]
    if pending then
      pending = nil
    elseif known[word] then
      pending = known[word]._maxargs > 0 and word or nil
    elseif word:sub(1, 1) == "-" then
      pending = nil
    elseif command then
      count = count + 1
    else
      for _, each in ipairs(root._commands) do
        if each._name == word then command = each end
      end
      if not command then return nil end
      arguments.add_options(known, command)
    end
  end
  return known, command, pending, count
end

local function with_prefix(values, prefix, lead)
  local found <const> = {}
  for _, value in ipairs(values) do
    if value:sub(1, #prefix) == prefix then found[#found + 1] = lead .. value end
  end
  return found
end

--- Returns the completions of the last word; an empty list if the shell should offer files.
---@param root table the parser
---@param words string[] after the program's name; the last one may be incomplete
---@return string[]
function completion.candidates(root, words)
  local current <const> = words[#words] or ""
  local known <const>, command <const>, pending <const>, count <const> = read(root, words)
  if not known then return {} end
  if pending then return with_prefix(values_of_option(command, pending, current), current, "") end
  local option <const>, value <const> = current:match "^(%-%-[%w-]+)=(.*)$"
  if option then return with_prefix(values_of_option(command, option, value), value, option .. "=") end
  if current:sub(1, 1) == "-" then return with_prefix(long_names(known), current, "") end
  if not command then return with_prefix(command_names(root), current, "") end
  return with_prefix(values_of_argument(root, command, count + 1), current, "")
end

return completion
