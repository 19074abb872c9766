-- job:wait: refreshing a job until it has ended.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local cqueues <const> = require "cqueues"
local refusals <const> = require "spec.support.refusals"
local watched_job <const> = require "spec.support.watched_job"

local ID <const> = watched_job.ID
local assert_near <const>, looks <const> = watched_job.assert_near, watched_job.looks
local show <const>, show_state <const>, times_of_looks <const> =
  watched_job.show, watched_job.show_state, watched_job.times_of_looks

describe("waiting for a job", function()
  local service, client, job, clock

  before_each(function()
    service, client, job, clock = watched_job.begin()
  end)

  after_each(function()
    client:close()
  end)

  it("returns the job itself, refreshed, once it is complete", function()
    show_state "PARTITIONED"
    show '"state":"JOB_STATE_COMPLETE","numChunks":"12"'
    local ended <const>, problem <const>, third <const> = job:wait()
    assert.equal(job, ended)
    assert.is_nil(problem)
    assert.is_nil(third)
    assert.same({ "JOB_STATE_COMPLETE", 12 }, { job.state, job.numChunks })
  end)

  it("refreshes a job that has ended at once, and only once", function()
    show_state "COMPLETE"
    assert_near({ 0 }, (times_of_looks()))
    assert.equal(1, looks())
  end)

  it("refreshes again after 1 s, then after 1.5 times the last interval, up to 10 s", function()
    show_state("PARTITIONED", 9)
    show_state "COMPLETE"
    assert_near({
      0,
      1,
      2.5,
      4.75,
      8.125,
      13.1875,
      20.78125,
      30.78125,
      40.78125,
      50.78125,
    }, (times_of_looks()))
  end)

  it("accepts other intervals", function()
    show_state("PARTITIONED", 4)
    show_state "COMPLETE"
    assert_near({ 0, 4, 9, 14, 19 }, (times_of_looks { interval = 4, max_interval = 5 }))
  end)

  it("obeys an interval that is longer than the default maximum", function()
    show_state("PARTITIONED", 2)
    show_state "COMPLETE"
    assert_near({ 0, 60, 120 }, (times_of_looks { interval = 60 }))
  end)

  it("obeys a maximum that is shorter than the default interval", function()
    show_state("PARTITIONED", 2)
    show_state "COMPLETE"
    assert_near({ 0, 0.5, 1 }, (times_of_looks { max_interval = 0.5 }))
  end)

  describe("returns job_failed", function()
    local function assert_failed(message, members)
      show(members)
      local ended <const>, problem <const>, third <const> = job:wait()
      assert.is_nil(ended)
      assert.same({ "job_failed", message, false }, { problem.kind, problem.message, problem.retryable })
      assert.equal(job, third)
      assert.equal(1, looks())
    end

    it("with the service's message", function()
      assert_failed("GPU memory ran out", '"state":"JOB_STATE_FAILED","errorMessage":"GPU memory ran out"')
      assert.equal("JOB_STATE_FAILED", job.state)
    end)

    it("if the service has no message", function()
      assert_failed("ended in state JOB_STATE_FAILED", '"state":"JOB_STATE_FAILED","errorMessage":""')
    end)

    it("for a job that ended in another state", function()
      assert_failed(
        "ended in state JOB_STATE_PARTITIONED",
        '"state":"JOB_STATE_PARTITIONED","endedAt":"2025-01-01T00:00:00Z"'
      )
    end)

    it("for a job that was deleted", function()
      assert_failed("ended in state JOB_STATE_NEW", '"state":"JOB_STATE_NEW","deletedAt":"2025-01-01T00:00:00Z"')
    end)

    it("for a job that ended in a state without a name", function()
      assert_failed("ended in state 17", '"state":17,"endedAt":"2025-01-01T00:00:00Z"')
    end)

    it("for a job that ended in no state", function()
      assert_failed("ended in an unknown state", '"endedAt":"2025-01-01T00:00:00Z"')
    end)

    it("without the secrets in the message", function()
      assert_failed(
        "cannot read https://example.org/in?[redacted]",
        '"state":"JOB_STATE_FAILED","errorMessage":"cannot read https://example.org/in?signature=abcdefghijklmnop"'
      )
    end)

    it("on one line", function()
      show '"state":"JOB_STATE_FAILED","errorMessage":"no GPU"'
      local _ <const>, problem <const> = job:wait()
      assert.equal("job_failed: no GPU; job:logs() may say why", tostring(problem))
    end)
  end)

  it("treats COMPLETE as success, whatever else is set", function()
    show '"state":"JOB_STATE_COMPLETE","endedAt":"2025-01-01T00:00:00Z","errorMessage":"a warning"'
    assert.equal(job, job:wait())
  end)

  it("treats unknown and unset states as not final", function()
    show '"state":"JOB_STATE_POLISHING"'
    show '"state":42'
    show '"state":null,"endedAt":null'
    show '"state":"","endedAt":"","deletedAt":""'
    show '"name":"no state at all"'
    show '"state":"JOB_STATE_ABORTING","endedAt":0'
    show_state "COMPLETE"
    assert.equal(job, job:wait())
    assert.equal(7, looks())
  end)

  it("waits for a job that was never run", function()
    show_state("NEW", 3)
    show_state "COMPLETE"
    assert.equal(job, job:wait())
  end)

  describe("with a timeout", function()
    it("gives up at its end, and names the last state of the job", function()
      show_state("MERGING", "forever")
      local began <const> = clock.time
      local ended <const>, problem <const>, third <const> = job:wait { timeout = 60 }
      assert.is_nil(ended)
      assert.equal(job, third)
      assert.same({ "timeout", true }, { problem.kind, problem.retryable })
      assert.equal("job j1 is still JOB_STATE_MERGING after 60 s", problem.message)
      assert.is_true(math.abs(clock.time - began - 60) < 1e-6)
      assert.matches(
        "^timeout: job j1 is still JOB_STATE_MERGING after 60 s %(%d+ attempts in 60.000 s%)$",
        tostring(problem)
      )
    end)

    it("refreshes once more shortly before its end", function()
      show_state("MERGING", "forever")
      assert_near({ 0, 1, 2.5, 4.75, 8.125, 11 }, (times_of_looks { timeout = 12 }))
    end)

    it("refreshes once more shortly before its end, however short the timeout", function()
      show_state("MERGING", "forever")
      assert_near({ 0, 0.09 }, (times_of_looks { timeout = 0.1 }))
    end)

    it("has a hint for a job that was never run", function()
      show_state("NEW", "forever")
      local _ <const>, problem <const> = job:wait { timeout = 1 }
      assert.equal("it was never run: job:run()", problem.hint)
    end)

    it("names the error of the last refresh if it failed", function()
      show_state "MERGING"
      service:fault { operation = "get_job", status = 503, times = "forever" }
      local _ <const>, problem <const> = job:wait { timeout = 3 }
      assert.equal("timeout", problem.kind)
      assert.matches("^the last refresh failed: GET /v1/customer/jobs/j1: 503 unavailable", problem.hint)
    end)

    it("limits the pending refresh, too #timing", function()
      service:fault { operation = "get_job", hang = true }
      local real <close> = connect.client(service)
      local began <const> = cqueues.monotime()
      local ended <const>, problem <const> = real:job(ID):wait { timeout = 0.1 }
      assert.same({ nil, "timeout" }, { ended, problem.kind })
      assert.matches("still in an unknown state after 0.1 s", problem.message)
      assert.is_true(cqueues.monotime() - began < 2)
    end)

    it("obeys the limits that were given for a refresh", function()
      service:fault { operation = "get_job", hang = true, times = "forever" }
      local real <close> = connect.client(service)
      for _, timeout in ipairs { false, 60 } do
        local options <const> = { interval = 0.001, timeout = timeout or nil }
        local _ <const>, problem <const> = real:job(ID):wait(options, { deadline = 0.02 })
        assert.same({ "timeout", "GET" }, { problem.kind, problem.method })
      end
    end)
  end)

  it("is_final recognises the same final states", function()
    for members, expected in pairs {
      ['"state":"JOB_STATE_COMPLETE"'] = true,
      ['"state":"JOB_STATE_FAILED"'] = true,
      ['"state":"JOB_STATE_DOWNLOADING"'] = false,
      ['"state":"JOB_STATE_POLISHING"'] = false,
      ['"state":42'] = false,
      ['"state":"JOB_STATE_NEW","endedAt":"2025-01-01T00:00:00Z"'] = true,
      ['"state":"JOB_STATE_NEW","deletedAt":"2025-01-01T00:00:00Z"'] = true,
      ['"state":"JOB_STATE_NEW","endedAt":"","deletedAt":null'] = false,
      ['"state":"JOB_STATE_NEW","endedAt":"0001-01-01T00:00:00Z","deletedAt":"1970-01-01T00:00:00Z"'] = false,
    } do
      show(members)
      assert.equal(expected, assert(job:refresh()):is_final(), members)
    end
    assert.is_false(client:job("x"):is_final())
  end)

  describe("refuses", function()
    for message, call in pairs {
      ['wait: unknown option "timeuot": did you mean "timeout"?'] = { { timeuot = 3 } },
      ["wait: timeout: expected seconds above 0 and up to 2147483, got 0"] = { { timeout = 0 } },
      ["wait: interval: expected a number, got a string"] = { { interval = "1" } },
      ["wait: max_interval: must not be below interval"] = { { interval = 3, max_interval = 2 } },
      ["wait: on_progress: expected a function, got a string"] = { { on_progress = "print" } },
      ["wait: options: expected a table, got a number"] = { 600 },
      ['wait: unknown option "interval": expected one of deadline, max_response_bytes, max_retries, timeout'] = {
        {},
        { interval = 3 },
      },
    } do
      it("bad input: " .. message, function()
        assert.equal(
          message,
          refusals.message(function()
            local _ <const> = job:wait(table.unpack(call))
          end)
        )
        assert.same({}, service:requests())
      end)
    end

    it("anything but a job", function()
      assert.matches(
        "^wait: expected a job, got a table",
        refusals.message(function()
          local _ <const> = bytenite.Job.wait {}
        end)
      )
    end)
  end)
end)
