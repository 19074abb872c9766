--- rows_http2_connections.lua: HTTP/2 connections as a whole: flow control, limits, floods, invalid
--- frames.
local expect <const> = require "spec.faults.expect"
local frames <const> = require "spec.faults.frames"

local BOUNDED <const> = "everything is bounded"
local DEAD <const> = "dead means dead"
local WHOLE <const> = "whole or not at all"
local BODY <const> = '{"ok":true,"job":{"id":"job-1","name":"After"}}'
local MEMORY <const> = 48 -- MiB
local MAX_CONCURRENT_STREAMS <const>, INITIAL_WINDOW_SIZE <const>, MAX_FRAME_SIZE <const> = 3, 4, 5

local rows <const> = {}

local function add(row)
  row.over = { "h2" }
  rows[#rows + 1] = row
end

-- The client learns the window size with the first response, so the first request may be sent in
-- full.
add {
  name = "a stream window of 0 keeps a body back until the timeout",
  promise = DEAD,
  options = { timeout = 0.4 },
  warm = true,
  settings = { [INITIAL_WINDOW_SIZE] = 0 },
  next_retries = 0,
  calls = {
    update = { ok = true, attempts = 2, seen = 1 },
    create = { ok = "either", kind = "timeout", attempts = 1, seen_at_most = 1, maybe_done = true },
    get = { ok = true, attempts = 1, seen = 1 },
  },
}

local function open_window_late(peer)
  peer.wire.spawn(function()
    peer.wire.sleep(0.1)
    peer:frame(frames.SETTINGS, 0, 0, frames.settings { [INITIAL_WINDOW_SIZE] = 65535 })
  end)
end

add {
  name = "a stream window that opens late lets the body go",
  promise = WHOLE,
  warm = true,
  settings = { [INITIAL_WINDOW_SIZE] = 0 },
  idle = open_window_late,
  greet = open_window_late,
  calls = {
    update = { ok = true, attempts = 1, seen = 1 },
    create = { ok = true, attempts = 1, seen = 1 },
  },
}

add {
  name = "a connection whose window is used up is given up after one timeout",
  promise = DEAD,
  options = { timeout = 0.5 },
  keeps_windows = true,
  warm_call = "large_update",
  next_retries = 0,
  calls = { large_update = { ok = true, attempts = 2, seen = 1, fresh = true } },
}

add {
  name = "a connection whose server stops reading after two calls gets no further request",
  promise = DEAD,
  options = { timeout = 0.4 },
  warm = true,
  warm_call = "get",
  idle = function(peer)
    peer.wire:stop_reading()
  end,
  next_retries = 0,
  calls = {
    update = { ok = true, attempts = 2, seen = 1, fresh = true },
    run = { kind = "timeout", attempts = 1, seen = 0, maybe_done = true },
    get = { ok = true, attempts = 2, seen = 1, fresh = true },
  },
}

add {
  name = "a connection whose server only answers PING is given up after one timeout",
  promise = DEAD,
  options = { timeout = 0.4 },
  warm = true,
  times = 1,
  fault = function(peer)
    for _ = 1, 20 do
      peer.wire.sleep(0.02)
      peer:frame(frames.PING, 0, 0, "12345678")
    end
  end,
  next_retries = 0,
  calls = expect.broken_once("timeout", { fresh = true }),
}

add {
  name = "a kept connection that allows no stream at all ends the call in time",
  promise = BOUNDED,
  options = { timeout = 0.4 },
  warm = true,
  settings = { [MAX_CONCURRENT_STREAMS] = 0 },
  has_no_next = true, -- the connection never allows a stream
  calls = {
    update = { ok = "either", kind = { "timeout", "connection" }, attempts = { 1, 2 }, maybe_done = "either" },
    run = { ok = "either", kind = { "timeout", "connection" }, attempts = { 1, 2 }, maybe_done = "either" },
  },
}

add {
  name = "a limit of one stream at a time is enough",
  promise = WHOLE,
  settings = { [MAX_CONCURRENT_STREAMS] = 1 },
  test = function(context)
    context.remote:arm()
    local client <close> = context.connect()
    local results <const> = client:map({ 1, 2, 3, 4, 5, 6, 7, 8 }, function(index)
      return client:get_job("job-" .. index)
    end)
    context.complaints:expect("succeeded", 8, results.succeeded)
    local created <const> = client:map({ 1, 2, 3, 4 }, function(index)
      return client:create_job { templateId = "img-gen", name = "Created " .. index }
    end)
    context.complaints:expect("created", 4, created.succeeded)
  end,
}

for status, kind in pairs { [403] = "permission_denied", [404] = "not_found", [409] = "conflict" } do
  add {
    name = ("%d as nothing but headers without a length is a whole response"):format(status),
    promise = WHOLE,
    fault = function(peer, request)
      peer:end_with_headers(request, status)
    end,
    calls = expect.final(kind, { status = status }),
  }
end

add {
  name = "200 as nothing but headers without a length is a whole response to HEAD, not to GET",
  promise = WHOLE,
  fault = function(peer, request)
    peer:end_with_headers(request, 200)
  end,
  calls = {
    head = { ok = true, seen = 1 },
    request = { kind = "connection", attempts = 2, seen = 2 },
  },
}

add {
  name = "a 401 as nothing but headers without a length has the token renewed",
  promise = WHOLE,
  options = { access_token = false, api_key = "key" },
  times = 1,
  fault = function(peer, request)
    peer:end_with_headers(request, 401)
  end,
  calls = {
    update = { ok = true, attempts = 2, seen = 2 },
    run = { ok = true, attempts = 2, seen = 2, may_repeat = true },
  },
}

add {
  name = "trailers after the body do no harm",
  promise = WHOLE,
  fault = function(peer, request)
    peer:begin(request, 200)
    peer:data(request, BODY)
    peer:finish(request, { { "x-checksum", "1234" }, { "grpc-status", "0" } })
  end,
  calls = expect.success(),
}

add {
  name = "headers in several frames are accepted",
  promise = WHOLE,
  fault = function(peer, request)
    peer:reply(request, 200, BODY, { { "X-Long", ("x"):rep(40000) } })
  end,
  calls = expect.success(),
}

add {
  name = "frames of an unknown kind are ignored",
  promise = WHOLE,
  fault = function(peer, request)
    peer:frame(0xbe, 0x55, 0, "unknown")
    peer:frame(0xbf, 0, request.stream, "unknown")
    return "reply"
  end,
  calls = expect.success(),
}

add {
  name = "empty frames of data do no harm",
  promise = WHOLE,
  fault = function(peer, request)
    peer:begin(request, 200)
    for _ = 1, 50 do
      peer:frame(frames.DATA, 0, request.stream)
    end
    peer:data(request, BODY)
    peer:finish(request)
  end,
  calls = expect.success(),
}

-- Frames that flood the client before the response.
local FLOODS <const> = {
  PING = function(peer)
    return peer.wire:write(frames.encode(frames.PING, 0, 0, "12345678"):rep(20))
  end,
  SETTINGS = function(peer)
    return peer:frame(frames.SETTINGS, 0, 0, frames.settings { [MAX_FRAME_SIZE] = 16384 })
  end,
  WINDOW_UPDATE = function(peer, request)
    return peer:frame(frames.WINDOW_UPDATE, 0, request.stream, string.pack(">I4", 1))
  end,
  ["empty DATA"] = function(peer, request)
    return peer:frame(frames.DATA, 0, request.stream)
  end,
  PRIORITY = function(peer, request)
    return peer:frame(frames.PRIORITY, 0, request.stream, string.pack(">I4I1", 0, 16))
  end,
}

for name, send in pairs(FLOODS) do
  add {
    name = ("a flood of %s without an end ends the call"):format(name),
    promise = BOUNDED,
    memory = MEMORY,
    options = { timeout = 0.3, max_retries = 0 },
    fault = function(peer, request)
      if name == "empty DATA" then peer:begin(request, 200) end
      while send(peer, request) do
      end
    end,
    next_timeout = 2,
    next_retries = 0,
    calls = {
      update = { kind = { "timeout", "connection", "protocol" }, attempts = 1, seen = 1, maybe_done = true },
      run = { kind = { "timeout", "connection", "protocol" }, attempts = 1, seen = 1, maybe_done = true },
    },
  }
  add {
    name = ("200 frames of %s before the response do no harm"):format(name),
    promise = WHOLE,
    fault = function(peer, request)
      if name == "empty DATA" then peer:begin(request, 200) end
      for _ = 1, 200 do
        send(peer, request)
      end
      if name ~= "empty DATA" then return "reply" end
      peer:data(request, BODY)
      peer:finish(request)
    end,
    calls = expect.success(),
  }
end

local function headers_of(status)
  return frames.header_block { { ":status", status } }
end

-- Frames that a server must not send. They make the connection unusable.
local WRONG <const> = {
  ["DATA on stream 0"] = function(peer)
    peer:frame(frames.DATA, 0, 0, "data")
  end,
  ["DATA before HEADERS"] = function(peer, request)
    peer:frame(frames.DATA, frames.END_STREAM, request.stream, BODY)
  end,
  ["a header block that cannot be decoded"] = function(peer, request)
    peer:frame(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, request.stream, "\xff\xff\xff\xff\xff\xff\xff")
  end,
  ["a frame above the size that is allowed"] = function(peer, request)
    peer:begin(request, 200)
    peer:frame(frames.DATA, 0, request.stream, ("x"):rep(20000))
  end,
  ["a WINDOW_UPDATE of 0"] = function(peer)
    peer:frame(frames.WINDOW_UPDATE, 0, 0, string.pack(">I4", 0))
  end,
  ["a window beyond its limit"] = function(peer)
    peer:frame(frames.WINDOW_UPDATE, 0, 0, string.pack(">I4", 0x7fffffff))
    peer:frame(frames.WINDOW_UPDATE, 0, 0, string.pack(">I4", 0x7fffffff))
  end,
  ["SETTINGS of a wrong length"] = function(peer)
    peer:frame(frames.SETTINGS, 0, 0, "12345")
  end,
  ["SETTINGS on a stream"] = function(peer, request)
    peer:frame(frames.SETTINGS, 0, request.stream)
  end,
  ["PING of a wrong length"] = function(peer)
    peer:frame(frames.PING, 0, 0, "123")
  end,
  ["CONTINUATION without HEADERS"] = function(peer, request)
    peer:frame(frames.CONTINUATION, frames.END_HEADERS, request.stream, headers_of "200")
  end,
  ["HEADERS interrupted by another frame"] = function(peer, request)
    peer:frame(frames.HEADERS, 0, request.stream, headers_of "200")
    peer:frame(frames.PING, 0, 0, "12345678")
  end,
  ["PUSH_PROMISE, which was forbidden"] = function(peer, request)
    local block <const> = frames.header_block { { ":method", "GET" }, { ":path", "/" }, { ":scheme", "https" } }
    peer:frame(frames.PUSH_PROMISE, frames.END_HEADERS, request.stream, string.pack(">I4", 2) .. block)
  end,
  ["padding longer than its frame"] = function(peer, request)
    peer:begin(request, 200)
    peer:frame(frames.DATA, frames.PADDED, request.stream, "\xffshort")
  end,
  ["RST_STREAM on an idle stream"] = function(peer, request)
    peer:frame(frames.RST_STREAM, 0, request.stream + 100, string.pack(">I4", 2))
  end,
  ["HEADERS on an even stream"] = function(peer)
    peer:frame(frames.HEADERS, frames.END_HEADERS, 2, headers_of "200")
  end,
  ["a status that is no number"] = function(peer, request)
    peer:frame(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, request.stream, headers_of "abc")
  end,
  ["a response without a status"] = function(peer, request)
    local block <const> = frames.header_block { { "content-type", "text/plain" } }
    peer:frame(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, request.stream, block)
  end,
  ["a header's name in upper case"] = function(peer, request)
    local block <const> = frames.header_block { { ":status", "200" }, { "X-Upper", "v" } }
    peer:frame(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, request.stream, block)
  end,
  ["fewer bytes than announced"] = function(peer, request)
    peer:begin(request, 200, 100)
    peer:data(request, BODY)
    peer:finish(request)
  end,
  ["more bytes than announced"] = function(peer, request)
    peer:begin(request, 200, 10)
    peer:data(request, BODY)
    peer:finish(request)
  end,
  ["bytes that are no frames"] = function(peer)
    peer.wire:write "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
  end,
}

local function broken_or_malformed()
  local kinds <const> = { "connection", "protocol", "timeout" }
  return {
    update = { kind = kinds, attempts = { 1, 2 }, maybe_done = true, seen_at_most = 2 },
    run = { kind = kinds, attempts = 1, maybe_done = true, seen = 1 },
  }
end

for name, send in pairs(WRONG) do
  add {
    name = ("%s makes a response unusable"):format(name),
    promise = WHOLE,
    options = { timeout = 0.3 },
    fault = send,
    calls = broken_or_malformed(),
  }
end

add {
  name = "a connection that begins with invalid SETTINGS is not used",
  promise = BOUNDED,
  options = { timeout = 0.5, connect_timeout = 0.5 },
  settings = { [INITIAL_WINDOW_SIZE] = 0xffffffff },
  calls = {
    update = { kind = { "connection", "protocol", "timeout" }, attempts = { 1, 2 }, maybe_done = "either" },
    run = {
      kind = { "connection", "protocol", "timeout" },
      attempts = { 1, 2 },
      maybe_done = "either",
      seen_at_most = 1,
    },
  },
}

return rows
