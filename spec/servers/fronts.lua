--- A real server in front of our backend. The modules nginx, haproxy and apache contain the
--- differences.
---
---   local front <close> = fronts.start("nginx", folder, backend_port)
---   local client <close> = bytenite.new { base_url = front:base_url("idle", "2"), ... }
---   front:reload()
local process <const> = require "spec.servers.process"

---@class spec.servers.Kind
---@field name string as its users write it
---@field programs string[] its command, by preference
---@field version_option string prints the version
---@field variants table<string, boolean> its listeners: each has a plain port and a TLS port
---@field reload_signal string
---@field closes_within number the longest life of idle connections to "idle", in seconds
---@field counts_http1_only boolean|nil whether the variant "few" does not apply to HTTP/2
---@field arguments fun(program: string, config: string, folder: string): string[]
---@field configure fun(context: spec.servers.Context): string

---@class spec.servers.Context the input of a configuration
---@field folder string with ca.pem, cert.pem, key.pem and both.pem
---@field backend integer the port of our backend
---@field closed_port integer a port on which nothing listens
---@field is_root boolean
---@field listeners {variant: string, tls: boolean, port: integer}[]

---@class spec.servers.Front
---@field kind spec.servers.Kind
---@field version string
---@field package context spec.servers.Context
---@field package process spec.servers.Process|nil
local Front = {}
Front.__index = Front

local fronts <const> = {}

-- Every protocol of the module, with its name in checks, the client's http_version, and whether it
-- uses TLS.
fronts.protocols = {
  { name = "HTTP/1.1", http_version = "1.1", tls = false },
  { name = "HTTP/1.1 with TLS", http_version = "1.1", tls = true },
  { name = "HTTP/2", http_version = "2", tls = true },
}

local function output_of(command)
  local pipe <const> = assert(io.popen(command .. " 2>&1"))
  local output <const> = pipe:read "a"
  pipe:close()
  return output
end

local function find_program(names)
  for _, name in ipairs(names) do
    local path <const> = output_of("command -v " .. name):match "^(/[^\n]*)"
    if path then return path end
  end
  error("none of these programs is installed: " .. table.concat(names, ", "))
end

local function has_started(self)
  for _, listener in ipairs(self.context.listeners) do
    if not process.is_listening(listener.port) then return false end
  end
  return true
end

--- Starts the server on the ports that it had before. Raises if it does not listen within ten
--- seconds.
function Front:start()
  local kind <const>, folder <const> = self.kind, self.context.folder
  local config <const> = ("%s/%s.conf"):format(folder, kind.name)
  local file <const> = assert(io.open(config, "w"))
  assert(file:write(kind.configure(self.context)))
  file:close()
  self.process = process.start(folder, kind.name, kind.arguments(self.program, config, folder))
  local started <const> = process.wait_for(function()
    if not self.process:is_alive() then return "ended" end
    return has_started(self) and "listens"
  end)
  if started ~= "listens" then
    self:stop()
    error(("%s did not start: %s"):format(kind.name, process.read_file(self.process.log)), 0)
  end
end

--- Ends the server.
function Front:stop()
  if self.process then self.process:stop() end
end

Front.__close = Front.stop

--- Returns whether the server still runs.
---@return boolean
function Front:is_alive()
  return self.process:is_alive()
end

--- Makes the server reload its configuration while it finishes the requests in flight.
function Front:reload()
  self.process:signal(self.kind.reload_signal)
end

--- Returns the address of one of its listeners.
---@param variant string
---@param protocol table one of `fronts.protocols`
---@return string|nil # nil if the server has no such listener
function Front:base_url(variant, protocol)
  if variant == "few" and self.kind.counts_http1_only and protocol.http_version == "2" then return nil end
  for _, listener in ipairs(self.context.listeners) do
    if listener.variant == variant and listener.tls == protocol.tls then
      return ("%s://127.0.0.1:%d/v1"):format(protocol.tls and "https" or "http", listener.port)
    end
  end
  return nil
end

-- Returns the listeners of a kind, each on a free port, and another port on which nothing listens.
local function make_listeners(kind)
  local listeners <const> = {}
  for variant in pairs(kind.variants) do
    table.insert(listeners, { variant = variant, tls = false })
    table.insert(listeners, { variant = variant, tls = true })
  end
  local ports <const> = process.free_ports(#listeners + 1)
  for index, listener in ipairs(listeners) do
    listener.port = ports[index]
  end
  return listeners, ports[#ports]
end

--- Starts a server.
---@param name string of the module that describes it
---@param folder string for its files
---@param backend integer the port of our backend
---@return spec.servers.Front # to be declared `<close>`
function fronts.start(name, folder, backend)
  local kind <const> = require("spec.servers." .. name)
  local program <const> = find_program(kind.programs)
  local self <const> = setmetatable({
    kind = kind,
    program = program,
    version = output_of(program .. " " .. kind.version_option):match "[/ ]v?(%d+%.%d+[%.%d]*)",
  }, Front)
  for attempt = 1, 3 do -- another process may take a port first
    local listeners <const>, closed_port <const> = make_listeners(kind)
    self.context = {
      folder = folder,
      backend = backend,
      closed_port = closed_port,
      is_root = output_of("id -u"):match "^0\n" ~= nil,
      listeners = listeners,
    }
    local ok <const>, problem <const> = pcall(self.start, self)
    if ok then break end
    if attempt == 3 then error(problem, 0) end
  end
  return self
end

return fronts
