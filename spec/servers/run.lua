--- Runs the checks against real servers.
---
---   lua5.4 spec/servers/run.lua FOLDER [SERVER...]
---
--- FOLDER has the certificates and receives all other files. Servers are nginx, haproxy and apache;
--- default: all. Prints a sentence for each check, and a last line "N passed, N failed".
--- SERVERS_REPORT names a file that receives a line of JSON for each check; docs/reliability.md is
--- made from these.
local bytenite <const> = require "bytenite"
local checks <const> = require "spec.servers.checks"
local cqueues <const> = require "cqueues"
local fronts <const> = require "spec.servers.fronts"
local process <const> = require "spec.servers.process"
local trials <const> = require "spec.servers.trial"

local FOLDER <const> = arg[1]
local SERVERS <const> = #arg > 1 and table.pack(table.unpack(arg, 2)) or { "nginx", "haproxy", "apache" }
local REPORT <const> = os.getenv "SERVERS_REPORT"
local ONLY <const> = os.getenv "SERVERS_ONLY" -- a pattern: only checks whose sentences match it run

local report_file <close> = REPORT and assert(io.open(REPORT, "w")) or nil
local passed, failed = 0, 0

local function report(row)
  if report_file then report_file:write(bytenite.encode(row), "\n") end
end

-- Starts the backend; returns its process and port.
local function start_backend()
  local ready <const> = FOLDER .. "/backend.port"
  local interpreter = 0
  while arg[interpreter - 1] do
    interpreter = interpreter - 1
  end
  local backend <const> = process.start(FOLDER, "backend", { arg[interpreter], "spec/servers/backend.lua", ready })
  local port <const> = process.wait_for(function()
    return process.read_file(ready)
  end)
  if not port then error("the backend did not start: " .. (process.read_file(backend.log) or ""), 0) end
  return backend, math.tointeger(tonumber(port))
end

local function run_check(check, front, protocol, backend_url)
  local trial <const> = trials.new(front, protocol, backend_url, FOLDER)
  local began <const> = cqueues.monotime()
  local ok <const>, message <const> = xpcall(check.run, debug.traceback, trial)
  if not ok then trial:fail("%s", message) end
  local seconds <const> = cqueues.monotime() - began
  local problem <const> = trial:summary()
  if problem then
    failed = failed + 1
  else
    passed = passed + 1
  end
  print(
    ("%s %s, %s: %s (%d calls, %.1f s)%s"):format(
      problem and "FAIL" or "PASS",
      front.kind.name,
      protocol.name,
      check.name,
      trial.calls,
      seconds,
      problem and "\n       " .. problem or ""
    )
  )
  io.stdout:flush()
  report {
    promises = check.promises,
    name = check.name,
    server = front.kind.name,
    server_version = front.version,
    protocol = protocol.name,
    calls = trial.calls,
    passed = problem == nil,
    seconds = seconds,
    problem = problem,
  }
end

local function is_wanted(check, front, protocol)
  if check.tls and not protocol.tls then return false end
  if check.only and check.only ~= front.kind.name then return false end
  if ONLY and not check.name:find(ONLY) then return false end
  return front:base_url(check.variant, protocol) ~= nil
end

local function main()
  local backend <close>, port <const> = start_backend()
  local backend_url <const> = ("http://127.0.0.1:%d"):format(port)
  for _, server in ipairs(SERVERS) do
    local front <close> = fronts.start(server, FOLDER, port)
    for _, protocol in ipairs(fronts.protocols) do
      for _, check in ipairs(checks) do
        if is_wanted(check, front, protocol) then run_check(check, front, protocol, backend_url) end
      end
    end
    if not front:is_alive() then
      failed = failed + 1
      print(("FAIL %s ended during the checks"):format(server))
    end
  end
  assert(backend:is_alive(), "the backend ended during the checks")
end

local ok <const>, problem <const> = xpcall(main, debug.traceback)
if not ok then
  failed = failed + 1
  print("FAIL the checks ended early: " .. tostring(problem))
end

print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and passed > 0, true)
