--- certificates.lua: a throwaway authority, and server certificates that clients must accept or
--- refuse.
local altname <const> = require "openssl.x509.altname"
local certificate_authority <const> = require "spec.support.certificate_authority"
local new_context <const> = require("openssl.ssl.context").new

local certificates <const> = {}

local DAY <const> = 86400 -- seconds
local HOSTS <const> = { "localhost", "api.bytenite.test" }

local function right_hosts()
  local names <const> = altname.new()
  for _, host in ipairs(HOSTS) do
    names:add("DNS", host)
  end
  return names:add("IP", "127.0.0.1")
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
  local authority <const> = certificate_authority.new "authority"
  local hosts <const>, wrong_hosts <const> = right_hosts(), altname.new():add("DNS", "elsewhere.test")
  local servers <const> = {
    good = authority:issue("server", { hosts = hosts }),
    expired = authority:issue("server", { hosts = hosts, from = -3 * DAY, till = -2 * DAY }),
    ["not yet valid"] = authority:issue("server", { hosts = hosts, from = 2 * DAY, till = 3 * DAY }),
    ["wrong host"] = authority:issue("server", { hosts = wrong_hosts }),
    untrusted = certificate_authority.new("another authority"):issue("server", { hosts = hosts }),
    ["self-signed"] = certificate_authority.self_signed("server", { hosts = hosts }),
  }
  local contexts <const> = {}
  local function context(name, protocol)
    local key <const> = name .. "/" .. protocol
    contexts[key] = contexts[key] or context_for(assert(servers[name], name), protocol)
    return contexts[key]
  end
  return context, authority.pem
end

return certificates
