-- Several downloads at once: together they leave a connection for calls of on_progress.
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local event_loops <const> = require "spec.support.event_loops"
local sandbox <const> = require "spec.support.sandbox"
local transfers <const> = require "spec.support.transfers"

local PATIENCE <const> = 30 -- seconds
local BIG <const> = ("0123456789abcdef"):rep(16 * 1024) -- 256 KiB
local FILES <const> = 6 -- of each download

describe("several downloads at once", function()
  local service, client, base

  -- Resets the sandbox, and makes the job and its results.
  local function set_up()
    service:reset()
    service:put_job("j1", '{"id":"j1","state":"JOB_STATE_COMPLETE"}')
    local results <const> = {}
    for index = 1, FILES do
      results[index] = { name = "f" .. index, content = BIG }
    end
    service:set_results("j1", results)
  end

  after_each(function()
    client:close()
  end)

  transfers.download_for_each_test(before_each, after_each, sandbox.plain, function(transfer)
    service, base = transfer.service, transfer.folder
    client = connect.client(service, { max_connections = 4, max_retries = 0 })
    set_up()
  end)

  -- Starts a download of the job into a folder of its own.
  local function start(number, options)
    return client:async(function()
      return client:job("j1"):download(base:at("results" .. number), options)
    end)
  end

  local function step_until(is_over, problem)
    local give_up_at <const> = core.now() + PATIENCE
    while not is_over() do
      assert(core.now() < give_up_at, problem)
      client:step(0.05)
    end
  end

  local function step_on()
    for _ = 1, 10 do
      client:step(0.02)
    end
  end

  local function count_downloads()
    return #service:requests("download")
  end

  local function hang()
    service:fault { operation = "download", hang = true, times = "forever" }
  end

  -- Waits until the three slots have hanging requests, and asserts that no other is sent.
  local function fill_slots()
    step_until(function()
      return count_downloads() >= 3
    end, "the first files are not fetched")
    step_on()
    assert.equal(3, count_downloads())
  end

  it("leave a connection for calls of on_progress", function()
    local calls = 0
    local future <const> = client:async(function()
      return client:map({ 1, 2 }, function(number)
        return client:job("j1"):download(base:at("results" .. number), {
          on_progress = function()
            assert(client:get_job "j1")
            calls = calls + 1
          end,
        })
      end)
    end)
    step_until(function()
      return future:done()
    end, "no connection becomes free")
    for _, outcome in ipairs(future:get()) do
      assert.is_true(outcome.ok, tostring(outcome.error))
      assert.equal(FILES, #outcome.value)
    end
    assert.is_true(calls >= 2 * FILES)
  end)

  it("have three files in flight together, with four connections", function()
    hang()
    local first <const>, second <const> = start(1), start(2)
    fill_slots()
    first:cancel()
    second:cancel()
  end)

  it("pass on the slots of a cancelled one", function()
    hang()
    local first <const> = start(1)
    fill_slots()
    local second <const> = start(2)
    step_on()
    set_up()
    first:cancel()
    step_until(function()
      return second:done()
    end, "the slots are lost")
    assert.equal(FILES, #assert(second:get()))
  end)

  it("lose no slots when one is cancelled while it waits", function()
    hang()
    local first <const> = start(1)
    fill_slots()
    local second <const>, third <const> = start(2), start(3)
    step_on()
    second:cancel()
    set_up()
    first:cancel()
    step_until(function()
      return third:done()
    end, "the slots are lost")
    assert.equal(FILES, #assert(third:get()))
    set_up()
    hang()
    local last <const>, other <const> = start(4), start(5)
    fill_slots()
    last:cancel()
    other:cancel()
  end)

  it("end when their client is closed while they wait", function()
    hang()
    local futures <const> = {}
    for number = 1, 40 do
      futures[number] = start(number)
    end
    fill_slots()
    client:close()
    for _, future in ipairs(futures) do
      assert.is_true(future:done())
      local none <const>, err <const> = future:get()
      assert.is_nil(none)
      assert.equal("closed", err.kind)
    end
    assert.same({}, base:names())
  end)

  for loop, Host in pairs(event_loops.hosts) do
    it("end when their client is closed while they wait in the loop of " .. loop, function()
      local host <const> = Host.new()
      host:attach(client)
      local kinds <const> = {}
      for number = 1, 3 do
        host:spawn(client, function()
          local _, err <const> = client:job("j1"):download(base:at("results" .. number), {
            on_progress = function()
              client:close()
            end,
          })
          kinds[#kinds + 1] = err.kind
        end)
      end
      host:run()
      assert.same({ "closed", "closed", "closed" }, kinds)
    end)
  end
end)
