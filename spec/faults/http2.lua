--- http2.lua: the server's side of an HTTP/2 connection: reads requests, writes valid and invalid
--- frames.
local frames <const> = require "spec.faults.frames"
local hpack <const> = require "http.hpack"

local http2 <const> = {}

local Peer <const> = { version = 2 }
Peer.__index = Peer

local LARGEST <const> = 16384 -- bytes of a frame's payload

--- Makes a peer of a connection.
---@param wire table
---@param number integer of the connection
---@return table
function http2.new(wire, number)
  return setmetatable({
    wire = wire,
    connection = number,
    requests = {}, -- incomplete ones, by stream
    last_stream = 0,
    last_allowed = math.huge,
    decoder = hpack.new(4096),
    keeps_windows = false, -- sends no WINDOW_UPDATE
  }, Peer)
end

--- Sends a frame.
---@param kind integer
---@param flags integer
---@param stream integer
---@param payload string|nil
function Peer:frame(kind, flags, stream, payload)
  return self.wire:write(frames.encode(kind, flags, stream, payload or ""))
end

--- Reads the client's preface and sends the server's.
---@param settings table<integer, integer>|nil
---@return boolean # false if the connection has ended
function Peer:start(settings)
  if self.wire:read(#frames.PREFACE) ~= frames.PREFACE then return false end
  return self:frame(frames.SETTINGS, 0, 0, frames.settings(settings or {}))
end

local function add_fragment(self, stream, flags, fragment)
  local request <const> = self.requests[stream]
  request.block = request.block .. fragment
  if flags & frames.END_HEADERS == 0 then return end
  for name, value in self.decoder:decode_headers(request.block):each() do
    request.headers[name] = value
  end
  request.method, request.path = request.headers[":method"], request.headers[":path"]
end

local on <const> = {}

on[frames.HEADERS] = function(self, flags, stream, payload)
  if flags & frames.PADDED ~= 0 then payload = payload:sub(2, -1 - payload:byte()) end
  if flags & frames.WITH_PRIORITY ~= 0 then payload = payload:sub(6) end
  self.last_stream = math.max(stream, self.last_stream)
  self.requests[stream] = { stream = stream, connection = self.connection, headers = {}, block = "", body = "" }
  self.requests[stream].is_over = flags & frames.END_STREAM ~= 0
  add_fragment(self, stream, flags, payload)
end

on[frames.CONTINUATION] = add_fragment

on[frames.DATA] = function(self, flags, stream, payload)
  local request <const> = self.requests[stream]
  if request then
    request.body = request.body .. payload
    request.is_over = flags & frames.END_STREAM ~= 0
  end
  if #payload == 0 or self.keeps_windows then return end
  local increment <const> = string.pack(">I4", #payload)
  self:frame(frames.WINDOW_UPDATE, 0, 0, increment)
  if not (request and request.is_over) then self:frame(frames.WINDOW_UPDATE, 0, stream, increment) end
end

on[frames.SETTINGS] = function(self, flags)
  if flags & frames.ACK == 0 then self:frame(frames.SETTINGS, frames.ACK, 0) end
end

on[frames.PING] = function(self, flags, _, payload)
  if flags & frames.ACK == 0 then self:frame(frames.PING, frames.ACK, 0, payload) end
end

on[frames.RST_STREAM] = function(self, _, stream)
  self.requests[stream] = nil
end

--- Reads frames until a request is complete.
---@return table|nil # method, path, headers, body, stream, connection; nil at the connection's end
---@return boolean|nil # whether part of a request arrived
function Peer:next()
  while true do
    local head <const> = self.wire:read(9)
    if not head then return nil, next(self.requests) ~= nil end
    local length <const>, kind <const>, flags <const>, stream <const> = string.unpack(">I3I1I1I4", head)
    local payload <const> = self.wire:read(length)
    if not payload then return nil, next(self.requests) ~= nil end
    if on[kind] then on[kind](self, flags, stream, payload) end
    local request <const> = self.requests[stream]
    if request and request.is_over and request.path then
      self.requests[stream] = nil
      if stream <= self.last_allowed then return request end
    end
  end
end

local function response_headers(status, headers)
  local all <const> = { { ":status", tostring(status) } }
  for _, header in ipairs(headers or {}) do
    all[#all + 1] = { header[1]:lower(), header[2] }
  end
  return frames.header_block(all)
end

-- Sends a header block in as many frames as necessary.
local function send_block(self, stream, flags, block)
  local kind = frames.HEADERS
  while #block > LARGEST do
    self:frame(kind, flags, stream, block:sub(1, LARGEST))
    block, kind, flags = block:sub(LARGEST + 1), frames.CONTINUATION, 0
  end
  return self:frame(kind, flags | frames.END_HEADERS, stream, block)
end

--- Sends a whole response.
---@param request table
---@param status integer
---@param body string|nil
---@param headers string[][]|nil
function Peer:reply(request, status, body, headers)
  if status == 204 or status == 304 then return self:end_with_headers(request, status, headers) end
  local all <const> = { table.unpack(headers or {}) }
  all[#all + 1] = { "content-length", tostring(#(body or "")) }
  if not body or body == "" then return self:end_with_headers(request, status, all) end
  send_block(self, request.stream, 0, response_headers(status, all))
  for from = 1, #body, LARGEST do
    local flags <const> = from + LARGEST > #body and frames.END_STREAM or 0
    if not self:frame(frames.DATA, flags, request.stream, body:sub(from, from + LARGEST - 1)) then return false end
  end
  return true
end

--- Sends a response that consists only of headers and declares no length.
---@param request table
---@param status integer
---@param headers string[][]|nil
function Peer:end_with_headers(request, status, headers)
  return send_block(self, request.stream, frames.END_STREAM, response_headers(status, headers))
end

--- Begins a response.
---@param request table
---@param status integer
---@param length integer|nil for content-length
---@param headers string[][]|nil
function Peer:begin(request, status, length, headers)
  local all <const> = { table.unpack(headers or {}) }
  if length then all[#all + 1] = { "content-length", tostring(length) } end
  return send_block(self, request.stream, 0, response_headers(status, all))
end

--- Sends an interim response (1xx).
---@param request table
---@param status integer
---@param headers string[][]|nil
function Peer:interim(request, status, headers)
  return send_block(self, request.stream, 0, response_headers(status, headers))
end

--- Sends part of a body.
---@param request table
---@param bytes string
function Peer:data(request, bytes)
  local written = true
  for from = 1, #bytes, LARGEST do
    written = self:frame(frames.DATA, 0, request.stream, bytes:sub(from, from + LARGEST - 1))
  end
  return written
end

--- Ends a response, with trailers.
---@param request table
---@param trailers string[][]|nil
function Peer:finish(request, trailers)
  if not trailers then return self:frame(frames.DATA, frames.END_STREAM, request.stream) end
  return send_block(self, request.stream, frames.END_STREAM, frames.header_block(trailers))
end

--- Ends a stream with RST_STREAM.
---@param request table
---@param code integer
function Peer:reset_stream(request, code)
  return self:frame(frames.RST_STREAM, 0, request.stream, string.pack(">I4", code))
end

--- Announces the end of the connection. The server ignores streams above `last`.
---@param last integer the last stream that the server may have processed
---@param code integer
function Peer:goaway(last, code)
  self.last_allowed = last
  return self:frame(frames.GOAWAY, 0, 0, string.pack(">I4I4", last, code))
end

return http2
