-- The commands of `bytenite` that run a job to its end, in pipes: run, wait, abort, logs, upload,
-- results, submit --wait.
local lfs <const> = require "lfs"
local core <const> = require "bytenite.core"
local command <const> = require "spec.support.command"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local TASK <const> = "9be2c7d4-13f8-4a06-8f57-c0d6a1e5b392"

local service

local function put_job(state, more)
  service:put_job(ID, ('{"id":"%s","name":"Nightly","state":"JOB_STATE_%s"%s}'):format(ID, state, more or ""))
end

before_each(function()
  service = sandbox.plain()
  service:reset()
  put_job "NEW"
end)

-- Sets the next responses to a call, instead of the sandbox's own.
local function response(operation, ...)
  local faults <const> = {}
  for index, body in ipairs { ... } do
    faults[index] = { operation = operation, body = body }
  end
  service:fault(faults)
end

local function job_in(state, more)
  return ('{"job":{"id":"%s","name":"Nightly","state":"JOB_STATE_%s"%s}}'):format(ID, state, more or "")
end

local function run(arguments, options)
  local ran <const> = command.run(service, arguments, options)
  assert.equal(0, ran.status, ran.errors)
  return ran.output, ran.errors
end

local function operations_sent()
  local names <const> = {}
  for index, request in ipairs(connect.sent(service)) do
    names[index] = request.operation
  end
  return names
end

describe("bytenite wait", function()
  it("reports each state on its own line, and then shows the job", function()
    response("get_job", job_in "STARTED", job_in "STARTED", job_in "PARTITIONED", job_in "COMPLETE")
    local output <const>, errors <const> = run { "wait", ID, "--interval", "0.02" }
    assert.equal("waiting: 11 % started\nwaiting: 44 % partitioned\nwaiting: 100 % complete\n", errors)
    assert.equal(("id     %s\nname   Nightly\nstate  complete\n"):format(ID), output)
  end)

  it("prints nothing but the job with --json, and nothing but errors with --quiet", function()
    response("get_job", job_in "STARTED", job_in "COMPLETE", job_in "STARTED", job_in "FAILED")
    local output <const>, errors <const> = run { "wait", ID, "--interval", "0.02", "--json" }
    assert.equal("", errors)
    assert.same({ id = ID, name = "Nightly", state = "JOB_STATE_COMPLETE" }, core.decode(output))
    local ran <const> = command.run(service, { "wait", ID, "--interval", "0.02", "--quiet" })
    assert.is_truthy(ran.errors:find "^bytenite: [^\n]+\n$")
  end)

  it("has an exit status for a failed job, and says where to look", function()
    response("get_job", job_in("FAILED", ',"errorMessage":"no GPU was found"'))
    local ran <const> = command.run(service, { "wait", ID, "--quiet" })
    assert.equal(11, ran.status)
    assert.is_truthy(ran.errors:find "^bytenite: job_failed: no GPU was found[^\n]*bytenite logs 3f0c9a52%-")
  end)

  it("gives up after its own time limit", function()
    put_job "STARTED"
    local ran <const> = command.run(service, { "wait", ID, "--timeout", "0.1", "--interval", "0.02", "--json" })
    assert.equal(9, ran.status)
    assert.equal("timeout", core.decode(ran.errors).error.kind)
  end)
end)

describe("bytenite run", function()
  it("runs the job and shows its new state", function()
    response("run", '{"ok":true}')
    response("get_job", job_in "STARTED")
    assert.is_truthy(run({ "run", ID }):find "\nstate  started\n")
    assert.same({ "run", "get_job" }, operations_sent())
  end)

  it("waits with --wait", function()
    response("run", '{"ok":true}')
    response("get_job", job_in "STARTED", job_in "COMPLETE")
    assert.is_truthy(run({ "run", ID, "--wait", "--interval", "0.02" }):find "\nstate  complete\n")
  end)
end)

describe("bytenite abort", function()
  it("shows the new state of the job", function()
    response("abort", '{"ok":true}')
    response("get_job", job_in "STARTED", job_in "FAILED")
    assert.is_truthy(run({ "abort", ID }):find "\nstate  failed\n")
    assert.same({ "get_job", "abort", "get_job" }, operations_sent())
  end)

  it("says that a draft was deleted", function()
    local gone <const> = { operation = "get_job", status = 404 }
    service:fault { { operation = "abort", body = '{"ok":true}', times = 2 }, gone, gone }
    assert.equal(("deleted %s: it was a draft\n"):format(ID), (run { "abort", ID, "--yes" }))
    assert.same({ id = ID, deleted = true }, core.decode((run { "abort", "-y", ID, "--json" })))
  end)
end)

describe("bytenite logs", function()
  local FIRST <const> =
    [[{"log":"split input","timestamp":"2025-08-27T17:56:20.118Z","level":"INFO","container":"main"}]]
  local BAR <const> = [[{"log":" 1%\r 2%\r","timestamp":"2025-08-27T17:57:00Z","level":"UNKNOWN","container":""}]]
  local LAST <const> =
    [[{"log":"\u001b[31mdone","timestamp":"2025-08-27T17:58:00Z","level":"ERROR","container":"main"}]]

  local function logs_of(partitioner, task)
    return ('{"partitioner":[%s],"assembler":[],"taskrunner":{"%s":{"logs":[%s]}}}'):format(partitioner, TASK, task)
  end

  local FIRST_LINE <const> = "2025-08-27T17:56:20.118Z INFO    partitioner  split input\n"
  local BAR_LINE <const> = ("2025-08-27T17:57:00Z UNKNOWN taskrunner/%s   1%%\r 2%%\n"):format(TASK)
  local LAST_LINE <const> = ("2025-08-27T17:58:00Z ERROR   taskrunner/%s  \27[31mdone\n"):format(TASK)

  it("prints lines unchanged in a pipe", function()
    response("logs", logs_of(FIRST, BAR .. "," .. LAST))
    assert.equal(FIRST_LINE .. BAR_LINE .. LAST_LINE, (run { "logs", ID }))
  end)

  it("prints an object for each line with --json", function()
    response("logs", logs_of(FIRST, LAST))
    local output <const> = run { "logs", ID, "--json" }
    local objects <const> = {}
    for line in output:gmatch "[^\n]+" do
      objects[#objects + 1] = assert(core.decode(line))
    end
    assert.equal(2, #objects)
    assert.same({
      service = "TASKRUNNER",
      taskId = TASK,
      log = "\27[31mdone",
      timestamp = "2025-08-27T17:58:00Z",
      level = "ERROR",
      container = "main",
    }, objects[2])
    assert.is_nil(objects[1].taskId)
  end)

  it("asks for the wanted levels, services and tasks", function()
    response("logs", logs_of("", ""))
    run { "logs", ID, "--level", "error", "--level", "FATAL", "--service", "taskrunner", "--task", TASK }
    assert.same({
      jobId = ID,
      levels = core.array { "ERROR", "FATAL" },
      services = core.array { "TASKRUNNER" },
      taskIds = core.array { TASK },
    }, core.decode(connect.sent(service)[1].body))
  end)

  it("--follow prints each line once, until the job has ended", function()
    response("get_job", job_in "STARTED", job_in "PARTITIONED", job_in "PARTITIONED", job_in "COMPLETE")
    response("logs", logs_of(FIRST, ""), logs_of(FIRST, BAR), logs_of(FIRST, BAR), logs_of(FIRST, BAR .. "," .. LAST))
    local output <const>, errors <const> = run { "logs", ID, "--follow", "--interval", "0.02" }
    assert.equal(FIRST_LINE .. BAR_LINE .. LAST_LINE, output)
    assert.equal("", errors)
    local sent <const> = operations_sent()
    assert.same({ "logs", "logs" }, { sent[8], sent[9] }) -- fetched after the job ended, until nothing is new
    assert.equal(9, #sent)
  end)

  it("--follow ends with the error of a call that fails", function()
    response("get_job", job_in "STARTED")
    response("logs", logs_of(FIRST, ""))
    service:fault { operation = "get_job", status = 404 }
    local ran <const> = command.run(service, { "logs", ID, "-f", "--interval", "0.02" })
    assert.same({ 5, FIRST_LINE }, { ran.status, ran.output })
  end)
end)

describe("bytenite logs --follow", function()
  local function line(log, time)
    return ([[{"log":"%s","timestamp":"2025-08-27T17:%s:00Z","level":"INFO","container":"main"}]]):format(log, time)
  end

  local function logs(...)
    return ('{"partitioner":[%s],"assembler":[],"taskrunner":{}}'):format(table.concat({ ... }, ","))
  end

  -- Follows a job that has these logs, one after the other, and then ends. Returns the words of the
  -- lines.
  local function follow(...)
    local count <const> = select("#", ...)
    for number = 1, count do
      response("get_job", job_in(number < count and "STARTED" or "COMPLETE"))
    end
    response("logs", ...)
    response("logs", (select(count, ...)))
    local output <const>, errors <const> = run { "logs", ID, "--follow", "--interval", "0.02" }
    local words <const> = {}
    for word in output:gmatch "partitioner  ([^\n]+)\n" do
      words[#words + 1] = word
    end
    return table.concat(words, " "), errors
  end

  it("shows lines that come late, between others, once", function()
    local a <const>, b <const>, c <const>, d <const> = line("a", 10), line("b", 12), line("c", 14), line("d", 11)
    assert.equal("a b d c", (follow(logs(a, b), logs(a, d, b), logs(a, d, b, c))))
  end)

  it("continues when the log was rotated", function()
    local a <const>, b <const>, c <const>, d <const> = line("a", 10), line("b", 11), line("c", 12), line("d", 13)
    assert.equal("a b c d", (follow(logs(a, b), logs(b, c), logs(d))))
    assert.equal("a b c", (follow(logs(a), logs(b), logs(a, b, c)))) -- and when another server sends old lines again
  end)

  it("shows equal lines as often as they occur", function()
    local a <const> = line("a", 10)
    assert.equal("a a a", (follow(logs(a), logs(a, a), logs(a, a, a), logs(a, a))))
  end)

  it("shows lines that come after the end of the job", function()
    local a <const>, b <const> = line("a", 10), line("b", 11)
    response("get_job", job_in "COMPLETE")
    response("logs", logs(a), logs(a, b), logs(a, b))
    local output <const> = run { "logs", ID, "--follow", "--interval", "0.02" }
    assert.is_truthy(output:find "  a\n.*  b\n$")
  end)

  it("continues through an outage, and says so once", function()
    local a <const>, b <const> = line("a", 10), line("b", 11)
    response("get_job", job_in "STARTED")
    response("logs", logs(a))
    service:fault { operation = "get_job", status = 503, times = 2 }
    response("get_job", job_in "STARTED")
    service:fault { operation = "logs", status = 500, times = 1 }
    response("get_job", job_in "COMPLETE")
    response("logs", logs(a, b), logs(a, b))
    local ran <const> = command.run(service, { "--max-retries", "0", "logs", ID, "-f", "--interval", "0.02" })
    assert.equal(0, ran.status, ran.errors)
    assert.is_truthy(ran.output:find "  a\n[^\n]*  b\n$", ran.output)
    local _ <const>, count <const> = ran.errors:gsub("trying again: GET [^\n]*503", "")
    assert.equal(1, count, ran.errors)
  end)

  it("ends when the outage does not", function()
    service:fault { operation = "get_job", status = 503, times = "forever" }
    local ran <const> = command.run(service, { "--max-retries", "0", "logs", ID, "-f", "--interval", "0.02" })
    assert.equal(8, ran.status)
    assert.equal(5, #connect.sent(service))
  end)

  it("remembers a bounded number of lines that the log no longer has", function()
    local follower <const> = require("bytenite.command.log_follower").new()
    local function look(number)
      local given = 0
      return follower:show_new(function()
        given = given + 1
        if given <= 100 then
          return { log = ("%d %d "):format(number, given):rep(1000), timestamp = "T" }, "PARTITIONER"
        end
      end, function() end)
    end
    for number = 1, 40 do
      assert.equal(100, look(number))
    end
    local bytes = 0
    for key in pairs(follower.seen) do
      bytes = bytes + #key
    end
    assert.is_true(bytes < 10 << 20, bytes)
    assert.equal(0, look(40))
  end)
end)

describe("bytenite results", function()
  local RESULTS <const> =
    '{"results":[{"name":"out_0/a.txt","link":"https://h.org/a?sig=1"},{"name":"b.txt","link":"https://h.org/b"}]}'

  it("lists names and links, or one of them", function()
    response("results", RESULTS, RESULTS, RESULTS)
    assert.equal(
      "NAME         LINK\nout_0/a.txt  https://h.org/a?sig=1\nb.txt        https://h.org/b\n",
      (run { "results", ID })
    )
    assert.equal("NAME   LINK\nb.txt  https://h.org/b\n", (run { "results", ID, "--only", "b.txt" }))
    assert.same(core.decode(RESULTS).results, core.decode((run { "results", ID, "--json" })))
  end)

  it("are an empty list if there are none", function()
    response("results", '{"results":[]}', '{"results":[]}')
    assert.equal("[]\n", (run { "results", ID, "--json" }))
    local output <const>, errors <const> = run { "results", ID }
    assert.same({ "", "no results\n" }, { output, errors })
  end)

  it("are not reported as empty if they could not be fetched", function()
    service:fault { operation = "results", status = 400, message = "the job has not yet been completed" }
    local ran <const> = command.run(service, { "results", ID })
    assert.equal(6, ran.status, ran.errors)
    assert.is_nil(ran.errors:find("no results", 1, true), ran.errors)
  end)

  it("says so if none has the name", function()
    response("results", RESULTS)
    assert.equal(5, command.run(service, { "results", ID, "--only", "c.txt" }).status)
  end)
end)

describe("bytenite info and templates", function()
  it("show what the service returns", function()
    local INFO <const> = '{"version":{"major":1,"minor":4,"tag":"beta"},"messages":["Maintenance on Sunday"]}'
    response("info", INFO, INFO)
    assert.equal("version  1.4 (beta)\nmessage  Maintenance on Sunday\n", (run { "info" }))
    assert.same(core.decode(INFO), core.decode((run { "info", "--json" })))
    response(
      "list_templates",
      '{"data":[{"id":"img-gen","app":"img-gen@1","description":"Images"}],"pagination":{"total":1}}'
    )
    assert.equal("ID       APP        DESCRIPTION\nimg-gen  img-gen@1  Images\n", (run { "templates" }))
  end)
end)

describe("bytenite from the file to the results", function()
  local folder

  before_each(function()
    folder = os.tmpname() .. ".d"
    assert(lfs.mkdir(folder))
  end)

  after_each(function()
    os.execute(("rm -r '%s'"):format(folder))
  end)

  local function write(name, text)
    local file <close> = assert(io.open(folder .. "/" .. name, "wb"))
    assert(file:write(text))
    return folder .. "/" .. name
  end

  it("submits, uploads, waits and downloads in one go", function()
    local fast <close> = sandbox.start "--speed 100"
    service = fast
    local input <const> = write("input.bin", ("0123456789"):rep(1000))
    local description <const> = write("job.json", '{"templateId":"img-gen","name":"Nightly batch"}')
    local output <const>, errors <const> = run {
      "submit",
      description,
      "--destination=bucket",
      "--upload=" .. input,
      "--download=" .. folder .. "/out",
      "--interval=0.05",
    }
    assert.is_truthy(errors:find "^uploading: 100 %% [^\n]+\njob %x[^\n]+ is running\nwaiting: ")
    assert.is_truthy(output:find "\nstate +complete\n")
    assert.is_truthy(output:find "\nNAME +SIZE +PATH\n")
    assert.equal("directory", lfs.attributes(folder .. "/out", "mode"))
  end)

  it("does the same step by step", function()
    local fast <close> = sandbox.start "--speed 100"
    service = fast
    local input <const> = write("input.bin", ("0123456789"):rep(1000))
    local draft <const> = run(
      { "submit", "-", "--draft", "--json", "--source=file", "--destination=bucket" },
      { input = '{"templateId":"img-gen","name":"Nightly"}' }
    )
    local id <const> = core.decode(draft).id
    local _ <const>, errors <const> = run { "upload", id, input }
    assert.is_truthy(errors:find "uploading: 100 %% 9%.8 KiB of 9%.8 KiB\n$")
    run { "run", id }
    run { "wait", id, "--interval=0.05" }
    local results <const> = core.decode((run { "results", id, "--json" }))
    assert.is_true(#results > 0)
    local files <const> = core.decode((run { "results", id, "--json", "--download", folder .. "/all" }))
    assert.equal(#results, #files)
    for index, file in ipairs(files) do
      assert.equal(results[index].name, file.name)
      assert.equal(file.size, lfs.attributes(file.path, "size"))
    end
    assert.is_truthy(run({ "logs", id }):find "%d%dZ ")
    assert.is_truthy(run({ "list" }):find(id, 1, true))
    assert.equal(("deleted %s\n"):format(id), (run { "delete", "--yes", id }))
  end)

  it("reports a missing file before anything is sent", function()
    local ran <const> = command.run(service, { "upload", ID, folder .. "/none" })
    assert.equal(12, ran.status, ran.errors)
  end)
end)
