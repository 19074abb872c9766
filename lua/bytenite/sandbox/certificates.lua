--- Makes a temporary certificate authority for TLS on loopback: new keys at every start, in memory
--- only.
local bignum <const> = require "openssl.bignum"
local pkey <const> = require "openssl.pkey"
local rand <const> = require "openssl.rand"
local x509 <const> = require "openssl.x509"
local altname <const> = require "openssl.x509.altname"
local extension <const> = require "openssl.x509.extension"
local distinguished_name <const> = require "openssl.x509.name"
local http_tls <const> = require "http.tls"

local certificates = {}

local LIFETIME <const> = 30 * 86400 -- seconds; a sandbox rarely lives longer
local BACKDATED <const> = 3600 -- seconds, in case the clock is set back

local function named(common_name)
  local name <const> = distinguished_name.new()
  name:add("O", "bytenite sandbox")
  name:add("CN", common_name)
  return name
end

local function unsigned(subject, issuer, key)
  local certificate <const> = x509.new()
  certificate:setVersion(3)
  certificate:setSerial(bignum.fromBinary(rand.bytes(16)))
  certificate:setSubject(subject)
  certificate:setIssuer(issuer)
  local now <const> = os.time()
  certificate:setLifetime(now - BACKDATED, now + LIFETIME)
  certificate:setPublicKey(key)
  return certificate
end

local function new_authority()
  local key <const> = pkey.new { type = "EC", curve = "prime256v1" }
  local name <const> = named("throwaway authority " .. os.time())
  local certificate <const> = unsigned(name, name, key)
  certificate:setBasicConstraints { CA = true, pathLen = 0 }
  certificate:setBasicConstraintsCritical(true)
  certificate:addExtension(extension.new("keyUsage", "critical,keyCertSign,cRLSign"))
  certificate:sign(key, "sha256")
  return { key = key, name = name, certificate = certificate }
end

local function new_server_certificate(authority, host)
  local key <const> = pkey.new { type = "EC", curve = "prime256v1" }
  local certificate <const> = unsigned(named "localhost", authority.name, key)
  local names <const> = altname.new()
  names:add("DNS", "localhost")
  names:add("IP", "127.0.0.1")
  names:add("IP", "::1")
  if host ~= "127.0.0.1" and host ~= "::1" then names:add("IP", host) end
  certificate:setSubjectAlt(names)
  certificate:setBasicConstraints { CA = false }
  certificate:setBasicConstraintsCritical(true)
  certificate:addExtension(extension.new("keyUsage", "critical,digitalSignature"))
  certificate:addExtension(extension.new("extendedKeyUsage", "serverAuth"))
  certificate:sign(authority.key, "sha256")
  return certificate, key
end

-- Chooses HTTP/2 if the client offers it, like the service's own front end.
local function choose_protocol(_, offered)
  local chosen
  for _, protocol in ipairs(offered) do
    if protocol == "h2" then return protocol end
    if protocol == "http/1.1" then chosen = protocol end
  end
  return chosen
end

--- Makes an authority and a server certificate signed by it for localhost, 127.0.0.1, ::1 and
--- `host`.
---@param host string the loopback address served
---@return userdata context an OpenSSL server context (luaossl) with HTTP/2 and HTTP/1.1 by ALPN
---@return string authority the authority's certificate as PEM text, for clients to trust
---@usage local context, authority = certificates.new("127.0.0.1")
function certificates.new(host)
  local authority <const> = new_authority()
  local certificate <const>, key <const> = new_server_certificate(authority, host)
  local context <const> = http_tls.new_server_context()
  if context.setGroups then context:setGroups "X25519:P-256" end -- clients offer these first: saves a round trip
  context:setAlpnSelect(choose_protocol)
  context:setPrivateKey(key)
  context:setCertificate(certificate)
  return context, authority.certificate:toPEM()
end

return certificates
