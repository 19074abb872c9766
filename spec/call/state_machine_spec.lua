-- The attempts of a call and its events. No network, and time does not pass by itself.
local fake <const> = require("spec.support.fake_core").install()

local in_turn <const>, OK <const>, get <const>, post <const>, check_all_freed <const> =
  fake.in_turn, fake.OK, fake.get, fake.post, fake.check_all_freed

local RETRY <const> = 0.25 -- seconds until the first retry: half of its bound, 0.5 s

for title, is_quick in pairs { ["a call of an idle client"] = true, ["a call that waits among others"] = false } do
  describe(title, function()
    it("returns its value, and one token to the retry budget", function()
      local client <const>, wire <const> = fake.client({ access_token = "t" }, in_turn { OK }, is_quick)
      client.budget.tokens = 400
      assert.equal(200, get(client).status)
      assert.equal(401, client.budget.tokens)
      assert.equal(1, #wire.requests)
      check_all_freed(wire)
    end)

    it("sends its token and its limits", function()
      local client <const>, wire <const> = fake.client(
        { access_token = "t", timeout = 7, connect_timeout = 3, max_response_bytes = 5000 },
        in_turn { OK, OK },
        is_quick
      )
      get(client)
      post(client, { timeout = 4, max_response_bytes = 6000 })
      local one <const>, other <const> = wire.requests[1], wire.requests[2]
      assert.same({ "t", 7, 3, 5000, false }, {
        one.token,
        one.timeout,
        one.connect_timeout,
        one.max_response_bytes,
        one.once_only,
      })
      assert.same({ "t", 4, 3, 6000, true }, {
        other.token,
        other.timeout,
        other.connect_timeout,
        other.max_response_bytes,
        other.once_only,
      })
    end)

    it("is repeated after a delay that the policy sets", function()
      local client <const>, wire <const> =
        fake.client({ access_token = "t" }, in_turn { { status = 503 }, { status = 503 }, OK }, is_quick)
      assert.equal(200, get(client).status)
      assert.same({ 1000, 1000 + RETRY, 1000 + 3 * RETRY }, {
        wire.requests[1].at,
        wire.requests[2].at,
        wire.requests[3].at,
      })
      assert.equal(2, wire.exchanges[1].released)
      check_all_freed(wire)
      assert.equal(491, client.budget.tokens) -- two retries cost 10, the success adds 1
    end)

    it("fails with its last error when its retries are used up", function()
      local client <const>, wire <const> = fake.client({ access_token = "t" }, function()
        return { status = 503, after = 0.125 }
      end, is_quick)
      local value <const>, problem <const> = get(client, { max_retries = 1 })
      assert.is_nil(value)
      assert.same({ "unavailable", 2, 0.25 + RETRY, "request", "GET", "/v1/x", true }, {
        problem.kind,
        problem.attempts,
        problem.elapsed,
        problem.operation,
        problem.method,
        problem.path,
        problem.retryable,
      })
      assert.is_nil(problem.maybe_done)
      check_all_freed(wire)
    end)

    it("ends when the core cannot use its session, and asks for no token then", function()
      local client <const>, wire <const> = fake.client({
        access_token = function()
          error "asked for a token"
        end,
      }, in_turn { OK }, is_quick)
      client.session:close()
      local _, problem <const> = get(client)
      assert.equal("closed", problem.kind)
      assert.same({}, wire.requests)
      check_all_freed(wire)
    end)

    it("fails without credentials, and sends nothing", function()
      local client <const>, wire <const> = fake.client({}, in_turn { OK }, is_quick)
      local _, problem <const> = get(client)
      assert.same({ "no_credentials", 0 }, { problem.kind, problem.attempts })
      assert.matches("set api_key or access_token", problem.hint)
      assert.same({}, wire.requests)
      check_all_freed(wire)
    end)

    it("raises what a user's function raises", function()
      local client <const>, wire <const> = fake.client({
        access_token = function()
          error("no token today", 0)
        end,
      }, in_turn { OK }, is_quick)
      assert.has_error(function()
        get(client)
      end, "no token today")
      check_all_freed(wire)
    end)

    it("treats a later 404 as success if an earlier attempt may have deleted the job", function()
      local client <const>, wire <const> =
        fake.client({ access_token = "t" }, in_turn { { kind = "timeout" }, { status = 404 } }, is_quick)
      assert.is_true(client:job("x"):delete())
      assert.equal(2, #wire.requests)
      local other <const> = fake.client({ access_token = "t" }, in_turn { { status = 404 } }, is_quick)
      local _, problem = other:job("x"):delete()
      assert.equal("not_found", problem.kind)
      local unsent <const> = fake.client(
        { access_token = "t" },
        in_turn { { kind = "connection", sent = false }, { status = 404 } },
        is_quick
      )
      _, problem = unsent:job("x"):delete()
      assert.equal("not_found", problem.kind) -- the first attempt sent nothing
    end)

    it("says that the service may have acted on a once-only request", function()
      local client <const>, wire <const> =
        fake.client({ access_token = "t" }, in_turn { { kind = "connection" } }, is_quick)
      local _, problem <const> = post(client)
      assert.same({ "connection", 1, true }, { problem.kind, problem.attempts, problem.maybe_done })
      assert.matches("check before you repeat", problem.hint)
      assert.equal(1, #wire.requests)
    end)

    it("gives an attempt only the time that the deadline leaves", function()
      local client <const>, wire <const> = fake.client(
        { access_token = "t", timeout = 30, deadline = 40 },
        in_turn { { kind = "timeout", after = 30 }, { kind = "timeout", after = 9.5 } },
        is_quick
      )
      local _, problem <const> = get(client)
      assert.equal("timeout", problem.kind)
      assert.same({ 30, 40 - 30 - RETRY }, { wire.requests[1].timeout, wire.requests[2].timeout })
      assert.equal(2, #wire.requests) -- the deadline leaves no time for a third
      assert.matches("deadline", problem.hint)
    end)

    it("accepts every status from 201 to 299 as success only if the row says so", function()
      for status, is_success in pairs { [201] = true, [299] = true, [300] = false, [199] = false } do
        local client <const> =
          fake.client({ access_token = "t" }, in_turn { { status = status, body = "{}" } }, is_quick)
        local value <const> = get(client)
        assert.equal(is_success and status or nil, value and value.status)
      end
      local client <const> = fake.client({ access_token = "t" }, in_turn { { status = 201, body = "{}" } }, is_quick)
      local _, problem <const> = client:list_templates()
      assert.equal("unexpected", problem.kind)
    end)

    it("fails once-only with maybe_done when its success cannot be used", function()
      local client <const> =
        fake.client({ access_token = "t" }, in_turn { { status = 200, body = "<html>" } }, is_quick)
      local _, problem <const> = client:create_job { templateId = "x", name = "y" }
      assert.same({ "protocol", true, 1, false }, {
        problem.kind,
        problem.maybe_done,
        problem.attempts,
        problem.retryable,
      })
    end)
  end)
end

describe("a call's events", function()
  it("tell of requests, responses and retries, and when", function()
    local events <const> = {}
    local client <const> = fake.client({
      access_token = "t",
      on_event = function(event)
        events[#events + 1] = event
      end,
    }, in_turn { { status = 503, after = 0.5, headers = { age = "7" } }, { kind = "timeout", after = 2 }, OK })
    get(client)
    assert.same(
      {
        { type = "request", attempt = 1 },
        {
          type = "response",
          attempt = 1,
          status = 503,
          elapsed = 0.5,
          headers = { age = "7" },
          header_list = { { "age", "7" } },
        },
        { type = "retry", attempt = 1, status = 503, kind = "unavailable", delay = RETRY },
        { type = "request", attempt = 2 },
        { type = "response", attempt = 2, kind = "timeout", elapsed = 2 },
        { type = "retry", attempt = 2, kind = "timeout", delay = 2 * RETRY },
        { type = "request", attempt = 3 },
        { type = "response", attempt = 3, status = 200, elapsed = 0, headers = {}, header_list = {} },
      },
      (function()
        for _, event in ipairs(events) do
          assert.same({ "request", "GET", "/v1/x" }, { event.operation, event.method, event.path })
          event.operation, event.method, event.path = nil, nil, nil
        end
        return events
      end)()
    )
  end)

  it("tell of a new token", function()
    local types <const> = {}
    local client <const> = fake.client({
      api_key = "k",
      on_event = function(event)
        types[#types + 1] = event.operation .. " " .. event.type
      end,
    }, in_turn { { status = 200, body = '{"token":"t"}' }, OK })
    get(client)
    assert.same({
      "access_token request",
      "access_token response",
      "access_token token",
      "request request",
      "request response",
    }, types)
  end)

  it("end the call with the error that the function raises", function()
    local client <const>, wire <const> = fake.client({
      access_token = "t",
      on_event = function(event)
        if event.type == "response" then error("enough", 0) end
      end,
    }, in_turn { OK })
    assert.has_error(function()
      get(client)
    end, "enough")
    check_all_freed(wire)
  end)
end)
