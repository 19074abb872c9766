--- Signs URLs as storage services do: each is valid for one path, for some time.
local random_bytes <const> = require("openssl.rand").bytes
local new_hmac <const> = require("openssl.hmac").new

local file_contents <const> = require "bytenite.sandbox.model.file_contents"

---@class bytenite.sandbox.SignedUrls
---@field package lifetime number seconds
---@field package secret string
local SignedUrls = {}
SignedUrls.__index = SignedUrls

local signed_urls = {}

--- Makes a signer with a new secret.
---@param lifetime number of a link, in seconds
---@return bytenite.sandbox.SignedUrls
---@usage local signed = signed_urls.new(172800)
function signed_urls.new(lifetime)
  return setmetatable({ lifetime = lifetime, secret = random_bytes(32) }, SignedUrls)
end

local function signature(self, path, ends)
  return file_contents.hex(new_hmac(self.secret, "sha256"):final(path .. "\n" .. ends))
end

--- Returns a path with a signature in its query.
---@param path string percent-encoded
---@param now number seconds since the epoch
---@return string path with a query
---@usage local link = origin .. signed:sign("/sandbox/uploads/j1", now)
function SignedUrls:sign(path, now)
  local ends <const> = ("%.3f"):format(now + self.lifetime)
  return ("%s?X-Expires=%s&X-Signature=%s"):format(path, ends, signature(self, path, ends))
end

--- Returns whether a path has a valid signature that has not expired.
---@param signed string path and query as received
---@param now number seconds since the epoch
---@return boolean
---@usage if not signed:is_good(request.path, now) then ... end
function SignedUrls:is_good(signed, now)
  local path <const>, query <const> = signed:match "^([^?]*)%??(.*)$"
  local ends <const> = query:match "X%-Expires=([%d.]+)"
  if ends == nil or signature(self, path, ends) ~= query:match "X%-Signature=(%x+)" then return false end
  return now < tonumber(ends)
end

--- Expires all links signed so far.
---@usage signed:expire()
function SignedUrls:expire()
  self.secret = random_bytes(32)
end

return signed_urls
