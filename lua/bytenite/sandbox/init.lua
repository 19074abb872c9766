--- A local ByteNite service for development and tests: real HTTP/1.1 and HTTP/2, plain or TLS, on
--- loopback only.
---
---   local sandbox = require "bytenite.sandbox"
---   local service <close> = sandbox.new { tls = true }
---   print(service.base_url, service.api_key, service.ca_file)
---   service:loop()
---
--- It keeps jobs in memory, requires a token, responds as the service's contract says, and fails on
--- request. The command `bytenite-sandbox` runs it. Its control API, for tests, is in
--- http/control_api.
---
--- http/ reads requests and sends responses, model/ holds jobs and all other state, faults/
--- describes the faults, runner/ runs the programs of jobs, base/ has helpers for all of them.
local required_rocks <const> = require "bytenite.sandbox.required_rocks"

local cqueues <const> = required_rocks.need("cqueues", "cqueues", "lua-cqueues")
local server <const> = required_rocks.need("http.server", "http", "lua-http")

local certificates <const> = require "bytenite.sandbox.certificates"
local disconnect <const> = require "bytenite.sandbox.http.disconnect"
local dispatcher <const> = require "bytenite.sandbox.http.dispatcher"
local options <const> = require "bytenite.sandbox.options"
local router <const> = require "bytenite.sandbox.http.router"
local service_state <const> = require "bytenite.sandbox.model.service_state"

---@class bytenite.Sandbox
---@field base_url string for the module's option of the same name, e.g. "http://127.0.0.1:8080/v1"
---@field control_url string of the control API, e.g. "http://127.0.0.1:8080/sandbox"
---@field api_key string the only key that it accepts
---@field control_token string for the control API, in the header X-Sandbox-Token
---@field ca_file string|nil with TLS: a file with the certificate to trust
---@field package server table|nil of lua-http; nil once closed
---@field package controller userdata of cqueues
---@field package connections table<table, true> those of lua-http that may be open
---@field package temporary_file string|nil to remove on close
---@field package report fun(message: string)
---@field package runner bytenite.sandbox.Runner|nil
local Sandbox = {}
Sandbox.__index = Sandbox

local sandbox = {}

-- Seconds that a connection may be idle. Long, so that the client closes it first.
local IDLE_TIMEOUT <const> = 3600

local function write_file(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
end

-- Makes the runner of programs if the options have blocks.
local function new_runner(chosen, controller)
  if chosen.blocks == nil then return nil end
  required_rocks.need("luv", "luv", "lua-luv")
  return require("bytenite.sandbox.runner").new(chosen, controller, chosen.on_error)
end

local function origin_of(chosen, port)
  local host <const> = chosen.host:find(":", 1, true) and "[" .. chosen.host .. "]" or chosen.host
  return ("%s://%s:%d"):format(chosen.tls and "https" or "http", host, port)
end

--- Starts a sandbox: it listens when this returns, and serves while `step`, `loop` or the given
--- controller runs. Raises a string if an option is invalid or the address cannot be used.
---@param wishes bytenite.sandbox.Options|nil
---@return bytenite.Sandbox
---@usage local service = sandbox.new { port = 8080, faults = { "set_name status=503 times=2" } }
function sandbox.new(wishes)
  local chosen <const> = options.complete(wishes)
  local self <const> = setmetatable({
    api_key = chosen.api_key,
    control_token = chosen.control_token,
    controller = chosen.controller or cqueues.new(),
    connections = setmetatable({}, { __mode = "k" }),
    report = chosen.on_error,
  }, Sandbox)
  local context, authority
  if chosen.tls then
    context, authority = certificates.new(chosen.host)
  end
  local kept <const> = service_state.new(chosen)
  self.runner = new_runner(chosen, self.controller)
  if self.runner then self.runner:attach(kept) end
  local latency <const> = chosen.latency / 1000
  local listening <const>, problem <const> = server.listen {
    host = chosen.host,
    port = chosen.port,
    tls = chosen.tls,
    ctx = context,
    cq = self.controller,
    intra_stream_timeout = IDLE_TIMEOUT,
    onstream = function(_, stream)
      self.connections[stream.connection] = true
      dispatcher.serve(kept, stream, latency, self.report)
    end,
    onerror = function() end, -- a client disconnected or did not trust us: not our error
  }
  local bound, reason = listening ~= nil, problem
  if bound then
    bound, reason = listening:listen()
  end
  if not bound and self.runner then self.runner:close() end
  if not bound then error(("cannot listen on %s port %d: %s"):format(chosen.host, chosen.port, reason), 0) end
  self.server = listening
  if chosen.tls then
    self.temporary_file = chosen.ca_file == nil and os.tmpname() or nil
    self.ca_file = chosen.ca_file or self.temporary_file
    write_file(self.ca_file, authority)
  end
  local _ <const>, _ <const>, port <const> = listening:localname()
  kept.origin = origin_of(chosen, port)
  self.base_url = kept.origin .. router.base_path
  self.control_url = kept.origin .. "/sandbox"
  return self
end

--- Serves what is ready. Suspends a coroutine of cqueues; blocks outside of one.
---@param timeout number|nil maximum wait in seconds; nil waits forever
---@return boolean open false once the sandbox is closed
---@usage while service:step(0.1) do ... end
function Sandbox:step(timeout)
  if self.server == nil then return false end
  local stepped <const>, problem <const> = self.controller:step(timeout)
  if not stepped then self.report(tostring(problem)) end
  return self.server ~= nil
end

--- Serves until the sandbox is closed.
---@usage controller:wrap(service.loop, service)
function Sandbox:loop()
  while self:step() do -- luacheck: ignore 542
  end
end

local function remove_temporary_file(self)
  if self.temporary_file then os.remove(self.temporary_file) end
  self.temporary_file = nil
end

--- Stops listening, ends all connections, removes the temporary certificate. A second call does
--- nothing.
---@usage service:close()
function Sandbox:close()
  local closing <const> = self.server
  if closing == nil then return end
  self.server = nil
  closing.socket:close()
  closing.socket = nil
  closing:resume() -- wakes the loop that accepts, so that it ends
  for connection in pairs(self.connections) do
    if not disconnect.is_gone(connection) then connection.socket:shutdown "rw" end
  end
  remove_temporary_file(self)
  if self.runner then self.runner:close() end
end

Sandbox.__close = Sandbox.close
Sandbox.__gc = remove_temporary_file -- sockets are collected by themselves

return sandbox
