--- Refuses requests that a web page made a browser send: with a foreign Host (DNS rebinding) or a
--- foreign Origin.
local responses <const> = require "bytenite.sandbox.http.responses"

local origin_check = {}

-- Returns the name or address in a Host header, without brackets and port.
local function name_of(authority)
  return authority:match "^%[(.-)%]:?%d*$" or authority:match "^([^:]*):?%d*$"
end

local function is_loopback(name)
  return name == "::1" or name:find "^127%.%d+%.%d+%.%d+$" ~= nil or name:lower():find "^localhost%.?$" ~= nil
end

--- Checks where a request comes from. Clients other than browsers send no Origin. Accepts any port,
--- because ports may be forwarded.
---@param received bytenite.sandbox.Request
---@return bytenite.sandbox.Response|nil refusal nil if the request may be served
---@usage local refusal = origin_check.refusal(received)
function origin_check.refusal(received)
  local host <const>, origin <const> = received.host, received.header "origin"
  local name <const> = host and name_of(host)
  if host and not (name and is_loopback(name)) then
    return responses.gateway(403, "the Host header must name a loopback address or localhost")
  end
  if origin and origin:match "^https?://(.*)$" ~= host then
    return responses.gateway(403, "the Origin header names another site")
  end
  return nil
end

return origin_check
