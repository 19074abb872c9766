-- The examples, run against the sandbox as a reader would run them.
local lfs <const> = require "lfs"

local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

local service

-- Runs an example. `where` is its sandbox; the plain one by default.
local function run(name, arguments, where)
  return program.lua(
    { ("examples/%s.lua"):format(name), table.unpack(arguments or {}) },
    program.environment(where or service)
  )
end

local function assert_succeeded(ran)
  assert.equal("", ran.errors)
  assert.equal(0, ran.status)
end

-- Checks that the error is on stderr, and that the exit status says so.
local function assert_failed(ran, pattern)
  assert.matches(pattern, ran.errors)
  assert.equal(1, ran.status)
end

local function operations(where)
  local names <const> = {}
  for _, request in ipairs(connect.sent(where)) do
    names[#names + 1] = request.operation
  end
  return names
end

local JOB <const> = '{"id":"j1","name":"Before","state":"JOB_STATE_NEW"}'

-- Returns the job j1 of the sandbox.
local function fetch()
  local client <close> = connect.client(service)
  return assert(client:get_job "j1")
end

local updates <const> = {
  set_datasource = {
    prints = "from\turl\thttps://example%.org/in%.txt\nto\ts3\trenders/out\n",
    changes = function(job)
      assert.equal("https://example.org/in.txt", job.dataSource.params.url)
      assert.equal("renders", job.dataDestination.params.bucketName)
    end,
  },
  set_params = {
    prints = "seed\t9007199254740993\tinteger\nstrength\t0%.1\nloras\t%[%]\nnegative_prompt\tnull\n",
    changes = function(job)
      assert.equal("A sunset over the sea", job.params.app.prompt)
      assert.equal(9007199254740993, job.params.app.seed)
    end,
  },
  set_name = {
    prints = '"Größere Bilder" JOB_STATE_NEW\n',
    changes = function(job)
      assert.equal("Größere Bilder", job.name)
    end,
  },
  set_configs = {
    prints = "taskTimeout\t600\njobTimeout\t43200\nisTestJob\ttrue\n",
    changes = function(job)
      assert.equal(43200, job.config.jobTimeout)
    end,
  },
}

-- Examples that create jobs in an event loop.
local loops <const> = {
  select = "3 received, 0 failed\n",
  cqueues_loop = "3 done, 0 failed, [1-9]%d* ticks meanwhile\n",
  luv_loop = "3 done, 0 failed, [1-9]%d* ticks meanwhile\n",
}

describe("the folder of examples", function()
  it("contains nothing that is not run here", function()
    local run_here <const> =
      { ["update_job.lua"] = true, ["errors.lua"] = true, ["many_jobs.lua"] = true, embed = true }
    run_here.blocks, run_here["count_words.lua"] = true, true -- by example_blocks_spec.lua
    for _, name in ipairs { "ten_thousand", "cron_job", "s3_source" } do
      run_here[name .. ".lua"] = true -- by examples_scripts_spec.lua
    end
    for _, name in ipairs { "submit_job", "transcode_video", "rename_jobs", "nightly_report" } do
      run_here[name .. ".lua"] = true
    end
    for _, names in ipairs { updates, loops } do
      for name in pairs(names) do
        run_here[name .. ".lua"] = true
      end
    end
    for name in lfs.dir "examples" do
      assert.is_true(name:find "^%." ~= nil or run_here[name] or false, name)
    end
  end)
end)

describe("example", function()
  setup(function()
    service = sandbox.plain()
  end)

  before_each(function()
    service:reset()
  end)

  describe("update_job", function()
    local EXPECTED <const> = {
      "access_token   POST /v1/auth/access_token: 200\n",
      "create_job     POST /v1/customer/jobs: 200\n",
      '  name                                  "Nightly batch"\n',
      "/datasource: 200\n",
      '  dataSource.params.url                 "https://example.org/in.txt"\n',
      "/params: 200\n",
      "  params.app.seed                       9007199254740993\n",
      "/jobname: 200\n",
      '  name                                  "Nightly batch" -> "My Job"\n',
      "/configs: 200\n",
      "  config.jobTimeout                     86400 -> 172800\n",
      "  config.taskTimeout                    3600 -> 7200\n",
      '"My Job" JOB_STATE_NEW\n',
    }

    for _, kind in ipairs { "plain", "tls" } do
      it("says what each call changes: " .. kind, function()
        local where <const> = sandbox[kind]()
        where:reset()
        local ran <const> = run("update_job", {}, where)
        assert_succeeded(ran)
        local at = 1
        for _, text in ipairs(EXPECTED) do
          local _ <const>, stop <const> = ran.output:find(text, at, true)
          at = assert(stop, ("%s is not (or too early) in\n%s"):format(text, ran.output))
        end
        assert.equal(#ran.output, at)
        local expected <const> = { "create_job", "set_datasource", "set_params", "set_name", "set_configs" }
        assert.same(expected, operations(where))
      end)
    end

    it("ends with the error on one line when a call fails", function()
      service:fault { operation = "set_params", status = 403, message = "not yours" }
      assert_failed(run "update_job", "^[^\n]*403 permission_denied: not yours[^\n]*\n")
      assert.same({ "create_job", "set_datasource", "set_params" }, operations(service))
    end)
  end)

  for name, update in pairs(updates) do
    describe(name, function()
      it("changes the given job", function()
        service:put_job("j1", JOB)
        local ran <const> = run(name, { "j1" })
        assert_succeeded(ran)
        assert.same({ name }, operations(service))
        assert.matches("bytenite job j1 ", ran.output)
        assert.matches(update.prints .. "$", ran.output)
        update.changes(fetch())
      end)

      it("creates a job if none is given", function()
        assert_succeeded(run(name))
        assert.same({ "create_job", name }, operations(service))
      end)

      it("reports that the job does not exist", function()
        assert_failed(run(name, { "no-such-job" }), "no%-such%-job")
      end)
    end)
  end

  it("set_name prints why the service refuses a name", function()
    service:put_job("j1", JOB)
    assert_failed(run("set_name", { "j1", "abc" }), "does not take this name: name must have at least 4 characters\n$")
    assert.equal("Before", fetch().name)
  end)

  it("set_configs prints when to try again", function()
    service:fault { operation = "set_configs", status = 503, retry_after = 90 }
    assert_failed(run "set_configs", "503 unavailable.*\ntry again in 90 s\n$")
  end)

  it("set_configs says if another attempt cannot help", function()
    assert_failed(run("set_configs", { "no-such-job" }), "404 not_found.*\ntrying again does not help\n$")
  end)

  it("errors prints what to do about each", function()
    local ran <const> = run "errors"
    assert_succeeded(ran)
    for _, kind in ipairs { "bad_request", "not_found", "unauthenticated", "connection", "closed" } do
      assert.matches("\n  [^\n]*" .. kind .. ": [^\n]+\n  advice: [^\n]+\n", ran.output)
    end
    assert.is_nil(ran.output:find("show this to somebody", 1, true))
    for _, mistake in ipairs { '"taskTimeout"', "app.strength: cannot write NaN", '"api_key"' } do
      assert.is_truthy(ran.output:find(mistake, 1, true), mistake)
    end
  end)

  -- The names that were sent for jobs, in any order.
  local function names_made()
    local names <const> = {}
    for _, request in ipairs(connect.sent(service)) do
      table.insert(names, request.operation == "create_job" and request.body:match '"name":"([^"]*)"' or nil)
    end
    table.sort(names)
    return names
  end

  for name, closing_line in pairs(loops) do
    describe(name, function()
      for _, kind in ipairs { "plain", "tls" } do
        it("creates a job for each name: " .. kind, function()
          service = sandbox[kind]()
          service:reset()
          finally(function()
            service = sandbox.plain()
          end)
          local ran <const> = run(name)
          assert_succeeded(ran)
          assert.same({ "Evening batch", "Morning batch", "Noon batch" }, names_made())
          for _, made in ipairs(names_made()) do
            assert.matches(('bytenite job [%%x-]+ "%s" JOB_STATE_NEW\n'):format(made), ran.output)
          end
          assert.matches(closing_line .. "$", ran.output)
        end)
      end

      it("continues with the others when one fails", function()
        local ran <const> = run(name, { "Good enough", "abc", "Good as well" })
        assert_failed(ran, '^no job named "abc": [^\n]*400 bad_request[^\n]*\n$')
        assert.same({ "Good as well", "Good enough", "abc" }, names_made())
        assert.matches("3 %a+, 1 failed", ran.output)
      end)
    end)
  end

  describe("many_jobs", function()
    it("renames new jobs, and counts them", function()
      local ran <const> = run "many_jobs"
      assert_succeeded(ran)
      local counts <const> = {}
      for _, operation in ipairs(operations(service)) do
        counts[operation] = (counts[operation] or 0) + 1
      end
      assert.same({ create_job = 20, set_name = 20 }, counts)
      assert.matches("\n20 of 20: [%x-]+ renamed\n20 renamed, 0 failed\n$", ran.output)
    end)

    it("says which could not be renamed, and why", function()
      service:put_job("j1", JOB)
      local ran <const> = run("many_jobs", { "no-such-job", "j1" })
      assert_failed(ran, "^no%-such%-job was not renamed: [^\n]*404 not_found[^\n]*\n$")
      assert.matches("\n1 renamed, 1 failed\n$", ran.output)
      assert.equal("Batch, part 2 of 2", fetch().name)
    end)

    it("ends with the error if it cannot create jobs", function()
      service:fault { operation = "create_job", status = 403, message = "not yours", times = "forever" }
      assert_failed(run "many_jobs", "403 permission_denied: not yours")
    end)
  end)

  describe("submit_job", function()
    it("takes a job from its first step to its results, with a progress bar", function()
      service:set_speed(100)
      local ran <const> = run "submit_job"
      assert_succeeded(ran)
      local counts <const> = {}
      for _, operation in ipairs(operations(service)) do
        if operation ~= "get_job" then counts[#counts + 1] = operation end
      end
      assert.same({ "create_job", "set_datasource", "set_params", "run", "results" }, counts)
      assert.matches("\n%[" .. ("#"):rep(40) .. "%] 100 %% JOB_STATE_COMPLETE\n", "\n" .. ran.output)
      assert.matches("A sunset in five steps took [%d.]+ s and [%d.e-]+ ByteChips\n", ran.output)
      assert.matches("out_0/result%.txt\thttp[^\n]*%?%.%.%.\n$", ran.output)
    end)

    it("ends with the error of the step that failed", function()
      service:fault { operation = "run", status = 403, message = "not yours" }
      assert_failed(run "submit_job", "403 permission_denied: not yours")
    end)
  end)

  describe("transcode_video", function()
    local base

    before_each(function()
      base = folder.new()
      service:set_speed(1000)
    end)

    after_each(function()
      getmetatable(base).__close(base)
    end)

    it("sends the video, and fetches the results", function()
      local video <const> = ("frame"):rep(50000)
      local ran <const> = run("transcode_video", { base:write("in.mp4", video), base:at "out" })
      assert_succeeded(ran)
      assert.matches("sent [^\n]*in%.mp4: 250000 of 250000 bytes\n", ran.output)
      assert.matches("fetched [^\n]*: 250000 of 250000 bytes\n", ran.output)
      local found = 0
      for _, name in ipairs(base:names()) do
        if name:find "^out/" and base:read(name) == video then found = found + 1 end
      end
      assert.equal(1, found)
    end)

    it("names the job if something goes wrong", function()
      service:fault { operation = "upload", status = 403, times = "forever" }
      assert_failed(run("transcode_video", { base:write("in.mp4", "x"), base:at "out" }), "^job [%x-]+: PUT [^\n]*403")
      assert_failed(run("transcode_video", { base:at "no.mp4", base:at "out" }), "no%.mp4: No such file")
    end)

    it("prints its usage", function()
      local ran <const> = run "transcode_video"
      assert.equal(2, ran.status)
      assert.matches("usage: ", ran.errors)
    end)
  end)

  describe("rename_jobs", function()
    it("renames the drafts that match, and no others", function()
      service:put_job("a", '{"id":"a","name":"Nightly one","state":"JOB_STATE_NEW"}')
      service:put_job("b", '{"id":"b","name":"Nightly two","state":"JOB_STATE_NEW"}')
      service:put_job("c", '{"id":"c","name":"Nightly three","state":"JOB_STATE_COMPLETE"}')
      service:put_job("d", '{"id":"d","name":"Daily","state":"JOB_STATE_NEW"}')
      local ran <const> = run("rename_jobs", { "Nightly%", "2026 " })
      assert_succeeded(ran)
      assert.equal("2 of 2 renamed\n", ran.output)
      local client <close> = connect.client(service)
      local names <const> = {}
      for _, id in ipairs { "a", "b", "c", "d" } do
        names[id] = assert(client:get_job(id)).name
      end
      assert.same({ a = "2026 Nightly one", b = "2026 Nightly two", c = "Nightly three", d = "Daily" }, names)
    end)

    it("says which could not be renamed", function()
      service:put_job("a", '{"id":"a","name":"Nightly one","state":"JOB_STATE_NEW"}')
      service:fault { operation = "set_name", status = 400, message = "no" }
      local ran <const> = run("rename_jobs", { "Nightly%", "2026 " })
      assert_failed(ran, "^a was not renamed: [^\n]*400 bad_request: no")
      assert.equal("0 of 1 renamed\n", ran.output)
    end)

    it("prints its usage", function()
      assert.equal(2, run("rename_jobs", { "one" }).status)
    end)
  end)

  describe("nightly_report", function()
    it("counts states, cost and time, and names the jobs that failed", function()
      local now <const>, before <const> = os.date "!%Y-%m-%dT%H:%M:%SZ", "2020-01-01T00:00:00Z"
      local put <const> = function(id, state, created, more)
        local values <const> =
          '{"id":"%s","name":"%s","state":"JOB_STATE_%s","createdAt":"%s","paymentAmount":1.5,"duration":1800%s}'
        service:put_job(id, values:format(id, id, state, created, more or ""))
      end
      put("a", "COMPLETE", now)
      put("b", "COMPLETE", now)
      put("c", "FAILED", now, ',"errorMessage":"out of memory"')
      put("d", "FAILED", before)
      local ran <const> = run "nightly_report"
      assert_succeeded(ran)
      assert.matches("^3 jobs since ", ran.output)
      assert.matches("\n  JOB_STATE_COMPLETE +2\n  JOB_STATE_FAILED +1\n", ran.output)
      assert.matches("\n4%.50 ByteChips, 1%.5 hours of work\n", ran.output)
      assert.matches('\n  failed: c "c": out of memory\n$', ran.output)
    end)
  end)
end)
