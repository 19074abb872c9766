--- rows_kept.lua: connections that are kept from an earlier call: what happens to them while they
--- are idle, and during the next request.
local expect <const> = require "spec.faults.expect"

local HTTP1 <const> = { "http", "tls" }
local SECURE <const> = { "tls", "h2" }
local NOTICED <const> = "the end of an idle connection is noticed before a request is written"
local OWN <const> = "a response answers its own request"
local COUNTED <const> = "no request is sent unaccounted"

local STOLEN <const> = '{"ok":true,"job":{"id":"stolen","name":"Stolen"}}'

local rows <const> = {}

local function add(row)
  row.warm = true
  rows[#rows + 1] = row
end

-- Adds a row about an idle connection after which the next call uses a fresh one.
local function add_idle(name, over, promise, idle)
  add {
    name = ("an idle connection %s is not used for the next call"):format(name),
    promise = promise,
    over = over,
    idle = idle,
    next_retries = 0,
    calls = {
      update = { ok = true, attempts = 1, seen = 1 },
      run = { ok = true, attempts = 1, seen = 1 },
      create = { ok = true, attempts = 1, seen = 1 },
    },
  }
end

add_idle("that the server has closed", nil, NOTICED, function(peer)
  peer.wire:close()
end)
add_idle("that the server has half-closed", nil, NOTICED, function(peer)
  peer.wire:fin()
end)
add_idle("that the server has reset", nil, NOTICED, function(peer)
  peer.wire:reset()
end)
add_idle("that ended without a close_notify", SECURE, NOTICED, function(peer)
  peer.wire:drop()
end)
add_idle("on which a close_notify has arrived and no FIN", { "tls" }, NOTICED, function(peer)
  peer.wire:close_notify()
end)

-- Over HTTP/2 an update may be written to a connection with unread bytes, which usually are the end
-- of a stream.
add {
  name = "an idle connection on which a close_notify has arrived and no FIN is not used for a once-only call",
  promise = NOTICED,
  over = { "h2" },
  idle = function(peer)
    peer.wire:close_notify()
  end,
  next_retries = 0,
  calls = { run = { ok = true, attempts = 1, seen = 1 }, create = { ok = true, attempts = 1, seen = 1 } },
}

add {
  name = "the empty DATA frame that ends a stream after its body costs an update no new connection",
  promise = NOTICED,
  over = { "h2" },
  idle = function(peer)
    peer:frame(0, 1, peer.last_stream, "")
  end,
  next_retries = 0,
  calls = { update = { ok = true, attempts = 1, seen = 1, kept = true } },
}

-- An unsolicited response, and whether the connection is closed after it.
local UNSOLICITED <const> = {
  ["with an unsolicited response"] = { ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#STOLEN, STOLEN) },
  ["with an unsolicited 408"] = { "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" },
  ["with an unsolicited 408 that is then closed"] = {
    "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    closes = true,
  },
  ["with an unsolicited 400"] = { "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" },
  ["with half of an unsolicited response"] = { "HTTP/1.1 200 OK\r\nContent-Le" },
  ["with an unsolicited 100"] = { "HTTP/1.1 100 Continue\r\n\r\n" },
  ["with bytes that are no HTTP"] = { "\0\1\2\3 nonsense\r\n\r\n" },
  ["with an empty line"] = { "\r\n" },
}

for name, what in pairs(UNSOLICITED) do
  add_idle(name, HTTP1, OWN, function(peer)
    peer.wire:write(what[1])
    if what.closes then peer.wire:close() end
  end)
end

add_idle("with bytes that are no TLS", { "tls" }, OWN, function(peer)
  peer.wire:write_tcp "HTTP/1.1 400 Bad Request\r\n\r\n"
end)

for name, finish in pairs {
  ["announced by GOAWAY"] = function() end,
  ["announced by GOAWAY and closed"] = function(peer)
    peer.wire:close()
  end,
  ["announced by GOAWAY and half-closed"] = function(peer)
    peer.wire:fin()
  end,
} do
  add {
    name = ("the end of an idle connection %s is noticed before a request is written"):format(name),
    promise = NOTICED,
    over = { "h2" },
    idle = function(peer)
      peer:goaway(peer.last_stream, 0)
      finish(peer)
    end,
    next_retries = 0,
    calls = {
      -- Without a close an update may be written to it and then repeated: libcurl 8.23 does not
      -- look again for a second.
      update = name == "announced by GOAWAY" and { ok = true } or { ok = true, attempts = 1, seen = 1 },
      run = { ok = true, attempts = 1, seen = 1 },
      create = { ok = true, attempts = 1, seen = 1 },
    },
  }
end

add {
  name = "a shutdown in two steps (GOAWAY of the highest stream first) lets the next call succeed",
  promise = NOTICED,
  over = { "h2" },
  idle = function(peer)
    peer:goaway(0x7fffffff, 0)
  end,
  next_retries = 0,
  calls = expect.success { attempts = 1 },
}

add {
  name = "PING and SETTINGS on an idle connection do not disturb the next call",
  promise = NOTICED,
  over = { "h2" },
  idle = function(peer)
    peer:frame(6, 0, 0, "12345678")
    peer:frame(4, 0, 0)
  end,
  next_retries = 0,
  calls = expect.success { attempts = 1 },
}

add {
  name = "a response on a stream that was never opened is not taken for the next call's",
  promise = OWN,
  over = { "h2" },
  idle = function(peer)
    peer:reply({ stream = peer.last_stream + 20 }, 200, STOLEN)
  end,
  calls = {
    update = { ok = true, seen_at_most = 2 },
    run = { ok = "either", kind = { "connection", "protocol" }, maybe_done = true, seen_at_most = 1 },
  },
}

for how, finish in pairs {
  closed = function(peer)
    peer.wire:close()
  end,
  reset = function(peer)
    peer.wire:reset()
  end,
  dropped = function(peer)
    peer.wire:drop()
  end,
} do
  add {
    name = ("a kept connection %s at the next request counts as an attempt"):format(how),
    promise = COUNTED,
    events = true,
    fault = finish,
    calls = expect.broken "connection",
  }
  add {
    name = ("a kept connection %s at the next request is not used again"):format(how),
    promise = COUNTED,
    events = true,
    times = 1,
    fault = finish,
    calls = expect.broken_once("connection", { fresh = true }),
  }
  add {
    name = ("without retries a request on a kept connection that is %s is sent once"):format(how),
    promise = COUNTED,
    events = true,
    options = { max_retries = 0 },
    fault = finish,
    calls = {
      update = { kind = "connection", attempts = 1, seen = 1, maybe_done = true },
      run = { kind = "connection", attempts = 1, seen = 1, maybe_done = true },
      create = { kind = "connection", attempts = 1, seen = 1, maybe_done = true },
      get = { kind = "connection", attempts = 1, seen = 1 },
    },
  }
end

for status, kind in pairs { [400] = "bad_request", [503] = "unavailable", [404] = "not_found" } do
  add {
    name = ("an update that is refused with %d at its second attempt may have been done by the first"):format(status),
    promise = COUNTED,
    fault = function(peer, request)
      if request.number > 1 then return peer:reply(request, status, '{"message":"no"}') end
      peer.wire:close()
    end,
    calls = { update = { kind = kind, status = status, attempts = 2, seen = 2, maybe_done = true } },
  }
end

add {
  name = "a second response in the same packet is not taken for the next call's",
  promise = OWN,
  over = HTTP1,
  fault = function(peer, request)
    local body <const> = '{"ok":true,"job":{"id":"job-1","name":"After"}}'
    local response <const> = ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#body, body)
    local stolen <const> = ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#STOLEN, STOLEN)
    peer.wire:write(response .. stolen)
    request.is_answered = true
  end,
  next_retries = 0,
  calls = expect.success(),
}

add {
  name = "bytes beyond the announced length are not taken for the next response",
  promise = OWN,
  over = HTTP1,
  fault = function(peer, request)
    peer:begin(request, 200, 47)
    peer:data(request, '{"ok":true,"job":{"id":"job-1","name":"After"}}')
    peer:data(request, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
  end,
  next_retries = 0,
  calls = expect.success(),
}

add {
  name = "a connection that the server wants closed is not used again",
  promise = NOTICED,
  over = HTTP1,
  fault = function(peer, request)
    peer:reply(request, 200, '{"ok":true,"job":{"id":"job-1","name":"After"}}', { { "Connection", "close" } })
    peer.wire:stop_reading()
  end,
  next_retries = 0,
  calls = expect.success(),
}

rows[#rows + 1] = {
  name = "several idle connections that the server has closed lose no once-only call",
  promise = NOTICED,
  over = HTTP1,
  idle = function(peer)
    peer.wire:close()
  end,
  fault = function(peer)
    peer.wire.sleep(0.05) -- gives each call in flight its own connection
    return "reply"
  end,
  test = function(context)
    local client <close> = context.connect { timeout = 5, max_retries = 0 }
    context.remote:arm()
    local function map(round, call)
      local results <const> = client:map({ 1, 2, 3, 4, 5, 6, 7, 8 }, function(index)
        return call(client:job(("job-%d-%d"):format(round, index)))
      end)
      for _, outcome in ipairs(results) do
        if not outcome.ok then context.complaints:add("round %d: %s", round, tostring(outcome.error)) end
      end
    end
    for round = 1, 3 do
      map(round, function(job)
        return job:run()
      end)
      map(round, function(job)
        return job:refresh()
      end)
      context.remote:arm() -- closes the idle connections
    end
    context.complaints:expect("requests", 48, #context.remote:report().seen)
  end,
}

add {
  name = "a kept connection whose server stops reading is given up after one timeout",
  promise = "dead means dead",
  idle = function(peer)
    peer.wire:stop_reading()
  end,
  options = { timeout = 0.4 },
  next_timeout = 0.5, -- if a once-only call had its own connection, this call gets the dead one
  calls = {
    update = { ok = true, attempts = 2, seen = 1, fresh = true },
    run = { ok = "either", kind = "timeout", attempts = 1, maybe_done = true },
  },
}

return rows
