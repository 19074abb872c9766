--- wire.lua: the bytes of one accepted connection, plain or TLS, and every way to end it.
---
--- TLS runs over a socket pair whose other end is relayed to the TCP connection. So a row can end
--- TCP and TLS separately: a FIN without close_notify, a close_notify without FIN, a reset after
--- either, raw bytes inside a TLS connection.
local compile <const> = require "spec.support.compile"
local cqueues <const> = require "cqueues"
local luasocket <const> = require "socket"
local new_ssl <const> = require("openssl.ssl").new
local socket <const> = require "cqueues.socket"

local wire <const> = {}

local Wire <const> = {}
Wire.__index = Wire

local LUAOSSL <const> = package.searchpath("_openssl", package.cpath)
local PIECE <const> = 65536 -- bytes read or relayed at a time
local FOREVER <const> = 3600 -- seconds; every row ends long before

local function load_close_notify()
  local folder <close> = compile.folder()
  return folder:module "close_notify"()
end

local close_notify <const> = load_close_notify()

-- Makes a socket return raw bytes without buffering, and errors as values.
local function make_raw(connection)
  connection:setmode("bn", "bn")
  connection:onerror(function(_, _, problem)
    return problem
  end)
  return connection
end

--- Wraps an accepted TCP connection.
---@param connection userdata a socket of cqueues
---@param spawn fun(run: function, ...) starts a coroutine
---@return table
function wire.new(connection, spawn)
  make_raw(connection)
  return setmetatable({
    tcp = connection,
    stream = connection, -- carries requests and responses
    spawn = spawn,
    buffer = "",
    is_tls = false,
    is_deaf = false, -- stops reading
    is_closed = false,
    is_relaying = false,
  }, Wire)
end

-- Reads some bytes; nil at the end. cqueues raises if a socket is closed while a coroutine waits
-- for it: that also counts as the end.
local function read_some(connection)
  local ok <const>, bytes <const> = pcall(connection.read, connection, -PIECE)
  return ok and bytes or nil
end

local function write_and_flush(connection, bytes)
  return connection:write(bytes) and connection:flush()
end

local function write_all(connection, bytes)
  local ok <const>, written <const> = pcall(write_and_flush, connection, bytes)
  return ok and written and true or false
end

-- Passes bytes from TCP to TLS.
local function relay_in(self, outer)
  while true do
    local bytes <const> = read_some(self.tcp)
    if not bytes or not write_all(outer, bytes) then break end
  end
  if not self.is_closed then outer:shutdown "w" end
end

-- Passes bytes from TLS to TCP.
local function relay_out(self, outer)
  while true do
    local bytes <const> = read_some(outer)
    if not bytes then break end
    self.is_relaying = true
    local written <const> = not self.is_closed and write_all(self.tcp, bytes)
    self.is_relaying = false
    if not written then break end
  end
  self.outer = nil
end

--- Makes the server's side of a TLS handshake.
---@param context userdata an OpenSSL context
---@return string|nil # the protocol chosen by ALPN, "" for none; nil if the handshake failed
function Wire:start_tls(context)
  local inner <const>, outer <const> = socket.pair()
  make_raw(inner)
  make_raw(outer)
  self.outer = outer
  self.is_tls = true
  self.spawn(relay_in, self, outer)
  self.spawn(relay_out, self, outer)
  if not inner:starttls(new_ssl(context, true), FOREVER) then return nil end
  self.stream = inner
  self.session = inner:checktls()
  return self.session:getAlpnSelected() or ""
end

--- Waits some seconds.
Wire.sleep = cqueues.sleep

--- Does nothing until the end of the row.
function Wire.hang()
  cqueues.sleep(FOREVER)
end

--- Waits until `buffer` has more bytes.
---@return boolean # false if the connection has ended
function Wire:fill()
  if self.is_closed then return false end
  local bytes <const> = read_some(self.stream)
  if self.is_deaf then Wire.hang() end
  if not bytes then return false end
  self.buffer = self.buffer .. bytes
  return true
end

--- Reads exactly `count` bytes.
---@param count integer
---@return string|nil # nil if the connection ended before
function Wire:read(count)
  while #self.buffer < count do
    if not self:fill() then return nil end
  end
  local bytes <const> = self.buffer:sub(1, count)
  self.buffer = self.buffer:sub(count + 1)
  return bytes
end

--- Reads up to and including a terminator.
---@param terminator string
---@return string|nil # nil if the connection ended before
function Wire:read_until(terminator)
  local from = 1
  while true do
    local _ <const>, last <const> = self.buffer:find(terminator, from, true)
    if last then return self:read(last) end
    from = math.max(1, #self.buffer - #terminator)
    if not self:fill() then return nil end
  end
end

--- Writes bytes, through TLS if the connection has TLS. Blocks while the client does not read.
---@param bytes string
---@return boolean # false if the connection has ended
function Wire:write(bytes)
  if self.is_closed then return false end
  return write_all(self.stream, bytes)
end

--- Writes bytes one at a time.
---@param bytes string
---@param pause number seconds between two of them
function Wire:drip(bytes, pause)
  for byte in bytes:gmatch "." do
    if not self:write(byte) then return end
    cqueues.sleep(pause)
  end
end

--- Writes bytes to TCP without TLS.
---@param bytes string
function Wire:write_tcp(bytes)
  self:settle()
  if not self.is_closed then write_all(self.tcp, bytes) end
end

--- Waits until all written bytes have reached TCP.
function Wire:settle()
  local outer <const> = self.outer
  while
    outer
    and self.outer
    and (self.is_relaying or cqueues.poll({ pollfd = outer:pollfd(), events = "r" }, 0) ~= 0)
  do
    cqueues.sleep(0.001)
  end
end

--- Sends a close_notify and no FIN. Does nothing without TLS.
function Wire:close_notify()
  if self.is_closed or not self.session then return end
  close_notify.send(self.session, LUAOSSL)
  self:settle()
end

--- Sends a FIN without a close_notify, and continues to read.
function Wire:fin()
  self:settle()
  if not self.is_closed then self.tcp:shutdown "w" end
end

--- Closes TCP without a close_notify.
function Wire:drop()
  self:fin()
  if self.is_closed then return end
  self.is_closed = true
  self.tcp:close()
end

--- Closes the connection properly: close_notify, FIN.
function Wire:close()
  self:close_notify()
  self:drop()
end

--- Ends the connection with a reset (RST).
function Wire:reset()
  self:settle()
  if self.is_closed then return end
  self.is_closed = true
  -- cqueues does not have the linger option.
  local handle <const> = luasocket.tcp()
  handle:setfd(self.tcp:pollfd())
  handle:setoption("linger", { on = true, timeout = 0 })
  handle:setfd(-1) -- cqueues closes the descriptor
  self.tcp:close()
end

--- Stops reading, though TCP still accepts bytes.
function Wire:stop_reading()
  self.is_deaf = true
end

--- Frees the descriptors at the end of the row.
function Wire:release()
  if not self.is_closed then self.tcp:close() end
  self.is_closed = true
  if self.is_tls then
    if self.stream ~= self.tcp then self.stream:close() end
    if self.outer then self.outer:close() end
  end
end

return wire
