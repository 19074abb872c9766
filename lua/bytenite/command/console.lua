--- console.lua: the three standard streams: results go to stdout, messages and progress to stderr.
local core <const> = require "bytenite.core"
local command_errors <const> = require "bytenite.command.command_errors"
local json_output <const> = require "bytenite.command.json_output"
local text <const> = require "bytenite.command.text"

local console <const> = {}

local Console <const> = {}
Console.__index = Console

local STDIN <const>, STDOUT <const>, STDERR <const> = 0, 1, 2
local BROKEN_PIPE <const> = 32 -- EPIPE, of Linux, macOS and the BSDs
local DEFAULT_WIDTH <const>, DEFAULT_HEIGHT <const> = 80, 24

local COLOURS <const> = { red = 31, green = 32, yellow = 33, blue = 34, bold = 1, dim = 2 }

local function variable(name)
  return math.tointeger(tonumber(os.getenv(name)))
end

-- Returns what a stream can show. NO_COLOR: see no-color.org.
local function look_at(descriptor)
  local is_terminal <const> = core.is_terminal(descriptor)
  local can_move <const> = is_terminal and os.getenv "TERM" ~= "dumb"
  local columns <const>, rows <const> = core.terminal_size(descriptor)
  return {
    is_terminal = is_terminal,
    can_move = can_move, -- whether lines can be overwritten
    has_colours = can_move and (os.getenv "NO_COLOR" or "") == "",
    width = variable "COLUMNS" or columns or DEFAULT_WIDTH,
    height = variable "LINES" or rows or DEFAULT_HEIGHT,
  }
end

--- Makes the console of the process.
---@return table
function console.new()
  local input <const>, out <const>, err <const> = look_at(STDIN), look_at(STDOUT), look_at(STDERR)
  return setmetatable({
    json = false,
    ids_only = false,
    quiet = false,
    command = false, -- the name of the command, once the command line is read
    job_id = "ID", -- the job that the command is about, for hints and errors
    has_created = false, -- whether the command created this job
    out = out,
    err = err,
    can_ask = input.is_terminal and err.is_terminal,
    progress = false, -- the progress bar in the last line of stderr
  }, Console)
end

local function check_written(done, message, code)
  if done then return end
  if code == BROKEN_PIPE then command_errors.raise("closed_output", "the output is closed") end
  command_errors.raise("file", "cannot write the output: " .. tostring(message))
end

--- Writes texts to stdout unchanged.
---@param ... string
function Console:write(...)
  if self.progress then self.progress:hide() end
  check_written(io.stdout:write(...))
end

--- Flushes stdout.
function Console.flush()
  check_written(io.stdout:flush())
end

--- Returns a text that is safe on stdout: on a terminal, with control characters made visible.
---@param value string
---@return string
function Console:shown(value)
  return self.out.is_terminal and text.visible(value) or value
end

--- Writes a line of results.
---@param line string
function Console:line(line)
  self:write(self:shown(line), "\n")
end

--- Records a job that the command has created: every failure from now on names it. With --ids
--- prints its id immediately, so that it is not lost.
---@param id string
function Console:job_created(id)
  self.job_id, self.has_created = id, true
  if not self.ids_only then return end
  self:id(id)
  self.flush()
end

--- Writes an id on a line of its own. Raises if the id has a line break.
---@param id any
function Console:id(id)
  local line <const> = tostring(id)
  if line:find "[\r\n]" then
    command_errors.raise("unexpected", ("the service sent an id with a line break: %s"):format(text.visible(line)))
  end
  self:line(line)
end

--- Writes a value as JSON.
---@param value any
function Console:value(value)
  self:write(json_output.text(self, value), "\n")
end

--- Writes a message to stderr, except with --quiet or --json.
---@param format string
---@param ... any
function Console:say(format, ...)
  if not self.json then self:warn(format, ...) end
end

--- Writes a message to stderr that matters with --json too; except with --quiet.
---@param format string
---@param ... any
function Console:warn(format, ...)
  if self.quiet then return end
  if self.progress then self.progress:hide() end
  local line <const> = format:format(...)
  io.stderr:write(self.err.is_terminal and text.visible(line) or line, "\n")
end

--- Returns a text in a colour, if stdout has colours.
---@param colour string|nil
---@param value string as `shown` returns it
---@return string
function Console:paint(colour, value)
  if not colour or not self.out.has_colours then return value end
  return ("\27[%dm%s\27[0m"):format(COLOURS[colour], value)
end

--- Asks a yes-or-no question on the terminal.
---@param question string
---@return boolean # whether the answer is yes
function Console.confirm(question)
  io.stderr:write(text.visible(question), " [y/N] ")
  local answer <const> = io.read "l"
  return answer ~= nil and answer:find "^%s*[yY]" ~= nil
end

return console
