-- Whole jobs, from the first call to the last, as a program sees them. The sandbox is not prepared.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"
local time_limit <const> = require "spec.support.time_limit"

local QUICKLY <const> = { interval = 0.02, timeout = 10 }

describe("a whole job", function()
  local service, client

  setup(function()
    service = sandbox.start "--speed 100"
    client = connect.client(service)
  end)

  teardown(function()
    client:close()
    service:close()
  end)

  before_each(function()
    service:reset()
  end)

  local function new_job(members)
    local new <const> = {
      templateId = "img-gen",
      name = "Some job",
      dataSource = bytenite.datasource.bypass(),
      dataDestination = bytenite.datasource.bucket(),
      params = { partitioner = { num_replicas = 3 }, assembler = {}, app = { prompt = "A sunset" } },
    }
    for name, value in pairs(members or {}) do
      new[name] = value
    end
    return new
  end

  it("is submitted, waited for, and has results and logs", function()
    local fractions <const> = {}
    local job <const> = assert(client:submit(new_job()))
    assert.is_not.equal("JOB_STATE_NEW", job.state)
    assert(job:wait {
      interval = 0.02,
      timeout = 10,
      on_progress = function(_, fraction)
        fractions[#fractions + 1] = fraction
      end,
    })
    assert.same({ "JOB_STATE_COMPLETE", 3, true }, { job.state, job.numChunks, job:is_final() })
    assert.equal(1, fractions[#fractions])
    for index = 2, #fractions do
      assert.is_true(fractions[index] >= fractions[index - 1])
    end
    for _, result in ipairs(assert(job:results())) do
      assert.same({ "string", "string" }, { type(result.name), type(result.link) })
    end
    local last, services = "", {}
    for line, part, task in assert(job:logs()) do
      assert.is_true(bytenite.time(line.timestamp) ~= nil)
      assert.equal(part == "TASKRUNNER", task ~= nil)
      last, services[part] = line.log, true
    end
    assert.same({ PARTITIONER = true, ASSEMBLER = true, TASKRUNNER = true }, services)
    assert.is_not.equal("", last)
  end)

  it("may fail, and says why", function()
    local job <const> = assert(client:submit(new_job { params = { app = { sandbox_fail = "no GPU was free" } } }))
    local ended <const>, problem <const>, third <const> = job:wait(QUICKLY)
    assert.same({ nil, "job_failed", "no GPU was free" }, { ended, problem.kind, problem.message })
    assert.equal(job, third)
  end)

  it("is run concurrently with 20 others", function()
    local numbers <const> = {}
    for index = 1, 20 do
      numbers[index] = index
    end
    local results <const> = client:map(numbers, function(index)
      local job <const> = assert(client:submit(new_job { name = "Number " .. index }))
      return job:wait(QUICKLY)
    end)
    assert.equal(20, results.succeeded)
    assert.equal("Number 7", results[7].value.name)
  end)

  it("runs once", function()
    local job <const> = assert(client:submit(new_job()))
    local again <const>, problem <const> = job:run()
    assert.same({ nil, "bad_request" }, { again, problem.kind })
  end)

  it("is deleted once; a draft that is aborted is gone", function()
    local one <const>, other <const> = assert(client:create_job(new_job())), assert(client:create_job(new_job()))
    assert.is_true(one:delete())
    assert.equal("not_found", select(2, one:delete()).kind)
    assert.equal(other, other:abort())
    assert.equal("not_found", select(2, other:wait()).kind)
  end)

  it("is not waited for longer than requested", function()
    local draft <const> = assert(client:create_job(new_job()))
    local ended <const>, problem <const> = draft:wait { timeout = 0.1, interval = 0.02 }
    assert.same({ nil, "timeout" }, { ended, problem.kind })
  end)

  it("is found in lists", function()
    local wanted <const> = {}
    for index = 1, 7 do
      wanted[assert(client:create_job(new_job { name = "Number " .. index })).id] = true
    end
    local running <const> = assert(client:submit(new_job { name = "Running" }))
    local filters <const> = {
      { field = "state", condition = "EQ", value = "JOB_STATE_NEW" },
      { field = "name", condition = "IN", value = { "Number 3", "Number 5", "Running" } },
    }
    local names <const> = {}
    for job in client:each_job { limit = 3 } do
      wanted[job.id] = nil
    end
    for job in client:each_job { filters = filters, limit = 1, orderBy = "name" } do
      names[#names + 1] = job.name
    end
    assert.same({}, wanted)
    assert.same({ "Number 3", "Number 5" }, names)
    assert.is_true((assert(client:running_tasks { running, "nowhere" })[running.id] or 0) >= 0)
  end)

  it("that is created for each listed job does not make the list endless", function()
    for _ = 1, 5 do
      assert(client:create_job(new_job()))
    end
    local seen = 0
    local ok <const>, raised <const> = time_limit.pcall(function()
      for _ in client:each_job { limit = 2 } do
        seen = seen + 1
        assert(client:create_job(new_job()))
      end
    end)
    assert.is_true(ok, tostring(raised))
    assert.is_true(seen >= 5, tostring(seen))
  end)
end)
