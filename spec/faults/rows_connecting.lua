--- rows_connecting.lua: faults before a request is sent: name, TCP, TLS, certificates.
local expect <const> = require "spec.faults.expect"

local SECURE <const> = { "tls", "h2" }
local NOT_SENT <const> = "nothing was sent, so every call is tried again"
local TRUST <const> = "certificates are always verified"

local rows <const> = {
  {
    name = "a refused connection is tried again",
    promise = NOT_SENT,
    port = "refuse",
    has_no_next = true,
    calls = expect.not_sent("connection", { retryable = true }),
  },
  {
    name = "a connection that is never accepted is tried again",
    promise = NOT_SENT,
    over = { "http" },
    port = "hang",
    has_no_next = true,
    options = { connect_timeout = 0.25 },
    calls = expect.not_sent("timeout", { retryable = true }),
  },
  {
    name = "a host name that does not resolve is tried again",
    promise = NOT_SENT,
    host = ("a"):rep(64) .. ".test", -- the label is too long for a DNS query
    options = { allow_http = true },
    has_no_next = true,
    calls = expect.not_sent("connection", { message = "resolve" }),
  },
  {
    name = "a connection closed before TLS is tried again",
    promise = NOT_SENT,
    over = SECURE,
    connect = function(wire)
      wire:drop()
    end,
    calls = expect.not_sent { "connection", "tls" },
  },
  {
    name = "a connection reset before TLS is tried again",
    promise = NOT_SENT,
    over = SECURE,
    connect = function(wire)
      wire:reset()
    end,
    calls = expect.not_sent { "connection", "tls" },
  },
  {
    name = "a connection reset in the middle of the TLS handshake is tried again",
    promise = NOT_SENT,
    over = SECURE,
    connect = function(wire)
      wire:read(40)
      wire:write "\22\3\3\0\80"
      wire:reset()
    end,
    calls = expect.not_sent { "connection", "tls" },
  },
  {
    name = "a TLS handshake that hangs ends with the connect timeout and is tried again",
    promise = NOT_SENT,
    over = { "tls" },
    options = { connect_timeout = 0.25 },
    connect = function(wire)
      wire.hang()
    end,
    calls = expect.not_sent "timeout",
  },
  {
    name = "a TLS handshake that hangs once is made again",
    promise = NOT_SENT,
    over = { "tls" },
    options = { connect_timeout = 0.4 },
    connect = function(wire, number)
      if number > 1 then return "serve" end
      wire.hang()
    end,
    calls = expect.success { attempts = 2 },
  },
  {
    name = "a TLS handshake that drips ends with the connect timeout",
    promise = "everything is bounded",
    over = { "tls" },
    options = { connect_timeout = 0.25 },
    connect = function(wire)
      wire:drip("\22\3\3\0\122\2" .. ("\0"):rep(121), 0.02)
    end,
    calls = expect.not_sent { "timeout", "tls", "connection" },
  },
  {
    name = "a server that speaks plain HTTP where TLS is expected is not understood",
    promise = NOT_SENT,
    over = SECURE,
    connect = function(wire)
      wire:read(40)
      wire:write "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
      wire:drop()
    end,
    calls = expect.not_sent({ "tls", "connection" }, { attempts = { 1, 2 } }),
  },
  {
    name = "a TLS alert ends the handshake",
    promise = NOT_SENT,
    over = SECURE,
    connect = function(wire)
      wire:read(40)
      wire:write "\21\3\3\0\2\2\40" -- fatal, handshake_failure
      wire:drop()
    end,
    calls = expect.not_sent({ "tls", "connection" }, { attempts = { 1, 2 } }),
  },
  {
    name = "a connection closed once it is accepted is opened again",
    promise = NOT_SENT,
    connect = function(wire, number)
      if number > 1 then return "serve" end
      wire:drop()
    end,
    calls = {
      update = { ok = true, seen = 1 },
      -- Over plain HTTP a byte may have left before the client notices the end.
      run = {
        ok = true,
        seen = 1,
        http = { ok = "either", kind = "connection", maybe_done = "either", seen_at_most = 1, seen = false },
      },
    },
  },
}

for certificate, name in pairs {
  expired = "an expired certificate",
  ["not yet valid"] = "a certificate that is not valid yet",
  ["wrong host"] = "a certificate of another host",
  untrusted = "a certificate of an authority that is not trusted",
  ["self-signed"] = "a self-signed certificate",
} do
  rows[#rows + 1] = {
    name = name .. " is refused for good",
    promise = TRUST,
    over = SECURE,
    certificate = certificate,
    calls = expect.final("tls", { seen = 0, retryable = false }),
  }
end

return rows
