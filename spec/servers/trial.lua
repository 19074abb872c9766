--- One check of one server over one protocol: makes calls, and compares what they returned with what the backend executed.
local bytenite <const> = require "bytenite"
local cqueues <const> = require "cqueues"

---@class spec.servers.Trial
---@field front spec.servers.Front
---@field protocol table one of `fronts.protocols`
---@field calls integer how many calls were made
---@field problems string[] the problems found so far
---@field stranger_file string an authority that has not signed the server's certificate
---@field package backend_url string
---@field package ca_file string
---@field package expected table[] the calls and their results
local Trial = {}
Trial.__index = Trial

local trials <const> = {}

local SHOWN <const> = 5 -- problems
local serial = 0

---@param front spec.servers.Front
---@param protocol table
---@param backend_url string
---@param folder string contains the authorities' certificates
---@return spec.servers.Trial
function trials.new(front, protocol, backend_url, folder)
  local self <const> = setmetatable({
    front = front,
    protocol = protocol,
    calls = 0,
    problems = {},
    backend_url = backend_url,
    ca_file = folder .. "/ca.pem",
    stranger_file = folder .. "/stranger.pem",
    expected = {},
  }, Trial)
  self:take_counts() -- forgets earlier checks
  return self
end

--- Makes a client of one of the server's listeners.
---@param variant string
---@param options table|nil further options
---@return bytenite.Client
function Trial:client(variant, options)
  local all <const> = {
    base_url = self.front:base_url(variant, self.protocol),
    access_token = "token",
    ca_file = self.ca_file,
    http_version = self.protocol.http_version,
    timeout = 3,
    deadline = 20,
  }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return bytenite.new(all)
end

--- Returns names of jobs that no other check uses.
---@param mode string determines what the backend does
---@param count integer
---@return string[]
function trials.names(mode, count)
  local names <const> = {}
  for index = 1, count do
    serial = serial + 1
    names[index] = ("%s-%d"):format(mode, serial)
  end
  return names
end

-- The calls of a check. run and create_job may be executed once, the other two any number of times.
local CALLS <const> = {
  run = {
    once_only = true,
    key = "POST run %s",
    send = function(client, name)
      return client:job(name):run()
    end,
  },
  create = {
    once_only = true,
    key = "POST create %s",
    send = function(client, name)
      return client:create_job { templateId = "template", name = name }
    end,
  },
  get = {
    key = "GET  %s",
    send = function(client, name)
      return client:get_job(name)
    end,
  },
  set_name = {
    key = "PATCH jobname %s",
    send = function(client, name)
      return client:job(name):set_name(name)
    end,
  },
}

--- Makes a call, and records what it returned.
---@param client bytenite.Client
---@param kind string one of the calls above
---@param name string of the job
---@return any result
---@return table|nil err
function Trial:call(client, kind, name)
  local row <const> = CALLS[kind]
  self.calls = self.calls + 1
  local began <const> = cqueues.monotime()
  local result <const>, err <const> = row.send(client, name)
  local seconds <const> = cqueues.monotime() - began
  table.insert(self.expected, { kind = kind, row = row, name = name, ok = result ~= nil, err = err, seconds = seconds })
  return result, err
end

--- Makes once-only calls of both kinds, in turn.
---@param client bytenite.Client
---@param names string[]
---@param options table|nil of `client:map`; without them the calls are made one after another
function Trial:once_only(client, names, options)
  local function call(name, index)
    return self:call(client, index % 2 == 0 and "run" or "create", name)
  end
  if options then return client:map(names, call, options) end
  for index, name in ipairs(names) do
    call(name, index)
  end
end

--- Records a problem.
---@param ... any a format and its values
function Trial:fail(...)
  table.insert(self.problems, (select("#", ...) == 1 and ... or string.format(...)))
end

--- Records a problem unless a condition holds.
function Trial:expect(condition, ...)
  if not condition then self:fail(...) end
end

--- Fetches and resets the backend's counts.
---@return table<string, integer> executed by call
---@return integer connections the number of client connections that carried the requests
function Trial:take_counts()
  local client <close> = bytenite.new { base_url = self.backend_url, access_token = "token", http_version = "1.1" }
  local response <const> = assert(client:request { method = "GET", path = "/counts" })
  local counts <const> = bytenite.decode(response.body)
  return counts.executed, counts.connections
end

-- Returns what is wrong with a call, given how often the backend executed it; nil if nothing is. A
-- 503 says that the call was not done, so its error need not say maybe_done.
local function judge_call(call, times)
  if call.ok and times == 0 then return "succeeded, but was not executed" end
  if not call.row.once_only then return nil end
  if times > 1 then return ("was executed %d times"):format(times) end
  if not call.ok and times == 1 and not call.err.maybe_done and call.err.status ~= 503 then
    return "was executed, but its error lacks maybe_done: " .. tostring(call.err)
  end
end

--- Compares all calls since the last time with what the backend executed. It is always wrong if a
--- once-only call was executed twice, or was executed although its error does not say maybe_done.
---@param judge fun(call: table, times: integer): string|nil a further rule, see rules.lua
---@return integer connections
function Trial:settle(judge)
  -- A request that was sent just before its attempt timed out may still arrive.
  cqueues.sleep(0.05)
  local executed <const>, connections <const> = self:take_counts()
  for _, call in ipairs(self.expected) do
    local times <const> = executed[call.row.key:format(call.name)] or 0
    local problem <const> = judge_call(call, times) or judge(call, times)
    if problem then self:fail("%s %s %s", call.kind, call.name, problem) end
  end
  self.expected = {}
  return connections
end

--- Returns the first problems as one text, or nil if there are none.
---@return string|nil
function Trial:summary()
  if #self.problems == 0 then return nil end
  local shown <const> = table.concat(self.problems, "\n       ", 1, math.min(SHOWN, #self.problems))
  local more <const> = #self.problems - SHOWN
  return shown .. (more > 0 and ("\n       and %d more"):format(more) or "")
end

return trials
