--- Programs in other processes, as a user starts them: what they print, on which stream, and how
--- they end.
---
---   local ran = program.lua({ "examples/set_name.lua", job_id }, program.environment(sandbox.plain()))
---   assert.equal(0, ran.status, ran.errors)
local lfs <const> = require "lfs"

local program = {}

local root <const> = lfs.currentdir()

local function quoted(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

--- Returns the interpreter that runs the specs.
---@return string
---@usage program.run { program.interpreter(), "-v" }
function program.interpreter()
  local index = 0
  while arg and arg[index - 1] do
    index = index - 1
  end
  return arg and arg[index] or "lua5.4"
end

local function take_file(path)
  local file <close> = assert(io.open(path, "rb"))
  local text <const> = file:read "a"
  os.remove(path)
  return text
end

--- Returns the environment that leads a program to a sandbox.
---@param service spec.Sandbox
---@return table<string, string> environment
---@usage local environment = program.environment(sandbox.tls())
function program.environment(service)
  return {
    BYTENITE_BASE_URL = service.base_url,
    BYTENITE_API_KEY = service.api_key,
    BYTENITE_CA_FILE = service.ca_file,
  }
end

--- Returns the command line of a program. Its environment has only PATH and `environment`; Lua in
--- it finds the module of this tree.
---@param words string[] the program and its arguments
---@param environment table<string, string>|nil variables to set
---@return string line for a shell
---@usage os.execute(program.command_line { "build/host" })
function program.command_line(words, environment)
  local all <const> = {
    PATH = os.getenv "PATH",
    LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;%s"):format(root, root, package.path),
    -- The core in build/ goes first: under a sanitizer this process has another core, which a child
    -- cannot load.
    LUA_CPATH = ("%s/build/?.so;%s"):format(root, package.cpath),
  }
  for name, value in pairs(environment or {}) do
    all[name] = value
  end
  local command <const> = { "env -i" }
  for name, value in pairs(all) do
    command[#command + 1] = name .. "=" .. quoted(value)
  end
  for _, word in ipairs(words) do
    command[#command + 1] = quoted(word)
  end
  return table.concat(command, " ")
end

--- Runs a program, and waits until it ends; see `command_line`.
---@param words string[] the program and its arguments
---@param environment table<string, string>|nil variables to set
---@param folder string|nil its working directory; by default the project's folder
---@return {status: integer, output: string, errors: string} ran
---@usage local ran = program.run { "build/host", "script.lua" }
function program.run(words, environment, folder)
  local errors_path <const> = os.tmpname()
  local line <const> = ("cd %s && %s"):format(quoted(folder or root), program.command_line(words, environment))
  local pipe <const> = assert(io.popen(("{ %s; } 2>%s </dev/null"):format(line, errors_path)))
  local output <const> = pipe:read "a"
  local _ <const>, _ <const>, status <const> = pipe:close()
  return { status = status, output = output, errors = take_file(errors_path) }
end

--- Runs the interpreter; see `run`.
---@param arguments string[]
---@param environment table<string, string>|nil
---@param folder string|nil
---@return {status: integer, output: string, errors: string} ran
---@usage local ran = program.lua { "-e", "print(1)" }
function program.lua(arguments, environment, folder)
  return program.run({ program.interpreter(), table.unpack(arguments) }, environment, folder)
end

return program
