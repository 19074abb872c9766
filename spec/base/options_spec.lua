-- The options of a client and what the environment adds, without a client.
local options <const> = require "bytenite.base.options"

describe("options", function()
  local getenv <const> = os.getenv

  after_each(function()
    os.getenv = getenv -- luacheck: ignore 122
  end)

  -- Returns the options, with only these variables in the environment.
  local function read(given, environment)
    os.getenv = function(name) -- luacheck: ignore 122
      return (environment or {})[name]
    end
    return options.read(given)
  end

  describe("from the environment", function()
    for _, case in ipairs {
      { "api_key", "BYTENITE_API_KEY", "some-key" },
      { "access_token", "BYTENITE_ACCESS_TOKEN", "some-token" },
      { "base_url", "BYTENITE_BASE_URL", "https://api.example.org/v1" },
      { "ca_file", "BYTENITE_CA_FILE", "/etc/ca of ours.pem" },
      { "ca_file", "SSL_CERT_FILE", "/etc/ca.pem" },
      { "ca_path", "BYTENITE_CA_PATH", "/etc/certificates of ours" },
      { "client_cert", "BYTENITE_CLIENT_CERT", "/etc/client.pem" },
    } do
      local name <const>, variable <const>, value <const> = table.unpack(case)
      it(("%s is read from %s, without white space around it"):format(name, variable), function()
        for _, text in ipairs { value, value .. "\n", value .. "\r\n", " \t" .. value .. " " } do
          assert.equal(value, read({}, { [variable] = text })[name])
        end
      end)

      it(("%s counts as missing if %s is blank"):format(name, variable), function()
        for _, text in ipairs { "", " ", "\r\n" } do
          assert.equal(read()[name], read({}, { [variable] = text })[name])
        end
      end)
    end

    it("are overridden by arguments", function()
      local environment <const> = {
        BYTENITE_API_KEY = "key",
        BYTENITE_ACCESS_TOKEN = "token",
        BYTENITE_BASE_URL = "https://one.example.org/v1",
      }
      local checked <const> = read({ api_key = "mine", base_url = "https://two.example.org/v1" }, environment)
      assert.same({ "mine", nil, "https://two.example.org/v1" }, {
        checked.api_key,
        checked.access_token,
        checked.base_url,
      })
    end)

    it("prefer a token to a key, and our CA file to the system's", function()
      local checked <const> = read({}, {
        BYTENITE_API_KEY = "key",
        BYTENITE_ACCESS_TOKEN = "token",
        BYTENITE_CA_FILE = "ours.pem",
        SSL_CERT_FILE = "theirs.pem",
      })
      assert.same({ "token", nil, "ours.pem" }, { checked.access_token, checked.api_key, checked.ca_file })
    end)

    for name, case in pairs {
      ["the arguments"] = {
        given = { ca_path = "mine" },
        trust = { ca_path = "mine" },
      },
      ["our variables"] = {
        trust = { ca_file = "ours.pem", ca_path = "ours" },
      },
      ["our variables, also if there is only one"] = {
        without = "BYTENITE_CA_FILE",
        trust = { ca_path = "ours" },
      },
      ["the system's variable, where there is none of ours"] = {
        environment = { SSL_CERT_FILE = "theirs.pem" },
        trust = { ca_file = "theirs.pem" },
      },
    } do
      it("take all trust from one source: " .. name, function()
        local environment <const> = case.environment
          or { BYTENITE_CA_FILE = "ours.pem", BYTENITE_CA_PATH = "ours", SSL_CERT_FILE = "theirs.pem" }
        environment[case.without or "none"] = nil
        local checked <const> = read(case.given or {}, environment)
        assert.same(case.trust, { ca_file = checked.ca_file, ca_path = checked.ca_path })
      end)
    end

    it("take certificate and key from one source", function()
      local environment <const> = { BYTENITE_CLIENT_CERT = "ours.pem", BYTENITE_CLIENT_KEY = "ours.key" }
      local checked <const> = read({}, environment)
      assert.same({ "ours.pem", "ours.key" }, { checked.client_cert, checked.client_key })
      local mine <const> = read({ client_cert = "mine.pem" }, environment)
      assert.same({ "mine.pem", nil }, { mine.client_cert, mine.client_key })
    end)

    it("need a certificate for a key", function()
      for _, case in ipairs { { { client_key = "mine.key" }, {} }, { {}, { BYTENITE_CLIENT_KEY = "ours.key" } } } do
        local ok <const>, message <const> = pcall(read, case[1], case[2])
        assert.is_false(ok)
        assert.matches("new: client_key: it needs client_cert", message, 1, true)
      end
    end)

    it("are checked like arguments, and the variable is named", function()
      local ok <const>, message <const> = pcall(read, {}, { BYTENITE_BASE_URL = "ftp://example.org/v1" })
      assert.is_false(ok)
      assert.matches("BYTENITE_BASE_URL: not usable as a base address: its scheme", message, 1, true)
      local _ <const>, other <const> = pcall(read, {}, { BYTENITE_ACCESS_TOKEN = "two\nlines" })
      assert.matches("BYTENITE_ACCESS_TOKEN: a line break at byte 4", other, 1, true)
      local _ <const>, third <const> = pcall(read, {}, { BYTENITE_CA_PATH = "/one:/two" })
      assert.matches("BYTENITE_CA_PATH: expected one folder", third, 1, true)
    end)
  end)

  describe("a base URL", function()
    for _, url in ipairs {
      "https:///v1",
      "http:///127.0.0.1/v1",
      "https:/v1",
      "https:v1",
      "https://",
      "https:////v1",
      "https://:443/v1",
      "https://[::1",
      "/v1",
      "v1",
      "//127.0.0.1/v1",
      "127.0.0.1:8080/v1",
    } do
      it(("is refused if it is %s"):format(url), function()
        local ok <const>, message <const> = pcall(read, { base_url = url })
        assert.is_false(ok)
        assert.matches("new: base_url: not usable as a base address: ", message, 1, true)
      end)
    end

    for url, kept in pairs {
      ["https://127.0.0.1/v1/"] = "https://127.0.0.1/v1",
      ["https://[::1]:8443/v1"] = "https://[::1]:8443/v1",
      ["HTTPS://127.0.0.1/v1//"] = "HTTPS://127.0.0.1/v1",
      ["http://localhost:8080"] = "http://localhost:8080",
    } do
      it(("may be %s"):format(url), function()
        assert.equal(kept, read({ base_url = url }).base_url)
      end)
    end
  end)

  describe("the name of a proxy", function()
    for address, name in pairs {
      ["http://proxy.example.org:3128"] = "proxy.example.org:3128",
      ["proxy.example.org:3128"] = "proxy.example.org:3128",
      ["http://user:secret@proxy.example.org:3128/"] = "proxy.example.org:3128",
      ["user:secret@proxy:3128"] = "proxy:3128",
      ["http://user:se/cr@et@proxy"] = "proxy",
      ["socks5h://[::1]:1080"] = "[::1]:1080",
    } do
      it(("of %s is %s"):format(address, name), function()
        assert.equal(name, options.proxy_name(address))
        assert.equal(name, read({ proxy = address }).proxy_name)
      end)
    end

    it("is unknown if there is no proxy, or no host in its address", function()
      assert.is_nil(options.proxy_name(nil))
      assert.is_nil(options.proxy_name "")
      assert.is_nil(options.proxy_name "http://user:secret@")
      assert.is_nil(options.proxy_name "http://a b")
    end)

    it("is nil for loopback, which is never proxied", function()
      local checked <const> = read { base_url = "http://127.0.0.1:1/v1", proxy = "http://proxy:3128" }
      assert.same({ "", nil }, { checked.proxy, checked.proxy_name })
    end)
  end)

  it("of a method can be told apart from its limits", function()
    local checked <const> = { timeout = 1, deadline = 2, size = 3 }
    assert.same({ timeout = 1, deadline = 2 }, options.limits_in(checked))
    local own <const> = { size = print }
    assert.equal(own, options.with_limits(own))
    assert.equal(print, own.size)
    for name in pairs(options.limits) do
      assert.equal(options.limits[name], own[name])
    end
  end)
end)
