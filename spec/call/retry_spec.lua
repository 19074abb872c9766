local sandbox <const> = require "spec.support.sandbox"
local virtual_clock <const> = require "spec.support.virtual_clock"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local JOB <const> = ('{"id":"%s","name":"Old name","state":"JOB_STATE_NEW"}'):format(ID)

-- A repeatable call and a once-only one.
local calls <const> = {
  set_name = function(client, options)
    return client:job(ID):set_name("New name", options)
  end,
  create_job = function(client, options)
    return client:create_job({ templateId = "some-template", name = "New job" }, options)
  end,
}

describe("a call that fails", function()
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job(ID, JOB)
  end)

  local function client_with(options, settings)
    local all <const> = { base_url = service.base_url, api_key = service.api_key }
    for name, value in pairs(options or {}) do
      all[name] = value
    end
    return virtual_clock.client(all, settings)
  end

  local function sendings(operation)
    return #service:requests(operation)
  end

  -- What a server can do, and what the retry policy makes of it.
  local rows <const> = {
    { fault = { status = 429 }, kind = "rate_limited", repeatable = true, once_only = true },
    { fault = { status = 503 }, kind = "unavailable", repeatable = true },
    { fault = { status = 500 }, kind = "internal", repeatable = true, maybe_done = true },
    { fault = { status = 502 }, kind = "unexpected", repeatable = true, maybe_done = true },
    { fault = { status = 504 }, kind = "unexpected", repeatable = true, maybe_done = true },
    { fault = { status = 408 }, kind = "unexpected", repeatable = true, maybe_done = true },
    { fault = { status = 520 }, kind = "unexpected", repeatable = true, maybe_done = true },
    { fault = { status = 524 }, kind = "unexpected", repeatable = true, maybe_done = true },
    { fault = { status = 530 }, kind = "unexpected", repeatable = true, maybe_done = true },
    { fault = { hang = true }, kind = "timeout", repeatable = true, maybe_done = true },
    { fault = { reset = true }, kind = "connection", repeatable = true, maybe_done = true },
    { fault = { truncate = 10 }, kind = "connection", repeatable = true, maybe_done = true },
    { fault = { status = 400 }, kind = "bad_request" },
    { fault = { status = 403 }, kind = "permission_denied" },
    { fault = { status = 404 }, kind = "not_found" },
    { fault = { status = 409 }, kind = "conflict" },
    { fault = { status = 418 }, kind = "unexpected" },
    { fault = { status = 501 }, kind = "unexpected" },
    { fault = { status = 302 }, kind = "unexpected" },
    { fault = { garbage = true }, kind = "protocol", maybe_done = true },
    { fault = { status = 200, body = "not JSON" }, kind = "protocol", maybe_done = true },
    {
      fault = { status = 200, body = ("x"):rep(4000) },
      kind = "too_large",
      maybe_done = true,
      max_response_bytes = 3000,
    },
    { fault = { status = 200, body = "{}" }, kind = "unexpected", maybe_done = true },
    { fault = { ok_false = true }, kind = "unexpected" },
  }

  local function name_of(fault)
    local parts <const> = {}
    for key, value in pairs(fault) do
      parts[#parts + 1] = ("%s = %s"):format(key, tostring(value):sub(1, 10))
    end
    table.sort(parts)
    return table.concat(parts, ", ")
  end

  for _, row in ipairs(rows) do
    for operation, repeatable in pairs { set_name = true, create_job = false } do
      local again <const> = repeatable and row.repeatable or not repeatable and row.once_only or false
      local title <const> = ("by %s is %s (%s)"):format(
        name_of(row.fault),
        again and "tried again" or "not tried again",
        operation
      )
      it(title, function()
        local fault <const> = { operation = operation, times = 1 }
        for key, value in pairs(row.fault) do
          fault[key] = value
        end
        service:fault(fault)
        local client <close> = client_with { timeout = 0.15, max_response_bytes = row.max_response_bytes }
        local job <const>, problem <const> = calls[operation](client)
        assert.equal(again and 2 or 1, sendings(operation))
        if again then
          assert.equal("table", type(job), tostring(problem))
        else
          assert.is_nil(job)
          assert.equal(row.kind, problem.kind)
          assert.equal(1, problem.attempts)
          assert.equal(row.maybe_done, problem.maybe_done)
        end
      end)
    end
  end

  it("says maybe_done when a repeatable update may have been done and no attempts are left", function()
    service:fault { operation = "set_name", status = 500, times = 3 }
    local client <close> = client_with()
    local job <const>, problem <const> = calls.set_name(client)
    assert.is_nil(job)
    assert.same(
      { "internal", 3, true, true },
      { problem.kind, problem.attempts, problem.maybe_done, problem.retryable }
    )
  end)

  it("never says maybe_done for a fetch", function()
    service:fault { operation = "get_job", status = 500, times = 3 }
    local client <close> = client_with()
    local _ <const>, problem <const> = client:get_job(ID)
    assert.same({ "internal", 3 }, { problem.kind, problem.attempts })
    assert.is_nil(problem.maybe_done)
  end)

  it("is tried again when no byte of the request went out, once-only or not", function()
    for operation, run in pairs(calls) do
      local client <close> = virtual_clock.client { base_url = "http://127.0.0.1:1/v1", access_token = "token" }
      local job <const>, problem <const> = run(client)
      assert.is_nil(job)
      assert.same({ "connection", 3 }, { problem.kind, problem.attempts }, operation)
      assert.is_true(problem.retryable)
      assert.is_nil(problem.maybe_done)
    end
  end)

  it("is tried again when the TLS handshake fails", function()
    local client <close> = virtual_clock.client {
      base_url = service.base_url:gsub("^http:", "https:"),
      access_token = "token",
    }
    local _ <const>, problem <const> = calls.create_job(client)
    assert.same({ "tls", 3 }, { problem.kind, problem.attempts })
    assert.is_nil(problem.maybe_done)
  end)

  it("is not tried again when the certificate is refused", function()
    local client <close> = virtual_clock.client { base_url = sandbox.tls().base_url, access_token = "token" }
    local _ <const>, problem <const> = calls.set_name(client)
    assert.same({ "tls", 1, false }, { problem.kind, problem.attempts, problem.retryable })
    assert.matches("ca_file", problem.hint)
  end)

  it("sends the same bytes again", function()
    service:fault { operation = "set_name", status = 503, times = 2 }
    local client <close> = client_with()
    assert(calls.set_name(client))
    local bodies <const> = {}
    for _, request in ipairs(service:requests()) do
      if request.operation == "set_name" then bodies[#bodies + 1] = request.body end
    end
    assert.same({ '"New name"', '"New name"', '"New name"' }, bodies)
  end)

  describe("between attempts", function()
    for _, case in ipairs { { random = 0, waits = 0 }, { random = 0.5, waits = 0.25 + 0.5 + 1 + 2 + 4 + 4 } } do
      it(("waits a random part (%g) of a bound that doubles from 0.5 s to 8 s"):format(case.random), function()
        service:fault { operation = "set_name", status = 503, times = 6 }
        local client <close>, clock <const> = client_with({ max_retries = 6 }, case)
        assert(calls.set_name(client))
        assert.near(case.waits, virtual_clock.waited(clock), 1e-6)
      end)
    end

    it("waits as long as Retry-After says", function()
      service:fault { operation = "set_name", status = 429, retry_after = 7 }
      local client <close>, clock <const> = client_with()
      assert(calls.set_name(client))
      assert.near(7, virtual_clock.waited(clock), 1e-6)
    end)

    it("understands a date in Retry-After", function()
      local moment <const> = os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 30)
      service:fault { operation = "set_name", status = 503, retry_after = moment }
      local client <close>, clock <const> = client_with()
      assert(calls.set_name(client))
      assert.near(29, virtual_clock.waited(clock), 2)
    end)

    for _, text in ipairs { "2030-01-01T00:00:00Z", "120junk", "soon" } do
      it("ignores a Retry-After of " .. text, function()
        service:fault { operation = "set_name", status = 503, retry_after = text }
        local client <close>, clock <const> = client_with()
        assert(calls.set_name(client))
        assert.near(0.25, virtual_clock.waited(clock), 1e-6)
      end)
    end

    it("reports a Retry-After of more than six hours unchanged", function()
      service:fault { operation = "set_name", status = 503, retry_after = 86400 }
      local client <close> = client_with()
      local _ <const>, problem <const> = calls.set_name(client)
      assert.equal(86400, problem.retry_after)
    end)

    it("obeys RetryInfo in the body like Retry-After", function()
      local details <const> = '[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3s"}]'
      service:fault {
        operation = "set_name",
        status = 503,
        body = '{"code":14,"message":"later","details":' .. details .. "}",
      }
      local client <close>, clock <const> = client_with()
      assert(calls.set_name(client))
      assert.near(3, virtual_clock.waited(clock), 1e-6)
    end)

    it("returns the error instead of waiting longer than 60 s", function()
      service:fault { operation = "set_name", status = 503, retry_after = 61 }
      local client <close>, clock <const> = client_with()
      local _ <const>, problem <const> = calls.set_name(client)
      assert.same(
        { "unavailable", 1, 61, true },
        { problem.kind, problem.attempts, problem.retry_after, problem.retryable }
      )
      assert.equal(0, virtual_clock.waited(clock))
      assert.matches("61 s", problem.hint)
    end)
  end)

  for name, fault in pairs {
    ["a Retry-After beyond all bounds"] = { status = 503, retry_after = "9223372036854775807" },
    ["a RetryInfo beyond all bounds"] = {
      status = 503,
      body = '{"code":14,"message":"m","details":[{"retryDelay":"' .. ("9"):rep(400) .. 's"}]}',
    },
  } do
    it("returns an error if the response contains " .. name, function()
      fault.operation, fault.times = "set_name", 10
      service:fault(fault)
      local client <close> = client_with()
      local _ <const>, problem <const> = calls.set_name(client)
      assert.equal("unavailable", problem.kind)
      assert.equal("string", type(tostring(problem)))
    end)
  end

  describe("within its limits", function()
    it("makes max_retries further attempts", function()
      for _, max_retries in ipairs { 0, 1, 3 } do
        service:reset()
        service:fault { operation = "set_name", status = 503, times = 10 }
        local client <close> = client_with { max_retries = max_retries }
        local _ <const>, problem <const> = calls.set_name(client)
        assert.equal(max_retries + 1, problem.attempts)
      end
    end)

    it("lets a call have its own limits", function()
      service:fault { operation = "set_name", status = 503, times = 10 }
      local client <close> = client_with()
      local _ <const>, problem <const> = calls.set_name(client, { max_retries = 0 })
      assert.equal(1, problem.attempts)
    end)

    it("returns the error at once when the deadline would pass while waiting", function()
      service:fault { operation = "set_name", status = 503, retry_after = 5, times = 10 }
      local client <close>, clock <const> = client_with { deadline = 12, max_retries = 100 }
      local _ <const>, problem <const> = calls.set_name(client)
      assert.same({ "unavailable", 3 }, { problem.kind, problem.attempts })
      assert.near(10, virtual_clock.waited(clock), 1e-6)
      assert.near(10, problem.elapsed, 1e-6)
      assert.matches("deadline", problem.hint)
    end)

    it("gives an attempt only the time that the deadline leaves", function()
      service:fault { operation = "set_name", hang = true }
      local client <close> = client_with { deadline = 0.15, timeout = 30, max_retries = 0 }
      local _ <const>, problem <const> = calls.set_name(client)
      assert.equal("timeout", problem.kind)
    end)

    it("stops retrying when the client's budget is used up, and charges double for a timeout", function()
      local client <close> = client_with { max_retries = 100 }
      assert(client:get_job(ID)) -- fetches the token
      client.budget.tokens = 14
      service:fault { operation = "set_name", status = 503, times = 10 }
      local _ <const>, problem <const> = calls.set_name(client)
      assert.equal(3, problem.attempts)
      assert.equal(4, client.budget.tokens)
      assert.matches("budget", problem.hint)
      service:reset()
      client.budget.tokens = 19
      service:fault { operation = "get_job", hang = true, times = 10 }
      local _, timeout <const> = client:get_job(ID, { timeout = 0.1 })
      assert.equal(2, timeout.attempts)
      assert.equal(9, client.budget.tokens)
    end)

    it("adds a token to the budget for each success, up to 500", function()
      local client <close> = client_with()
      client.budget.tokens = 498
      for _ = 1, 5 do
        assert(client:get_job(ID))
      end
      assert.equal(500, client.budget.tokens)
    end)
  end)

  it("leaves the host's random sequence alone", function()
    math.randomseed(42)
    local expected <const> = math.random(0)
    math.randomseed(42)
    service:fault { operation = "set_name", status = 503, times = 2 }
    local client <close> = require("bytenite").new { base_url = service.base_url, api_key = service.api_key }
    assert(calls.set_name(client))
    assert.equal(expected, math.random(0))
  end)
end)
