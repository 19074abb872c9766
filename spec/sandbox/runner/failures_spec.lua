-- Jobs whose programs fail, hang, write too much or leave what they should not: how the job ends, and that
-- nothing stays behind.
local block_jobs <const> = require "spec.support.block_jobs"
local blocks <const> = require "spec.support.blocks"

-- Whether a process runs. One that has ended may still be listed until its parent asks for its status.
local function is_alive(pid)
  local file <close> = io.open(("/proc/%s/stat"):format(pid))
  local stat <const> = file and file:read "a"
  return stat ~= nil and stat:match "%) (%a)" ~= "Z"
end

local function contains(text, part)
  assert.is_true(text:find(part, 1, true) ~= nil, ("%q is not in: %s"):format(part, text))
end

describe("a job that runs", function()
  local place, jobs

  setup(function()
    place = blocks.folder()
    local function app(name, script, more)
      place:block(name, { script = script, more = more })
      place:template(name, { app = name })
    end
    place:block("failing", { script = 'echo "no such thing"; exit 3' })
    place:template("no-partitioner", { app = "ok", partitioner = "failing" })
    place:template("no-task", { app = "failing" })
    place:template("no-assembler", { app = "ok", assembler = "failing" })
    app("ok", 'echo x > "$TASK_RESULTS_DIR/x"')
    app("crash", "echo before; kill -SEGV $$")
    app("loud", [[i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i + 1)); done; echo x > "$TASK_RESULTS_DIR/x"]])
    app("endless", "yes 0123456789")
    app("long-line", [[head -c 100000 /dev/zero | tr '\0' x; printf '\377\n\303\244']])
    app("hang", 'trap "" TERM; echo $$; sleep 1000 & echo $!; pwd; wait; wait')
    app("alone", "echo $$; pwd; exec sleep 1000")
    app("polite", 'trap "echo bye; exit 0" TERM; echo $$; sleep 1000 & wait')
    app("background", 'sleep 1000 & echo $!; echo x > "$TASK_RESULTS_DIR/x"')
    app("escaped", "setsid sh -c 'echo $$; sleep 1000 & echo $!; wait' & sleep 0.3; echo x > \"$TASK_RESULTS_DIR/x\"")
    app("link-out", 'ln -s /etc/passwd "$TASK_RESULTS_DIR/secret"')
    app("link-in", 'ln -s "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/same"')
    app("folder-link", 'mkdir x; echo x > x/x; rmdir "$TASK_RESULTS_DIR"; ln -s "$PWD/x" "$TASK_RESULTS_DIR"')
    app("no-folder", 'rmdir "$TASK_RESULTS_DIR"')
    app("folder-inside", 'ln -s /etc "$TASK_RESULTS_DIR/etc"')
    app("fifo", 'mkfifo "$TASK_RESULTS_DIR/pipe"')
    app("names", [[mkdir "$TASK_RESULTS_DIR/a b"; echo x > "$TASK_RESULTS_DIR/a b/$(printf 'n\nm\377')"]])
    app("limits", "ulimit -n; ulimit -v; ulimit -c; ulimit -t", { device_requirements = { min_memory = 5 } })
    app("memory", "exec dd if=/dev/zero of=/dev/null bs=6G count=1")
    app("missing", "exit 0")
    place:block("odd-chunks", {
      kind = "partitioner",
      script = 'echo 1 > "$CHUNKS_DIR/data_7.bin"; echo 2 > "$CHUNKS_DIR/data_10.bin"; echo 3 > "$CHUNKS_DIR/other.txt"',
    })
    app("show", 'cat "$TASK_DIR/data.bin"')
    place:template("odd-chunks", { app = "show", partitioner = "odd-chunks" })
    place:block("link-chunks", { kind = "partitioner", script = 'ln -s /etc/passwd "$CHUNKS_DIR/data_0.bin"' })
    place:template("link-chunks", { app = "show", partitioner = "link-chunks" })
    -- Fails until it has run three times. It counts in the cache.
    app(
      "third-time",
      [[
echo x >> "$USER_CACHE_DIR/third-time"
rm "$TASK_DIR/data.bin"
if [ "$(wc -l < "$USER_CACHE_DIR/third-time")" -lt 3 ]; then echo partial > "$TASK_RESULTS_DIR/partial"; exit 1; fi
echo whole > "$TASK_RESULTS_DIR/whole"]]
    )
    jobs = block_jobs.start(place.path, "--workers 4")
  end)

  teardown(function()
    jobs:close()
    place:close()
  end)

  local function failed(template, members)
    local request <const> = { templateId = template }
    for name, value in pairs(members or {}) do
      request[name] = value
    end
    local job <const> = jobs:run(request)
    assert.equal("JOB_STATE_FAILED", job.state)
    return job, jobs:logs(job.id)
  end

  local function succeeded(template)
    local job <const> = jobs:run { templateId = template }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    return job, jobs:logs(job.id)
  end

  -- What a task wrote as its n-th line, once it has.
  local function line_of(id, number)
    return jobs.wait_until(function()
      local task <const> = jobs:logs(id).tasks[1]
      return task and task[number]
    end)
  end

  it("fails with its partitioner, and says why", function()
    local job <const>, logs <const> = failed "no-partitioner"
    assert.equal('partitioner "failing": it exited with status 3: no such thing', job.errorMessage)
    assert.same({ "no such thing", "ERROR " .. job.errorMessage }, logs.partitioner)
    assert.is_nil(job.stateTimestamps.JOB_STATE_PARTITIONED)
    jobs.api:refuses(9, "not yet been completed", "GET", ("/customer/jobs/%s/results"):format(job.id))
  end)

  it("fails with a task, and says which and why", function()
    local job <const>, logs <const> = failed "no-task"
    assert.equal('task 0 of "failing": it exited with status 3: no such thing', job.errorMessage)
    assert.same({ { "no such thing", "ERROR " .. job.errorMessage } }, logs.tasks)
  end)

  it("fails with its assembler, and says why", function()
    local job <const>, logs <const> = failed "no-assembler"
    assert.equal('assembler "failing": it exited with status 3: no such thing', job.errorMessage)
    assert.same({ "no such thing", "ERROR " .. job.errorMessage }, logs.assembler)
  end)

  it("names the signal of a crash", function()
    assert.equal('task 0 of "crash": it was ended by signal SIGSEGV: before', failed("crash").errorMessage)
  end)

  it("repeats a failed task as often as maxTaskRetries says, each time from the beginning", function()
    local job <const> = jobs:run { templateId = "third-time", config = { maxTaskRetries = 5 } }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    assert.same({ ["out_0/whole"] = "whole\n" }, jobs:results(job.id))
    assert.same({
      'WARN task 0 of "third-time": it exited with status 1; attempt 2 of 6 follows',
      'WARN task 0 of "third-time": it exited with status 1; attempt 3 of 6 follows',
    }, jobs:logs(job.id).tasks[1])
    local other <const> = failed("no-task", { config = { maxTaskRetries = 2 } })
    assert.equal('task 0 of "failing": it exited with status 3: no such thing (after 3 attempts)', other.errorMessage)
  end)

  it("ends a task after taskTimeout, with all that it has started", function()
    local job <const>, logs <const> = failed("hang", { config = { taskTimeout = 1 } })
    assert.equal('task 0 of "hang": it took longer than taskTimeout, 1 s', job.errorMessage)
    for index = 1, 2 do
      jobs.wait_until(function()
        return not is_alive(logs.tasks[1][index])
      end)
    end
  end)

  it("ends after jobTimeout, whatever it does", function()
    local id <const> = jobs:start { templateId = "hang", config = { jobTimeout = 3 } }
    local pid <const>, child <const> = line_of(id, 1), line_of(id, 2)
    local job <const> = jobs:wait(id)
    assert.same({ "JOB_STATE_FAILED", "the job took longer than jobTimeout, 3 s" }, { job.state, job.errorMessage })
    jobs.wait_until(function()
      return not is_alive(pid) and not is_alive(child)
    end)
  end)

  it("is aborted at once; its programs may tidy up, and are killed if they do not end", function()
    for template, says in pairs { polite = "bye", hang = false } do
      local id <const> = jobs:start { templateId = template }
      local pid <const> = line_of(id, 1)
      assert.equal(
        1,
        select(2, jobs.api:call("POST", "/customer/jobs/runningTasks", { jobsIds = { id } })).jobsRunningTasks[id]
      )
      assert.equal(200, (jobs.api:call("POST", ("/customer/jobs/%s/abort"):format(id))))
      local job <const> = jobs:get(id)
      assert.same({ "JOB_STATE_FAILED", "aborted" }, { job.state, job.errorMessage })
      jobs.wait_until(function()
        return not is_alive(pid)
      end)
      if says then jobs.wait_until(function()
        return jobs:logs(id).tasks[1][2] == says
      end) end
      jobs.wait_until(function()
        local _ <const>, body <const> = jobs.api:call("POST", "/customer/jobs/runningTasks", { jobsIds = { id } })
        return body.jobsRunningTasks[id] == 0
      end)
    end
  end)

  it("ends when it is deleted, or when the sandbox is reset, and leaves no file", function()
    local own <close> = block_jobs.start(place.path)
    for _, act in ipairs {
      function(id)
        assert.equal(200, (own.api:call("DELETE", "/customer/jobs/" .. id)))
      end,
      function()
        own.service:reset()
      end,
    } do
      local id <const> = own:start { templateId = "hang" }
      local pids <const> = own.wait_until(function()
        local task <const> = own:logs(id).tasks[1]
        return task and task[3] and task
      end)
      act(id)
      assert.equal(404, (own.api:call("GET", "/customer/jobs/" .. id)))
      own.wait_until(function()
        return not is_alive(pids[1]) and not is_alive(pids[2]) and not io.open(pids[3])
      end)
    end
  end)

  it("leaves no process behind: not in the background, not in a session of its own", function()
    for _, template in ipairs { "background", "escaped" } do
      local _ <const>, logs <const> = succeeded(template)
      assert.is_true(#logs.tasks[1] > 0)
      for _, pid in ipairs(logs.tasks[1]) do
        jobs.wait_until(function()
          return not is_alive(pid)
        end)
      end
    end
  end)

  it("keeps a bounded part of what its programs write", function()
    local _ <const>, logs <const> = succeeded "loud"
    local lines <const> = logs.tasks[1]
    assert.same(
      { 10001, "line 0", "line 9999", "WARN output beyond 10000 lines is dropped" },
      { #lines, lines[1], lines[10000], lines[10001] }
    )
  end)

  it("stays responsive while a program writes without end", function()
    local id <const> = jobs:start { templateId = "endless", config = { jobTimeout = 30 } }
    line_of(id, 1)
    for _ = 1, 50 do
      jobs:get(id) -- which has a time limit; how long it takes is measured by bench/blocks
    end
    jobs.api:call("POST", ("/customer/jobs/%s/abort"):format(id))
    assert.equal(10001, #jobs:logs(id).tasks[1])
  end)

  it("cuts long lines, and makes text of what is none", function()
    local _ <const>, logs <const> = succeeded "long-line"
    local lines <const> = logs.tasks[1]
    local whole <const> = table.concat(lines)
    assert.equal(100000 + #"\u{FFFD}ä", #whole)
    assert.is_truthy(whole:find("x\u{FFFD}ä$"))
    assert.equal("ä", lines[#lines])
    assert.equal(8192, #lines[1])
  end)

  it("refuses links that lead out of its folder, and what is not a file", function()
    assert.equal(
      'task 0 of "link-out": secret is a link that leads out of the job\'s folder',
      failed("link-out").errorMessage
    )
    for _, template in ipairs { "folder-link", "no-folder" } do
      assert.equal(
        ('task 0 of "%s": the folder results is gone, or has become a link'):format(template),
        failed(template).errorMessage
      )
    end
    assert.equal(
      'task 0 of "folder-inside": etc is a link that leads out of the job\'s folder',
      failed("folder-inside").errorMessage
    )
    assert.equal('task 0 of "fifo": pipe is not a regular file', failed("fifo").errorMessage)
    assert.equal(
      'partitioner "link-chunks": data_0.bin is a link that leads out of the job\'s folder',
      failed("link-chunks").errorMessage
    )
  end)

  it("takes links within its folder for the files they lead to, and any name", function()
    local job <const> = jobs:run { templateId = "link-in", input = "text" }
    assert.same({ ["out_0/same"] = "text" }, jobs:results(job.id))
    assert.same({ ["out_0/a b/n%0Am%FF"] = "x\n" }, jobs:results(succeeded("names").id))
  end)

  it("takes chunks in the order of their numbers, and warns of other files", function()
    local _ <const>, logs <const> = succeeded "odd-chunks"
    assert.same({ { "1" }, { "2" } }, logs.tasks)
    assert.same({ "WARN other.txt is not a chunk: chunks are named data_0.bin, data_1.bin, ..." }, logs.partitioner)
  end)

  it("has limits for open files, memory and processor time", function()
    local job <const> = jobs:run { templateId = "limits", config = { taskTimeout = 100 } }
    local processors <const> = require("luv").available_parallelism()
    assert.same({ { "1024", tostring(5 * 1024 * 1024), "0", tostring(100 * processors + 1) } }, jobs:logs(job.id).tasks)
    if string.packsize "T" == 4 then return end -- no process can reach 5 GiB here
    local _ <const>, of_memory <const> = failed "memory"
    contains(of_memory.tasks[1][1], "memory exhausted")
  end)

  it("ends with a sandbox that is killed", function()
    local own <const> = block_jobs.start(place.path)
    local id <const> = own:start { templateId = "alone" }
    local pid <const> = own.wait_until(function()
      local task <const> = own:logs(id).tasks[1]
      return task and task[2] and task[1]
    end)
    local top <const> = own:logs(id).tasks[1][2]:match "^/.*/bytenite%-sandbox%-%w+"
    assert.is_true((os.execute("kill -9 " .. own.service.pid)))
    own:close()
    jobs.wait_until(function()
      return not is_alive(pid)
    end)
    os.execute(("rm -r '%s'"):format(top)) -- no other process removes it then
  end)
end)
