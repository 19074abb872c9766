--- A relay in front of a server, in this process. It passes bytes on until it ends all connections
--- with a reset (RST), as a router does when it restarts.
local cqueues <const> = require "cqueues"
local luasocket <const> = require "socket"
local socket <const> = require "cqueues.socket"

local Relay <const> = {}
Relay.__index = Relay

local relay <const> = {}

-- Makes the close of a socket a reset. This takes the linger option, which cqueues does not have.
local function reset_on_close(connection)
  local handle <const> = luasocket.tcp()
  handle:setfd(connection:pollfd())
  handle:setoption("linger", { on = true, timeout = 0 })
  handle:setfd(-1) -- the owner closes the descriptor
end

local function pass_on(from, to)
  while true do
    local bytes <const> = from:read(-4096)
    if not bytes or not to:write(bytes) or not to:flush() then return end
  end
end

-- Makes a socket return raw bytes without buffering, and errors as values.
local function make_raw(connection)
  connection:setmode("bn", "bn")
  connection:onerror(function(_, _, problem)
    return problem
  end)
  return connection
end

-- Accepts connections, in a new controller: cqueues never resumes coroutines that waited for
-- sockets which were closed.
local function serve(self)
  local controller <const> = cqueues.new()
  self.controller = controller
  controller:wrap(function()
    for client in self.listening:clients() do
      local server <const> = make_raw(socket.connect("127.0.0.1", self.server_port))
      self.open[#self.open + 1] = { client = make_raw(client), server = server }
      controller:wrap(pass_on, client, server)
      controller:wrap(pass_on, server, client)
    end
  end)
end

--- Listens on a free port, for a server on another port of 127.0.0.1.
---@param port integer|string the server's port
---@return table # `port`; drive it with `step`
function relay.new(port)
  local listening <const> = socket.listen { host = "127.0.0.1", port = 0 }
  listening:listen()
  local _ <const>, _ <const>, own_port <const> = listening:localname()
  local self <const> = setmetatable({
    port = own_port,
    server_port = port,
    listening = listening,
    open = {},
  }, Relay)
  serve(self)
  return self
end

--- Passes on the bytes that have arrived.
function Relay:step()
  assert(self.controller:step(0))
end

--- Resets all connections; for the server they end in order. New ones are accepted.
function Relay:reset()
  for _, pair in ipairs(self.open) do
    reset_on_close(pair.client)
    pair.client:close()
    pair.server:close()
  end
  self.open = {}
  serve(self)
end

function Relay:__close()
  self:reset()
  self.listening:close()
end

return relay
