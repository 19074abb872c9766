--- Access tokens: issued for the API key, checked on every other call.
local monotime <const> = require("cqueues").monotime

local core <const> = require "bytenite.core"

local base64 <const> = require "bytenite.sandbox.base.base64"
local random_ids <const> = require "bytenite.sandbox.base.random_ids"

---@class bytenite.sandbox.AccessTokens
---@field package lifetime integer seconds
---@field package ends table<string, number> when each token known ends, in monotonic seconds
local AccessTokens = {}
AccessTokens.__index = AccessTokens

local access_tokens = {}

--- An empty set of tokens.
---@param lifetime integer seconds a token lives
---@return bytenite.sandbox.AccessTokens
---@usage local known = access_tokens.new(3600)
function access_tokens.new(lifetime)
  return setmetatable({ lifetime = lifetime, ends = {} }, AccessTokens)
end

--- A new token that looks as the service's do: a signed JWT of about 1.2 KB. It is good only once
--- `admit` has had it.
---@return string token
---@usage local token = known:issue()
function AccessTokens:issue()
  local now <const> = os.time()
  local header <const> = core.encode { alg = "RS256", kid = random_ids.text(43), typ = "JWT" }
  local claims <const> = core.encode {
    aud = random_ids.text(40),
    exp = now + self.lifetime,
    iat = now,
    iss = "bytenite-sandbox",
    jti = random_ids.uuid(),
    scope = "openid",
    session = random_ids.text(360),
    sub = random_ids.uuid(),
  }
  -- 256 bytes, the size of an RS256 signature; this one is never checked.
  return table.concat({ base64.encode_url(header), base64.encode_url(claims), random_ids.text(342) }, ".")
end

--- Takes a token into use, from now on for the lifetime.
---@param token string as `issue` gave it
---@usage known:admit(token)
function AccessTokens:admit(token)
  self.ends[token] = monotime() + self.lifetime
end

--- Whether a request with this Authorization may pass.
---@param authorization string|nil the header's whole value
---@return boolean valid
---@return string|nil reason why not, for the response
---@usage local valid, reason = known:check(request.authorization)
function AccessTokens:check(authorization)
  if authorization == nil or authorization == "" then return false, "the access token is missing" end
  local ends <const> = self.ends[authorization]
  if ends == nil then return false, "the access token is not known" end
  if ends <= monotime() then return false, "the access token has expired" end
  return true
end

--- Ends the life of one token, as signing out does.
---@param token string
---@usage known:revoke(token)
function AccessTokens:revoke(token)
  self.ends[token] = nil
end

--- Ends the life of all tokens issued so far.
---@usage known:expire()
function AccessTokens:expire()
  for token in pairs(self.ends) do
    self.ends[token] = 0
  end
end

--- Forgets all tokens.
---@usage known:clear()
function AccessTokens:clear()
  self.ends = {}
end

return access_tokens
