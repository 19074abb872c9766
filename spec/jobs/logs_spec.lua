-- Logs: one request, and the lines of all services in chronological order.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local refusals <const> = require "spec.support.refusals"

describe("the logs of a job", function()
  local job
  local service <const>, client <const> = connect.for_tests(before_each, teardown)

  before_each(function()
    job = client:job "j1"
  end)

  local function response(body)
    service:fault { operation = "logs", body = type(body) == "string" and body or bytenite.encode(body) }
  end

  -- Makes lines from {"10.5 first", ...}: seconds within a minute, and texts.
  local function lines(list)
    local made <const> = bytenite.array {}
    for index, text in ipairs(list) do
      local time <const>, log <const> = text:match "^(%S*) (.*)$"
      made[index] =
        { log = log, timestamp = time ~= "-" and ("2025-08-27T17:56:%sZ"):format(time) or nil, level = "INFO" }
    end
    return made
  end

  local function tasks(by_id)
    local made <const> = {}
    for id, list in pairs(by_id) do
      made[id] = { logs = lines(list) }
    end
    return made
  end

  -- Joins what an iterator returns.
  local function told(each)
    local texts <const> = {}
    for line, part, task in each do
      texts[#texts + 1] = ("%s%s:%s"):format(part:sub(1, 1), task or "", line.log)
    end
    return table.concat(texts, " ")
  end

  local function told_of(body)
    response(body)
    return told(assert(job:logs()))
  end

  it("come line by line, with the service and the task", function()
    response {
      partitioner = { { log = "split", timestamp = "2025-08-27T17:56:20.118Z", level = "INFO", container = "main" } },
      assembler = bytenite.array {},
      taskrunner = { t1 = { logs = { { log = "begun", timestamp = "2025-08-27T17:56:40Z", level = "WARN" } } } },
    }
    local each <const> = assert(job:logs())
    assert.same({
      { log = "split", timestamp = "2025-08-27T17:56:20.118Z", level = "INFO", container = "main" },
      "PARTITIONER",
    }, { each() })
    assert.same({
      { log = "begun", timestamp = "2025-08-27T17:56:40Z", level = "WARN" },
      "TASKRUNNER",
      "t1",
    }, { each() })
    assert.is_nil(each())
    assert.is_nil(each())
  end)

  it("are merged by time", function()
    assert.equal(
      "P:a Tt1:b Tt2:c P:d Tt1:e A:f",
      told_of {
        partitioner = lines { "10 a", "13 d" },
        taskrunner = tasks { t1 = { "11 b", "14 e" }, t2 = { "12 c" } },
        assembler = lines { "15 f" },
      }
    )
  end)

  it("are in order even if the service's are not", function()
    assert.equal("P:a P:b P:c", told_of { partitioner = lines { "12 c", "10 a", "11 b" } })
  end)

  it("are ordered by fractions of a second, in any time zone", function()
    response {
      partitioner = {
        { log = "e", timestamp = "2025-08-27T17:56:20.000000002Z" },
        { log = "d", timestamp = "2025-08-27T17:56:20.0000000011Z" },
        { log = "c", timestamp = "2025-08-27T17:56:20.000000001Z" },
        { log = "b", timestamp = "2025-08-27T17:56:20Z" },
        { log = "f", timestamp = "2025-08-27T17:56:20.1Z" },
        { log = "a", timestamp = "2025-08-27T19:56:19.999999999+02:00" },
      },
    }
    assert.equal("P:a P:b P:c P:d P:e P:f", told(assert(job:logs())))
  end)

  it("of the same time are in the order of the services, and of the lines of each", function()
    assert.equal(
      "P:a P:b Tt1:c Tt1:d Tt2:e Tt3:f A:g",
      told_of {
        assembler = lines { "10.50 g" },
        taskrunner = tasks { t3 = { "10.5 f" }, t1 = { "10.500 c", "10.5 d" }, t2 = { "10.5 e" } },
        partitioner = lines { "10.5 a", "10.5 b" },
      }
    )
  end)

  it("without a time stay right after the line before them", function()
    assert.equal(
      "P:a P:b P:c Tt:d P:e P:f",
      told_of {
        partitioner = lines { "10 a", "- b", "- c", "12 e", "- f" },
        taskrunner = tasks { t = { "10 d" } },
      }
    )
  end)

  it("without a time at the beginning stay before the line after them", function()
    assert.equal(
      "P:a Tt:b Tt:c A:d",
      told_of {
        partitioner = lines { "10 a" },
        taskrunner = tasks { t = { "- b", "11 c" } },
        assembler = lines { "12 d" },
      }
    )
  end)

  it("without any time come first", function()
    assert.equal("A:a A:b P:c", told_of { partitioner = lines { "10 c" }, assembler = lines { "- a", "- b" } })
  end)

  it("with an invalid time count as lines without one", function()
    response {
      partitioner = {
        { log = "a", timestamp = "2025-08-27T17:56:20Z" },
        { log = "b", timestamp = "yesterday" },
        { log = "c", timestamp = 7 },
        { log = "d", timestamp = "" },
        { log = "e", timestamp = "2025-02-30T17:56:20Z" },
      },
      assembler = { { log = "f", timestamp = "2025-08-27T17:56:20Z" } },
    }
    assert.equal("P:a P:b P:c P:d P:e A:f", told(assert(job:logs())))
  end)

  it("keep every byte of the text, and unknown members", function()
    local text <const> = "Fetching:  27%|██▋       | 4/15\r\27[0m\n\0"
    response { partitioner = { { log = text, level = "LOUD", pod = { name = "x" } } } }
    local line <const> = assert(job:logs())()
    assert.same({ log = text, level = "LOUD", pod = { name = "x" } }, line)
  end)

  it("of thousands of lines are in order", function()
    local list <const> = {}
    for index = 1, 5000 do
      list[index] = ("%02d.%03d %d"):format(index * 7 % 60, index % 1000, index)
    end
    response { taskrunner = tasks { a = list, b = list } }
    local last, count = "", 0
    for line in assert(job:logs()) do
      assert.is_true(line.timestamp >= last)
      last, count = line.timestamp, count + 1
    end
    assert.equal(10000, count)
  end)

  for title, body in pairs {
    ["an empty object"] = "{}",
    nulls = '{"partitioner":null,"assembler":null,"taskrunner":null}',
    ["empty parts"] = '{"partitioner":[],"assembler":[],"taskrunner":{}}',
    ["empty tasks"] = '{"taskrunner":{"t1":{},"t2":{"logs":null},"t3":null,"t4":{"logs":[]}}}',
    ["a null among the lines"] = '{"partitioner":[null]}',
  } do
    it("are empty in " .. title, function()
      assert.equal("", told_of(body))
    end)
  end

  for title, body in pairs {
    ["a list"] = "[]",
    ["a partitioner that is an object"] = '{"partitioner":{"a":1}}',
    ["a partitioner that is text"] = '{"partitioner":"none"}',
    ["an assembler that is a number"] = '{"assembler":0}',
    ["a taskrunner that is a list"] = '{"taskrunner":[]}',
    ["a task that is a list"] = '{"taskrunner":{"t1":[]}}',
    ["a task whose logs are an object"] = '{"taskrunner":{"t1":{"logs":{}}}}',
    ["a line that is text"] = '{"partitioner":["hello"]}',
    ["a line that is a list"] = '{"assembler":[[]]}',
  } do
    it("are refused in " .. title, function()
      response(body)
      local each <const>, problem <const> = job:logs()
      assert.is_nil(each)
      assert.same({ "unexpected", 200 }, { problem.kind, problem.status })
    end)
  end

  it("are requested once, with all lists in the request", function()
    response "{}"
    local each <const> = assert(job:logs())
    each()
    local requests <const> = connect.sent(service)
    assert.equal(1, #requests)
    assert.same({ "POST", "/v1/customer/logs" }, { requests[1].method, requests[1].path })
    local body <const> = core.decode(requests[1].body)
    assert.equal("j1", body.jobId)
    for _, name in ipairs { "taskIds", "levels", "services" } do
      assert.is_true(core.is_array(body[name]) and #body[name] == 0, name)
    end
  end)

  it("can be restricted", function()
    response "{}"
    response "{}"
    local filters <const> = { taskIds = { "t1", "t2" }, levels = { "ERROR", "warn" }, services = { "TASKRUNNER" } }
    assert(job:logs(filters))
    assert(client:logs {
      jobId = "j1",
      taskIds = filters.taskIds,
      levels = filters.levels,
      services = filters.services,
    })
    local requests <const> = connect.sent(service)
    local expected <const> =
      { jobId = "j1", taskIds = { "t1", "t2" }, levels = { "ERROR", "warn" }, services = { "TASKRUNNER" } }
    assert.same(expected, core.decode(requests[1].body))
    assert.same(expected, core.decode(requests[2].body))
  end)

  it("are requested with empty lists for empty tables", function()
    response "{}"
    assert(client:logs { jobId = "j1", levels = {} })
    assert.matches('"levels":%[%]', connect.sent(service)[1].body)
  end)

  it("return the service's error", function()
    service:fault { operation = "logs", status = 404 }
    local each <const>, problem <const> = job:logs()
    assert.same({ nil, "not_found" }, { each, problem.kind })
  end)

  it("can be requested with limits", function()
    service:fault { operation = "logs", hang = true, times = 2 }
    for _, ask in ipairs {
      function()
        return job:logs(nil, { timeout = 0.05 })
      end,
      function()
        return client:logs({ jobId = "j1" }, { timeout = 0.05 })
      end,
    } do
      local _ <const>, problem <const> = ask()
      assert.equal("timeout", problem.kind)
    end
  end)

  for message, call in pairs {
    ["logs: query: expected a table, got nothing"] = {},
    ["logs: query: expected a table, got a string"] = { "j1" },
    ["logs: jobId is required"] = { { levels = {} } },
    ["logs: jobId: must not be empty"] = { { jobId = "" } },
    ['logs: unknown member "jobID": did you mean "jobId"?'] = { { jobID = "j1" } },
    ['logs: unknown member "level": did you mean "levels"?'] = { { jobId = "j1", level = {} } },
    ["logs: levels: expected a table, got a string"] = { { jobId = "j1", levels = "ERROR" } },
    ["logs: taskIds[2]: expected a string, got the number 7"] = { { jobId = "j1", taskIds = { "a", 7 } } },
    ['logs: unknown option "timeuot": did you mean "timeout"?'] = { { jobId = "j1" }, { timeuot = 1 } },
  } do
    it("are not requested on bad input: " .. message, function()
      assert.equal(
        message,
        refusals.message(function()
          local _ <const> = client:logs(table.unpack(call))
        end)
      )
      assert.same({}, connect.sent(service))
    end)
  end

  it("of a job are those of that job", function()
    assert.matches(
      '^logs: unknown member "jobId"',
      refusals.message(function()
        local _ <const> = job:logs { jobId = "other" }
      end)
    )
  end)

  it("can be read even if the job has a member of that name", function()
    response "{}"
    local saved <const> = client:job { id = "j1", logs = "none" }
    assert.equal("", told(assert(bytenite.Job.logs(saved))))
  end)
end)
