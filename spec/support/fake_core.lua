--- A service without a network, on a clock that does not run by itself. It replaces the session and
--- the exchanges of bytenite.core; everything else is the real module. Install it in the first line
--- of a spec:
---
---   local fake <const> = require("spec.support.fake_core").install()
---   local client <const>, wire <const> = fake.client({ access_token = "t" }, function(request)
---     return { status = 200 }
---   end)
---
--- `client` calls the function for each request that is sent, and the function returns the outcome:
--- `status`, `body` and `headers`; or `kind`, `words`, `sent` (true unless false) and `is_final`;
--- `after`, in seconds; for a stream also `came`, the bytes that have arrived by then. If it
--- returns nothing, the request hangs until its attempt times out, and a stream hangs forever.
local core <const> = require "bytenite.core"

local fake_core <const> = {}

local Session <const>, Exchange <const> = { __name = "fake session" }, { __name = "fake exchange" }
Session.__index, Exchange.__index = Session, Exchange

local raw_methods <const> = core.methods

-- Makes an exchange as the module does. The real core checks and writes the request.
local function new_exchange(session, fields)
  fields.session = session
  fields.released, fields.freed = 0, 0
  session.wire.exchanges[#session.wire.exchanges + 1] = fields
  return setmetatable(fields, Exchange)
end

function Session:exchange(number, id, body, query)
  if id ~= nil and not core.is_segment(id) then return nil end
  if type(body) == "table" then
    local text <const>, problem <const> = core.encode(body)
    if not text then return nil, problem end
  end
  local operation
  for _, each in pairs(core.operations) do
    if each.number == number then operation = each end
  end
  return new_exchange(
    self,
    { operation = operation.name, method = operation.method, id = id, sent_body = body, query = query }
  )
end

function Session:raw_exchange(method, url, body, headers, is_api_call)
  return new_exchange(self, {
    operation = "request",
    method = method,
    url = url,
    sent_body = body,
    headers_sent = headers,
    is_api_call = is_api_call,
  })
end

-- Returns the exchange in flight with the earliest outcome.
local function next_due(self)
  local first
  for _, each in ipairs(self.pending) do
    if each.result and (not first or each.due < first.due) then first = each end
  end
  return first
end

local function remove(self, exchange)
  for index, each in ipairs(self.pending) do
    if each == exchange then return table.remove(self.pending, index) end
  end
end

function Session:step(seconds)
  if self.closed then return nil end
  local wire <const> = self.wire
  local ready <const> = table.remove(wire.ready, 1)
  if ready then return ready end
  local first <const> = next_due(self)
  if first and first.due <= wire.time + seconds then
    wire.time = math.max(wire.time, first.due)
    remove(self, first)
    return first.owner
  end
  if seconds > 0 then
    wire.time = wire.time + seconds
    wire.waited = wire.waited + seconds
    assert(wire.waited < 1e6, "nothing will ever happen here")
  end
  return nil
end

function Session:next()
  local first <const> = next_due(self)
  if not first or first.due > self.wire.time then return nil end
  remove(self, first)
  return first.owner
end

function Session:in_flight()
  return #self.pending
end

function Session:is_idle()
  return #self.pending == 0 and not self.closed
end

function Session:has_room()
  return #self.pending < self.wire.room
end

function Session:problem()
  return self.closed
end

function Session:close()
  self.closed = "closed"
  self.pending = {}
end

function Session.arm(_, seconds)
  return seconds
end

function Session.descriptor()
  return nil
end

function Exchange:start(owner, token, timeout, connect_timeout, max_response_bytes, once_only, first_wait)
  local session <const> = self.session
  local wire <const> = session.wire
  if session.closed then return nil, session.closed end
  local request <const> = {
    operation = self.operation,
    method = self.method,
    id = self.id,
    url = self.url,
    body = self.sent_body,
    query = self.query,
    headers = self.headers_sent,
    token = token,
    timeout = timeout,
    connect_timeout = connect_timeout,
    max_response_bytes = max_response_bytes,
    once_only = once_only,
    at = wire.time,
    owner = owner,
  }
  self.owner, self.last_token, self.fed = owner, token, nil
  wire.requests[#wire.requests + 1] = request
  self.result = wire.respond(request, #wire.requests)
  if not self.result and not self.streams then self.result = { kind = "timeout", after = timeout } end
  self.came = self.result and self.result.came
  self.due = wire.time + (self.result and self.result.after or 0)
  if #session.pending == 0 and first_wait > 0 then
    if self.result and self.due <= wire.time + first_wait then
      wire.time = self.due
      return self:outcome()
    end
    wire.time = wire.time + first_wait
  end
  session.pending[#session.pending + 1] = self
  return false
end

function Exchange:outcome()
  local result <const> = self.result
  if not result.kind then return "response", result.status end
  return result.kind,
    result.words or "in libcurl's words",
    result.sent ~= false,
    result.is_final or false,
    result.proxy_status
end

function Exchange:path()
  return self.url and self.url:match "^%a+://[^/]*([^?]*)" or "/v1/customer/" .. self.operation
end

function Exchange:release()
  self.released = self.released + 1
  remove(self.session, self)
end

function Exchange:free()
  self.freed = self.freed + 1
  assert(self.freed == 1, "an exchange was freed twice")
  remove(self.session, self)
end

function Exchange:token()
  return self.last_token
end

function Exchange:request_body()
  local body <const> = self.sent_body
  return type(body) == "table" and core.encode(body) or body
end

function Exchange:body()
  if self.came then return self:take() end
  return self.result and self.result.body or ""
end

-- Fake bodies are short: no error reads an excerpt beyond 64 KiB.
function Exchange.excerpt()
  return ""
end

function Exchange:headers()
  local list <const> = {}
  for name, value in pairs(self.result and self.result.headers or {}) do
    list[#list + 1] = { name, value }
  end
  return list
end

function Exchange:status()
  return self.result and self.result.status or 0
end

function Exchange:value()
  return core.decode(self:body())
end

function Exchange:job(job)
  local response <const>, problem <const> = core.decode(self:body())
  if type(response) ~= "table" then return nil, "protocol", problem or "not an object" end
  if response.ok == false then return nil, "unexpected" end
  if type(response.job) ~= "table" then return nil, "unexpected", "the response holds no job" end
  job = job or core.new_job()
  for name, value in pairs(response.job) do
    job[name] = value
  end
  return job
end

function Exchange:stream(size)
  self.streams, self.stream_size = true, size
end

function Exchange:set_headers(headers)
  self.headers_sent = headers
end

function Exchange:has_ended()
  return self.result ~= nil and self.due <= self.session.wire.time
end

function Exchange:was_sent()
  if self.session.wire.cannot_say then return nil end
  return self.session.wire.was_sent
end

-- An upload wants its whole body, unless its outcome comes first.
function Exchange:wanted()
  return self:has_ended() and 0 or self.stream_size - #(self.fed or "")
end

function Exchange:feed(bytes)
  self.fed = (self.fed or "") .. bytes
  self.session.wire.fed = self.fed
end

function Exchange:take()
  local bytes <const> = self.came or ""
  self.came = ""
  return bytes
end

--- Replaces bytenite.core. busted restores it after the spec file.
---@return table # `client(options, respond)`: returns client and wire; `core`; helpers
function fake_core.install()
  for name in pairs(package.loaded) do
    assert(not name:find "^bytenite%." or name == "bytenite.core", name .. " is loaded already")
  end
  local own <const> = { methods = { session = Session, exchange = Exchange } }
  for _, name in ipairs { "session", "exchange" } do
    for method in pairs(raw_methods[name]) do
      assert(
        own.methods[name][method] or method:find "^_" or method == "job",
        "the fake core lacks " .. name .. ":" .. method
      )
    end
  end
  local wire_of_next
  function own.session(options)
    return setmetatable({ pending = {}, closed = nil, wire = wire_of_next, options = options }, Session)
  end
  package.loaded["bytenite.core"] = setmetatable(own, { __index = core })
  local client_module <const> = require "bytenite.client"
  local fake <const> = { core = own }

  --- A successful response.
  fake.OK = { status = 200, body = "{}" }

  --- Returns a function that gives the responses one after another, and then none.
  ---@param responses table[]
  ---@return function # for `client`
  function fake.in_turn(responses)
    return function(_, number)
      return responses[number]
    end
  end

  --- Make a repeatable call, and a once-only one.
  ---@param client table
  ---@param options table|nil
  function fake.get(client, options)
    return client:request({ path = "/x" }, options)
  end

  function fake.post(client, options)
    return client:request({ method = "POST", path = "/x" }, options)
  end

  --- Raises unless every exchange was freed exactly once.
  ---@param wire table
  function fake.check_all_freed(wire)
    for index, exchange in ipairs(wire.exchanges) do
      assert(exchange.freed == 1, ("exchange %d was freed %s times"):format(index, exchange.freed))
    end
  end

  --- Makes a client of the service.
  ---@param options table
  ---@param respond function(request, number)
  ---@param is_quick boolean|nil whether calls of an idle client first wait inside the core
  ---@return table client
  ---@return table wire `time`, `requests`, `exchanges`, `room` (transfers at once), `waited` (seconds), `ready` (owners of
  ---   streams that the next steps return)
  function fake.client(options, respond, is_quick)
    local wire <const> = {
      time = 1000,
      waited = 0,
      room = 100,
      was_sent = true,
      requests = {},
      exchanges = {},
      ready = {},
      respond = respond,
    }
    wire_of_next = wire
    local clock <const> = {}
    clock.first_wait = is_quick and 0.2 or nil
    function clock.now()
      return wire.time
    end
    function clock.random()
      return 0.5
    end
    function clock.step(session, seconds)
      return session:step(seconds)
    end
    local all <const> = { base_url = "http://127.0.0.1:1/v1" }
    for name, value in pairs(options) do
      all[name] = value
    end
    return client_module.new(all, clock), wire
  end

  return fake
end

return fake_core
