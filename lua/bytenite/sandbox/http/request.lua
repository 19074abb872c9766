--- Reads a request from a stream of lua-http.
local cqueues <const> = require "cqueues"
local errno <const> = require "cqueues.errno"

local disconnect <const> = require "bytenite.sandbox.http.disconnect"

---@class bytenite.sandbox.Request
---@field method string of HTTP
---@field path string as received, with the query, not decoded
---@field http_version "1.0"|"1.1"|"2"
---@field headers string[] alternating names (lower case) and values, in the order received
---@field header fun(name: string): string|nil the first value of a header
---@field authorization string|nil
---@field host string|nil the name and port under which the client addressed this server
---@field body string "" until it is read
---@field is_answered boolean|nil true once "100 Continue" must no longer be sent
---@field connection integer the same for all requests on one connection
local request = {}

local READ_TIMEOUT <const> = 60 -- seconds, for a client that stops sending
local GONE_CHECK <const> = 1 -- seconds between checks whether the client is still connected
local PIECE <const> = 64 * 1024 -- bytes of a body at a time, at most
local MAX_LINE <const> = 1024 * 1024 -- bytes of a request line or header; lua-http's own limit is 4096
local MAX_DIGITS <const> = 15 -- of a Content-Length
local MAX_BODY <const> = 64 * 1024 * 1024 -- bytes, except for uploads

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

-- Returns the headers as a flat list, without pseudo-headers; `:authority` becomes `host`, as in
-- HTTP/1.1.
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

-- Waits until a queue of an HTTP/2 stream has an entry. Returns false if none will arrive.
-- lua-http's own wait spins forever once the client has disconnected. The reader of the connection
-- in lua-http's server fills the queues.
local function is_filled(stream, queue, condition, timeout)
  local deadline <const> = cqueues.monotime() + timeout
  while queue:length() == 0 do
    if stream.state == "closed" or stream.state == "half closed (remote)" then return false end
    if disconnect.is_gone(stream.connection) or cqueues.monotime() > deadline then return false end
    cqueues.poll(condition, math.min(timeout, GONE_CHECK))
  end
  return true
end

local function read_headers_2(stream, timeout)
  if not is_filled(stream, stream.recv_headers_fifo, stream.recv_headers_cond, timeout) then return nil end
  return stream:get_headers(0)
end

local function next_piece_2(stream, timeout)
  if not is_filled(stream, stream.chunk_fifo, stream.chunk_cond, timeout) then return nil end
  return stream:get_next_chunk(0)
end

-- Returns the next piece of an HTTP/1.1 body. If the length is known, lua-http would read as much
-- of the body as it can get.
local function next_piece_1(stream, timeout)
  local left <const> = stream.body_read_type == "length" and stream.body_read_left or 0
  if left <= PIECE or stream.connection.socket == nil then return stream:get_next_chunk(timeout) end
  local piece <const> = stream.connection:read_body_by_length(-PIECE, timeout)
  if piece then stream.body_read_left = left - #piece end
  return piece
end

local PROBLEMS <const> = { [errno.EILSEQ] = "not HTTP", [errno.E2BIG] = "too many headers" }

-- Returns what is wrong with the length of a body, or nil. lua-http accepts any number that
-- `tonumber` reads, and fails later.
local function length_problem(headers)
  local length
  for name, value in headers:each() do
    if name == "content-length" then
      if not value:find "^%d+$" or #value > MAX_DIGITS or length and length ~= value then
        return "a bad Content-Length"
      end
      length = value
    end
  end
  if length and headers:has "transfer-encoding" then return "both Content-Length and Transfer-Encoding" end
  return nil
end

-- Reads the headers. lua-http raises on some that it cannot read.
local function read_headers_1(stream, timeout)
  local ok <const>, headers <const>, problem <const>, code <const> = pcall(stream.get_headers, stream, timeout)
  if not ok then return nil, "unreadable headers" end
  if headers then return headers end
  if code then return nil, PROBLEMS[code] end -- other codes: the client has disconnected, or is slow
  if problem == "invalid content-length" then return nil, "a bad Content-Length" end
  return nil, problem
end

--- Reads a request up to its body.
---@param stream table of lua-http
---@return bytenite.sandbox.Request|nil request nil if the client disconnected or did not send HTTP
---@return string|nil problem what is wrong with the request; nil if the client disconnected
---@usage local received, problem = request.read_head(stream)
function request.read_head(stream)
  local connection <const> = stream.connection
  local is_2 <const> = connection.version == 2
  if not is_2 then connection:setmaxline(MAX_LINE) end
  local headers <const>, problem <const> = (is_2 and read_headers_2 or read_headers_1)(stream, READ_TIMEOUT)
  if disconnect.is_closed(connection) then return nil end
  if headers == nil then return nil, problem end
  local bad_length <const> = length_problem(headers)
  if bad_length then return nil, bad_length end
  return {
    method = headers:get ":method",
    path = headers:get ":path" or "",
    http_version = version_of(stream),
    headers = flattened(headers),
    header = function(name)
      return (headers:get(name))
    end,
    authorization = headers:get "authorization",
    host = headers:get ":authority" or headers:get "host",
    body = "",
    connection = number_of(connection),
  }
end

--- Reads the body of a request, piece by piece.
---@param stream table of lua-http
---@param received bytenite.sandbox.Request as `read_head` returns it
---@param take fun(piece: string): boolean|nil receives each piece; returns true to stop
---@param timeout number|nil seconds to wait for a piece
---@return boolean complete false if the client disconnected before the end, or `take` stopped
---@usage request.read_pieces(stream, received, function(piece) sink:write(piece) end)
function request.read_pieces(stream, received, take, timeout)
  local is_2 <const> = stream.connection.version == 2
  if not received.is_answered and received.header "expect" == "100-continue" then
    stream:write_continue(READ_TIMEOUT)
  end
  local next_piece <const> = is_2 and next_piece_2 or next_piece_1
  repeat
    local piece <const> = next_piece(stream, timeout or READ_TIMEOUT)
    if piece and take(piece) then return false end
  until piece == nil
  -- lua-http does not report an incomplete body.
  if is_2 then return stream.state == "half closed (remote)" end
  return stream.state ~= "open"
end

--- Reads the rest of a request. Stops after 64 MiB of the body.
---@param stream table of lua-http
---@param received bytenite.sandbox.Request as `read_head` returns it; gets its body
---@return boolean complete false if the client disconnected early, or the body is too large
---@return boolean is_too_large
---@usage if not request.read_body(stream, received) then return end
function request.read_body(stream, received)
  local pieces <const>, size = {}, tonumber(received.header "content-length") or 0
  if size > MAX_BODY then return false, true end
  size = 0
  local complete <const> = request.read_pieces(stream, received, function(piece)
    pieces[#pieces + 1] = piece
    size = size + #piece
    return size > MAX_BODY
  end)
  if size > MAX_BODY then return false, true end
  received.body = table.concat(pieces)
  -- The rest of the body would be read as the next request.
  if not complete and stream.connection.version ~= 2 then disconnect.close(stream) end
  return complete, false
end

return request
