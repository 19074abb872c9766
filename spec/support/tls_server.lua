--- A small HTTPS server in a controller of cqueues. It records its clients' certificates and
--- requests.
local cqueues <const> = require "cqueues"
local socket <const> = require "cqueues.socket"

local Server <const> = {}
Server.__index = Server

local tls_server <const> = {}

-- Returns the common name in the client's certificate, or false if there is none.
local function name_of_client(connection)
  local certificate <const> = connection:checktls():getPeerCertificate()
  return certificate and tostring(certificate:getSubject()):match "CN=([^/,]+)" or false
end

-- Returns the target and the lines of a request without a body.
local function read_head(connection)
  local lines <const> = {}
  for line in connection:lines "*l" do
    if line:match "^%s*$" then return lines[1] and lines[1]:match "^%u+ (%S+)", table.concat(lines, "\n") end
    table.insert(lines, line)
  end
  return nil
end

local function serve(self, connection, context)
  connection:setmode("b", "b")
  connection:onerror(function(_, _, why)
    return why
  end)
  if not connection:starttls(context) then
    self.refused = self.refused + 1
    -- With unread bytes of the client, a close would send a reset, which may overtake the alert.
    while not self.is_closed do
      cqueues.sleep(0.01)
    end
    return connection:close()
  end
  for target, head in read_head, connection do
    self.heads[target] = head
    table.insert(self.shown, name_of_client(connection))
    local body <const> = self.respond(target)
    connection:write(("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#body, body))
    connection:flush()
  end
  connection:close()
end

--- Starts a server, which serves while the controller runs.
---@param controller userdata of cqueues
---@param context userdata of luaossl
---@param respond fun(target: string): string returns the body of the response
---@return table # `origin`; `shown`: by request, the name in the client's certificate or false; `refused`: handshakes;
---   `heads`: by target, the last request
---@usage local server <close> = tls_server.start(controller, context, function() return "{}" end)
function tls_server.start(controller, context, respond)
  local listening <const> = socket.listen("127.0.0.1", 0)
  assert(listening:listen())
  local _ <const>, _ <const>, port <const> = listening:localname()
  local self <const> = setmetatable({
    listening = listening,
    origin = "https://127.0.0.1:" .. port,
    shown = {},
    heads = {},
    refused = 0,
    respond = respond,
  }, Server)
  controller:wrap(function()
    while not self.is_closed do
      local connection <const> = listening:accept(0.05)
      if connection then controller:wrap(serve, self, connection, context) end
    end
    listening:close()
  end)
  return self
end

--- Stops accepting; open connections end with their clients.
function Server:close()
  self.is_closed = true
end

Server.__close = Server.close

return tls_server
