--- Ends connections in the ways that clients, networks and servers do, and detects when a client
--- has disconnected.
local socket_type <const> = require("cqueues.socket").type

local disconnect = {}

local closed <const> = setmetatable({}, { __mode = "k" }) -- connections that we have ended

-- Makes closing a socket send a reset (RST) instead of an orderly end (FIN). This needs the linger
-- option, which only luasocket can set, if it is installed.
local function reset_on_close(socket)
  local has_luasocket <const>, luasocket <const> = pcall(require, "socket")
  if not has_luasocket then return end
  local handle <const> = luasocket.tcp()
  handle:setfd(socket:pollfd())
  handle:setoption("linger", { on = true, timeout = 0 })
  handle:setfd(-1) -- the owner closes the descriptor
end

--- Returns whether the client has closed or lost the connection.
---@param connection table of lua-http
---@return boolean
---@usage if disconnect.is_gone(stream.connection) then return end
function disconnect.is_gone(connection)
  local socket <const> = connection.socket
  return socket_type(socket) ~= "socket" or socket:eof "r" or socket:error "r" ~= nil
end

--- Marks a stream as over, so that lua-http neither responds for us nor waits for, or spins on, a
--- client that has disconnected.
---@param stream table of lua-http
---@usage disconnect.abandon(stream)
function disconnect.abandon(stream)
  stream.close_when_done = false -- the caller closes it
  if stream.state == "closed" then return end
  local connection <const> = stream.connection
  local has_begun <const> = stream.state ~= "idle"
  stream:set_state "closed"
  -- lua-http's server waits for all streams of a connection, but is not notified of a stream that
  -- ends before it begins.
  if not has_begun and connection.version == 2 and connection.n_active_streams == 0 then
    connection:onidle()(connection)
  end
end

--- Ends a connection in order: the client receives everything that was sent, then the end.
---@param stream table of lua-http
---@usage disconnect.close(stream)
function disconnect.close(stream)
  closed[stream.connection] = true
  local socket <const> = stream.connection.socket
  if socket then
    socket:flush("n", 1)
    socket:shutdown "rw"
  end
  disconnect.abandon(stream)
end

--- Returns whether we have ended a connection. Bytes that it still has are not a request.
---@param connection table of lua-http
---@return boolean
---@usage if disconnect.is_closed(stream.connection) then return nil end
function disconnect.is_closed(connection)
  return closed[connection] == true
end

--- Breaks a connection: over HTTP/1.1 with a reset if luasocket is installed.
---@param stream table of lua-http
---@usage disconnect.reset(stream)
function disconnect.reset(stream)
  local connection <const> = stream.connection
  if connection.version == 2 then
    disconnect.close(stream)
    return
  end
  disconnect.abandon(stream)
  local socket <const> = connection.socket
  connection.socket = nil
  if socket then
    reset_on_close(socket)
    socket:close()
  end
end

--- Ends one HTTP/2 stream with RST_STREAM.
---@param stream table of lua-http
---@usage disconnect.reset_stream(stream)
function disconnect.reset_stream(stream)
  stream:rst_stream("sandbox fault", 1)
end

return disconnect
