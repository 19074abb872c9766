-- The time limit of an attempt holds whatever the server does, and whatever other calls wait for.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"
local luasocket <const> = require "socket"
local socket <const> = require "cqueues.socket"
local updates <const> = require "spec.support.updates"

local SOON <const> = 2 -- seconds: far longer than the limits below, far shorter than a call that ignores them

describe("a call's time limit #timing", function()
  local service, client

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job("slow", updates.full_job "slow")
    service:put_job("other", updates.full_job "other")
  end)

  after_each(function()
    client:close()
  end)

  -- Starts a fetch, and drives it as far as it gets without the server.
  local function start(id, timeout)
    local future <const> = client:async(client.get_job, client, id, { timeout = timeout })
    client:step(0.05)
    return future
  end

  local function expect_timeout(limited)
    local _ <const>, problem <const> = limited:get(SOON)
    assert.is_true(limited:done())
    assert.same({ "timeout", 1 }, { problem.kind, problem.attempts })
  end

  local function with_token(options)
    local helper <close> = connect.client(service)
    assert(helper:get_job "other")
    options.access_token = connect.sent(service)[1].header.authorization
    return connect.client(service, options)
  end

  it("is that of the options, or the client's", function()
    client = with_token { timeout = 0.05 }
    service:fault { operation = "get_job", hang = true, times = "forever" }
    local _, problem = client:get_job "slow"
    assert.equal("timeout", problem.kind)
    assert.is_true(problem.elapsed >= 0.05 and problem.elapsed < SOON)
    _, problem = client:get_job("slow", { timeout = 0.2 })
    assert.equal("timeout", problem.kind)
    assert.is_true(problem.elapsed >= 0.2 and problem.elapsed < SOON)
  end)

  for _, version in ipairs { "auto", "1.1", "2" } do
    it("holds while another call waits for the first response of the server, HTTP " .. version, function()
      client = with_token { http_version = version }
      service:fault { operation = "get_job", hang = true, times = "forever" }
      start("slow", 60)
      expect_timeout(start("other", 0.1))
    end)
  end

  it("holds while another call's handshake gets no response", function()
    local silent <const> = socket.listen { host = "127.0.0.1", port = 0 }
    silent:listen()
    local _ <const>, _ <const>, port <const> = silent:localname()
    client = bytenite.new { base_url = ("https://127.0.0.1:%d/v1"):format(port), access_token = "t", max_retries = 0 }
    start("slow", 60)
    expect_timeout(start("other", 0.1))
    silent:close()
  end)

  it("holds for the connection: the client gives up a silent host after connect_timeout", function()
    local silent <const> = socket.listen { host = "127.0.0.1", port = 0 }
    silent:listen()
    local _ <const>, _ <const>, port <const> = silent:localname()
    client = bytenite.new {
      base_url = ("https://127.0.0.1:%d/v1"):format(port),
      access_token = "t",
      max_retries = 0,
      connect_timeout = 0.1,
    }
    local _ <const>, problem <const> = client:get_job "slow"
    silent:close()
    assert.equal("timeout", problem.kind)
    assert.is_nil(problem.maybe_done)
    assert.is_true(problem.elapsed < SOON)
  end)

  it("holds for the connection even at the millisecond at which libcurl tries another address", function()
    local full <const>, waiting <const> = luasocket.tcp(), {}
    assert(full:bind("127.0.0.1", 0))
    assert(full:listen(0))
    local _ <const>, port <const> = full:getsockname()
    for i = 1, 3 do -- fills the backlog: later connections get no response
      waiting[i] = luasocket.tcp()
      waiting[i]:settimeout(0)
      waiting[i]:connect("127.0.0.1", port)
    end
    client = bytenite.new {
      base_url = ("http://127.0.0.1:%d/v1"):format(port),
      access_token = "t",
      max_retries = 0,
      connect_timeout = 0.2,
    }
    for _ = 1, 5 do
      local _ <const>, problem <const> = client:get_job "slow"
      assert.equal("timeout", problem.kind)
      assert.is_true(problem.elapsed < SOON, ("%.3f s"):format(problem.elapsed))
    end
    for _, each in ipairs { full, table.unpack(waiting) } do
      each:close()
    end
  end)
end)
