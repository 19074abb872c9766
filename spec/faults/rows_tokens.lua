--- rows_tokens.lua: token exchanges that fail. The call that needed the token is not sent.
local PROMISE <const> = "a call whose token exchange failed was not sent"

local rows <const> = {}

local function is_not_not_found(kind)
  return kind ~= "not_found" and kind ~= nil
end

local function failed(more)
  local function expectation()
    local own <const> = { kind = is_not_not_found, operation = "access_token", seen = 0 }
    for name, value in pairs(more or {}) do
      own[name] = value
    end
    return own
  end
  return { update = expectation(), run = expectation(), create = expectation() }
end

local function add(row)
  row.promise = PROMISE
  row.aim = "access_token"
  row.options = row.options or {}
  row.options.access_token = false
  row.options.api_key = "key"
  rows[#rows + 1] = row
end

for _, status in ipairs { 400, 403, 404, 409, 418, 429, 500, 502, 503, 302 } do
  add {
    name = ("a token exchange refused with %d fails the call"):format(status),
    fault = function(peer, request)
      peer:reply(request, status, '{"message":"no token"}')
    end,
    calls = failed { status = status },
  }
end

add {
  name = "a token exchange refused with 404 hints at the address",
  fault = function(peer, request)
    peer:reply(request, 404, "")
  end,
  calls = failed { hint = "base_url" },
}

add {
  name = "a token exchange refused with 401 says that the key is wrong",
  fault = function(peer, request)
    peer:reply(request, 401, "")
  end,
  calls = failed { kind = "unauthenticated", hint = "key" },
}

-- Other faults of the exchange, with the kind of the error.
local FAULTS <const> = {
  ["that is closed"] = {
    "connection",
    function(peer)
      peer.wire:close()
    end,
  },
  ["that is reset"] = {
    "connection",
    function(peer)
      peer.wire:reset()
    end,
  },
  ["whose response is cut"] = {
    "connection",
    function(peer, request)
      peer:begin(request, 200, 100)
      peer:data(request, '{"token":')
      peer.wire:close()
    end,
  },
  ["answered with a page"] = {
    "protocol",
    function(peer, request)
      peer:reply(request, 200, "<html></html>")
    end,
  },
  ["answered without a token"] = {
    { "protocol", "unexpected" },
    function(peer, request)
      peer:reply(request, 200, '{"expiresIn":"3600"}')
    end,
  },
  ["answered with a token that no header can hold"] = {
    { "protocol", "unexpected" },
    function(peer, request)
      peer:reply(request, 200, '{"token":"a\\r\\nX-Injected: b","expiresIn":"3600"}')
    end,
  },
  ["answered with an empty object"] = {
    { "protocol", "unexpected" },
    function(peer, request)
      peer:reply(request, 200, "{}")
    end,
  },
}

for how, fault in pairs(FAULTS) do
  add {
    name = ("a token exchange %s fails the call"):format(how),
    fault = fault[2],
    calls = failed { kind = fault[1] },
  }
end

add {
  name = "a token exchange that hangs ends with a timeout",
  over = { "http", "h2" },
  options = { timeout = 0.3, max_retries = 0 },
  fault = function(peer)
    if peer.version == 1 then peer.wire.hang() end
  end,
  next_timeout = 5,
  calls = failed { kind = "timeout" },
}

for how, fault in pairs {
  ["with 500"] = function(peer, request)
    peer:reply(request, 500, "")
  end,
  ["by a closed connection"] = function(peer)
    peer.wire:close()
  end,
} do
  add {
    name = ("a token exchange that fails once %s is repeated, and the call is sent once"):format(how),
    times = 1,
    fault = fault,
    calls = {
      update = { ok = true, attempts = 1, seen = 1 },
      run = { ok = true, attempts = 1, seen = 1 },
      create = { ok = true, attempts = 1, seen = 1 },
    },
  }
end

return rows
