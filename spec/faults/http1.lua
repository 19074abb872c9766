--- http1.lua: the server's side of an HTTP/1.1 connection: reads requests, writes complete or
--- partial responses.
local http1 <const> = {}

local Peer <const> = { version = 1 }
Peer.__index = Peer

local REASONS <const> = { [200] = "OK", [204] = "No Content", [401] = "Unauthorized", [404] = "Not Found" }

--- Makes a peer of a connection.
---@param wire table
---@param number integer of the connection
---@return table
function http1.new(wire, number)
  return setmetatable({ wire = wire, connection = number }, Peer)
end

local function parse_head(head)
  local method <const>, path <const> = head:match "^(%S+) (%S+) HTTP/1%.1\r\n"
  local request <const> = { method = method, path = path, headers = {} }
  for name, value in head:gmatch "\n([^:\r\n]+):[ \t]*([^\r\n]*)" do
    request.headers[name:lower()] = value
  end
  return request
end

local function read_chunks(wire)
  local pieces <const> = {}
  repeat
    local line <const> = wire:read_until "\r\n"
    local size <const> = line and tonumber(line:match "^%x+", 16)
    local piece <const> = size and wire:read(size + 2)
    if not piece then return nil end
    pieces[#pieces + 1] = piece:sub(1, -3)
  until size == 0
  return table.concat(pieces)
end

--- Reads the next request.
---@return table|nil # method, path, headers, body, connection; nil at the end of the connection
---@return boolean|nil # whether part of a request arrived
function Peer:next()
  local head <const> = self.wire:read_until "\r\n\r\n"
  if not head then return nil, #self.wire.buffer > 0 end
  local request <const> = parse_head(head)
  request.connection = self.connection
  local length <const> = tonumber(request.headers["content-length"])
  if request.headers["transfer-encoding"] then
    request.body = read_chunks(self.wire)
  else
    request.body = self.wire:read(length or 0)
  end
  if not request.body then return nil, true end
  return request
end

--- Formats a status line and headers. For a header without a name, its value is the whole line.
---@param status integer
---@param headers string[][]|nil
---@return string
function http1.head(status, headers)
  local lines <const> = { ("HTTP/1.1 %d %s\r\n"):format(status, REASONS[status] or "Status") }
  for _, header in ipairs(headers or {}) do
    lines[#lines + 1] = ("%s: %s\r\n"):format(header[1], header[2])
  end
  lines[#lines + 1] = "\r\n"
  return table.concat(lines)
end

--- Sends a whole response.
---@param _ table the request
---@param status integer
---@param body string|nil
---@param headers string[][]|nil
function Peer:reply(_, status, body, headers)
  local all <const> = { table.unpack(headers or {}) }
  if status ~= 204 and status ~= 304 then all[#all + 1] = { "Content-Length", tostring(#(body or "")) } end
  return self.wire:write(http1.head(status, all) .. (body or ""))
end

--- Begins a response: status line and headers. The body is chunked unless its length is given.
---@param request table
---@param status integer
---@param length integer|nil
---@param headers string[][]|nil
function Peer:begin(request, status, length, headers)
  local all <const> = { table.unpack(headers or {}) }
  request.is_chunked = not length
  all[#all + 1] = length and { "Content-Length", tostring(length) } or { "Transfer-Encoding", "chunked" }
  return self.wire:write(http1.head(status, all))
end

--- Sends an interim response (1xx).
---@param _ table the request
---@param status integer
---@param headers string[][]|nil
function Peer:interim(_, status, headers)
  return self.wire:write(http1.head(status, headers))
end

--- Sends part of a body.
---@param request table
---@param bytes string
function Peer:data(request, bytes)
  if request.is_chunked then bytes = ("%x\r\n%s\r\n"):format(#bytes, bytes) end
  return self.wire:write(bytes)
end

--- Ends a body, with trailers.
---@param request table
---@param trailers string[][]|nil
function Peer:finish(request, trailers)
  if not request.is_chunked then return true end
  local lines <const> = { "0\r\n" }
  for _, trailer in ipairs(trailers or {}) do
    lines[#lines + 1] = ("%s: %s\r\n"):format(trailer[1], trailer[2])
  end
  lines[#lines + 1] = "\r\n"
  return self.wire:write(table.concat(lines))
end

return http1
