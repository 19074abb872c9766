--- Puts bytes of a body on the wire.
local cqueues <const> = require "cqueues"

local disconnect <const> = require "bytenite.sandbox.http.disconnect"

local body_writer = {}

body_writer.TIMEOUT = 60 -- seconds, for a client that does not read

local GONE_CHECK <const> = 1 -- seconds between looks whether a client that is waited for is still there

-- Waits until HTTP/2's flow control lets something through, and tells how many bytes; nil when the client has gone.
-- lua-http would wait too, but spins once the client has gone.
local function wait_for_credit(stream)
  local connection <const> = stream.connection
  local deadline <const> = cqueues.monotime() + body_writer.TIMEOUT
  while true do
    local credit <const> = math.min(stream.peer_flow_credits, connection.peer_flow_credits)
    if credit > 0 then return credit end
    if stream.state == "closed" or disconnect.is_gone(connection) or cqueues.monotime() > deadline then return nil end
    cqueues.poll(stream.peer_flow_credits_change, connection.peer_flow_credits_change, GONE_CHECK)
  end
end

--- Writes a part of the body, or its end.
---@param stream table of lua-http
---@param text string
---@param is_last boolean
---@return boolean is_there false when the client has gone
---@usage local is_there = body_writer.write(stream, "", true)
function body_writer.write(stream, text, is_last)
  if stream.connection.version == 2 then
    local position = 1
    while #text >= position do
      local credit <const> = wait_for_credit(stream)
      if credit == nil then return false end
      local piece <const> = text:sub(position, position + credit - 1)
      position = position + #piece
      if not stream:write_chunk(piece, is_last and position > #text, body_writer.TIMEOUT) then return false end
    end
    if #text > 0 or not is_last then return true end
  end
  return stream:write_chunk(text, is_last, body_writer.TIMEOUT) == true
end

return body_writer
