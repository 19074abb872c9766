-- luasocket.lua COUNT [show]: updates a job's data source by luasocket, over TLS with luasec, and
-- lua-cjson. Its HTTP module closes the connection after each request unless it gets a socket that
-- stays open. With `show` every response is printed on a line.
local cjson <const> = require "cjson"
local http <const> = require "socket.http"
local ltn12 <const> = require "ltn12"
local request <const> = require "request"
local socket <const> = require "socket"
local ssl <const> = require "ssl"
local url <const> = require "socket.url"

local count <const>, show <const> = ...

local function connect(address)
  local plain <const> = assert(socket.tcp())
  assert(plain:connect(address.host, address.port))
  assert(plain:setoption("tcp-nodelay", true)) -- head and body go out one by one: the body would wait for the other's receipt
  if address.scheme == "http" then return plain end
  local secure <const> = assert(ssl.wrap(plain, {
    mode = "client",
    protocol = "any",
    options = { "all", "no_sslv3" },
    verify = "peer",
    cafile = request.ca_file,
  }))
  assert(secure:dohandshake())
  return secure
end

-- Returns a socket for socket.http that is connected and stays open.
local function kept(connection)
  return {
    connect = function()
      return 1
    end,
    close = function()
      return 1
    end,
    settimeout = function(_, ...)
      return connection:settimeout(...)
    end,
    send = function(_, ...)
      return connection:send(...)
    end,
    receive = function(_, ...)
      return connection:receive(...)
    end,
  }
end

local place <const> = request.url()
local connection <const> = kept(connect(url.parse(place)))

local function update()
  local body <const>, pieces <const> = cjson.encode(request.argument()), {}
  local _, status <const> = assert(http.request {
    url = place,
    method = "PATCH",
    headers = {
      authorization = request.token,
      accept = "application/json",
      connection = "keep-alive",
      ["content-type"] = "application/json",
      ["content-length"] = #body,
    },
    source = ltn12.source.string(body),
    sink = ltn12.sink.table(pieces),
    create = function()
      return connection
    end,
  })
  assert(status == 200, status)
  return cjson.decode(table.concat(pieces))
end

for _ = 1, math.tointeger(count) do
  local response <const> = update()
  if show then print(cjson.encode(response)) end
end
