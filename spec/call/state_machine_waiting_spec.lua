-- What a call waits for before it is sent (its turn, a token, a free connection, the end of a rate
-- limit), and its deadline. No network, and time does not pass by itself.
local fake <const> = require("spec.support.fake_core").install()

local in_turn <const>, OK <const>, get <const>, check_all_freed <const> =
  fake.in_turn, fake.OK, fake.get, fake.check_all_freed

describe("a deadline", function()
  -- Returns the error message of a call that waits until its deadline.
  local function problem_of(run)
    local _, problem <const> = run()
    assert.equal("timeout", problem.kind)
    return problem.message
  end

  it("ends the wait for an access token", function()
    local client <const>, wire <const> = fake.client({ api_key = "k", timeout = 100 }, in_turn {})
    assert.matches(
      "deadline of 7 s passed while waiting for an access token",
      problem_of(function()
        return get(client, { deadline = 7 })
      end)
    )
    assert.equal(1007, wire.time)
  end)

  it("ends the wait for a call's turn on its job", function()
    local client <const>, wire <const> = fake.client({ access_token = "t", timeout = 500, deadline = 500 }, in_turn {})
    local job <const> = client:job "x"
    client:async(job.refresh, job)
    client:step(0)
    assert.matches(
      "deadline of 7 s passed while waiting for its turn on the job",
      problem_of(function()
        return job:set_name("y", { deadline = 7 })
      end)
    )
    assert.equal(1007, wire.time)
    assert.equal(1, #wire.requests)
  end)

  it("ends the wait for a free connection", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, in_turn {})
    wire.room = 0
    assert.matches(
      "deadline of 9 s passed while waiting for a free connection",
      problem_of(function()
        return get(client, { deadline = 9 })
      end)
    )
    assert.equal(1009, wire.time)
  end)

  it("ends the wait for the end of a rate limit", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, in_turn {})
    client.reactor:pause(1050)
    local future <const> = client:async(get, client, { deadline = 10 })
    assert.matches(
      "deadline of 10 s passed while waiting for the end of a rate limit",
      problem_of(function()
        return future:get()
      end)
    )
    assert.equal(1010, wire.time)
  end)
end)

describe("a rate limit", function()
  local LIMITED <const> = { status = 429, headers = { ["retry-after"] = "60" } }

  it("of exactly 60 s is obeyed, and pauses the calls of tasks", function()
    local client <const>, wire <const> =
      fake.client({ access_token = "t", deadline = 1000 }, in_turn { LIMITED, OK, OK })
    local one <const> = client:async(get, client)
    client:step(0)
    client:step(0)
    local other <const> = client:async(get, client)
    assert.equal(200, one:get().status)
    assert.equal(200, other:get().status)
    assert.same({ 1000, 1060, 1060 }, { wire.requests[1].at, wire.requests[2].at, wire.requests[3].at })
  end)

  it("that asks for too long a wait pauses nothing", function()
    local client <const> =
      fake.client({ access_token = "t" }, in_turn { { status = 429, headers = { ["retry-after"] = "86400" } } })
    local _, problem <const> = get(client)
    assert.same({ "rate_limited", 86400 }, { problem.kind, problem.retry_after })
    assert.matches("the service asks to wait", problem.hint)
    assert.is_true(client.reactor.paused_until <= 1000)
  end)

  it("that leaves no attempt pauses others nevertheless", function()
    local client <const> = fake.client(
      { access_token = "t", max_retries = 0 },
      in_turn { { status = 429, headers = { ["retry-after"] = "7" } } }
    )
    get(client)
    assert.equal(1007, client.reactor.paused_until)
  end)

  it("pauses no call that blocks", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, in_turn { OK })
    client.reactor:pause(1050)
    assert.equal(200, get(client).status)
    assert.equal(1000, wire.requests[1].at)
  end)

  it("pauses no token exchange", function()
    local client <const>, wire <const> = fake.client({ api_key = "k" }, function(request)
      return { status = 200, body = request.operation == "access_token" and '{"token":"t"}' or "{}" }
    end)
    client.reactor:pause(1050)
    assert.equal(200, client:async(get, client):get().status)
    assert.same({ 1000, 1050 }, { wire.requests[1].at, wire.requests[2].at })
  end)
end)

describe("calls on one job", function()
  local function start(client, job, options)
    return client:async(job.refresh, job, options)
  end

  it("run one after another, in order", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, function(_, number)
      return { status = 200, body = ('{"job":{"id":"x","name":"%d"}}'):format(number), after = 1 }
    end)
    local job <const> = client:job "x"
    local futures <const> = { start(client, job), start(client, job), start(client, job) }
    for index, future in ipairs(futures) do
      assert.equal(job, future:get())
      assert.equal(tostring(index), job.name)
    end
    assert.same({ 1000, 1001, 1002 }, { wire.requests[1].at, wire.requests[2].at, wire.requests[3].at })
    check_all_freed(wire)
  end)

  it("wait for the first one though the second was cancelled", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, function()
      return { status = 200, body = '{"job":{"id":"x"}}', after = 1 }
    end)
    local job <const> = client:job "x"
    local first <const>, second <const> = start(client, job), start(client, job)
    client:step(0)
    second:cancel()
    local third <const> = start(client, job)
    assert.equal(job, third:get())
    assert.same({ 1000, 1001 }, { wire.requests[1].at, wire.requests[2].at })
    assert.is_true(first:done())
    check_all_freed(wire)
  end)

  it("wait for the first one though the second was cancelled after the third was made", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, function()
      return { status = 200, body = '{"job":{"id":"x"}}', after = 1 }
    end)
    local job <const> = client:job "x"
    start(client, job)
    local second <const>, third <const> = start(client, job), start(client, job)
    client:step(0)
    second:cancel()
    assert.equal(job, third:get())
    assert.same({ 1000, 1001 }, { wire.requests[1].at, wire.requests[2].at })
  end)

  it("raise if an event handler makes one that would wait for its own call", function()
    local client, job
    client = fake.client({
      access_token = "t",
      on_event = function(event)
        if event.type == "response" then job:refresh() end
      end,
    }, in_turn { { status = 200, body = '{"job":{"id":"x"}}' } })
    job = client:job "x"
    local ok <const>, raised <const> = pcall(job.refresh, job)
    assert.is_false(ok)
    assert.matches("on_event must not make a call that waits for the event's own call", raised)
  end)

  it("do not wait for those on other jobs", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, function()
      return { status = 200, body = '{"job":{}}', after = 1 }
    end)
    local one <const>, other <const> = start(client, client:job "x"), start(client, client:job "y")
    one:get()
    other:get()
    assert.same({ 1000, 1000 }, { wire.requests[1].at, wire.requests[2].at })
  end)
end)

describe("a call that finds no free connection", function()
  it("is sent when one is free, in order", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, function()
      return { status = 200, body = "{}", after = 1 }
    end)
    wire.room = 1
    local futures <const> = {}
    for index = 1, 3 do
      futures[index] = client:async(client.request, client, { path = "/" .. index })
    end
    assert.equal(0, client:wait_all(futures).failed)
    local sent <const> = {}
    for index, request in ipairs(wire.requests) do
      sent[index] = ("%s at %g"):format(request.url:match "%d$", request.at)
    end
    assert.same({ "1 at 1000", "2 at 1001", "3 at 1002" }, sent)
  end)
end)

describe("a call of an idle client", function()
  it("keeps its turn on the job when its response takes longer than it waits inside the core", function()
    local SLOW <const> = { status = 200, body = "{}", after = 5 }
    local client <const>, wire <const> = fake.client({ access_token = "t" }, in_turn { SLOW, OK }, true)
    local job <const> = client:job "x"
    local step <const>, other = client.clock.step, nil
    -- A finalizer, say, makes another call meanwhile.
    function client.clock.step(...)
      other = other or client:async(job.delete, job)
      return step(...)
    end
    assert.is_true(job:delete())
    assert.is_true(other:get())
    assert.same({ 1000, 1005 }, { wire.requests[1].at, wire.requests[2].at })
    check_all_freed(wire)
  end)
end)
