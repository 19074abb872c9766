--- A request as the sandbox sees it, read whole from a stream of lua-http.
local cqueues <const> = require "cqueues"

local drop <const> = require "bytenite.sandbox.drop"

---@class bytenite.sandbox.Request
---@field method string of HTTP
---@field path string as received, with the query, not decoded
---@field http_version "1.0"|"1.1"|"2"
---@field headers string[] names (lower case) and values by turns, in the order received
---@field authorization string|nil
---@field body string
---@field connection integer the same for all requests on one connection
local request = {}

local READ_TIMEOUT <const> = 60 -- seconds, for a client that stops sending
local GONE_CHECK <const> = 1 -- seconds between looks whether it is still there
local MAX_LINE <const> = 1024 * 1024 -- bytes of a request line or header; lua-http's own limit is 4096

local connection_numbers <const> = setmetatable({}, { __mode = "k" })
local connections = 0

local function number_of(connection)
  local number = connection_numbers[connection]
  if number == nil then
    connections = connections + 1
    number = connections
    connection_numbers[connection] = number
  end
  return number
end

local function version_of(stream)
  if stream.connection.version == 2 then return "2" end
  return stream.peer_version == 1.0 and "1.0" or "1.1"
end

-- Pseudo-headers are left out; the authority is what HTTP/1.1 calls the host.
local function flattened(headers)
  local flat <const>, count = {}, 0
  for name, value in headers:each() do
    if name == ":authority" then name = "host" end
    if name:byte() ~= 58 then -- a colon
      flat[count + 1], flat[count + 2] = name, value
      count = count + 2
    end
  end
  return flat
end

-- lua-http takes a body cut short for a whole one.
local function read_body_1(stream)
  local body <const> = stream:get_body_as_string(READ_TIMEOUT)
  return stream.state ~= "open" and body or nil
end

-- Waits until something is in a queue of an HTTP/2 stream; false when nothing will come. lua-http's own waiting spins
-- for ever once the client has gone. Here the queues are filled by the reader that its server has for the connection.
local function is_filled(stream, queue, condition)
  local deadline <const> = cqueues.monotime() + READ_TIMEOUT
  while queue:length() == 0 do
    if stream.state == "closed" or stream.state == "half closed (remote)" then return false end
    if drop.is_gone(stream.connection) or cqueues.monotime() > deadline then return false end
    cqueues.poll(condition, GONE_CHECK)
  end
  return true
end

local function read_headers_2(stream)
  if not is_filled(stream, stream.recv_headers_fifo, stream.recv_headers_cond) then return nil end
  return stream:get_headers(0)
end

local function read_body_2(stream)
  local pieces <const> = {}
  while is_filled(stream, stream.chunk_fifo, stream.chunk_cond) do
    local piece <const> = stream:get_next_chunk(0)
    if piece == nil then break end
    pieces[#pieces + 1] = piece
  end
  return stream.state == "half closed (remote)" and table.concat(pieces) or nil
end

--- Reads a request from a stream.
---@param stream table of lua-http
---@return bytenite.sandbox.Request|nil request nil when the client went away or sent no HTTP
---@usage local received = request.read(stream)
function request.read(stream)
  local connection <const> = stream.connection
  local is_2 <const> = connection.version == 2
  if not is_2 then connection:setmaxline(MAX_LINE) end
  local headers <const> = (is_2 and read_headers_2 or stream.get_headers)(stream, READ_TIMEOUT)
  if headers == nil then return nil end
  if headers:get "expect" == "100-continue" then stream:write_continue(READ_TIMEOUT) end
  local body <const> = (is_2 and read_body_2 or read_body_1)(stream)
  if body == nil then
    -- What is left of the body would be taken for the next request.
    if not is_2 then drop.close(stream) end
    return nil
  end
  return {
    method = headers:get ":method",
    path = headers:get ":path" or "",
    http_version = version_of(stream),
    headers = flattened(headers),
    authorization = headers:get "authorization",
    body = body,
    connection = number_of(connection),
  }
end

return request
