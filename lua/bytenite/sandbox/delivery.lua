--- Puts an answer on the wire, whole or spoiled by a fault.
local cqueues <const> = require "cqueues"
local new_headers <const> = require("http.headers").new

local answers <const> = require "bytenite.sandbox.answers"
local drop <const> = require "bytenite.sandbox.drop"

local delivery = {}

local WRITE_TIMEOUT <const> = 60 -- seconds, for a client that does not read
local GARBAGE <const> = "\x00\x01\x02 this is not HTTP \xfe\xff\r\n\r\n"
local GONE_CHECK <const> = 1 -- seconds between looks whether a client that is kept waiting is still there

local function head_of(answer, body)
  local headers <const> = new_headers()
  headers:append(":status", tostring(answer.status))
  if answer.content_type ~= false then headers:append("content-type", answer.content_type or "application/json") end
  -- These have no body, and lua-http refuses a length with the first.
  if answer.status ~= 204 and answer.status ~= 304 then headers:append("content-length", tostring(#body)) end
  for _, header in ipairs(answer.headers or {}) do
    headers:append(header[1], header[2])
  end
  return headers
end

-- Waits until HTTP/2's flow control lets something through, and tells how many bytes; nil when the client has gone.
-- lua-http would wait too, but spins once the client has gone.
local function wait_for_credit(stream)
  local connection <const> = stream.connection
  local deadline <const> = cqueues.monotime() + WRITE_TIMEOUT
  while true do
    local credit <const> = math.min(stream.peer_flow_credits, connection.peer_flow_credits)
    if credit > 0 then return credit end
    if stream.state == "closed" or drop.is_gone(connection) or cqueues.monotime() > deadline then return nil end
    cqueues.poll(stream.peer_flow_credits_change, connection.peer_flow_credits_change, GONE_CHECK)
  end
end

-- Writes a part of the body, or its end; false when the client has gone.
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

-- Writes a body in pieces; false when the client has gone.
local function send_pieces(stream, body, drip)
  for position = 1, #body, drip.bytes do
    if position > 1 then cqueues.sleep(drip.every) end
    if not write(stream, body:sub(position, position + drip.bytes - 1), false) then return false end
  end
  return true
end

-- Waits until the client has gone.
local function hang(stream)
  local connection <const> = stream.connection
  local readable <const> = { pollfd = connection.socket:pollfd(), events = "r" }
  repeat
    -- HTTP/2 tells of an abandoned stream by the condition, both versions of a lost connection by the socket.
    cqueues.poll(stream.chunk_cond, readable, GONE_CHECK)
    cqueues.poll() -- lets the reader of the connection see first what came
  until stream.state == "closed" or drop.is_gone(connection)
end

--- Sends an answer.
---@param stream table of lua-http
---@param answer bytenite.sandbox.Answer
---@param fault bytenite.sandbox.Fault|nil what spoils it on the way: drip, truncate
---@usage delivery.send(stream, answer)
function delivery.send(stream, answer, fault)
  local body = answers.body(answer)
  local headers <const> = head_of(answer, body)
  local bodiless <const> = body == "" or not headers:has "content-length"
  if not stream:write_headers(headers, bodiless, WRITE_TIMEOUT) then return end
  if bodiless then return end
  local truncate <const>, drip <const> = fault and fault.truncate, fault and fault.drip
  if truncate then body = body:sub(1, truncate) end
  local is_there = true
  if drip then
    is_there = send_pieces(stream, body, drip)
  elseif truncate then
    write(stream, body, false)
  end
  if truncate or not is_there then
    drop.close(stream)
  else
    write(stream, drip and "" or body, true)
  end
end

--- Does what a fault wants in place of an answer.
---@param stream table of lua-http
---@param fault bytenite.sandbox.Fault
---@return boolean done false when the fault wants an answer sent
---@usage if not delivery.withhold(stream, fault) then delivery.send(stream, answer, fault) end
function delivery.withhold(stream, fault)
  if fault.hang then
    hang(stream)
  elseif fault.garbage then
    stream.connection.socket:xwrite(fault.garbage == true and GARBAGE or fault.garbage, "n", WRITE_TIMEOUT)
    drop.close(stream)
  elseif not fault.reset then
    return false
  elseif fault.reset == true and stream.connection.version == 2 then
    drop.reset_stream(stream)
  else
    drop.reset(stream)
  end
  return true
end

return delivery
