--- Event loops that a client can be attached to, with one interface for all, so that a test can run
--- in each:
---
---   local host = event_loops.hosts.luv.new()
---   host:attach(client)        -- by the adapter under test
---   host:spawn(client, run)    -- runs a function whose calls suspend it
---   host:after(seconds, run)   -- runs a function outside of those, once
---   host:every(seconds, run)   -- runs a function outside of those repeatedly, until it returns false
---   host:run()                 -- runs the loop until it ends; raises what the functions raised, or if
---                              -- the loop does not end
local client_module <const> = require "bytenite.client"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local cqueues <const> = require "cqueues"
local cqueues_loop <const> = require "bytenite.loop.cqueues"
local luv_loop <const> = require "bytenite.loop.luv"
local sandbox <const> = require "spec.support.sandbox"
local uv <const> = require "luv"

local event_loops <const> = {}

local LIMIT <const> = 60 -- seconds until a loop that does not end fails the test

local Cqueues <const> = {}
Cqueues.__index = Cqueues

function Cqueues.new()
  return setmetatable({ controller = cqueues.new() }, Cqueues)
end

function Cqueues:attach(client)
  return cqueues_loop.attach(client, self.controller)
end

function Cqueues:spawn(_, run)
  self.controller:wrap(run)
end

function Cqueues:every(seconds, run)
  self.controller:wrap(function()
    repeat
      cqueues.sleep(seconds)
    until run() == false
  end)
end

function Cqueues:run()
  local ok <const>, raised <const> = self.controller:loop(LIMIT)
  if not ok then error(raised, 0) end
  assert(self.controller:empty(), "the loop does not end")
end

local Luv <const> = {}
Luv.__index = Luv

function Luv.new()
  uv.update_time() -- libuv's clock stops while its loop does not run
  return setmetatable({ futures = {}, raised = nil }, Luv)
end

function Luv.attach(_, client)
  return luv_loop.attach(client)
end

function Luv:spawn(client, run)
  table.insert(self.futures, client:async(run))
end

function Luv:every(seconds, run)
  local timer <const> = uv.new_timer()
  local milliseconds <const> = math.ceil(seconds * 1000)
  timer:start(milliseconds, milliseconds, function()
    local ok <const>, result <const> = pcall(run) -- luv ends the process if a callback raises
    if ok and result ~= false then return end
    if not ok then self.raised = result end
    timer:close()
  end)
end

function Luv:run()
  local is_late = false
  local watchdog <const> = uv.new_timer()
  watchdog:unref()
  watchdog:start(LIMIT * 1000, 0, function()
    is_late = true
    uv.stop()
  end)
  uv.run()
  watchdog:close()
  uv.run "nowait" -- otherwise luv crashes at the end of the process
  if self.raised then error(self.raised, 0) end
  assert(not is_late, "the loop does not end")
  for _, future in ipairs(self.futures) do
    assert(future:done(), "the loop has ended too early")
    future:get()
  end
end

for _, Host in ipairs { Cqueues, Luv } do
  function Host:after(seconds, run)
    self:every(seconds, function()
      run()
      return false
    end)
  end
end

--- The loops by name: `require("bytenite.loop.NAME")` is the adapter.
event_loops.hosts = { cqueues = Cqueues, luv = Luv }

--- The delay of the first retry of clients that are made here, in seconds.
event_loops.RETRY_DELAY = 0.1

local clock <const> = {
  now = core.now,
  random = function()
    return 0.2 -- of 0.5 s
  end,
  step = function(session, seconds)
    return session:step(seconds)
  end,
}

--- Makes a client whose retries have a known delay.
---@param service spec.Sandbox
---@param options table|nil further options; they override those that lead to the sandbox
---@return table client
---@usage local client <close> = event_loops.client(service, { max_connections = 1 })
function event_loops.client(service, options)
  local all <const> = { base_url = service.base_url, api_key = service.api_key, ca_file = service.ca_file }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return client_module.new(all, clock)
end

--- Resets a sandbox and puts jobs j1, j2, ... into it, named "Job number 1" and so on.
---@param service spec.Sandbox
---@param count integer
---@usage event_loops.put_jobs(sandbox.plain(), 3)
function event_loops.put_jobs(service, count)
  service:reset()
  for index = 1, count do
    service:put_job("j" .. index, ('{"id":"j%d","name":"Job number %d","state":"JOB_STATE_NEW"}'):format(index, index))
  end
end

--- Empties the plain sandbox, puts jobs into it and makes a client of it before each test of a block.
--- The client is closed after the test.
---@param before_each function of busted
---@param after_each function of busted
---@param jobs integer how many
---@param begin fun(service: spec.Sandbox, client: table) is called before each test
function event_loops.for_each_test(before_each, after_each, jobs, begin)
  connect.open_for_each_test(before_each, after_each, function()
    local service <const> = sandbox.plain()
    event_loops.put_jobs(service, jobs)
    return service, event_loops.client(service)
  end, begin)
end

return event_loops
