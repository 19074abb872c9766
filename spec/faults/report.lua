--- report.lua: the results of all rows, for machines. FAULTS_REPORT names a file, which gets one
--- line of JSON for every row, protocol and call.
local cjson <const> = require("cjson").new()

local report <const> = {}

local path <const> = os.getenv "FAULTS_REPORT"

--- Adds the result of a test.
---@param row table
---@param protocol string
---@param call string|nil
---@param passed boolean
---@param seconds number
---@param problem string|nil
function report.add(row, protocol, call, passed, seconds, problem)
  if not path then return end
  local file <close> = assert(io.open(path, "a"))
  local line <const> = cjson.encode {
    promise = row.promise,
    name = row.name,
    protocol = protocol,
    call = call,
    passed = passed,
    seconds = seconds,
    problem = problem,
  }
  file:write(line .. "\n") -- in one write, because other processes append to the file
end

return report
