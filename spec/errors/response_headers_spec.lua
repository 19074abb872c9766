-- The headers of responses, joined by name and without secrets.
local redact <const> = require "bytenite.errors.redact"
local response_headers <const> = require "bytenite.errors.response_headers"

describe("headers by name", function()
  it("join the values of one name in their order", function()
    local list <const> = { { "vary", "a" }, { "age", "7" }, { "vary", "b, c" }, { "vary", "" } }
    assert.same({ age = "7", vary = "a, b, c, " }, response_headers.join(list))
  end)

  it("have no Set-Cookie, whose values cannot be joined", function()
    local list <const> = { { "set-cookie", "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT" }, { "age", "7" } }
    assert.same({ age = "7" }, response_headers.join(list))
  end)
end)

describe("headers without secrets", function()
  local secrets <const> = redact.known { "the-access-token" }

  -- Returns the values of a list without secrets, and the headers by name.
  local function shown(list)
    local by_name <const>, kept <const> = response_headers.redacted(list, secrets)
    local values <const> = {}
    for index, pair in ipairs(kept) do
      assert.equal(list[index][1], pair[1])
      values[index] = pair[2]
    end
    return values, by_name
  end

  it("hide values with the name of a secret", function()
    for _, name in ipairs {
      "set-cookie",
      "authorization",
      "x-auth-token",
      "x-amz-security-token",
      "x-api-key",
      "x-session",
    } do
      local values <const>, by_name <const> = shown { { name, "s3cret" }, { "age", "7" } }
      assert.same({ "[redacted]", "7" }, values)
      assert.equal(name ~= "set-cookie" and "[redacted]" or nil, by_name[name])
    end
  end)

  it("hide known secrets anywhere, also cut ones", function()
    local values <const>, by_name <const> = shown {
      { "x-a", "it was the-access-token" },
      { "x-b", "the-access-to" },
      { "x-c", "dGhlLWFjY2Vzcy10b2tlbg==" },
      { "x-d", "plain" },
    }
    assert.same({ "it was [redacted]", "[redacted]", "[redacted]==", "plain" }, values)
    assert.equal("it was [redacted]", by_name["x-a"])
  end)

  it("hide the queries of addresses, also relative ones", function()
    local values <const> = shown {
      { "location", "https://h/file?X-Amz-Signature=abc" },
      { "location", "/file?X-Amz-Signature=abc" },
      { "link", '</page?cursor=abc>; rel="next", </b?c=d>; rel="prev"' },
      { "x-said", "https://user:word@h/file?x=abc and more" },
      { "x-said", "why? because" },
      { "x-original-url", "/f?token=abc" },
      { "location", "/back#access_token=abc" },
      { "location", "/page#part" },
    }
    assert.same({
      "https://h/file?[redacted]",
      "/file?[redacted]",
      '</page?[redacted]>; rel="next", </b?[redacted]>; rel="prev"',
      "https://[redacted]@h/file?[redacted] and more",
      "why? because",
      "/f?[redacted]",
      "/back#[redacted]",
      "/page#part",
    }, values)
  end)

  it("are all hidden if a secret might span two of them", function()
    assert.same({ "[redacted]", "[redacted]" }, (shown { { "x-a", '{"password":"s3cret' }, { "x-b", "plain" } }))
  end)

  it("may be none, or have empty values", function()
    assert.same({}, (shown {}))
    assert.same({ "" }, (shown { { "x-a", "" } }))
    assert.same({ "", "a", "" }, (shown { { "x-a", "" }, { "x-b", "a" }, { "x-c", "" } }))
  end)

  it("are at most 64 KiB", function()
    local list <const> = {}
    for index = 1, 70 do
      list[index] = { "x-a", ("v"):rep(1021) }
    end
    local values <const>, by_name <const> = shown(list)
    assert.equal(64, #values)
    assert.equal(64 * 1021 + 63 * 2, #by_name["x-a"])
    assert.equal(1021, #list[1][2]) -- what was received is unchanged
  end)

  it("take time that is linear in their number and in the secrets", function()
    local many <const>, list <const> = {}, {}
    for index = 1, 2000 do
      many[index] = ("secret-number-%032d"):format(index)
      list[index] = { "x-a", many[index] }
    end
    local known <const> = redact.known(many)
    local began <const> = os.clock()
    redact.text(table.concat(many, "\n"), known)
    local between <const> = os.clock()
    local by_name <const> = response_headers.redacted(list, known)
    assert.is_true(os.clock() - between < 20 * (between - began) + 0.1)
    assert.is_nil(by_name["x-a"]:find("secret", 1, true))
  end)
end)
