-- What goes over a connection that calls share: few segments, and none of them late.
local compile <const> = require "spec.support.compile"
local connect <const> = require "spec.support.connect"
local cqueues <const> = require "cqueues"
local numbers <const> = require "spec.support.numbers"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local CALLS <const> = 32
local ONE_BATCH <const> = 16 -- of calls that are moved on in a row

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
    service:reset()
    service:put_job(ID, ('{"id":"%s","name":"Some job","state":"JOB_STATE_NEW"}'):format(ID))
    client = connect.client(service)
  end)

  after_each(function()
    client:close()
  end)

  -- How many segments it takes to run something, and how many seconds.
  local function cost_of(run)
    local sent <const>, began <const> = segments.sent(port), cqueues.monotime()
    run()
    return segments.sent(port) - sent, cqueues.monotime() - began
  end

  local function name_job(by, number)
    return by:job(ID):set_name("Name " .. number)
  end

  it("a request and its body go out in one segment, and at once", function()
    assert(client:get_job(ID))
    local sent <const>, seconds <const> = cost_of(function()
      for number = 1, CALLS do
        assert(name_job(client, number))
      end
    end)
    assert.is_true(sent >= CALLS and sent < CALLS * 1.5, ("%d segments"):format(sent))
    assert.is_true(seconds < CALLS * 0.1, ("%.3f s"):format(seconds)) -- what is held back and forgotten goes out after 0.2 s
  end)

  local function assert_together(by)
    local sent <const> = cost_of(function()
      local results <const> = by:map(numbers.list(CALLS), function(number)
        return name_job(by, number)
      end, { concurrency = CALLS })
      assert.equal(CALLS, results.succeeded)
    end)
    assert.is_true(sent <= CALLS // ONE_BATCH * 4, ("%d segments"):format(sent))
  end

  it("the requests of calls at once share segments", function()
    assert(client:get_job(ID))
    assert_together(client)
  end)

  it("so do they when the call that opened the connection ended in the midst of others", function()
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
