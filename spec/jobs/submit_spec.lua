-- client:submit creates, configures and runs a job in one go; and what remains when that fails.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local deep <const> = require "spec.support.deep"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"

local OK <const> = '{"ok":true,"requestId":"","message":"","error":null}'

local UNKNOWN <const> = 'submit: unknown member "priority": expected one of config, dataDestination, dataSource, '
  .. "description, jobId, name, params, templateId, upload"

local function whole()
  return {
    templateId = "img-gen",
    name = "Nightly batch",
    description = "All of it",
    dataSource = bytenite.datasource.url "https://example.org/in.txt",
    dataDestination = bytenite.datasource.bucket(),
    params = { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = "A sunset" } },
    config = { taskTimeout = 3600, isTestJob = true },
  }
end

describe("submit", function()
  local service, client

  before_each(function()
    service = sandbox.plain()
    service:reset()
    client = connect.client(service)
  end)

  after_each(function()
    client:close()
  end)

  -- Makes the service respond to `run` as if it ran the job.
  local function can_run()
    service:fault { operation = "run", body = OK, times = "forever" }
  end

  local function sent_names()
    local names <const> = {}
    for _, request in ipairs(connect.sent(service)) do
      names[#names + 1] = request.operation
    end
    return table.concat(names, " ")
  end

  local function body_of(operation)
    for _, request in ipairs(connect.sent(service)) do
      if request.operation == operation then return core.decode(request.body) end
    end
  end

  it("takes all steps in order, and returns the refreshed job", function()
    can_run()
    local given <const> = whole()
    local change <const> = deep.snapshot(given)
    local job <const> = assert(client:submit(given))
    assert.equal("create_job set_datasource set_params set_configs run get_job", sent_names())
    assert.same({ "Nightly batch", "All of it", 5, 3600 }, {
      job.name,
      job.description,
      job.params.partitioner.num_replicas,
      job.config.taskTimeout,
    })
    assert.equal("https://example.org/in.txt", job.dataSource.params.url)
    assert.equal("Renamed", assert(job:set_name "Renamed").name)
    assert.is_nil(change(), "what was given stays as it was")
  end)

  it("sends each member in one step only", function()
    can_run()
    local given <const> = whole()
    assert(client:submit(given))
    assert.same({ templateId = "img-gen", name = "Nightly batch", description = "All of it" }, body_of "create_job")
    assert.is_nil(
      deep.difference(
        { dataSource = given.dataSource, dataDestination = given.dataDestination },
        body_of "set_datasource"
      )
    )
    assert.is_nil(deep.difference(given.params, body_of "set_params"))
    assert.is_nil(deep.difference(given.config, body_of "set_configs"))
    assert.same({}, body_of "run")
  end)

  it("skips the steps for which nothing is given", function()
    can_run()
    assert(client:submit { templateId = "img-gen" })
    assert.equal("create_job run get_job", sent_names())
  end)

  it("treats null as not given", function()
    can_run()
    local null <const> = bytenite.null
    assert(client:submit {
      templateId = "img-gen",
      name = null,
      dataSource = null,
      dataDestination = null,
      params = null,
      config = null,
    })
    assert.equal("create_job run get_job", sent_names())
  end)

  for member, value in pairs {
    dataSource = bytenite.datasource.url "https://example.org/in.txt",
    dataDestination = bytenite.datasource.bucket(),
  } do
    it("sets the data source even if there is only a " .. member, function()
      can_run()
      assert(client:submit { templateId = "img-gen", [member] = value })
      assert.same({ [member] = value }, body_of "set_datasource")
    end)
  end

  it("continues a draft whose id is given", function()
    can_run()
    local draft <const> = assert(client:create_job { templateId = "img-gen", name = "A draft" })
    local job <const> = assert(client:submit { templateId = "img-gen", jobId = draft.id, name = "Nightly batch" })
    assert.same({ draft.id, "Nightly batch" }, { job.id, job.name })
  end)

  describe("with an upload", function()
    local function with_upload(source)
      local given <const> = whole()
      given.dataSource, given.upload = bytenite.datasource.file(), source
      return given
    end

    it("uploads just before it runs the job, and reports progress", function()
      can_run()
      local reports <const> = {}
      local job <const> = assert(client:submit(with_upload { data = "input" }, {
        max_retries = 1,
        on_progress = function(sent, total)
          reports[#reports + 1] = { sent, total }
        end,
      }))
      assert.equal("input", service:uploaded(job.id).content)
      assert.same({ { 5, 5 } }, reports)
      local expected <const> = "create_job set_datasource set_params set_configs upload upload_completed run get_job"
      assert.equal(expected, sent_names())
      assert.is_nil(body_of("create_job").upload)
    end)

    it("accepts a reader function with a size", function()
      can_run()
      local given = false
      local job <const> = assert(client:submit(
        with_upload(function()
          if given then return nil end
          given = true
          return "read"
        end),
        { size = 4 }
      ))
      assert.equal("read", service:uploaded(job.id).content)
    end)

    it("creates no job if the file cannot be read", function()
      local job <const>, problem <const> = client:submit(with_upload "no-such-file.txt")
      assert.same({ nil, "file", "upload", nil }, { job, problem.kind, problem.step, problem.job })
      assert.equal(0, #connect.sent(service))
    end)

    it("returns the error if it fails, and does not run the job", function()
      service:fault { operation = "upload", status = 403 }
      local job <const>, problem <const> = client:submit(with_upload { data = "input" })
      assert.same({ nil, "permission_denied", "upload" }, { job, problem.kind, problem.step })
      assert.equal("Nightly batch", problem.job.name)
      assert.equal("create_job set_datasource set_params set_configs upload", sent_names())
    end)

    it("uses the data source of a draft", function()
      can_run()
      local draft <const> = assert(client:create_job {
        templateId = "img-gen",
        name = "A draft",
        dataSource = bytenite.datasource.file(),
        dataDestination = bytenite.datasource.bucket(),
      })
      assert(client:submit { templateId = "img-gen", jobId = draft.id, upload = { data = "input" } })
      assert.equal("input", service:uploaded(draft.id).content)
    end)
  end)

  it("ignores members of the job with the names of methods", function()
    can_run()
    service:fault {
      operation = "create_job",
      body = '{"job":{"id":"j1","run":1,"refresh":2,"set_params":3,"set_configs":4,"set_datasource":5}}',
    }
    service:put_job("j1", '{"id":"j1","state":"JOB_STATE_NEW"}')
    assert.equal("j1", assert(client:submit { templateId = "img-gen" }).id)
    service:fault { operation = "create_job", body = '{"job":{"id":"j1","set_params":3}}' }
    assert.equal("j1", assert(client:submit { templateId = "img-gen", params = { app = {} } }).id)
  end)

  describe("that fails", function()
    local operations <const> = {
      { "create_job", "create_job" },
      { "set_datasource", "set_datasource" },
      { "set_params", "set_params" },
      { "set_configs", "set_configs" },
      { "run", "run" },
      { "refresh", "get_job" },
    }
    for index, pair in ipairs(operations) do
      local step <const>, operation <const> = table.unpack(pair)
      it(("at %s names the step, and the job that exists"):format(step), function()
        service:fault { operation = operation, status = 400, message = "not like this" }
        can_run()
        local job <const>, problem <const> = client:submit(whole())
        assert.is_nil(job)
        assert.same({ step, "bad_request", "not like this" }, { problem.step, problem.kind, problem.message })
        assert.equal(index, #connect.sent(service))
        assert.equal(step .. ": ", tostring(problem):sub(1, #step + 2))
        if step == "create_job" then
          assert.is_nil(problem.job)
        else
          assert.equal("Nightly batch", assert(bytenite.Job.refresh(problem.job)).name)
        end
      end)
    end

    it("at create_job says whether the job may exist", function()
      service:fault { operation = "create_job", reset = true, act = "before" }
      local _ <const>, problem <const> = client:submit(whole())
      assert.same({ "create_job", "connection", true }, { problem.step, problem.kind, problem.maybe_done })
    end)

    it("at run says whether the job may be running", function()
      service:fault { operation = "run", status = 500 }
      local _ <const>, problem <const> = client:submit(whole())
      assert.same({ "run", "internal", true }, { problem.step, problem.kind, problem.maybe_done })
    end)

    it("at run has the code of the service", function()
      service:fault {
        operation = "run",
        body = '{"ok":false,"requestId":"r1","message":"failed","error":{"code":402,"message":"Insufficient balance"}}',
      }
      local _ <const>, problem <const> = client:submit(whole())
      assert.same({ "run", 402, "Insufficient balance", "r1" }, {
        problem.step,
        problem.code,
        problem.message,
        problem.request_id,
      })
    end)

    it("can be continued with the job", function()
      service:fault { operation = "set_params", status = 503 }
      can_run()
      local _ <const>, problem <const> = client:submit(whole())
      local given <const> = whole()
      given.jobId = problem.job.id
      assert.equal(problem.job.id, assert(client:submit(given)).id)
    end)
  end)

  it("passes the options of the call to each step", function()
    can_run()
    service:fault { operation = "set_params", status = 503, retry_after = 0 }
    service:fault { operation = "set_configs", status = 503, retry_after = 0 }
    assert(client:submit(whole(), { max_retries = 1 }))
    service:fault { operation = "set_configs", hang = true }
    local _ <const>, problem <const> = client:submit(whole(), { timeout = 0.05 })
    assert.same({ "set_configs", "timeout" }, { problem.step, problem.kind })
  end)

  it("lets other tasks continue meanwhile", function()
    can_run()
    local results <const> = client:map({ 1, 2, 3, 4 }, function(index)
      local given <const> = whole()
      given.name = "Number " .. index
      return client:submit(given)
    end)
    assert.equal(4, results.succeeded)
    assert.equal("Number 3", results[3].value.name)
  end)

  describe("sends nothing on bad input:", function()
    local function with(changes)
      local given <const> = whole()
      for name, value in pairs(changes) do
        given[name] = value
      end
      return given
    end

    for message, call in pairs {
      ["submit: new: expected a table, got nothing"] = {},
      ['submit: member "templateId" is required'] = { { name = "Nightly batch" } },
      ['submit: unknown member "datasource": did you mean "dataSource"?'] = { with { datasource = {} } },
      ['submit: unknown member "configs": did you mean "config"?'] = { with { configs = {} } },
      [UNKNOWN] = {
        with { priority = 1 },
      },
      ["submit: name: expected a string, got the number 7"] = { with { name = 7 } },
      ["submit: params: expected an object (a table with named members), got a string"] = { with { params = "x" } },
      ['submit: params: unknown member "apps": did you mean "app"?'] = { with { params = { apps = {} } } },
      ["submit: params.app.frames[3]: cannot write a function"] = {
        with { params = { app = { frames = { 1, 2, print } } } },
      },
      ['submit: config: unknown member "tasktimeout": did you mean "taskTimeout"?'] = {
        with { config = { tasktimeout = 1 } },
      },
      ['submit: unknown option "timeuot": did you mean "timeout"?'] = { whole(), { timeuot = 1 } },
      ["submit: upload: needs a dataSource of kind file: bytenite.datasource.file()"] = { with { upload = "in.txt" } },
      ["submit: upload: expected a path, { data = bytes }, an open file or a reader function, got a number"] = {
        with { dataSource = bytenite.datasource.file(), upload = 7 },
      },
      ["submit: upload: size (bytes) is required for a source without a size of its own: storage needs it in advance"] = {
        with { dataSource = bytenite.datasource.file(), upload = print },
      },
    } do
      it(message, function()
        assert.equal(
          message,
          refusals.message(function()
            local _ <const> = client:submit(table.unpack(call))
          end)
        )
        assert.same({}, service:requests())
      end)
    end

    it("for any step", function()
      for _, changes in ipairs {
        { dataSource = { params = { 1, 2, [7] = 3 } } },
        { dataDestination = { dataSourceDescriptor = 5 } },
        { params = { app = { 0 / 0 } } },
        { config = { taskTimeout = -1 } },
        { description = "\xff" },
      } do
        assert.matches(
          "^submit: ",
          refusals.message(function()
            local _ <const> = client:submit(with(changes))
          end)
        )
      end
      assert.same({}, service:requests())
    end)
  end)
end)
