--- rows_http2_streams.lua: HTTP/2 streams and connections that the server ends: RST_STREAM and
--- GOAWAY with every error code.
local expect <const> = require "spec.faults.expect"
local frames <const> = require "spec.faults.frames"

local ONCE <const> = "once means once"
local WHOLE <const> = "whole or not at all"
local COUNTED <const> = "no request is sent unaccounted"
local BODY <const> = '{"ok":true,"job":{"id":"job-1","name":"After"}}'
local HTTP_1_1_REQUIRED <const> = 13
local HIGHEST <const> = 0x7fffffff

local rows <const> = {}

local function add(row)
  row.over = { "h2" }
  rows[#rows + 1] = row
end

-- libcurl by itself repeats a request over HTTP/1.1 if the server asks for that. The module must
-- count the repeat, or prevent it.
local function after_reset(code)
  local calls <const> = expect.broken "connection"
  if code == HTTP_1_1_REQUIRED then
    calls.update.ok, calls.update.attempts, calls.update.seen = "either", { 1, 2 }, false
  end
  return calls
end

for code, name in pairs(frames.codes) do
  add {
    name = ("a stream reset with %s before its response is a broken request"):format(name),
    promise = ONCE,
    events = true,
    fault = function(peer, request)
      if peer.version == 1 then return "reply" end
      peer:reset_stream(request, code)
    end,
    calls = after_reset(code),
  }
  add {
    name = ("a stream of a kept connection reset with %s is a broken request"):format(name),
    promise = COUNTED,
    events = true,
    warm = true,
    fault = function(peer, request)
      if peer.version == 1 then return "reply" end
      peer:reset_stream(request, code)
    end,
    calls = after_reset(code),
  }
  add {
    name = ("a stream reset with %s after the headers of its response gives no response"):format(name),
    promise = WHOLE,
    fault = function(peer, request)
      if peer.version == 1 then return "reply" end
      peer:begin(request, 200)
      peer:reset_stream(request, code)
    end,
    calls = after_reset(code),
  }
  add {
    name = ("a stream reset with %s in the middle of a body gives no response"):format(name),
    promise = WHOLE,
    fault = function(peer, request)
      if peer.version == 1 then return "reply" end
      peer:begin(request, 200, 100)
      peer:data(request, BODY:sub(1, 20))
      peer:reset_stream(request, code)
    end,
    calls = after_reset(code),
  }
end

for _, code in ipairs { 0, 2, 7, 8 } do
  local calls <const> = expect.broken "connection"
  if code == 0 then -- libcurl takes this for an orderly end; the object is complete
    for _, expectation in pairs(calls) do
      expectation.ok, expectation.attempts, expectation.seen = "either", { 1, 2 }, false
    end
  end
  add {
    name = ("a stream reset with %s after a whole object without an end gives no response"):format(frames.codes[code]),
    promise = WHOLE,
    fault = function(peer, request)
      peer:begin(request, 200)
      peer:data(request, BODY)
      peer:reset_stream(request, code)
    end,
    calls = calls,
  }
  add {
    name = ("a stream reset with %s after the end of its response returns its response"):format(frames.codes[code]),
    promise = WHOLE,
    fault = function(peer, request)
      peer:reply(request, 200, BODY)
      peer:reset_stream(request, code)
    end,
    calls = expect.success(),
  }
  add {
    name = ("without retries a stream reset with %s is sent once"):format(frames.codes[code]),
    promise = COUNTED,
    events = true,
    warm = true,
    options = { max_retries = 0 },
    fault = function(peer, request)
      peer:reset_stream(request, code)
    end,
    calls = {
      update = { kind = "connection", attempts = 1, seen = 1, maybe_done = true },
      run = { kind = "connection", attempts = 1, seen = 1, maybe_done = true },
      get = { kind = "connection", attempts = 1, seen = 1 },
    },
  }
end

add {
  name = "a request by client:request gets no response from a stream reset with NO_ERROR after its headers",
  promise = WHOLE,
  fault = function(peer, request)
    peer:begin(request, 200)
    peer:reset_stream(request, 0)
  end,
  calls = { request = { kind = "connection", attempts = 2, seen = 2 } },
}

add {
  name = "a stream that is refused once is sent again only if that is allowed",
  promise = ONCE,
  times = 1,
  fault = function(peer, request)
    peer:reset_stream(request, 7)
  end,
  calls = expect.broken_once "connection",
}

-- GOAWAY while a request is in flight, then the end of the connection.
for code, name in pairs(frames.codes) do
  add {
    name = ("GOAWAY with %s at the request's stream, then a close, breaks the request"):format(name),
    promise = ONCE,
    fault = function(peer, request)
      peer:goaway(request.stream, code)
      peer.wire:close()
    end,
    calls = expect.broken "connection",
  }
  add {
    name = ("GOAWAY with %s below the request's stream, then a close, breaks the request"):format(name),
    promise = ONCE,
    warm = true,
    events = true,
    fault = function(peer, request)
      peer:goaway(math.max(0, request.stream - 2), code)
      peer.wire:close()
    end,
    calls = expect.broken "connection",
  }
end

for _, code in ipairs { 0, 1, 2, 11, 13 } do
  add {
    name = ("GOAWAY with %s below the request's stream, without a close, breaks the request"):format(
      frames.codes[code]
    ),
    promise = ONCE,
    warm = true,
    options = { timeout = 0.3 },
    fault = function(peer, request)
      peer:goaway(math.max(0, request.stream - 2), code)
    end,
    calls = expect.broken { "connection", "timeout" },
  }
  add {
    name = ("GOAWAY with %s above the request's stream lets the response come"):format(frames.codes[code]),
    promise = WHOLE,
    fault = function(peer, request)
      peer:goaway(HIGHEST, code)
      peer.wire.sleep(0.01)
      peer:reply(request, 200, BODY)
    end,
    calls = expect.success(),
  }
end

add {
  name = "GOAWAY at the request's stream lets the response come, and the next call uses another connection",
  promise = WHOLE,
  warm = true,
  fault = function(peer, request)
    peer:goaway(request.stream, 0)
    peer.wire.sleep(0.01)
    peer:reply(request, 200, BODY)
    peer.wire:close()
  end,
  next_retries = 0,
  calls = expect.success(),
}

add {
  name = "GOAWAY in two steps lets the response come",
  promise = WHOLE,
  fault = function(peer, request)
    peer:goaway(HIGHEST, 0)
    peer.wire.sleep(0.01)
    peer:goaway(request.stream, 0)
    peer:reply(request, 200, BODY)
    peer.wire:close()
  end,
  next_retries = 0,
  calls = expect.success(),
}

add {
  name = "GOAWAY after part of a body, then a close, breaks the request",
  promise = WHOLE,
  fault = function(peer, request)
    peer:begin(request, 200, 100)
    peer:data(request, BODY:sub(1, 20))
    peer:goaway(request.stream, 0)
    peer.wire:close()
  end,
  calls = expect.broken "connection",
}

add {
  name = "GOAWAY with a reason of many bytes is an end like any other",
  promise = "everything is bounded",
  fault = function(peer, request)
    peer:frame(frames.GOAWAY, 0, 0, string.pack(">I4I4", request.stream, 2) .. ("why"):rep(5000))
    peer.wire:close()
  end,
  calls = expect.broken "connection",
}

add {
  name = "a server that says GOAWAY before anything else breaks no once-only call in two",
  promise = ONCE,
  options = { timeout = 0.5 },
  greet = function(peer)
    peer:goaway(0, 0)
    peer.wire.sleep(0.05)
    peer.wire:close()
  end,
  calls = {
    update = { kind = { "connection", "timeout", "tls" }, attempts = 2, maybe_done = "either", seen_at_most = 2 },
    run = { kind = { "connection", "timeout", "tls" }, attempts = { 1, 2 }, maybe_done = "either", seen_at_most = 1 },
  },
}

return rows
