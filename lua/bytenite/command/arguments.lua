--- arguments.lua: prepares the words of the command line for argparse, and suggests a command for
--- an unknown one.
local core <const> = require "bytenite.core"

local arguments <const> = {}

-- Names of our commands in other programs.
local SYNONYMS <const> = {
  add = "submit",
  auth = "configure",
  cancel = "abort",
  cat = "get",
  create = "submit",
  describe = "get",
  download = "results --download",
  fetch = "results --download",
  jobs = "list",
  kill = "abort",
  log = "logs",
  login = "configure",
  ls = "list",
  new = "submit",
  profiles = "configure --list",
  ps = "list",
  remove = "delete",
  rename = "set-name",
  rm = "delete",
  serve = "sandbox",
  show = "get",
  start = "run",
  status = "get",
  stop = "abort",
  tail = "logs --follow",
  watch = "wait",
}

--- Returns the command that a word may stand for, with its option if it needs one; or nil.
---@param word string
---@param names string[] of all commands
---@return string|nil
function arguments.suggestion(word, names)
  local synonym <const> = SYNONYMS[word:lower()]
  if synonym then return synonym end
  local near <const> = core.suggest(word:lower(), names)
  if near then return near end
  for _, name in ipairs(names) do
    if #word > 2 and (name:find(word, 1, true) == 1 or word:find(name, 1, true) == 1) then return name end
  end
  return nil
end

--- Adds a parser's options to a table, by all their names.
---@param known table<string, table>
---@param parser table of argparse
function arguments.add_options(known, parser)
  for _, option in ipairs(parser._options) do
    for _, name in ipairs(option._aliases) do
      known[name] = option
    end
  end
end

-- Joins an option and its value, so that argparse accepts a value that begins with a dash.
local function joined(option, value)
  return option:sub(1, 2) == "--" and option .. "=" .. value or option .. value
end

local function is_dashed_value(word, known)
  return word and #word > 1 and word:sub(1, 1) == "-" and not known[word] and not word:find "^%-%-%a"
end

--- Prepares the words for argparse.
---@param root table of argparse
---@param words string[]
---@return string[] # the words; values that begin with a dash are joined to their options
---@return string|nil # the command's name, known or not; nil if there is none
function arguments.prepare(root, words)
  local known <const>, prepared <const> = {}, {}
  arguments.add_options(known, root)
  local command
  local index = 1
  while index <= #words do
    local word <const>, following <const> = words[index], words[index + 1]
    local option <const> = known[word]
    if word == "--" then
      table.move(words, index, #words, #prepared + 1, prepared)
      break
    elseif option and option._maxargs > 0 and is_dashed_value(following, known) then
      prepared[#prepared + 1] = joined(word, following)
      index = index + 2
    elseif option and option._maxargs > 0 then
      prepared[#prepared + 1], prepared[#prepared + 2] = word, following
      index = index + 2
    else
      if not command and word:sub(1, 1) ~= "-" then
        command = word
        for _, each in ipairs(root._commands) do
          if each._name == word then arguments.add_options(known, each) end
        end
      end
      prepared[#prepared + 1] = word
      index = index + 1
    end
  end
  return prepared, command
end

return arguments
