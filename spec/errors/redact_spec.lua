-- Secrets in texts, without a call.
local core <const> = require "bytenite.core"
local redact <const> = require "bytenite.errors.redact"

local SECRET <const> = 'k"ey/with\\all é+=&'

-- Returns the text with its secrets replaced.
local function shown(text, ...)
  return redact.text(text, redact.known { ... })
end

local function percent_encoded(text, unreserved)
  return (text:gsub(unreserved or "[^%w]", function(character)
    return ("%%%02X"):format(character:byte())
  end))
end

local function form_encoded(text)
  return (percent_encoded(text, "[^%w ]"):gsub(" ", "+"))
end

local entities <const> = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local function html_escaped(text)
  return (text:gsub("[&<>\"']", entities))
end

-- Encoded by openssl's base64, which is independent of our code.
local function base64(text)
  local name <const> = os.tmpname()
  local file <const> = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
  local command <const> = assert(io.popen("openssl base64 -A -in " .. name))
  local encoded <const> = command:read "a"
  command:close()
  os.remove(name)
  return encoded
end

describe("a known secret", function()
  for title, text in pairs {
    ["as it is"] = SECRET,
    ["in JSON"] = core.encode(SECRET),
    ["in JSON within JSON"] = core.encode(core.encode { error = SECRET }),
    ["in JSON with escaped slashes"] = (core.encode(SECRET):gsub("/", "\\/")),
    ["in JSON with escaped characters"] = (core.encode(SECRET):gsub("&", "\\u0026"):gsub("é", "\\u00e9")),
    ["percent-encoded"] = percent_encoded(SECRET),
    ["percent-encoded in lower case"] = percent_encoded(SECRET):lower(),
    ["percent-encoded, every byte"] = percent_encoded(SECRET, "."),
    ["percent-encoded twice"] = percent_encoded(percent_encoded(SECRET)),
    ["percent-encoded in part"] = percent_encoded(SECRET, "[+&]"),
    ["form-encoded"] = form_encoded(SECRET),
    ["escaped for HTML"] = html_escaped(SECRET),
    ["escaped for HTML by numbers"] = SECRET:gsub('[&"]', { ["&"] = "&#x26;", ['"'] = "&#34;" }),
    ["escaped for HTML in JSON"] = core.encode(html_escaped(SECRET)),
    ["percent-encoded in JSON"] = core.encode("?a=" .. percent_encoded(SECRET)),
    ["in base64"] = base64(SECRET),
    ["in base64 behind a user"] = base64("u:" .. SECRET),
    ["in base64 behind a longer user"] = base64("us:" .. SECRET),
    ["in base64 for URLs"] = base64(SECRET):gsub("+", "-"):gsub("/", "_"):gsub("=", ""),
  } do
    it("is removed " .. title, function()
      local text_shown <const> = shown("before " .. text .. " behind", SECRET)
      assert.matches("^before .*%[redacted%].* behind$", text_shown)
      assert.is_true(#text_shown <= #'before {\\"error\\":\\"[redacted]\\"}"...... behind', text_shown)
      for _, part in ipairs { "with", "ey/", "all" } do
        assert.is_nil(text_shown:find(part, 1, true))
      end
    end)
  end

  it("is removed wherever it is, and nothing else is", function()
    assert.equal("a [redacted] 12. b", shown("a %d+. 12. b", "%d+."))
    assert.equal("[redacted] ab", shown("abcdabcd ab", "abcd"))
    assert.equal("a [redacted] b [redacted] c", shown("a first one b second c", "first one", "second"))
  end)

  it("is not removed if it is shorter than 4 bytes: ordinary text would be, too", function()
    assert.equal("the cat", shown("the cat", "cat", "t"))
  end)

  it("is removed after bytes that its first characters would complete to an escape", function()
    assert.equal("at 100%41[redacted].", shown("at 100%41secretive.", "41secretive"))
    assert.equal("a &lt;[redacted].", shown("a &lt;secretive.", "lt;secretive"))
  end)

  it("is removed where secrets overlap", function()
    assert.equal("x[redacted]y", shown("xabcdefghy", "abcdef", "defgh"))
    assert.equal("x[redacted]y", shown("xabcdefghy", "bcde", "abcdefgh"))
  end)

  it("leaves the JSON around it valid", function()
    local json <const> = core.encode { message = '"' .. SECRET .. '"\\', list = { SECRET, SECRET .. "\\" } }
    assert.is_table(core.decode(shown(json, SECRET)))
  end)
end)

describe("a part of a known secret", function()
  local KEY <const> = "abcdefghijklmnop"

  for title, case in pairs {
    ["at the end of a text"] = { "the key abcdefgh", "the key [redacted]" },
    ["in front of an ellipsis"] = { "the key abcdefghij... is wrong", "the key [redacted]... is wrong" },
    ["in front of a typographer's ellipsis"] = { "the key abcdefghij… is wrong", "the key [redacted]… is wrong" },
    ["at the end of a string"] = { '{"m":"key abcdefgh"}', '{"m":"key [redacted]"}' },
    ["at the end of a title"] = { "<b>key abcdefgh</b>", "<b>key [redacted]</b>" },
    ["at the beginning of a text"] = { "ijklmnop is wrong", "[redacted] is wrong" },
    ["behind an ellipsis"] = { "the key ...hijklmnop is wrong", "the key ...[redacted] is wrong" },
    ["between two cuts"] = { "...cdefghijkl...", "...[redacted]..." },
    ["percent-encoded"] = { "the key %61bcdefg%68", "the key [redacted]" },
    ["that is everything"] = { "bcdefghi", "[redacted]" },
  } do
    it("is removed " .. title, function()
      assert.equal(case[2], shown(case[1], KEY))
    end)
  end

  it("stays where nothing was cut, or if it is shorter than 8 bytes", function()
    for _, text in ipairs { "an abcdefgh here", "the key abcdefg", "...jklmnop", "a cdefghijkl... is", "it has hijklmno" } do
      assert.equal(text, shown(text, KEY))
    end
  end)
end)

describe("a URL", function()
  for text, expected in pairs {
    ["see https://h/x?sig=abc."] = "see https://h/x?[redacted]",
    ["<a href='https://h/x?sig=abc'>"] = "<a href='https://h/x?[redacted]'>",
    ['{"link":"https:\\/\\/h\\/x?sig=abc"}'] = '{"link":"https:\\/\\/h\\/x?[redacted]"}',
    ['"{\\"link\\":\\"https://h/x?sig=abc\\"}"'] = '"{\\"link\\":\\"https://h/x?[redacted]\\"}"',
    ["http://user:secret@proxy:3128/"] = "http://[redacted]@proxy:3128/",
    ["http://user:a%2Fb%40c@proxy/"] = "http://[redacted]@proxy/",
    ["https://h/x?a=%3Cb&sig=abc end"] = "https://h/x?[redacted] end",
    ["?u=https%3A%2F%2Fh%2Fx%3Fsig%3Dabc end"] = "?u=https%3A%2F%2Fh%2Fx%3F[redacted] end",
    ["&lt;https://h/x?sig=abc&amp;b=c&gt;"] = "&lt;https://h/x?[redacted]&gt;",
    ["https://h/to/https://u:p@h/ end"] = "https://h/to/https://[redacted]@h/ end",
    ["https://h/x"] = "https://h/x",
    ["mail me@h or ://"] = "mail me@h or ://",
    ["what? a ? b"] = "what? a ? b",
  } do
    it(("loses its query and its credentials: %s"):format(text), function()
      assert.equal(expected, redact.text(text))
    end)
  end

  it("makes its query and its long parts secrets: a server may echo each alone", function()
    local url <const> = "https://user:sesame@h/x?short=1&pin=4711&sig=aaaaaaaaaaaaaaaaaaaa%2Fbb"
    for _, secrets in ipairs {
      redact.known({}):add_table { link = url },
      redact.known({}):add_body(core.encode { link = url }),
      redact.known({}):add_body((core.encode({ link = url }):gsub("/", "\\/"))),
    } do
      for _, text in ipairs {
        "sesame",
        "user:sesame",
        base64 "user:sesame",
        "short=1&pin=4711&sig=aaaaaaaaaaaaaaaaaaaa%2Fbb",
        "short=1&amp;pin=4711&amp;sig=aaaaaaaaaaaaaaaaaaaa%2Fbb",
        "aaaaaaaaaaaaaaaaaaaa%2Fbb",
        "aaaaaaaaaaaaaaaaaaaa/bb",
        "4711",
      } do
        assert.matches("^a %[redacted%]=* b$", redact.text("a " .. text .. " b", secrets))
      end
      assert.equal("a short=1 b", redact.text("a short=1 b", secrets))
    end
  end)
end)

describe("collecting secrets", function()
  local params <const> = {
    deep = { { dbPassword = "known-1" } },
    credentials = { user = "known-2", list = { "known-3" } },
    pin = 9876543,
    tokens = { "known-4", 1234567 },
    headers = { authorization = "Bearer known-5" },
    password = "none",
    name = "other",
  }

  local function check(secrets)
    for i = 1, 5 do
      assert.equal("a [redacted] b", redact.text(("a known-%d b"):format(i), secrets))
    end
    assert.equal("a [redacted] b", redact.text("a 9876543 b", secrets))
    assert.equal("other 1234567 none", redact.text("other 1234567 none", secrets))
  end

  it("finds them in a table", function()
    check(redact.known({}):add_table(params))
  end)

  it("finds them in a body of JSON", function()
    check(redact.known({}):add_body(core.encode(params)))
  end)

  it("finds them in a form", function()
    local secrets <const> = redact.known({}):add_body "name=other&password=kn%26wn-1&api_key=known-2"
    assert.equal("other [redacted] [redacted]", redact.text("other kn&wn-1 known-2", secrets))
  end)

  it("finds them in a body that is cut off or not JSON", function()
    for _, body in ipairs {
      '{"password":"known-1',
      '"password":"known-1"',
      '}}],"password" : "known-1"',
      '{"password":"known-1\\',
    } do
      assert.equal("a [redacted]", redact.text("a known-1", redact.known({}):add_body(body)))
    end
  end)

  it("finds them in headers and the query of a raw request", function()
    local secrets <const> = redact.known {}
    redact.add_raw(secrets, {
      target = "/x?q=1&secret=known-1",
      headers = { "X-Api-Key: known-2", "Cookie: theme=dark; sid=known-333", "Accept: some/thing" },
    })
    assert.equal(
      "[redacted] [redacted] [redacted] dark some/thing",
      redact.text("known-1 known-2 known-333 dark some/thing", secrets)
    )
  end)

  it("finds them in a table that has an ordinary name and a secret one", function()
    local shared <const> = { user = "hush-user", place = { pin = 4711, word = "hush-word" } }
    for _, other in ipairs { "a", "note", "x", "z" } do -- in any order of the members
      local secrets <const> = redact.known({}):add_table { [other] = shared, credentials = shared, list = { shared } }
      assert.equal("[redacted] and [redacted]", redact.text("hush-user and hush-word", secrets))
    end
  end)

  it("handles tables that contain themselves, and ignores anything but tables", function()
    local loop <const> = { password = "some secret" }
    loop.own = loop
    local secrets <const> = redact.known({ "before" }):add_table(loop)
    for _, other in ipairs { "text", 7, false } do
      secrets:add_table(other)
    end
    assert.equal("[redacted] [redacted] text", redact.text("before some secret text", secrets))
  end)
end)

describe("redacting a table", function()
  it("changes its strings in place, at every depth", function()
    local value <const> = { message = "https://u:p@h", details = { { '{"password":"x"}', 7 } } }
    assert.equal(value, redact.strings(value))
    assert.same({ message = "https://[redacted]@h", details = { { '{"password":"[redacted]"}', 7 } } }, value)
  end)
end)

-- Returns the processor time of the fastest of some runs: others may be slow on a busy machine.
local function seconds_of(run)
  local least = math.huge
  for _ = 1, 5 do
    local started <const> = os.clock()
    run()
    least = math.min(least, os.clock() - started)
  end
  return math.max(least, 1e-5)
end

describe("the time redaction takes", function()
  -- Sixteen times the text takes 256 times as long if the time is quadratic. Linear time grows by
  -- more than 16, because less of the memory is in the processor's cache.
  local MOST_GROWTH <const> = 128

  for title, piece in pairs {
    ["openings of members"] = '"password":"',
    ["tables of secrets"] = '"secret":[',
    ["beginnings of URLs"] = "://",
    ["credentials without an end"] = "://a@",
    ["escapes"] = "\\u0026\\",
    ["backslashes"] = "\\",
    ["percent signs"] = "%25",
    ["escapes that collapse from the end"] = "%3",
    ["entities"] = "&am&amp;p;",
    ["quotes"] = '\\"',
    ["a secret"] = "some secret",
    ["a part of a secret"] = "ssss",
  } do
    it("is linear in a text of " .. title, function()
      local secrets <const> = redact.known { "some secret", ("s"):rep(1000), ("s"):rep(500) .. "t" }
      local function seconds(length)
        local text <const> = piece:rep(length // #piece) .. "5"
        return seconds_of(function()
          redact.text(text, secrets)
        end)
      end
      local short <const>, long <const> = seconds(4096), seconds(65536)
      assert.is_true(long < MOST_GROWTH * short, ("%g s, %g s"):format(short, long))
    end)
  end

  it("does not grow with each secret that is echoed", function()
    local text <const> = ("https://h/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0123456789abcdef "):rep(800)
    local function seconds(count)
      local urls <const> = {}
      for i = 1, count do
        urls[i] = ("https://h/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=%032x"):format(i)
      end
      return seconds_of(function()
        redact.text(text, redact.known({}):add_table(urls))
      end)
    end
    assert.is_true(seconds(1000) < 20 * seconds(10))
  end)
end)
