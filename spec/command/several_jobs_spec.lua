-- Commands of `bytenite` that take several ids, and --dry-run.
local core <const> = require "bytenite.core"
local command <const> = require "spec.support.command"
local compile <const> = require "spec.support.compile"
local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"
local sandbox <const> = require "spec.support.sandbox"

local ONE <const>, TWO <const> = "11111111-aaaa-4bbb-8ccc-000000000001", "22222222-aaaa-4bbb-8ccc-000000000002"

local service

local function put(id, state)
  service:put_job(id, ('{"id":"%s","name":"Job %s","state":"JOB_STATE_%s"}'):format(id, id:sub(1, 1), state))
end

before_each(function()
  service = sandbox.plain()
  service:reset()
  put(ONE, "NEW")
  put(TWO, "NEW")
end)

local function run(...)
  return command.run(service, { ... })
end

describe("several ids", function()
  it("print a record each, or a list as JSON, in their order", function()
    local ran = run("get", TWO, ONE)
    assert.equal(
      ("id     %s\nname   Job 2\nstate  new\n\nid     %s\nname   Job 1\nstate  new\n"):format(TWO, ONE),
      ran.output
    )
    ran = run("get", TWO, ONE, "--json")
    local jobs <const> = core.decode(ran.output)
    assert.same({ TWO, ONE }, { jobs[1].id, jobs[2].id })
    assert.equal(TWO .. "\n" .. ONE .. "\n", run("get", TWO, ONE, "--ids").output)
  end)

  it("are all tried, and the worst failure decides the status", function()
    local ran <const> = run("get", "nowhere", ONE, "no-one")
    assert.equal(5, ran.status)
    assert.is_truthy(ran.output:find(ONE, 1, true))
    for _, id in ipairs { "nowhere", "no-one" } do
      assert.is_truthy(ran.errors:find("GET /v1/customer/jobs/" .. id, 1, true), ran.errors)
      assert.is_truthy(ran.errors:find("the job exists: " .. id, 1, true) == nil, ran.errors)
    end
    local failed <const> = run("get", "nowhere", ONE, "--json")
    assert.equal("nowhere", core.decode(failed.errors).error.jobId)
  end)

  it("are checked before anything is sent", function()
    assert.equal(2, run("run", ONE, "..").status)
    assert.equal(0, #connect.sent(service))
  end)

  it("run and wait with a line for each, and end with the worst status", function()
    put(ONE, "COMPLETE")
    put(TWO, "FAILED")
    local ran = run("wait", ONE, TWO, "--interval", "0.02")
    assert.equal(11, ran.status)
    assert.is_truthy(ran.output:find(ONE .. "  complete  Job 1\n", 1, true), ran.output)
    assert.is_truthy(ran.output:find(TWO .. "  failed  Job 2\n", 1, true), ran.output)
    assert.is_truthy(ran.errors:find("job_failed", 1, true), ran.errors)
    assert.is_truthy(ran.errors:find("bytenite logs " .. TWO, 1, true), ran.errors)
    ran = run("wait", ONE, ONE, "--json", "--quiet")
    assert.same({ 0, 2 }, { ran.status, #core.decode(ran.output) })
    service:set_speed(1000)
    local ids <const> = {}
    for index = 1, 3 do
      local made <const> = command.run(service, { "submit", "-", "--draft", "--ids" }, {
        input = '{"templateId":"t","name":"Nightly","dataSource":{"dataSourceDescriptor":"bypass"}}',
      })
      ids[index] = made.output:match "%S+"
    end
    ran = run("run", "--wait", "--interval", "0.02", table.unpack(ids))
    assert.equal(0, ran.status, ran.errors)
    local _ <const>, lines <const> = ran.output:gsub("  complete  Nightly\n", "")
    assert.equal(3, lines)
  end)

  it("keep their logs and results apart", function()
    local logs <const> =
      '{"partitioner":[{"log":"here","timestamp":"T","level":"INFO"}],"assembler":[],"taskrunner":{}}'
    service:fault { operation = "logs", body = logs, times = 4 }
    assert.equal(
      "11111111 T INFO    partitioner  here\n22222222 T INFO    partitioner  here\n",
      run("logs", ONE, TWO).output
    )
    local first <const> = run("logs", ONE, TWO, "--json").output:match "[^\n]+"
    assert.equal(ONE, core.decode(first).jobId)
    for _, id in ipairs { ONE, TWO } do
      put(id, "COMPLETE")
      service:set_results(id, { { name = "a.txt", content = id } })
    end
    local place <const> = folder.new()
    local ran <const> = run("results", ONE, TWO, "--download", place.path .. "/out", "--quiet")
    assert.equal(0, ran.status, ran.errors)
    assert.equal(TWO, place:read("out/" .. TWO .. "/a.txt"))
    assert.equal(ONE, place:read("out/" .. ONE .. "/a.txt"))
    place:__close()
    local rows <const> = core.decode(run("results", ONE, TWO, "--json").output)
    assert.same({ ONE, TWO }, { rows[1].jobId, rows[2].jobId })
  end)
end)

describe("bytenite abort", function()
  it("does not delete a draft without a question", function()
    local ran <const> = run("abort", ONE)
    assert.equal(2, ran.status)
    assert.is_truthy(ran.errors:find("is a draft: abort would delete it", 1, true))
    assert.is_truthy(ran.errors:find("add --yes", 1, true))
    assert.equal(1, #connect.sent(service))
    assert.equal(("deleted %s: it was a draft\n"):format(ONE), run("abort", ONE, "--yes").output)
    assert.equal(5, run("get", ONE).status)
  end)

  it("asks on a terminal", function()
    local ptmx <close> = io.open("/dev/ptmx", "r+")
    if not ptmx then return pending "this system has no pseudo-terminals" end
    local programs <const> = compile.folder()
    local terminal <const> = programs:module "terminal"()
    for _, case in ipairs { { "n\n", 0 }, { "y\n", 5 } } do
      local typed <const> = { { after = "is a draft%. Delete it%? %[y/N%] ", text = case[1] } }
      local seen <const> = command.in_terminal(terminal, service, { "abort", ONE }, { typed = typed })
      assert.equal(0, seen.status, seen.output)
      assert.equal(case[2], run("get", ONE).status)
    end
    programs:__close()
  end)
end)

describe("--dry-run", function()
  local function url(path)
    return service.base_url .. "/customer" .. path
  end

  for name, case in pairs {
    ["set-name"] = { { ONE, "New name" }, "PATCH", "/jobs/" .. ONE .. "/jobname", "New name" },
    ["set-configs"] = { { ONE, "--job-timeout", "60" }, "PATCH", "/jobs/" .. ONE .. "/configs", { jobTimeout = 60 } },
    ["set-datasource"] = {
      { ONE, "--source", "file" },
      "PATCH",
      "/jobs/" .. ONE .. "/datasource",
      { dataSource = require("bytenite").datasource.file() },
    },
    run = { { ONE }, "POST", "/jobs/" .. ONE .. "/run" },
    abort = { { ONE }, "POST", "/jobs/" .. ONE .. "/abort" },
    delete = { { ONE }, "DELETE", "/jobs/" .. ONE },
  } do
    it("shows what " .. name .. " would send, and sends nothing", function()
      local ran = run(name, "--dry-run", "--json", table.unpack(case[1]))
      assert.equal(0, ran.status, ran.errors)
      assert.equal(0, #service:requests())
      local shown <const> = core.decode(ran.output)
      assert.equal(1, #shown)
      assert.same({ case[2], url(case[3]) }, { shown[1].method, shown[1].url })
      assert.same(case[4] and core.decode(core.encode(case[4])), shown[1].body)
      ran = run(name, "--dry-run", table.unpack(case[1]))
      local body <const> = case[4] and core.encode(case[4]) .. "\n" or ""
      local shown_line <const>, shown_body <const> = ran.output:match "^([^\n]*\n)(.*)$"
      assert.equal(("%s %s\n"):format(case[2], url(case[3])), shown_line)
      assert.same(core.decode(body), core.decode(shown_body))
    end)
  end

  it("shows the whole parameters that set-params would send", function()
    service:put_job(ONE, ('{"id":"%s","state":"JOB_STATE_NEW","params":{"app":{"a":1}}}'):format(ONE))
    local ran <const> = run("set-params", ONE, "--param", "app.b=2", "--dry-run")
    assert.equal(0, ran.status, ran.errors)
    assert.is_truthy(ran.output:find('/params\n{"app":{"a":1,"b":2}}\n', 1, true), ran.output)
    for _, request in ipairs(connect.sent(service)) do
      assert.equal("get_job", request.operation)
    end
  end)

  it("shows each step of submit, and refuses what submit would", function()
    local new <const> = '{"templateId":"t","name":"Nightly","params":{"app":{"x":1}}}'
    local function submit(input, ...)
      return command.run(service, { "submit", "-", "--dry-run", ... }, { input = input })
    end
    local ran = submit(new, "--source", "file", "--upload", "in.zip", "--json")
    assert.equal(0, ran.status, ran.errors)
    local shown <const> = {}
    for index, request in ipairs(core.decode(ran.output)) do
      shown[index] = request.method .. " " .. request.url:gsub("^" .. service.base_url:gsub("%p", "%%%0"), "")
    end
    assert.same({
      "POST /customer/jobs",
      "PATCH /customer/jobs/{jobId}/datasource",
      "PATCH /customer/jobs/{jobId}/params",
      "PUT (the upload address)",
      "PATCH /customer/jobs/{jobId}/uploadcompleted",
      "POST /customer/jobs/{jobId}/run",
    }, shown)
    ran = submit(new, "--draft", "--json")
    assert.same(core.decode(new), core.decode(ran.output)[1].body)
    ran = submit '{"templateId":"t","params":{"app":{},"partitoner":{}}}'
    assert.equal(2, ran.status)
    assert.is_truthy(ran.errors:find('did you mean "partitioner"', 1, true), ran.errors)
    assert.equal(0, #service:requests())
  end)
end)
