-- What is special about a client in libuv's loop. For what holds in any loop see adapters_spec.lua.
local event_loops <const> = require "spec.support.event_loops"
local luv_loop <const> = require "bytenite.loop.luv"

describe("a client in libuv's loop", function()
  local service, client, host

  event_loops.for_each_test(before_each, after_each, 2, function(service_of_test, client_of_test)
    service, client, host = service_of_test, client_of_test, event_loops.hosts.luv.new()
    assert.equal(client, host:attach(client))
  end)

  it("may be attached again while calls are pending", function()
    local id
    host:spawn(client, function()
      id = assert(client:get_job "j1").id
    end)
    client:step(0.01)
    assert.equal(client, luv_loop.attach(client))
    host:run()
    assert.equal("j1", id)
  end)

  it("suspends nothing but its own functions: a call in a callback blocks", function()
    service:fault { operation = "get_job", delay = 0.02, act = "before", times = "forever" }
    local results, is_inside, was_entered
    host:after(0.02, function()
      is_inside = true
      assert(client:get_job "j1")
      results = client:map({ "j1", "j2" }, function(id)
        return client:get_job(id)
      end)
      is_inside = false
    end)
    host:every(0.001, function()
      was_entered = was_entered or is_inside
      return results == nil
    end)
    host:run()
    assert.equal(2, results.succeeded)
    assert.is_false(was_entered)
  end)
end)
