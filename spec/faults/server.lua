--- server.lua FOLDER: the server of the fault suite, which runs as a process of its own.
---
--- It reads commands as lines of JSON from its standard input and responds on its standard output.
--- At the end of the input it removes the folder, which has the authority's certificate, and ends.
local root <const> = arg[0]:match "^(.*)spec/faults/server%.lua$"
package.path = root .. "?.lua;" .. package.path

local certificates <const> = require "spec.faults.certificates"
local cjson <const> = require("cjson").new()
local cqueues <const> = require "cqueues"
local lfs <const> = require "lfs"
local rows <const> = require "spec.faults.rows"
local scenario <const> = require "spec.faults.scenario"
local signal <const> = require "cqueues.signal"

local folder <const> = arg[1]
local ca_file <const> = folder .. "/ca.pem"
local STDIN <const> = { pollfd = 0, events = "r" }

local context <const>, authority <const> = certificates.new()
local current -- the running scenario

-- Runs the scenario until `is_done` returns true.
local function run_until(is_done)
  while not is_done() do
    cqueues.poll(current.controller, 0.01)
    assert(current.controller:step(0))
  end
end

local commands <const> = {}

function commands.start(command)
  current = scenario.start(rows.find(command.row), command.protocol, context)
  return { port = current.port, ca_file = ca_file }
end

function commands.arm()
  run_until(current:arm())
  return {}
end

function commands.warm()
  current:warm()
  return {}
end

function commands.mend()
  current:mend()
  return {}
end

function commands.report()
  return current:report()
end

function commands.stop()
  local report <const> = current:report()
  current:stop()
  current = nil
  collectgarbage()
  return report
end

local function respond(line)
  local command <const> = cjson.decode(line)
  io.write(cjson.encode(commands[command.name](command)), "\n")
  io.flush()
end

-- Waits for a command while the scenario runs.
local function wait_for_command()
  while true do
    local ready <const>, other <const> = cqueues.poll(STDIN, current and current.controller or nil)
    if ready == STDIN or other == STDIN or ready == nil then return io.read "L" end -- nil: end of input
    assert(current.controller:step(0))
  end
end

local function main()
  for line in wait_for_command do
    respond(line)
  end
end

-- Ctrl-C reaches this process, too. It ignores signals and ends with its input, so that it always
-- cleans up.
signal.ignore(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

local file <const> = assert(io.open(ca_file, "w"))
file:write(authority)
file:close()

io.stdin:setvbuf "no" -- `poll` would not notice buffered input
local loop <const> = cqueues.new()
loop:wrap(main)
local ok <const>, problem <const> = loop:loop()
os.remove(ca_file)
lfs.rmdir(folder)
if not ok then error(problem) end
