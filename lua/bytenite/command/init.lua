--- The command `bytenite`: the module's calls from a shell. This file reads the arguments, runs the
--- command and returns the exit status. The commands are in commands/.
local required_rocks <const> = require "bytenite.sandbox.required_rocks"

local argparse <const> = required_rocks.need("argparse", "argparse", "lua-argparse")

local arguments <const> = require "bytenite.command.arguments"
local bytenite <const> = require "bytenite"
local completion <const> = require "bytenite.command.completion"
local core <const> = require "bytenite.core"
local console <const> = require "bytenite.command.console"
local command_errors <const> = require "bytenite.command.command_errors"
local input <const> = require "bytenite.command.input"
local parser <const> = require "bytenite.command.parser"
local run_commands <const> = require "bytenite.command.commands.run"
local transfers <const> = require "bytenite.command.commands.transfers"
local updates <const> = require "bytenite.command.commands.updates"

local command <const> = {}

local GROUPS <const> = {
  require "bytenite.command.commands.submit",
  require "bytenite.command.commands.jobs",
  updates.commands,
  run_commands.commands,
  require "bytenite.command.commands.logs",
  transfers.commands,
  require "bytenite.command.commands.request",
  require "bytenite.command.commands.templates_and_info",
  require "bytenite.command.commands.configure",
  require "bytenite.command.commands.whoami",
  require "bytenite.command.commands.blocks",
  require "bytenite.command.commands.completion",
  require "bytenite.command.commands.help",
}

local rows <const> = {}
for _, group in ipairs(GROUPS) do
  for _, row in ipairs(group) do
    rows[#rows + 1] = row
    rows[row.name] = row
  end
end

--- Makes the parser of the command line.
---@return table # of argparse
function command.parser()
  return parser.new(argparse, rows, bytenite._VERSION)
end

local function key_in(path)
  local key <const> = input.read(path):gsub("^%s+", ""):gsub("%s+$", "")
  if key == "" then command_errors.raise("file", path .. ": the file has no API key") end
  return key
end

-- Makes the stream for --debug: stderr, with the progress bar hidden.
local function debug_stream(streams)
  return {
    write = function(_, text)
      if streams.progress then streams.progress:hide() end
      io.stderr:write(text)
    end,
  }
end

-- Returns the client's on_event if debugging is on, else nil.
local function logger_for(given, streams)
  local wanted <const> = os.getenv "BYTENITE_LOG" or ""
  if wanted ~= "" and wanted ~= "debug" then
    command_errors.usage(("BYTENITE_LOG: expected debug, got '%s'"):format(wanted))
  end
  return (given.debug or wanted == "debug") and bytenite.log(debug_stream(streams)) or nil
end

-- Returns the options of the client that the command line sets.
local function client_options(given, streams)
  return {
    on_event = logger_for(given, streams),
    profile = given.profile,
    base_url = given.base_url,
    service = given.service,
    api_key = given.api_key_file and key_in(given.api_key_file),
    ca_file = given.ca_file,
    timeout = given.timeout,
    max_retries = given.max_retries,
    max_response_bytes = given.max_response_bytes,
    user_agent = "bytenite-command",
  }
end

local SLICE <const> = 0.2 -- longest step, in seconds

-- The context that commands get. It makes the client when it is first used.
local Context <const> = {}
Context.__index = Context

function Context:__close()
  if self.open_client then self.open_client:close() end
end

local function new_context(root, streams, given)
  local self <const> =
    setmetatable({ parser = root, console = streams, version = bytenite._VERSION, open_client = false }, Context)
  function self.client()
    self.open_client = self.open_client or bytenite.new(client_options(given, streams))
    return self.open_client
  end
  function self.client_options()
    return client_options(given, streams)
  end
  function self.sleep(seconds)
    for _ = 1, math.ceil(seconds / SLICE) do
      self.client():step(math.min(seconds, SLICE))
    end
  end
  return self
end

-- Returns whether a word is among the arguments. Works before they are parsed, which may fail.
local function has(words, word)
  for _, argument in ipairs(words) do
    if argument == word then return true end
  end
  return false
end

local function run(words, streams)
  local root <const> = command.parser()
  if #words == 0 then command_errors.finish(root:get_help()) end
  local prepared <const>, name <const> = arguments.prepare(root, words)
  if name and not rows[name] then command_errors.unknown_command(name, root) end
  local given <const> = root:parse(prepared)
  streams.command = given.command
  streams.json = given.json or false
  streams.ids_only = given.ids_only or false
  streams.quiet = given.quiet or false
  streams.job_id = given.id or given.ids and #given.ids == 1 and given.ids[1] or streams.job_id
  if streams.ids_only and not rows[given.command].prints_jobs then
    command_errors.usage(("%s: --ids has no effect: it prints no jobs"):format(given.command))
  end
  local context <close> = new_context(root, streams, given)
  rows[given.command].run(context, given)
  streams.flush()
end

local function write_out(streams, text)
  streams:write(text, "\n")
  streams.flush()
end

-- Prints completions for a shell, and no messages about mistakes.
local function complete(words, streams)
  local typed <const> = table.move(words, 2, #words, 1, {})
  local ok <const>, candidates <const> = pcall(completion.candidates, command.parser(), typed)
  if ok and #candidates > 0 then pcall(write_out, streams, table.concat(candidates, "\n")) end
  return 0
end

-- Runs the sandbox with all its arguments. Loads its rocks only here.
local function run_sandbox(words)
  required_rocks.find_older()
  local own <const> = table.move(words, 2, #words, 1, {})
  return require("bytenite.sandbox.command").run(own, bytenite._VERSION)
end

--- Runs the command.
---@param words string[] of the command line
---@return integer status for `os.exit`
---@usage os.exit(require("bytenite.command").run(arg), true)
function command.run(words)
  local streams <const> = console.new()
  streams.json = has(words, "--json")
  if words[1] == "sandbox" then
    local ok <const>, status <const> = pcall(run_sandbox, words)
    if ok then return status end
    io.stderr:write("bytenite: ", tostring(status), "\n")
    return 1
  end
  core.ignore_broken_pipes() -- a closed stderr must not end a transfer
  if words[1] == "__complete" then return complete(words, streams) end
  local ok <const>, raised <const> = pcall(run, words, streams)
  if ok then return 0 end
  local failure = command_errors.from(raised)
  if failure.kind == "done" then
    local written <const>, problem <const> = pcall(write_out, streams, failure.message)
    if written then return 0 end
    failure = command_errors.from(problem)
  end
  command_errors.print(failure, streams)
  return command_errors.status(failure)
end

return command
