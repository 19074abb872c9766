--- Sends a response, complete or spoiled by a fault.
local cqueues <const> = require "cqueues"
local new_headers <const> = require("http.headers").new

local responses <const> = require "bytenite.sandbox.http.responses"
local disconnect <const> = require "bytenite.sandbox.http.disconnect"

local response_writer = {}

local WRITE_TIMEOUT <const> = 60 -- seconds, for a client that does not read
local GARBAGE <const> = "\x00\x01\x02 this is not HTTP \xfe\xff\r\n\r\n"
local GONE_CHECK <const> = 1 -- seconds between checks whether a waiting client is still connected

local FAREWELL <const> = 0.5 -- seconds for a client to see the end
local PIECE <const> = 64 * 1024 -- bytes of a body at a time
local MOST <const> = math.maxinteger

-- Waits until HTTP/2's flow control allows to send. Returns the number of bytes; nil if the client
-- has disconnected. lua-http's own wait spins once the client has disconnected.
local function wait_for_credit(stream)
  local connection <const> = stream.connection
  local deadline <const> = cqueues.monotime() + WRITE_TIMEOUT
  while true do
    local credit <const> = math.min(stream.peer_flow_credits, connection.peer_flow_credits)
    if credit > 0 then return credit end
    if stream.state == "closed" or disconnect.is_gone(connection) or cqueues.monotime() > deadline then return nil end
    cqueues.poll(stream.peer_flow_credits_change, connection.peer_flow_credits_change, GONE_CHECK)
  end
end

-- Writes a part of the body, or its end. Returns false if the client has disconnected.
local function write(stream, text, is_last)
  if stream.connection.version == 2 then
    local position = 1
    while #text >= position do
      local credit <const> = wait_for_credit(stream)
      if credit == nil then return false end
      local piece <const> = text:sub(position, position + credit - 1)
      position = position + #piece
      if not stream:write_chunk(piece, is_last and position > #text, WRITE_TIMEOUT) then return false end
    end
    if #text > 0 or not is_last then return true end
  end
  return stream:write_chunk(text, is_last, WRITE_TIMEOUT) == true
end

local function head_of(response, length)
  local headers <const> = new_headers()
  headers:append(":status", tostring(response.status))
  if response.content_type ~= false then headers:append("content-type", response.content_type or "application/json") end
  -- 204 and 304 have no body, and lua-http refuses a length with 204.
  if length and response.status ~= 204 and response.status ~= 304 then
    headers:append("content-length", tostring(length))
  end
  for _, header in ipairs(response.headers or {}) do
    headers:append(header[1], header[2])
  end
  return headers
end

-- Returns the body as a content.
local function content_of(response)
  if response.content then return response.content end
  local body <const> = responses.body(response)
  return {
    length = #body,
    read = function(position, count)
      return position == 0 and count >= #body and body or body:sub(position + 1, position + count)
    end,
  }
end

-- Writes the body up to a byte, in pieces. Returns false if the client has disconnected.
local function send_content(stream, content, last, drip)
  local size <const> = drip and drip.bytes or PIECE
  for position = 0, last - 1, size do
    if drip and position > 0 then cqueues.sleep(drip.every) end
    local piece <const> = content.read(position, math.min(size, last - position))
    if not write(stream, piece, position + #piece == content.length) then return false end
  end
  return true
end

-- Waits until the client has sent something, or a condition is signalled. Returns false if the
-- client has disconnected.
local function wait(stream, timeout, condition)
  local connection <const> = stream.connection
  if stream.state == "closed" or disconnect.is_gone(connection) then return false end
  local readable <const> = { pollfd = connection.socket:pollfd(), events = "r" }
  -- HTTP/2 signals the condition if the stream is abandoned; in both versions a lost connection
  -- makes the socket readable.
  cqueues.poll(stream.chunk_cond, readable, timeout, condition)
  cqueues.poll() -- the reader of the connection runs first
  return stream.state ~= "closed" and not disconnect.is_gone(connection)
end

local function hang(stream)
  while wait(stream, GONE_CHECK) do -- luacheck: ignore 542
  end
end

-- Ends a connection in the middle of a body. Over HTTP/2 the client keeps sending credit, and
-- closing a socket with unread bytes would discard what was sent: so the client gets some time to
-- close its end.
local function end_early(stream)
  local connection <const> = stream.connection
  if connection.version == 2 and not disconnect.is_gone(connection) then
    connection.socket:flush("n", FAREWELL)
    connection.socket:shutdown "w"
    local deadline <const> = cqueues.monotime() + FAREWELL
    while wait(stream, FAREWELL) and cqueues.monotime() < deadline do -- luacheck: ignore 542
    end
  end
  disconnect.close(stream)
end

-- Writes the events of a feed as they occur, up to a byte. Returns false if the client has
-- disconnected.
local function send_feed(stream, feed, last)
  local sent = 0
  repeat
    local text <const>, pause <const> = feed.next()
    local piece <const> = text:sub(1, math.min(#text, last - sent))
    sent = sent + #piece
    if piece ~= "" and not write(stream, piece, false) then return false end
    if sent >= last then return true end
  until not wait(stream, math.min(pause, GONE_CHECK), feed.condition)
  return false
end

--- Performs a fault that replaces a response, or the rest of it.
---@param stream table of lua-http
---@param fault bytenite.sandbox.Fault
---@return boolean done false if a response must be sent
---@usage if not response_writer.withhold(stream, fault) then ... end
function response_writer.withhold(stream, fault)
  if fault.hang then
    hang(stream)
  elseif fault.garbage then
    stream.connection.socket:xwrite(fault.garbage == true and GARBAGE or fault.garbage, "n", WRITE_TIMEOUT)
    disconnect.close(stream)
  elseif not fault.reset then
    return false
  elseif fault.reset == true and stream.connection.version == 2 then
    disconnect.reset_stream(stream)
  else
    disconnect.reset(stream)
  end
  return true
end

--- Refuses a request that could not be read, and ends the connection: the start of the next request
--- is unknown.
---@param stream table of lua-http
---@param message string
---@usage response_writer.refuse_unreadable(stream, "a bad Content-Length")
function response_writer.refuse_unreadable(stream, message)
  local response <const> = responses.gateway(400, message)
  if stream.connection.version == 2 then
    stream:write_headers(head_of(response, #response.body), false, WRITE_TIMEOUT)
    write(stream, response.body, true)
    return
  end
  local head <const> =
    "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
  stream.connection.socket:xwrite(head:format(#response.body) .. response.body, "n", WRITE_TIMEOUT)
  disconnect.close(stream)
end

--- Sends a response.
---@param stream table of lua-http
---@param response bytenite.sandbox.Response
---@param fault bytenite.sandbox.Fault|nil its drip, truncate and after change how it is sent
---@usage response_writer.send(stream, response)
function response_writer.send(stream, response, fault)
  local content <const> = not response.feed and content_of(response) or nil
  local headers <const> = head_of(response, content and content.length)
  local bodiless <const> = content and (content.length == 0 or not headers:has "content-length")
  if not stream:write_headers(headers, bodiless or false, WRITE_TIMEOUT) or bodiless then return end
  local last <const> = math.min(fault and fault.truncate or MOST, fault and fault.after or MOST)
  local is_there
  if content then
    is_there = send_content(stream, content, math.min(content.length, last), fault and fault.drip)
  else
    is_there = send_feed(stream, response.feed, last)
  end
  if is_there and fault and fault.after and response_writer.withhold(stream, fault) then return end
  if is_there and fault and (fault.truncate or fault.after) then
    end_early(stream)
  elseif not is_there then
    disconnect.close(stream)
  end
end

return response_writer
