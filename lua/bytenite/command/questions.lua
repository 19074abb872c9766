--- questions.lua: asks for values: on a terminal with a question on stderr, else line by line from
--- standard input. Secrets are hidden while they are typed.
local core <const> = require "bytenite.core"
local command_errors <const> = require "bytenite.command.command_errors"
local text <const> = require "bytenite.command.text"

local questions <const> = {}

local STDIN <const> = 0

local function trimmed(line)
  return line and line:match "^%s*(.-)%s*$"
end

local function read_line(prompt)
  if core.is_terminal(STDIN) then io.stderr:write(text.visible(prompt), ": ") end
  return trimmed(io.read "l")
end

local function read_hidden(prompt)
  if not core.is_terminal(STDIN) then return read_line(prompt) end
  local line <const> = core.read_hidden(STDIN, text.visible(prompt) .. ": ")
  if line == false then command_errors.raise("file", "cannot hide what is typed on this terminal") end
  return trimmed(line)
end

--- Asks for a value.
---@param question table prompt; is_secret; default, used for an empty answer, and its description
---   `shown`; check(answer), which returns the value to use or raises
---@return any # the value
--- Raises if there is neither an answer nor a default, or if the answer is invalid; on a terminal
--- asks again instead.
function questions.ask(question)
  local hint <const> = question.shown and (" [%s]"):format(question.shown) or ""
  local read <const> = question.is_secret and read_hidden or read_line
  while true do
    local answer <const> = read(question.prompt .. hint)
    if (answer or "") == "" and question.shown then return question.default end
    if not answer then command_errors.usage(question.prompt .. ": no answer") end
    local ok <const>, value <const> = pcall(question.check, answer)
    if ok then return value end
    local failure <const> = command_errors.from(value)
    if failure.kind ~= "usage" or not core.is_terminal(STDIN) then error(failure, 0) end
    io.stderr:write(text.visible(tostring(failure)), "\n")
  end
end

return questions
