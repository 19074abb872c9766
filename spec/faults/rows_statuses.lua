--- rows_statuses.lua: statuses that are errors, and Retry-After.
local expect <const> = require "spec.faults.expect"

local TABLE <const> = "the status decides about retries"
local RETRY_AFTER <const> = "Retry-After is obeyed up to 60 s"
local RENEWAL <const> = "401: the token is renewed once"

local rows <const> = {}

local function add(row)
  row.promise = row.promise or TABLE
  rows[#rows + 1] = row
end

local KINDS <const> = {
  [400] = "bad_request",
  [401] = "unauthenticated",
  [403] = "permission_denied",
  [404] = "not_found",
  [409] = "conflict",
  [429] = "rate_limited",
  [500] = "internal",
  [503] = "unavailable",
}

local function add_statuses(statuses, calls, how)
  for _, status in ipairs(statuses) do
    add {
      name = ("%d %s"):format(status, how),
      fault = function(peer, request)
        peer:reply(request, status, '{"message":"it says why"}')
      end,
      calls = calls(KINDS[status] or "unexpected", { status = status, message = "it says why" }),
    }
  end
end

add_statuses({ 400, 403, 404, 405, 409, 410, 413, 418, 422, 501, 505, 511, 599 }, expect.final, "is final")
add_statuses({ 401 }, expect.final, "is final for a token that cannot be renewed")
add_statuses({ 429 }, expect.limited, "is tried again by every call")
add_statuses({ 503 }, expect.unavailable, "is tried again by repeatable calls")
add_statuses(
  { 408, 500, 502, 504, 520, 521, 522, 523, 524, 530 },
  expect.broken,
  "is tried again by repeatable calls; once-only ones may have been done"
)

for _, status in ipairs { 429, 500, 503 } do
  add {
    name = ("a repeatable call succeeds at its second attempt after %d"):format(status),
    times = 1,
    fault = function(peer, request)
      peer:reply(request, status, "")
    end,
    calls = { update = { ok = true, attempts = 2, seen = 2 }, get = { ok = true, attempts = 2, seen = 2 } },
  }
end

add {
  name = "an error without a body has a message",
  fault = function(peer, request)
    peer:reply(request, 403, "")
  end,
  calls = expect.final("permission_denied", { message = "403" }),
}

add {
  name = "an error with an HTML page has the page's title as its message",
  fault = function(peer, request)
    peer:reply(request, 502, "<html><title>Bad Gateway at the edge</title></html>", { { "Content-Type", "text/html" } })
  end,
  calls = expect.broken("unexpected", { message = "bad gateway at the edge" }),
}

local WITH_KEY <const> = { access_token = false, api_key = "key" }

add {
  name = "after a 401 the token is renewed once",
  promise = RENEWAL,
  options = WITH_KEY,
  fault = function(peer, request)
    peer:reply(request, 401, '{"message":"expired"}')
  end,
  calls = {
    update = { kind = "unauthenticated", attempts = 2, seen = 2 },
    run = { kind = "unauthenticated", attempts = 2, seen = 2, may_repeat = true },
  },
}

add {
  name = "a call succeeds with the renewed token",
  promise = RENEWAL,
  options = WITH_KEY,
  times = 1,
  fault = function(peer, request)
    peer:reply(request, 401, '{"message":"expired"}')
  end,
  calls = {
    update = { ok = true, attempts = 2, seen = 2 },
    run = { ok = true, attempts = 2, seen = 2, may_repeat = true },
  },
}

add {
  name = "a 401 that is cut off repeats no once-only call",
  promise = "once means once",
  options = WITH_KEY,
  times = 1,
  fault = function(peer, request)
    peer:begin(request, 401, 100)
    peer:data(request, '{"message":')
    peer.wire:close()
  end,
  calls = { run = { kind = "connection", attempts = 1, seen = 1, maybe_done = true } },
}

add {
  name = "a 429 that is cut off repeats no once-only call",
  promise = "once means once",
  times = 1,
  fault = function(peer, request)
    peer:begin(request, 429, 100)
    peer:data(request, '{"message":')
    peer.wire:close()
  end,
  calls = { run = { kind = "connection", attempts = 1, seen = 1, maybe_done = true } },
}

-- Invalid values of Retry-After.
for _, value in ipairs { "2030-01-01T00:00:00Z", "120junk", "junk", "-5", "1e3", "0x10", "", "12, 15" } do
  add {
    name = ("Retry-After: %q is ignored"):format(value),
    promise = RETRY_AFTER,
    fault = function(peer, request)
      peer:reply(request, 429, "", { { "Retry-After", value } })
    end,
    calls = {
      update = {
        kind = "rate_limited",
        attempts = 2,
        seen = 2,
        within = 3,
        retry_after = function(seconds)
          return seconds == nil
        end,
      },
    },
  }
end

add {
  name = "Retry-After in seconds is obeyed",
  promise = RETRY_AFTER,
  over = { "http" },
  times = 1,
  fault = function(peer, request)
    peer:reply(request, 503, "", { { "Retry-After", "1" } })
  end,
  calls = { update = { ok = true, attempts = 2, seen = 2, at_least = 1 } },
}

add {
  name = "Retry-After as a date is obeyed",
  promise = RETRY_AFTER,
  over = { "http" },
  times = 1,
  fault = function(peer, request)
    peer:reply(request, 429, "", { { "Retry-After", os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 2) } })
  end,
  calls = { run = { ok = true, attempts = 2, seen = 2, at_least = 0.9, may_repeat = true } },
}

add {
  name = "Retry-After as a date in the past is no reason to wait",
  promise = RETRY_AFTER,
  times = 1,
  fault = function(peer, request)
    peer:reply(request, 429, "", { { "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT" } })
  end,
  calls = { update = { ok = true, attempts = 2, seen = 2, within = 3 } },
}

local function about_seven_hours(seconds)
  return seconds ~= nil and seconds > 25200 - 60 and seconds <= 25200
end

for _, status in ipairs { 429, 503 } do
  for how, value in pairs {
    ["in seconds"] = function()
      return "25200"
    end,
    ["as a date"] = function()
      return os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 25200)
    end,
  } do
    add {
      name = ("a %d with Retry-After of seven hours %s is returned with its retry_after"):format(status, how),
      promise = RETRY_AFTER,
      fault = function(peer, request)
        peer:reply(request, status, "", { { "Retry-After", value() } })
      end,
      calls = expect.final(KINDS[status], { retry_after = about_seven_hours, within = 3 }),
    }
  end
end

-- Sends an interim response, a response with several headers, and trailers.
local function reply_with_headers(peer, request, status)
  peer:interim(request, 103, { { "X-Early", "1" } })
  local headers <const> = {
    { "Content-Type", "application/json" },
    { "Vary", "a" },
    { "Set-Cookie", "id=7; Expires=Sun, 06 Nov 1994 08:49:37 GMT" },
    { "Vary", "b, c" },
    { "Set-Cookie", "id=8" },
  }
  peer:begin(request, status, nil, headers)
  peer:data(request, '{"message":"it says why"}')
  peer:finish(request, { { "x-trailer", "1" } })
end

-- Writes headers as one line.
local function headers_as_text(by_name, list)
  local words <const> = {}
  for _, name in ipairs { "content-type", "vary", "set-cookie", "x-early", "x-trailer" } do
    words[#words + 1] = ("%s=%s"):format(name, by_name[name])
  end
  for _, pair in ipairs(list) do
    if pair[1] ~= "transfer-encoding" then words[#words + 1] = ("%s: %s"):format(pair[1], pair[2]) end
  end
  return table.concat(words, "\n")
end

local HEADERS <const> = [[
content-type=application/json
vary=a, b, c
set-cookie=nil
x-early=nil
x-trailer=nil
content-type: application/json
vary: a
set-cookie: %s
vary: b, c
set-cookie: %s]]

local SHOWN <const> = HEADERS:format("id=7; Expires=Sun, 06 Nov 1994 08:49:37 GMT", "id=8")
local REDACTED <const> = HEADERS:format("[redacted]", "[redacted]")

add {
  name = "errors, events and responses have the headers of the final response, neither interim ones nor trailers",
  promise = "a response answers its own request",
  fault = function(peer, request)
    reply_with_headers(peer, request, request.path:find "/bad$" and 404 or 200)
  end,
  test = function(context)
    local events <const> = {}
    local client <close> = context.connect {
      on_event = function(event)
        if event.type == "response" then events[#events + 1] = headers_as_text(event.headers, event.header_list) end
      end,
    }
    context.remote:arm()
    local complaints <const> = context.complaints
    local good <const> = assert(client:request { path = "/good" })
    complaints:expect("the response", SHOWN, headers_as_text(good.headers, good.header_list))
    local _ <const>, problem <const> = client:request { path = "/bad" }
    complaints:expect("the error", REDACTED, headers_as_text(problem.headers, problem.header_list))
    complaints:expect("the events", REDACTED .. "|" .. REDACTED, table.concat(events, "|"))
  end,
}

return rows
