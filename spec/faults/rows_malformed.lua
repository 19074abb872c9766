--- rows_malformed.lua: responses that are not HTTP, not JSON, or unrelated to the call; and odd but
--- valid ones.
local expect <const> = require "spec.faults.expect"

local HTTP1 <const> = { "http", "tls" }
local UNUSABLE <const> = "a success that cannot be used is an error"
local WHOLE <const> = "whole or not at all"
local BODY <const> = '{"ok":true,"job":{"id":"job-1","name":"After"}}'

local rows <const> = {}

local function add(row)
  row.promise = row.promise or UNUSABLE
  rows[#rows + 1] = row
end

local CHUNKED <const> = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

-- Text that is not an HTTP/1.1 response.
local MALFORMED <const> = {
  ["a chunk size that is no number"] = CHUNKED .. "zz\r\n" .. BODY .. "\r\n0\r\n\r\n",
  ["a negative chunk size"] = CHUNKED .. "-5\r\n" .. BODY .. "\r\n0\r\n\r\n",
  ["a chunk size beyond 64 bits"] = CHUNKED .. "ffffffffffffffffff\r\n" .. BODY .. "\r\n0\r\n\r\n",
  ["a chunk without its line break"] = CHUNKED .. "2f\r\n" .. BODY .. "0\r\n\r\n",
  ["an empty chunk size"] = CHUNKED .. "\r\n" .. BODY .. "\r\n0\r\n\r\n",
  ["a length that is no number"] = "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" .. BODY,
  ["a negative length"] = "HTTP/1.1 200 OK\r\nContent-Length: -47\r\n\r\n" .. BODY,
  ["a header without a colon"] = "HTTP/1.1 200 OK\r\nContent-Length 47\r\n\r\n" .. BODY,
  ["a response of HTTP/0.9"] = BODY,
  ["a status that is no number"] = "HTTP/1.1 abc OK\r\nContent-Length: 47\r\n\r\n" .. BODY,
  ["a status of two digits"] = "HTTP/1.1 20 OK\r\nContent-Length: 47\r\n\r\n" .. BODY,
  ["an unknown version of HTTP"] = "HTTP/7.3 200 OK\r\nContent-Length: 47\r\n\r\n" .. BODY,
  ["another protocol"] = "220 mail.example.com ESMTP\r\n",
  ["a line of bytes that are no text"] = "\0\1\2\3\255\254\r\n\r\n",
  ["the preface of HTTP/2"] = "\0\0\0\4\0\0\0\0\0\0\0\0\4\1\0\0\0\0",
}

for name, text in pairs(MALFORMED) do
  add {
    name = name .. " makes a response malformed",
    over = HTTP1,
    fault = function(peer)
      peer.wire:write(text)
      peer.wire:close()
    end,
    calls = expect.unusable "protocol",
  }
end

-- The length decides how much of this is the body, and versions of libcurl differ about the length.
local DOUBTFUL <const> = {
  ["two lengths that differ"] = "HTTP/1.1 200 OK\r\nContent-Length: 47\r\nContent-Length: 20\r\n\r\n" .. BODY,
  ["a length beyond 64 bits"] = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n" .. BODY,
  ["a length and chunks"] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2f\r\n"
    .. BODY
    .. "\r\n0\r\n\r\n",
  ["a NUL in a header"] = "HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\nContent-Length: 47\r\n\r\n" .. BODY,
}

for name, text in pairs(DOUBTFUL) do
  add {
    name = ("the calls are not confused by %s"):format(name),
    promise = WHOLE,
    over = HTTP1,
    fault = function(peer)
      peer.wire:write(text)
      peer.wire:fin()
    end,
    calls = {
      update = {
        ok = "either",
        kind = { "protocol", "connection", "too_large" },
        attempts = { 1, 2 },
        maybe_done = true,
        seen_at_most = 2,
      },
      run = {
        ok = "either",
        kind = { "protocol", "connection", "too_large" },
        attempts = 1,
        maybe_done = true,
        seen = 1,
      },
    },
  }
end

-- Bodies with status 200 that are not a success.
local BODIES <const> = {
  ["an empty body"] = "",
  ["white space"] = " \r\n",
  ["a page"] = "<!doctype html><html><title>Log in</title></html>",
  ["a truncated object"] = BODY:sub(1, -2),
  ["two objects"] = BODY .. BODY,
  ["a byte that is no UTF-8"] = '{"ok":true,"message":"\255"}',
  ["zeros"] = ("\0"):rep(50),
}

for name, body in pairs(BODIES) do
  add {
    name = ("status 200 with %s is not a success"):format(name),
    fault = function(peer, request)
      peer:reply(request, 200, body)
    end,
    calls = expect.unusable("protocol", body:find "^<" and { no_message = "expected a value at byte 1" } or nil),
  }
end

add {
  name = "status 200 with an empty chunked body is not a success",
  fault = function(peer, request)
    peer:begin(request, 200)
    peer:finish(request)
  end,
  -- Over HTTP/2 libcurl cannot distinguish this from a stream that was reset with NO_ERROR.
  calls = expect.unusable(
    "protocol",
    { h2 = { kind = { "protocol", "connection" }, attempts = { 1, 2 }, seen = false } }
  ),
}

add {
  name = "a success that is about another job is an error",
  fault = function(peer, request)
    peer:reply(request, 200, '{"ok":true,"job":{"id":"job-2","name":"Another"}}')
  end,
  calls = { update = { kind = "unexpected", attempts = 1, seen = 1, maybe_done = true } },
}

add {
  name = "a success without a job is an error of the calls that need one",
  fault = function(peer, request)
    peer:reply(request, 200, '{"ok":true}')
  end,
  calls = {
    update = { kind = "unexpected", attempts = 1, seen = 1, maybe_done = true },
    create = { kind = "unexpected", attempts = 1, seen = 1, maybe_done = true },
    get = { kind = "unexpected", attempts = 1, seen = 1 },
  },
}

add {
  name = "ok: false with status 200 is an error",
  fault = function(peer, request)
    peer:reply(request, 200, '{"ok":false,"message":"the balance is too low","error":{"code":402}}')
  end,
  calls = expect.final("unexpected", { status = 200, message = "balance", maybe_done = "either" }),
}

for _, status in ipairs { 201, 202, 204, 205, 206 } do
  add {
    name = ("%d is unexpected for a call whose response is a 200"):format(status),
    fault = function(peer, request)
      peer:reply(request, status, status ~= 204 and status ~= 205 and BODY or "")
    end,
    calls = expect.final("unexpected", { status = status, maybe_done = "either" }),
  }
end

for _, status in ipairs { 300, 301, 302, 303, 304, 307, 308 } do
  add {
    name = ("a redirect with %d is not followed"):format(status),
    promise = "no redirects are followed",
    fault = function(peer, request)
      peer:reply(request, status, "", { { "Location", "/v1/customer/jobs/job-1/elsewhere" } })
    end,
    calls = expect.final("unexpected", { status = status, hint = "redirect" }),
  }
end

-- Interim responses before the final one.
local INTERIM <const> = {
  ["100 Continue"] = { { 100 } },
  ["102 Processing"] = { { 102 } },
  ["103 Early Hints"] = { { 103, { { "Link", "</style.css>; rel=preload" } } } },
  ["several interim responses"] = { { 100 }, { 102 }, { 103 }, { 103 } },
  ["an unknown interim response"] = { { 199 } },
}

for name, responses in pairs(INTERIM) do
  add {
    name = ("%s before the response does no harm"):format(name),
    promise = WHOLE,
    fault = function(peer, request)
      for _, response in ipairs(responses) do
        peer:interim(request, response[1], response[2])
      end
      return "reply"
    end,
    calls = expect.success(),
  }
end

add {
  name = "101 Switching Protocols, which was not requested, is not a success",
  promise = WHOLE,
  over = HTTP1,
  fault = function(peer)
    peer.wire:write "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n"
    peer.wire:close()
  end,
  calls = {
    update = { kind = { "unexpected", "protocol", "connection" }, attempts = { 1, 2 }, maybe_done = "either" },
    run = { kind = { "unexpected", "protocol", "connection" }, attempts = 1, seen = 1, maybe_done = "either" },
  },
}

-- Odd responses that are valid.
local FINE <const> = {
  ["bare line feeds"] = "HTTP/1.1 200 OK\nContent-Length: 47\n\n" .. BODY,
  ["no reason phrase"] = "HTTP/1.1 200\r\nContent-Length: 47\r\n\r\n" .. BODY,
  ["a folded header"] = "HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\nContent-Length: 47\r\n\r\n" .. BODY,
  ["an empty header"] = "HTTP/1.1 200 OK\r\nX-Empty:\r\nContent-Length: 47\r\n\r\n" .. BODY,
  ["chunk extensions and trailers"] = CHUNKED .. "2f;a=b\r\n" .. BODY .. "\r\n0;c\r\nX-Trailer: t\r\n\r\n",
  ["chunks of a byte"] = CHUNKED .. BODY:gsub(".", "1\r\n%0\r\n") .. "0\r\n\r\n",
  ["the same length twice"] = "HTTP/1.1 200 OK\r\nContent-Length: 47\r\nContent-Length: 47\r\n\r\n" .. BODY,
}

for name, text in pairs(FINE) do
  add {
    name = ("a response with %s is accepted"):format(name),
    promise = WHOLE,
    over = HTTP1,
    fault = function(peer)
      peer.wire:write(text)
    end,
    calls = expect.success(),
  }
end

add {
  name = "a response of HTTP/1.0 is accepted",
  promise = WHOLE,
  over = HTTP1,
  fault = function(peer)
    peer.wire:write("HTTP/1.0 200 OK\r\nContent-Length: 47\r\n\r\n" .. BODY)
    peer.wire:close()
  end,
  calls = expect.success(),
}

return rows
