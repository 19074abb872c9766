-- Blocking calls. When the client is idle a call takes the short path; when other calls are in
-- flight, it must not take anything from them.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local event_loops <const> = require "spec.support.event_loops"
local sandbox <const> = require "spec.support.sandbox"

local CALLS <const> = 200

describe("a blocking call", function()
  local service, client

  event_loops.for_each_test(before_each, after_each, 2, function(service_of_test, client_of_test)
    service, client = service_of_test, client_of_test
    assert(client:get_job "j1") -- fetches the token
  end)

  it("takes no response from a future's call that ends first", function()
    service:fault { { operation = "set_name", delay = 0.05 }, { operation = "get_job", delay = 0.15 } }
    local job <const> = client:job "j1"
    local future <const> = client:async(job.set_name, job, "From a future")
    client:step()
    assert.equal(1, client.session:in_flight())
    assert.equal("j2", assert(client:get_job "j2").id)
    assert.is_true(future:done())
    assert.equal("From a future", assert(future:get(5)).name)
  end)

  it("waits its turn on a job whose call in a future is in flight", function()
    service:fault { operation = "set_name", delay = 0.3 }
    local job <const> = client:job "j1"
    local order <const> = {}
    local future <const> = client:async(function()
      assert(job:set_name "From a future")
      order[#order + 1] = "set_name"
    end)
    client:step()
    assert.equal(1, client.session:in_flight())
    assert(job:set_configs { taskTimeout = 60 })
    order[#order + 1] = "set_configs"
    assert(future:get(5) == nil)
    assert.same({ "set_name", "set_configs" }, order)
    local sent <const> = connect.sent(service)
    assert.equal("set_configs", sent[#sent].operation)
  end)

  it("continues like any other call if its response does not arrive at once", function()
    service:fault { operation = "set_name", delay = 0.4 }
    local job <const> = client:job "j1"
    assert.equal(job, assert(job:set_name "Late"))
    assert.equal("Late", job.name)
    assert.equal(0, client.session:in_flight())
  end)

  it("waits for the call in front of a cancelled one", function()
    service:fault { operation = "set_name", delay = 0.2 }
    local job <const> = client:job "j1"
    local first <const>, second <const> = client:async(job.set_name, job, "First"), client:async(job.refresh, job)
    client:step()
    second:cancel()
    assert(job:set_configs { taskTimeout = 60 })
    assert.is_true(first:done())
    assert.equal("First", job.name)
    assert.equal(60, job.config.taskTimeout)
  end)

  it("leaves slots in the client that later calls reuse", function()
    local left = CALLS
    local results <const> = client:map(function()
      left = left - 1
      return left >= 0 and "j1" or nil
    end, function(id)
      return client:get_job(id)
    end, { concurrency = 4 })
    assert.equal(CALLS, results.succeeded)
    assert.is_true(client.reactor.slots <= 8, client.reactor.slots .. " slots")
  end)
end)

describe("what a request asks for", function()
  local service, client

  setup(function()
    service = sandbox.plain()
    service:reset()
    client = bytenite.new { base_url = service.base_url, access_token = "token" }
  end)

  teardown(function()
    client:close()
  end)

  -- Asserts the path that is requested for an address. The second time libcurl has the options
  -- already.
  local function assert_asked(matches, asked, address)
    local origin <const> = service.base_url:match "^http://[^/]+"
    for _ = 1, 2 do
      service:reset()
      local exchange <const> = client.session:raw_exchange("GET", origin .. address, nil, {})
      assert.is_false(exchange:start({}, nil, 5, 5, 100000, false))
      while not exchange:has_ended() do
        client.session:step(1)
      end
      assert.equal("response", (exchange:outcome()))
      matches(asked, service:requests()[1].path)
    end
  end

  for address, asked in pairs {
    ["/v1/a/b?c=d"] = "/v1/a/b?c=d",
    ["/v1/a%2Fb%e9"] = "/v1/a%2Fb%e9",
    ["/v1/a/../b"] = "/v1/a/../b",
    ["/v1/a?b#part"] = "/v1/a?b",
    ["/v1//a?"] = "/v1//a?",
  } do
    it(("is %s for the address %q"):format(asked, address), function()
      assert_asked(assert.equal, asked, address)
    end)
  end

  it("is percent-encoded where the address is not ASCII, in upper or lower case (RFC 3986 section 2.1)", function()
    assert_asked(assert.matches, "^/v1/%%[cC]3%%[aA]9$", "/v1/é")
  end)
end)
