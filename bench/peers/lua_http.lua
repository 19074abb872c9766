-- lua_http.lua AT_ONCE COUNT [show]: updates data sources by lua-http and lua-cjson, AT_ONCE at
-- once, each over its own kept HTTP/1.1 connection: with many streams on one HTTP/2 connection
-- lua-http is many times slower. With `show` every response is printed on a line.
local cjson <const> = require "cjson"
local client <const> = require "http.client"
local cqueues <const> = require "cqueues"
local http_request <const> = require "http.request"
local request <const> = require "request"
local tls <const> = require "http.tls"

local at_once <const>, count <const>, show <const> = ...
local SECONDS <const> = 30

-- Has the address to connect to, and the headers that name it.
local template <const> = http_request.new_from_uri(request.url())
template.headers:upsert(":method", "PATCH")
template.headers:upsert("authorization", request.token)
template.headers:upsert("content-type", "application/json")
template.headers:upsert("accept", "application/json")

local function connect()
  local context
  if template.tls then
    context = tls.new_client_context()
    context:getStore():add(request.ca_file)
  end
  local place <const> = { host = template.host, port = template.port, tls = template.tls, ctx = context, version = 1.1 }
  return assert(client.connect(place, SECONDS))
end

local function update(connection)
  local stream <const> = assert(connection:new_stream())
  local body <const> = cjson.encode(request.argument())
  local headers <const> = template.headers:clone()
  headers:append("content-length", tostring(#body))
  assert(stream:write_headers(headers, false, SECONDS))
  assert(stream:write_body_from_string(body, SECONDS))
  local response <const> = assert(stream:get_headers(SECONDS))
  assert(response:get ":status" == "200")
  local text <const> = assert(stream:get_body_as_string(SECONDS))
  return cjson.decode(text)
end

local left = math.tointeger(count) -- shared: each worker takes the next one

local function work()
  local connection <const> = connect()
  while left > 0 do
    left = left - 1
    local response <const> = update(connection)
    if show then print(cjson.encode(response)) end
  end
  connection:close()
end

if at_once == "1" then
  work()
else
  local controller <const> = cqueues.new()
  for _ = 1, math.tointeger(at_once) do
    controller:wrap(work)
  end
  assert(controller:loop())
end
