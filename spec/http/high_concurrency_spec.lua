-- Many calls in flight at once, for which a client waits in another way than for a few.
local connect <const> = require "spec.support.connect"
local cqueues <const> = require "cqueues"
local memory <const> = require "spec.support.memory"
local numbers <const> = require("spec.support.numbers").list
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = connect.JOB_ID
local LARGE <const> = { app = { text = ("y"):rep(61000) } } -- too large for HTTP/2
local CALLS <const>, AT_ONCE <const> = 300, 32
local SOON <const> = 20 -- seconds: many times as long as the calls take, shorter than the delay after a lost wake-up

local kinds <const> = {
  { name = "over HTTP/1.1", start = sandbox.plain, options = { deadline = SOON } },
  { name = "over HTTP/2", start = sandbox.tls, options = { deadline = SOON, http_version = "2" } },
}

for _, kind in ipairs(kinds) do
  describe("many calls at once " .. kind.name, function()
    local service, client

    before_each(function()
      service = connect.prepare(kind.start())
      client = connect.client(service, kind.options)
      assert(client:get_job(ID))
    end)

    after_each(function()
      client:close()
    end)

    -- Runs CALLS calls. If `meanwhile` is given, it replaces the call in the middle, and its result
    -- is returned.
    local function run(meanwhile)
      local given
      local started_at <const> = cqueues.monotime()
      local results <const> = client:map(numbers(CALLS), function(number)
        if not meanwhile or number ~= CALLS // 2 then return client:get_job(ID) end
        given = meanwhile()
        return given
      end, { concurrency = AT_ONCE })
      assert.same({ CALLS, 0 }, { results.succeeded, results.failed })
      assert.is_true(cqueues.monotime() - started_at < SOON)
      return given
    end

    it("continue if a loop asks for the descriptor meanwhile, and so do later calls", function()
      local pollable <const> = run(function()
        return client:pollable()
      end)
      assert.is_true(pollable:pollfd() >= 0)
      assert.equal(ID, client:get_job(ID).id)
      run()
    end)

    it("continue next to a large body, and are followed by one call alone", function()
      local job <const> = run(function()
        return client:job(ID):set_params(LARGE)
      end)
      assert.equal(LARGE.app.text, job.params.app.text)
      assert.equal(ID, client:get_job(ID).id)
      run()
    end)

    it("accept responses that arrived while the host was busy, though their time is up by then #timing", function()
      local function start_all(delay)
        service:fault { operation = "get_job", delay = delay, times = 100 }
        local futures <const> = {}
        for i = 1, 100 do
          futures[i] = client:async(client.get_job, client, ID, { timeout = 3, max_retries = 0 })
        end
        return futures
      end
      assert.equal(0, client:wait_all(start_all(0.1)).failed) -- opens the connections
      local futures <const> = start_all(1)
      for _ = 1, 50 do
        client:step(0.001)
      end
      assert.equal(100, client.session:in_flight())
      cqueues.sleep(3.2)
      local results <const> = client:wait_all(futures)
      assert.equal(0, results.failed)
    end)

    it("keep their time limits: one without a response ends by itself #timing", function()
      service:fault { operation = "set_name", hang = true }
      local problem <const> = run(function()
        local _, problem <const> = client:job(ID):set_name("Other", { timeout = 0.1 })
        return problem
      end)
      assert.equal("timeout", problem.kind)
      assert.is_true(problem.elapsed < 2)
    end)

    it("end with their client, even if their tables served other calls before", function()
      run()
      service:fault { operation = "get_job", hang = true, times = "forever" }
      local kinds_met <const> = {}
      client:map(numbers(AT_ONCE), function(number)
        if number == AT_ONCE then return client:close() end
        return client:get_job(ID)
      end, {
        concurrency = AT_ONCE,
        on_done = function(_, _, problem)
          if problem then kinds_met[problem.kind] = (kinds_met[problem.kind] or 0) + 1 end
        end,
      })
      assert.same({ closed = AT_ONCE - 1 }, kinds_met)
    end)

    it("leave nothing of their bodies in memory", function()
      local function send(size)
        client:map(numbers(AT_ONCE), function(number)
          return client:request { path = "/customer/info", method = "GET", body = ("z"):rep(size) .. number }
        end, { concurrency = AT_ONCE })
      end
      send(10)
      local before <const> = memory.in_use()
      send(40000)
      assert.is_true(memory.in_use() - before < 200) -- the bodies have 1,250 KiB
    end)

    it("are never confused with earlier calls on their job", function()
      local results <const> = client:map({ client:job(ID) }, function(job)
        return job:refresh() and job:set_name "Other" and job:refresh()
      end)
      assert.equal("Other", results[1].value.name)
    end)

    it("take turns on a job, though the tables of ended calls are reused", function()
      local results <const> = client:map(numbers(60), function(number)
        local job <const> = client:job(ID)
        assert(job:refresh())
        local one <const> = client:async(job.set_name, job, "Name " .. number)
        local other <const> = client:async(job.set_configs, job, { jobTimeout = number })
        assert(client:wait_all({ one, other }).succeeded == 2)
        return assert(job:refresh()).id
      end, { concurrency = 8 })
      assert.equal(60, results.succeeded)
    end)
  end)
end
