-- Secrets in texts, without a call.
local core <const> = require "bytenite.core"
local redact <const> = require "bytenite.errors.redact"

local SECRET <const> = 'k"ey/with\\all é+=&'

describe("a known secret", function()
  for title, text in pairs {
    ["as it is"] = SECRET,
    ["in JSON"] = core.encode(SECRET),
    ["in JSON within JSON"] = core.encode(core.encode { error = SECRET }),
    ["in JSON with escaped slashes"] = (core.encode(SECRET):gsub("/", "\\/")),
    ["in JSON with escaped characters"] = (core.encode(SECRET):gsub("&", "\\u0026"):gsub("é", "\\u00e9")),
  } do
    it("is removed " .. title, function()
      local shown <const> = redact.text("before " .. text .. " behind", { SECRET })
      assert.matches("^before .*%[redacted%].* behind$", shown)
      for _, part in ipairs { "with", "ey/", "all" } do
        assert.is_nil(shown:find(part, 1, true))
      end
    end)
  end

  it("is removed wherever it stands, and nothing else is", function()
    assert.equal("a [redacted] 12. b", redact.text("a %d+. 12. b", { "%d+." }))
    assert.equal("[redacted][redacted] ab", redact.text("abcdabcd ab", { "abcd" }))
  end)

  it("is not removed if it is shorter than 4 bytes: ordinary text would go with it", function()
    assert.equal("the cat", redact.text("the cat", { "cat", "t" }))
  end)
end)

describe("a member with a telling name", function()
  for _, name in ipairs {
    "password",
    "accessKey",
    "access_key",
    "ACCESS-KEY",
    "secretKey",
    "secretAccessKey",
    "apiKey",
    "token",
    "access_token",
    "sessionToken",
    "privateKey",
    "clientSecret",
    "Authorization",
  } do
    it(("loses its value in JSON: %s"):format(name), function()
      assert.equal(
        ('{"%s" : "[redacted]","name":"kept"}'):format(name),
        redact.text(('{"%s" : "sec\\"ret","name":"kept"}'):format(name), {})
      )
    end)

    it(("is a secret in a table: %s"):format(name), function()
      assert.same({ "some secret" }, redact.gather({}, { deep = { { [name] = "some secret" } } }))
    end)
  end

  it("is not taken for one because a part of its name tells", function()
    local text <const> = '{"tokens":"5","expiresIn":"3600","name":"secret"}'
    assert.equal(text, redact.text(text, {}))
  end)

  it("stays visible if it is empty", function()
    assert.equal('{"password":""}', redact.text('{"password":""}', {}))
  end)

  it("loses its value in text that ends within it", function()
    assert.equal('{"password":"[redacted]', redact.text('{"password":"sec', {}))
    assert.equal('{"password":"[redacted]', redact.text('{"password":"sec\\', {}))
  end)
end)

describe("a URL", function()
  for text, shown in pairs {
    ["see https://h/x?sig=abc."] = "see https://h/x?[redacted]",
    ["<a href='https://h/x?sig=abc'>"] = "<a href='https://h/x?[redacted]'>",
    ['{"link":"https:\\/\\/h\\/x?sig=abc"}'] = '{"link":"https:\\/\\/h\\/x?[redacted]"}',
    ['"{\\"link\\":\\"https://h/x?sig=abc\\"}"'] = '"{\\"link\\":\\"https://h/x?[redacted]\\"}"',
    ["http://user:secret@proxy:3128/"] = "http://[redacted]@proxy:3128/",
    ["https://h/x"] = "https://h/x",
    ["what? a ? b"] = "what? a ? b",
  } do
    it(("loses its query and its credentials: %s"):format(text), function()
      assert.equal(shown, redact.text(text, {}))
    end)
  end

  it("makes its query and its long parts secrets: a server may echo each alone", function()
    local url <const> = "https://user:secret@h/x?short=1&sig=aaaaaaaaaaaaaaaaaaaa%2Fbb"
    local found <const> = redact.gather({}, { link = url })
    for _, secret in ipairs {
      "secret",
      "short=1&sig=aaaaaaaaaaaaaaaaaaaa%2Fbb",
      "short=1&amp;sig=aaaaaaaaaaaaaaaaaaaa%2Fbb",
      "aaaaaaaaaaaaaaaaaaaa%2Fbb",
      "aaaaaaaaaaaaaaaaaaaa/bb",
    } do
      local is_found = false
      for _, each in ipairs(found) do
        is_found = is_found or each == secret
      end
      assert.is_true(is_found, secret)
    end
  end)
end)

describe("collecting secrets", function()
  it("goes through tables that hold themselves, and ignores what is not a table", function()
    local loop <const> = { password = "some secret" }
    loop.own = loop
    assert.same({ "before", "some secret" }, redact.gather({ "before" }, loop, "text", 7, nil, false))
  end)
end)

describe("redacting a table", function()
  it("changes its strings in place, at every depth", function()
    local value <const> = { message = "the secret", details = { { "a secret", 7 } } }
    assert.equal(value, redact.strings(value, { "secret" }))
    assert.same({ message = "the [redacted]", details = { { "a [redacted]", 7 } } }, value)
  end)
end)

describe("the time redaction takes", function()
  for title, piece in pairs {
    ["openings of members"] = '"password":"',
    ["beginnings of URLs"] = "://",
    ["credentials without an end"] = "://a@",
    ["escapes"] = "\\u0026\\",
    ["quotes"] = '\\"',
  } do
    it("is linear in a text of " .. title, function()
      local function seconds(count)
        local text <const> = piece:rep(count)
        local started <const> = os.clock()
        redact.text(text, { "some secret" })
        return os.clock() - started
      end
      seconds(1000)
      assert.is_true(seconds(40000) < 40 * math.max(seconds(4000), 0.001))
    end)
  end
end)
