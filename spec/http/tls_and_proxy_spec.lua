-- Which servers a client trusts, and when its connections go through a proxy.
local bytenite <const> = require "bytenite"
local child <const> = require "spec.support.child"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

-- Fetches a job in another process, and reports the result.
local FETCH <const> = [[
  local client <close> = require("bytenite").new { max_retries = 0, access_token = "t", %s }
  local job, problem = client:get_job "some-id"
  return { id = job and job.id, kind = problem and problem.kind, status = problem and problem.status,
    message = problem and problem.message, hint = problem and problem.hint, text = tostring(problem) }
]]

local function fetch(environment, options)
  return child.run(FETCH:format(options or ""), environment)
end

describe("over TLS a client", function()
  local service

  before_each(function()
    service = sandbox.tls()
    service:reset()
    service:put_job("some-id", updates.full_job "some-id")
  end)

  -- The client trusts the server if it gets as far as a 401 for its wrong token.
  local function check_trusted(result)
    assert.equal(401, result.status, result.text)
  end

  local function check_refused(result)
    assert.equal("tls", result.kind, result.text)
    assert.is_truthy(result.hint:find("ca_file", 1, true))
    assert.is_truthy(result.text:find(result.hint, 1, true))
    assert.same({}, service:requests())
  end

  it("trusts the authority in ca_file", function()
    check_trusted(fetch({ BYTENITE_BASE_URL = service.base_url }, ("ca_file = %q"):format(service.ca_file)))
  end)

  for _, variable in ipairs { "BYTENITE_CA_FILE", "SSL_CERT_FILE" } do
    it("trusts the authority in " .. variable, function()
      check_trusted(fetch { BYTENITE_BASE_URL = service.base_url, [variable] = service.ca_file })
    end)
  end

  it("prefers ca_file to BYTENITE_CA_FILE, and that to SSL_CERT_FILE", function()
    check_trusted(fetch {
      BYTENITE_BASE_URL = service.base_url,
      BYTENITE_CA_FILE = service.ca_file,
      SSL_CERT_FILE = "/nowhere/ca.pem",
    })
    check_trusted(fetch({
      BYTENITE_BASE_URL = service.base_url,
      BYTENITE_CA_FILE = "/nowhere/ca.pem",
      SSL_CERT_FILE = "/nowhere/ca.pem",
    }, ("ca_file = %q"):format(service.ca_file)))
  end)

  it("does not trust a server if it has no authority for it", function()
    check_refused(fetch { BYTENITE_BASE_URL = service.base_url })
  end)

  it("does not trust a server with a certificate of another authority", function()
    local other <close> = sandbox.start "--tls"
    check_refused(fetch({ BYTENITE_BASE_URL = service.base_url }, ("ca_file = %q"):format(other.ca_file)))
  end)

  it("does not trust a server under a name that is not in its certificate", function()
    -- 0.0.0.0 leads to the server that 127.0.0.1 leads to.
    local base_url <const> = service.base_url:gsub("127%.0%.0%.1", "0.0.0.0")
    check_refused(fetch({ BYTENITE_BASE_URL = base_url }, ("ca_file = %q"):format(service.ca_file)))
  end)

  it("says so if the authority's file is missing, or contains none", function()
    check_refused(fetch({ BYTENITE_BASE_URL = service.base_url }, "ca_file = '/nowhere/ca.pem'"))
    check_refused(fetch({ BYTENITE_BASE_URL = service.base_url }, "ca_file = 'LICENSE'"))
    check_refused(fetch { BYTENITE_BASE_URL = service.base_url, SSL_CERT_FILE = "/nowhere/ca.pem" })
  end)

  it("leaves the job untouched when the certificate is refused", function()
    local stranger <close> = connect.client(service, { ca_file = "LICENSE", access_token = "t" })
    for _, update in ipairs(updates.all) do
      local job <const> = stranger:job { id = "some-id", name = "Stored" }
      local value <const>, problem <const> = update.call(job)
      assert.is_nil(value)
      assert.equal("tls", problem.kind)
      assert.is_false(problem.retryable)
      assert.is_nil(problem.maybe_done)
      assert.equal(1, problem.attempts)
      assert.equal("Stored", job.name)
    end
  end)

  it("reports an error from TLS with a server that does not speak it", function()
    local base_url <const> = sandbox.plain().base_url:gsub("^http:", "https:")
    local client <close> = bytenite.new { base_url = base_url, access_token = "t", max_retries = 0 }
    local _ <const>, problem <const> = client:get_job "some-id"
    assert.equal("tls", problem.kind)
  end)
end)

describe("a client", function()
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job("some-id", updates.full_job "some-id")
  end)

  describe("on loopback does not use the proxy", function()
    local proxies <const> = {}
    for _, name in ipairs { "http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY" } do
      proxies[name] = "http://127.0.0.1:1"
    end

    for _, transport in ipairs { "plain", "tls" } do
      it("of the environment, " .. transport, function()
        service = sandbox[transport]()
        service:reset()
        local environment <const> = { BYTENITE_BASE_URL = service.base_url, BYTENITE_CA_FILE = service.ca_file }
        for name, value in pairs(proxies) do
          environment[name] = value
        end
        assert.equal(401, fetch(environment).status)
      end)
    end

    it("of the options", function()
      local client <close> = connect.client(service, { proxy = "http://127.0.0.1:1" })
      assert.equal("some-id", assert(client:get_job "some-id").id)
    end)

    it("even if base_url names localhost", function()
      local environment <const> = { BYTENITE_BASE_URL = service.base_url:gsub("127%.0%.0%.1", "localhost") }
      for name, value in pairs(proxies) do
        environment[name] = value
      end
      assert.equal(401, fetch(environment).status)
    end)
  end)

  describe("elsewhere uses the proxy", function()
    -- The sandbox plays the proxy. It refuses to serve a foreign host, with this message.
    local REFUSAL <const> = "the Host header must name a loopback address or localhost"

    local function check_was_asked(result)
      assert.equal("permission_denied", result.kind, result.text)
      assert.equal(REFUSAL, result.message)
    end

    local elsewhere <const> = { BYTENITE_BASE_URL = "http://bytenite.invalid/v1" }

    it("of the options", function()
      local proxy <const> = service.base_url:match "^(http://[^/]+)"
      check_was_asked(fetch(elsewhere, ("allow_http = true, proxy = %q"):format(proxy)))
    end)

    it("of the environment", function()
      local environment <const> = { http_proxy = service.base_url:match "^(http://[^/]+)" }
      environment.BYTENITE_BASE_URL = elsewhere.BYTENITE_BASE_URL
      check_was_asked(fetch(environment, "allow_http = true"))
    end)

    it("or none if the option says so", function()
      local environment <const> = {
        BYTENITE_BASE_URL = service.base_url:gsub("127%.0%.0%.1", "0.0.0.0"), -- no loopback address, but leads there
        http_proxy = "http://127.0.0.1:1",
      }
      assert.equal("connection", fetch(environment, "allow_http = true").kind)
      assert.equal(REFUSAL, fetch(environment, "allow_http = true, proxy = ''").message)
    end)
  end)

  it("follows no redirect", function()
    local client <close> = connect.client(service, { max_retries = 2 })
    local target <const> = service.base_url .. "/customer/jobs/some-id"
    for _, status in ipairs { 301, 302, 303, 307, 308 } do
      service:fault { operation = "get_job", status = status, headers = { location = target } }
      local value <const>, problem <const> = client:get_job "some-id"
      assert.is_nil(value)
      assert.equal("unexpected", problem.kind)
      assert.equal(status, problem.status)
      assert.is_truthy(problem.hint:find("redirects are not followed", 1, true))
    end
    assert.equal(5, #connect.sent(service))
  end)

  it("sends no credentials to another host when it is redirected", function()
    local other <close> = sandbox.start()
    local client <close> = connect.client(service)
    service:fault {
      operation = "set_name",
      status = 307,
      headers = { location = other.base_url .. "/customer/jobs/x/jobname" },
    }
    assert.is_nil((client:job("some-id"):set_name "My Job"))
    assert.same({}, other:requests())
  end)

  it("reads no .netrc", function()
    local home <const> = os.tmpname()
    os.remove(home)
    assert(require("lfs").mkdir(home))
    do
      local file <close> = assert(io.open(home .. "/.netrc", "w"))
      file:write "machine 127.0.0.1 login someone password something\n"
    end
    local source <const> = FETCH:gsub('access_token = "t"', ("api_key = %q"):format(service.api_key)):format ""
    local result <const> = child.run(source, { BYTENITE_BASE_URL = service.base_url, HOME = home })
    os.remove(home .. "/.netrc")
    os.remove(home)
    assert.equal("some-id", result.id)
    assert.is_nil(service:requests()[1].header.authorization) -- the token exchange is sent without credentials
    assert.is_nil(service:requests()[2].header.authorization:find "^Basic")
  end)
end)
