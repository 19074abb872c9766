--- rows_limits.lua: too much, too slow, compressed: each call has limits in bytes, time and memory.
local expect <const> = require "spec.faults.expect"

local HTTP1 <const> = { "http", "tls" }
local BOUNDED <const> = "everything is bounded"
local DEAD <const> = "dead means dead"

local MEMORY <const> = 48 -- MiB
local LIMIT <const> = 100000 -- max_response_bytes of these rows
local BODY <const> = '{"ok":true,"job":{"id":"job-1","name":"After"}}'

local rows <const> = {}

local function add(row)
  row.promise = row.promise or BOUNDED
  rows[#rows + 1] = row
end

local function too_large(more)
  local calls <const> = expect.unusable("too_large", more)
  return calls
end

-- Repeats a piece until the client closes the connection.
local function flood(peer, piece)
  while peer.wire:write(piece) do
  end
end

for _, size in ipairs { 103000, 300000 } do
  add {
    name = ("a status line of %d kB is refused"):format(size // 1000),
    over = HTTP1,
    memory = MEMORY,
    fault = function(peer)
      peer.wire:write(("HTTP/1.1 200 %s\r\nContent-Length: 47\r\n\r\n"):format(("O"):rep(size)))
      peer.wire:write(BODY)
    end,
    calls = too_large(),
  }
end

add {
  name = "a header of 103 kB is either accepted or refused",
  memory = MEMORY,
  fault = function(peer, request)
    peer:reply(request, 200, BODY, { { "X-Long", ("x"):rep(103000) } })
  end,
  calls = too_large { ok = "either", h2 = { kind = { "too_large", "connection" }, attempts = { 1, 2 }, seen = false } },
}

local function many_headers(count, size)
  local headers <const> = {}
  for index = 1, count do
    headers[index] = { "X-" .. index, ("v"):rep(size) }
  end
  return headers
end

add {
  name = "300 kB of long headers are refused",
  memory = MEMORY,
  fault = function(peer, request)
    peer:reply(request, 200, BODY, many_headers(150, 2000))
  end,
  -- libcurl has its own limit for HTTP/2.
  calls = too_large { h2 = { kind = { "too_large", "connection" }, attempts = { 1, 2 }, seen = false } },
}

add {
  name = "300 kB of small headers are refused",
  memory = MEMORY,
  over = HTTP1,
  fault = function(peer, request)
    peer:reply(request, 200, BODY, many_headers(25000, 2))
  end,
  calls = too_large(),
}

add {
  name = "more than 1000 headers are refused, in any case",
  over = HTTP1,
  fault = function(peer)
    peer.wire:write("HTTP/1.1 404 Not Found\r\n" .. ("a:\r\n"):rep(1000) .. "Content-Length: 0\r\n\r\n")
  end,
  calls = too_large(),
}

add {
  name = "100 kB of headers are accepted",
  over = HTTP1,
  fault = function(peer, request)
    peer:reply(request, 200, BODY, many_headers(200, 500))
  end,
  calls = expect.success(),
}

add {
  name = "300 kB of headers and trailers together are refused",
  memory = MEMORY,
  over = HTTP1,
  fault = function(peer, request)
    peer:begin(request, 200, nil, many_headers(75, 2000))
    peer:data(request, BODY)
    peer:finish(request, many_headers(75, 2000))
  end,
  calls = too_large(),
}

-- Floods over HTTP/1.1: the beginning, and the text that is then repeated forever.
local FLOODS <const> = {
  ["a status line without an end is refused"] = { "HTTP/1.1 200 ", ("O"):rep(8192) },
  ["a header without an end is refused"] = { "HTTP/1.1 200 OK\r\nX-Long: ", ("x"):rep(8192) },
  ["headers without an end are refused"] = { "HTTP/1.1 200 OK\r\n", ("X-Header: value\r\n"):rep(500) },
  ["trailers without an end are refused"] = {
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    ("X-Trailer: value\r\n"):rep(500),
  },
}

for name, flow in pairs(FLOODS) do
  add {
    name = name,
    over = HTTP1,
    memory = MEMORY,
    fault = function(peer)
      peer.wire:write(flow[1])
      flood(peer, flow[2])
    end,
    calls = too_large(),
  }
end

add {
  name = "a chunk extension without an end ends the call",
  over = HTTP1,
  memory = MEMORY,
  options = { timeout = 0.3 },
  fault = function(peer)
    peer.wire:write "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;"
    flood(peer, ("x"):rep(8192))
  end,
  calls = {
    update = { kind = { "too_large", "protocol", "timeout" }, attempts = { 1, 2 }, maybe_done = true },
    run = { kind = { "too_large", "protocol", "timeout" }, attempts = 1, maybe_done = true, seen = 1 },
  },
}

add {
  name = "interim responses without an end end the call",
  over = HTTP1,
  memory = MEMORY,
  options = { timeout = 0.5 },
  fault = function(peer)
    flood(peer, ("HTTP/1.1 100 Continue\r\n\r\n"):rep(300))
  end,
  calls = {
    update = { kind = { "too_large", "timeout" }, attempts = { 1, 2 }, maybe_done = true },
    run = { kind = { "too_large", "timeout" }, attempts = 1, maybe_done = true, seen = 1 },
  },
}

add {
  name = "trailers of HTTP/2 above the limit are refused",
  over = { "h2" },
  memory = MEMORY,
  fault = function(peer, request)
    peer:begin(request, 200)
    peer:data(request, BODY)
    peer:finish(request, many_headers(150, 2000))
  end,
  calls = too_large { kind = { "too_large", "connection" }, attempts = { 1, 2 }, seen = false },
}

add {
  name = "an HTTP/2 header block without an end ends the call",
  over = { "h2" },
  memory = MEMORY,
  options = { timeout = 1 },
  fault = function(peer, request)
    peer:frame(1, 0, request.stream, "\0\x07:status\x03200")
    local block <const> = ("\0\x01x\x7f\x81\x77" .. ("y"):rep(15488))
    while peer:frame(9, 0, request.stream, block) do
    end
  end,
  calls = {
    update = { kind = { "too_large", "connection", "protocol" }, attempts = { 1, 2 }, maybe_done = true },
    run = { kind = { "too_large", "connection", "protocol" }, attempts = 1, maybe_done = true, seen = 1 },
  },
}

add {
  name = "a body without an end is refused at the limit",
  memory = MEMORY,
  options = { max_response_bytes = LIMIT },
  fault = function(peer, request)
    peer:begin(request, 200)
    for _ = 1, 300 do -- exceeds the limit several times, within the windows of HTTP/2
      if not peer:data(request, ("x"):rep(8192)) then return end
    end
    if peer.version == 1 then
      while peer:data(request, ("x"):rep(8192)) do
      end
    end
  end,
  calls = too_large(),
}

add {
  name = "an announced body above the limit is refused before it arrives",
  options = { max_response_bytes = LIMIT },
  fault = function(peer, request)
    peer:begin(request, 200, 64000000)
  end,
  calls = too_large { within = 2 },
}

add {
  name = "an error whose announced body is above the limit is refused before it arrives",
  options = { max_response_bytes = LIMIT },
  fault = function(peer, request)
    peer:begin(request, 500, 64000000)
  end,
  calls = too_large { within = 2 },
}

add {
  name = "a body of exactly the limit is accepted",
  options = { max_response_bytes = 1000 },
  fault = function(peer, request)
    peer:reply(request, 200, BODY .. (" "):rep(1000 - #BODY))
  end,
  calls = expect.success(),
}

add {
  name = "a body one byte above the limit is refused",
  options = { max_response_bytes = 1000 },
  fault = function(peer, request)
    peer:reply(request, 200, BODY .. (" "):rep(1001 - #BODY))
  end,
  calls = too_large(),
}

-- The points at which a server hangs.
local HANGS <const> = {
  ["before its response"] = function() end,
  ["after its response's headers"] = function(peer, request)
    peer:begin(request, 200, 100)
  end,
  ["in the middle of a body"] = function(peer, request)
    peer:begin(request, 200, 100)
    peer:data(request, '{"ok":true')
  end,
}

for where, begin in pairs(HANGS) do
  add {
    name = ("a server that hangs %s ends the attempt with a timeout"):format(where),
    options = { timeout = 0.25 },
    fault = function(peer, request)
      begin(peer, request)
      if peer.version == 1 then peer.wire.hang() end
    end,
    calls = expect.broken("timeout", { fresh = true }),
  }
  if where ~= "after its response's headers" then
    add {
      name = ("a server that hangs once %s is tried again over another connection"):format(where),
      promise = DEAD,
      times = 1,
      warm = true,
      options = { timeout = 0.4 },
      fault = function(peer, request)
        begin(peer, request)
        if peer.version == 1 then peer.wire.hang() end
      end,
      calls = expect.broken_once("timeout", { fresh = true }),
    }
  end
end

add {
  name = "a hang ends with the deadline, whatever retries are left",
  over = { "http", "h2" },
  options = { timeout = 5, deadline = 0.4, max_retries = 5 },
  fault = function(peer)
    if peer.version == 1 then peer.wire.hang() end
  end,
  calls = {
    update = { kind = "timeout", attempts = 1, seen = 1, maybe_done = true, within = 2.5 },
    run = { kind = "timeout", attempts = 1, seen = 1, maybe_done = true, within = 2.5 },
  },
}

add {
  name = "a status line that drips ends the attempt with a timeout",
  over = HTTP1,
  options = { timeout = 0.25 },
  fault = function(peer)
    peer.wire:drip("HTTP/1.1 200 OK\r\nContent-Length: 47\r\n\r\n" .. BODY, 0.05)
  end,
  calls = expect.broken "timeout",
}

add {
  name = "a body that drips ends the attempt with a timeout",
  options = { timeout = 0.25 },
  fault = function(peer, request)
    peer:begin(request, 200)
    for byte in BODY:gmatch "." do
      if not peer:data(request, byte) then return end
      peer.wire.sleep(0.03)
    end
  end,
  calls = expect.broken "timeout",
}

add {
  name = "a response that arrives a byte at a time, but in time, is accepted",
  over = HTTP1,
  fault = function(peer)
    peer.wire:drip("HTTP/1.1 200 OK\r\nContent-Length: 47\r\n\r\n" .. BODY, 0.001)
  end,
  calls = expect.success(),
}

add {
  name = "a body that arrives a byte at a time, but in time, is accepted",
  fault = function(peer, request)
    peer:begin(request, 200)
    for byte in BODY:gmatch "." do
      peer:data(request, byte)
      peer.wire.sleep(0.001)
    end
    peer:finish(request)
  end,
  calls = expect.success(),
}

local compressed <const> = {}

-- Returns a command's output, compressed with gzip.
local function gzipped(command)
  if not compressed[command] then
    local pipe <const> = assert(io.popen(command .. " | gzip"))
    compressed[command] = pipe:read "a"
    pipe:close()
  end
  return compressed[command]
end

local BOMB <const> = "head -c 30000000 /dev/zero"

for _, encoding in ipairs { "gzip", "deflate", "br", "zstd" } do
  add {
    name = ("a response compressed with %s, which was not requested, is not decoded"):format(encoding),
    promise = "a success that cannot be used is an error",
    fault = function(peer, request)
      local body <const> = gzipped(("printf %%s '%s'"):format(BODY))
      peer:reply(request, 200, body, { { "Content-Encoding", encoding } })
    end,
    calls = expect.unusable("protocol", { no_message = "expected a value at byte 1" }),
  }
end

add {
  name = "a compression bomb is not decoded",
  memory = MEMORY,
  fault = function(peer, request)
    local body <const> = gzipped(BOMB)
    peer:reply(request, 200, body, { { "Content-Encoding", "gzip" } })
  end,
  calls = expect.unusable "protocol",
}

add {
  name = "a transfer coding that was not requested stays within the limits",
  over = HTTP1,
  memory = MEMORY,
  fault = function(peer)
    local body <const> = gzipped(BOMB)
    peer.wire:write "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    peer.wire:write(("%x\r\n"):format(#body) .. body .. "\r\n0\r\n\r\n")
    peer.wire:close()
  end,
  -- libcurl decodes this even if it did not ask for it.
  calls = expect.unusable(
    { "too_large", "protocol", "unexpected", "connection" },
    { attempts = { 1, 2 }, seen = false, seen_at_most = 2 }
  ),
}

return rows
