-- Every call of the API: method, path and body of its request, the value that its response becomes,
-- and responses that are wrong.
local calls <const> = require "spec.support.calls"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local deep <const> = require "spec.support.deep"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"
local virtual_clock <const> = require "spec.support.virtual_clock"

-- Rows that other specs test.
local elsewhere <const> = { access_token = true, events = true }

describe("the call", function()
  local service, client, job, token

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job("warm", '{"id":"warm","state":"JOB_STATE_NEW"}')
    client = connect.client(service)
    assert(client:get_job "warm") -- fetches the token
    token = client.credentials.current()
    service:reset()
    job = client:job(calls.id)
  end)

  after_each(function()
    client:close()
  end)

  -- Returns a client that retries without delays.
  local function patient_client()
    return (virtual_clock.client { base_url = service.base_url, access_token = token, max_retries = 1 })
  end

  it("is tested here or in another spec, whatever its row", function()
    for _, operation in ipairs(core.operations) do
      assert.is_true(elsewhere[operation.name] or calls.all[operation.name] ~= nil, operation.name)
    end
  end)

  for name, case in pairs(calls.all) do
    describe(name, function()
      local function response(body)
        service:fault { operation = name, body = body }
      end

      it("is sent as it should be, and its response is read", function()
        response(case.response)
        local result <const> = assert(case.call(client, job))
        if case.is_same_job then
          assert.equal(job, result)
        else
          case.gives(result)
        end
        local sent <const> = connect.sent(service)
        assert.equal(1, #sent)
        assert.same({ case.sent[1], case.sent[2], name }, { sent[1].method, sent[1].path, sent[1].operation })
        local wanted <const> = core.decode(case.sent[3])
        if wanted == nil then
          assert.equal("", sent[1].body)
        else
          assert.is_nil(deep.difference(wanted, core.decode(sent[1].body)))
        end
      end)

      it("takes options, last", function()
        service:fault { operation = name, hang = true }
        local result <const>, problem <const> = case.call(client, job, { timeout = 0.05 })
        assert.same({ nil, "timeout" }, { result, problem and problem.kind })
      end)

      it("is named in its errors", function()
        service:fault { operation = name, status = 400 }
        local _ <const>, problem <const> = case.call(client, job)
        assert.same({ "bad_request", name }, { problem.kind, problem.operation })
      end)

      it("returns an error for ok: false, whatever else is there", function()
        local body <const> =
          '{"ok":false,"requestId":"r1","message":"m","error":{"code":402,"description":"too poor"},"job":{}}'
        response(body)
        local result <const>, problem <const> = case.call(client, job)
        assert.is_nil(result)
        assert.same({ "unexpected", 200, 402, "too poor", "r1" }, {
          problem.kind,
          problem.status,
          problem.code,
          problem.message,
          problem.request_id,
        })
        assert.is_nil(problem.maybe_done)
      end)

      for _, body in ipairs { "", "<html><title>Log in</title></html>", '{"ok":true', '{"a":1,"a":2}' } do
        it(("returns an error of kind protocol for %q"):format(body), function()
          response(body)
          local result <const>, problem <const> = case.call(client, job)
          assert.same({ nil, "protocol", 200 }, { result, problem.kind, problem.status })
          assert.equal(case.sent[1] ~= "GET" or nil, problem.maybe_done)
        end)
      end

      it("is sent again after a 503 only when it is repeatable", function()
        local patient <close> = patient_client()
        service:fault { operation = name, status = 503, retry_after = 0 }
        response(case.response)
        local result <const>, problem <const> = case.call(patient, patient:job(calls.id))
        local repeatable <const> = core.operations[name].repeatable
        assert.equal(repeatable and 2 or 1, #connect.sent(service))
        assert.equal(not repeatable, result == nil)
        if not repeatable then assert.same({ "unavailable", nil }, { problem.kind, problem.maybe_done }) end
      end)
    end)
  end

  local function gives_for(name, body)
    service:fault { operation = name, body = body }
    return calls.all[name].call(client, job)
  end

  describe("with an empty response", function()
    for name, bodies in pairs {
      results = { '{"results":null}', '{"results":[]}', "{}" },
      running_tasks = { '{"jobsRunningTasks":null}', '{"jobsRunningTasks":{}}', "{}" },
      test_datasource = { "{}", '{"files":null,"size":null}' },
      info = { "{}", '{"version":null}' },
    } do
      it("returns an empty table: " .. name, function()
        for _, body in ipairs(bodies) do
          local result <const> = assert(gives_for(name, body))
          assert.same({}, result)
          assert.equal(name == "results", core.is_array(result))
        end
      end)
    end

    for _, name in ipairs { "run", "abort", "delete", "upload_completed", "sign_out" } do
      it("succeeds: " .. name, function()
        for _, body in ipairs { "{}", '{"ok":true}', '{"ok":null}', "null", "[]" } do
          assert(gives_for(name, body), body)
        end
      end)
    end
  end)

  describe("with a response of the wrong type", function()
    for name, bodies in pairs {
      results = { '{"results":{"a":1}}', '{"results":"none"}', "[]", "null", '"x"' },
      running_tasks = { '{"jobsRunningTasks":[]}', '{"jobsRunningTasks":7}', "[]", "7" },
      test_datasource = { "[]", "null", "true" },
      info = { "[]", "null", '"v1"' },
    } do
      it("returns an error: " .. name, function()
        for _, body in ipairs(bodies) do
          local result <const>, problem <const> = gives_for(name, body)
          assert.same({ nil, "unexpected" }, { result, problem and problem.kind }, body)
        end
      end)
    end
  end)

  it("does not change the job that it returns", function()
    for _, name in ipairs { "run", "abort", "upload_completed" } do
      local own <const> = client:job { id = calls.id, name = "Some name", state = "JOB_STATE_NEW" }
      local change <const> = deep.snapshot(own)
      service:fault { operation = name, body = calls.ok }
      assert.equal(own, calls.all[name].call(client, own))
      assert.is_nil(change())
      service:fault { operation = name, status = 409 }
      assert.is_nil(calls.all[name].call(client, own))
      assert.is_nil(change())
    end
  end)

  describe("run", function()
    it("sends an empty object without settings", function()
      service:fault { operation = "run", body = calls.ok, times = 3 }
      assert(job:run())
      assert(job:run(nil, { timeout = 5 }))
      assert.same({ "{}", "{}" }, { connect.sent(service)[1].body, connect.sent(service)[2].body })
    end)

    it("takes settings and refuses misspelled ones", function()
      local message <const> = refusals.message(function()
        local _ <const> = job:run { tasktimeout = 1 }
      end)
      assert.equal('run: config: unknown member "tasktimeout": did you mean "taskTimeout"?', message)
      assert.same({}, service:requests())
    end)
  end)

  describe("delete", function()
    it("returns not_found for a job that is not there", function()
      local done <const>, problem <const> = client:job("nowhere"):delete()
      assert.same({ nil, "not_found", 404 }, { done, problem and problem.kind, problem and problem.status })
    end)

    it("succeeds when it was repeated and the job is gone", function()
      local patient <close> = patient_client()
      service:fault { operation = "delete", reset = true }
      service:fault { operation = "delete", status = 404 }
      assert.is_true(patient:job(calls.id):delete())
    end)

    it("returns not_found when the first attempt cannot have deleted the job", function()
      local patient <close> = patient_client()
      service:fault { operation = "delete", status = 503, retry_after = 0 }
      service:fault { operation = "delete", status = 404 }
      local done <const>, problem <const> = patient:job(calls.id):delete()
      assert.same({ nil, "not_found", 2 }, { done, problem.kind, problem.attempts })
    end)
  end)

  describe("results", function()
    it("are not retried when the job is not complete, and the error says what to do", function()
      local patient <close> = patient_client()
      for _, status in ipairs { 500, 400, 404, 503 } do
        service:reset()
        service:fault {
          operation = "results",
          status = status,
          message = "job has not yet been completed",
          times = "forever",
        }
        local results <const>, problem <const> = patient:job(calls.id):results()
        assert.is_nil(results)
        assert.same({ status, 1, "a complete job has results: job:wait() waits for that" }, {
          problem.status,
          problem.attempts,
          problem.hint,
        })
        assert.equal(1, #connect.sent(service))
      end
    end)

    it("are retried after any other failure", function()
      local patient <close> = patient_client()
      service:fault { operation = "results", status = 503, message = "it is night", retry_after = 0 }
      service:fault { operation = "results", body = '{"results":[]}' }
      assert.same({}, assert(patient:job(calls.id):results()))
    end)
  end)

  describe("running_tasks", function()
    it("accepts an empty list of jobs", function()
      service:fault { operation = "running_tasks", body = "{}" }
      assert.same({}, assert(client:running_tasks {}))
      assert.equal('{"jobsIds":[]}', connect.sent(service)[1].body)
    end)

    for message, given in pairs {
      ["running_tasks: jobs: expected a table, got a string"] = "x",
      ["running_tasks: jobs[2]: job id: expected a string, got a number"] = { "x", 7 },
      ["running_tasks: jobs[1]: job id: expected a string, got nothing"] = { {} },
      ["running_tasks: jobs[1]: job id: must not be empty"] = { "" },
    } do
      it("refuses " .. message, function()
        assert.equal(
          message,
          refusals.message(function()
            local _ <const> = client:running_tasks(given)
          end)
        )
      end)
    end
  end)

  it("uses the path of another service if the client has one", function()
    local moved <close> = connect.client(service, { service = "computing" })
    service:fault { operation = "list_jobs", body = "{}" }
    assert(moved:list_jobs())
    assert.equal("/v1/computing/jobs", connect.sent(service)[1].path)
  end)
end)
