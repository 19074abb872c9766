--- remote.lua: starts and controls the server of the fault suite.
local cjson <const> = require("cjson").new()
local lfs <const> = require "lfs"
local program <const> = require "spec.support.program"

local remote <const> = {}

local Remote <const> = {}
Remote.__index = Remote

--- Starts the server. It ends with this process at the latest, because then its standard input
--- closes.
---@return table
function remote.start()
  local name <const> = os.tmpname()
  local folder <const> = name .. ".faults"
  assert(lfs.mkdir(folder))
  os.remove(name)
  local pipe <const> = folder .. "/responses"
  assert(os.execute(("mkfifo '%s'"):format(pipe)))
  local line <const> = program.command_line { program.interpreter(), "spec/faults/server.lua", folder }
  local input <const> = assert(io.popen(("exec %s > '%s'"):format(line, pipe), "w"))
  local output <const> = assert(io.open(pipe))
  os.remove(pipe)
  input:setvbuf "line"
  return setmetatable({ input = input, output = output }, Remote)
end

-- Sends a command and waits for the response.
local function ask(self, command)
  self.input:write(cjson.encode(command), "\n")
  return cjson.decode(self.output:read "L" or error "the server of the fault suite has died")
end

--- Starts a row.
---@param row string its name
---@param protocol string
---@return {port: integer, ca_file: string}
function Remote:start(row, protocol)
  local started <const> = ask(self, { name = "start", row = row, protocol = protocol })
  started.port = math.tointeger(started.port)
  return started
end

--- Starts the row's faults.
function Remote:arm()
  ask(self, { name = "arm" })
end

--- Returns to the phase before the faults: everything is in order until `arm`.
function Remote:warm()
  ask(self, { name = "warm" })
end

--- Ends the row's faults.
function Remote:mend()
  ask(self, { name = "mend" })
end

--- Returns what the server has seen of the row so far: `seen`, a list of {phase, method, path,
--- connection, is_whole}; `errors` raised by the row itself; `connections`, how many were opened.
---@return table
function Remote:report()
  return ask(self, { name = "report" })
end

--- Ends the row.
---@return table # as of `report`
function Remote:stop()
  return ask(self, { name = "stop" })
end

--- Ends the server and waits until it has.
function Remote:close()
  self.output:close()
  self.input:close()
end

return remote
