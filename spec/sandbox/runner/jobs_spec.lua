-- Jobs that the sandbox runs for real: what their programs get, and what becomes of what they leave.
local block_jobs <const> = require "spec.support.block_jobs"
local blocks <const> = require "spec.support.blocks"
local core <const> = require "bytenite.core"
local lfs <const> = require "lfs"

-- Splits the input into chunks of one line each.
local SPLIT <const> = [[
n=0
cat "$SOURCE_DIR"/* | while read -r line; do
  echo "$line" > "$CHUNKS_DIR/data_$n.bin"
  n=$((n + 1))
done
echo "done"]]

-- Joins what all tasks have left, in the order of their names.
local JOIN <const> =
  'for file in "$TASK_RESULTS_DIR"/*; do [ ! -e "$file" ] || cat "$file"; done > "$OUTPUT_DIR/all.txt"'

describe("a sandbox with blocks", function()
  local place, jobs

  setup(function()
    place = blocks.folder()
    place:block("split", { kind = "partitioner", script = SPLIT })
    place:block("join", { kind = "assembler", script = JOIN })
    place:block(
      "count",
      { script = 'wc -w < "$TASK_DIR/data.bin" > "$TASK_RESULTS_DIR/count"; echo "task $CHUNK_NUMBER"' }
    )
    place:block("copy", { script = 'cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/copy"' })
    place:block(
      "environment",
      { script = 'env | sort; echo; pwd; ls -l /proc/self/fd; ls "$TASK_DIR" "$TASK_RESULTS_DIR"' }
    )
    place:block("slow", { script = 'cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/x"; sleep 0.2' })
    place:block(
      "unreadable",
      { script = 'cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/copy"; chmod 0 "$TASK_RESULTS_DIR/copy"' }
    )
    place:template("slow", { app = "slow", partitioner = "split", assembler = "join" })
    place:template("unreadable", { app = "unreadable" })
    place:template("words", { app = "count", partitioner = "split", assembler = "join" })
    place:template("names", { app = "count", partitioner = "split" })
    place:template("copy", { app = "copy" })
    place:template("environment", { app = "environment" })
    place:template("defaults", {
      app = "count",
      description = "D",
      params = { app = { size = 3 } },
      config = { taskTimeout = 7 },
      dataSource = { dataSourceDescriptor = "bypass" },
    })
    jobs = block_jobs.start(place.path, "--workers 4")
  end)

  teardown(function()
    jobs:close()
    place:close()
  end)

  it("runs a job from its input to its results", function()
    local job <const> = jobs:run { templateId = "words", input = "a b\nc\nd e f\n" }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    assert.same({ ["out_0/all.txt"] = "2\n1\n3\n" }, jobs:results(job.id))
    assert.equal(3, job.numChunks)
    assert.same(
      { partitioner = { "done" }, assembler = {}, tasks = { { "task 0" }, { "task 1" }, { "task 2" } } },
      jobs:logs(job.id)
    )
  end)

  it("takes the job through all states, in order and with their times", function()
    local job <const> = jobs:run { templateId = "words", input = "a\n" }
    local times <const> = {}
    for index, state in ipairs {
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
    } do
      times[index] = job.stateTimestamps["JOB_STATE_" .. state]
    end
    assert.equal(10, #times)
    local sorted <const> = table.move(times, 1, 10, 1, {})
    table.sort(sorted)
    assert.same(sorted, times)
    assert.same(
      { times[2], times[4], times[10], "" },
      { job.submittedAt, job.startedAt, job.endedAt, job.errorMessage }
    )
    assert.is_true(job.duration > 0)
  end)

  it("gives a program the contract's environment, its own folder and nothing else", function()
    local job <const> = jobs:run { templateId = "environment", params = { app = { text = "ä\n", n = 1 } } }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    local lines <const> = jobs:logs(job.id).tasks[1]
    local names <const>, values <const> = {}, {}
    for index, line in ipairs(lines) do
      if line == "" then
        assert.equal(values.PWD, lines[index + 1])
        break
      end
      local name <const>, value <const> = line:match "^([%w_]+)=(.*)$"
      names[#names + 1], values[name] = name, value
    end
    assert.same({
      "APP_PARAMS",
      "CHUNK_NUMBER",
      "HOME",
      "PATH",
      "PWD", -- the shell's own
      "SHARED_CACHE_DIR",
      "TASK_DIR",
      "TASK_RESULTS_DIR",
      "TMPDIR",
      "USER_CACHE_DIR",
    }, names)
    assert.same({ text = "ä\n", n = 1 }, (core.decode(values.APP_PARAMS)))
    assert.equal("0", values.CHUNK_NUMBER)
    local text <const> = table.concat(lines, "\n")
    assert.is_truthy(text:find(values.TASK_DIR .. ":\ndata.bin", 1, true), text)
    -- Besides the standard streams there is what ls opens, and /dev/null.
    for descriptor, target in text:gmatch " (%d+) %-> (%S+)" do
      assert(tonumber(descriptor) <= 2 or target == "/dev/null" or target:find "^/proc/%d+/fd$", target)
    end
  end)

  it("gives {} for parameters that are not set", function()
    local job <const> = jobs:run { templateId = "environment" }
    assert.is_truthy(table.concat(jobs:logs(job.id).tasks[1], "\n"):find("APP_PARAMS={}", 1, true))
  end)

  it("makes names of several tasks' files different, and leaves those of one task", function()
    local many <const> = jobs:run { templateId = "names", input = ("x\n"):rep(11) }
    local names <const> = {}
    for name in pairs(jobs:results(many.id)) do
      names[#names + 1] = name
    end
    table.sort(names)
    assert.equal(11, #names)
    assert.same({ "out_0/count_00", "out_0/count_10" }, { names[1], names[11] })
    local one <const> = jobs:run { templateId = "names", input = "x\n" }
    assert.same({ ["out_0/count"] = "1\n" }, jobs:results(one.id))
  end)

  it("runs no task for an empty input, and the assembler nevertheless", function()
    local job <const> = jobs:run { templateId = "words", input = "" }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    assert.same({ 0, { ["out_0/all.txt"] = "" } }, { job.numChunks, jobs:results(job.id) })
  end)

  it("runs 200 chunks", function()
    local lines <const>, expected <const> = {}, {}
    for number = 1, 200 do
      lines[number] = ("w "):rep(number)
      expected[number] = number
    end
    local job <const> = jobs:run { templateId = "words", input = table.concat(lines, "\n") .. "\n" }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    assert.equal(table.concat(expected, "\n") .. "\n", jobs:results(job.id)["out_0/all.txt"])
    assert.equal(200, job.numChunks)
  end)

  it("gives a bypass job one empty file, and keeps bytes as they are", function()
    local empty <const> = jobs:run { templateId = "copy" }
    assert.same({ ["out_0/copy"] = "" }, jobs:results(empty.id))
    local bytes <const> = ("\0\255\r\n"):rep(100000)
    local job <const> = jobs:run { templateId = "copy", input = bytes, input_name = "../../evil name.bin" }
    assert.is_true(bytes == jobs:results(job.id)["out_0/copy"])
  end)

  it("lists its templates, and nothing invented", function()
    local status <const>, body <const> = jobs.api:call("GET", "/customer/jobs/templates?pagination.limit=100")
    assert.equal(200, status)
    local ids <const> = {}
    for index, template in ipairs(body.data) do
      ids[index] = template.id
    end
    table.sort(ids)
    assert.same({ "copy", "defaults", "environment", "names", "slow", "unreadable", "words" }, ids)
  end)

  it("fills in what a template gives, where the job says nothing", function()
    local id <const> = jobs:draft { templateId = "defaults", params = { partitioner = { x = 1 } } }
    local job <const> = jobs:get(id)
    assert.same({ { size = 3 }, { x = 1 } }, { job.params.app, job.params.partitioner })
    assert.same({ 7, 86400 }, { job.config.taskTimeout, job.config.jobTimeout })
    assert.equal("D", job.templateInfo.description)
  end)

  it("runs as many tasks at a time as there are workers", function()
    local id <const> = jobs:start { templateId = "slow", input = ("x\n"):rep(12) }
    local most, job = 0, nil
    jobs.wait_until(function()
      local _ <const>, body <const> = jobs.api:call("POST", "/customer/jobs/runningTasks", { jobsIds = { id } })
      most = math.max(most, body.jobsRunningTasks[id])
      job = jobs:get(id)
      return job.state == "JOB_STATE_COMPLETE"
    end)
    assert.equal(4, most)
    assert.same({ ["out_0/all.txt"] = ("x\n"):rep(12) }, jobs:results(id))
  end)

  it("serves results that their program has made unreadable", function()
    local job <const> = jobs:run { templateId = "unreadable", input = "x" }
    assert.same({ ["out_0/copy"] = "x" }, jobs:results(job.id))
  end)

  it("refuses a template that is not there", function()
    jobs.api:refuses(
      3,
      'there is no template "other"',
      "POST",
      "/customer/jobs",
      { templateId = "other", name = "Name" }
    )
  end)

  it("runs a job once, and shows its end to clients that watch", function()
    local id <const> = jobs:start { templateId = "copy" }
    jobs.api:refuses(9, "already been started", "POST", ("/customer/jobs/%s/run"):format(id))
    assert.equal("JOB_STATE_COMPLETE", jobs:wait(id).state)
  end)

  it("removes all files of a job that is deleted, and all at its end", function()
    local own <const> = block_jobs.start(place.path)
    local job <const> = own:run { templateId = "environment" }
    local top <const> = table.concat(own:logs(job.id).tasks[1], "\n"):match "HOME=(.-)/jobs/"
    local function count()
      local names <const> = {}
      for name in lfs.dir(top .. "/jobs") do
        names[#names + 1] = name
      end
      return #names - 2
    end
    assert.equal(1, count())
    assert.equal(200, (own.api:call("DELETE", "/customer/jobs/" .. job.id)))
    own.wait_until(function()
      return count() == 0
    end)
    own:run { templateId = "copy", input = "x" }
    assert.is_true(own:close())
    assert.is_nil(lfs.attributes(top))
  end)
end)
