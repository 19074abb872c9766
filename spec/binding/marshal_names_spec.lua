-- Members that the service would silently drop: misspelled ones, and those in the wrong table.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"

describe("an undeclared member", function()
  local service, client, job

  before_each(function()
    service = sandbox.plain()
    service:reset()
    client = connect.client(service)
    job = client:job "j1"
    service:put_job("j1", '{"id":"j1","state":"JOB_STATE_NEW"}')
  end)

  after_each(function()
    client:close()
  end)

  -- Functions that make each call with a body.
  local calls <const> = {
    set_configs = function(body)
      return job:set_configs(body)
    end,
    set_params = function(body)
      return job:set_params(body)
    end,
    set_datasource = function(body)
      return job:set_datasource(body)
    end,
    run = function(body)
      return job:run(body)
    end,
    create_job = function(body)
      body.templateId = "img-gen"
      return client:create_job(body)
    end,
    submit = function(body)
      body.templateId = "img-gen"
      return client:submit(body)
    end,
    test_datasource = function(body)
      return client:test_datasource(body)
    end,
  }

  local function near(name, meant)
    return ('unknown member "%s": did you mean "%s"?'):format(name, meant)
  end

  local function above(name)
    return ('unknown member "%s": it belongs one level higher'):format(name)
  end

  local function below(name, where)
    return ('unknown member "%s": it belongs in "%s"'):format(name, where)
  end

  local function unknown_params(name)
    return ('unknown member "%s": expected at least one of preset, partitioner, assembler, app'):format(name)
  end

  for _, case in ipairs {
    -- letter case, underscores, one edit
    { "set_configs", { TASKTIMEOUT = 1 }, near("TASKTIMEOUT", "taskTimeout") },
    { "set_configs", { job_timeout = 1 }, near("job_timeout", "jobTimeout") },
    { "set_configs", { jobTimeouts = 1 }, near("jobTimeouts", "jobTimeout") },
    { "set_configs", { jobTimeot = 1 }, near("jobTimeot", "jobTimeout") },
    { "set_configs", { jobTimeouf = 1 }, near("jobTimeouf", "jobTimeout") },
    { "set_configs", { jobTimeuot = 1 }, near("jobTimeuot", "jobTimeout") },
    { "set_params", { app = {}, presets = "" }, near("presets", "preset") },
    { "set_datasource", { dataSource = { prams = {} } }, "dataSource: " .. near("prams", "params") },
    { "run", { tasktimeout = 1 }, "config: " .. near("tasktimeout", "taskTimeout") },
    { "create_job", { params = { aps = {} } }, "params: " .. near("aps", "app") },
    -- one level too low
    { "set_configs", { config = {} }, 'unknown member "config": pass the members of config themselves' },
    { "set_params", { params = {} }, 'unknown member "params": pass the members of params themselves' },
    { "set_params", { app = {}, name = "x" }, 'unknown member "name": it belongs to the job, not to its params' },
    { "set_datasource", { dataSource = { dataDestination = {} } }, "dataSource: " .. above "dataDestination" },
    { "run", { config = {} }, "config: " .. above "config" },
    { "create_job", { config = { params = {} } }, "config: " .. above "params" },
    { "create_job", { params = { app = {}, config = {} } }, "params: " .. above "config" },
    { "submit", { config = { name = "x" } }, "config: " .. above "name" },
    -- one level too high
    { "set_datasource", { dataSourceDescriptor = "url" }, below("dataSourceDescriptor", "dataSource") },
    { "set_datasource", { params = {} }, below("params", "dataSource") },
    { "create_job", { taskTimeout = 1 }, below("taskTimeout", "config") },
    { "create_job", { app = {} }, below("app", "params") },
    { "test_datasource", { dataSourceDescriptor = "url" }, below("dataSourceDescriptor", "dataSource") },
    -- parameters of which none is known
    { "set_params", { prompt = "a cat" }, unknown_params "prompt" },
    { "create_job", { params = { prompt = "a cat" } }, "params: " .. unknown_params "prompt" },
    { "submit", { params = { prompt = "a cat" } }, "params: " .. unknown_params "prompt" },
  } do
    local name <const>, body <const>, wanted <const> = table.unpack(case)
    it(("of %s is refused: %s"):format(name, wanted), function()
      local ok <const>, message <const> = pcall(calls[name], body)
      assert.is_false(ok)
      assert.matches(name .. ": " .. wanted, message, 1, true)
      assert.same({}, service:requests())
    end)
  end

  for _, case in ipairs {
    { "set_configs", { jobTimet = 1 }, "differs by two letters" },
    { "set_configs", { gpu = true }, "is like none" },
    { "set_configs", {}, "does not exist" },
    { "set_params", { app = {}, prompt = "a cat" }, "is there as well as a known one" },
    { "set_params", { preset = bytenite.null, prompt = "a cat" }, "is there as well as one that is null" },
    { "set_params", {}, "does not exist" },
    { "set_params", { app = { app = {}, params = {}, Preset = 1, taskTimeout = 1 } }, "is in a free-form value" },
    { "set_datasource", { dataSource = { params = { dataSource = 1, param = 2 } } }, "is in a data source" },
    { "set_datasource", { config = {} }, "is declared elsewhere" },
  } do
    local name <const>, body <const>, reason <const> = table.unpack(case)
    it(("of %s is sent if it %s"):format(name, reason), function()
      calls[name](body) -- the sandbox may refuse an incomplete data source
      local expected <const> = bytenite.decode(bytenite.encode(body))
      local sent <const> = connect.sent(service)
      assert.same(expected, bytenite.decode(sent[#sent].body))
    end)
  end

  describe("that the service itself has sent in the same place is sent back:", function()
    local held <const> = {
      config = { tasktimeout = 1, jobTimeout = 2, config = { x = 1 }, name = "n" },
      params = { prompt = "a cat", params = { y = 1 } },
      dataSource = { dataSourceDescriptor = "url", param = 3, params = { url = "u" }, dataDestination = 1 },
    }
    local bodies <const> = {
      set_configs = held.config,
      set_params = held.params,
      set_datasource = { dataSource = held.dataSource },
      run = held.config,
    }

    before_each(function()
      job = client:job(bytenite.decode(bytenite.encode { id = "j1", config = held.config, params = held.params }))
      job.dataSource = held.dataSource
    end)

    for name, body in pairs(bodies) do
      it("by " .. name, function()
        calls[name](body)
        local sent <const> = bytenite.decode(connect.sent(service)[1].body)
        assert.same(body, name == "run" and sent.config or sent)
      end)
    end

    it("from the job's own table", function()
      assert(job:set_configs(job.config))
      assert.same(held.config, bytenite.decode(connect.sent(service)[1].body))
    end)

    it("in a task of client:map", function()
      local results <const> = client:map({ job }, function(each)
        return each:set_configs(each.config)
      end)
      assert.equal(0, results.failed, results[1].error)
      assert.same(held.config, bytenite.decode(connect.sent(service)[1].body))
    end)

    it("but not in another place", function()
      for name, case in pairs {
        set_configs = { { taskTimeuot = 1 }, near("taskTimeuot", "taskTimeout") },
        set_params = { { app = {}, config = {} }, "it belongs to the job, not to its params" },
        set_datasource = { { dataDestination = { param = 1 } }, "dataDestination: " .. near("param", "params") },
      } do
        local ok <const>, message <const> = pcall(calls[name], case[1])
        assert.is_false(ok)
        assert.matches(case[2], message, 1, true)
      end
      local ok <const>, message <const> = pcall(calls.set_params, { prompt = "a cat", other = 1 })
      assert.is_false(ok)
      assert.matches(unknown_params "other", message, 1, true)
      assert.same({}, service:requests())
    end)

    it("but not for another job", function()
      local ok <const> = pcall(client.create_job, client, { templateId = "t", config = job.config })
      assert.is_false(ok)
    end)
  end)
end)
