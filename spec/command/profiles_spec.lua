-- `bytenite configure` and `bytenite whoami`, in pipes and in a terminal: what is stored and shown.
local cjson <const> = require("cjson").new()
local command <const> = require "spec.support.command"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local folder <const> = require "spec.support.folder"
local sandbox <const> = require "spec.support.sandbox"

local function contains(text, part)
  assert.matches(part, text, 1, true)
end

describe("profiles on the command line", function()
  local service, base

  before_each(function()
    service = sandbox.plain()
    service:reset()
    base = folder.new()
  end)

  after_each(function()
    getmetatable(base).__close(base)
  end)

  -- Returns the environment of the program: the folder, and only these settings.
  local function environment_with(additions)
    local all <const> = {
      XDG_CONFIG_HOME = base.path,
      BYTENITE_BASE_URL = false,
      BYTENITE_API_KEY = false,
      BYTENITE_CA_FILE = false,
    }
    for name, value in pairs(additions or {}) do
      all[name] = value
    end
    return all
  end

  local function run(arguments, input, additions)
    return command.run(service, arguments, { input = input, environment = environment_with(additions) })
  end

  local function stored()
    local text <const> = base:read "bytenite/config.json"
    return text and cjson.decode(text).profiles
  end

  local function assert_stored(arguments, input, additions)
    local ran <const> = run(arguments, input, additions)
    assert.equal(0, ran.status, ran.errors)
    return ran
  end

  local function lines(...)
    return table.concat({ ... }, "\n") .. "\n"
  end

  describe("are stored", function()
    it("with answers from a pipe, which are checked by a call, in a private file", function()
      local ran <const> = assert_stored({ "configure" }, lines(service.base_url, "", service.api_key, ""))
      assert.equal("", ran.output)
      local path <const> = base:at "bytenite/config.json"
      assert.equal(
        ("stored profile default in %s\nuse it with --profile default, or BYTENITE_PROFILE=default\n"):format(path),
        ran.errors
      )
      assert.same(
        { default = { base_url = service.base_url, service = "customer", api_key = service.api_key } },
        stored()
      )
      assert.equal(tonumber("600", 8), core.permissions(path))
      assert.equal(tonumber("700", 8), core.permissions(base:at "bytenite"))
      local paths <const> = {}
      for index, request in ipairs(connect.sent(service)) do
        paths[index] = request.path
      end
      assert.same({ "/v1/customer/info" }, paths)
    end)

    it("under several names, and list them", function()
      local options <const> = { "--base-url", service.base_url, "--service", "customer", "--ca-file", "none" }
      local function configure(...)
        assert_stored({ "configure", ..., table.unpack(options) }, service.api_key .. "\n")
      end
      assert_stored({ "configure", "--profile", "work", table.unpack(options) }, service.api_key .. "\n")
      configure "--profile=home"
      assert_stored({ "configure", table.unpack(options) }, service.api_key, { BYTENITE_PROFILE = "third" })
      assert.same("home\nthird\nwork\n", run({ "configure", "--list" }).output)
      assert.equal('["home","third","work"]\n', run({ "configure", "--list", "--json" }).output)
    end)

    it("with a key from a file, and the path is printed as JSON", function()
      local key_file <const> = base:write("key", service.api_key .. "\n")
      local arguments <const> = { "configure", "--json", "--api-key-file", key_file, "--base-url", service.base_url }
      local ran <const> = assert_stored(arguments, "")
      assert.same({ profile = "default", file = base:at "bytenite/config.json" }, cjson.decode(ran.output))
      assert.equal(service.api_key, stored().default.api_key)
    end)

    it("not if the service refuses the key; the key is not shown", function()
      local ran <const> = run({ "configure" }, lines(service.base_url, "", "wrong-key", ""))
      assert.equal(3, ran.status, ran.errors)
      assert.is_nil(stored())
      assert.is_nil((ran.output .. ran.errors):find("wrong-key", 1, true))
      contains(ran.errors, "nothing was stored; --no-check stores the profile without a call\n")
    end)

    it("with the address of the environment if the answer is empty", function()
      local environment <const> = { BYTENITE_BASE_URL = service.base_url .. "/" }
      assert_stored({ "configure" }, lines("", "", service.api_key, ""), environment)
      assert.equal(service.base_url, stored().default.base_url)
    end)

    it("without a call if there should be none", function()
      assert_stored({ "configure", "--no-check" }, lines("https://127.0.0.1:1/v1/", "computing", " some-key ", ""))
      assert.same(
        { base_url = "https://127.0.0.1:1/v1", service = "computing", api_key = "some-key" },
        stored().default
      )
    end)

    it("with the absolute path of the certificates, or none", function()
      local ca_file <const> = base:write("ca.pem", "")
      local start <const> = { "configure", "--no-check", "--base-url", service.base_url, "--service", "customer" }
      assert_stored(start, lines("some-key", "~/ca.pem"), { HOME = base.path })
      assert.equal(ca_file, stored().default.ca_file)
      assert_stored(start, lines("", "README.md"))
      assert.matches("^/.*/README.md$", stored().default.ca_file)
      assert_stored(start, "\n")
      assert.matches("/README.md$", stored().default.ca_file)
      assert_stored(start, lines("", "none"))
      assert.is_nil(stored().default.ca_file)
      local ran <const> = run(start, lines("", "nowhere.pem"))
      assert.equal(2, ran.status)
      contains(ran.errors, "nowhere.pem: No such file or directory")
    end)

    it("again with the previous values if an answer is empty", function()
      assert_stored({ "configure", "--no-check" }, lines(service.base_url, "computing", "some-key", ""))
      assert_stored({ "configure", "--no-check" }, lines("", "", "", ""))
      assert.same({ base_url = service.base_url, service = "computing", api_key = "some-key" }, stored().default)
    end)

    it("again without the previous key if the address changes", function()
      assert_stored({ "configure", "--no-check" }, lines(service.base_url, "computing", "some-key", ""))
      local ran <const> = run({ "configure", "--no-check" }, lines("https://127.0.0.1:1/v1", "", "", ""))
      assert.equal(2, ran.status)
      contains(ran.errors, "must not be empty")
      assert.equal("some-key", stored().default.api_key)
    end)
  end)

  for name, case in pairs {
    ["no key"] = { input = "\n\n", problem = "API key (not shown): no answer" },
    ["a bad address"] = { input = "ftp://host\n", problem = "--base-url: not usable as a base address" },
    ["a bad address in the environment"] = {
      environment = { BYTENITE_BASE_URL = "ftp://host" },
      input = "\n\nkey\n",
      problem = "BYTENITE_BASE_URL: --base-url: not usable as a base address",
    },
    ["a bad name"] = { arguments = { "--profile", "a b" }, input = "", problem = "profile: expected letters" },
    ["plain http far away"] = {
      input = "http://example.org\n\nkey\n",
      problem = "plain http is for loopback hosts only",
    },
  } do
    it(("are not stored with %s"):format(name), function()
      local words <const> = { "configure", "--no-check", table.unpack(case.arguments or {}) }
      local ran <const> = run(words, case.input, case.environment)
      assert.equal(2, ran.status)
      contains(ran.errors, case.problem)
      assert.is_nil(stored())
    end)
  end

  it("are left alone if the file cannot be used", function()
    assert_stored({ "configure", "--no-check" }, lines(service.base_url, "", "some-key", ""))
    local path <const> = base:at "bytenite/config.json"
    assert(os.execute(("chmod 644 '%s'"):format(path)))
    for _, arguments in ipairs {
      { "configure", "--no-check" },
      { "configure", "--list" },
      { "info", "--profile", "default" },
    } do
      local ran <const> = run(arguments, lines(service.base_url, "", "other-key", ""))
      assert.equal(2, ran.status)
      contains(ran.errors, path .. ": other users may read or change it (mode 0644): chmod 600")
    end
    assert.equal("some-key", stored().default.api_key)
  end)

  it("name the file and the member that is wrong, in the words of the file", function()
    assert(core.folder(base:at "bytenite", true))
    local path <const> =
      base:write("bytenite/config.json", '{"profiles":{"work":{"ca_fil":"/x"},"bad":{"ca_file":"x"}}}')
    assert(os.execute(("chmod 600 '%s'"):format(path)))
    local unknown <const> = run { "info", "--profile", "work" }
    assert.equal(2, unknown.status)
    assert.equal(
      ('bytenite: profile "work": %s: profiles.work: unknown member "ca_fil": did you mean "ca_file"?\n'):format(path),
      unknown.errors
    )
    contains(
      run({ "info" }, nil, { BYTENITE_PROFILE = "bad" }).errors,
      path .. ": profiles.bad.ca_file: expected an absolute"
    )
    contains(run({ "info", "--profile", "wrok" }).errors, ('no profile "wrok" in %s; did you mean'):format(path))
    assert.equal(
      ('bytenite: no profile "other" in %s (BYTENITE_PROFILE); it has: bad, work\n'):format(path),
      run({ "info" }, nil, { BYTENITE_PROFILE = "other" }).errors
    )
  end)

  describe("are used", function()
    before_each(function()
      assert_stored({ "configure", "--profile", "work" }, lines(service.base_url, "", service.api_key, ""))
      service:reset()
    end)

    it("by all commands, from the option or the environment", function()
      for _, way in ipairs { { { "--profile", "work" } }, { {}, { BYTENITE_PROFILE = "work" } } } do
        local ran <const> = run({ "list", "--json", table.unpack(way[1]) }, nil, way[2])
        assert.equal(0, ran.status, ran.errors)
        assert.equal(1, #connect.sent(service))
        service:reset()
      end
    end)

    it("by --dry-run, for address and service", function()
      local start <const> = { "configure", "--no-check", "--profile", "lab", "--base-url", "https://127.0.0.1:1/v1" }
      assert_stored(start, lines("computing", "key", ""))
      local ran <const> = run { "run", "some-id", "--dry-run", "--profile", "lab" }
      assert.equal("POST https://127.0.0.1:1/v1/computing/jobs/some-id/run\n", ran.output)
    end)

    it("at their own address only", function()
      local other <close> = sandbox.start()
      for _, way in ipairs {
        { { "--profile", "work" }, { BYTENITE_BASE_URL = other.base_url } },
        { { "--base-url", other.base_url }, { BYTENITE_PROFILE = "work" } },
      } do
        local ran <const> = run({ "info", table.unpack(way[1]) }, nil, way[2])
        assert.equal(2, ran.status)
        contains(ran.errors, "profiles.work.api_key: it is sent to " .. service.base_url .. " only, and ")
        contains(ran.errors, (way[1][2] == "work" and "BYTENITE_BASE_URL" or "--base-url") .. " is " .. other.base_url)
      end
      assert.equal(0, #other:requests())
      assert.equal(0, #service:requests())
    end)

    it("instead of the environment's key if an option names them", function()
      local ran <const> = run({ "info", "--profile", "work" }, nil, { BYTENITE_API_KEY = "wrong-key" })
      assert.equal(0, ran.status, ran.errors)
      local behind <const> = run({ "info" }, nil, { BYTENITE_PROFILE = "work", BYTENITE_API_KEY = "wrong-key" })
      assert.equal(3, behind.status)
    end)

    it("by whoami, which shows where each value comes from and makes a call", function()
      local environment <const> = { SSL_CERT_FILE = base:write("ca.pem", "") }
      local ran <const> = run({ "whoami", "--profile", "work", "--service", "customer" }, nil, environment)
      assert.equal(0, ran.status, ran.errors)
      assert.equal(
        ([[
profile       work (--profile)
file          %s/bytenite/config.json
address       %s (profile)
service       customer (--service)
certificates  %s/ca.pem (SSL_CERT_FILE)
credentials   an API key (profile)
accepted      yes
]]):format(base.path, service.base_url, base.path),
        ran.output
      )
      assert.equal(1, #connect.sent(service))
    end)

    it("by whoami --json, without the secrets", function()
      local ran <const> = run(
        { "whoami", "--json" },
        nil,
        { BYTENITE_PROFILE = "work", BYTENITE_ACCESS_TOKEN = "my-token" }
      )
      assert.equal(3, ran.status)
      assert.same({
        profile = { value = "work", source = "BYTENITE_PROFILE" },
        file = base:at "bytenite/config.json",
        base_url = { value = service.base_url, source = "profile" },
        service = { value = "customer", source = "profile" },
        access_token = { source = "BYTENITE_ACCESS_TOKEN" },
        accepted = false,
      }, cjson.decode(ran.output))
      assert.equal("unauthenticated", cjson.decode(ran.errors).error.kind)
      assert.is_nil((ran.output .. ran.errors):find("my-token", 1, true))
      assert.is_nil((ran.output .. ran.errors):find(service.api_key, 1, true))
    end)
  end)

  it("are not used by whoami without a name, nor are credentials", function()
    local ran <const> = run({ "whoami" }, nil, { BYTENITE_BASE_URL = service.base_url })
    assert.equal(3, ran.status)
    assert.equal(
      ("profile      none\naddress      %s (BYTENITE_BASE_URL)\nservice      customer (default)\n"):format(
        service.base_url
      ) .. "credentials  none\naccepted     no\n",
      ran.output
    )
    contains(ran.errors, "run bytenite configure")
  end)

  describe("in a terminal", function()
    if not command.has_terminals() then return pending "this system has no pseudo-terminals" end

    local terminal <const> = command.terminal(teardown)

    local function type_in(typed, options)
      local seen <const> = command.in_terminal(
        terminal,
        service,
        options and options.arguments or { "configure" },
        { columns = 200, typed = typed, environment = environment_with(), shell = options and options.shell }
      )
      return (seen.output:gsub("\r\n", "\n")), seen.status
    end

    it("are asked for, and the key is not shown as it is typed", function()
      local output <const>, status <const> = type_in {
        { after = "Address %[https://api%.bytenite%.com/v1%]: ", text = service.base_url .. "\n" },
        { after = "Service %[customer%]: ", text = "\n" },
        { after = "API key %(not shown%): ", text = service.api_key .. "\n" },
        { after = "File of certificates to trust %[none%]: ", text = "\n" },
      }
      assert.equal(0, status, output)
      contains(output, "Address [https://api.bytenite.com/v1]: " .. service.base_url .. "\nService [customer]: \n")
      contains(output, "API key (not shown): \nFile of certificates to trust [none]: \nstored profile default in ")
      assert.is_nil(output:find(service.api_key, 1, true))
      assert.equal(service.api_key, stored().default.api_key)
    end)

    it("are requested again if an answer is invalid", function()
      local output <const>, status <const> = type_in {
        { after = "Address [^\n]*: ", text = "ftp://host\n" },
        { after = "its scheme is neither https nor http\r?\nAddress [^\n]*: ", text = service.base_url .. "\n" },
        { after = "Service [^\n]*: ", text = "..\n" },
        { after = "the dots would change the path\r?\nService [^\n]*: ", text = "\n" },
        { after = "API key %(not shown%): ", text = "\n" },
        { after = "must not be empty\r?\nAPI key %(not shown%): ", text = service.api_key .. "\n" },
        { after = "trust %[none%]: ", text = "/nowhere.pem\n" },
        { after = "No such file or directory\r?\nFile [^\n]*: ", text = "\n" },
      }
      assert.equal(0, status, output)
    end)

    it("leave the terminal as it was, also after Ctrl-C", function()
      for index, case in ipairs { { service.api_key .. "\n", 0 }, { "\3", 130 }, { "\4", 2 } } do
        local arguments <const> = { "configure", "--profile", "p" .. index, "--base-url", service.base_url }
        table.move({ "--service", "customer", "--ca-file", "none" }, 1, 4, #arguments + 1, arguments)
        local output <const> = type_in({ { after = "API key %(not shown%): ", text = case[1] } }, {
          arguments = arguments,
          shell = 'before=$(stty -g); trap : INT; "$@"; echo "status $?"; [ "$(stty -g)" = "$before" ] && echo restored',
        })
        contains(output, ("status %d\nrestored\n"):format(case[2]))
      end
    end)

    it("leave the terminal as it was when a signal ends the program", function()
      -- Sends the signal when the terminal hides what is typed.
      local shell <const> = [[
        before=$(stty -g)
        pid=%s
        ( until [ -s "$pid" ] && stty -a < /dev/tty | grep -q -e " -echo "; do sleep 0.05; done
          kill -%s "$(cat "$pid")" ) &
        sh -c 'echo $$ > "$0"; exec "$@"' "$pid" "$@"
        echo "status $?"
        [ "$(stty -g)" = "$before" ] && echo restored
        rm "$pid"]]
      for signal, status in pairs { TERM = 128 + 15, HUP = 128 + 1 } do
        local output <const> = type_in({}, {
          arguments = { "configure", "--base-url", service.base_url, "--service", "customer", "--ca-file", "none" },
          shell = shell:format(os.tmpname(), signal),
        })
        contains(output, "API key (not shown): ")
        contains(output, ("status %d\n"):format(status))
        contains(output, "restored\n")
      end
    end)

    it("offer to keep the stored values, but show no key", function()
      assert_stored({ "configure", "--no-check" }, lines(service.base_url, "", service.api_key, ""))
      local output <const>, status <const> = type_in {
        { after = "Address [^\n]*: ", text = "\n" },
        { after = "Service [^\n]*: ", text = "\n" },
        { after = "API key %(not shown%) %[keep the current one%]: ", text = "\n" },
        { after = "trust %[none%]: ", text = "\n" },
      }
      assert.equal(0, status, output)
      assert.is_nil(output:find(service.api_key, 1, true))
    end)
  end)
end)
