--- Access tokens: issued for the API key, checked on every other call.
local monotime <const> = require("cqueues").monotime

local core <const> = require "bytenite.core"

local base64 <const> = require "bytenite.sandbox.base.base64"
local random_ids <const> = require "bytenite.sandbox.base.random_ids"

---@class bytenite.sandbox.AccessTokens
---@field package lifetime integer seconds
---@field package ends table<string, number> when each known token expires, in monotonic seconds
local AccessTokens = {}
AccessTokens.__index = AccessTokens

local access_tokens = {}

--- Makes an empty set of tokens.
---@param lifetime integer of a token, in seconds
---@return bytenite.sandbox.AccessTokens
---@usage local known = access_tokens.new(3600)
function access_tokens.new(lifetime)
  return setmetatable({ lifetime = lifetime, ends = {} }, AccessTokens)
end

--- Makes a token like those of the service: a signed JWT of about 1.2 KB. It is valid only after
--- `admit`.
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

--- Makes a token valid from now on, for the lifetime.
---@param token string as `issue` returns it
---@usage known:admit(token)
function AccessTokens:admit(token)
  self.ends[token] = monotime() + self.lifetime
end

--- Returns whether a request with this Authorization may pass.
---@param authorization string|nil the whole value of the header
---@return boolean valid
---@return string|nil reason for the response if it is not valid
---@usage local valid, reason = known:check(request.authorization)
function AccessTokens:check(authorization)
  if authorization == nil or authorization == "" then return false, "the access token is missing" end
  local ends <const> = self.ends[authorization]
  if ends == nil then return false, "the access token is unknown" end
  if ends <= monotime() then return false, "the access token has expired" end
  return true
end

--- Revokes a token, as signing out does.
---@param token string
---@usage known:revoke(token)
function AccessTokens:revoke(token)
  self.ends[token] = nil
end

--- Expires all tokens issued so far.
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
