-- Which signed URLs of the service the module uses.
local bytenite <const> = require "bytenite"
local options <const> = require "bytenite.base.options"
local sandbox <const> = require "spec.support.sandbox"
local signed_url <const> = require "bytenite.streaming.signed_url"

describe("a signed URL", function()
  -- Returns as much of a client as the check needs.
  local function client_of(base_url, allow_http)
    return { options = options.read { base_url = base_url, access_token = "t", allow_http = allow_http } }
  end

  local function check(client, url)
    local address <const>, problem <const> = signed_url.check(client, "the link of a", url)
    return address, problem and problem.message
  end

  local own_hosts <const> = {
    "127.0.0.1",
    "127.0.0.1:8443",
    "127.255.255.254",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7F.1",
    "017700000001",
    "0177.0.0.1",
    "0.0.0.0",
    "0",
    "0.1.2.3",
    "127.0.0.1.",
    "2130706433.",
    "%31%32%37.0.0.1",
    "127.0.0.1%2E",
    "localhost",
    "LocalHost:8080",
    "localhost.",
    "local%68ost",
    "storage.localhost",
    "a.b.LOCALHOST.",
    "localhost.localdomain",
    "localhost6.localdomain6",
    "ip6-localhost",
    "ip6-loopback",
    "[::1]",
    "[::1]:8443",
    "[0:0:0:0:0:0:0:1]",
    "[::1%25lo]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7fff:1]",
    "[::127.0.0.1]",
    "[::ffff:0.0.0.0]",
  }
  for _, host in ipairs(own_hosts) do
    it(("to the host %s is refused, unless base_url is this machine too"):format(host), function()
      local url <const> = ("https://%s/x?signature=1"):format(host)
      local address <const>, message <const> = check(client_of "https://api.example.org/v1", url)
      assert.is_nil(address)
      assert.equal("the link of a cannot be used: it points to this machine, and base_url does not", message)
      assert.is_nil((check(client_of("http://api.example.org/v1", true), url)))
      for _, base_url in ipairs { "http://127.0.0.1:8080/v1", "http://localhost/v1", "https://[::1]/v1" } do
        assert.equal(url, check(client_of(base_url), url))
      end
    end)
  end

  it("to the host 0x7f.1.. is refused: a name of this machine, or none for newer versions of libcurl", function()
    local address <const>, message <const> =
      check(client_of "https://api.example.org/v1", "https://0x7f.1../x?signature=1")
    assert.is_nil(address)
    assert.matches("cannot be used: it", message, 1, true)
  end)

  for _, host in ipairs {
    "storage.example.org",
    "localhost.example.org",
    "notlocalhost",
    "127.example.org",
    "128.0.0.1",
    "10.0.0.1",
    "1.0.0.127",
    "0127.0.0.1", -- octal: 87.0.0.1
    "[2001:db8::1]",
    "[::ffff:10.0.0.1]",
    "[::2.0.0.1]",
    ("long."):rep(60) .. "example.org",
  } do
    it(("to the host %s is used"):format(host:sub(1, 40)), function()
      local url <const> = ("https://%s/x?signature=1"):format(host)
      assert.equal(url, check(client_of "https://api.example.org/v1", url))
    end)
  end

  it("to a host with non-ASCII letters is refused: some of them mean localhost", function()
    local address <const>, message <const> =
      check(client_of "https://api.example.org/v1", "https://%E2%93%9Bocalhost/x")
    assert.is_nil(address)
    assert.equal("the link of a cannot be used: its host is not in ASCII", message)
  end)

  it("to this machine is used if base_url is 0.0.0.0", function()
    local url <const> = "https://127.0.0.1/x"
    assert.equal(url, check(client_of "https://0.0.0.0/v1", url))
  end)

  it("to this machine is not used by an upload for a service elsewhere", function()
    local service <const> = sandbox.plain()
    service:reset()
    local client <close> = bytenite.new { base_url = "https://api.invalid/v1", access_token = "t", max_retries = 0 }
    local link <const> = service.base_url .. "/anything"
    local job <const> = client:job {
      id = "j1",
      dataSource = { dataSourceDescriptor = "file", params = { tempUrl = link } },
    }
    local done <const>, problem <const> = job:upload { data = "bytes" }
    assert.is_nil(done)
    assert.equal("unexpected", problem.kind)
    assert.matches("it points to this machine", problem.message, 1, true)
    assert.same({}, service:requests())
  end)

  for status, hint in pairs {
    [299] = false,
    [300] = "redirects of signed URLs are not followed",
    [399] = "redirects of signed URLs are not followed",
    [400] = false,
    [403] = "get a new address",
  } do
    it(("that responds with %d has %s"):format(status, hint and "a hint" or "no hint"), function()
      local problem <const> = { status = status, body = "" }
      assert.is_nil(signed_url.explain "get a new address"(problem))
      assert.equal(hint or nil, problem.hint)
    end)
  end

  it("whose storage waited too long for the body may be tried again", function()
    local problem <const> = { status = 400, body = "<Error><Code>RequestTimeout</Code></Error>" }
    assert.equal("unavailable", signed_url.explain "get a new address"(problem))
  end)
end)
