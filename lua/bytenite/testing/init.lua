--- testing: a sandbox for the tests of a program that uses bytenite, in one line:
---
---     local service <close> = require("bytenite.testing").sandbox()
---     local client <close> = service:client()
---
--- The sandbox runs in a process of its own, on a free port, and ends with this one. In busted:
---
---     local service <const> =
---       require("bytenite.testing").sandbox { before_each = before_each, teardown = teardown }
---
--- resets it before each test and ends it after the last one. It needs the rocks that the sandbox
--- needs: http and argparse.
local client <const> = require "bytenite.client"
local core <const> = require "bytenite.core"
local validate <const> = require "bytenite.base.validate"

local testing <const> = {}

local START_TIMEOUT <const> = 30 -- seconds; it takes a fiftieth of one
local PAUSE <const> = 5 / 1000 -- seconds between checks for the file that the sandbox writes

---@class bytenite.testing.Sandbox
---@field base_url string where it serves the API
---@field api_key string the one key that it accepts
---@field ca_file string|nil with TLS: the authority to trust
---@field package ready table what the sandbox wrote
---@field package input file* its standard input, which ends it
---@field package control table the client for its control API
local Sandbox <const> = { __name = "bytenite.testing.Sandbox" }
Sandbox.__index = Sandbox

local function quoted(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

-- Returns the path of the running Lua interpreter, quoted for a shell.
local function interpreter()
  local index = 0
  while arg and arg[index - 1] do
    index = index - 1
  end
  return arg and index < 0 and arg[index] or "lua5.4"
end

-- Finds its modules where this process finds them.
local PROGRAM <const> = [[
package.path, package.cpath = table.unpack(arg, 1, 2)
require("bytenite.sandbox.required_rocks").find_older()
os.exit(require("bytenite.sandbox.command").run({ table.unpack(arg, 3) }, require("bytenite")._VERSION), true)
]]

-- Returns the arguments of bytenite-sandbox for a table of options.
local function arguments_of(options)
  local arguments <const> = {}
  local function add(name, value)
    arguments[#arguments + 1] = "--" .. name .. (value == true and "" or "=" .. tostring(value))
  end
  if options.tls then add("tls", true) end
  for _, name in ipairs { "speed", "jobs", "latency" } do
    if options[name] then add(name, options[name]) end
  end
  for _, fault in ipairs(options.faults or {}) do
    add("fault", fault)
  end
  return arguments
end

-- Starts the sandbox. Its stderr goes to ours and to a file, which is renamed when the sandbox
-- ends. The shell cannot rename a file that was removed.
local function start(arguments, files)
  local command <const> = { "{", quoted(interpreter()), quoted(files.program) }
  for _, argument in ipairs { package.path, package.cpath, "--until-stdin-closes", "--ready-file", files.ready } do
    command[#command + 1] = quoted(argument)
  end
  for _, argument in ipairs(arguments) do
    command[#command + 1] = quoted(argument)
  end
  local errors <const>, ended <const> = quoted(files.errors), quoted(files.ended)
  command[#command + 1] = ("2>&1 >/dev/null; } | tee %s >&2; mv %s %s 2>/dev/null"):format(errors, errors, ended)
  return assert(io.popen(table.concat(command, " "), "w"))
end

local function read_file(path)
  local file <close> = io.open(path)
  return file and file:read "a"
end

-- Waits until the sandbox listens and returns what it wrote. Returns nil and the reason if it ends
-- instead, or takes too long.
local function wait_for(files)
  local sleep <const> = require("cqueues").sleep
  local ends_at <const> = core.now() + START_TIMEOUT
  repeat
    local ready <const> = read_file(files.errors) and read_file(files.ready) -- both, to remove both
    if ready then return core.decode(ready) end
    local reason <const> = read_file(files.ended)
    if reason then return nil, reason:match "^%s*(.-)%s*$" end
    sleep(PAUSE)
  until core.now() > ends_at
  return nil, ("it does not listen after %d s"):format(START_TIMEOUT)
end

local function number(where, value)
  if type(value) ~= "number" then validate.raise(where .. ": expected a number, got " .. validate.describe(value)) end
  return value
end

local function of_type(expected)
  return function(where, value)
    return validate.type(where, value, expected)
  end
end

local checks <const> = {
  tls = validate.boolean,
  speed = number,
  jobs = number,
  latency = number,
  faults = of_type "table",
  before_each = of_type "function",
  teardown = of_type "function",
}

--- Starts a sandbox. Blocks until it listens. The options are
---   tls                    boolean
---   speed                  how many times faster than real time jobs run
---   jobs                   number of jobs at the start
---   latency                milliseconds by which each response of the API is delayed
---   faults                 a list of texts as `bytenite-sandbox --fault` takes them
---   before_each, teardown  functions that register functions, as busted's do
---@param options table|nil
---@return bytenite.testing.Sandbox
---@usage local service <close> = testing.sandbox { speed = 100, faults = { "run status=503" } }
--- Raises on bad options, and if the sandbox does not start; the error then has its stderr.
function testing.sandbox(options)
  local chosen <const> = validate.options("sandbox", options, checks)
  local program <const> = os.tmpname()
  local files <const> =
    { program = program, ready = program .. ".ready", errors = program .. ".errors", ended = program .. ".ended" }
  do
    local file <close> = assert(io.open(program, "w"))
    assert(file:write(PROGRAM))
  end
  local input <const> = start(arguments_of(chosen), files)
  local ready <const>, reason <const> = wait_for(files)
  if not ready then input:close() end
  for _, path in pairs(files) do
    os.remove(path)
  end
  if not ready then error("the sandbox did not start: " .. reason, 2) end
  local ca_file <const> = ready.ca_file ~= core.null and ready.ca_file or nil
  local self <const> = setmetatable({
    base_url = ready.base_url,
    api_key = ready.api_key,
    ca_file = ca_file,
    ready = ready,
    input = input,
    control = client.new { base_url = ready.control_url, access_token = ready.control_token, ca_file = ca_file },
  }, Sandbox)
  if chosen.before_each then chosen.before_each(function()
    self:reset()
  end) end
  if chosen.teardown then chosen.teardown(function()
    self:close()
  end) end
  return self
end

--- Makes a client of the sandbox.
---@param options table|nil of `bytenite.new`, besides those that lead to the sandbox
---@return table
---@usage local client <close> = service:client { max_retries = 0 }
function Sandbox:client(options)
  local all <const> = { base_url = self.base_url, api_key = self.api_key, ca_file = self.ca_file }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return client.new(all)
end

--- Sends a request to the sandbox's control API; `bytenite/sandbox/http/control_api.lua` lists
--- them.
---@param method string
---@param path string below /sandbox
---@param body table|string|nil
---@return any # the decoded response
---@usage service:request("PATCH", "/jobs/" .. job.id, { state = "JOB_STATE_FAILED" })
--- Raises the error if the request fails.
function Sandbox:request(method, path, body)
  local headers <const> = { ["X-Sandbox-Token"] = self.ready.control_token }
  local response <const> = assert(self.control:request { method = method, path = path, body = body, headers = headers })
  return response.body ~= "" and core.decode(response.body) or nil
end

-- Sends a request to the control API. Raises a refusal as a mistake of the caller.
local function steer(self, path, body)
  local ok <const>, problem <const> = pcall(self.request, self, "POST", path, body)
  if ok then return end
  if type(problem) == "table" and problem.kind == "bad_request" then validate.raise(problem.message) end
  error(problem, 0)
end

--- Forgets all jobs, faults and requests.
---@usage service:reset()
function Sandbox:reset()
  self:request("POST", "/reset")
end

--- Adds a fault: a table with `operation` and the members of a fault, or a list of them.
---@param fault table see `bytenite-sandbox --help`
---@usage service:fault { operation = "set_name", status = 503, retry_after = 1, times = 2 }
function Sandbox:fault(fault)
  steer(self, "/faults", fault)
end

--- Moves the sandbox's clock forward, for jobs and links. At speed 1 a job takes 30 seconds.
---@param seconds number
---@usage service:advance(30)
function Sandbox:advance(seconds)
  steer(self, "/advance", { seconds = seconds })
end

--- Returns the requests received since the last reset, in order.
---@return table[] # with method, path, headers (a list of pairs), operation and more
---@usage assert.equal("set_name", service:requests()[2].operation)
function Sandbox:requests()
  return self:request("GET", "/requests")
end

--- Ends the sandbox. A second call does nothing.
function Sandbox:close()
  local input <const> = self.input
  self.input = nil
  if not input then return end
  self.control:close()
  input:close()
end

Sandbox.__close = Sandbox.close
Sandbox.__gc = Sandbox.close

return testing
