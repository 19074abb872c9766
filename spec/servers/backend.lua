--- The service behind the real servers: an HTTP/1.1 server that counts how often it has executed
--- each request.
---
---   lua5.4 spec/servers/backend.lua READY-FILE
---
--- It listens on a free port of 127.0.0.1, writes the port to the file, and serves until it is
--- ended. The name of a job determines the responses about it: for "close-17" the request is
--- executed, then the connection is closed. `GET /counts` returns what was executed since the last
--- such request.
local cjson <const> = require("cjson").new()
local cqueues <const> = require "cqueues"
local socket <const> = require "cqueues.socket"

local WORK_SECONDS <const> = 0.02 -- keeps many requests in flight while a server reloads
local SLOW_SECONDS <const> = 0.1 -- enough to fill a queue
local STALL_SECONDS <const> = 3 -- longer than a server waits for its backend
local IDLE_SECONDS <const> = 600 -- the backend never closes a connection first, unless a name demands it

local executed, connections, order = {}, {}, {} -- by request, and by the client's connection; the names of connections

local function note(key, connection)
  executed[key] = (executed[key] or 0) + 1
  if connection == nil then return end
  if not connections[connection] then table.insert(order, connection) end
  connections[connection] = (connections[connection] or 0) + 1
end

local function take_counts()
  local counts <const> = cjson.encode { executed = executed, connections = #order }
  executed, connections, order = {}, {}, {}
  return counts
end

local function response(status, body, closes)
  return ("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s"):format(
    status,
    #body,
    closes and "Connection: close\r\n" or "",
    body
  )
end

local function job_named(name)
  return ('{"job":{"id":"%s","name":"%s","state":"JOB_STATE_NEW"}}'):format(name, name)
end

-- What happens after a request is executed, by the first word of its job's name. Each function
-- returns the bytes to send, and whether the connection is closed after them.
local responses <const> = {}

function responses.ok(name)
  return response("200 OK", job_named(name))
end

function responses.work(name)
  cqueues.sleep(WORK_SECONDS)
  return responses.ok(name)
end

function responses.slow(name)
  cqueues.sleep(SLOW_SECONDS)
  return responses.ok(name)
end

function responses.close()
  return "", true
end

function responses.cut(name)
  return responses.ok(name):sub(1, -10), true
end

function responses.head()
  return "HTTP/1.1 200 OK\r\nContent-Ty", true
end

function responses.stall()
  cqueues.sleep(STALL_SECONDS)
  return "", true
end

function responses.busy()
  return response("503 Service Unavailable", '{"message":"busy"}')
end

function responses.useless()
  return response("200 OK", "<p>Welcome</p>")
end

-- Names for which the first request of a call is refused and not executed, by the first word.
local refusals <const> = {
  limit = response("429 Too Many Requests", '{"message":"too many"}'),
  stale = response("401 Unauthorized", '{"message":"who are you?"}'),
}
local refused <const> = {}

-- Returns method, path, headers and body of the next request, or nil at the end of the connection.
local function read_request(connection)
  local line <const> = connection:read "*l"
  local method <const>, path <const> = (line or ""):match "^(%u+) (%S+) HTTP/1%.[01]\r?$"
  if not method then return nil end
  local headers <const> = {}
  for header in connection:lines "*l" do
    local name <const>, value <const> = header:match "^([^:]+):%s*(.-)\r?$"
    if not name then break end
    headers[name:lower()] = value
  end
  local length <const> = tonumber(headers["content-length"] or 0)
  local body <const> = length > 0 and connection:read(length) or ""
  if not body or #body < length then return nil end
  return method, path, headers, body
end

-- Returns the name of a request's job, and the key under which the request is counted.
local function identify(method, path, body)
  local name <const>, action <const> = path:match "/jobs/([^/?]+)/?([^/?]*)"
  if name then return name, ("%s %s %s"):format(method, action, name) end
  local created <const> = cjson.decode(body).name
  return created, "POST create " .. created
end

local function serve(connection)
  connection:setmode("b", "bf")
  connection:settimeout(IDLE_SECONDS)
  connection:onerror(function(_, _, problem)
    return problem
  end)
  while true do
    local method <const>, path <const>, headers <const>, body <const> = read_request(connection)
    if not method then break end
    local bytes, closes
    if path == "/counts" then
      bytes, closes = response("200 OK", take_counts(), true), true
    else
      local name <const>, key <const> = identify(method, path, body)
      local mode <const> = name:match "^%l+"
      if refusals[mode] and not refused[key] then
        refused[key] = true
        bytes = refusals[mode]
      else
        note(key, headers["x-connection"])
        bytes, closes = (responses[mode] or responses.ok)(name)
      end
      if headers.connection == "close" then closes = true end
    end
    if not connection:write(bytes) or not connection:flush() or closes then break end
  end
  connection:close()
end

local controller <const> = cqueues.new()
local listening <const> = socket.listen { host = "127.0.0.1", port = 0 }
listening:listen()

controller:wrap(function()
  for connection in listening:clients() do
    controller:wrap(serve, connection)
  end
end)

local _ <const>, _ <const>, port <const> = listening:localname()
local ready <const> = assert(io.open(arg[1] .. ".part", "w"))
ready:write(port, "\n")
ready:close()
assert(os.rename(arg[1] .. ".part", arg[1]))

while true do
  local ok <const>, problem <const> = controller:step()
  if not ok then io.stderr:write(tostring(problem), "\n") end
end
