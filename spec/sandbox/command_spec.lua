-- The command bytenite-sandbox, and the module for hosts that run a sandbox in their own loop.
local cqueues <const> = require "cqueues"
local lfs <const> = require "lfs"
local api_session <const> = require "spec.support.api_session"
local http_client <const> = require "spec.support.http_client"
local sandbox <const> = require "spec.support.sandbox"

-- Runs a command line. Returns its output on both streams, and its status.
local function run(command)
  local pipe <const> = assert(io.popen(command .. " 2>&1"))
  local output <const> = pipe:read "a"
  local _ <const>, _ <const>, status <const> = pipe:close()
  return output, status
end

describe("bytenite-sandbox", function()
  it("prints what a user needs to copy, and ends with its standard input", function()
    local output <const>, status <const> = run(sandbox.command '--until-stdin-closes --api-key "it\'s" </dev/null')
    assert.equal(0, status)
    assert.is_truthy(output:find "^export BYTENITE_BASE_URL=http://127%.0%.0%.1:%d+/v1\n")
    assert.is_truthy(output:find([[export BYTENITE_API_KEY='it'\''s']], 1, true))
    assert.is_nil(output:find("CA_FILE", 1, true))
  end)

  it("prints where the certificate is, and removes it at the end", function()
    local output <const>, status <const> = run(sandbox.command "--tls --until-stdin-closes </dev/null")
    assert.equal(0, status)
    assert.is_truthy(output:find "BASE_URL=https://127%.0%.0%.1:%d+/v1\n")
    local ca_file <const> = output:match "export BYTENITE_CA_FILE=(%S+)"
    assert.is_nil(lfs.attributes(ca_file))
  end)

  it("writes the certificate, but no key, to the given path", function()
    local name <const> = os.tmpname()
    run(sandbox.command("--tls --until-stdin-closes --ca-file " .. name .. " </dev/null"))
    local file <close> = assert(io.open(name))
    local text <const> = file:read "a"
    os.remove(name)
    assert.is_truthy(text:find "^%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-")
    assert.is_nil(text:find("PRIVATE", 1, true))
  end)

  it("runs while its standard input is open, and ends soon after it closes", function()
    local service <const> = sandbox.start()
    local connection <close> = http_client.connect(service.base_url)
    assert.equal(501, assert(connection:request { path = "/v1/x" }).status)
    assert.is_true(service:close())
    assert.is_nil((connection:request { path = "/v1/x", timeout = 2 }))
  end)

  it("ends on SIGTERM, SIGINT and SIGHUP, leaving no file behind", function()
    for _, name in ipairs { "TERM", "INT", "HUP" } do
      local service <const> = sandbox.start "--tls"
      if not service.pid then return pending "the process id is not known here" end
      assert.is_truthy(lfs.attributes(service.ca_file))
      assert.is_true((os.execute(("kill -%s %d"):format(name, service.pid))))
      assert.is_true(service:close())
      assert.is_nil(lfs.attributes(service.ca_file))
    end
  end)

  it("has options for the API key, the lifetime of tokens, faults and the shape of errors", function()
    local service <close> =
      sandbox.start "--api-key k1 --token-lifetime 1 --error-shape envelope --latency 50 --fault 'get_job status=418'"
    assert.equal("k1", service.api_key)
    local start <const> = cqueues.monotime()
    local api <close> = api_session.open(service)
    assert.is_true(cqueues.monotime() - start >= 0.05)
    assert.equal(418, (api:call("GET", "/customer/jobs/x")))
    assert.equal(404, (api:call("GET", "/customer/jobs/x")))
    cqueues.sleep(1 - (cqueues.monotime() - start) + 0.06)
    for _ = 1, 2 do
      local status <const>, body <const> = api:call("GET", "/customer/jobs/x")
      assert.same({ 401, false }, { status, body.ok })
    end
  end)

  it("has options for the speed of jobs, their number and the lifetime of links", function()
    local service <close> = sandbox.start "--speed 100000 --jobs 3 --link-lifetime 0.05"
    local api <close> = api_session.open(service)
    local _, body = api:call("GET", "/customer/jobs")
    assert.equal(3, body.pagination.total)
    service:reset()
    local id <const> = api:new_job({ dataSource = { dataSourceDescriptor = "bypass" } }).id
    _, body = api:call("GET", "/customer/jobs")
    assert.equal(4, body.pagination.total)
    assert.equal(200, (api:call("POST", ("/customer/jobs/%s/run"):format(id))))
    repeat
      local status
      status, body = api:call("GET", ("/customer/jobs/%s/results"):format(id))
    until status == 200
    cqueues.sleep(0.06)
    local link <const> = body.results[1].link
    local connection <close> = http_client.connect(link)
    assert.equal(403, assert(connection:request { path = link:match "^http://[^/]+(.*)$" }).status)
  end)

  it("prints its help", function()
    local output <const>, status <const> = run(sandbox.command "--help")
    assert.equal(0, status)
    for _, text in ipairs { "--speed", "--jobs", "--link-lifetime", "sandbox_fail", "/sandbox/advance" } do
      assert.is_truthy(output:find(text, 1, true), text)
    end
  end)

  it("ends with status 2 on a mistake on its command line, and prints its version", function()
    for _, options in ipairs { "--nonsense", "word", "--port x", "--port" } do
      local output <const>, status <const> = run(sandbox.command(options))
      assert.equal(2, status, options)
      assert.is_truthy(output:find "bytenite%-sandbox: [^\n]+\n$", output)
    end
    local output <const>, status <const> = run(sandbox.command "--version")
    assert.equal(0, status)
    assert.is_truthy(output:find "^bytenite%-sandbox %d+%.%d+%.%d+\n$", output)
    for _, option in ipairs { "--version", "--help" } do
      local errors <const>, failed <const> = run(("{ %s >/dev/full; }"):format(sandbox.command(option)))
      assert.same({ "bytenite-sandbox: cannot write the output\n", 1 }, { errors, failed })
    end
  end)

  it("listens on loopback addresses only", function()
    local output <const>, status <const> = run(sandbox.command "--host 0.0.0.0 --until-stdin-closes </dev/null")
    assert.equal(1, status)
    assert.equal("bytenite-sandbox: option host must be a loopback address: 127.0.0.1 or ::1\n", output)
    local six <const> = run(sandbox.command "--host ::1 --until-stdin-closes </dev/null")
    assert.is_truthy(six:find("http://[::1]:", 1, true) or six:find("cannot listen on ::1", 1, true), six)
  end)

  it("says on one line what is wrong with its options", function()
    for options, message in pairs {
      ["--fault 'set_name status=9'"] = "option faults, 1: a fault's status must be a status from 200 to 599, got 9",
      ["--fault 'set_name body=\"x'"] = "option faults, 1: a quote is not closed",
      ["--token-lifetime 0"] = "option token_lifetime must be whole seconds",
      ["--latency=-1"] = "option latency must be milliseconds",
      ["--speed 0"] = "option speed must be a number above 0",
      ["--jobs=-1"] = "option jobs must be a count up to 1000000",
      ["--link-lifetime=-1"] = "option link_lifetime must be seconds",
      ["--error-shape round"] = 'option error_shape must be "alternate", "gateway" or "envelope"',
    } do
      local output <const>, status <const> = run(sandbox.command(options .. " --until-stdin-closes </dev/null"))
      assert.equal(1, status)
      assert.equal("bytenite-sandbox: " .. message .. "\n", output)
    end
  end)

  it("reports that a port is in use", function()
    local port <const> = sandbox.plain().base_url:match ":(%d+)/"
    local output <const>, status <const> = run(sandbox.command("--until-stdin-closes --port " .. port .. " </dev/null"))
    assert.equal(1, status)
    assert.is_truthy(output:find("^bytenite%-sandbox: cannot listen on 127%.0%.0%.1 port " .. port), output)
  end)

  it("names the rock that is missing, and its package", function()
    local folder <const> = os.tmpname()
    os.remove(folder)
    assert(lfs.mkdir(folder))
    assert(lfs.mkdir(folder .. "/http"))
    for rock, file in pairs { http = "/http/server.lua", argparse = "/argparse.lua" } do
      local fake <const> = assert(io.open(folder .. file, "w"))
      fake:write "error 'not found'"
      fake:close()
      local environment <const> = ("env -u LUA_PATH_5_4 LUA_PATH='%s/?.lua;'\"$LUA_PATH;;\" "):format(folder)
      local output <const>, status <const> = run(environment .. sandbox.command "--until-stdin-closes </dev/null")
      os.remove(folder .. file)
      assert.equal(1, status)
      assert.equal(
        ('bytenite-sandbox: the rock "%s" is missing: luarocks install %s (Debian and Ubuntu: apt-get install lua-%s)\n'):format(
          rock,
          rock,
          rock
        ),
        output
      )
    end
    os.remove(folder .. "/http")
    assert(os.remove(folder))
  end)
end)

describe("bytenite.sandbox.faults.text", function()
  local fault_text <const> = require "bytenite.sandbox.faults.text"

  it("reads faults in the form of the command line", function()
    for text, expected in pairs {
      ["set_name status=503 retry_after=2 times=3"] = {
        operation = "set_name",
        status = 503,
        retry_after = 2,
        times = 3,
        act = "never",
      },
      ["delay=0.5"] = { delay = 0.5, act = "before" },
      ["* hang times=0"] = { hang = true, times = "forever", act = "never" },
      ["get_job drip=10/0.05 skip=1"] = {
        operation = "get_job",
        drip = { bytes = 10, every = 0.05 },
        skip = 1,
        act = "before",
      },
      [ [[body='{"x": 1}' header.X-Y="a b" act=before]] ] = {
        body = '{"x": 1}',
        headers = { ["X-Y"] = "a b" },
        act = "before",
      },
      ["status=500 body=42"] = { status = 500, body = "42", act = "never" },
    } do
      expected.operation = expected.operation or "*"
      expected.times = expected.times or 1
      expected.skip = expected.skip or 0
      assert.same(expected, fault_text.parse(text))
    end
  end)
end)

describe("bytenite.sandbox", function()
  local new_sandbox <const> = require("bytenite.sandbox").new

  it("runs in a loop of the host until it is closed", function()
    local loop <const> = cqueues.new()
    local service <const> = new_sandbox { tls = true }
    local ended, status = false, nil
    loop:wrap(function()
      service:loop()
      ended = true
    end)
    loop:wrap(function()
      local connection <const> = http_client.connect(service.base_url, { ca_file = service.ca_file })
      status = assert(connection:request { path = "/v1/x" }).status
      connection:close()
      service:close()
    end)
    assert(loop:loop(5))
    assert.same({ true, 501 }, { ended, status })
    assert.is_nil(lfs.attributes(service.ca_file))
    assert.is_false(service:step(0))
  end)

  it("runs in the host's own controller", function()
    local loop <const> = cqueues.new()
    local service <close> = new_sandbox { controller = loop, api_key = "k1" }
    local signed_in
    local api
    loop:wrap(function()
      api = api_session.open(service)
      signed_in = api.token ~= nil
      service:close()
    end)
    assert(loop:loop(5)) -- ends even though the client's end is still open
    assert.is_true(loop:empty())
    assert.is_true(signed_in)
    api:close()
  end)

  it("refuses unknown options", function()
    assert.has_error(function()
      new_sandbox { prot = 8080 }
    end, "a sandbox has no option prot")
  end)
end)
