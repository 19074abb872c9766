--- The program `bytenite` in another process, as a user starts it: in pipes, and in a terminal.
---
---   local ran = command.run(service, { "get", id, "--json" })
---   local seen = command.in_terminal(terminal, service, { "delete", id }, { typed = { { after = "%[y/N%]", text = "y\n" } } })
local compile <const> = require "spec.support.compile"
local core <const> = require "bytenite.core"
local program <const> = require "spec.support.program"

local command = {}

local TIME_LIMIT <const> = 30 -- seconds; a program takes a tenth of this, but not under valgrind
local LOOK_EVERY <const> = 50 -- milliseconds

local function quoted(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

local function environment_of(service, additions)
  local all <const> = service and program.environment(service) or {}
  for name, value in pairs(additions or {}) do
    all[name] = value or nil
  end
  return all
end

--- Runs the program with its streams in pipes and files.
---@param service spec.Sandbox|nil the sandbox for the program
---@param arguments string[]
---@param options {input: string|nil, environment: table<string, string|false>|nil}|nil
---@return {status: integer, output: string, errors: string} ran
---@usage local ran = command.run(service, { "submit", "-" }, { input = '{"templateId":"t"}' })
function command.run(service, arguments, options)
  options = options or {}
  local environment <const> = environment_of(service, options.environment)
  if not options.input then return program.lua({ "bin/bytenite", table.unpack(arguments) }, environment) end
  local path <const> = os.tmpname()
  do
    local file <close> = assert(io.open(path, "wb"))
    assert(file:write(options.input))
  end
  local script <const> = 'input=$1; shift; exec "$@" < "$input"'
  local ran <const> = program.run(
    { "sh", "-c", script, "sh", path, program.interpreter(), "bin/bytenite", table.unpack(arguments) },
    environment
  )
  os.remove(path)
  return ran
end

-- Reads output until the program ends, and types each text when its pattern appears.
local function attend(terminal, descriptor, process, typed)
  local deadline <const> = core.now() + TIME_LIMIT
  local output = ""
  local searched, next_typed = 1, 1
  while true do
    local piece <const> = terminal.read(descriptor, LOOK_EVERY)
    if not piece then return output end
    output = output .. piece
    local wanted <const> = typed[next_typed]
    local _, found = output:find(wanted and wanted.after or "^$never", searched)
    if wanted and found then
      terminal.write(descriptor, wanted.text)
      searched, next_typed = found + 1, next_typed + 1
    end
    if core.now() > deadline then
      terminal.kill(process)
      error("the program did not end; so far it wrote: " .. output)
    end
  end
end

--- Returns whether the system has pseudo-terminals: a root without /dev/pts has none.
---@return boolean
function command.has_terminals()
  local file <close> = io.open("/dev/ptmx", "r+")
  return file ~= nil
end

--- Compiles the module for `in_terminal`, to be shared by the tests of a block.
---@param teardown function of busted
---@return table terminal
---@usage local terminal <const> = command.terminal(teardown)
function command.terminal(teardown)
  local folder <const> = compile.folder()
  teardown(function()
    folder:__close()
  end)
  return folder:module "terminal"()
end

--- Runs the program in a terminal.
---@param terminal table the module of spec/support/c/terminal.c, see `terminal`
---@param service spec.Sandbox|nil the sandbox for the program
---@param arguments string[]
---@param options {columns: integer|nil, typed: table[]|nil, environment: table<string, string|false>|nil, shell: string|nil}|nil
---   typed: a list of { after = pattern in the output, text }; shell: a command line, in which "$@" stands for the program
---@return {status: integer, output: string} ran status: negative if a signal ended the program
---@usage local ran = command.in_terminal(terminal, service, { "list" }, { columns = 60 })
function command.in_terminal(terminal, service, arguments, options)
  options = options or {}
  local environment <const> = environment_of(service, { TERM = "xterm" })
  for name, value in pairs(options.environment or {}) do
    environment[name] = value or nil
  end
  local line = program.command_line({ program.interpreter(), "bin/bytenite", table.unpack(arguments) }, environment)
  if options.shell then line = ("sh -c %s sh %s"):format(quoted(options.shell), line) end
  local descriptor <const>, process <const> = terminal.start("exec " .. line, options.columns or 100)
  local ok <const>, output <const> = pcall(attend, terminal, descriptor, process, options.typed or {})
  local status <const> = terminal.finish(descriptor, process)
  if not ok then error(output, 2) end
  return { status = status, output = output }
end

return command
