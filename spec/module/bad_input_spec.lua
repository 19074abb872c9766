-- Mistakes in a call's arguments are raised before anything is sent, with their place.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local deep <const> = require "spec.support.deep"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

local function nested(levels)
  local outermost <const> = {}
  local innermost = outermost
  for _ = 2, levels do
    innermost.a = {}
    innermost = innermost.a
  end
  return outermost
end

local function cycle(...)
  local path <const> = { ... }
  local top <const> = {}
  local inner = top
  for _, name in ipairs(path) do
    inner[name] = {}
    inner = inner[name]
  end
  inner.back = top
  return top
end

local noop <const> = function() end
local thread <const> = coroutine.create(noop)
local NAN <const> = 0 / 0

-- An update, a bad argument for it, and what the message must say after the update's name.
local cases <const> = {
  { "set_name", nil, "expected a string, got nothing" },
  { "set_name", 7, "expected a string, got the number 7" },
  { "set_name", true, "expected a string, got a boolean" },
  { "set_name", {}, "expected a string, got a table" },
  { "set_name", { "My Job" }, "expected a string, got a list" },
  { "set_name", noop, "expected a string, got a function" },
  { "set_name", bytenite.null, "expected a string, got null" },
  { "set_name", "caf\xE9", "cannot write a string that is not UTF-8" },
  { "set_name", "\xED\xA0\x80", "cannot write a string that is not UTF-8" },

  { "set_configs", nil, "expected an object (a table with named members), got nothing" },
  { "set_configs", "3600", "expected an object (a table with named members), got a string" },
  { "set_configs", { 3600 }, "expected an object (a table with named members), got a list" },
  { "set_configs", bytenite.array {}, "expected an object (a table with named members), got a list" },
  { "set_configs", bytenite.null, "expected an object (a table with named members), got null" },
  { "set_configs", { taskTimeout = "soon" }, "taskTimeout: expected an integer from 0 to 4294967295, got a string" },
  { "set_configs", { taskTimeout = "" }, "taskTimeout: expected an integer" },
  { "set_configs", { taskTimeout = " 1" }, "taskTimeout: expected an integer" },
  { "set_configs", { taskTimeout = "1.0" }, "taskTimeout: expected an integer" },
  { "set_configs", { taskTimeout = "0x10" }, "taskTimeout: expected an integer" },
  { "set_configs", { taskTimeout = "1e3" }, "taskTimeout: expected an integer" },
  { "set_configs", { taskTimeout = -1 }, "taskTimeout: expected an integer from 0 to 4294967295, got the number -1" },
  { "set_configs", { taskTimeout = "-1" }, "taskTimeout: expected an integer from 0 to 4294967295" },
  { "set_configs", { taskTimeout = 1.5 }, "taskTimeout: expected an integer from 0 to 4294967295, got the number 1.5" },
  { "set_configs", { jobTimeout = 4294967296 }, "jobTimeout: expected an integer from 0 to 4294967295" },
  { "set_configs", { jobTimeout = "4294967296" }, "jobTimeout: expected an integer from 0 to 4294967295" },
  { "set_configs", { jobTimeout = 1e300 }, "jobTimeout: expected an integer" },
  { "set_configs", { jobTimeout = NAN }, "jobTimeout: expected an integer" },
  { "set_configs", { jobTimeout = math.huge }, "jobTimeout: expected an integer" },
  { "set_configs", { jobTimeout = {} }, "jobTimeout: expected an integer from 0 to 4294967295, got a table" },
  { "set_configs", { maxTaskRetries = true }, "maxTaskRetries: expected an integer" },
  { "set_configs", { isTestJob = "true" }, "isTestJob: expected true or false, got a string" },
  { "set_configs", { isTestJob = 1 }, "isTestJob: expected true or false, got the number 1" },
  { "set_configs", { further = { taskTimeout = noop } }, "further.taskTimeout: cannot write a function" },

  { "set_params", "fast", "expected an object (a table with named members), got a string" },
  { "set_params", { preset = 1 }, "preset: expected a string, got the number 1" },
  { "set_params", { app = "prompt" }, "app: expected an object (a table with named members), got a string" },
  { "set_params", { app = { "prompt" } }, "app: expected an object (a table with named members), got a list" },
  { "set_params", { partitioner = bytenite.array {} }, "partitioner: expected an object" },
  { "set_params", { assembler = 0 }, "assembler: expected an object (a table with named members), got the number 0" },
  { "set_params", { app = { frames = { 1, 2, noop } } }, "app.frames[3]: cannot write a function" },
  { "set_params", { app = { frames = { { size = thread } } } }, "app.frames[1].size: cannot write a thread" },
  { "set_params", { app = { file = io.stdout } }, "app.file: cannot write a userdata" },
  { "set_params", { app = { ["a b"] = { noop } } }, 'app["a b"][1]: cannot write a function' },
  { "set_params", { app = { ratio = NAN } }, "app.ratio: cannot write NaN or an infinity" },
  { "set_params", { app = { ratio = -math.huge } }, "app.ratio: cannot write NaN or an infinity" },
  { "set_params", { app = { [1] = "a", b = 1 } }, "app: expected an object" },
  { "set_params", { app = { mixed = { "a", b = 1 } } }, "app.mixed: cannot write a table with both" },
  { "set_params", { app = { sparse = { "a", nil, "c" } } }, "app.sparse: cannot write a list with holes" },
  { "set_params", { app = { sparse = { [2] = "b" } } }, "app.sparse: cannot write a list with holes" },
  { "set_params", { app = { sparse = { [0] = "a" } } }, "app.sparse: cannot write a list with holes" },
  { "set_params", { app = { keyed = { [true] = 1 } } }, "app.keyed: cannot write a table with a key of type boolean" },
  { "set_params", { app = { keyed = { [1.5] = 1 } } }, "app.keyed: cannot write a table with a key of type number" },
  { "set_params", { app = { text = "\xC0\x80" } }, "app.text: cannot write a string that is not UTF-8" },
  { "set_params", { app = { ["\xFF"] = 1 } }, "cannot write a string that is not UTF-8" },
  { "set_params", { app = cycle() }, "cannot write a table that contains itself" },
  { "set_params", { app = cycle("one", "two") }, "cannot write a table that contains itself" },
  { "set_params", { app = nested(100) }, "cannot write over 100 levels of tables" },
  { "set_params", { app = setmetatable({}, { __pairs = noop }) }, "app: cannot write a table with __pairs" },

  { "set_datasource", "https://example.org", "expected an object" },
  {
    "set_datasource",
    { dataSource = "url" },
    "dataSource: expected an object (a table with named members), got a string",
  },
  {
    "set_datasource",
    { dataSource = { dataSourceDescriptor = 7 } },
    "dataSource.dataSourceDescriptor: expected a string",
  },
  { "set_datasource", { dataDestination = { params = "p" } }, "dataDestination.params: expected an object" },
  { "set_datasource", { dataSource = { params = { n = noop } } }, "dataSource.params.n: cannot write a function" },
}

-- An update, a misspelled member, its place, and the member that was meant.
local misspelled <const> = {
  { "set_configs", { tasktimeout = 1 }, "tasktimeout", "taskTimeout" },
  { "set_configs", { task_timeout = 1 }, "task_timeout", "taskTimeout" },
  { "set_configs", { TaskTimeout = 1 }, "TaskTimeout", "taskTimeout" },
  { "set_configs", { taskTimout = 1 }, "taskTimout", "taskTimeout" },
  { "set_configs", { jobTimeuot = 1 }, "jobTimeuot", "jobTimeout" },
  { "set_configs", { is_test_job = true }, "is_test_job", "isTestJob" },
  { "set_configs", { ["max-task-retries"] = 1 }, "max-task-retries", "maxTaskRetries" },
  { "set_params", { partitoner = {} }, "partitoner", "partitioner" },
  { "set_params", { App = {} }, "App", "app" },
  { "set_params", { apps = {} }, "apps", "app" },
  { "set_params", { asembler = {} }, "asembler", "assembler" },
  { "set_datasource", { datasource = {} }, "datasource", "dataSource" },
  { "set_datasource", { data_source = {} }, "data_source", "dataSource" },
  { "set_datasource", { data_destination = {} }, "data_destination", "dataDestination" },
  {
    "set_datasource",
    { dataSource = { data_source_descriptor = "url" } },
    "data_source_descriptor",
    "dataSourceDescriptor",
  },
  { "set_datasource", { dataSource = { param = {} } }, "param", "params" },
}

describe("a bad argument", function()
  local service, client, job

  setup(function()
    service = sandbox.plain()
  end)

  before_each(function()
    service:reset()
    client = connect.client(service)
    job = client:job { id = "some-id", name = "Some name", params = { app = {} } }
  end)

  after_each(function()
    assert.same({}, service:requests())
    client:close()
  end)

  local function check(name, argument, wanted)
    local change <const> = deep.snapshot(job)
    local message <const> = refusals.message(function()
      bytenite.Job[name](job, argument)
    end)
    assert.equal(1, message:find(name .. ": ", 1, true), message)
    assert.is_truthy(message:find(wanted, 1, true), message)
    assert.is_nil(change())
  end

  for index, case in ipairs(cases) do
    local name <const>, argument <const>, wanted <const> = case[1], case[2], case[3]
    it(("%d of %s is refused: %s"):format(index, name, wanted), function()
      check(name, argument, wanted)
    end)
  end

  for _, case in ipairs(misspelled) do
    local name <const>, argument <const>, written <const>, meant <const> = table.unpack(case)
    it(("of %s that looks misspelled is refused: %s"):format(name, written), function()
      check(name, argument, ('unknown member "%s": did you mean "%s"?'):format(written, meant))
    end)
  end

  it("is reported with the place of a misspelled member", function()
    check("set_datasource", { dataSource = { param = {} } }, 'dataSource: unknown member "param"')
  end)

  describe("to create_job is refused:", function()
    local wrong <const> = {
      { nil, "expected an object (a table with named members), got nothing" },
      { "img-gen", "expected an object (a table with named members), got a string" },
      { {}, 'member "templateId" is required' },
      { { name = "Some name" }, 'member "templateId" is required' },
      { { templateId = 7 }, "templateId: expected a string, got the number 7" },
      { { templateId = "t", template_id = "t" }, 'unknown member "template_id": did you mean "templateId"?' },
      { { templateId = "t", nmae = "x" }, 'unknown member "nmae": did you mean "name"?' },
      { { templateId = "t", config = { taskTimeout = -1 } }, "config.taskTimeout: expected an integer" },
      { { templateId = "t", config = { tasktimeout = 1 } }, 'config: unknown member "tasktimeout"' },
      { { templateId = "t", params = { app = { x = noop } } }, "params.app.x: cannot write a function" },
      { { templateId = "t", dataSource = { params = { 1 } } }, "dataSource.params: expected an object" },
    }
    for _, case in ipairs(wrong) do
      it(case[2], function()
        local message <const> = refusals.message(function()
          client:create_job(case[1])
        end)
        assert.equal(1, message:find("create_job: ", 1, true), message)
        assert.is_truthy(message:find(case[2], 1, true), message)
      end)
    end
  end)

  describe("as an id is refused:", function()
    local ids <const> = {
      { nil, "expected a string, got nothing" },
      { 7, "expected a string, got a number" },
      { true, "expected a string, got a boolean" },
      { bytenite.null, "expected a string, got null" },
      { "", "must not be empty" },
      { ".", "dots" },
      { "..", "dots" },
      { "a\nb", "control characters" },
      { "a\rb", "control characters" },
      { "a\0b", "control characters" },
      { "a\tb", "control characters" },
      { "\x7F", "control characters" },
    }
    for _, case in ipairs(ids) do
      local id <const>, wanted <const> = case[1], case[2]
      it(("%q"):format(id == bytenite.null and "null" or id), function()
        for method, call in pairs {
          get_job = function()
            client:get_job(id)
          end,
          job = function()
            client:job(id)
          end,
          ["job "] = function()
            client:job { id = id, name = "Stored" }
          end,
        } do
          local message <const> = refusals.message(call)
          assert.equal(1, message:find(method:gsub(" ", "") .. ": ", 1, true), message)
          assert.is_truthy(message:find(wanted, 1, true), message)
        end
      end)

      for _, update in ipairs(updates.all) do
        it(("%q, in the job that %s is called on"):format(id == bytenite.null and "null" or id, update.name), function()
          job.id = id
          local message <const> = refusals.message(function()
            update.call(job)
          end)
          assert.is_truthy(message:find(wanted, 1, true), message)
        end)
      end
    end

    it("a table without one", function()
      local message <const> = refusals.message(function()
        client:job {}
      end)
      assert.equal("job: job id: expected a string, got nothing", message)
    end)

    it("a function", function()
      assert.is_truthy(refusals
        .message(function()
          client:job(noop)
        end)
        :find("got a function", 1, true))
    end)
  end)

  describe("instead of the job is refused:", function()
    for _, update in ipairs(updates.all) do
      for _, value in ipairs { "some-id", 7, {}, setmetatable({ id = "some-id" }, { __index = {} }), noop } do
        it(("a %s, by %s"):format(type(value), update.name), function()
          local message <const> = refusals.message(function()
            bytenite.Job[update.name](value, update.argument)
          end)
          assert.is_truthy(message:find(update.name .. ": expected a job, got a", 1, true), message)
          assert.is_truthy(message:find(("job:%s(...)"):format(update.name), 1, true), message)
        end)
      end
    end

    it("nothing, by a method that was called with a dot", function()
      local message <const> = refusals.message(function()
        job.set_name "My Job"
      end)
      assert.is_truthy(message:find("call it as job:set_name(...)", 1, true), message)
    end)
  end)

  it("instead of the client is refused", function()
    for _, method in ipairs { "job", "get_job", "create_job", "request", "sign_out", "close" } do
      local message <const> = refusals.message(function()
        client[method] "some-id"
      end)
      assert.is_truthy(message:find(("%s: expected a client, got a string"):format(method), 1, true), message)
      assert.is_truthy(message:find(("client:%s(...)"):format(method), 1, true), message)
    end
  end)

  it("raises the same inside a coroutine", function()
    local message
    coroutine.wrap(function()
      message = refusals.message(function()
        job:set_name(7)
      end)
    end)()
    assert.equal("set_name: expected a string, got the number 7", message)
  end)
end)
