--- rows_proxy.lua: proxies that refuse a CONNECT, hang or close. No byte of the call is sent.
local expect <const> = require "spec.faults.expect"

local REFUSED <const> = "a proxy that refuses CONNECT is final, and named"
local NOT_SENT <const> = "nothing was sent, so every call is tried again"

local rows <const> = {}

local function add(row)
  row.over = { "proxy" }
  rows[#rows + 1] = row
end

for _, status in ipairs { 400, 401, 403, 404, 407, 429, 500, 502, 503, 504 } do
  add {
    name = ("a CONNECT refused with %d is final, and the proxy is named"):format(status),
    promise = REFUSED,
    proxy = function(peer, request)
      local headers <const> = { { "Proxy-Authenticate", 'Basic realm="proxy"' } }
      peer:reply(request, status, "<html>no</html>", status == 407 and headers or nil)
    end,
    calls = expect.final("connection", { seen = 0, retryable = false, message = "proxy" }),
  }
end

add {
  name = "a CONNECT refused by a proxy that then closes is final",
  promise = REFUSED,
  proxy = function(peer)
    peer.wire:write "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n"
    peer.wire:close()
  end,
  calls = expect.final("connection", { seen = 0, retryable = false, message = "proxy" }),
}

add {
  name = "a CONNECT that hangs ends with the connect timeout and is tried again",
  promise = NOT_SENT,
  options = { connect_timeout = 0.25 },
  proxy = function(peer)
    peer.wire.hang()
  end,
  calls = expect.not_sent "timeout",
}

add {
  name = "a proxy that answers CONNECT with endless headers is tried again",
  promise = NOT_SENT,
  proxy = function(peer)
    peer.wire:write("HTTP/1.1 200 OK\r\n" .. ("X-Filler: " .. ("x"):rep(4000) .. "\r\n"):rep(100))
    peer.wire:close()
  end,
  calls = expect.not_sent "connection",
}

add {
  name = "a proxy that closes at CONNECT is tried again",
  promise = NOT_SENT,
  proxy = function(peer)
    peer.wire:close()
  end,
  calls = expect.not_sent "connection",
}

add {
  name = "a proxy that resets at CONNECT is tried again",
  promise = NOT_SENT,
  proxy = function(peer)
    peer.wire:reset()
  end,
  calls = expect.not_sent "connection",
}

add {
  name = "a proxy that closes once at CONNECT is tried again, and the call is sent once",
  promise = NOT_SENT,
  proxy = function(peer)
    if peer.connection > 1 then return "tunnel" end
    peer.wire:close()
  end,
  calls = expect.success { attempts = 2 },
}

add {
  name = "a tunnel that is closed before TLS is tried again",
  promise = NOT_SENT,
  proxy = function(peer)
    peer.wire:write "HTTP/1.1 200 Connection established\r\n\r\n"
    peer.wire:close()
  end,
  calls = expect.not_sent { "connection", "tls" },
}

add {
  name = "a proxy that does not speak HTTP fails the call, and nothing was sent",
  promise = REFUSED,
  proxy = function(peer)
    peer.wire:write "220 mail.example.com ESMTP\r\n"
    peer.wire:close()
  end,
  calls = expect.not_sent({ "connection", "protocol" }, { attempts = { 1, 2 } }),
}

add {
  name = "a certificate refused behind a proxy is refused for good",
  promise = "certificates are always verified",
  certificate = "untrusted",
  calls = expect.final("tls", { seen = 0, retryable = false }),
}

add {
  name = "a connection closed behind a proxy is a broken one",
  promise = "once means once",
  fault = function(peer)
    peer.wire:close()
  end,
  calls = expect.broken "connection",
}

add {
  name = "a good proxy does no harm",
  promise = NOT_SENT,
  calls = expect.success { attempts = 1 },
}

return rows
