-- Other things that a client does: it signs out, closes, and reports events.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

describe("a client", function()
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job("some-id", updates.full_job "some-id")
  end)

  local function count(operation)
    return #service:requests(operation)
  end

  describe("signs out", function()
    it("with its token, which the service refuses afterwards", function()
      local client <close> = connect.client(service)
      assert(client:get_job "some-id")
      assert.is_true(client:sign_out())
      local sent <const> = connect.sent(service)
      local token <const> = sent[1].header.authorization
      assert.equal("POST", sent[2].method)
      assert.equal("/v1/auth/signout", sent[2].path)
      assert.equal("{}", sent[2].body)
      assert.equal(token, sent[2].header.authorization)
      assert.equal("application/json", sent[2].header["content-type"])
      local other <close> = connect.client(service, { access_token = token })
      local _ <const>, problem <const> = other:get_job "some-id"
      assert.equal("unauthenticated", problem.kind)
    end)

    it("and gets a new token from its key at the next call", function()
      local client <close> = connect.client(service)
      assert(client:get_job "some-id")
      assert(client:sign_out())
      assert(client:get_job "some-id")
      assert.equal(2, count "access_token")
      local sent <const> = connect.sent(service)
      assert.are_not.equal(sent[1].header.authorization, sent[3].header.authorization)
    end)

    it("without a request if there is no token yet, or no longer", function()
      local client <close> = connect.client(service)
      assert.is_true(client:sign_out())
      assert.same({}, service:requests())
      assert(client:get_job "some-id")
      assert.is_true(client:sign_out())
      assert.is_true(client:sign_out())
      assert.equal(1, count "sign_out")
    end)

    it("even if the token has expired", function()
      local client <close> = connect.client(service)
      assert(client:get_job "some-id")
      service:expire_tokens()
      assert.is_true(client:sign_out())
      assert.equal(1, count "access_token") -- no new token is fetched to sign out
      assert.equal(1, count "sign_out")
    end)

    it("with a token from its options, and has none afterwards", function()
      local helper <close> = connect.client(service)
      assert(helper:get_job "some-id")
      local client <close> = connect.client(service, { access_token = connect.sent(service)[1].header.authorization })
      assert(client:get_job "some-id")
      assert.is_true(client:sign_out())
      local _ <const>, problem <const> = client:get_job "some-id"
      assert.equal("no_credentials", problem.kind)
      assert.matches("signed out", problem.message)
    end)

    for _, fault in ipairs {
      { status = 503 },
      { status = 500 },
      { ok_false = true },
      { body = "no JSON" },
      { status = 403 },
    } do
      local title <const> = fault.status or (fault.body and "a response that is no JSON" or "ok: false")
      it("not, but keeps the token, after " .. title, function()
        local client <close> = connect.client(service)
        assert(client:get_job "some-id")
        fault.operation = "sign_out"
        service:fault(fault)
        local value <const>, problem <const> = client:sign_out()
        assert.is_nil(value)
        assert.equal("POST", problem.method)
        assert.equal("/v1/auth/signout", problem.path)
        assert(client:get_job "some-id")
        assert.equal(1, count "access_token")
      end)
    end
  end)

  describe("when closed", function()
    it("returns the error `closed` from every call", function()
      local client <const> = connect.client(service)
      local job <const> = assert(client:get_job "some-id")
      client:close()
      service:reset()
      local calls <const> = {
        get_job = function()
          return client:get_job "some-id"
        end,
        create_job = function()
          return client:create_job { templateId = "t" }
        end,
        request = function()
          return client:request { path = "/x" }
        end,
        refresh = function()
          return job:refresh()
        end,
        sign_out = function()
          return client:sign_out()
        end,
      }
      for _, update in ipairs(updates.all) do
        calls[update.name] = function()
          return update.call(job)
        end
      end
      for name, call in pairs(calls) do
        local value <const>, problem <const> = call()
        assert.is_nil(value, name)
        assert.equal("closed", problem.kind, name)
        assert.equal(0, problem.attempts, name)
        assert.is_false(problem.retryable, name)
        assert.is_truthy(tostring(problem):find("the client is closed", 1, true))
      end
      assert.same({}, service:requests())
    end)

    it("may be closed again", function()
      local client <const> = connect.client(service)
      client:close()
      client:close()
      assert.is_truthy(tostring(client):find "%(closed%)$")
    end)

    it("has been closed at the end of its block, even by an error", function()
      local kept
      do
        local client <close> = connect.client(service)
        kept = client
      end
      assert.is_truthy(tostring(kept):find "%(closed%)$")
      pcall(function()
        local client <close> = connect.client(service)
        kept = client
        error "something else"
      end)
      assert.is_truthy(tostring(kept):find "%(closed%)$")
    end)

    it("does not affect other clients", function()
      local one <const>, other <close> = connect.client(service), connect.client(service)
      assert(one:get_job "some-id")
      assert(other:get_job "some-id")
      one:close()
      assert(other:get_job "some-id")
    end)

    it("inside a call ends that call with the error `closed`", function()
      local client
      client = connect.client(service, {
        on_event = function(event)
          if event.operation == "set_name" and event.type == "request" then client:close() end
        end,
      })
      local job <const> = client:job { id = "some-id", name = "Stored" }
      local value <const>, problem <const> = job:set_name "My Job"
      assert.is_nil(value)
      assert.equal("closed", problem.kind)
      assert.equal("Stored", job.name)
    end)

    it("by the collector needs no help from the program", function()
      for _ = 1, 20 do
        assert(connect.client(service):get_job "some-id")
      end
      collectgarbage()
      collectgarbage()
    end)
  end)

  describe("reports the events", function()
    local events

    local function client_with(options)
      events = {}
      options = options or {}
      options.on_event = function(event)
        events[#events + 1] = event
      end
      return connect.client(service, options)
    end

    local function types()
      local list <const> = {}
      for index, event in ipairs(events) do
        list[index] = ("%s %s"):format(event.type, event.operation)
      end
      return list
    end

    it("of a call and its token exchange", function()
      local client <close> = client_with()
      assert(client:get_job "some-id")
      assert.same({
        "request access_token",
        "response access_token",
        "token access_token",
        "request get_job",
        "response get_job",
      }, types())
      local request <const>, response <const> = events[4], events[5]
      for _, event in ipairs { request, response } do
        assert.equal("GET", event.method)
        assert.equal("/v1/customer/jobs/some-id", event.path)
        assert.equal(1, event.attempt)
      end
      assert.equal(200, response.status)
      assert.is_true(response.elapsed >= 0)
    end)

    it("of a call that is retried", function()
      local client <close> = client_with { max_retries = 1 }
      assert(client:get_job "some-id")
      events = {}
      service:fault { operation = "set_name", status = 503, retry_after = 0.01 }
      service:fault { operation = "set_name", status = 503, retry_after = 0.01 }
      assert.is_nil((client:job("some-id"):set_name "My Job"))
      assert.same({
        "request set_name",
        "response set_name",
        "retry set_name",
        "request set_name",
        "response set_name",
      }, types())
      assert.equal(503, events[2].status)
      assert.equal(503, events[3].status)
      assert.equal("unavailable", events[3].kind)
      assert.is_true(events[3].delay >= 0)
      assert.equal(2, events[4].attempt)
    end)

    it("of a call without a response", function()
      local client <close> = client_with()
      assert(client:get_job "some-id")
      events = {}
      service:fault { operation = "set_name", hang = true }
      client:job("some-id"):set_name("My Job", { timeout = 0.05 })
      assert.same({ "request set_name", "response set_name" }, types())
      assert.equal("timeout", events[2].kind)
      assert.is_nil(events[2].status)
    end)

    it("to anything that can be called", function()
      local called
      local client <close> = connect.client(service, {
        on_event = setmetatable({}, {
          __call = function(_, event)
            called = event.type
          end,
        }),
      })
      assert(client:get_job "some-id")
      assert.equal("response", called)
    end)

    it("and raises errors of the function, after which it can be used", function()
      local fails = true
      local client <close> = connect.client(service, {
        on_event = function(event)
          if fails and event.operation == "set_name" then error({ "the program's own" }, 0) end
        end,
      })
      local job <const> = client:job { id = "some-id", name = "Stored" }
      local ok <const>, raised <const> = pcall(job.set_name, job, "My Job")
      assert.is_false(ok)
      assert.same({ "the program's own" }, raised)
      assert.equal("Stored", job.name)
      fails = false
      assert(job:set_name "My Job")
    end)
  end)

  it("has methods before its first call", function()
    local client <close> = connect.client(service)
    for _, method in ipairs { "job", "get_job", "create_job", "request", "sign_out", "close" } do
      assert.equal("function", type(client[method]), method)
    end
    assert.is_truthy(bytenite._VERSION:find "^bytenite %d+%.%d+")
  end)
end)
