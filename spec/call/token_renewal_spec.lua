-- The renewal of tokens. No network, and time does not pass by itself.
local fake <const> = require("spec.support.fake_core").install()

local in_turn <const>, OK <const>, get <const>, post <const>, check_all_freed <const> =
  fake.in_turn, fake.OK, fake.get, fake.post, fake.check_all_freed

local function operations(wire)
  local names <const> = {}
  for _, request in ipairs(wire.requests) do
    names[#names + 1] = request.operation
  end
  return names
end

describe("the renewal of a token", function()
  local KEY <const> = { status = 200, body = '{"token":"new","expiresIn":"100"}', after = 1 }

  it("serves all calls that wait for one", function()
    local client <const>, wire <const> = fake.client({ api_key = "k" }, in_turn { KEY, OK, OK })
    local one <const>, other <const> = client:async(get, client), client:async(get, client)
    one:get()
    other:get()
    assert.same({ "access_token", "request", "request" }, operations(wire))
    assert.same({ "new", "new" }, { wire.requests[2].token, wire.requests[3].token })
    assert.is_nil(wire.requests[1].token)
    check_all_freed(wire)
  end)

  it("serves later calls, too, when one that waits for it is cancelled", function()
    local client <const>, wire <const> = fake.client({ api_key = "k" }, in_turn { KEY, OK, OK })
    local one <const>, other <const> = client:async(get, client), client:async(get, client)
    client:step(0)
    other:cancel()
    local late <const> = client:async(get, client)
    one:get()
    late:get()
    assert.same({ "access_token", "request", "request" }, operations(wire))
    check_all_freed(wire)
  end)

  it("happens once after a 401, and the request is sent again with the new token", function()
    local client <const>, wire <const> = fake.client(
      { api_key = "k" },
      in_turn { KEY, { status = 401 }, { status = 200, body = '{"token":"newer"}' }, OK }
    )
    assert.equal(200, post(client).status)
    assert.same({ "access_token", "request", "access_token", "request" }, operations(wire))
    assert.equal("newer", wire.requests[4].token)
  end)

  it("does not happen a second time in one call", function()
    local client <const>, wire <const> = fake.client(
      { api_key = "k" },
      in_turn { KEY, { status = 401 }, { status = 200, body = '{"token":"newer"}' }, { status = 401 } }
    )
    local _, problem <const> = get(client)
    assert.same({ "unauthenticated", 2 }, { problem.kind, problem.attempts })
    assert.equal(4, #wire.requests)
  end)

  it("does not happen for a given token, and the error says that Bearer is superfluous", function()
    local client <const>, wire <const> = fake.client({ access_token = "Bearer t" }, in_turn { { status = 401 } })
    local _, problem = get(client)
    assert.same({ "unauthenticated", 1 }, { problem.kind, #wire.requests })
    assert.matches('without "Bearer "', problem.hint)
    local other <const> = fake.client({ access_token = "t" }, in_turn { { status = 401 } })
    _, problem = get(other)
    assert.is_nil(problem.hint and problem.hint:match "Bearer")
  end)

  it("does not repeat a request with the token that was refused", function()
    local given <const> = {}
    local client <const>, wire <const> = fake.client({
      access_token = function()
        given[#given + 1] = "same"
        return "same"
      end,
    }, in_turn { { status = 401 } })
    local _, problem <const> = get(client)
    assert.same({ "unauthenticated", 1, 2 }, { problem.kind, #wire.requests, #given })
  end)

  it("repeats a request at once if the function returns another token", function()
    local count = 0
    local client <const>, wire <const> = fake.client({
      access_token = function()
        count = count + 1
        return "token" .. count
      end,
    }, in_turn { { status = 401 }, OK })
    assert.equal(200, get(client).status)
    assert.same({ "token1", "token2" }, { wire.requests[1].token, wire.requests[2].token })
    assert.equal(1, wire.exchanges[1].released)
  end)

  it("falls back to a token that has not expired", function()
    local client <const>, wire <const> =
      fake.client({ api_key = "k", max_retries = 0 }, in_turn { KEY, OK, { status = 500 }, OK, { status = 500 } })
    get(client)
    wire.time = 1001 + 95 -- due for renewal, valid for another 5 s
    assert.equal(200, get(client).status)
    assert.equal("new", wire.requests[4].token)
    wire.time = 1001 + 100 -- it has expired
    local _, problem <const> = get(client)
    assert.equal("access_token", problem.operation)
    assert.equal(5, #wire.requests)
  end)

  -- Returns options with which the first exchanges raise: on_event raises `times` times.
  local function raising(times)
    return {
      api_key = "k",
      on_event = function(event)
        if event.operation == "access_token" and event.type == "response" and times > 0 then
          times = times - 1
          error("raised in the exchange", 0)
        end
      end,
    }
  end

  it("raises an unexpected error in the call that started it, and is repeated for the others", function()
    local client <const>, wire <const> = fake.client(raising(1), in_turn { KEY, KEY, OK })
    local one <const>, other <const> = client:async(get, client), client:async(get, client)
    assert.has_error(function()
      one:get()
    end, "raised in the exchange")
    assert.equal(200, other:get().status)
    assert.same({ "access_token", "access_token", "request" }, operations(wire))
  end)

  it("raises a second unexpected error in every call that waits for it", function()
    local client <const>, wire <const> = fake.client(raising(2), in_turn { KEY, KEY, KEY, OK })
    local futures <const> = { client:async(get, client), client:async(get, client), client:async(get, client) }
    for _, future in ipairs(futures) do
      assert.has_error(function()
        future:get()
      end, "raised in the exchange")
    end
    assert.same({ "access_token", "access_token" }, operations(wire))
  end)

  it("does not happen to sign out: the current token is sent, though it is due", function()
    local client <const>, wire <const> = fake.client({ api_key = "k" }, in_turn { KEY, OK, OK, KEY, OK })
    get(client)
    wire.time = 1001 + 95
    assert.is_true(client:sign_out())
    assert.same({ "access_token", "request", "sign_out" }, operations(wire))
    assert.equal("new", wire.requests[3].token)
    get(client)
    assert.same({ "access_token", "request", "sign_out", "access_token", "request" }, operations(wire))
  end)

  it("is not needed to sign out without a token", function()
    local client <const>, wire <const> = fake.client({ api_key = "k" }, in_turn {})
    assert.is_true(client:sign_out())
    assert.same({}, wire.requests)
  end)
end)
