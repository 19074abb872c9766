--- Programs that the checks start. They end with this process, however it ends: a shell watches
--- each of them, and ends it by its id when the shell's own standard input closes.
local cqueues <const> = require "cqueues"
local socket <const> = require "cqueues.socket"

---@class spec.servers.Process
---@field pid integer
---@field log string the file of its output
---@field package input file*|nil the watching shell's standard input; nil once closed
local Process = {}
Process.__index = Process

local process <const> = {}

local START_SECONDS <const> = 10
local LOOK_EVERY <const> = 0.005 -- seconds

-- The program gets five seconds to end, then it is killed.
local WATCHED <const> = [[
trap : INT TERM HUP
exec 3<&0
%s </dev/null 3<&- >%s 2>&1 &
child=$!
echo $child > %s
cat <&3 > /dev/null
kill $child 2>/dev/null
tries=250
while kill -0 $child 2>/dev/null && [ $tries -gt 0 ]; do tries=$((tries - 1)); sleep 0.02; done
[ $tries -gt 0 ] || kill -9 $child 2>/dev/null
wait $child 2>/dev/null]]

--- Quotes a word for the shell.
---@param text string
---@return string
function process.quote(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

--- Waits until a function returns a true value, and returns that value; nil after ten seconds.
---@param look function
---@return any
function process.wait_for(look)
  local deadline <const> = cqueues.monotime() + START_SECONDS
  repeat
    local found <const> = look()
    if found then return found end
    cqueues.sleep(LOOK_EVERY)
  until cqueues.monotime() > deadline
  return nil
end

--- Returns the text of a file, or nil if there is none.
---@param path string
---@return string|nil
function process.read_file(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

--- Starts a program.
---@param folder string for its output, NAME.log, and its process id
---@param name string
---@param words string[] the program and its arguments
---@return spec.servers.Process
function process.start(folder, name, words)
  local quoted <const> = {}
  for index, word in ipairs(words) do
    quoted[index] = process.quote(word)
  end
  local pid_file <const> = ("%s/%s.started"):format(folder, name)
  os.remove(pid_file)
  local log <const> = ("%s/%s.log"):format(folder, name)
  local input <const> =
    assert(io.popen(WATCHED:format(table.concat(quoted, " "), process.quote(log), process.quote(pid_file)), "w"))
  local pid <const> = process.wait_for(function()
    local text <const> = process.read_file(pid_file)
    return text and tonumber(text:match "^(%d+)\n")
  end)
  return setmetatable({ pid = assert(pid, "the shell does not start"), input = input, log = log }, Process)
end

--- Sends a signal.
---@param signal string such as "HUP"
function Process:signal(signal)
  os.execute(("kill -%s %d 2>/dev/null"):format(signal, self.pid))
end

--- Returns whether the program still runs.
function Process:is_alive()
  return (os.execute(("kill -0 %d 2>/dev/null"):format(self.pid))) == true
end

--- Ends the program and waits until it has ended.
function Process:stop()
  if self.input then self.input:close() end
  self.input = nil
end

Process.__close = Process.stop

--- Returns ports of 127.0.0.1 that are free at the moment.
---@param count integer
---@return integer[]
function process.free_ports(count)
  local listening <const>, ports <const> = {}, {}
  for index = 1, count do
    listening[index] = socket.listen { host = "127.0.0.1", port = 0 }
    listening[index]:listen()
    local _ <const>, _ <const>, port <const> = listening[index]:localname()
    ports[index] = port
  end
  for _, one in ipairs(listening) do
    one:close()
  end
  return ports
end

--- Returns whether something accepts connections on a port of 127.0.0.1.
---@param port integer
---@return boolean
function process.is_listening(port)
  local connection <const> = socket.connect("127.0.0.1", port)
  connection:onerror(function(_, _, problem)
    return problem
  end)
  local connected <const> = connection:connect(1) ~= nil
  connection:close()
  return connected
end

return process
