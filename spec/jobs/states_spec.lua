-- What the states of a job mean.
local states <const> = require "bytenite.jobs.states"

describe("the state of a job", function()
  it("says how it ended", function()
    assert.equal("succeeded", states.outcome { state = "JOB_STATE_COMPLETE" })
    assert.equal("failed", states.outcome { state = "JOB_STATE_FAILED" })
    for _, state in ipairs { "JOB_STATE_NEW", "JOB_STATE_MERGED", "JOB_STATE_DOWNLOADING", "JOB_STATE_OTHER", 7 } do
      assert.is_nil(states.outcome { state = state })
    end
    assert.is_nil(states.outcome {})
  end)

  it("is a failure if the job has ended and is not complete", function()
    for _, name in ipairs { "endedAt", "deletedAt" } do
      local time <const> = "2025-08-27T21:51:41Z"
      assert.equal("failed", states.outcome { state = "JOB_STATE_STARTED", [name] = time })
      assert.equal("succeeded", states.outcome { state = "JOB_STATE_COMPLETE", [name] = time })
      assert.is_nil(states.outcome { state = "JOB_STATE_STARTED", [name] = "" })
      assert.is_nil(states.outcome { state = "JOB_STATE_STARTED", [name] = 7 })
    end
  end)

  it("is read from the table itself, ignoring its metatable", function()
    local job <const> = setmetatable({}, {
      __index = function()
        return "JOB_STATE_COMPLETE"
      end,
    })
    assert.is_nil(states.outcome(job))
    assert.is_nil(states.fraction(job))
  end)

  it("says how much of the work is done", function()
    assert.equal(0, states.fraction { state = "JOB_STATE_NEW" })
    assert.equal(1, states.fraction { state = "JOB_STATE_COMPLETE" })
    assert.is_true(math.abs(1 / 9 - states.fraction { state = "JOB_STATE_STARTED" }) < 1e-12)
    assert.is_nil(states.fraction { state = "JOB_STATE_FAILED" })
    assert.is_nil(states.fraction {})
  end)
end)
