--- rows_cuts.lua: connections that end at every point between the request and the end of the
--- response.
local expect <const> = require "spec.faults.expect"

local HTTP1 <const> = { "http", "tls" }
local ONCE <const> = "once means once"
local WHOLE <const> = "whole or not at all"

local rows <const> = {}

-- Ways to end a connection, by the words for them in names.
local ENDS <const> = {
  ["closed"] = function(wire)
    wire:close()
  end,
  ["reset"] = function(wire)
    wire:reset()
  end,
  ["half-closed"] = function(wire)
    wire:fin()
  end,
}

local TLS_ENDS <const> = {
  ["closed without close_notify"] = function(wire)
    wire:drop()
  end,
  ["ended with close_notify and no FIN"] = function(wire)
    wire:close_notify()
  end,
}

local function add(row)
  rows[#rows + 1] = row
  return row
end

local function add_ends(name, promise, ends, over, begin, calls)
  for how, finish in pairs(ends) do
    add {
      name = ("a connection %s %s"):format(how, name),
      promise = promise,
      over = over,
      fault = function(peer, request)
        if begin then begin(peer, request) end
        finish(peer.wire)
      end,
      calls = calls(),
    }
  end
end

local function broken()
  return expect.broken "connection"
end

add_ends("after the request is a broken one", ONCE, ENDS, nil, nil, broken)
add_ends("after the request is a broken one", ONCE, TLS_ENDS, { "tls", "h2" }, nil, broken)

local function begin_body(peer, request)
  peer:begin(request, 200, 200)
end

local function send_half(peer, request)
  peer:begin(request, 200, 200)
  peer:data(request, '{"job":{"id":"job-1"')
end

local function send_half_unannounced(peer, request)
  peer:begin(request, 200)
  peer:data(request, '{"job":{"id":"job-1"')
end

-- The JSON is complete, but the response is not.
local function send_all_but_end(peer, request)
  peer:begin(request, 200)
  peer:data(request, '{"ok":true,"job":{"id":"job-1","name":"After"}}')
end

add_ends("after the response's headers is a broken one", WHOLE, ENDS, nil, begin_body, broken)
add_ends("in the middle of a body is a broken one", WHOLE, ENDS, nil, send_half, broken)
add_ends("in the middle of a body of unknown length is a broken one", WHOLE, ENDS, nil, send_half_unannounced, broken)
add_ends("before the end of the body is marked is a broken one", WHOLE, ENDS, nil, send_all_but_end, broken)
add_ends("in the middle of a body is a broken one", WHOLE, TLS_ENDS, { "tls", "h2" }, send_half, broken)

-- Responses over HTTP/1.1 that are cut.
local CUTS <const> = {
  ["inside the status line"] = "HTTP/1.1 20",
  ["after the status line"] = "HTTP/1.1 200 OK\r\n",
  ["inside a header's name"] = "HTTP/1.1 200 OK\r\nContent-Le",
  ["inside a header's value"] = "HTTP/1.1 200 OK\r\nContent-Type: appli",
  ["before the empty line"] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Type: application/json\r\n",
  ["inside the empty line"] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r",
  ["after an interim response"] = "HTTP/1.1 100 Continue\r\n\r\n",
  ["inside an interim response"] = "HTTP/1.1 100 Continue\r\nX: y",
  ["inside a chunk's size"] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2",
  ["inside a chunk"] = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"ok":true',
  ["after the last chunk's size"] = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n{"ok":true}\r\n0\r\n',
  ["inside the trailers"] = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n{"ok":true}\r\n0\r\nX: y\r\n',
}

for where, text in pairs(CUTS) do
  for _, how in ipairs { "closed", "reset" } do
    add {
      name = ("a response %s %s is no response"):format(how == "closed" and "cut off" or "broken off", where),
      promise = WHOLE,
      over = HTTP1,
      fault = function(peer)
        peer.wire:write(text)
        ENDS[how](peer.wire)
      end,
      calls = expect.broken "connection",
    }
  end
end

add {
  name = "a request by client:request whose response is cut before the empty line fails",
  promise = WHOLE,
  over = HTTP1,
  fault = function(peer)
    peer.wire:write "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    peer.wire:close()
  end,
  calls = { request = { kind = "connection", attempts = 2, seen = 2 } },
}

add {
  name = "a repeated DELETE is not done when a 404 is cut off",
  promise = WHOLE,
  over = HTTP1,
  fault = function(peer, request)
    if request.number > 1 then peer.wire:write "HTTP/1.1 404 Not Found\r\nContent-Le" end
    peer.wire:close()
  end,
  calls = { delete = { kind = "connection", attempts = 2, seen = 2, maybe_done = true } },
}

add {
  name = "a repeated DELETE is done when a 404 arrives complete",
  promise = ONCE,
  fault = function(peer, request)
    if request.number > 1 then return peer:reply(request, 404, '{"message":"no such job"}') end
    peer.wire:close()
  end,
  calls = { delete = { ok = true, attempts = 2, seen = 2 } },
}

add {
  name = "HTTP/2 headers cut before their end are no response",
  promise = WHOLE,
  over = { "h2" },
  fault = function(peer, request)
    peer:frame(1, 0, request.stream, "\0\x07:status\x03200")
    peer.wire:close()
  end,
  calls = expect.broken "connection",
}

add {
  name = "an HTTP/2 frame cut in its middle is no response",
  promise = WHOLE,
  over = { "h2" },
  fault = function(peer, request)
    peer:begin(request, 200)
    peer.wire:write(string.pack(">I3I1I1I4", 100, 0, 1, request.stream) .. '{"ok":true')
    peer.wire:close()
  end,
  calls = expect.broken "connection",
}

local WHOLE_BODY <const> = '{"ok":true,"job":{"id":"job-1","name":"After"}}'

add {
  name = "a body that ends with the connection is whole when the connection ends in order",
  promise = WHOLE,
  over = HTTP1,
  fault = function(peer)
    peer.wire:write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" .. WHOLE_BODY)
    peer.wire:close()
  end,
  calls = expect.success(),
}

add {
  name = "a body that ends with the connection is not whole when the connection is reset",
  promise = WHOLE,
  over = HTTP1,
  fault = function(peer)
    peer.wire:write "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    peer.wire:write(WHOLE_BODY)
    peer.wire.sleep(0.02)
    peer.wire:reset()
  end,
  calls = expect.broken "connection",
}

add {
  name = "half a body that ends with the connection is no response without a close_notify",
  promise = WHOLE,
  over = { "tls" },
  fault = function(peer)
    peer.wire:write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" .. WHOLE_BODY:sub(1, 30))
    peer.wire:drop()
  end,
  -- libcurl takes this for an orderly end.
  calls = expect.broken({ "connection", "protocol" }, { attempts = { 1, 2 }, seen = false, seen_at_most = 2 }),
}

for how, finish in pairs(ENDS) do
  local calls <const> = expect.success()
  if how == "reset" then -- a reset discards received bytes if a write fails first
    for _, expectation in pairs(calls) do
      expectation.ok, expectation.kind, expectation.maybe_done = "either", "connection", true
      expectation.seen = false
    end
  end
  add {
    name = ("a complete response counts even if the connection is %s after it"):format(how),
    promise = WHOLE,
    fault = function(peer, request)
      peer:reply(request, 200, WHOLE_BODY)
      if how == "reset" then peer.wire.sleep(0.02) end
      finish(peer.wire)
    end,
    calls = calls,
  }
end

add {
  name = "a complete response counts even if the connection ends without a close_notify",
  promise = WHOLE,
  over = { "tls", "h2" },
  fault = function(peer, request)
    peer:reply(request, 200, WHOLE_BODY)
    peer.wire:drop()
  end,
  calls = expect.success(),
}

for how, finish in pairs { closed = ENDS.closed, reset = ENDS.reset } do
  add {
    name = ("a connection %s before the whole request is read is a broken connection"):format(how),
    promise = ONCE,
    over = HTTP1,
    greet = function(peer)
      peer.wire:read_until "\r\n\r\n"
      finish(peer.wire)
    end,
    calls = expect.broken("connection", { seen = 0 }),
  }
end

for how, finish in pairs { closed = ENDS.closed, reset = ENDS.reset } do
  add {
    name = ("a request whose connection is %s once is sent again only if that is allowed"):format(how),
    promise = ONCE,
    times = 1,
    fault = function(peer)
      finish(peer.wire)
    end,
    calls = expect.broken_once("connection", { fresh = true }),
  }
end

return rows
