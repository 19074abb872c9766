-- Mistakes in options, addresses and credentials are raised before anything is sent.
local bytenite <const> = require "bytenite"
local child <const> = require "spec.support.child"
local connect <const> = require "spec.support.connect"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

local NAN <const> = 0 / 0

local function check(message, start, wanted)
  assert.equal(1, message:find(start, 1, true), message)
  assert.is_truthy(message:find(wanted, 1, true), message)
end

-- Invalid options of a client, and what the message must say after the option's name.
local wrong <const> = {
  { "api_key", 7, "expected a string, got a number" },
  { "api_key", "", "must not be empty" },
  { "api_key", " \n ", "must not be empty" },
  { "api_key", "first line\nsecond line", "a line break at byte 11" },
  { "api_key", "k\0ey", "a character that is not allowed in a header at byte 2" },
  { "access_token", 7, "expected a string or a function that returns one, got a number" },
  { "access_token", {}, "expected a string or a function that returns one, got a table" },
  { "access_token", "", "must not be empty" },
  { "access_token", "token\n", "a line break at byte 6" },
  { "access_token", "token\r\nX-Evil: 1", "a line break at byte 6" },
  { "access_token", "tok\0en", "a character that is not allowed in a header at byte 4" },
  { "access_token", "tokén", "a character that is not allowed in a header at byte 4" },
  { "base_url", 7, "expected a string, got a number" },
  { "base_url", "", "must not be empty" },
  { "base_url", "api.bytenite.com/v1", "not usable as a base address" },
  { "base_url", "/v1", "not usable as a base address" },
  { "base_url", "https://", "not usable as a base address" },
  { "base_url", "ftp://example.org/v1", "its scheme is neither https nor http" },
  { "base_url", "file:///etc/passwd", "its scheme is neither https nor http" },
  { "base_url", "https://user@example.org/v1", "it carries credentials" },
  { "base_url", "https://user:pass@example.org/v1", "it carries credentials" },
  { "base_url", "https://example.org/v1?key=1", "it has a query or a fragment" },
  { "base_url", "https://example.org/v1#top", "it has a query or a fragment" },
  { "base_url", "https://example.org/v1#", "it has a query or a fragment" },
  { "base_url", "https://example.org/v1?", "it has a query or a fragment" },
  { "base_url", "https://example.org/v1/../x", "the dots would change the path" },
  { "base_url", "https://example.org/v1\r\nX-Evil: 1", "a line break" },
  { "base_url", "https://example.org/\0", "a character that is not allowed in a header" },
  { "service", "", "must not be empty" },
  { "service", "..", "dots" },
  { "service", "a\nb", "control characters" },
  { "service", 7, "expected a string, got a number" },
  { "ca_file", "", "must not be empty" },
  { "ca_file", true, "expected a string, got a boolean" },
  { "ca_file", "/etc/ca\n.pem", "a control character at byte 8" },
  { "ca_path", "", "must not be empty" },
  { "ca_path", 7, "expected a string, got a number" },
  { "ca_path", "/etc\0", "a control character at byte 5" },
  { "ca_path", "/one:/two", "expected one folder" },
  { "client_cert", "", "must not be empty" },
  { "client_cert", {}, "expected a string, got a table" },
  { "client_cert", "\x7F", "a control character at byte 1" },
  { "client_key", "", "must not be empty" },
  { "client_key", false, "expected a string, got a boolean" },
  { "client_key", "key\r.pem", "a control character at byte 4" },
  { "client_key", "key.pem", "it needs client_cert" },
  { "proxy", 8080, "expected a string, got a number" },
  { "proxy", "http://proxy\n", "a line break" },
  { "http_version", "3", 'expected one of "auto", "1.1", "2", got a string' },
  { "http_version", 2, 'expected one of "auto", "1.1", "2", got a number' },
  { "user_agent", "", "must not be empty" },
  { "user_agent", "app\r\nX-Evil: 1", "a line break at byte 4" },
  { "user_agent", 1, "expected a string, got a number" },
  { "headers", "X: 1", "expected a table, got a string" },
  { "headers", { "X: 1" }, "no header can have this name" },
  { "headers", { ["X Y"] = "1" }, "no header can have this name" },
  { "headers", { ["X-Own"] = "1\r\nHost: x" }, "X-Own: a line break at byte 2" },
  { "headers", { ["X-Own"] = 1 }, "X-Own: expected a string, got a number" },
  { "headers", { authorization = "t" }, "authorization is set by the module" },
  { "headers", { Host = "h" }, "Host is set by the module" },
  { "headers", { ["User-Agent"] = "u" }, "User-Agent is set by the module: use user_agent" },
  { "on_event", "print", "expected a function, got a string" },
  { "on_event", {}, "expected a function, got a table" },
  { "allow_http", "yes", "expected a boolean, got a string" },
}

-- Options that single calls have, too.
local limits <const> = {
  { "timeout", "30", "expected a number, got a string" },
  { "timeout", 0, "expected seconds above 0" },
  { "timeout", -1, "expected seconds above 0" },
  { "timeout", NAN, "expected seconds above 0" },
  { "timeout", math.huge, "expected seconds above 0" },
  { "timeout", 1e10, "expected seconds above 0 and up to 2147483" },
  { "timeout", math.maxinteger, "expected seconds above 0" },
  { "deadline", true, "expected a number, got a boolean" },
  { "deadline", 0, "expected seconds above 0" },
  { "deadline", -0.001, "expected seconds above 0" },
  { "deadline", 2147484, "expected seconds above 0" },
  { "max_retries", "2", "expected a number, got a string" },
  { "max_retries", -1, "expected an integer from 0 to 100, got -1" },
  { "max_retries", 1.5, "expected an integer from 0 to 100, got 1.5" },
  { "max_retries", 101, "expected an integer from 0 to 100, got 101" },
  { "max_retries", NAN, "expected an integer" },
  { "max_response_bytes", 0, "expected an integer from 1" },
  { "max_response_bytes", -5, "expected an integer from 1" },
  { "max_response_bytes", 1e300, "expected an integer from 1" },
  { "max_response_bytes", {}, "expected a number, got a table" },
}

describe("a client is not made", function()
  for _, list in ipairs {
    wrong,
    limits,
    { { "connect_timeout", 0, "seconds above 0" }, { "connect_timeout", NAN, "seconds" } },
  } do
    for _, case in ipairs(list) do
      local name <const>, value <const>, wanted <const> = table.unpack(case)
      it(("with %s = %q: %s"):format(name, type(value) == "table" and "{...}" or value, wanted), function()
        check(
          refusals.message(function()
            bytenite.new { [name] = value }
          end),
          ("new: %s: "):format(name),
          wanted
        )
      end)
    end
  end

  for written, meant in pairs {
    apikey = "api_key",
    apiKey = "api_key",
    acces_token = "access_token",
    baseUrl = "base_url",
    timeouts = "timeout",
    conect_timeout = "connect_timeout",
    max_retry = "max_retries",
    maxretries = "max_retries",
    http_versoin = "http_version",
    cafile = "ca_file",
    capath = "ca_path",
    clientcert = "client_cert",
    clientKey = "client_key",
    on_events = "on_event",
    max_response_byte = "max_response_bytes",
  } do
    it(("with the unknown option %s, which looks like %s"):format(written, meant), function()
      local message <const> = refusals.message(function()
        bytenite.new { [written] = 1 }
      end)
      if written == "max_retry" then
        check(message, 'new: unknown option "max_retry": ', "max_retries")
      else
        assert.equal(('new: unknown option "%s": did you mean "%s"?'):format(written, meant), message)
      end
    end)
  end

  it("with an unknown option that resembles none, and the message lists the known ones", function()
    check(
      refusals.message(function()
        bytenite.new { colour = "red" }
      end),
      'new: unknown option "colour": expected one of access_token, ',
      "user_agent"
    )
  end)

  it("with options in a list, or that are not a table", function()
    check(
      refusals.message(function()
        bytenite.new { "my key" }
      end),
      "new: ",
      "expected named options"
    )
    check(
      refusals.message(function()
        bytenite.new "my key"
      end),
      "new: ",
      "expected a table, got a string"
    )
  end)

  it("and the message shows no secret", function()
    for _, name in ipairs { "api_key", "access_token", "proxy" } do
      local message <const> = refusals.message(function()
        bytenite.new { [name] = "s3cret\nvalue" }
      end)
      assert.is_nil(message:find("s3cret", 1, true))
      assert.is_nil(message:find("value", 1, true))
    end
    for _, url in ipairs { "https://user:s3cret@example.org/v1", "https://example.org/v1?signature=s3cret" } do
      local message <const> = refusals.message(function()
        bytenite.new { base_url = url }
      end)
      assert.is_nil(message:find("s3cret", 1, true))
    end
  end)

  describe("for plain http to", function()
    for _, url in ipairs {
      "http://api.bytenite.com/v1",
      "HTTP://EXAMPLE.ORG",
      "http://127.0.0.1.example.org/v1",
      "http://localhost.example.org/v1",
      "http://notlocalhost/v1",
      "http://10.0.0.1/v1",
      "http://128.0.0.1/v1",
      "http://0.0.0.0/v1",
      "http://[::2]/v1",
      "http://[::ffff:10.0.0.1]/v1",
      "http://127.0.0.1@example.org/v1",
    } do
      it(url, function()
        local message <const> = refusals.message(function()
          bytenite.new { base_url = url, api_key = "k" }
        end)
        assert.is_truthy(message:find("base_url", 1, true), message)
      end)
    end

    it("a host from the environment", function()
      local raised <const> = child.run(
        "local _, message = pcall(require('bytenite').new) return message",
        { BYTENITE_BASE_URL = "http://example.org/v1" }
      )
      assert.is_truthy(raised:find("plain http is for loopback hosts only", 1, true), raised)
    end)
  end)

  it("with mistakes in the environment, and the message names the variable", function()
    for variable, value in pairs {
      BYTENITE_API_KEY = "two\nlines",
      BYTENITE_ACCESS_TOKEN = "two\nlines",
      BYTENITE_BASE_URL = "ftp://example.org",
    } do
      local raised <const> =
        child.run("local _, message = pcall(require('bytenite').new) return message", { [variable] = value })
      assert.is_truthy(raised:find(variable .. ": ", 1, true), raised)
      assert.is_nil(raised:find("lines", 1, true))
    end
  end)
end)

describe("a client is made", function()
  it("for plain http to a loopback host, or with allow_http", function()
    for _, url in ipairs {
      "http://127.0.0.1:8080/v1",
      "http://127.1.2.3/v1",
      "http://localhost/v1",
      "http://LOCALHOST:80",
      "http://[::1]:8080/v1",
      "https://example.org/v1",
    } do
      bytenite.new({ base_url = url }):close()
    end
    bytenite.new({ base_url = "http://example.org/v1", allow_http = true }):close()
  end)

  it("with options at the limits of their ranges", function()
    bytenite
      .new({
        timeout = 1e-9,
        deadline = 2147483,
        connect_timeout = 0.5,
        max_retries = 0,
        max_response_bytes = 1,
        proxy = "",
      })
      :close()
    bytenite.new({ max_retries = 100, max_response_bytes = math.maxinteger // 2 }):close()
    bytenite.new():close()
    bytenite.new({}):close()
  end)
end)

describe("a call is not made", function()
  local service, client

  setup(function()
    service = sandbox.plain()
  end)

  before_each(function()
    service:reset()
    client = connect.client(service)
  end)

  after_each(function()
    assert.same({}, service:requests())
    client:close()
  end)

  for _, case in ipairs(limits) do
    local name <const>, value <const>, wanted <const> = table.unpack(case)
    it(("with %s = %q: %s"):format(name, type(value) == "table" and "{}" or value, wanted), function()
      for _, update in ipairs(updates.all) do
        check(
          refusals.message(function()
            update.call(client:job "some-id", { [name] = value })
          end),
          ("%s: %s: "):format(update.name, name),
          wanted
        )
      end
    end)
  end

  it("with an unknown option, or one that only clients have", function()
    local job <const> = client:job "some-id"
    local calls <const> = {
      get_job = function()
        client:get_job("some-id", { timeuot = 1 })
      end,
      create_job = function()
        client:create_job({ templateId = "t" }, { timeuot = 1 })
      end,
      request = function()
        client:request({ path = "/x" }, { timeuot = 1 })
      end,
    }
    for _, update in ipairs(updates.all) do
      calls[update.name] = function()
        update.call(job, { timeuot = 1 })
      end
    end
    for name, call in pairs(calls) do
      assert.equal(name .. ': unknown option "timeuot": did you mean "timeout"?', refusals.message(call))
    end
    check(
      refusals.message(function()
        job:set_name("My Job", { api_key = "k" })
      end),
      'set_name: unknown option "api_key": ',
      "expected one of"
    )
  end)

  it("with options that are not a table", function()
    check(
      refusals.message(function()
        client:job("some-id"):set_name("My Job", 30)
      end),
      "set_name: ",
      "expected a table, got a number"
    )
    check(
      refusals.message(function()
        client:job("some-id"):set_name("My Job", false)
      end),
      "set_name: ",
      "expected a table, got a boolean"
    )
  end)
end)
