--- Checks of what servers respond, including their responses for a backend that fails.
local rules <const> = require "spec.servers.rules"
local trials <const> = require "spec.servers.trial"

local names <const> = trials.names

local ONCE <const> = "once means once"
local COUNTED <const> = "no request is sent unaccounted"
local BROKEN <const> = "a failure after sending is retried for repeatable calls only"
local BUSY <const> = "a 503 is retried for repeatable calls only"
local LIMIT <const> = "a 429 is retried"
local STALE <const> = "401: the token is renewed once"
local USELESS <const> = "a success that cannot be used is an error"
local TRUST <const> = "certificates are always verified"

local CONCURRENCY <const> = 16

---@type spec.servers.Check[]
local checks <const> = {}

-- What the backend does, how often it then executes a request, how many of its two attempts a
-- repeatable call makes (2 unless given), and how many rounds of calls are made.
local BREAKS <const> = {
  { mode = "close", sentence = "closes without a response", times = 1, rounds = 10, promise = BROKEN },
  { mode = "head", sentence = "closes within the headers", times = 1, rounds = 10, promise = BROKEN },
  { mode = "cut", sentence = "closes within the body", times = 1, rounds = 10, promise = BROKEN },
  { mode = "stall", sentence = "does not respond in time", times = 1, rounds = 0, promise = BROKEN },
  { mode = "busy", sentence = "responds with 503", times = 1, rounds = 10, promise = BUSY },
  { mode = "ok", variant = "down", sentence = "does not listen", times = 0, rounds = 10, promise = BUSY },
  { mode = "useless", sentence = "responds with no JSON", times = 1, attempts = 1, rounds = 10, promise = USELESS },
}

for _, row in ipairs(BREAKS) do
  local variant <const> = row.variant or "usual"

  table.insert(checks, {
    name = ("a once-only call is sent once when the backend %s"):format(row.sentence),
    promises = { ONCE, row.promise, COUNTED },
    variant = variant,
    run = function(trial)
      local client <close> = trial:client(variant)
      for _ = 1, row.rounds do
        if variant == "usual" then assert(client:get_job(names("ok", 1)[1])) end
        trial:once_only(client, names(row.mode, 2))
      end
      trial:once_only(client, names(row.mode, CONCURRENCY), { concurrency = CONCURRENCY })
      trial:settle(rules.must_fail(1, row.times))
    end,
  })

  table.insert(checks, {
    name = ("a repeatable call is %s when the backend %s"):format(
      row.attempts and "not retried" or "retried",
      row.sentence
    ),
    promises = { row.promise, COUNTED },
    variant = variant,
    run = function(trial)
      local client <close> = trial:client(variant, { max_retries = 1 })
      if variant == "usual" then assert(client:get_job(names("ok", 1)[1])) end
      for index, name in ipairs(names(row.mode, row.rounds > 0 and 4 or 2)) do
        trial:call(client, index % 2 == 0 and "get" or "set_name", name)
      end
      trial:settle(rules.must_fail(row.attempts or 2, row.times))
    end,
  })
end

-- Adds a check: the first request of a call is refused, the second is executed.
local function check_refusal(mode, sentence, promise, options)
  table.insert(checks, {
    name = ("every call succeeds %s"):format(sentence),
    promises = { promise, ONCE, COUNTED },
    variant = "usual",
    run = function(trial)
      local requests = 0
      local client <close> = trial:client("usual", {
        access_token = options and options.access_token,
        max_retries = 4,
        on_event = function(event)
          if event.type == "request" then requests = requests + 1 end
        end,
      })
      trial:once_only(client, names(mode, 10))
      for _, name in ipairs(names(mode, 4)) do
        trial:call(client, "set_name", name)
      end
      trial:settle(function(call, times)
        return rules.must_succeed(call) or times ~= 1 and ("was executed %d times"):format(times) or nil
      end)
      trial:expect(requests == 28, "on_event told of %d requests, not 28", requests)
    end,
  })
end

local tokens = 0
check_refusal("limit", "after a response of 429", LIMIT)
check_refusal("stale", "with a new token after a response of 401", STALE, {
  access_token = function()
    tokens = tokens + 1
    return "token-" .. tokens
  end,
})

table.insert(checks, {
  name = "no call is sent to a server whose certificate is not trusted",
  promises = { TRUST },
  variant = "usual",
  tls = true,
  run = function(trial)
    local retries = 0
    local client <close> = trial:client("usual", {
      ca_file = trial.stranger_file,
      on_event = function(event)
        if event.type == "retry" then retries = retries + 1 end
      end,
    })
    trial:once_only(client, names("ok", 4))
    trial:call(client, "get", names("ok", 1)[1])
    trial:settle(function(call, times)
      if call.ok or times > 0 then return "was sent" end
      if call.err.kind ~= "tls" or call.err.maybe_done then return "failed otherwise: " .. tostring(call.err) end
    end)
    trial:expect(retries == 0, "there were %d retries", retries)
  end,
})

table.insert(checks, {
  name = "once-only calls that wait too long in the server's queue are not sent again",
  promises = { BUSY },
  variant = "queue",
  only = "haproxy",
  run = function(trial)
    local client <close> = trial:client "queue"
    local refused = 0
    trial:once_only(client, names("slow", 12), { concurrency = 12 })
    trial:settle(function(call, times)
      if call.ok or call.err.status ~= 503 then return nil end
      refused = refused + 1
      if times ~= 0 then return "was executed" end
      if call.err.attempts ~= 1 then return ("has %d attempts: %s"):format(call.err.attempts, tostring(call.err)) end
    end)
    trial:expect(refused > 0, "no call waited too long")
  end,
})

table.insert(checks, {
  name = "once-only calls that the server rejects without a response are not sent again",
  promises = { ONCE, BROKEN },
  variant = "reject",
  only = "haproxy",
  run = function(trial)
    local client <close> = trial:client "reject"
    for _, name in ipairs(names("ok", 20)) do
      trial:call(client, "get", names("ok", 1)[1])
      trial:call(client, "run", name)
    end
    trial:settle(function(call, times)
      if not call.row.once_only then return rules.must_succeed(call) end
      if call.ok or times > 0 then return "must fail" end
      if call.err.attempts ~= 1 then return ("has %d attempts: %s"):format(call.err.attempts, tostring(call.err)) end
      if not call.err.maybe_done then return "lacks maybe_done: " .. tostring(call.err) end
    end)
  end,
})

return checks
