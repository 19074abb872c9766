--- scenario.lua: one row on the server's side: its listener, its connections, and what they saw.
---
--- A scenario has three phases. "warm": everything is in order, so that a client can have a kept
--- connection. "armed": the row's faults happen. "mended": everything is in order again for later
--- connections and requests.
local responses <const> = require "spec.faults.responses"
local cqueues <const> = require "cqueues"
local http1 <const> = require "spec.faults.http1"
local http2 <const> = require "spec.faults.http2"
local luasocket <const> = require "socket"
local socket <const> = require "cqueues.socket"
local wire <const> = require "spec.faults.wire"

local scenario <const> = {}

local Scenario <const> = {}
Scenario.__index = Scenario

local ALPN <const> = { tls = "http/1.1", h2 = "h2", proxy = "http/1.1" }

-- Returns a field of the row while its faults happen, otherwise nil.
local function armed(self, name)
  return self.phase == "armed" and self.row[name] or nil
end

-- Returns a function that runs functions in coroutines. An error in one of them fails the row.
local function spawner(self)
  return function(run, ...)
    self.controller:wrap(function(...)
      local ok <const>, raised <const> = xpcall(run, debug.traceback, ...)
      if not ok then self.errors[#self.errors + 1] = raised end
    end, ...)
  end
end

-- Responds to a request, or applies the row's fault to it.
local function handle(self, peer, request)
  local row <const> = self.row
  local is_exchange <const> = request.path:find "/access_token$" ~= nil
  local is_aimed_at <const> = is_exchange == (row.aim == "access_token")
  if self.phase == "armed" and row.fault and is_aimed_at and self.faults < (row.times or math.huge) then
    self.faults = self.faults + 1
    request.number = self.faults
    if row.fault(peer, request) ~= "reply" then return end
  end
  peer:reply(request, 200, responses.body(request), { { "Content-Type", "application/json" } })
end

local function record(self, peer, request)
  local seen <const> = { phase = self.phase, connection = peer.connection, is_whole = request ~= nil }
  if request then
    seen.method, seen.path = request.method, request.path
  end
  self.seen[#self.seen + 1] = seen
end

-- Plays a proxy and the server behind it, or applies the row's fault to a CONNECT.
local function tunnel(self, peer, request)
  local proxy <const> = armed(self, "proxy")
  if proxy and proxy(peer, request) ~= "tunnel" then return end
  peer.wire:write "HTTP/1.1 200 Connection established\r\n\r\n"
  self:serve(peer.wire, peer.connection, true)
end

-- Serves one connection to its end.
local function serve_requests(self, peer)
  while true do
    local request <const>, is_partial <const> = peer:next()
    if not request then
      if is_partial then record(self, peer, nil) end
      return
    end
    record(self, peer, request)
    if request.method == "CONNECT" then return tunnel(self, peer, request) end
    if peer.version == 2 then
      self.spawn(handle, self, peer, request)
    else
      handle(self, peer, request)
    end
  end
end

--- Serves a connection, after a TLS handshake if `has_tls`.
---@param connection table a wire
---@param number integer
---@param has_tls boolean
function Scenario:serve(connection, number, has_tls)
  local protocol
  if has_tls then
    local certificate <const> = armed(self, "certificate") or "good"
    protocol = connection:start_tls(self.context(certificate, ALPN[self.protocol]))
    if not protocol then return end
  end
  local peer <const> = (protocol == "h2" and http2 or http1).new(connection, number)
  peer.state = self.state
  self.peers[#self.peers + 1] = peer
  local greet <const> = armed(self, "greet")
  if peer.version == 2 then
    local row <const> = self.phase ~= "mended" and self.row or {}
    peer.keeps_windows = row.keeps_windows
    if not peer:start(row.settings) then return end
  end
  if greet then greet(peer) end
  serve_requests(self, peer)
end

local function accept(self, connection)
  self.connections = self.connections + 1
  local number <const> = self.connections
  local own <const> = wire.new(connection, self.spawn)
  self.wires[number] = own
  local connect <const> = armed(self, "connect")
  if connect and connect(own, number) ~= "serve" then return end
  self:serve(own, number, self.protocol == "tls" or self.protocol == "h2")
end

local function listen(self)
  local listening <const> = socket.listen { host = "127.0.0.1", port = 0 }
  listening:listen()
  self.listening = listening
  self.spawn(function()
    while true do
      local connection <const> = listening:accept { nodelay = true }
      if connection then self.spawn(accept, self, connection) end
    end
  end)
  local _ <const>, _ <const>, port <const> = listening:localname()
  return port
end

-- Returns a port that refuses connections: it is bound, but nothing listens on it.
local function refuse(self)
  local bound <const> = luasocket.tcp()
  assert(bound:bind("127.0.0.1", 0))
  self.held = { bound }
  local _ <const>, port <const> = bound:getsockname()
  return tonumber(port)
end

-- Returns a port on which connections hang: its backlog is full, and nothing accepts them.
local function hang(self)
  local full <const> = luasocket.tcp()
  assert(full:bind("127.0.0.1", 0))
  assert(full:listen(0))
  local _ <const>, port <const> = full:getsockname()
  self.held = { full }
  for index = 2, 4 do
    self.held[index] = luasocket.tcp()
    self.held[index]:settimeout(0)
    self.held[index]:connect("127.0.0.1", port)
  end
  return tonumber(port)
end

local ports <const> = { listen = listen, refuse = refuse, hang = hang }

--- Starts a row.
---@param row table
---@param protocol string "http", "tls", "h2" or "proxy"
---@param context fun(name: string, protocol: string): userdata
---@return table # its field `port` is the port to connect to
function scenario.start(row, protocol, context)
  local self <const> = setmetatable({
    row = row,
    protocol = protocol,
    context = context,
    controller = cqueues.new(),
    phase = "warm",
    faults = 0,
    connections = 0,
    wires = {},
    peers = {},
    seen = {},
    errors = {},
    held = {},
    state = {}, -- for the row's own use, shared by its peers
  }, Scenario)
  self.spawn = spawner(self)
  self.port = ports[row.port or "listen"](self)
  return self
end

--- Starts the faults. Those of idle connections happen in a coroutine.
---@return fun(): boolean # returns whether that coroutine has ended
function Scenario:arm()
  self.phase = "armed"
  local idle <const> = self.row.idle
  if not idle then
    return function()
      return true
    end
  end
  local is_done = false
  self.spawn(function()
    for _, peer in ipairs(self.peers) do
      idle(peer)
      peer.wire:settle()
    end
    is_done = true
  end)
  return function()
    return is_done or #self.errors > 0
  end
end

--- Returns to the phase before the faults.
function Scenario:warm()
  self.phase = "warm"
end

--- Ends the faults.
function Scenario:mend()
  self.phase = "mended"
end

--- Returns what the server saw: requests, complete or partial, and errors of the row itself.
---@return table
function Scenario:report()
  return { seen = self.seen, errors = self.errors, connections = self.connections }
end

--- Frees everything.
function Scenario:stop()
  for _, connection in pairs(self.wires) do
    connection:release()
  end
  if self.listening then self.listening:close() end
  for _, held in ipairs(self.held) do
    held:close()
  end
end

return scenario
