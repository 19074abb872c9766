--- An HTTP client that is not ours (lua-http), over one connection. For specs of servers.
---
---   local connection <close> = http_client.connect(service.base_url, { version = 2, ca_file = service.ca_file })
---   local response = assert(connection:request { method = "GET", path = "/v1/customer/jobs/j1", headers = { ... } })
local cqueues <const> = require "cqueues"
local client <const> = require "http.client"
local http_tls <const> = require "http.tls"
local new_headers <const> = require("http.headers").new
local new_store <const> = require("openssl.x509.store").new

---@class spec.Connection
---@field package inner table of lua-http
---@field package scheme string
---@field package authority string
local Connection = {}
Connection.__index = Connection

local http_client = {}

local TIMEOUT <const> = 60 -- seconds

local function trusting(ca_file, version)
  local context <const> = http_tls.new_client_context()
  local store <const> = new_store()
  store:add(ca_file)
  context:setStore(store)
  context:setAlpnProtos(version == 2 and { "h2" } or { "http/1.1" })
  return context
end

--- Connects to the server of a URL.
---@param url string
---@param options {version: number, ca_file: string|nil}|nil HTTP 1.1 by default; trust
---@return spec.Connection
---@usage local connection <close> = http_client.connect(service.base_url)
function http_client.connect(url, options)
  local version <const> = options and options.version or 1.1
  local scheme <const>, host <const>, port <const> = url:match "^(https?)://%[?([^%]/]-)%]?:(%d+)"
  local tls <const> = scheme == "https"
  local inner <const> = assert(client.connect({
    host = host,
    port = tonumber(port),
    tls = tls,
    ctx = tls and trusting(options.ca_file, version) or nil,
    sendname = false,
    version = version,
  }, TIMEOUT))
  return setmetatable({ inner = inner, scheme = scheme, authority = host .. ":" .. port }, Connection)
end

-- Waits until a queue of an HTTP/2 stream has an item, or the stream ends. lua-http would loop
-- forever once the server has closed the connection.
local function wait_for(stream, queue, timeout)
  local connection <const> = stream.connection
  local deadline <const> = cqueues.monotime() + timeout
  while queue:length() == 0 and stream.state ~= "closed" do
    if connection.socket:eof "r" then return nil, "the server has closed the connection" end
    local stepped <const>, problem <const> = connection:step(0) -- handles what the last read left in the buffer
    if not stepped then return nil, problem end
    if queue:length() == 0 then
      local left <const> = deadline - cqueues.monotime()
      if left <= 0 then return nil, "timeout" end
      cqueues.poll(connection, left)
    end
  end
  return true
end

local function read(stream, read_next, queue, timeout)
  if stream.connection.version == 2 then
    local ready <const>, problem <const> = wait_for(stream, queue, timeout)
    if not ready then return nil, problem end
  end
  return read_next(stream, timeout)
end

--- Sends a request and waits for the response.
---@param wanted {method: string|nil, path: string, headers: table|nil, body: string|nil, timeout: number|nil}
---@return table|nil response `{status, headers, body}`, headers by name; nil if not complete
---@return any problem
---@return table|nil part the part of the response that arrived
---@usage local response = assert(connection:request { path = "/v1/customer/jobs/j1" })
function Connection:request(wanted)
  local timeout <const> = wanted.timeout or TIMEOUT
  local body <const> = wanted.body
  local headers <const> = new_headers()
  headers:append(":method", wanted.method or "GET")
  headers:append(":authority", self.authority)
  headers:append(":path", wanted.path)
  headers:append(":scheme", self.scheme)
  for name, value in pairs(wanted.headers or {}) do
    headers:append(name, value)
  end
  if body then headers:append("content-length", tostring(#body)) end
  local stream <const> = self.inner:new_stream()
  if stream == nil then return nil, "the connection is closed" end
  local sent, problem = stream:write_headers(headers, body == nil, timeout)
  if sent and body then
    sent, problem = stream:write_chunk(body, true, timeout)
  end
  if not sent then return nil, problem end
  local received <const>, reason <const> = read(stream, stream.get_headers, stream.recv_headers_fifo, timeout)
  if received == nil then return nil, reason or "no response" end
  local by_name <const> = {}
  for name, value in received:each() do
    by_name[name] = value
  end
  local response <const> = { status = tonumber(by_name[":status"]), headers = by_name, body = "" }
  repeat
    local chunk
    chunk, problem = read(stream, stream.get_next_chunk, stream.chunk_fifo, timeout)
    response.body = response.body .. (chunk or "")
  until chunk == nil
  local length <const> = tonumber(by_name["content-length"])
  if problem == nil and length and length ~= #response.body then problem = "the body ended early" end
  if problem then return nil, problem, response end
  return response
end

--- Closes the connection at once. lua-http would first wait for its streams, perhaps forever.
---@usage connection:close()
function Connection:close()
  local socket <const> = self.inner.socket
  self.inner.socket = nil
  if socket then socket:close() end
end

Connection.__close = Connection.close

return http_client
