-- Where the options of a client come from: the program, the environment, a profile. A profile's key
-- is sent to its own address only.
local options <const> = require "bytenite.base.options"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"

local WORK <const> = "https://work.example.org/v1"
local OTHER <const> = "https://other.example.org/v1"

describe("a profile", function()
  local getenv <const> = os.getenv
  local base

  setup(function()
    base = folder.new()
    assert(lfs.mkdir(base:at "bytenite"))
    assert(os.execute(("chmod 600 '%s'"):format(base:write(
      "bytenite/config.json",
      [[{"profiles": {
      "work": {
        "base_url": "https://work.example.org/v1", "service": "computing", "api_key": " work-key\n",
        "ca_file": "/work/ca.pem", "client_cert": "/work/cert.pem", "client_key": "/work/cert.key"
      },
      "keyless": {"base_url": "https://work.example.org/v1", "ca_path": "/work/cas"},
      "public": {"api_key": "public-key"},
      "broken": {"base_url": "ftp://work.example.org/v1"},
      "clear": {"base_url": "http://work.example.org/v1", "api_key": "clear-key"},
      "spaced": {"api_key": "two words\nmore"}
    }}]]
    ))))
  end)

  teardown(function()
    getmetatable(base).__close(base)
  end)

  after_each(function()
    os.getenv = getenv -- luacheck: ignore 122
  end)

  -- Returns the options, with only these variables in the environment.
  local function read(given, environment)
    os.getenv = function(name) -- luacheck: ignore 122
      return name == "XDG_CONFIG_HOME" and base.path or (environment or {})[name]
    end
    return options.read(given)
  end

  local function refusal(given, environment)
    local ok <const>, message <const> = pcall(read, given, environment)
    assert.is_false(ok)
    return (message:gsub("^[^:]*:%d+: ", ""))
  end

  local function choose(checked, ...)
    local chosen <const> = {}
    for _, name in ipairs { ... } do
      chosen[name] = checked[name]
    end
    return chosen
  end

  it("supplies what neither the program nor the environment sets", function()
    for _, case in ipairs { { { profile = "work" } }, { {}, { BYTENITE_PROFILE = " work\n" } } } do
      local checked <const> = read(case[1], case[2])
      assert.same(
        {
          base_url = WORK,
          service = "computing",
          api_key = "work-key",
          ca_file = "/work/ca.pem",
          client_cert = "/work/cert.pem",
          client_key = "/work/cert.key",
          profile = "work",
        },
        choose(
          checked,
          "base_url",
          "service",
          "api_key",
          "access_token",
          "ca_file",
          "ca_path",
          "client_cert",
          "client_key",
          "profile"
        )
      )
    end
  end)

  it("is the one that the option names, even if the environment names another", function()
    assert.equal("public-key", read({ profile = "public" }, { BYTENITE_PROFILE = "work" }).api_key)
  end)

  it("is not used if the option is false, whatever the environment says", function()
    local checked <const> = read({ profile = false }, { BYTENITE_PROFILE = "work" })
    assert.same({ "https://api.bytenite.com/v1", nil }, { checked.base_url, checked.api_key })
    assert.is_nil(checked.sources.file)
  end)

  it("is not looked up unless it is named", function()
    local asked <const> = {}
    os.getenv = function(name) -- luacheck: ignore 122
      asked[name] = true
      return name == "BYTENITE_PROFILE" and "" or nil
    end
    assert.is_nil(options.read({}).profile)
    assert.same({ true, nil, nil }, { asked.BYTENITE_PROFILE, asked.XDG_CONFIG_HOME, asked.HOME })
  end)

  it("yields to the environment, and the environment to the program, value by value", function()
    local environment <const> = { BYTENITE_BASE_URL = WORK .. "/env", BYTENITE_CLIENT_CERT = "/env/cert.pem" }
    local checked <const> = read({ profile = "work", service = "mine" }, environment)
    assert.same(
      { base_url = WORK .. "/env", service = "mine", client_cert = "/env/cert.pem", ca_file = "/work/ca.pem" },
      choose(checked, "base_url", "service", "client_cert", "client_key", "ca_file")
    )
    local mine <const> = read({ profile = "work", base_url = WORK .. "/mine" }, environment)
    assert.equal(WORK .. "/mine", mine.base_url)
  end)

  it("yields to BYTENITE_CA_FILE, but not to the system's SSL_CERT_FILE", function()
    local both <const> = { BYTENITE_CA_FILE = "/env/ca.pem", SSL_CERT_FILE = "/system.pem" }
    local expected <const> = { ca_file = "/env/ca.pem" }
    assert.same(expected, choose(read({ profile = "keyless" }, both), "ca_file", "ca_path"))
    local system <const> = { SSL_CERT_FILE = "/system.pem" }
    assert.same({ ca_path = "/work/cas" }, choose(read({ profile = "keyless" }, system), "ca_file", "ca_path"))
    assert.equal("/system.pem", read({ profile = "public" }, system).ca_file)
  end)

  describe("has credentials", function()
    local ours <const> = { BYTENITE_API_KEY = "env-key" }
    local token <const> = { BYTENITE_ACCESS_TOKEN = "env-token", BYTENITE_API_KEY = "env-key" }

    local function credentials(given, environment)
      return choose(read(given, environment), "api_key", "access_token")
    end

    local function with_profile(environment)
      local all <const> = { BYTENITE_PROFILE = "work" }
      for name, value in pairs(environment) do
        all[name] = value
      end
      return all
    end

    it("that override the environment's if the program names the profile", function()
      assert.same({ api_key = "work-key" }, credentials({ profile = "work" }, ours))
      assert.same({ api_key = "work-key" }, credentials({ profile = "work" }, token))
    end)

    it("that the environment's override if the environment names the profile", function()
      assert.same({ api_key = "env-key" }, credentials({}, with_profile(ours)))
      assert.same({ access_token = "env-token" }, credentials({}, with_profile(token)))
      assert.same({ api_key = "work-key" }, credentials({}, with_profile {}))
    end)

    it("that the program's own override", function()
      assert.same({ api_key = "mine" }, credentials({ profile = "work", api_key = "mine" }, token))
      assert.same({ access_token = "mine" }, credentials({ profile = "work", access_token = "mine" }, ours))
      assert.same({ access_token = "mine" }, credentials({ access_token = "mine" }, with_profile(ours)))
    end)

    it("or leaves them to the environment", function()
      local checked <const> = read({ profile = "keyless" }, ours)
      assert.same({ WORK, "env-key" }, { checked.base_url, checked.api_key })
    end)
  end)

  describe("keeps its key to its own address", function()
    it("if the environment has another one", function()
      for _, url in ipairs {
        OTHER,
        "https://work.example.org:8443/v1",
        "https://work.example.org.evil.example/v1",
        "https://work.example.orgx/v1",
        "https://xwork.example.org/v1",
      } do
        local message <const> = refusal({ profile = "work" }, { BYTENITE_BASE_URL = url })
        local place <const> = base.path .. "/bytenite/config.json: profiles.work.api_key: "
        assert.equal(
          ('new: profile "work": %sit is sent to %s only, and BYTENITE_BASE_URL is %s: remove it, or give another key'):format(
            place,
            WORK,
            url
          ),
          message
        )
      end
    end)

    it("if the program has another one", function()
      local message <const> = refusal({ base_url = OTHER }, { BYTENITE_PROFILE = "work" })
      assert.is_truthy(message:find("only, and base_url is " .. OTHER, 1, true), message)
      assert.is_nil(message:find("work-key", 1, true))
      assert.is_false((pcall(read, { base_url = OTHER, profile = "work" })))
    end)

    it("if only the scheme differs", function()
      local given <const> = { profile = "work", base_url = "http://work.example.org/v1", allow_http = true }
      assert.is_truthy(refusal(given):find("it is sent to " .. WORK .. " only", 1, true))
    end)

    it("if that is the public address, because it names none", function()
      assert.equal("public-key", read({ profile = "public" }).api_key)
      local message <const> = refusal({ profile = "public" }, { BYTENITE_BASE_URL = OTHER })
      assert.is_truthy(message:find("it is sent to https://api.bytenite.com/v1 only", 1, true), message)
    end)

    it("instead of using the environment's key, if the program names the profile", function()
      local environment <const> = { BYTENITE_BASE_URL = OTHER, BYTENITE_API_KEY = "env-key" }
      assert.is_truthy(refusal({ profile = "work" }, environment):find("BYTENITE_BASE_URL is " .. OTHER, 1, true))
    end)

    it("and sends it to any path of that address, however it is spelled", function()
      for _, url in ipairs {
        "https://work.example.org",
        "https://WORK.example.org:443/v2/",
        "HTTPS://work.example.org/v1",
      } do
        assert.equal("work-key", read({ profile = "work" }, { BYTENITE_BASE_URL = url }).api_key)
      end
    end)
  end)

  it("gives neither certificates nor a key for another address that has its own key", function()
    for _, case in ipairs {
      { { base_url = OTHER, api_key = "mine" }, { BYTENITE_PROFILE = "work" } },
      { { profile = "work", base_url = OTHER, api_key = "mine" } },
      { {}, { BYTENITE_PROFILE = "work", BYTENITE_BASE_URL = OTHER, BYTENITE_API_KEY = "mine" } },
    } do
      assert.same(
        { base_url = OTHER, api_key = "mine", service = "computing" },
        choose(read(case[1], case[2]), "base_url", "api_key", "service", "ca_file", "client_cert", "client_key")
      )
    end
  end)

  it("cannot allow plain http by itself", function()
    assert.is_truthy(refusal({ profile = "clear" }):find("plain http is for loopback hosts only", 1, true))
    assert.equal("clear-key", read({ profile = "clear", allow_http = true }).api_key)
  end)

  it("is checked like options, and messages name file and member", function()
    local path <const> = base.path .. "/bytenite/config.json"
    assert.equal(
      ('new: profile "broken": %s: profiles.broken.base_url: not usable as a base address: '):format(path)
        .. "its scheme is neither https nor http",
      refusal { profile = "broken" }
    )
    local message <const> = refusal({}, { BYTENITE_PROFILE = "spaced" })
    local expected <const> = 'BYTENITE_PROFILE: profile "spaced": %s: profiles.spaced.api_key: a line break at byte 10'
    assert.equal(expected:format(path), message)
  end)

  it("must have a valid name, wherever the name comes from", function()
    assert.equal(
      "new: profile: expected letters, digits, dots, dashes and underscores",
      refusal { profile = "../work" }
    )
    assert.equal("new: profile: expected a string, got a boolean", refusal { profile = true })
    assert.is_truthy(refusal({}, { BYTENITE_PROFILE = "a b" }):find("BYTENITE_PROFILE: expected letters", 1, true))
  end)

  it("is listed as the source of its options", function()
    local environment <const> = { BYTENITE_BASE_URL = WORK, SSL_CERT_FILE = "/system.pem" }
    assert.same({
      base_url = "BYTENITE_BASE_URL",
      service = "option",
      api_key = "profile",
      ca_file = "profile",
      client_cert = "profile",
      client_key = "profile",
      profile = "option",
      file = base.path .. "/bytenite/config.json",
    }, read({ profile = "work", service = "mine" }, environment).sources)
    assert.same(
      { ca_file = "SSL_CERT_FILE", api_key = "option" },
      read({ api_key = "x" }, {
        SSL_CERT_FILE = "/system.pem",
      }).sources
    )
  end)
end)
