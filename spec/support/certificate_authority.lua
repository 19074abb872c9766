--- A certificate authority in memory, for tests of TLS trust.
local altname <const> = require "openssl.x509.altname"
local bignum <const> = require "openssl.bignum"
local digest <const> = require "openssl.digest"
local distinguished_name <const> = require "openssl.x509.name"
local folder <const> = require "spec.support.folder"
local new_context <const> = require("openssl.ssl.context").new
local pkey <const> = require "openssl.pkey"
local rand <const> = require "openssl.rand"
local store <const> = require "openssl.x509.store"
local x509 <const> = require "openssl.x509"

local Authority <const> = {}
Authority.__index = Authority

local certificate_authority <const> = {}

local DAY <const> = 86400 -- seconds

-- Makes a certificate that lacks only the signature. It is valid from and until some seconds from now.
local function unsigned(subject, issuer, key, from, till)
  local certificate <const> = x509.new()
  certificate:setVersion(3)
  certificate:setSerial(bignum.fromBinary(rand.bytes(16)))
  certificate:setSubject(distinguished_name.new():add("CN", subject))
  certificate:setIssuer(distinguished_name.new():add("CN", issuer))
  local now <const> = os.time()
  certificate:setLifetime(now + (from or -DAY), now + (till or DAY))
  certificate:setPublicKey(key)
  return certificate
end

local function new_key()
  return pkey.new { type = "EC", curve = "prime256v1" }
end

--- Makes an authority.
---@param name string
---@return table # `certificate` of luaossl and `pem`, the same as text
---@usage local ours = certificate_authority.new "ours"
function certificate_authority.new(name)
  local key <const> = new_key()
  local certificate <const> = unsigned(name, name, key)
  certificate:setBasicConstraints { CA = true }
  certificate:setBasicConstraintsCritical(true)
  certificate:sign(key, "sha256")
  return setmetatable({ name = name, key = key, certificate = certificate, pem = certificate:toPEM() }, Authority)
end

--- Returns the name under which OpenSSL finds the authority in a folder, as `openssl rehash` makes it.
---@return string
---@usage folder:write(ours:hash_name(), ours.pem)
function Authority:hash_name()
  local text <const> = self.name:lower()
  local common_name <const> = "\x06\x03\x55\x04\x03\x0C" .. string.pack("s1", text)
  local subject <const> = "\x31" .. string.pack("s1", "\x30" .. string.pack("s1", common_name))
  return ("%08x.0"):format((string.unpack("<I4", digest.new("sha1"):final(subject))))
end

-- Makes a certificate and its key, signed with `signer`; without it, with the key itself.
local function issue(name, issuer, signer, options)
  local key <const> = new_key()
  local certificate <const> = unsigned(name, issuer, key, options.from, options.till)
  certificate:setSubjectAlt(options.hosts or altname.new():add("IP", "127.0.0.1"))
  certificate:sign(signer or key, "sha256")
  return { certificate = certificate, key = key, pem = certificate:toPEM(), key_pem = key:toPEM "private" }
end

--- Makes a certificate and its key.
---@param name string its common name
---@param options table|nil `hosts`, an altname of luaossl (127.0.0.1), `from` and `till`, in seconds from
---   now (a day before and after)
---@return table # `certificate` and `key` of luaossl; `pem` and `key_pem` as text
---@usage local own = ours:issue "client"
function Authority:issue(name, options)
  return issue(name, self.name, self.key, options or {})
end

--- Makes a certificate that no authority has signed.
---@see Authority.issue
function certificate_authority.self_signed(name, options)
  return issue(name, name, nil, options or {})
end

--- Makes the context of a server with a certificate of this authority.
---@param clients table|nil the authority that must have signed the certificates of clients; nil: they need none
---@param is_optional boolean|nil whether clients may do without
---@return userdata
---@usage local context = ours:context(ours)
function Authority:context(clients, is_optional)
  local own <const> = self:issue "server"
  local context <const> = new_context("TLS", true)
  context:setPrivateKey(own.key)
  context:setCertificate(own.certificate)
  if clients then
    local place <close> = folder.new()
    context:setStore(store.new():add(place:write("ca.pem", clients.pem))) -- luaossl leaks a certificate that is added
    local demand <const> = require("openssl.ssl.context").VERIFY_FAIL_IF_NO_PEER_CERT
    local verify <const> = require("openssl.ssl.context").VERIFY_PEER
    context:setVerify(is_optional and verify or verify | demand, 2)
  end
  return context
end

return certificate_authority
