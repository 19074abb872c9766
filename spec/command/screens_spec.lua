-- The output of `bytenite` on terminals of 40, 80 and 200 columns, line by line.
local command <const> = require "spec.support.command"
local sandbox <const> = require "spec.support.sandbox"
local screen <const> = require "spec.support.screen"

local ONE <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local TWO <const> = "0a8e5d1b-94f7-4e31-8b6c-d25f1c7e9a04"

describe("on a screen", function()
  if not command.has_terminals() then return pending "this system has no pseudo-terminals" end

  local terminal <const> = command.terminal(teardown)
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
  end)

  local function see(columns, arguments, options)
    options = options or {}
    options.columns = columns
    local seen <const> = command.in_terminal(terminal, service, arguments, options)
    return screen.lines(seen.output, columns), seen
  end

  local function response(operation, body, times)
    service:fault { operation = operation, body = body, times = times or "forever" }
  end

  local function with_jobs(state)
    response(
      "list_jobs",
      ([[{"data":[
        {"id":"%s","name":"Nightly batch of August, all of the sunsets","state":"%s","createdAt":"2025-08-27T17:56:02.1Z"},
        {"id":"%s","name":"x","state":"JOB_STATE_FAILED","createdAt":null}],"pagination":{"total":2}}]]):format(
        ONE,
        state,
        TWO
      )
    )
  end

  describe("the list of jobs", function()
    it("shows everything if there is room", function()
      with_jobs "JOB_STATE_COMPLETE"
      assert.same({
        "ID                                    STATE     CREATED (UTC)        NAME",
        ONE .. "  complete  2025-08-27 17:56:02  Nightly batch of August, all of the sunsets",
        TWO .. "  failed                         x",
      }, (see(200, { "list" })))
    end)

    it("shortens times for names at 80 columns", function()
      with_jobs "JOB_STATE_COMPLETE"
      assert.same({
        "ID                                    STATE     CREATED      NAME",
        ONE .. "  complete  08-27 17:56  Nightly batch of...",
        TWO .. "  failed                 x",
      }, (see(80, { "list" })))
      service:reset()
      with_jobs "JOB_STATE_TASKS_COMPLETED"
      assert.same({
        "ID                                    STATE            CREATED  NAME",
        ONE .. "  tasks completed  08-27    Nightly batch...",
        TWO .. "  failed                    x",
      }, (see(80, { "list" })))
    end)

    it("uses two lines for a job at 40 columns, with the complete id", function()
      with_jobs "JOB_STATE_COMPLETE"
      assert.same({
        "ID",
        "  STATE     CREATED  NAME",
        ONE,
        "  complete  08-27    Nightly batch of...",
        TWO,
        "  failed             x",
      }, (see(40, { "list" })))
    end)

    it("never wraps", function()
      with_jobs "JOB_STATE_TASKS_COMPLETED"
      for columns = 37, 130, 3 do
        for _, line in ipairs((see(columns, { "list" }))) do
          assert.is_true(#line <= columns)
        end
        local lines <const> = see(columns, { "list" })
        assert.is_true(#lines == 3 or #lines == 6, columns .. ": " .. table.concat(lines, "\n"))
      end
    end)

    it("is indented and coloured as JSON", function()
      response(
        "list_jobs",
        '{"data":[{"name":"a \\": b","id":"i","params":{},"numChunks":2,"x":null}],"pagination":{"total":1}}'
      )
      local lines <const>, seen <const> = see(80, { "list", "--json" })
      assert.same({
        "[",
        "  {",
        '    "id": "i",',
        '    "name": "a \\": b",',
        '    "params": {},',
        '    "numChunks": 2,',
        '    "x": null',
        "  }",
        "]",
      }, lines)
      assert.is_truthy(seen.output:find('\27[34m"name"\27[0m:\27[32m "a \\": b"\27[0m,', 1, true), seen.output)
    end)
  end)

  it("a job has time zones and units", function()
    response(
      "get_job",
      ([[{"job":{"id":"%s","name":"Nightly","state":"JOB_STATE_COMPLETE","createdAt":"2025-08-27T17:56:02.1Z",
      "startedAt":"2025-08-27T17:56:02+02:00","duration":302.81,"paymentAmount":0.0025,"numChunks":4,
      "config":{"jobTimeout":86400,"taskTimeout":3600,"isTestJob":true,"extra":[1]}}}]]):format(ONE)
    )
    for _, columns in ipairs { 80, 200 } do
      assert.same({
        "id        " .. ONE,
        "name      Nightly",
        "state     complete",
        'config    task timeout 3600 s, job timeout 86400 s, a test, {"extra":[1]}',
        "created   2025-08-27 17:56:02 UTC",
        "started   2025-08-27 17:56:02",
        "duration  302.81 s",
        "chunks    4",
        "cost      0.0025 ByteChips",
      }, (see(columns, { "get", ONE })))
    end
  end)

  describe("the bar of a wait", function()
    before_each(function()
      for _, state in ipairs { "STARTED", "PARTITIONED", "FAILED" } do
        service:fault {
          operation = "get_job",
          body = ('{"job":{"id":"%s","name":"n","state":"JOB_STATE_%s"}}'):format(ONE, state),
        }
      end
    end)

    for columns, line in pairs {
      [200] = "waiting [##########--------------]  44 % failed",
      [80] = "waiting [##########--------------]  44 % failed",
      [40] = "waiting [##########-------------]  44 %",
      [24] = "waiting [###----]  44 %",
      [14] = "waiting  44 %",
      [10] = "...  44 %",
    } do
      it(("keeps its percentage at %d columns"):format(columns), function()
        local lines <const>, seen <const> = see(columns, { "wait", ONE, "--interval", "0.02" })
        assert.equal(11, seen.status)
        assert.equal(line, lines[1])
      end)
    end
  end)
end)
