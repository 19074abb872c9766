--- The sandbox for specs: a child process that starts when it is first needed, and that all spec
--- files share. It ends with this process, however this process ends, because then its standard
--- input closes.
---
---   local sandbox = require "spec.support.sandbox"
---   local service = sandbox.plain() -- or sandbox.tls()
---   service:reset()
---   service:fault { operation = "set_name", status = 503, times = 2 }
---   ... -- calls to service.base_url with service.api_key, service.ca_file
---   assert.equal(3, #service:requests())
---
--- It does not use the module under test.
local cjson <const> = require("cjson").new()
local cqueues <const> = require "cqueues"
local errno <const> = require "cqueues.errno"
local lfs <const> = require "lfs"
local socket <const> = require "cqueues.socket"
local new_context <const> = require("openssl.ssl.context").new

---@class spec.Sandbox
---@field base_url string
---@field control_url string
---@field api_key string
---@field control_token string
---@field ca_file string|nil
---@field pid integer|nil
---@field package input file* the child's standard input
local Sandbox = {}
Sandbox.__index = Sandbox

local sandbox = {}

local START_TIMEOUT <const> = 60 -- seconds; it takes a fortieth of this, but not under valgrind
local CONTROL_TIMEOUT <const> = 60 -- seconds

-- Thousands of connections need as many descriptors. A sandbox that outlives its input is killed,
-- so that a fault in it cannot block the specs forever.
local SUPERVISED <const> = [[
ulimit -n $(ulimit -Hn) 2>/dev/null
exec 3<&0
%s <&3 3<&- >/dev/null &
child=$!
cat <&3 >/dev/null
tries=250
while kill -0 $child 2>/dev/null; do
  tries=$((tries - 1))
  [ $tries -gt 0 ] || kill -9 $child
  sleep 0.02
done
wait $child]]

local root <const> = debug.getinfo(1, "S").source:match "^@(.*)spec/support/sandbox%.lua$"

local function interpreter()
  local index = 0
  while arg and arg[index - 1] do
    index = index - 1
  end
  return arg and arg[index] or "lua5.4"
end

local function quoted(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

local function read_file(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

-- Returns what the child wrote when it started to listen; nil if it did not.
local function wait_for(path)
  local deadline <const> = cqueues.monotime() + START_TIMEOUT
  repeat
    local text <const> = read_file(path)
    if text then return cjson.decode(text) end
    cqueues.sleep(0.002)
  until cqueues.monotime() > deadline
  return nil
end

--- Returns the command for a shell. It uses the core of the ordinary build if there is one: a
--- sanitizer's core, which this process may have, could not be loaded there.
---@param options string further options of the command, quoted for a shell
---@return string
---@usage os.execute(sandbox.command "--help")
function sandbox.command(options)
  return ("env -u LUA_CPATH_5_4 LUA_CPATH=%s %s %s %s"):format(
    quoted(root .. "build/?.so;" .. package.cpath),
    quoted(interpreter()),
    quoted(root .. "bin/bytenite-sandbox"),
    options
  )
end

--- Starts a sandbox that is not shared.
---@param options string|nil further options of the command, quoted for a shell
---@return spec.Sandbox
---@usage local service <close> = sandbox.start "--latency 20"
function sandbox.start(options)
  local name <const> = os.tmpname()
  local folder <const> = name .. ".d"
  assert(lfs.mkdir(folder))
  local ready_file <const> = folder .. "/ready.json"
  local command <const> = SUPERVISED:format(
    sandbox.command(("--until-stdin-closes --ready-file %s %s"):format(quoted(ready_file), options or ""))
  )
  local input <const> = assert(io.popen(command, "w"))
  local ready <const> = wait_for(ready_file)
  os.remove(ready_file)
  os.remove(folder)
  os.remove(name)
  if ready == nil then
    input:close()
    error("the sandbox did not start: " .. command)
  end
  local ca_file <const> = ready.ca_file ~= cjson.null and ready.ca_file or nil
  local pid <const> = ready.pid ~= cjson.null and math.tointeger(ready.pid) or nil
  return setmetatable({
    base_url = ready.base_url,
    control_url = ready.control_url,
    api_key = ready.api_key,
    control_token = ready.control_token,
    ca_file = ca_file,
    pid = pid,
    input = input,
  }, Sandbox)
end

-- busted loads modules anew for every spec file, but the registry stays until the process ends.
local function shared(name, options)
  local registry <const> = debug.getregistry()
  local key <const> = "bytenite.spec.sandbox." .. name
  registry[key] = registry[key] or sandbox.start("--show-secrets " .. (options or ""))
  return setmetatable(registry[key], Sandbox)
end

--- Returns the shared sandbox over plain HTTP.
---@return spec.Sandbox
---@usage local service = sandbox.plain()
function sandbox.plain()
  return shared "plain"
end

--- Returns the shared sandbox over TLS.
---@return spec.Sandbox
---@usage local service = sandbox.tls()
function sandbox.tls()
  return shared("tls", "--tls")
end

-- Makes an HTTP/1.1 request on its own connection. Returns status and body.
local function exchange(self, method, path, body)
  local scheme <const>, host <const>, port <const>, prefix <const> =
    self.control_url:match "^(https?)://%[?([^%]]-)%]?:(%d+)(/.*)$"
  local connection <const> = assert(socket.connect(host, tonumber(port)))
  connection:onerror(function(_, operation, code)
    error(("control request %s %s: %s failed: %s"):format(method, path, operation, errno.strerror(code)))
  end)
  connection:settimeout(CONTROL_TIMEOUT)
  connection:connect()
  if scheme == "https" then connection:starttls(new_context("TLS", false)) end
  connection:setmode("b", "bn")
  connection:write(
    ("%s %s%s HTTP/1.1\r\nHost: %s\r\nX-Sandbox-Token: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"):format(
      method,
      prefix,
      path,
      host:find(":", 1, true) and "[" .. host .. "]" or host,
      self.control_token,
      #body,
      body
    )
  )
  local response <const> = connection:read "*a"
  connection:close()
  local status <const>, rest <const> = response:match "^HTTP/1%.1 (%d+).-\r\n\r\n(.*)$"
  return tonumber(status), rest
end

-- Makes a control request. Raises unless its status is 200.
local function control(self, method, path, body)
  local status <const>, response <const> = exchange(self, method, path, body or "")
  if status ~= 200 then error(("%s %s: %s %s"):format(method, path, status, response), 3) end
  return response
end

--- Makes a control request, and returns any response.
---@param method string
---@param path string below the control URL
---@param body string|nil
---@return integer status
---@return string body
---@usage local status, body = service:control("POST", "/faults", "{}")
function Sandbox:control(method, path, body)
  return exchange(self, method, path, body or "")
end

--- Forgets jobs, faults and requests; also tokens if asked to.
---@param what {tokens: boolean}|nil
---@usage service:reset { tokens = true }
function Sandbox:reset(what)
  control(self, "POST", "/reset", what and cjson.encode(what) or "")
end

--- Adds a fault or a list of them (members: see `bytenite.sandbox.faults`).
---@param fault table
---@usage service:fault { operation = "get_job", reset = true }
function Sandbox:fault(fault)
  control(self, "POST", "/faults", cjson.encode(fault))
end

--- Expires all tokens issued so far.
---@usage service:expire_tokens()
function Sandbox:expire_tokens()
  control(self, "POST", "/tokens/expire")
end

-- Returns the path of a control request about a job.
local function path_of(id, what)
  local encoded <const> = id:gsub("[^%w]", function(character)
    return ("%%%02X"):format(character:byte())
  end)
  return ("/jobs/%s%s"):format(encoded, what and "/" .. what or "")
end

local function json_of(value)
  return type(value) == "table" and cjson.encode(value) or value
end

--- Puts a job into the sandbox as the JSON has it.
---@param id string
---@param json string a JSON object, kept word for word
---@usage service:put_job("j1", '{"id":"j1","state":"JOB_STATE_COMPLETE"}')
function Sandbox:put_job(id, json)
  control(self, "PUT", path_of(id), json)
end

--- Sets members of a job. Its state no longer changes by itself.
---@param id string
---@param members table|string a string is JSON
---@usage service:change_job(job.id, { state = "JOB_STATE_FAILED", errorMessage = "out of memory" })
function Sandbox:change_job(id, members)
  control(self, "PATCH", path_of(id), json_of(members))
end

--- Sets the results of a job: a list of {name} with content (text), content_base64, link, or size
--- and seed (bytes that are generated when they are fetched: see
--- `bytenite.sandbox.model.file_contents`). They are served once the job is complete.
---@param id string
---@param list table[]|string a string is JSON
---@usage service:set_results(job.id, { { name = "out_0/big.bin", size = 1 << 30, seed = 7 } })
function Sandbox:set_results(id, list)
  control(self, "PUT", path_of(id, "results"), #list == 0 and "[]" or json_of(list))
end

--- Sets the logs of a job, in the form of the service's response.
---@param id string
---@param logs table|string a string is JSON
---@usage service:set_logs(job.id, '{"partitioner":[{"log":"x","level":"INFO"}],"assembler":[],"taskrunner":{}}')
function Sandbox:set_logs(id, logs)
  control(self, "PUT", path_of(id, "logs"), json_of(logs))
end

--- Makes jobs that start from now on run faster, until the reset.
---@param speed number
---@usage service:set_speed(1000)
function Sandbox:set_speed(speed)
  control(self, "POST", "/speed", cjson.encode { speed = speed })
end

--- Advances the time of jobs and links at once; at speed 1 a job takes 30 seconds.
---@param seconds number
---@usage service:advance(30)
function Sandbox:advance(seconds)
  control(self, "POST", "/advance", cjson.encode { seconds = seconds })
end

--- Expires all links to uploads and results issued so far.
---@usage service:expire_links()
function Sandbox:expire_links()
  control(self, "POST", "/links/expire")
end

--- Adds jobs in all states.
---@param count integer
---@usage service:fill(1000)
function Sandbox:fill(count)
  control(self, "POST", "/fill", ('{"jobs":%d}'):format(count))
end

local value_of <const> = {}
for index, character in ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):gmatch "()(.)" do
  value_of[character] = index - 1
end

local function base64_decoded(text)
  local padding <const> = #text:match "=*$"
  local bytes <const> = text:gsub("=", "A"):gsub("(.)(.)(.)(.)", function(first, second, third, fourth)
    return (">I3"):pack(value_of[first] << 18 | value_of[second] << 12 | value_of[third] << 6 | value_of[fourth])
  end)
  return bytes:sub(1, #bytes - padding)
end

--- Returns what was uploaded for a job: `attempts` that sent something, `bytes` of the last one;
--- and of the last complete one `length`, `sha256`, `name`, `content` (nil above 1 MiB), `header`
--- (the values by name) and `completed` (whether the service was notified).
---@param id string of the job
---@return table|nil # nil if nothing was uploaded
---@usage assert.equal("text", service:uploaded(job.id).content)
function Sandbox:uploaded(id)
  local status <const>, body <const> = exchange(self, "GET", path_of(id, "upload"), "")
  if status ~= 200 then return nil end
  local response <const> = cjson.decode(body)
  local encoded <const> = response.content_base64
  local uploaded <const> = {
    attempts = math.tointeger(response.attempts),
    bytes = math.tointeger(response.lastBytes),
    length = response.length and math.tointeger(response.length),
    sha256 = response.sha256,
    name = response.name,
    content = type(encoded) == "string" and base64_decoded(encoded) or nil,
    completed = response.completed,
    header = {},
  }
  for _, header in ipairs(response.headers or {}) do
    uploaded.header[header[1]] = header[2]
  end
  return uploaded
end

--- Returns the requests since the last reset, in the order received: those below /v1, and those to
--- signed URLs (their operations are "upload" and "download", and their bodies are not kept). Each
--- is a table with `method`, `path` (as received), `http_version`, `headers` (a list of {name,
--- value}, names in lower case), `header` (the values by name), `body` (exact bytes), `connection`
--- (a number) and `operation` (a name, or nil).
---@param operation string|nil only those of this operation
---@return table[]
---@usage local first = service:requests("set_name")[1]; assert.equal('"My Job"', first.body)
function Sandbox:requests(operation)
  local list <const> = {}
  for _, request in ipairs(cjson.decode((control(self, "GET", "/requests")))) do
    request.body = base64_decoded(request.body_base64)
    request.connection = math.tointeger(request.connection)
    if request.operation == cjson.null then request.operation = nil end
    request.header = {}
    for _, header in ipairs(request.headers) do
      request.header[header[1]] = header[2]
    end
    if not operation or request.operation == operation then list[#list + 1] = request end
  end
  return list
end

--- Ends a sandbox and waits until it has ended. For sandboxes that were started, not for the shared
--- ones.
---@return boolean|nil ok whether it ended with status 0
---@usage service:close()
function Sandbox:close()
  local input <const> = self.input
  self.input = nil
  if input then return (input:close()) end
end

Sandbox.__close = Sandbox.close

return sandbox
