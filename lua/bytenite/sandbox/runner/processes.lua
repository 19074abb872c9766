--- Starts programs and waits for them, from coroutines of the sandbox's cqueues controller.
---
--- luv starts them: `uv.spawn` needs no shell, resets the child's signals, gives it its own session
--- and reaps it. cqueues cannot start programs. One descriptor connects the two loops: libuv's
--- `backend_fd` can be polled like a socket, so a coroutine polls it and makes libuv run its
--- callbacks when something is ready. The coroutine exists only while programs run; libuv never
--- blocks.
local condition <const> = require "cqueues.condition"
local cqueues <const> = require "cqueues"
local monotime <const> = cqueues.monotime
local uv <const> = require "luv"

---@class bytenite.sandbox.Processes
---@field package controller userdata of cqueues
---@field package live table<bytenite.sandbox.Process, true>
---@field package wake userdata condition: libuv has something new to do
---@field package is_pumping boolean
---@field package is_starting boolean
---@field package next_start userdata condition: another program may start
---@field package is_closed boolean
local Processes = {}
Processes.__index = Processes

---@class bytenite.sandbox.Process
---@field pid integer also the id of its group and its session
---@field status integer|nil with which it exited
---@field signal integer|nil that ended it; 0 if none did
---@field stop_reason string|nil why it was stopped
---@field package changed userdata condition
---@field package output userdata|nil pipe of luv
---@field package kill_at number|nil when SIGKILL follows
local Process = {}
Process.__index = Process

local processes = {}

local GRACE <const> = 2 -- seconds from SIGTERM to SIGKILL
local DRAIN <const> = 0.3 -- seconds to wait for output after the end: other processes may hold the pipe open
local NICENESS <const> = 10 -- the service has priority
local LAST_WAIT <const> = 2 -- maximum seconds to reap killed programs when the sandbox closes

--- Makes the set of programs of a sandbox.
---@param controller userdata of cqueues
---@return bytenite.sandbox.Processes
---@usage local running = processes.new(controller)
function processes.new(controller)
  return setmetatable({
    controller = controller,
    live = {},
    wake = condition.new(),
    is_pumping = false,
    is_starting = false,
    next_start = condition.new(),
    is_closed = false,
  }, Processes)
end

local LOOP <const> = { pollfd = uv.backend_fd(), events = "r" }

-- Runs libuv's loop while there are programs. libuv passes new descriptors to the kernel in `run`,
-- so it runs once before each poll. The last turns close handles: luv crashes if the Lua state ends
-- before that.
local function pump(self)
  repeat
    uv.run "nowait"
    local timeout <const> = uv.backend_timeout() -- milliseconds; negative if there is none
    if next(self.live) then cqueues.poll(LOOP, self.wake, timeout >= 0 and timeout / 1000 or nil) end
  until next(self.live) == nil
  uv.run "nowait"
  self.is_pumping = false
end

local function start_pump(self)
  if self.is_pumping then
    self.wake:signal()
  else
    self.is_pumping = true
    self.controller:wrap(pump, self)
  end
end

local function signal_group(process, name)
  uv.kill(-process.pid, name) -- fails if the whole group has ended
end

local function close_output(process)
  local output <const> = process.output
  process.output = nil
  if output and not output:is_closing() then output:close() end
  process.changed:signal()
end

-- Waits until no other program is starting, and for another turn of the loop. libuv blocks until
-- the new process has become the program, which takes milliseconds on a busy machine; requests are
-- served between two starts.
local function take_turn(self)
  while self.is_starting do
    self.next_start:wait()
  end
  self.is_starting = true
  cqueues.sleep(0)
  self.is_starting = false
  self.next_start:signal(1)
end

--- Starts a program. Its standard input is empty; `take` receives what it writes to both output
--- streams.
---@param words string[] the program and its arguments
---@param environment string[] "NAME=value"; nothing else is in its environment
---@param folder string its working directory
---@param take fun(piece: string) receives the output
---@return bytenite.sandbox.Process|nil process nil if it cannot be started
---@return string|nil problem
---@usage local process = running:start({ "sh", "main.sh" }, { "PATH=/bin" }, "/tmp", print)
function Processes:start(words, environment, folder, take)
  take_turn(self)
  if self.is_closed then return nil, "the sandbox ended" end
  local ends <const>, problem <const> = uv.pipe({ nonblock = true }, {})
  if ends == nil then return nil, problem end
  local process <const> = setmetatable({ changed = condition.new() }, Process)
  local handle
  local started, pid = uv.spawn(words[1], {
    args = table.move(words, 2, #words, 1, {}),
    env = environment,
    cwd = folder,
    detached = true, -- its own session and group
    stdio = { nil, ends.write, ends.write },
  }, function(status, signal)
    process.status, process.signal = status, signal
    handle:close()
    self.live[process] = nil
    process.changed:signal()
  end)
  uv.fs_close(ends.write)
  if started == nil then
    uv.fs_close(ends.read)
    return nil, pid
  end
  handle = started
  process.pid = pid
  uv.os_setpriority(pid, NICENESS)
  process.output = uv.new_pipe(false)
  assert(process.output:open(ends.read))
  process.output:read_start(function(_, piece)
    if piece then
      take(piece)
    else
      close_output(process)
    end
  end)
  self.live[process] = true
  start_pump(self)
  return process
end

--- Stops a program and its group: with SIGTERM, and after 2 s with SIGKILL.
---@param reason string kept in `stop_reason`
---@usage process:stop "timeout"
function Process:stop(reason)
  if self.status or self.stop_reason then return end
  self.stop_reason = reason
  self.kill_at = monotime() + GRACE
  signal_group(self, "sigterm")
  signal_group(self, "sigcont") -- a suspended process would not handle SIGTERM
  self.changed:signal()
end

--- Waits until a program has ended. Afterwards no process of its group is left.
---@param deadline number|nil in the time of `monotime`; stops the program with the reason "timeout"
---@usage process:wait(cqueues.monotime() + 60)
function Process:wait(deadline)
  while self.status == nil do
    local now <const> = monotime()
    if self.kill_at and now >= self.kill_at then
      signal_group(self, "sigkill")
      self.kill_at = now + GRACE
    elseif deadline and now >= deadline then
      self:stop "timeout"
    end
    local next_time <const> = self.kill_at or deadline
    cqueues.poll(self.changed, next_time and math.max(0, next_time - now))
  end
  signal_group(self, "sigkill")
  local drained <const> = monotime() + DRAIN
  while self.output and monotime() < drained do
    cqueues.poll(self.changed, drained - monotime())
  end
  close_output(self)
end

--- Kills all programs and blocks until they are reaped: for the end of the sandbox.
---@usage running:close()
function Processes:close()
  self.is_closed = true
  for process in pairs(self.live) do
    signal_group(process, "sigkill")
    close_output(process)
  end
  local deadline <const> = monotime() + LAST_WAIT
  uv.run "nowait"
  while next(self.live) and monotime() < deadline do
    uv.sleep(1)
    uv.run "nowait"
  end
  uv.run "nowait"
  self.wake:signal()
end

return processes
