--- Access tokens: issued for the API key, checked on every other call.
local monotime <const> = require("cqueues").monotime

local core <const> = require "bytenite.core"

local base64 <const> = require "bytenite.sandbox.base64"
local identifiers <const> = require "bytenite.sandbox.identifiers"

---@class bytenite.sandbox.Tokens
---@field package lifetime integer seconds
---@field package ends table<string, number> when each token known ends, in monotonic seconds
local Tokens = {}
Tokens.__index = Tokens

local tokens = {}

--- An empty set of tokens.
---@param lifetime integer seconds a token lives
---@return bytenite.sandbox.Tokens
---@usage local known = tokens.new(3600)
function tokens.new(lifetime)
  return setmetatable({ lifetime = lifetime, ends = {} }, Tokens)
end

--- A new token that looks as the service's do: a signed JWT of about 1.2 KB. It is good only once `admit` has had it.
---@return string token
---@usage local token = known:issue()
function Tokens:issue()
  local now <const> = os.time()
  local header <const> = core.encode { alg = "RS256", kid = identifiers.text(43), typ = "JWT" }
  local claims <const> = core.encode {
    aud = identifiers.text(40),
    exp = now + self.lifetime,
    iat = now,
    iss = "bytenite-sandbox",
    jti = identifiers.uuid(),
    scope = "openid",
    session = identifiers.text(360),
    sub = identifiers.uuid(),
  }
  -- 256 bytes is what an RS256 signature has; nobody checks this one.
  return table.concat({ base64.encode_url(header), base64.encode_url(claims), identifiers.text(342) }, ".")
end

--- Takes a token into use, from now on for the lifetime.
---@param token string as `issue` gave it
---@usage known:admit(token)
function Tokens:admit(token)
  self.ends[token] = monotime() + self.lifetime
end

--- Whether a request with this Authorization may pass.
---@param authorization string|nil the header's whole value
---@return boolean valid
---@return string|nil reason why not, for the answer
---@usage local valid, reason = known:check(request.authorization)
function Tokens:check(authorization)
  if authorization == nil or authorization == "" then return false, "the access token is missing" end
  local ends <const> = self.ends[authorization]
  if ends == nil then return false, "the access token is not known" end
  if ends <= monotime() then return false, "the access token has expired" end
  return true
end

--- Ends the life of one token, as signing out does.
---@param token string
---@usage known:revoke(token)
function Tokens:revoke(token)
  self.ends[token] = nil
end

--- Ends the life of all tokens issued so far.
---@usage known:expire()
function Tokens:expire()
  for token in pairs(self.ends) do
    self.ends[token] = 0
  end
end

--- Forgets all tokens.
---@usage known:clear()
function Tokens:clear()
  self.ends = {}
end

return tokens
