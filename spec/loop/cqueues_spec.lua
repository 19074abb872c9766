-- What is special about a client in cqueues. For what holds in any loop see adapters_spec.lua.
local connect <const> = require "spec.support.connect"
local cqueues <const> = require "cqueues"
local cqueues_loop <const> = require "bytenite.loop.cqueues"
local event_loops <const> = require "spec.support.event_loops"

describe("a client in cqueues", function()
  local service, client, host

  event_loops.for_each_test(before_each, after_each, 3, function(service_of_test, client_of_test)
    service, client, host = service_of_test, client_of_test, event_loops.hosts.cqueues.new()
    assert.equal(client, host:attach(client))
  end)

  it("lets calls on one job take turns, whichever coroutine makes them", function()
    service:fault { operation = "set_name", delay = 0.05, act = "before" }
    local job <const>, expected <const> = client:job "j1", {}
    for index = 1, 3 do
      host:spawn(client, function()
        local body <const> = ('"Turn %d"'):format(index)
        expected[#expected + 1] = body -- cqueues starts them in any order
        assert(job:set_name(body:sub(2, -2)))
      end)
    end
    host:run()
    local sent <const> = {}
    for index, request in ipairs(connect.sent(service)) do
      sent[index] = request.body
    end
    assert.same(expected, sent)
    assert.equal(expected[3], ('"%s"'):format(job.name))
  end)

  it("continues after a coroutine has raised, when the controller's loop is run again", function()
    service:fault { operation = "get_job", delay = 0.05, act = "before", times = "forever" }
    local id
    host:spawn(client, function()
      assert(client:job("j1"):set_name "Four letters")
      error "a mistake of the coroutine's"
    end)
    host:spawn(client, function()
      id = assert(client:get_job "j1").id
    end)
    local _ <const>, raised <const> = pcall(host.run, host)
    assert.matches("a mistake of the coroutine's", tostring(raised))
    assert.is_nil(id)
    host:run()
    assert.equal("j1", id)
  end)

  it("suspends the coroutines of its own controller only: those of another block", function()
    service:fault { operation = "get_job", delay = 0.02, act = "before", times = "forever" }
    local other <const> = event_loops.hosts.cqueues.new()
    local got, is_inside, was_entered
    other:spawn(client, function()
      is_inside = true
      got = assert(client:get_job "j1").id
      is_inside = false
    end)
    other:every(0.001, function()
      was_entered = was_entered or is_inside
      return got == nil
    end)
    other:run()
    assert.equal("j1", got)
    assert.is_false(was_entered)
  end)

  it("moves to another controller when it is attached to it", function()
    service:fault { operation = "get_job", delay = 0.05, act = "before", times = "forever" }
    local other <const>, ids <const> = event_loops.hosts.cqueues.new(), {}
    host:spawn(client, function()
      ids[1] = assert(client:get_job "j1").id
    end)
    host.controller:step(0)
    other:attach(client)
    other:spawn(client, function()
      ids[2] = assert(client:get_job "j2").id
    end)
    other:run()
    host:run()
    assert.same({ "j1", "j2" }, ids)
  end)

  it("can be attached only to a controller", function()
    for _, wrong in ipairs { 1, "cqueues", {}, cqueues } do
      local ok <const>, message <const> = pcall(cqueues_loop.attach, client, wrong)
      assert.is_false(ok)
      assert.matches("attach: controller: expected what cqueues%.new%(%) returns", message)
    end
    assert.is_false(pcall(cqueues_loop.attach, client))
  end)
end)
