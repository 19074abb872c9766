--- certificates.lua: a throwaway authority, and server certificates that clients must accept or
--- refuse.
local bignum <const> = require "openssl.bignum"
local pkey <const> = require "openssl.pkey"
local rand <const> = require "openssl.rand"
local x509 <const> = require "openssl.x509"
local altname <const> = require "openssl.x509.altname"
local distinguished_name <const> = require "openssl.x509.name"
local new_context <const> = require("openssl.ssl.context").new

local certificates <const> = {}

local DAY <const> = 86400 -- seconds
local HOSTS <const> = { "localhost", "api.bytenite.test" }

local function named(common_name)
  return distinguished_name.new():add("CN", common_name)
end

-- Makes a certificate that lacks only the signature.
local function unsigned(subject, issuer, key, from, till)
  local certificate <const> = x509.new()
  certificate:setVersion(3)
  certificate:setSerial(bignum.fromBinary(rand.bytes(16)))
  certificate:setSubject(named(subject))
  certificate:setIssuer(named(issuer))
  local now <const> = os.time()
  certificate:setLifetime(now + from * DAY, now + till * DAY)
  certificate:setPublicKey(key)
  return certificate
end

local function new_key()
  return pkey.new { type = "EC", curve = "prime256v1" }
end

local function new_authority(name)
  local key <const> = new_key()
  local certificate <const> = unsigned(name, name, key, -1, 30)
  certificate:setBasicConstraints { CA = true }
  certificate:setBasicConstraintsCritical(true)
  certificate:sign(key, "sha256")
  return { key = key, name = name, certificate = certificate }
end

local function names_of(is_right)
  local names <const> = altname.new()
  if not is_right then return names:add("DNS", "elsewhere.test") end
  for _, host in ipairs(HOSTS) do
    names:add("DNS", host)
  end
  return names:add("IP", "127.0.0.1")
end

local function new_server(authority, how)
  local key <const> = new_key()
  local issuer <const> = authority and authority.name or "server"
  local certificate <const> = unsigned("server", issuer, key, how.from or -1, how.till or 30)
  certificate:setSubjectAlt(names_of(not how.has_wrong_host))
  certificate:sign(authority and authority.key or key, "sha256")
  return { key = key, certificate = certificate }
end

-- Makes a server context that chooses `protocol` if the client offers it.
local function context_for(server, protocol)
  local context <const> = new_context("TLS", true)
  context:setPrivateKey(server.key)
  context:setCertificate(server.certificate)
  context:setAlpnSelect(function(_, offered)
    for _, wanted in ipairs { protocol, "http/1.1" } do
      for _, name in ipairs(offered) do
        if name == wanted then return name end
      end
    end
    return nil
  end)
  return context
end

--- Makes all certificates: "good", "expired", "not yet valid", "wrong host", "untrusted" and
--- "self-signed".
---@return fun(name: string, protocol: string): userdata # returns an OpenSSL context
---@return string authority the certificate that clients must trust, as PEM
function certificates.new()
  local authority <const> = new_authority "authority"
  local servers <const> = {
    good = new_server(authority, {}),
    expired = new_server(authority, { from = -3, till = -2 }),
    ["not yet valid"] = new_server(authority, { from = 2, till = 3 }),
    ["wrong host"] = new_server(authority, { has_wrong_host = true }),
    untrusted = new_server(new_authority "another authority", {}),
    ["self-signed"] = new_server(nil, {}),
  }
  local contexts <const> = {}
  local function context(name, protocol)
    local key <const> = name .. "/" .. protocol
    contexts[key] = contexts[key] or context_for(assert(servers[name], name), protocol)
    return contexts[key]
  end
  return context, authority.certificate:toPEM()
end

return certificates
