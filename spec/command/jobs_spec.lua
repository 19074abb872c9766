-- The commands of `bytenite` that list, show, create, change and delete jobs, in pipes.
local core <const> = require "bytenite.core"
local command <const> = require "spec.support.command"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local OTHER <const> = "0a8e5d1b-94f7-4e31-8b6c-d25f1c7e9a04"
local JOB <const> =
  [[{"id":"%s","name":"Old name","state":"JOB_STATE_NEW","templateId":"img-gen","createdAt":"2025-08-27T17:55:57.104Z",
  "params":{"app":{"prompt":"A sunset","size":{"width":8}},"partitioner":{},"assembler":{}}}]]

local service

before_each(function()
  service = sandbox.plain()
  service:reset()
  service:put_job(ID, JOB:format(ID))
end)

-- Runs a command that must succeed; returns what it printed.
local function run(arguments, options)
  local ran <const> = command.run(service, arguments, options)
  assert.equal(0, ran.status, ran.errors)
  return ran.output, ran.errors
end

local function run_json(arguments, options)
  local output <const> = run({ "--json", table.unpack(arguments) }, options)
  assert.equal("\n", output:sub(-1))
  return (assert(core.decode(output)))
end

-- Returns the JSON bodies of the requests of an operation.
local function sent(operation)
  local bodies <const> = {}
  for _, request in ipairs(connect.sent(service)) do
    if request.operation == operation then bodies[#bodies + 1] = core.decode(request.body) or request.body end
  end
  return bodies
end

local function temporary(ending, text)
  local name <const> = os.tmpname()
  local file <close> = assert(io.open(name .. ending, "wb"))
  assert(file:write(text))
  finally(function()
    os.remove(name)
    os.remove(name .. ending)
  end)
  return name .. ending
end

describe("bytenite get", function()
  it("prints a job as JSON, as the service sent it", function()
    local client <close> = connect.client(service)
    local job <const> = assert(client:get_job(ID))
    assert.same(core.decode(core.encode(job)), run_json { "get", ID })
  end)

  it("prints a record for people, always in the same order", function()
    assert.equal(
      [[
id        3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3
name      Old name
state     new
template  img-gen
app       {"prompt":"A sunset","size":{"width":8}}
created   2025-08-27 17:55:57 UTC
]],
      (run { "get", ID })
    )
  end)

  it("sorts the members of objects for people", function()
    service:put_job(ID, '{"params":{"app":{"f":{"z":1,"y":[2,{}]},"e":[],"d":null,"c":"x","b":2.5,"a":true}}}')
    local app <const> = '{"a":true,"b":2.5,"c":"x","d":null,"e":[],"f":{"y":[2,{}],"z":1}}'
    assert.is_truthy(run({ "get", ID }):find(app, 1, true))
  end)

  it("hides possible secrets in a data source from people", function()
    service:put_job(
      ID,
      '{"dataSource":{"dataSourceDescriptor":"url","params":{"url":"https://u:p@h.org/in?sig=1","password":"w"}}}'
    )
    assert.is_truthy(run({ "get", ID }):find "\nsource  url https://h%.org/in%?%.%.%.\n$")
  end)
end)

describe("bytenite list", function()
  local ROWS <const> = '{"data":[{"id":"a","name":"First","state":"JOB_STATE_COMPLETE","createdAt":"2025-08-27T17:55:57Z"},'
    .. '{"id":"bb","name":"One\\nline","state":"JOB_STATE_TASKS_COMPLETED"}],"pagination":{"total":%d,"hasNext":%s}}'

  local function response(operation, total, has_next)
    service:fault { operation = operation, body = ROWS:format(total, has_next) }
  end

  it("prints a table, and says how many jobs it leaves out", function()
    response("list_jobs", 7, "true")
    local output <const>, errors <const> = run { "list", "--limit", "2", "--order-by", "createdAt" }
    assert.equal(
      [[
ID  STATE            CREATED (UTC)        NAME
a   complete         2025-08-27 17:55:57  First
bb  tasks completed                       One line
]],
      output
    )
    assert.equal("2 of 7 jobs; --all shows all\n", errors)
    assert.is_truthy(connect.sent(service)[1].path:find "pagination%.limit=2")
    assert.is_truthy(connect.sent(service)[1].path:find "orderBy=createdAt")
  end)

  it("prints a list of the jobs as JSON, and nothing else", function()
    response("list_jobs", 7, "true")
    local output <const>, errors <const> = run { "list", "--json" }
    local jobs <const> = core.decode(output)
    assert.same({ 2, "a", "One\nline" }, { #jobs, jobs[1].id, jobs[2].name })
    assert.equal("", errors)
  end)

  it("prints an empty list if there are no jobs", function()
    local body <const> = '{"data":[],"pagination":{"total":0}}'
    service:fault { operation = "list_jobs", body = body, times = 2 }
    assert.equal("[]\n", (run { "list", "--json" }))
    local output <const>, errors <const> = run { "list" }
    assert.same({ "", "no jobs\n" }, { output, errors })
  end)

  it("prints only ids with --ids, for other commands", function()
    response("list_jobs", 2, "false")
    assert.equal("a\nbb\n", (run { "list", "--ids" }))
    assert.equal(ID .. "\n", (run { "get", ID, "--ids" }))
  end)

  it("goes through all pages with --all", function()
    response("list_jobs", 4, "true")
    response("list_jobs", 4, "false")
    assert.equal(4, #run_json { "list", "--all" })
    assert.equal(2, #connect.sent(service))
  end)

  it("filters, with values as JSON if they are valid JSON", function()
    response("filter_jobs", 2, "false")
    run { "list", "--filter", "state=JOB_STATE_COMPLETE", "--filter", "numChunks >= 12", "--filter", "name~%batch%" }
    local filters <const> = sent("filter_jobs")[1].filters
    local triples <const> = {}
    for index, filter in ipairs(filters) do
      triples[index] = { filter.field, filter.condition, filter.value.value }
    end
    assert.same({
      { "state", "FILTER_CONDITION_EQ", "JOB_STATE_COMPLETE" },
      { "numChunks", "FILTER_CONDITION_GTE", "12" },
      { "name", "FILTER_CONDITION_LIKE", "%batch%" },
    }, triples)
  end)

  it("accepts states as it shows them, and finds a text anywhere in a member", function()
    response("filter_jobs", 2, "false")
    run { "list", "--filter", "state=tasks_completed", "--filter", "name~batch" }
    local filters <const> = sent("filter_jobs")[1].filters
    assert.same({ "JOB_STATE_TASKS_COMPLETED", "%batch%" }, { filters[1].value.value, filters[2].value.value })
  end)

  it("lists as many as requested even if the service limits its pages", function()
    service:fill(250)
    local output <const>, errors <const> = run { "list", "--ids", "--limit", "230", "--offset", "5" }
    local seen, count = {}, 0
    for id in output:gmatch "[^\n]+" do
      assert.is_nil(seen[id])
      seen[id], count = true, count + 1
    end
    assert.equal(230, count)
    assert.matches("^230 of 25%d jobs", errors)
    local _ <const>, none <const> = run { "list", "--offset", "1000" }
    assert.matches("no jobs after the first 1000", none)
  end)

  it("fails if a filter is refused, instead of listing all jobs", function()
    service:fault { operation = "filter_jobs", status = 400 }
    assert.equal(6, command.run(service, { "list", "--filter", "state=failed" }).status)
    assert.equal(0, #sent "list_jobs")
  end)
end)

describe("bytenite set-...", function()
  it("set-name changes the name and shows the job", function()
    assert.is_truthy(run({ "set-name", ID, "New name" }):find "\nname      New name\n")
    assert.same({ "New name" }, sent "set_name")
  end)

  it("set-params sends the value of a file unchanged", function()
    for ending, text in pairs { [".json"] = '{"app":{"seed":9007199254740993}}', [".lua"] = "return {app={seed=2^53|1}}" } do
      run { "set-params", ID, temporary(ending, text) }
    end
    for _, body in ipairs(sent "set_params") do
      assert.same({ app = { seed = 9007199254740993 } }, body)
    end
    assert.equal(0, #sent "get_job")
  end)

  it("set-params reads standard input for -", function()
    run({ "set-params", ID, "-" }, { input = '{"app":{"a":[]}}' })
    assert.equal('{"app":{"a":[]}}', connect.sent(service)[1].body)
  end)

  it("set-params --param changes the named members and keeps the rest", function()
    run {
      "set-params",
      ID,
      "--param=app.size.height=5",
      "--param=app.prompt=A sunrise",
      '--param=partitioner.list=[1,"two",null]',
      '--param=app.text="7"',
    }
    assert.same({
      app = { prompt = "A sunrise", size = { width = 8, height = 5 }, text = "7" },
      partitioner = { list = core.array { 1, "two", core.null } },
      assembler = {},
    }, sent("set_params")[1])
  end)

  it("set-params does not change single items of lists", function()
    local ran <const> = command.run(
      service,
      { "set-params", ID, "-", "--param", "app.l.x=1" },
      { input = '{"app":{"l":[1]}}' }
    )
    assert.equal(2, ran.status)
    assert.is_truthy(ran.errors:find "l is not an object")
  end)

  it("set-configs sends the given settings", function()
    run { "set-configs", ID, "--task-timeout", "60", "--test-job" }
    run { "set-configs", ID, "--job-timeout=120", "--max-task-retries=0", "--no-test-job" }
    assert.same({
      { taskTimeout = 60, isTestJob = true },
      { jobTimeout = 120, maxTaskRetries = 0, isTestJob = false },
    }, sent "set_configs")
  end)

  it("set-datasource accepts words, addresses and files", function()
    local storage <const> = '{"dataSourceDescriptor":"s3","params":{"name":"in","bucketName":"b"}}'
    run { "set-datasource", ID, "--source", "https://h.org/in", "--destination", "bucket" }
    run { "set-datasource", ID, "--source", "url:ftp://h.org/in" }
    run { "set-datasource", ID, "--source", "file" }
    run { "set-datasource", ID, "--destination", temporary(".json", storage) }
    local bodies <const> = sent "set_datasource"
    assert.same({ "https://h.org/in", "bucket" }, {
      bodies[1].dataSource.params.url,
      bodies[1].dataDestination.dataSourceDescriptor,
    })
    assert.equal("ftp://h.org/in", bodies[2].dataSource.params.url)
    assert.equal("file", bodies[3].dataSource.dataSourceDescriptor)
    assert.same({
      name = "in",
      bucketName = "b",
      ["@type"] = "type.googleapis.com/bytenite.data_source.S3DataSource",
    }, bodies[4].dataDestination.params)
  end)
end)

describe("bytenite delete", function()
  it("deletes without a question with --yes", function()
    service:fault { operation = "delete", body = '{"ok":true}', times = 2 }
    assert.equal(("deleted %s\ndeleted %s\n"):format(ID, OTHER), (run { "delete", "--yes", ID, OTHER }))
  end)

  it("continues after one that cannot be deleted, and ends with its status", function()
    service:fault { operation = "delete", status = 404 }
    service:fault { operation = "delete", body = '{"ok":true}' }
    local ran <const> = command.run(service, { "delete", "-y", OTHER, ID })
    assert.equal(5, ran.status)
    assert.equal(("deleted %s\n"):format(ID), ran.output)
    assert.is_truthy(ran.errors:find "^bytenite: DELETE [^\n]*not_found[^\n]*\n$")
  end)

  it("reports each that cannot be deleted", function()
    local ran <const> = command.run(service, { "delete", "-y", "no-such-1", "no-such-2" })
    assert.equal(5, ran.status)
    assert.is_truthy(
      ran.errors:find "^bytenite: DELETE [^\n]*no%-such%-1[^\n]*\nbytenite: DELETE [^\n]*no%-such%-2[^\n]*\n$"
    )
  end)

  it("asks no question in a pipe: without --yes it refuses", function()
    assert.equal(2, command.run(service, { "delete", ID }, { input = "y\n" }).status)
    assert.equal(0, #connect.sent(service))
  end)
end)

describe("bytenite submit", function()
  local DESCRIPTION <const> = [[
    return {
      templateId = "img-gen",
      name = "From Lua",
      dataSource = bytenite.datasource.url "https://example.org/in.txt",
      dataDestination = bytenite.datasource.bucket(),
      params = { app = { prompt = ("x"):rep(3), tags = bytenite.array {}, mask = bytenite.null } },
      config = { isTestJob = true },
    }]]

  it("creates a draft from a Lua file, which can use the module", function()
    local job <const> = run_json { "submit", "--draft", temporary(".lua", DESCRIPTION) }
    assert.equal("JOB_STATE_NEW", job.state)
    local body <const> = connect.sent(service)[1].body
    assert.is_truthy(body:find '"prompt":"xxx"')
    assert.is_truthy(body:find '"tags":%[%]')
    assert.is_truthy(body:find '"mask":null')
  end)

  it("reads JSON from standard input, overridden by options", function()
    run({ "submit", "-", "--draft", "--name", "Another", "--param", "app.a=1", "--source", "bypass" }, {
      input = '{"templateId":"img-gen","name":"Nightly","params":{"app":{"b":2}}}',
    })
    assert.same({
      templateId = "img-gen",
      name = "Another",
      params = { app = { a = 1, b = 2 } },
      dataSource = { dataSourceDescriptor = "bypass" },
    }, sent("create_job")[1])
  end)

  local bad <const> = {
    { ".json", '{"templateId": }', "%.json:1:16: not JSON" },
    { ".json", "[1]", "%.json: it must hold an object" },
    { ".lua", "return {\n  oops oops }", "%.lua:2: " },
    { ".lua", "\nerror 'no input today'", "%.lua:2: no input today" },
    { ".lua", "return bytenite.datasource.url { ulr = 'x' }", '%.lua: .*did you mean "url"' },
    { ".lua", "return 5", "%.lua: it must return a table" },
    { ".lua", "\nlocal x = bytenite.datasource.url { ulr = 'x' }", '%.lua:2: .*did you mean "url"' },
    { ".json", '{\n"templateId": "t",\n "name": tru\n}', "%.json:3:10: not JSON" },
    { ".json", '{"templateId":"t",\n"nmae":"x"}', '%.json:2: unknown member "nmae": did you mean "name"' },
    { ".json", '{"templateId":"t",\n"config":{\n"taskTimeout":"soon"}}', "%.json:3: config%.taskTimeout" },
    { ".lua", "#!/usr/bin/env lua\nreturn {\n  templateId = 't',\n  nmae = 'x' }", '%.lua:4: unknown member "nmae"' },
  }
  for _, case in ipairs(bad) do
    it(("says where the mistake is in %q"):format(case[2]), function()
      local ran <const> = command.run(service, { "submit", temporary(case[1], case[2]) })
      assert.equal(2, ran.status, ran.errors)
      assert.is_truthy(ran.errors:find("^bytenite: [^\n]*" .. case[3] .. "[^\n]*\n$"), ran.errors)
      assert.equal(0, #connect.sent(service))
    end)
  end

  it("says how far it got, and which job exists", function()
    service:fault { operation = "set_params", status = 400, message = "no such parameter" }
    local input <const> = '{"templateId":"t","name":"Nightly","params":{"app":{"x":1}}}'
    local ran <const> = command.run(service, { "submit", "-" }, { input = input })
    assert.equal(6, ran.status)
    assert.is_truthy(
      ran.errors:find "^bytenite: set_params: PATCH [^\n]*no such parameter[^\n]*\nbytenite: the job exists: %x[^\n]*\n$"
    )
    service:fault { operation = "set_params", status = 400 }
    local failed <const> = command.run(service, { "submit", "-", "--json" }, { input = input })
    local problem <const> = core.decode(failed.errors).error
    assert.equal("set_params", problem.step)
    assert.is_truthy(problem.jobId:find "^%x+%-")
  end)
end)
