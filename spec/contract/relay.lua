--- A relay in front of Prism, in this process. It passes requests on with a `Prefer` header of the
--- caller's choice, which tells Prism how to respond, and records the exchanges.
local http_client <const> = require "spec.support.http_client"
local http_server <const> = require "http.server"
local new_headers <const> = require("http.headers").new

local relay = {}

local PASSED_ON <const> = { "authorization", "content-type", "accept" }

local function passed_on(headers)
  local passed <const> = {}
  for _, name in ipairs(PASSED_ON) do
    passed[name] = headers:get(name)
  end
  return passed
end

local function response(stream, status, content_type, body)
  local headers <const> = new_headers()
  headers:append(":status", tostring(status))
  headers:append("content-type", content_type or "text/plain")
  headers:append("content-length", tostring(#body))
  stream:write_headers(headers, false)
  stream:write_chunk(body, true)
end

local function pass_on(self, stream)
  local headers <const> = assert(stream:get_headers())
  local target <const> = headers:get ":path"
  local seen <const> = {
    method = headers:get ":method",
    path = target:match "^[^?]*",
    query = target:match "?(.*)" or "",
    authorization = headers:get "authorization",
    content_type = headers:get "content-type",
    body = stream:get_body_as_string(),
  }
  local sent <const> = passed_on(headers)
  if self.prefers_for == "all" or seen.path == self.prefers_for then sent.prefer = self.prefer end
  local body <const> = #seen.body > 0 and seen.body or nil
  local connection <close> = http_client.connect(self.prism)
  local got <const> = assert(connection:request { method = seen.method, path = target, headers = sent, body = body })
  seen.status, seen.response, seen.violations = got.status, got.body, got.headers["sl-violations"]
  self.seen[#self.seen + 1] = seen
  response(stream, got.status, got.headers["content-type"], got.body)
end

--- Starts a relay.
---@param controller userdata of cqueues, which drives the relay
---@param prism string Prism's address
---@return table # url; prefer, the header's value, for requests to the path prefers_for, or "all"; seen, the requests and
---   their responses
---@usage local between = relay.start(controller, "http://127.0.0.1:4010")
function relay.start(controller, prism)
  local self <const> = { prism = prism, seen = {} }
  local server <const> = assert(http_server.listen {
    host = "127.0.0.1",
    port = 0,
    tls = false,
    cq = controller,
    onstream = function(_, stream)
      local ok <const>, problem <const> = pcall(pass_on, self, stream)
      if not ok then response(stream, 599, nil, "the relay: " .. tostring(problem)) end
    end,
    onerror = function() end, -- clients that close their connection
  })
  assert(server:listen())
  local _ <const>, _ <const>, port <const> = server:localname()
  self.url = "http://127.0.0.1:" .. port
  return self
end

return relay
