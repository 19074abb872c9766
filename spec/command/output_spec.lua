-- What `bytenite` prints in pipes: stable JSON, notes about what is left out, ids of created jobs.
local core <const> = require "bytenite.core"
local command <const> = require "spec.support.command"
local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"
local program <const> = require "spec.support.program"
local progress <const> = require "bytenite.command.progress"
local sandbox <const> = require "spec.support.sandbox"
local units <const> = require "bytenite.command.units"

local NEW <const> = '{"templateId":"img-gen","name":"Nightly","dataSource":{"dataSourceDescriptor":"bypass"}}'

local service

before_each(function()
  service = sandbox.plain()
  service:reset()
end)

describe("JSON of bytenite", function()
  it("has its members in the order of their declaration, on one line in a pipe", function()
    local job <const> = '{"zeta":1,"name":"n","id":"j","alpha":{"b":1,"a":2},"state":"JOB_STATE_NEW"}'
    service:fault { operation = "get_job", body = ('{"job":%s}'):format(job), times = "forever" }
    local expected <const> = '{"id":"j","name":"n","state":"JOB_STATE_NEW","alpha":{"a":2,"b":1},"zeta":1}\n'
    for _ = 1, 3 do
      assert.equal(expected, command.run(service, { "get", "j", "--json" }).output)
    end
  end)

  it("of a list has a job on each line", function()
    service:fault {
      operation = "list_jobs",
      body = '{"data":[{"name":"n","id":"a"},{"id":"b"}],"pagination":{"total":2}}',
    }
    assert.equal('[{"id":"a","name":"n"},\n{"id":"b"}]\n', command.run(service, { "list", "--json" }).output)
  end)
end)

describe("bytenite list", function()
  it("says on stderr that there are more, also with --json", function()
    service:fill(309)
    for _, option in ipairs { "--json", "--ids", "--max-retries=2" } do
      local ran <const> = command.run(service, { "list", option })
      assert.equal(0, ran.status)
      assert.equal("20 of 309 jobs; --all shows all\n", ran.errors)
    end
    assert.equal("", command.run(service, { "list", "--json", "--quiet" }).errors)
    assert.equal("", command.run(service, { "list", "--json", "--all" }).errors)
    assert.equal(309, #core.decode(command.run(service, { "list", "--json", "--all" }).output))
  end)

  it("says so if the service limits its total", function()
    local body <const> = '{"data":[{"id":"a"},{"id":"b"}],"pagination":{"total":2,"hasNext":true}}'
    service:fault { operation = "list_jobs", body = body }
    local ran <const> = command.run(service, { "list", "--limit", "2", "--json" })
    assert.equal("2 jobs, and there are more; --all shows all\n", ran.errors)
  end)

  it("accepts states in any letter case, with and without their prefix", function()
    for given, wanted in pairs {
      FAILED = "FAILED",
      Failed = "FAILED",
      failed = "FAILED",
      job_state_failed = "FAILED",
      JOB_STATE_COMPLETE = "COMPLETE",
      ["tasks completed"] = "TASKS_COMPLETED",
      ["Tasks-Completed"] = "TASKS_COMPLETED",
    } do
      service:reset()
      assert.equal(0, command.run(service, { "list", "--filter", "state=" .. given }).status)
      local sent <const> = core.decode(connect.sent(service)[1].body)
      assert.equal("JOB_STATE_" .. wanted, sent.filters[1].value.value)
    end
  end)

  it("sorts in descending order", function()
    service:fill(5)
    for _, words in ipairs { { "--order-by", "-createdAt" }, { "--order-by=-createdAt" } } do
      local ran <const> = command.run(service, { "list", "--json", table.unpack(words) })
      assert.equal(0, ran.status, ran.errors)
      local jobs <const> = core.decode(ran.output)
      for index = 2, #jobs do
        assert.is_true(jobs[index - 1].createdAt >= jobs[index].createdAt)
      end
    end
  end)
end)

describe("the id of a job that was created", function()
  local function submit(options)
    return command.run(service, { "submit", "-", table.unpack(options) }, { input = NEW })
  end

  local function made()
    for _, request in ipairs(service:requests()) do
      local id <const> = request.path:match "/jobs/([^/]+)/run$"
      if id then return id end
    end
  end

  it("is reported when the wait fails", function()
    local failing <const> = { operation = "get_job", status = 403, times = "forever", skip = 1 }
    service:fault(failing)
    local ran = submit { "--wait", "--interval", "0.01", "--json" }
    assert.equal(4, ran.status, ran.errors)
    assert.equal(made(), core.decode(ran.errors).error.jobId)
    service:reset()
    service:fault(failing)
    ran = submit { "--wait", "--interval", "0.01", "--ids" }
    assert.same({ 4, made() .. "\n" }, { ran.status, ran.output })
    service:reset()
    service:fault(failing)
    ran = submit { "--wait", "--interval", "0.01", "--quiet" }
    assert.is_truthy(ran.errors:find("bytenite: the job exists: " .. made(), 1, true), ran.errors)
  end)

  it("is not repeated after a line that contains it", function()
    local id <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
    local failed <const> = ('{"job":{"id":"%s","state":"JOB_STATE_FAILED"}}'):format(id)
    service:put_job(id, ('{"id":"%s","state":"JOB_STATE_NEW"}'):format(id))
    service:fault {
      { operation = "create_job", body = ('{"job":{"id":"%s"}}'):format(id) },
      { operation = "run", body = '{"ok":true}' },
      { operation = "get_job", body = failed, times = "forever" },
    }
    local ran <const> = submit { "--wait", "--quiet" }
    assert.equal(11, ran.status, ran.errors)
    assert.matches("^bytenite: job_failed: [^\n]*bytenite logs " .. id:gsub("%-", "%%-") .. "[^\n]*\n$", ran.errors)
  end)

  it("is reported when the wait takes too long", function()
    local ran <const> = submit { "--wait", "--wait-timeout", "0.1", "--interval", "0.02", "--json" }
    assert.equal(9, ran.status)
    assert.equal(made(), core.decode(ran.errors).error.jobId)
  end)

  it("is reported when the run is refused, and printed once on success", function()
    service:fault { operation = "run", status = 400 }
    local ran = submit { "--ids" }
    assert.equal(6, ran.status)
    assert.equal(made() .. "\n", ran.output)
    service:reset()
    ran = submit { "--ids" }
    assert.same({ 0, made() .. "\n" }, { ran.status, ran.output })
    ran = submit { "--ids", "--draft" }
    assert.is_truthy(ran.output:find "^[%x-]+\n$", ran.output)
  end)

  it("is reported on an interrupt, also in the middle of an upload", function()
    local place <const> = folder.new()
    local input <const> = place:write("input.bin", ("x"):rep(1000000))
    local job <const> = place:write("job.json", '{"templateId":"img-gen","name":"Nightly"}')
    service:fault { operation = "upload", hang = true, times = "forever" }
    local script <const> = [[(sleep 1; kill -INT $$) & exec "$@"]]
    local words <const> = { "bin/bytenite", "--json", "submit", job, "--upload", input }
    local ran <const> = program.run(
      { "bash", "-c", script, "bash", program.interpreter(), table.unpack(words) },
      program.environment(service)
    )
    place:__close()
    assert.equal(130, ran.status, ran.errors)
    local problem <const> = core.decode(ran.errors).error
    assert.equal("interrupted", problem.kind)
    assert.is_string(problem.jobId)
  end)
end)

describe("a job file", function()
  it("may print, which goes to stderr", function()
    local place <const> = folder.new()
    local path <const> = place:write(
      "job.lua",
      [[print("printed", 1, nil) io.write("written\n") return { templateId = "img-gen", name = "Nightly" }]]
    )
    local ran <const> = command.run(service, { "submit", path, "--draft", "--ids" })
    place:__close()
    assert.equal(0, ran.status, ran.errors)
    assert.is_truthy(ran.output:find "^[%x-]+\n$", ran.output)
    assert.is_truthy(ran.errors:find("printed\t1\tnil\nwritten\n", 1, true))
  end)
end)

describe("progress", function()
  it("can show any rate", function()
    for bytes, shown in pairs { [0.5] = "0 B", [1 / 3] = "0 B", [1023.4] = "1023 B", [1e300] = "TiB" } do
      assert.is_truthy(units.bytes(bytes):find(shown, 1, true))
    end
    assert.is_string(units.bytes(0 / 0))
    assert.is_string(units.bytes(math.huge))
  end)

  it("never ends the transfer when the display fails, except on Ctrl-C", function()
    local broken <const> = setmetatable({ quiet = false, json = false }, {
      __index = function(_, name)
        error(name == "err" and "broken" or nil)
      end,
      __newindex = function(self, name, value)
        rawset(self, name, value)
      end,
    })
    local bar <const> = progress.bytes(broken, "uploading")
    bar.update_bytes(1, 3)
    bar:update(0.5, "half")
    rawset(
      broken,
      "err",
      setmetatable({}, {
        __index = function()
          error("interrupted!", 0)
        end,
      })
    )
    assert.has_error(function()
      bar.update_bytes(2, 3)
    end, "interrupted!")
  end)
end)
