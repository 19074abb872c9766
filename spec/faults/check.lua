--- check.lua: runs one row with one call over one protocol, and checks everything that the row
--- promises.
local calls <const> = require "spec.faults.calls"
local client_module <const> = require "bytenite.client"
local core <const> = require "bytenite.core"
local deep <const> = require "spec.support.deep"
local lfs <const> = require "lfs"
local process <const> = require "spec.faults.process"

local check <const> = {}

local LIMIT <const> = 10 -- seconds beyond the attempts' own timeouts, on a busy machine
local SCHEMES <const> = { http = "http", tls = "https", h2 = "https" }
local PATIENT <const> = { timeout = 15, deadline = 60, max_retries = 1 } -- for calls that must succeed

-- Returns the system's clock, without delays between retries.
local function new_clock()
  local any <close> = client_module.new { base_url = "http://127.0.0.1/v1" }
  local clock <const> = {}
  function clock.random()
    return 0
  end
  return setmetatable(clock, { __index = any.clock })
end

local clock

local function base_of(row, protocol, started)
  return ("%s://%s:%d"):format(SCHEMES[protocol], row.host or "127.0.0.1", started.port)
end

local function defaults(row, protocol, started)
  local options <const> = {
    access_token = "token",
    ca_file = started.ca_file,
    connect_timeout = 5,
    timeout = 5,
    deadline = 20,
    max_retries = 1,
  }
  if protocol == "proxy" then
    options.base_url = "https://api.bytenite.test/v1"
    options.proxy = "http://127.0.0.1:" .. started.port
  else
    options.base_url = base_of(row, protocol, started) .. "/v1"
  end
  for name, value in pairs(row.options or {}) do
    options[name] = value
  end
  return options
end

-- Makes a client of a row's server, without delays between retries. `events` is a list that
-- receives its events.
local function new_client(row, protocol, started, events)
  local options <const> = defaults(row, protocol, started)
  if options.access_token == false then options.access_token = nil end
  if events then options.on_event = function(event)
    events[#events + 1] = event
  end end
  clock = clock or new_clock()
  return client_module.new(options, clock)
end

local function is_one_of(value, wanted)
  if type(wanted) == "function" then return wanted(value) end
  if type(wanted) ~= "table" then return value == wanted end
  for _, one in ipairs(wanted) do
    if value == one then return true end
  end
  return false
end

local function described(wanted)
  if type(wanted) == "function" then return "another one" end
  return type(wanted) == "table" and table.concat(wanted, " or ") or tostring(wanted)
end

-- The problems of a call, as a list of lines.
local Complaints <const> = {}
Complaints.__index = Complaints

function Complaints:add(format, ...)
  self[#self + 1] = format:format(...)
end

function Complaints:expect(what, wanted, value)
  if not is_one_of(value, wanted) then self:add("%s: expected %s, got %s", what, described(wanted), tostring(value)) end
end

local EQUAL_FIELDS <const> = { "status", "operation", "retryable", "retry_after" }

local function check_error(complaints, wanted, problem)
  complaints:expect("kind", wanted.kind, problem.kind)
  if wanted.attempts then complaints:expect("attempts", wanted.attempts, problem.attempts) end
  if wanted.maybe_done ~= "either" then
    complaints:expect("maybe_done", wanted.maybe_done or false, problem.maybe_done or false)
  end
  for _, field in ipairs(EQUAL_FIELDS) do
    if wanted[field] ~= nil then complaints:expect(field, wanted[field], problem[field]) end
  end
  for _, field in ipairs { "message", "hint" } do
    local text <const> = problem[field] or ""
    if wanted[field] and not text:lower():find(wanted[field], 1, true) then
      complaints:add("%s: expected %q in %q", field, wanted[field], text)
    end
  end
  if wanted.no_message and problem.message:find(wanted.no_message, 1, true) then
    complaints:add("message: %q is misleading", problem.message)
  end
  if tostring(problem):find "%c" then complaints:add "tostring(err) is more than a line" end
end

local function check_outcome(complaints, wanted, call, outcome)
  local value <const>, problem <const> = outcome.value, outcome.problem
  if not outcome.returned then
    complaints:add("the call raised: %s", tostring(value))
  elseif value ~= nil and not wanted.ok then
    complaints:add "the call succeeded"
  elseif value ~= nil and not call.is_right(value, outcome.job) then
    complaints:add "the call succeeded with a wrong value"
  elseif value == nil and wanted.ok == true then
    complaints:add("the call failed: %s (attempts %s)", tostring(problem), tostring(problem.attempts))
  elseif value == nil and wanted.kind then
    check_error(complaints, wanted, problem)
  end
  if outcome.returned and value == nil and outcome.change then
    complaints:add("the job has changed although the call failed: %s", outcome.change)
  end
end

-- Returns the complete requests of the call that the server saw since the faults started.
local function requests_of(report, call)
  local found <const> = {}
  for _, seen in ipairs(report.seen) do
    if seen.phase ~= "warm" and seen.method == call.method and seen.path == call.path then found[#found + 1] = seen end
  end
  return found
end

local function check_seen(complaints, wanted, call, outcome, report)
  local seen <const> = requests_of(report, call)
  local most <const> = outcome.problem and outcome.problem.attempts or outcome.sent
  if wanted.seen then complaints:expect("requests the server saw", wanted.seen, #seen) end
  if wanted.seen_at_most and #seen > wanted.seen_at_most then
    complaints:add("the server saw %d requests, expected at most %d", #seen, wanted.seen_at_most)
  end
  if most and #seen > most then complaints:add("the server saw %d requests, but %d were accounted for", #seen, most) end
  if call.is_once_only and #seen > 1 and not wanted.may_repeat then
    complaints:add("the server saw a once-only request %d times", #seen)
  end
  for _, request in ipairs(seen) do
    if wanted.kept and request.connection ~= 1 then
      complaints:add("connection %d was opened for an attempt", request.connection)
    end
  end
  if not wanted.fresh then return end
  local used <const> = {}
  for _, request in ipairs(seen) do
    if used[request.connection] then complaints:add("connection %d served two attempts", request.connection) end
    used[request.connection] = true
  end
end

-- Counts the requests that events report, without token exchanges.
local function count_sent(events)
  local count = 0
  for _, event in ipairs(events) do
    if event.type == "request" and event.operation ~= "access_token" then count = count + 1 end
  end
  return count
end

-- Makes the call of a row.
local function make_call(client, call, events)
  local job <const>, run <const> = call.make(client)
  local change <const> = job and deep.snapshot(job)
  for index in ipairs(events or {}) do
    events[index] = nil
  end
  local began <const> = core.now()
  local returned <const>, value <const>, problem <const> = pcall(run)
  return {
    job = job,
    returned = returned,
    value = value,
    problem = problem,
    seconds = core.now() - began,
    change = change and change(),
    sent = events and count_sent(events),
  }
end

-- Returns the expectation for one protocol.
local function wanted_over(expectation, protocol)
  local wanted <const> = {}
  for name, value in pairs(expectation) do
    wanted[name] = value
  end
  for name, value in pairs(expectation[protocol] or {}) do
    wanted[name] = value
  end
  return wanted
end

local function allowed_seconds(row, wanted)
  if wanted.within then return wanted.within end
  local options <const> = row.options or {}
  local timeout <const> = options.timeout or options.connect_timeout
  return LIMIT + (timeout and timeout * (1 + (options.max_retries or 1)) or 0)
end

local function check_next(complaints, client, row)
  local limits <const> = { timeout = row.next_timeout or 5, deadline = 20, max_retries = row.next_retries or 1 }
  local job <const>, problem <const> = client:get_job("next", limits)
  if not job then
    complaints:add("the next call failed: %s", tostring(problem))
  elseif job.id ~= "next" then
    complaints:add("the next call was answered with the response of another one: %s", tostring(job.id))
  end
end

-- Waits until the server has seen the expected requests. It may be slower than the client.
local function settled_report(remote, wanted, call)
  local deadline <const> = core.now() + 1
  local report
  repeat
    report = remote:report()
  until #requests_of(report, call) >= (wanted.seen or 0) or core.now() > deadline
  return report
end

local function check_call(complaints, remote, client, row, call, wanted, events)
  if row.warm then assert(client:get_job("warm", PATIENT)) end
  if row.warm_call then assert(select(2, calls[row.warm_call].make(client))(PATIENT)) end
  remote:arm()
  local memory <const> = row.memory and process.watch_memory()
  local outcome <const> = make_call(client, call, events)
  local grown <const> = memory and memory()
  local report <const> = settled_report(remote, wanted, call)
  remote:mend()
  check_outcome(complaints, wanted, call, outcome)
  check_seen(complaints, wanted, call, outcome, report)
  if wanted.ok and wanted.attempts and events then
    complaints:expect("requests told of", wanted.attempts, outcome.sent)
  end
  if grown and grown > row.memory then complaints:add("the process grew by %.0f MiB", grown) end
  local allowed <const> = allowed_seconds(row, wanted)
  if wanted.at_least and outcome.seconds < wanted.at_least then
    complaints:add("the call took %.2f s, expected at least %.2f s", outcome.seconds, wanted.at_least)
  end
  if outcome.seconds > allowed then
    complaints:add("the call took %.2f s, expected at most %.2f s", outcome.seconds, allowed)
  end
end

-- Runs a row with one call, and closes the client.
local function run_call(complaints, remote, row, protocol, name, started)
  local call <const> = calls[name]
  local wanted <const> = wanted_over(row.calls[name], protocol)
  local events <const> = (row.events or (wanted.ok and wanted.attempts)) and {} or nil
  local client <close> = new_client(row, protocol, started, events)
  check_call(complaints, remote, client, row, call, wanted, events)
  if not row.has_no_next then check_next(complaints, client, row) end
  client:close()
end

-- Counts this process's descriptors.
local function count_descriptors()
  local count = 0
  for _ in lfs.dir "/proc/self/fd" do
    count = count + 1
  end
  return count
end

--- Runs a row. Raises if its promise does not hold.
---@param remote table the server
---@param row table
---@param protocol string
---@param name string|nil the call; nil for a row that has its own test
function check.run(remote, row, protocol, name)
  local complaints <const> = setmetatable({}, Complaints)
  local before <const> = count_descriptors()
  local started <const> = remote:start(row.name, protocol)
  local ok <const>, raised <const> = xpcall(function()
    if name then return run_call(complaints, remote, row, protocol, name, started) end
    row.test {
      complaints = complaints,
      remote = remote,
      base = base_of(row, protocol, started),
      connect = function(options)
        return new_client({ host = row.host, options = options or row.options }, protocol, started)
      end,
    }
  end, debug.traceback)
  local report <const> = remote:stop()
  if not ok then complaints:add("%s", raised) end
  for _, problem in ipairs(report.errors) do
    complaints:add("the server: %s", problem)
  end
  local left <const> = count_descriptors() - before
  if left > 0 then complaints:add("%d descriptors were left open", left) end
  if #complaints > 0 then error(table.concat(complaints, "\n"), 0) end
end

return check
