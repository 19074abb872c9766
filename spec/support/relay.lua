--- A relay in front of a server, in this process, which passes bytes on until it breaks all connections off with a reset
--- (RST): what a router that restarts does, and no orderly end.
local cqueues <const> = require "cqueues"
local luasocket <const> = require "socket"
local socket <const> = require "cqueues.socket"

local Relay <const> = {}
Relay.__index = Relay

local relay <const> = {}

-- Makes the close of a socket a reset. That takes the linger option, which cqueues does not know.
local function reset_on_close(connection)
  local handle <const> = luasocket.tcp()
  handle:setfd(connection:pollfd())
  handle:setoption("linger", { on = true, timeout = 0 })
  handle:setfd(-1) -- the descriptor stays its owner's to close
end

local function pass_on(from, to)
  while true do
    local bytes <const> = from:read(-4096)
    if not bytes or not to:write(bytes) or not to:flush() then return end
  end
end

-- Bytes as they come; an end is no error.
local function make_raw(connection)
  connection:setmode("bn", "bn")
  connection:onerror(function(_, _, problem)
    return problem
  end)
  return connection
end

-- Takes connections. In a controller of its own: what waits for sockets that are then closed is never resumed.
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

--- Listens on a free port, for a server on another one of 127.0.0.1.
---@param port integer|string the server's
---@return table # `port`; to be moved on with `step`
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

--- Passes on what has come.
function Relay:step()
  assert(self.controller:step(0))
end

--- Breaks all connections off; to the server they end in order. New ones are taken.
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
