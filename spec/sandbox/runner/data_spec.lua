-- The option --data: jobs, logs, uploads and results are there again after the sandbox has ended, however it did.
local block_jobs <const> = require "spec.support.block_jobs"
local blocks <const> = require "spec.support.blocks"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local sandbox <const> = require "spec.support.sandbox"

-- Whether a process runs.
local function is_alive(pid)
  local file <close> = io.open(("/proc/%s/stat"):format(pid))
  local stat <const> = file and file:read "a"
  return stat ~= nil and stat:match "%) (%a)" ~= "Z"
end

describe("a sandbox with --data", function()
  local place, data

  setup(function()
    place = blocks.folder()
    for name, script in pairs {
      count = [[echo "it's ä"; printf 'a\000b\n'; wc -w < "$TASK_DIR/data.bin" > "$TASK_RESULTS_DIR/count"]],
      hang = 'echo $$; (trap "" TERM; sleep 1000) & echo $!; wait',
      many = "i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i + 1)); done",
      fail = "echo no; exit 1",
    } do
      place:block(name, { script = script })
      place:template(name, { app = name })
    end
  end)

  teardown(function()
    place:close()
  end)

  before_each(function()
    data = folder.new()
  end)

  after_each(function()
    local _ <close> = data
  end)

  local function start()
    return block_jobs.start(place.path, ("--data '%s/data'"):format(data.path))
  end

  local function kill(jobs)
    assert.is_true((os.execute("kill -9 " .. jobs.service.pid)))
    jobs:close()
  end

  -- All that clients see of a job.
  local function seen(jobs, id)
    local job <const> = jobs:get(id)
    return { job = job, logs = jobs:logs(id), results = job.state == "JOB_STATE_COMPLETE" and jobs:results(id) }
  end

  it("has every job again that has ended, after an orderly end and after kill -9", function()
    local ids <const>, before <const> = {}, {}
    local jobs <const> = start()
    for index, template in ipairs { "count", "many", "fail" } do
      ids[index] = jobs:start { templateId = template, input = "a b c", params = { app = { empty = {}, x = 1.5 } } }
      jobs:wait(ids[index])
      before[index] = seen(jobs, ids[index])
    end
    assert.same({ ["out_0/count"] = "3\n" }, before[1].results)
    kill(jobs)
    for round = 1, 2 do
      local again <const> = start()
      for index, id in ipairs(ids) do
        assert.same(before[index], seen(again, id))
      end
      local _ <const>, list <const> = again.api:call("GET", "/customer/jobs?orderBy=createdAt")
      assert.equal(3, #list.data)
      if round == 1 then
        assert.is_true(again:close())
      else
        kill(again)
      end
    end
  end)

  it("fails a job that ran, keeps what it had written, and ends what is left of it", function()
    local jobs <const> = start()
    local id <const> = jobs:start { templateId = "hang" }
    local pids <const> = jobs.wait_until(function()
      local task <const> = jobs:logs(id).tasks[1]
      return task and task[2] and task
    end)
    -- Lines are written a moment later.
    local reader <const> = data.path .. "/data/sandbox.db-wal"
    jobs.wait_until(function()
      local file <close> = io.open(reader, "rb")
      return file and file:read("a"):find('"log":"' .. pids[2], 1, true)
    end)
    kill(jobs)
    assert.is_true(is_alive(pids[2])) -- the program has ended with the sandbox, what it started has not
    local again <const> = start()
    local job <const> = again:get(id)
    assert.same(
      { "JOB_STATE_FAILED", "the sandbox ended while the job ran", job.stateTimestamps.JOB_STATE_FAILED },
      { job.state, job.errorMessage, job.endedAt }
    )
    assert.same({ pids }, again:logs(id).tasks)
    again.wait_until(function()
      return not is_alive(pids[1]) and not is_alive(pids[2])
    end)
    assert.is_nil(lfs.attributes(("%s/data/jobs/job-%s"):format(data.path, id)))
    again:close()
    local third <close> = start()
    assert.same(job, third:get(id))
  end)

  it("fails a job that runs at an orderly end", function()
    local jobs <const> = start()
    local id <const> = jobs:start { templateId = "hang" }
    jobs.wait_until(function()
      return jobs:logs(id).tasks[1] and jobs:logs(id).tasks[1][1]
    end)
    jobs:close()
    local again <close> = start()
    assert.equal("the sandbox ended", again:get(id).errorMessage)
  end)

  it("has drafts and their uploads again, and runs them", function()
    local jobs <const> = start()
    local id <const> = jobs:draft { templateId = "count", input = "a b c d" }
    local gone <const> = jobs:draft { templateId = "count", input = "x" }
    assert.equal(200, (jobs.api:call("DELETE", "/customer/jobs/" .. gone)))
    kill(jobs)
    local again <close> = start()
    assert.equal(404, (again.api:call("GET", "/customer/jobs/" .. gone)))
    assert.equal(200, (again.api:call("POST", ("/customer/jobs/%s/run"):format(id))))
    assert.equal("JOB_STATE_COMPLETE", again:wait(id).state)
    assert.same({ ["out_0/count"] = "4\n" }, again:results(id))
  end)

  it("lets no second sandbox use the folder, and needs --blocks", function()
    local jobs <close> = start()
    assert.is_not_nil(jobs)
    local function refused(options)
      local pipe <const> = assert(io.popen(sandbox.command(options .. " --until-stdin-closes 2>&1 </dev/null")))
      local output <const> = pipe:read "a"
      pipe:close()
      return output
    end
    local output <const> = refused(("--blocks '%s' --data '%s/data'"):format(place.path, data.path))
    assert.is_truthy(output:find("/data/sandbox.db: database is locked", 1, true), output)
    assert.is_truthy(refused("--data " .. data.path):find("option data needs the option blocks", 1, true))
  end)
end)
