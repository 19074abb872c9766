-- Slurm's srun as launcher. Run by scripts/slurm, which starts a cluster of one node and names its settings.
local block_jobs <const> = require "spec.support.block_jobs"
local blocks <const> = require "spec.support.blocks"
local folder <const> = require "spec.support.folder"

local settings <const> = assert(os.getenv "SPEC_SLURM_CONF", "run scripts/slurm")

-- What docs/blocks.md gives for Slurm. srun finds its settings in a file of this run.
local function template()
  local file <close> = assert(io.open "docs/blocks.md")
  local words <const> = assert(file:read("a"):match "%-%-launcher '(srun [^']*)'")
  return ("env SLURM_CONF=%s %s"):format(settings, (words:gsub("%s+", " ")))
end

-- Whether a process runs.
local function is_alive(pid)
  local file <close> = io.open(("/proc/%s/stat"):format(pid))
  local stat <const> = file and file:read "a"
  return stat ~= nil and stat:match "%) (%a)" ~= "Z"
end

describe("Slurm as launcher", function()
  local jobs, data, place

  setup(function()
    place = blocks.folder()
    for name, script in pairs {
      place = 'echo "$SLURM_JOB_ID $SLURM_CPUS_PER_TASK"; pwd; echo "$TASK_DIR"; cat "$TASK_DIR/data.bin"',
      fail = "echo no; exit 3",
      hang = "echo $$; sleep 1000 & echo $!; wait",
    } do
      place:block(name, { script = script, more = { device_requirements = { min_cpu = 1 } } })
      place:template(name, { app = name })
    end
    os.execute(("cp -R examples/blocks '%s/examples'"):format(place.path))
    data = folder.new()
    jobs = block_jobs.start(place.path, ("--data '%s/data' --launcher '%s'"):format(data.path, template()))
  end)

  teardown(function()
    jobs:close()
    place:close()
    local _ <close> = data
  end)

  it("runs each program as a job of the cluster, in the run's folder", function()
    local job <const> = jobs:run { templateId = "place", input = "text" }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    local lines <const> = jobs:logs(job.id).tasks[1]
    assert.is_truthy(lines[1]:find "^%d+ 1$")
    assert.equal(lines[3], lines[2] .. "/task")
    assert.equal("text", lines[4])
  end)

  it("counts words in four tasks", function()
    local file <close> = assert(io.open "examples/blocks/gettysburg.txt")
    local job <const> = jobs:run { templateId = "word-count", input = file:read "a" }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    assert.equal(4, job.numChunks)
    assert.is_truthy(jobs:results(job.id)["out_0/words.txt"]:find "^13 that\n")
  end)

  it("passes on the status of a program that fails", function()
    local job <const> = jobs:run { templateId = "fail" }
    assert.equal("JOB_STATE_FAILED", job.state)
    assert.is_truthy(job.errorMessage:find("it exited with status 3", 1, true), job.errorMessage)
  end)

  it("ends what runs in the cluster when a job is aborted, or takes too long", function()
    for _, config in ipairs { { taskTimeout = 60 }, { taskTimeout = 2 } } do
      local id <const> = jobs:start { templateId = "hang", config = config }
      local pids <const> = jobs.wait_until(function()
        local task <const> = jobs:logs(id).tasks[1]
        return task and task[2] and task
      end)
      assert.is_truthy(pids[1]:find "^%d+$" and pids[2]:find "^%d+$")
      if config.taskTimeout == 60 then jobs.api:call("POST", ("/customer/jobs/%s/abort"):format(id)) end
      assert.equal("JOB_STATE_FAILED", jobs:wait(id).state)
      jobs.wait_until(function()
        return not is_alive(pids[1]) and not is_alive(pids[2])
      end)
    end
  end)
end)
