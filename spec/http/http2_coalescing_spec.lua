-- How requests share segments of a connection, without delaying any of them.
local compile <const> = require "spec.support.compile"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = connect.JOB_ID
local CALLS <const> = 32

describe("over HTTP/2 with TLS", function()
  local service <const> = sandbox.tls()
  local port <const> = math.tointeger(service.base_url:match ":(%d+)/")
  local programs, segments, client

  setup(function()
    programs = compile.folder()
    segments = programs:module "segments"()
  end)

  teardown(function()
    programs:__close()
  end)

  before_each(function()
    client = connect.client(connect.prepare(service))
  end)

  after_each(function()
    client:close()
  end)

  local function name_job(by, number)
    return by:job(ID):set_name("Name " .. number)
  end

  -- Starts calls and sends their requests. Returns the calls, and the number of segments. The
  -- service responds later, because libcurl 8 may send a window update for each response in a
  -- segment of its own.
  local function start(by, first, last)
    service:fault { operation = "set_name", delay = 0.05, times = last - first + 1 }
    local sent <const>, calls <const> = segments.sent(port), {}
    for number = first, last do
      calls[#calls + 1] = by:async(name_job, by, number)
    end
    by:step(0)
    return calls, segments.sent(port) - sent
  end

  it("a request and its body go out in one segment, and at once", function()
    assert(client:get_job(ID))
    local total = 0
    for number = 1, CALLS do
      local calls <const>, sent <const> = start(client, number, number)
      assert.is_true(sent > 0) -- bytes that were held back and forgotten would leave after 0.2 s
      total = total + sent
      assert(calls[1]:get())
    end
    assert.is_true(total < CALLS * 1.5, ("%d segments"):format(total))
  end)

  local function assert_together(by)
    local calls <const>, sent <const> = start(by, 1, CALLS)
    assert.equal(CALLS, by:wait_all(calls).succeeded)
    assert.is_true(sent > 0 and sent < CALLS * 0.75, ("%d segments"):format(sent))
  end

  it("the requests of concurrent calls share segments", function()
    assert(client:get_job(ID))
    assert_together(client)
  end)

  it("they also do if the call that opened the connection ended before the others", function()
    assert(client:get_job(ID))
    local other <close> = connect.client(service, { access_token = connect.sent(service)[1].header.authorization })
    service:fault { operation = "get_job", delay = 0.05 }
    service:fault { operation = "set_name", delay = 0.15 }
    local results <const> = other:map({ 1, 2 }, function(index)
      return index == 1 and other:get_job(ID) or name_job(other, index)
    end)
    assert.equal(2, results.succeeded)
    assert_together(other)
  end)
end)
