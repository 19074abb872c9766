--- command_errors.lua: errors of commands: raises them, prints them on stderr in one line, and
--- turns them into an exit status.
local arguments <const> = require "bytenite.command.arguments"
local bytenite <const> = require "bytenite"
local core <const> = require "bytenite.core"
local printable <const> = require "bytenite.base.printable"
local exit_status <const> = require "bytenite.command.exit_status"
local text <const> = require "bytenite.command.text"
local wording <const> = require "bytenite.command.wording"

local command_errors <const> = {}

local Failure <const> = { __name = "bytenite.command.Failure" }
Failure.__index = Failure

function Failure:__tostring()
  return self.hint and ("%s; %s"):format(self.message, self.hint) or self.message
end

-- Removes the secrets in addresses from a message, which may quote the command line.
local function redacted(message)
  return core.secrets():redact(message)
end

--- Raises a failure of the command itself. Errors of the module (`nil, err`) are raised unchanged,
--- by assert.
---@param kind string see exit_status.lua
---@param message string
---@param hint string|nil a next step
---@param usage string|nil the command's usage
function command_errors.raise(kind, message, hint, usage)
  error(setmetatable({ kind = kind, message = redacted(message), hint = hint, usage = usage }, Failure), 0)
end

--- Raises a mistake on the command line, or in a file given there.
---@param message string
---@param hint string|nil
---@param usage string|nil
function command_errors.usage(message, hint, usage)
  command_errors.raise("usage", message, hint, usage)
end

--- Raises a mistake if an option is given that has no effect without another option.
---@param given table the command's options
---@param is_useful any whether the other option is given
---@param needed string the other option, for the message: "--download"
---@param ... string the options that need it
function command_errors.check_useful(given, is_useful, needed, ...)
  for _, option in ipairs { ... } do
    if given[option:gsub("^%-%-", ""):gsub("%-", "_")] ~= nil and not is_useful then
      command_errors.usage(("%s: %s has no effect without %s"):format(given.command, option, needed))
    end
  end
end

-- Returns the list of commands in the help.
local function list_of_commands(root)
  return root:get_help():match "\n(Commands:\n.-)\n\n"
end

--- Raises the mistake of an unknown command.
---@param word string
---@param root table the parser
function command_errors.unknown_command(word, root)
  local names <const> = {}
  for index, command in ipairs(root._commands) do
    names[index] = command._name
  end
  local meant <const> = arguments.suggestion(word, names)
  local hint <const> = meant and ("did you mean 'bytenite %s'?"):format(meant) or "bytenite help lists all"
  command_errors.usage(("unknown command '%s'"):format(word), hint, list_of_commands(root))
end

--- Ends the command early and successfully, with a text such as the help.
---@param output string for stdout
function command_errors.finish(output)
  error(setmetatable({ kind = "done", message = output }, Failure), 0)
end

--- Returns whether an error is the one that Lua raises on Ctrl-C.
---@param raised any
---@return boolean
function command_errors.is_interrupt(raised)
  return type(raised) == "string" and raised:find "interrupted!$" ~= nil
end

--- Returns a message without a leading place in the program's own file. The module's errors begin
--- with the place of the caller, which is the program if no code of the user is on the stack.
---@param message string
---@return string
function command_errors.without_place(message)
  return (message:gsub("^[^:]*bytenite:%d+: ", ""))
end

-- Returns the message of a raised string if it is a mistake of the user; nil if it is a bug: then
-- it begins with a place in our files.
local function mistake_of(raised)
  local message <const> = command_errors.without_place(raised)
  if message:find "^.-%.lua:%d+: " then return nil end
  return message
end

--- Turns any raised value into a failure.
---@param raised any
---@return table # with kind and message
function command_errors.from(raised)
  if type(raised) == "table" and raised.kind then return raised end
  if command_errors.is_interrupt(raised) then
    return setmetatable({ kind = "interrupted", message = "interrupted" }, Failure)
  end
  local mistake <const> = type(raised) == "string" and mistake_of(raised)
  if mistake then return setmetatable({ kind = "usage", message = redacted(wording.of_mistake(mistake)) }, Failure) end
  return setmetatable({ kind = "bug", message = "a bug in this program: " .. tostring(raised) }, Failure)
end

-- Returns the id of the job that a failure is about, or nil.
local function job_id_of(failure, console)
  local job <const> = failure.job
  if type(job) == "table" and type(job.id) == "string" then return job.id end
  if failure.about then return failure.about end -- one of several
  return console.job_id ~= "ID" and console.job_id or nil
end

local MEMBERS <const> = {
  "kind",
  "message",
  "hint",
  "status",
  "code",
  "description",
  "request_id",
  "details",
  "method",
  "path",
  "attempts",
  "elapsed",
  "retryable",
  "retry_after",
  "maybe_done",
  "step",
  "file",
}

-- Returns the failure as JSON: the fields of the error without its body, and the job's id.
local function as_json(failure, console)
  local shown <const> = {}
  for _, name in ipairs(MEMBERS) do
    shown[name] = failure[name]
  end
  shown.jobId = job_id_of(failure, console)
  shown.message = wording.of_command(tostring(failure.message), shown.jobId)
  shown.hint = failure.hint and wording.of_command(failure.hint, shown.jobId)
  local ok <const>, json <const> = pcall(bytenite.encode, { error = shown }, { sorted = MEMBERS })
  if ok then return json end
  -- a path, for example, may not be UTF-8, which JSON cannot hold
  local message <const> = text.visible(tostring(failure))
  return bytenite.encode { error = { kind = failure.kind, message = message, jobId = shown.jobId } }
end

-- Returns the failure as one line that is safe on a terminal.
local function line_of(failure, console)
  local words <const> = tostring(failure):gsub("\n%s*", " ")
  local line <const> = "bytenite: " .. wording.of_command(words, job_id_of(failure, console))
  return console.err.is_terminal and text.visible(line) or line
end

-- The commands that can be interrupted while their job runs.
local LEAVES_RUNNING <const> = { submit = true, run = true, wait = true, logs = true }

--- Prints a failure on stderr.
---@param failure table as `from` returns it
---@param console table
function command_errors.print(failure, console)
  if failure.kind == "closed_output" then return end -- nothing reads the output
  if console.json then
    local json <const> = as_json(failure, console)
    io.stderr:write(console.err.is_terminal and printable.json(json) or json, "\n")
    return
  end
  if failure.kind == "interrupted" and console.job_id ~= "ID" and LEAVES_RUNNING[console.command] then
    failure.hint = ("if the job runs, it continues: bytenite wait %s"):format(console.job_id)
  end
  local line <const> = line_of(failure, console)
  io.stderr:write(line, "\n")
  if failure.usage then io.stderr:write(failure.usage, "\n") end
  if failure.job or console.has_created then
    local id <const> = job_id_of(failure, console)
    -- The line of a failed call has the id only in an address, where it is easily overlooked.
    local is_named <const> = id and not failure.path and line:find(id, 1, true)
    if id and not is_named then io.stderr:write(("bytenite: the job exists: %s\n"):format(text.visible(id))) end
  end
end

--- Returns the exit status for a failure.
---@param failure table
---@return integer
function command_errors.status(failure)
  return exit_status.status(failure.kind)
end

return command_errors
