-- job:wait with refreshes that fail, with progress, and concurrently with other things.
local connect <const> = require "spec.support.connect"
local cqueues <const> = require "cqueues"
local cqueues_loop <const> = require "bytenite.loop.cqueues"
local watched_job <const> = require "spec.support.watched_job"

local ID <const> = watched_job.ID
local assert_near <const>, looks <const> = watched_job.assert_near, watched_job.looks
local show <const>, show_state <const>, times_of_looks <const> =
  watched_job.show, watched_job.show_state, watched_job.times_of_looks

local STATES <const> = {
  "NEW",
  "STARTED",
  "UPLOADING",
  "PARTITIONING",
  "PARTITIONED",
  "TASKS_COMPLETED",
  "MERGING",
  "MERGED",
  "DOWNLOADING",
  "COMPLETE",
}

describe("waiting for a job", function()
  local service, client, job

  before_each(function()
    service, client, job = watched_job.begin()
  end)

  after_each(function()
    client:close()
  end)

  describe("when a refresh fails", function()
    it("continues if another may succeed", function()
      service:fault { operation = "get_job", status = 503 }
      service:fault { operation = "get_job", reset = true }
      service:fault { operation = "get_job", status = 429 }
      service:fault { operation = "get_job", status = 500 }
      show_state "MERGING"
      service:fault { operation = "get_job", status = 503, times = 4 }
      show_state "COMPLETE"
      assert.equal(job, job:wait())
      assert.equal(10, looks())
    end)

    it("gives up after the fifth failure in a row", function()
      service:fault { operation = "get_job", status = 503, times = "forever" }
      local ended <const>, problem <const>, third <const> = job:wait()
      assert.same({ nil, "unavailable", 503 }, { ended, problem.kind, problem.status })
      assert.equal(job, third)
      assert.equal(5, looks())
    end)

    it("waits as long as the service demands", function()
      service:fault { operation = "get_job", status = 503, retry_after = 90 }
      show_state "COMPLETE"
      assert_near({ 90 }, (times_of_looks()))
    end)

    for status, kind in pairs { [404] = "not_found", [403] = "permission_denied", [400] = "bad_request" } do
      it(("returns %s at once"):format(kind), function()
        show_state "MERGING"
        service:fault { operation = "get_job", status = status }
        local ended <const>, problem <const>, third <const> = job:wait()
        assert.same({ nil, kind, "JOB_STATE_MERGING" }, { ended, problem.kind, third.state })
        assert.equal(job, third)
        assert.equal(2, looks())
      end)
    end

    it("returns not_found for a job that is gone", function()
      local _ <const>, problem <const> = client:job("nowhere"):wait()
      assert.equal("not_found", problem.kind)
    end)
  end)

  describe("reports progress", function()
    it("after each refresh, in the order of the states", function()
      local seen <const> = {}
      for _, state in ipairs(STATES) do
        show_state(state)
      end
      assert(job:wait {
        on_progress = function(shown, fraction)
          assert.equal(job, shown)
          seen[#seen + 1] = ("%s %.3f"):format(shown.state, fraction)
        end,
      })
      for index, state in ipairs(STATES) do
        assert.equal(("JOB_STATE_%s %.3f"):format(state, (index - 1) / 9), seen[index])
      end
      assert.equal(10, #seen)
    end)

    it("that never decreases, and does not change in an unknown state", function()
      local seen <const> = {}
      show_state "POLISHING"
      show_state "MERGING"
      show_state "PARTITIONED"
      show '"state":42'
      show_state "MERGED"
      show_state "FAILED"
      job:wait {
        on_progress = function(_, fraction)
          seen[#seen + 1] = ("%.3f"):format(fraction)
        end,
      }
      assert.same({ "0.000", "0.667", "0.667", "0.667", "0.778", "0.778" }, seen)
    end)

    it("but not after a refresh that failed", function()
      local calls = 0
      service:fault { operation = "get_job", status = 503 }
      show_state "COMPLETE"
      assert(job:wait {
        on_progress = function()
          calls = calls + 1
        end,
      })
      assert.equal(1, calls)
    end)

    it("and passes on errors that are raised there", function()
      show_state("MERGING", "forever")
      local raised <const> = {}
      local ok <const>, got <const> = pcall(job.wait, job, {
        on_progress = function()
          error(raised)
        end,
      })
      assert.is_false(ok)
      assert.equal(raised, got)
      assert.equal(1, looks())
    end)

    it("to a function that may change the table", function()
      show_state "COMPLETE"
      assert.equal(
        job,
        job:wait {
          on_progress = function(shown)
            shown.state = "JOB_STATE_FAILED"
          end,
        }
      )
    end)

    it("to a function that may make calls", function()
      show_state "MERGING"
      show_state "MERGED"
      show_state "COMPLETE"
      local seen <const> = {}
      assert(job:wait {
        on_progress = function(shown)
          if #seen == 0 then assert(shown:refresh()) end
          seen[#seen + 1] = shown.state
        end,
      })
      assert.same({ "JOB_STATE_MERGED", "JOB_STATE_COMPLETE" }, seen)
    end)
  end)

  describe("while other things happen", function()
    local real

    before_each(function()
      real = connect.client(service)
    end)

    after_each(function()
      real:close()
    end)

    local QUICKLY <const> = { interval = 0.01 }

    it("waits for many jobs at once in client:map #timing", function()
      local jobs <const> = {}
      for index = 1, 50 do
        local id <const> = "m" .. index
        service:put_job(id, ('{"id":"%s","state":"JOB_STATE_MERGING"}'):format(id))
        jobs[index] = real:job(id)
      end
      real:async(function()
        for index = 1, 50 do
          local id <const> = "m" .. index
          service:put_job(id, ('{"id":"%s","state":"JOB_STATE_COMPLETE"}'):format(id))
        end
      end)
      local began <const> = cqueues.monotime()
      local results <const> = real:map(jobs, function(each)
        return each:wait { interval = 0.1 }
      end)
      assert.equal(50, results.succeeded)
      assert.is_true(cqueues.monotime() - began < 2)
    end)

    it("drives futures while it blocks", function()
      service:put_job(ID, '{"id":"j1","state":"JOB_STATE_NEW"}')
      real:async(function()
        service:put_job(ID, '{"id":"j1","state":"JOB_STATE_COMPLETE"}')
      end)
      local waited <const> = real:async(function()
        return real:job(ID):wait(QUICKLY)
      end)
      assert.equal("JOB_STATE_COMPLETE", assert(real:job(ID):wait(QUICKLY)).state)
      assert.equal("JOB_STATE_COMPLETE", assert(waited:get(5)).state)
    end)

    it("blocks in a callback of a C function", function()
      show_state "MERGING"
      show_state "COMPLETE"
      local text <const> = ("x"):gsub("x", function()
        return assert(real:job(ID):wait(QUICKLY)).state
      end)
      assert.equal("JOB_STATE_COMPLETE", text)
    end)

    it("suspends a coroutine of an event loop", function()
      show_state("MERGING", 3)
      show_state "COMPLETE"
      local loop <const> = cqueues.new()
      cqueues_loop.attach(real, loop)
      local state
      local ticks = 0
      loop:wrap(function()
        state = assert(real:job(ID):wait { interval = 0.05 }).state
      end)
      loop:wrap(function()
        while not state do
          ticks = ticks + 1
          cqueues.sleep(0.01)
        end
      end)
      assert(loop:loop(5))
      assert.equal("JOB_STATE_COMPLETE", state)
      assert.is_true(ticks > 5, ticks .. " ticks")
    end)

    it("ends when it is cancelled", function()
      show_state("MERGING", "forever")
      local waiting <const> = real:async(function()
        return real:job(ID):wait { interval = 60 }
      end)
      waiting:get(0.05)
      waiting:cancel()
      local _ <const>, problem <const> = waiting:get()
      assert.equal("cancelled", problem.kind)
      assert.is_false(real:step())
    end)

    it("ends when the client is closed by another task", function()
      show_state("MERGING", "forever")
      local waiting <const> = real:async(function()
        return real:job(ID):wait { interval = 60 }
      end)
      waiting:get(0.05)
      real:close()
      local ended <const>, problem <const> = waiting:get()
      assert.same({ nil, "closed" }, { ended, problem.kind })
    end)

    it("that blocks ends when the client is closed by another task #timing", function()
      show_state("MERGING", "forever")
      local closing <const> = real:async(function()
        real:job(ID):wait { interval = 0.01, timeout = 0.1 } -- until the other wait sleeps
        real:close()
      end)
      local began <const> = cqueues.monotime()
      local ended <const>, problem <const> = real:job(ID):wait { interval = 60 }
      assert.same({ nil, "closed", true }, { ended, problem.kind, closing:done() })
      assert.is_true(cqueues.monotime() - began < 2)
    end)

    it("ends when on_progress closes the client", function()
      show_state("MERGING", "forever")
      local closing <const> = {
        interval = 60,
        on_progress = function()
          real:close()
        end,
      }
      local _ <const>, problem <const> = real:job(ID):wait(closing)
      assert.equal("closed", problem.kind)
    end)

    it("in an event loop ends when the client is closed", function()
      show_state("MERGING", "forever")
      local loop <const> = cqueues.new()
      cqueues_loop.attach(real, loop)
      local kind
      loop:wrap(function()
        kind = select(2, real:job(ID):wait { interval = 60 }).kind
      end)
      loop:wrap(function()
        cqueues.sleep(0.05)
        real:close()
      end)
      assert(loop:loop(5))
      assert.is_true(loop:empty())
      assert.equal("closed", kind)
    end)
  end)
end)
