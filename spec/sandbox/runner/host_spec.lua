-- A sandbox with blocks in the loop of a host program.
local api_session <const> = require "spec.support.api_session"
local blocks <const> = require "spec.support.blocks"
local cqueues <const> = require "cqueues"
local lfs <const> = require "lfs"
local new_sandbox <const> = require("bytenite.sandbox").new

local BYPASS <const> = { dataSourceDescriptor = "bypass" }

-- Whether a process runs.
local function is_alive(pid)
  local file <close> = io.open(("/proc/%s/stat"):format(pid))
  local stat <const> = file and file:read "a"
  return stat ~= nil and stat:match "%) (%a)" ~= "Z"
end

describe("a sandbox with blocks in a host's loop", function()
  local place

  setup(function()
    place = blocks.folder()
    place:block("hello", { script = 'echo hello > "$TASK_RESULTS_DIR/x"; pwd' })
    place:block("hang", { script = "echo $$; pwd; exec sleep 1000" })
    place:template("hello", { app = "hello" })
    place:template("hang", { app = "hang" })
  end)

  teardown(function()
    place:close()
  end)

  -- Runs a job of a template in a sandbox of its own until `is_enough`, closes the sandbox, and runs the loop to its end.
  local function run(template, is_enough)
    local loop <const> = cqueues.new()
    local service <const> = new_sandbox { controller = loop, blocks = place.path }
    local job, lines, api
    loop:wrap(function()
      api = api_session.open(service)
      local id <const> = api:new_job({ templateId = template, dataSource = BYPASS }).id
      assert(api:call("POST", ("/customer/jobs/%s/run"):format(id)) == 200)
      repeat
        cqueues.sleep(0.01)
        job = select(2, api:call("GET", "/customer/jobs/" .. id)).job
        local _ <const>, logs <const> = api:call("POST", "/customer/logs", { jobId = id })
        local _ <const>, task <const> = next(logs.taskrunner)
        lines = task and task.logs or {}
      until is_enough(job, lines)
      service:close()
    end)
    assert(loop:loop(20))
    assert.is_true(loop:empty())
    api:close()
    return job, lines
  end

  it("runs jobs, and lets the loop end when it is closed", function()
    local job <const>, lines <const> = run("hello", function(job)
      return job.state == "JOB_STATE_COMPLETE" or job.state == "JOB_STATE_FAILED"
    end)
    assert.equal("JOB_STATE_COMPLETE", job.state)
    assert.is_nil(lfs.attributes(lines[1].log:match "^(.*)/jobs/"))
  end)

  it("ends programs that run when it is closed, and removes their files", function()
    local _ <const>, lines <const> = run("hang", function(_, lines)
      return #lines == 2
    end)
    assert.is_false(is_alive(lines[1].log))
    assert.is_nil(lfs.attributes(lines[2].log:match "^(.*)/jobs/"))
  end)

  it("says what is wrong with its options", function()
    for message, options in pairs {
      ["option blocks: there is no folder /nowhere"] = { blocks = "/nowhere" },
      ["option blocks must be a folder"] = { blocks = 1 },
      ["option workers must be a whole number above 0"] = { blocks = place.path, workers = 0 },
      ["option workers needs the option blocks: without it no program runs"] = { workers = 2 },
      ["option data cannot be used with the option jobs"] = { blocks = place.path, data = "x", jobs = 3 },
      ["option launcher: a quote is not closed"] = { blocks = place.path, launcher = "env 'x" },
    } do
      local made <const>, problem <const> = pcall(new_sandbox, options)
      assert.same({ false, message }, { made, problem })
    end
  end)

  it("reports mistakes in blocks, and serves the others", function()
    place:write("broken/manifest.json", "{}")
    finally(function()
      os.execute(("rm -r '%s/broken'"):format(place.path))
    end)
    local reported <const> = {}
    local service <close> = new_sandbox {
      blocks = place.path,
      on_error = function(message)
        reported[#reported + 1] = message
      end,
    }
    assert.equal(3, #reported)
    assert.is_truthy(reported[1]:find "/broken/manifest.json: version: it is missing$")
    assert.is_not_nil(service.base_url)
  end)
end)
