-- Walks through pages that fail, bad input, and walks that run concurrently with other things.
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local cqueues <const> = require "cqueues"
local cqueues_loop <const> = require "bytenite.loop.cqueues"
local page_responses <const> = require "spec.support.page_responses"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"

local walk <const> = page_responses.walk

describe("a walk through pages", function()
  local service <const> = sandbox.plain()
  local page <const> = page_responses.of(service)
  local client

  before_each(function()
    service:reset()
    client = connect.client(service)
  end)

  after_each(function()
    client:close()
  end)

  describe("that fails in the middle", function()
    local function fail(fault)
      fault.operation = "list_jobs"
      service:fault(fault)
    end

    it("raises the error value, and does not end", function()
      page("a b", { total = 4 })
      fail { status = 503 }
      local rows <const> = {}
      local ok <const>, problem <const> = pcall(function()
        for job in client:each_job() do
          rows[#rows + 1] = job.id
        end
      end)
      assert.is_false(ok)
      assert.same({ "unavailable", 503, "/v1/customer/jobs" }, { problem.kind, problem.status, problem.path })
      assert.same({ "a", "b" }, rows)
    end)

    it("continues at the same place when called again", function()
      page("a b", { total = 3 })
      fail { status = 500 }
      page("c", { total = 3 })
      local each <const> = client:each_job()
      each()
      each()
      assert.is_false(pcall(each))
      assert.equal("c", each().id)
      assert.is_nil(each())
    end)

    it("retries a page like every call", function()
      page("a b", { total = 3 })
      fail { status = 503, retry_after = 0 }
      page("c", { total = 3 })
      local patient <close> = connect.client(service, { max_retries = 2 })
      assert.equal("a b c", walk(patient:each_job()))
    end)

    it("accepts the options of a call #timing", function()
      fail { hang = true }
      local ok <const>, problem <const> = pcall(client:each_job(nil, { timeout = 0.05 }))
      assert.same({ false, "timeout" }, { ok, problem.kind })
      assert.is_true(problem.elapsed < 5)
    end)

    it("fails if the client is closed meanwhile", function()
      page("a", { total = 3 })
      local each <const> = client:each_job()
      each()
      client:close()
      local ok <const>, problem <const> = pcall(each)
      assert.same({ false, "closed" }, { ok, problem.kind })
    end)
  end)

  for title, body in pairs {
    ["no object"] = "[]",
    ["no list"] = '{"data":{"a":1}}',
    ["no pagination"] = '{"data":[],"pagination":7}',
    ["no rows"] = '{"data":[{"id":"a"},7]}',
    ["a null among its rows"] = '{"data":[null]}',
  } do
    it("refuses a page that has " .. title, function()
      for _, name in ipairs { "list_jobs", "filter_jobs", "list_templates" } do
        service:fault { operation = name, body = body }
        local result <const>, problem <const> = client[name](client)
        assert.same({ nil, "unexpected" }, { result, problem and problem.kind }, name)
      end
    end)
  end

  for title, body in pairs { nothing = "{}", nulls = '{"data":null,"pagination":null}' } do
    it("treats " .. title .. " as an empty page", function()
      for _, name in ipairs { "list_jobs", "filter_jobs", "list_templates" } do
        service:fault { operation = name, body = body }
        local result <const> = assert(client[name](client))
        assert.same({ data = {}, pagination = {} }, result)
        assert.is_true(core.is_array(result.data))
      end
    end)
  end

  describe("refuses at once", function()
    for message, call in pairs {
      ['unknown member "limits": did you mean "limit"?'] = { { limits = 3 } },
      ["limit: expected an integer from 1 to 4294967295, got 0"] = { { limit = 0 } },
      ["limit: expected an integer from 1 to 4294967295, got 1.5"] = { { limit = 1.5 } },
      ["offset: expected an integer from 0 to 4294967295, got -1"] = { { offset = -1 } },
      ["members: expected a table, got a string"] = { "all" },
      ['unknown option "timeuot": did you mean "timeout"?'] = { {}, { timeuot = 3 } },
    } do
      it("bad input: " .. message, function()
        for _, name in ipairs { "each_job", "each_template", "list_jobs", "filter_jobs", "list_templates" } do
          assert.equal(
            name .. ": " .. message,
            refusals.message(function()
              local _ <const> = client[name](client, table.unpack(call))
            end)
          )
        end
        assert.same({}, service:requests())
      end)
    end

    it("options that the method does not have", function()
      assert.matches(
        '^each_template: unknown member "orderBy"',
        refusals.message(function()
          local _ <const> = client:each_template { orderBy = "name" }
        end)
      )
      assert.matches(
        '^list_jobs: unknown member "filters"',
        refusals.message(function()
          local _ <const> = client:list_jobs { filters = {} }
        end)
      )
    end)
  end)

  describe("while other things happen", function()
    local function three_pages()
      page("a b", { total = 5 })
      page("c d", { total = 5 })
      page("e", { total = 5 })
    end

    it("feeds client:map", function()
      three_pages()
      for id in ("a b c d e"):gmatch "%S" do
        service:put_job(id, ('{"id":"%s","name":"Some job","state":"JOB_STATE_NEW"}'):format(id))
      end
      local results <const> = client:map(client:each_job { limit = 2 }, function(job)
        return job:set_name "Renamed"
      end, { concurrency = 3 })
      assert.same({ 5, 0 }, { results.succeeded, results.failed })
    end)

    it("suspends a future while it fetches a page", function()
      three_pages()
      service:put_job("x", '{"id":"x","name":"Some job","state":"JOB_STATE_NEW"}')
      local order <const> = {}
      local walking <const> = client:async(function()
        for job in client:each_job() do
          order[#order + 1] = job.id
        end
      end)
      local other <const> = client:async(function()
        assert(client:get_job "x")
        order[#order + 1] = "x"
      end)
      assert(client:wait_all { walking, other })
      table.sort(order)
      assert.equal("a b c d e x", table.concat(order, " "))
    end)

    it("suspends a coroutine of an event loop", function()
      three_pages()
      local loop <const> = cqueues.new()
      cqueues_loop.attach(client, loop)
      local found
      loop:wrap(function()
        found = walk(client:each_job())
      end)
      assert(loop:loop(5))
      assert.equal("a b c d e", found)
    end)

    it("cannot be used by two tasks at once", function()
      service:fault { operation = "list_jobs", delay = 0.05, body = '{"data":[{"id":"a"}],"pagination":{"total":1}}' }
      local each <const> = client:each_job()
      local results <const> = assert(client:wait_all { client:async(each), client:async(each) })
      assert.same({ 1, 1 }, { results.succeeded, results.failed })
      assert.matches("each_job: another task waits for the next page", results[2].error)
      assert.is_nil(each())
    end)

    it("can be continued after the task that used it was cancelled", function()
      service:fault { operation = "list_jobs", hang = true }
      page("a", { total = 1 })
      local each <const> = client:each_job()
      local reading <const> = client:async(each)
      reading:get(0.05)
      reading:cancel()
      assert.equal("a", walk(each))
    end)
  end)

  it("does not keep the rows that it returned", function()
    page("a b c", { total = 3 })
    local each <const> = client:each_job()
    local given <const> = setmetatable({ each(), each() }, { __mode = "v" })
    collectgarbage()
    collectgarbage()
    assert.same({}, given)
    assert.equal("c", walk(each))
  end)

  it("keeps one page in memory, without the rows that it returned", function()
    local rows <const> = {}
    for index = 1, 100 do
      rows[index] = ('{"id":"%d","description":"%s"}'):format(index, ("x"):rep(1000))
    end
    local text <const> = ('{"data":[%s],"pagination":{"total":3000}}'):format(table.concat(rows, ","))
    service:fault { operation = "list_jobs", body = text, times = "forever" }
    local first
    local count, most = 0, 0
    for _ in client:each_job() do
      count = count + 1
      if count % 100 == 50 then
        collectgarbage()
        collectgarbage()
        first = first or collectgarbage "count"
        most = math.max(most, collectgarbage "count")
      end
    end
    assert.equal(3000, count)
    assert.is_true(most - first < 50, ("%.0f kB more than at first"):format(most - first))
  end)
end)
