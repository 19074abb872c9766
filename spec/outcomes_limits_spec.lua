-- The time limit of one attempt holds whatever the server does, and whatever other calls wait for.
local bytenite <const> = require "bytenite"
local call <const> = require "bytenite.call"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local sandbox <const> = require "spec.support.sandbox"
local scheduler <const> = require "bytenite.scheduler"
local socket <const> = require "cqueues.socket"
local updates <const> = require "spec.support.updates"

local SOON <const> = 2 -- seconds: far more than the limits below, far less than those that could hold a call up

describe("a call's time limit #timing", function()
  local service, client, threads

  before_each(function()
    threads = {}
    service = sandbox.plain()
    service:reset()
    service:put_job("slow", updates.full_job "slow")
    service:put_job("other", updates.full_job "other")
  end)

  after_each(function()
    for _, thread in ipairs(threads) do
      coroutine.close(thread)
    end
    client:close()
  end)

  -- Starts a fetch in a coroutine that a scheduler resumes; what it yields is the call it waits for.
  local function start(id, timeout)
    local thread <const> = coroutine.create(function()
      client:get_job(id, { timeout = timeout })
    end)
    local ok <const>, waiting <const> = scheduler.resume(thread)
    assert(ok, waiting)
    threads[#threads + 1] = thread
    return waiting
  end

  local function drive_until_done(waiting)
    local began <const> = core.now()
    while not waiting.done and core.now() - began < SOON do
      call.drive(client, 0.05)
    end
  end

  local function with_token(options)
    local helper <close> = connect.client(service)
    assert(helper:get_job "other")
    options.access_token = connect.sent(service)[1].header.authorization
    return connect.client(service, options)
  end

  it("is that of the options, else the client's", function()
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
    it("holds while another call waits for the first answer of the server, HTTP " .. version, function()
      client = with_token { http_version = version }
      service:fault { operation = "get_job", hang = true, times = "forever" }
      start("slow", 60)
      call.drive(client, 0.05)
      local limited <const> = start("other", 0.1)
      drive_until_done(limited)
      assert.is_true(limited.done)
      assert.equal("timeout", limited.problem.kind)
    end)
  end

  it("holds while a handshake of another call is not answered", function()
    local silent <const> = socket.listen { host = "127.0.0.1", port = 0 }
    silent:listen()
    local _ <const>, _ <const>, port <const> = silent:localname()
    client = bytenite.new { base_url = ("https://127.0.0.1:%d/v1"):format(port), access_token = "t", max_retries = 0 }
    start("slow", 60)
    call.drive(client, 0.05)
    local limited <const> = start("other", 0.1)
    drive_until_done(limited)
    silent:close()
    assert.is_true(limited.done)
    assert.equal("timeout", limited.problem.kind)
  end)

  it("holds for the connection: a host that does not answer is left after connect_timeout", function()
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
end)
