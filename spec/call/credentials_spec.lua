-- Where access tokens come from, without a clock or a network.
local credentials <const> = require "bytenite.call.credentials"

local function response(token, life)
  return ('{"token":"%s","expiresIn":"%s","scope":"all"}'):format(token, life or 3600)
end

describe("an API key", function()
  local source

  before_each(function()
    source = credentials.new(nil, "some-key")
  end)

  it("asks for an exchange before the first token is sent", function()
    assert.is_true(source.renewable)
    assert.same({ nil, "renew" }, { source.acquire(0) })
    assert.is_nil(source.current())
    assert.same({ apiKey = "some-key" }, source.exchange_body())
  end)

  it("is not used if there is a token", function()
    assert.equal("some-token", credentials.new("some-token", "some-key").acquire(0))
  end)

  it("keeps its token until 60 s before the end, and then asks for a new one", function()
    assert.equal("first", source.store_response(response "first", 1000))
    assert.equal("first", source.acquire(1000 + 3600 - 60 - 0.001))
    assert.same({ nil, "renew" }, { source.acquire(1000 + 3600 - 60) })
  end)

  it("renews a short-lived token in the last tenth of its life", function()
    source.store_response(response("short", 10), 0)
    assert.equal("short", source.acquire(8.9))
    assert.same({ nil, "renew" }, { source.acquire(9) })
  end)

  for name, expires_in in pairs {
    ["a number"] = "7200",
    ["a string"] = '"7200"',
  } do
    it("reads the lifetime of a token from " .. name, function()
      source.store_response(('{"token":"t","expiresIn":%s}'):format(expires_in), 0)
      assert.equal("t", source.acquire(7139))
      assert.same({ nil, "renew" }, { source.acquire(7140) })
    end)
  end

  for _, expires_in in ipairs { "null", '"soon"', "0", "-5", '""' } do
    it("assumes an hour if expiresIn is " .. expires_in, function()
      source.store_response(('{"token":"t","expiresIn":%s}'):format(expires_in), 0)
      assert.equal("t", source.acquire(3539))
      assert.same({ nil, "renew" }, { source.acquire(3540) })
    end)
  end

  it("falls back on a token that is due for renewal", function()
    source.store_response(response "first", 0)
    assert.equal("first", source.fallback(3599))
  end)

  it("never falls back on an expired token, nor on one that was refused", function()
    source.store_response(response "first", 0)
    assert.is_nil(source.fallback(3600))
    source.forget "first"
    assert.is_nil(source.fallback(1))
    assert.is_nil(source.current())
    assert.same({ nil, "renew" }, { source.acquire(1) })
  end)

  it("forgets only the token that was refused, not its successor", function()
    source.store_response(response "first", 0)
    source.store_response(response "second", 0)
    source.forget "first"
    assert.equal("second", source.current())
  end)

  it("adds its secrets to a list without holes", function()
    assert.same({ "some-key" }, source.secrets {})
    assert.same({ "given", "some-key" }, source.secrets { "given" })
  end)

  it("adds those of its headers and a call's token", function()
    local with_headers <const> = credentials.new(nil, "some-key", nil, {
      "X-Api-Key: s3cret-1",
      "Cookie: theme=dark; id=s3cret-2",
      "X-Tenant: tenant-1",
    })
    assert.equal(
      "[redacted] [redacted] [redacted] [redacted] tenant-1",
      with_headers.known("the-token"):redact "some-key the-token s3cret-1 s3cret-2 tenant-1"
    )
    for _, member in pairs(with_headers) do
      assert.equal(member ~= with_headers.renewable and "function" or "boolean", type(member))
    end
    assert.equal("[redacted] the-token", source.known():redact "some-key the-token")
  end)

  it("keeps its secrets: the key, the token and the former one", function()
    source.store_response(response "first", 0)
    source.store_response(response "second", 0)
    local found <const> = source.secrets { "of the call" }
    table.sort(found)
    assert.same({ "first", "of the call", "second", "some-key" }, found)
    for _, member in pairs(source) do
      assert.is_not.equal("string", type(member))
    end
  end)

  for body, problem in pairs {
    ["not JSON"] = "is not a JSON object",
    ["[]"] = "has no token",
    ['"token"'] = "is not a JSON object",
    ["{}"] = "has no token",
    ['{"token":""}'] = "has no token",
    ['{"token":5}'] = "has no token",
    ['{"token":null}'] = "has no token",
    ['{"token":"two\\nlines"}'] = "the token received cannot be used: a line break at byte 4",
    ['{"token":"tok\\u0000en"}'] = "the token received cannot be used: a character that is not allowed in a header at byte 4",
  } do
    it("refuses the response " .. body, function()
      local token <const>, reason <const> = source.store_response(body, 0)
      assert.is_nil(token)
      assert.is_truthy(reason:find(problem, 1, true), reason)
      assert.is_nil(source.current())
    end)
  end

  it("leaves the explanation to a response that says ok: false", function()
    assert.same({ nil, nil, n = 2 }, table.pack(source.store_response('{"ok":false,"message":"no"}', 0)))
  end)
end)

describe("a given token", function()
  it("is sent as it is and cannot be renewed", function()
    local source <const> = credentials.new "some-token"
    assert.is_false(source.renewable)
    assert.equal("some-token", source.acquire(0))
    assert.same({ "some-token" }, source.secrets {})
  end)

  it("is not sent after the client has signed out, but stays a secret", function()
    local source <const> = credentials.new "some-token"
    source.forget "some-token"
    local token <const>, need <const>, hint <const>, message <const> = source.acquire(0)
    assert.same({ nil, "none" }, { token, need })
    assert.matches("new client", hint)
    assert.matches("signed out", message)
    assert.same({ "some-token" }, source.secrets {})
  end)
end)

describe("a token function", function()
  it("adds its last token to the secrets, without a hole", function()
    local source <const> = credentials.new(function()
      return "some-token"
    end)
    assert.same({}, source.secrets {})
    source.acquire(0)
    assert.same({ "some-token" }, source.secrets {})
  end)

  it("is called for each new token, and not for a look at the current one", function()
    local count = 0
    local source <const> = credentials.new(function()
      count = count + 1
      return "token-" .. count
    end)
    assert.equal(0, count)
    assert.equal("token-1", source.acquire(0))
    assert.equal("token-2", source.acquire(0))
    assert.equal("token-2", source.current())
    source.forget "token-2"
    assert.is_nil(source.current())
  end)

  it("may be a table that can be called", function()
    local source <const> = credentials.new(setmetatable({}, {
      __call = function()
        return "some-token"
      end,
    }))
    assert.equal("some-token", source.acquire(0))
  end)

  for _, case in ipairs {
    { "a line break", "token\n", "a token with a line break at byte 6" },
    { "a tab", "to\tken", "a token with a character that is not allowed in a header at byte 3" },
    { "a NUL", "\0", "a token with a character that is not allowed in a header at byte 1" },
    { "bytes beyond ASCII", "tok\xC3\xA9n", "a token with a character that is not allowed in a header at byte 4" },
    { "nothing in it", "", "an empty string" },
    { "a number", 7, "a number instead of a string" },
    { "a table", {}, "a table instead of a string" },
    { "a boolean", true, "a boolean instead of a string" },
  } do
    it(("whose result is or holds %s gives none, and does not show it"):format(case[1]), function()
      local source <const> = credentials.new(function()
        return case[2]
      end)
      local token <const>, need <const>, hint <const>, message <const> = source.acquire(0)
      assert.same({ nil, "none", "string" }, { token, need, type(hint) })
      assert.equal("the access_token function returned " .. case[3], message)
      assert.is_nil(source.current())
    end)
  end

  it("that returns nil gives none, and its second result is the reason", function()
    local source <const> = credentials.new(function()
      return nil, { "a reason" }
    end)
    local _ <const>, need <const>, hint <const> = source.acquire(0)
    assert.equal("none", need)
    assert.matches("^table: ", hint)
  end)

  it("that raises passes on what it raised", function()
    for _, raised in ipairs { "words", { code = 1 } } do
      local source <const> = credentials.new(function()
        error(raised, 0)
      end)
      local token <const>, need <const>, caught <const> = source.acquire(0)
      assert.same({ nil, "raised", raised }, { token, need, caught })
    end
  end)

  it("whose reason raises in tostring counts as one that raises", function()
    local source <const> = credentials.new(function()
      return nil, setmetatable({}, {
        __tostring = function()
          error("no text", 0)
        end,
      })
    end)
    assert.same({ nil, "raised", "no text" }, { source.acquire(0) })
  end)
end)

describe("no credentials at all", function()
  it("say what to set", function()
    local token <const>, need <const>, hint <const>, message <const> = credentials.new().acquire(0)
    assert.same({ nil, "none", "no API key and no access token" }, { token, need, message })
    for _, word in ipairs { "api_key", "access_token", "BYTENITE_API_KEY", "BYTENITE_ACCESS_TOKEN" } do
      assert.is_truthy(hint:find(word, 1, true))
    end
  end)
end)

describe("the password of a proxy", function()
  for proxy, secrets in pairs {
    ["http://user:pass@proxy:3128"] = { "user:pass", "pass" },
    ["user:pass@proxy:3128"] = { "user:pass", "pass" },
    ["user@proxy"] = { "user" },
    ["http://proxy:3128"] = {},
    [""] = {},
  } do
    it(("is a secret in %q"):format(proxy), function()
      assert.same(secrets, credentials.new(nil, nil, proxy).secrets {})
    end)
  end
end)
