--- Checks the options of a sandbox and completes them.
local faults <const> = require "bytenite.sandbox.faults"
local fault_text <const> = require "bytenite.sandbox.faults.text"
local random_ids <const> = require "bytenite.sandbox.base.random_ids"

---@class bytenite.sandbox.Options
---@field port integer|nil 0 for a free one (default)
---@field host string|nil loopback address: 127.0.0.0/8, ::1 or "localhost" (default "127.0.0.1")
---@field tls boolean|nil HTTPS with a throwaway authority (default false)
---@field ca_file string|nil where the authority's certificate is written (default: a temporary
---  file, removed on close)
---@field api_key string|nil the key to exchange for tokens (default: a random one)
---@field control_token string|nil for calls below /sandbox (default: a random one)
---@field show_secrets boolean|nil keep keys and tokens in the record (default false)
---@field latency number|nil delay of every response of the API, in milliseconds (default 0)
---@field speed number|nil how much faster than real time jobs run (default 1)
---@field jobs integer|nil number of jobs at the start, in all states (default 0)
---@field link_lifetime number|nil seconds until links to uploads and results expire (default
---   172800)
---@field token_lifetime integer|nil seconds (default 3600)
---@field error_shape "alternate"|"gateway"|"envelope"|nil of errors that have two shapes (default
---  "alternate")
---@field faults (string|table)[]|nil faults at the start, as texts or descriptions
---@field blocks string|nil a folder of building blocks, whose programs are run for jobs
---@field data string|nil a folder to keep jobs in, with the option blocks (default: memory)
---@field workers integer|nil programs that run at the same time (default: number of processors)
---@field launcher string|nil command to run each program with, e.g. "podman run ... {image}"
---@field controller userdata|nil a cqueues controller to run in; without it the sandbox has its own
---@field on_error fun(message: string)|nil receives errors in the sandbox itself

local options = {}

local function fail(name, wanted)
  error(("option %s must be %s"):format(name, wanted), 0)
end

local function is_loopback(host)
  return type(host) == "string" and (host == "::1" or host == "localhost" or host:find "^127%.%d+%.%d+%.%d+$" ~= nil)
end

local function is_number_from(value, minimum)
  return math.type(value) ~= nil and value >= minimum and value < math.huge
end

local function is_optional(kind, value)
  return value == nil or type(value) == kind
end

local MOST_JOBS <const> = 1000000

local SHAPES <const> = { alternate = true, gateway = true, envelope = true }

local KNOWN <const> = {
  port = true,
  host = true,
  tls = true,
  ca_file = true,
  api_key = true,
  control_token = true,
  show_secrets = true,
  latency = true,
  speed = true,
  jobs = true,
  link_lifetime = true,
  token_lifetime = true,
  error_shape = true,
  faults = true,
  blocks = true,
  workers = true,
  data = true,
  launcher = true,
  controller = true,
  on_error = true,
}

local function parse_faults(list)
  if type(list) ~= "table" then fail("faults", "a list") end
  local parsed <const> = {}
  for index, fault in ipairs(list) do
    local parse <const> = type(fault) == "string" and fault_text.parse or faults.parse
    local problem
    parsed[index], problem = parse(fault)
    if parsed[index] == nil then error(("option faults, %d: %s"):format(index, problem), 0) end
  end
  return parsed
end

local function check_blocks(complete)
  if not is_optional("string", complete.blocks) then fail("blocks", "a folder") end
  if complete.workers ~= nil and (math.type(complete.workers) ~= "integer" or complete.workers < 1) then
    fail("workers", "a whole number above 0")
  end
  if not is_optional("string", complete.launcher) then fail("launcher", "text") end
  if not is_optional("string", complete.data) then fail("data", "a folder") end
  if complete.data and complete.jobs > 0 then error("option data cannot be used with the option jobs", 0) end
  for _, name in ipairs { "workers", "launcher", "data" } do
    if complete[name] and not complete.blocks then
      error(("option %s needs the option blocks: without it no program runs"):format(name), 0)
    end
  end
end

--- Checks options and fills in the defaults. Raises a string that names the invalid option.
---@param given bytenite.sandbox.Options|nil
---@return bytenite.sandbox.Options complete a new table
---@usage local complete = options.complete { tls = true }
function options.complete(given)
  if given == nil then given = {} end
  if type(given) ~= "table" then error("the options of a sandbox must be a table", 0) end
  for name in pairs(given) do
    if not KNOWN[name] then error(("a sandbox has no option %s"):format(tostring(name)), 0) end
  end
  local complete <const> = {
    port = given.port or 0,
    host = given.host or "127.0.0.1",
    tls = given.tls or false,
    ca_file = given.ca_file,
    api_key = given.api_key or random_ids.text(64),
    control_token = given.control_token or random_ids.text(32),
    show_secrets = given.show_secrets or false,
    latency = given.latency or 0,
    speed = given.speed or 1,
    jobs = given.jobs or 0,
    link_lifetime = given.link_lifetime or 172800,
    token_lifetime = given.token_lifetime or 3600,
    error_shape = given.error_shape or "alternate",
    blocks = given.blocks,
    workers = given.workers,
    data = given.data,
    launcher = given.launcher,
    controller = given.controller,
    on_error = given.on_error or function() end,
  }
  if math.type(complete.port) ~= "integer" or complete.port < 0 or complete.port > 65535 then
    fail("port", "an integer from 0 to 65535")
  end
  if not is_loopback(complete.host) then fail("host", "a loopback address: 127.0.0.1 or ::1") end
  if complete.host == "localhost" then complete.host = "127.0.0.1" end
  if type(complete.tls) ~= "boolean" then fail("tls", "true or false") end
  if not is_optional("string", complete.ca_file) then fail("ca_file", "a path") end
  if type(complete.api_key) ~= "string" or complete.api_key == "" then fail("api_key", "text") end
  if type(complete.control_token) ~= "string" or not complete.control_token:find "^[%w%p]+$" then
    fail("control_token", "printable text without spaces")
  end
  if type(complete.show_secrets) ~= "boolean" then fail("show_secrets", "true or false") end
  if not is_number_from(complete.latency, 0) then fail("latency", "milliseconds") end
  if not is_number_from(complete.speed, 0) or complete.speed == 0 then fail("speed", "a number above 0") end
  if math.type(complete.jobs) ~= "integer" or complete.jobs < 0 or complete.jobs > MOST_JOBS then
    fail("jobs", "a count up to " .. MOST_JOBS)
  end
  if not is_number_from(complete.link_lifetime, 0) then fail("link_lifetime", "seconds") end
  if math.type(complete.token_lifetime) ~= "integer" or complete.token_lifetime < 1 then
    fail("token_lifetime", "whole seconds")
  end
  if not SHAPES[complete.error_shape] then fail("error_shape", '"alternate", "gateway" or "envelope"') end
  check_blocks(complete)
  if type(complete.on_error) ~= "function" then fail("on_error", "a function") end
  complete.faults = parse_faults(given.faults or {})
  return complete
end

return options
