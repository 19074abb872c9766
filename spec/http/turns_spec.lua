-- How many ended transfers the core hands out in each turn.
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local cqueues <const> = require "cqueues"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

describe("the turns of a session", function()
  local client, session, exchanges

  before_each(function()
    local service <const> = sandbox.plain()
    service:reset()
    service:fault { operation = "get_job", delay = 30, times = 1000 }
    client = connect.client(service)
    session, exchanges = client.session, {}
  end)

  after_each(function()
    client:close()
  end)

  -- Starts transfers whose time limits all expire before the next step.
  local function start(count)
    for number = 1, count do
      exchanges[number] = session:exchange(core.operations.get_job.number, ID)
      exchanges[number]:start(number, "token", 0.001, 10, 1 << 20, false, 0)
    end
    cqueues.sleep(0.01)
  end

  -- Steps until nothing is ready. Returns the number of owners in each turn, and their total.
  -- Asserts that each owner comes once.
  local function turns()
    local sizes <const>, seen <const>, total = {}, {}, 0
    local owner = session:step(0)
    while owner do
      local count = 0
      while owner do
        assert.is_nil(seen[owner])
        seen[owner] = true
        count = count + 1
        owner = session:next()
      end
      sizes[#sizes + 1], total = count, total + count
      owner = session:step(0)
    end
    return sizes, total
  end

  it("grow from 4 owners to 64 while more are ready", function()
    start(200)
    local sizes <const>, total <const> = turns()
    assert.same({ 4, 8, 16, 32, 64, 64, 12 }, sizes)
    assert.equal(200, total)
  end)

  it("are short again after a step that found none", function()
    for _ = 1, 2 do
      start(30)
      assert.same({ 4, 8, 16, 2 }, (turns()))
    end
  end)

  it("start with a step", function()
    start(3)
    assert.is_nil(session:next())
    assert.same({ 3 }, (turns()))
  end)
end)
