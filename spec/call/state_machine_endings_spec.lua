-- Calls that the caller ends, and streams. No network, and time does not pass by itself.
local fake <const> = require("spec.support.fake_core").install()
local body_stream <const> = require "bytenite.streaming.body_stream"
local call <const> = require "bytenite.call"
local errors <const> = require "bytenite.errors"

local in_turn <const>, OK <const>, check_all_freed <const> = fake.in_turn, fake.OK, fake.check_all_freed

describe("a call that the caller ends", function()
  local function started(client, method)
    local operation <const> = {
      name = "thing",
      method = method,
      repeatable = method ~= "POST",
      sent_once = method == "POST",
      authorized = false,
      raw = { target = "/thing" },
    }
    return call.start(client, { operation = operation, decode_response = function() end })
  end

  it("is cancelled, and may have been done if it was sent", function()
    local client <const>, wire <const> = fake.client({}, in_turn {})
    local one <const> = started(client, "POST")
    one:__close()
    assert.is_true(one.done)
    assert.same({ "cancelled", true, 1 }, { one.problem.kind, one.problem.maybe_done, one.problem.attempts })
    wire.was_sent = false
    local other <const> = started(client, "POST")
    other:__close()
    assert.same({ "cancelled", nil }, { other.problem.kind, other.problem.maybe_done })
    other:__close()
    check_all_freed(wire)
  end)

  it("may have been done if its exchange cannot say", function()
    local client <const>, wire <const> = fake.client({}, in_turn {})
    wire.cannot_say = true
    local one <const> = started(client, "POST")
    one:fail_closed()
    assert.same({ "closed", true }, { one.problem.kind, one.problem.maybe_done })
  end)

  it("has done nothing while it waits for a free connection", function()
    local client <const>, wire <const> = fake.client({}, in_turn {})
    wire.room = 0
    local one <const> = started(client, "POST")
    one:__close()
    assert.same({ "cancelled", nil, 0 }, { one.problem.kind, one.problem.maybe_done, one.problem.attempts })
  end)

  it("is abandoned with a local error, once", function()
    local client <const>, wire <const> = fake.client({}, in_turn {})
    local one <const> = started(client, "GET")
    one:abandon(errors.new { kind = "file", message = "no room on the disk" })
    one:abandon(errors.new { kind = "file", message = "another" })
    assert.same(
      { "file", "no room on the disk", "thing" },
      { one.problem.kind, one.problem.message, one.problem.operation }
    )
    check_all_freed(wire)
  end)

  it("ends with its client", function()
    local client <const> = fake.client({}, in_turn {})
    local one <const> = started(client, "GET")
    client.reactor:add_suspended(one)
    client:close()
    assert.same({ true, "closed" }, { one.done, one.problem.kind })
  end)

  it("gives up its turn: the next call on its job runs", function()
    local client <const>, wire <const> =
      fake.client({ access_token = "t" }, in_turn { nil, { status = 200, body = '{"job":{}}' } })
    local job <const> = client:job "x"
    local future <const> = client:async(job.refresh, job)
    client:step(0)
    future:cancel()
    assert.equal(job, job:refresh())
    assert.equal(2, #wire.requests)
  end)
end)

describe("a call that is started and awaited later", function()
  local plan <const> = {
    operation = {
      name = "thing",
      method = "GET",
      repeatable = true,
      sent_once = false,
      authorized = false,
      raw = { target = "/thing" },
    },
    decode_response = function(_, job)
      return job or "value"
    end,
  }

  it("returns its value, or its error, or raises", function()
    local events = 0
    local client <const> = fake.client({
      on_event = function()
        events = events + 1
        if events == 5 then error("raised", 0) end
      end,
    }, in_turn { { status = 200, after = 1 }, { status = 404, after = 1 }, { status = 200, after = 1 } })
    assert.equal("value", call.await(call.start(client, plan)))
    local value <const>, problem <const> = call.await(call.start(client, plan))
    assert.same({ nil, "not_found" }, { value, problem.kind })
    assert.has_error(function()
      call.await(call.start(client, plan))
    end, "raised")
  end)

  it("waits for its turn on its job", function()
    local client <const>, wire <const> = fake.client({}, function()
      return { status = 200, after = 1 }
    end)
    local job <const> = {}
    local one <const>, other <const> =
      call.start(client, plan, nil, nil, nil, job), call.start(client, plan, nil, nil, nil, job)
    assert.equal(1, #wire.requests)
    assert.equal(job, call.await(other))
    assert.is_true(one.done)
    assert.same({ 1000, 1001 }, { wire.requests[1].at, wire.requests[2].at })
  end)

  it("is refused with its name if its body cannot be written, and nothing is sent", function()
    local client <const>, wire <const> = fake.client({ access_token = "t" }, in_turn {})
    assert.error_matches(function()
      client:job("x"):set_params { app = { callback = print } }
    end, "set_params: app.callback: cannot write a function", 1, true)
    assert.same({}, wire.requests)
  end)

  it("has its own limits, and its name is in errors about them", function()
    local client <const>, wire <const> = fake.client({ timeout = 7 }, in_turn {})
    call.start(client, plan, nil, nil, { timeout = 3 })
    assert.equal(3, wire.requests[1].timeout)
    assert.error_matches(function()
      call.start(client, plan, nil, nil, { timeot = 3 })
    end, 'thing: unknown option "timeot": did you mean "timeout"?', 1, true)
    local named <const> = setmetatable({ name = "method" }, { __index = plan })
    assert.error_matches(function()
      call.start(client, named, nil, nil, { timeout = -1 })
    end, "method: timeout: expected seconds above 0", 1, true)
  end)
end)

describe("a stream", function()
  local function open(client, options, fields)
    local begun = 0
    local plan <const> = {
      operation = {
        name = "thing",
        method = "PUT",
        repeatable = true,
        sent_once = false,
        authorized = false,
        raw = { url = "http://127.0.0.1:1/thing" },
      },
      decode_response = function()
        return true
      end,
      stream = body_stream.plan {
        size = 10,
        begin = function()
          begun = begun + 1
        end,
        may_repeat = fields and fields.may_repeat,
      },
    }
    return body_stream.open(client, plan, nil, nil, options), function()
      return begun
    end
  end

  it("has no total time limit unless one is given", function()
    local client <const>, wire <const> = fake.client({ deadline = 5, timeout = 3 }, in_turn {})
    local one <const>, begun <const> = open(client)
    assert.equal(1, begun())
    assert.equal(3, wire.requests[1].timeout)
    for _ = 1, 1000 do
      client:step(100)
    end
    assert.is_false(one.done)
    one:__close()
  end)

  it("ends at a given deadline, which does not shorten its idle timeout", function()
    local client <const>, wire <const> = fake.client({}, in_turn {})
    local one <const> = open(client, { deadline = 5, timeout = 30 })
    assert.equal(30, wire.requests[1].timeout)
    client:step(5)
    assert.is_false(one.done)
    client:step(0)
    assert.is_true(one.done)
    assert.same({ "timeout", true }, { one.problem.kind, one.problem.maybe_done })
    assert.matches("deadline of 5 s passed while waiting for the transfer", one.problem.message)
    check_all_freed(wire)
  end)

  it("that is cancelled may have been done", function()
    local client <const>, wire <const> = fake.client({}, in_turn {})
    local one <const> = open(client)
    one:__close()
    assert.same({ "cancelled", true }, { one.problem.kind, one.problem.maybe_done })
    wire.was_sent = false
    local other <const> = open(client)
    other:__close()
    assert.is_nil(other.problem.maybe_done)
  end)

  it("starts again with each attempt, if that is allowed", function()
    local client <const>, wire <const> = fake.client({}, in_turn { { status = 503 }, OK })
    local one <const>, begun <const> = open(client)
    repeat
      client:step(1)
    until one.done
    assert.same({ true, 2, 2 }, { one.value, begun(), #wire.requests })
    local other <const>, began <const> = open(fake.client({}, in_turn { { status = 503 } }), nil, {
      may_repeat = function(asked, problem)
        assert.same({ "thing", "unavailable" }, { asked.plan.operation.name, problem.kind })
        return false
      end,
    })
    repeat
      other.client:step(1)
    until other.done
    assert.same({ "unavailable", 1, 1 }, { other.problem.kind, began(), other.attempts })
  end)

  it("pauses nothing when it meets a rate limit", function()
    local client <const> = fake.client({}, in_turn { { status = 429, headers = { ["retry-after"] = "50" } } })
    open(client)
    client:step(0)
    assert.equal(0, client.reactor.paused_until)
  end)

  it("wakes the coroutine that waits for it", function()
    local client <const>, wire <const> = fake.client({}, in_turn {})
    local one <const> = open(client)
    wire.ready[1] = one
    body_stream.await(one) -- returns though the call is pending
    assert.is_false(one.done)
    one:__close()
    body_stream.await(one) -- returns at once
  end)

  it("lets only one task wait for it", function()
    local client <const> = fake.client({}, in_turn {})
    local one <const> = open(client)
    client:async(body_stream.await, one)
    client:step(0)
    assert.has_error(function()
      body_stream.await(one)
    end)
    one:__close()
  end)
end)
