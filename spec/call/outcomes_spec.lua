-- Every way in which an update can fail: it returns `nil, err`, the error has the right fields, and
-- the job stays as it was.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local deep <const> = require "spec.support.deep"
local outcomes <const> = require "spec.support.outcomes"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

describe("an update that meets", function()
  local service, client, job

  setup(function()
    client = connect.client(sandbox.plain(), { http_version = "1.1" })
  end)

  teardown(function()
    client:close()
  end)

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job(ID, updates.full_job(ID))
    job = assert(client:get_job(ID))
    job.mine = { "a member of the user's" }
  end)

  -- Returns the error of an update under a fault. Asserts that the job has not changed.
  local function error_of(update, fault, options)
    local change <const> = deep.snapshot(job)
    fault.operation = update.name
    service:fault(fault)
    local value <const>, problem <const> = update.call(job, options)
    assert.is_nil(value)
    assert.is_nil(change())
    return problem
  end

  -- Checks what every error of an update has in common.
  local function check_common(problem, update)
    assert.equal("table", type(problem))
    assert.equal("PATCH", problem.method)
    assert.equal(("/v1/customer/jobs/%s/%s"):format(ID, update.path), problem.path)
    assert.is_true(problem.elapsed >= 0 and problem.elapsed < 10)
    assert.is_true(#problem.message > 0)
    local line <const> = tostring(problem)
    assert.is_nil(line:find "%c")
    for _, part in ipairs { "PATCH", problem.path, problem.kind, problem.status and tostring(problem.status) or "" } do
      assert.is_truthy(line:find(part, 1, true))
    end
  end

  local function check(outcome, problem)
    for _, field in ipairs { "kind", "status", "code", "description", "request_id", "retry_after", "retryable" } do
      assert.equal(outcome[field], problem[field], field)
    end
    assert.equal(outcome.maybe_done or false, problem.maybe_done or false, "maybe_done")
    assert.equal(outcome.attempts or 1, problem.attempts, "attempts")
    for _, field in ipairs { "message", "hint" } do
      if outcome[field] then assert.is_truthy(problem[field]:find(outcome[field], 1, true), field) end
    end
    if outcome.body then assert.equal(outcome.body, problem.body, "body") end
    if outcome.has_details then
      assert.equal(1, #problem.details)
      assert.equal("t", problem.details[1]["@type"])
    else
      assert.is_nil(problem.details)
    end
  end

  for group, list in pairs {
    responses = outcomes.responses,
    successes = outcomes.successes,
    failures = outcomes.failures,
  } do
    for _, outcome in ipairs(list) do
      for _, update in ipairs(updates.all) do
        it(("%s returns an error, from %s (%s)"):format(outcome.title, update.name, group), function()
          local problem <const> = error_of(update, outcome.fault, outcome.options)
          check_common(problem, update)
          check(outcome, problem)
        end)
      end
    end
  end

  for _, outcome in ipairs(outcomes.failures) do
    it(("%s returns an error over TLS and HTTP/2 as well"):format(outcome.title), function()
      service = sandbox.tls()
      service:reset()
      service:put_job(ID, updates.full_job(ID))
      local secure <close> = connect.client(service)
      secure:job(job)
      local problem <const> = error_of(updates.all.set_params, outcome.fault, outcome.options)
      check_common(problem, updates.all.set_params)
      -- libcurl treats bytes other than HTTP as a broken connection there
      assert.equal(outcome.fault.garbage and "connection" or outcome.kind, problem.kind)
      assert.is_true(problem.maybe_done)
    end)
  end

  it("a refused connection returns an error, and says that nothing was done", function()
    local lost <close> = bytenite.new { base_url = "http://127.0.0.1:1/v1", access_token = "t", max_retries = 0 }
    lost:job(job)
    local change <const> = deep.snapshot(job)
    for _, update in ipairs(updates.all) do
      local value <const>, problem <const> = update.call(job)
      assert.is_nil(value)
      check_common(problem, update)
      check({ kind = "connection", retryable = true, maybe_done = false }, problem)
    end
    assert.is_nil(change())
  end)

  for _, update in ipairs(updates.all) do
    it("no credentials return an error, from " .. update.name, function()
      local poor <close> = connect.client(service, {
        access_token = function()
          return nil, "the vault is closed"
        end,
      })
      poor:job(job)
      local change <const> = deep.snapshot(job)
      local value <const>, problem <const> = update.call(job)
      assert.is_nil(value)
      check_common(problem, update)
      check({ kind = "no_credentials", retryable = false, attempts = 0, hint = "the vault is closed" }, problem)
      assert.is_nil(change())
      assert.equal(1, #connect.sent(service)) -- fetched the job
    end)

    it("a wrong API key returns an error, from " .. update.name, function()
      local stranger <close> = connect.client(service, { api_key = "not-a-key" })
      stranger:job(job)
      local change <const> = deep.snapshot(job)
      local value <const>, problem <const> = update.call(job)
      assert.is_nil(value)
      check_common(problem, update)
      assert.equal("unauthenticated", problem.kind)
      assert.equal(401, problem.status)
      assert.is_truthy(problem.message:find("no access token", 1, true))
      assert.is_truthy(problem.hint:find("API key", 1, true))
      assert.is_nil(change())
    end)

    it("a closed client returns an error, from " .. update.name, function()
      local closed <const> = connect.client(service)
      closed:job(job)
      closed:close()
      local change <const> = deep.snapshot(job)
      local value <const>, problem <const> = update.call(job)
      assert.is_nil(value)
      check_common(problem, update)
      check({ kind = "closed", retryable = false, attempts = 0 }, problem)
      assert.is_nil(change())
    end)
  end

  it("any of these errors succeeds afterwards", function()
    for _, list in ipairs { outcomes.responses, outcomes.successes, outcomes.failures } do
      for index = 1, #list, 7 do
        error_of(updates.all.set_name, list[index].fault, list[index].options)
        service:reset()
        service:put_job(ID, updates.full_job(ID))
        assert(job:set_name "My Job")
        assert.equal("My Job", job.name)
      end
    end
  end)
end)
