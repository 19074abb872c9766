local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"
local virtual_clock <const> = require "spec.support.virtual_clock"

local ID <const> = connect.JOB_ID

describe("the access token", function()
  local service

  before_each(function()
    service = connect.prepare(sandbox.plain())
  end)

  local function with_key(options)
    local all <const> = { base_url = service.base_url, api_key = service.api_key }
    for name, value in pairs(options or {}) do
      all[name] = value
    end
    return virtual_clock.client(all)
  end

  local function requests(operation)
    return service:requests(operation)
  end

  local function header(request, name)
    for _, pair in ipairs(request.headers) do
      if pair[1]:lower() == name then return pair[2] end
    end
    return nil
  end

  -- Returns a new token of the sandbox, and resets the sandbox.
  local function fresh_token()
    local client <close> = with_key()
    assert(client:get_job(ID))
    local token <const> = client.credentials.current()
    connect.prepare(service)
    return token
  end

  describe("from an API key", function()
    it("is fetched before the first call and used for the next ones", function()
      local client <close> = with_key()
      assert(client:get_job(ID))
      assert(client:get_job(ID))
      local exchanges <const> = requests "access_token"
      assert.equal(1, #exchanges)
      assert.equal(('{"apiKey":"%s"}'):format(service.api_key), exchanges[1].body)
      assert.is_nil(header(exchanges[1], "authorization"))
      assert.equal(client.credentials.current(), header(requests("get_job")[2], "authorization"))
    end)

    it("is renewed before it expires", function()
      local client <close>, clock <const> = with_key()
      assert(client:get_job(ID))
      clock.time = clock.time + 3600 - 61
      assert(client:get_job(ID))
      assert.equal(1, #requests "access_token")
      clock.time = clock.time + 2
      assert(client:get_job(ID))
      assert.equal(2, #requests "access_token")
    end)

    for _, life in ipairs { '"100"', "100", "100.0" } do
      it("lives as long as expiresIn says, printed as " .. life, function()
        local body <const> = ('{"token":"short-lived","expiresIn":%s}'):format(life)
        service:fault { operation = "access_token", status = 200, body = body }
        service:fault { operation = "get_job", status = 200, body = ('{"job":{"id":"%s"}}'):format(ID), times = 2 }
        local client <close>, clock <const> = with_key()
        assert(client:get_job(ID))
        clock.time = clock.time + 89
        assert(client:get_job(ID))
        assert.equal(1, #requests "access_token")
        clock.time = clock.time + 2
        assert(client:get_job(ID))
        assert.equal(2, #requests "access_token")
      end)
    end

    it("lives an hour when the service does not say", function()
      service:fault { operation = "access_token", status = 200, body = '{"token":"only-that"}' }
      service:fault { operation = "get_job", status = 200, body = ('{"job":{"id":"%s"}}'):format(ID), times = 2 }
      local client <close>, clock <const> = with_key()
      assert(client:get_job(ID))
      clock.time = clock.time + 3500
      assert(client:get_job(ID))
      assert.equal(1, #requests "access_token")
    end)

    it("is renewed once after a 401, and the call repeated", function()
      local client <close> = with_key()
      assert(client:get_job(ID))
      local first <const> = client.credentials.current()
      service:expire_tokens()
      assert(client:get_job(ID))
      assert.equal(2, #requests "access_token")
      assert.are_not.equal(first, client.credentials.current())
    end)

    it("is renewed after a 401 of a once-only call too", function()
      local client <close> = with_key()
      assert(client:get_job(ID))
      service:expire_tokens()
      assert(client:create_job { templateId = "some-template", name = "New job" })
      assert.equal(2, #requests "create_job")
    end)

    it("is not available if the exchange says ok: false: the error has its message", function()
      service:fault { operation = "access_token", ok_false = true }
      local client <close> = with_key()
      local _ <const>, problem <const> = client:get_job(ID)
      assert.equal("unexpected", problem.kind)
      assert.equal("no access token: " .. problem.description, problem.message)
    end)

    it("is not renewed again when the new one is refused as well", function()
      service:fault { operation = "get_job", status = 401, times = 5 }
      local client <close> = with_key()
      local _ <const>, problem <const> = client:get_job(ID)
      assert.same(
        { "unauthenticated", 401, 2, false },
        { problem.kind, problem.status, problem.attempts, problem.retryable }
      )
      assert.equal(2, #requests "access_token")
    end)

    it("is fetched by one exchange for all waiting calls", function()
      local client <close> = with_key()
      service:fault { operation = "access_token", delay = 0.05, act = "before" }
      local futures <const> = {}
      for i = 1, 10 do
        futures[i] = client:async(client.get_job, client, ID)
      end
      assert.equal(10, assert(client:wait_all(futures)).succeeded)
      assert.equal(1, #requests "access_token")
      assert.equal(10, #requests "get_job")
    end)

    it("stays in use until it expires if its renewal fails", function()
      local client <close>, clock <const> = with_key()
      assert(client:get_job(ID))
      clock.time = clock.time + 3600 - 30
      service:fault { operation = "access_token", status = 503, times = 3, retry_after = 1 }
      assert(client:get_job(ID))
    end)

    for status, kind in pairs { [401] = "unauthenticated", [403] = "permission_denied", [500] = "internal" } do
      it(("is not available if the exchange ends in %d: the call says so"):format(status), function()
        service:fault { operation = "access_token", status = status, times = 10 }
        local client <close> = with_key()
        local job <const>, problem <const> = client:get_job(ID)
        assert.is_nil(job)
        assert.equal(kind, problem.kind)
        assert.equal(status, problem.status)
        assert.matches("^no access token: ", problem.message)
        assert.same({ "GET", "access_token", 0 }, { problem.method, problem.operation, problem.attempts })
        assert.equal(0, #requests "get_job")
      end)
    end

    it("is not available from a base URL without /v1: the error is not about a job", function()
      local client <close> = with_key { base_url = service.base_url:gsub("/v1$", "") }
      local _ <const>, problem <const> = client:get_job(ID)
      assert.same({ "unexpected", 404, "access_token" }, { problem.kind, problem.status, problem.operation })
      assert.matches("base_url: it ends in /v1", problem.hint, 1, true)
    end)

    for name, fault in pairs {
      ["breaks"] = { reset = true },
      ["times out"] = { hang = true },
      ["ends in 500"] = { status = 500 },
      ["is answered with HTML"] = { status = 200, body = "<html>sign in</html>" },
    } do
      it(("that %s leaves the call undone: its error says no maybe_done"):format(name), function()
        fault.operation, fault.times = "access_token", 10
        service:fault(fault)
        local client <close> = with_key { timeout = 0.1, max_retries = 1 }
        for method, run in pairs {
          create_job = function()
            return client:create_job { templateId = "some-template", name = "New job" }
          end,
          set_name = function()
            return client:job(ID):set_name "New name"
          end,
        } do
          local done <const>, problem <const> = run()
          assert.is_nil(done)
          assert.same({ "access_token", 0 }, { problem.operation, problem.attempts })
          assert.is_nil(problem.maybe_done)
          assert.equal(0, #requests(method))
        end
      end)
    end

    for _, body in ipairs { "{}", "[]", "not JSON", '{"token":""}', '{"token":5}', '{"token":"a\\nb"}', "" } do
      it("is not available from the response " .. body, function()
        service:fault { operation = "access_token", status = 200, body = body }
        local client <close> = with_key()
        local _ <const>, problem <const> = client:get_job(ID)
        assert.equal("protocol", problem.kind)
        assert.equal(0, #requests "get_job")
      end)
    end
  end)

  describe("that was given", function()
    it("is sent as it is and never exchanged", function()
      local token <const> = fresh_token()
      local client <close> = bytenite.new { base_url = service.base_url, access_token = token }
      assert(client:get_job(ID))
      assert.equal(token, header(requests("get_job")[1], "authorization"))
      assert.equal(0, #requests "access_token")
    end)

    it("ends in unauthenticated when it is refused, after one attempt", function()
      local client <close> = bytenite.new { base_url = service.base_url, access_token = "stale" }
      local _ <const>, problem <const> = client:get_job(ID)
      assert.same({ "unauthenticated", 1 }, { problem.kind, problem.attempts })
    end)

    it("gets a hint when it was given with a scheme word", function()
      local client <close> = bytenite.new { base_url = service.base_url, access_token = "Bearer stale" }
      local _ <const>, problem <const> = client:get_job(ID)
      assert.matches('without "Bearer "', problem.hint)
    end)
  end)

  describe("from a function", function()
    it("is requested at every call", function()
      local token <const> = fresh_token()
      local asked = 0
      local client <close> = bytenite.new {
        base_url = service.base_url,
        access_token = function()
          asked = asked + 1
          return token
        end,
      }
      assert(client:get_job(ID))
      assert(client:get_job(ID))
      assert.equal(2, asked)
    end)

    it("is requested once more after a 401, and repeated only with another token", function()
      local good <const> = fresh_token()
      local tokens = { "stale", good }
      local client <close> = bytenite.new {
        base_url = service.base_url,
        access_token = function()
          return table.remove(tokens, 1) or good
        end,
      }
      assert(client:get_job(ID))
      assert.equal(2, #requests "get_job")
      service:reset()
      local stubborn <close> = bytenite.new {
        base_url = service.base_url,
        access_token = function()
          return "stale"
        end,
      }
      local _ <const>, problem <const> = stubborn:get_job(ID)
      assert.same({ "unauthenticated", 1 }, { problem.kind, problem.attempts })
      assert.equal(1, #requests "get_job")
    end)

    it("is removed from an error even if it has changed meanwhile", function()
      local count = 0
      local client <close> = bytenite.new {
        base_url = service.base_url,
        access_token = function()
          count = count + 1
          return "token-number-" .. count
        end,
      }
      service:fault {
        operation = "get_job",
        status = 400,
        body = '{"code":3,"message":"bad token-number-1"}',
        delay = 0.05,
      }
      local future <const> = client:async(client.get_job, client, ID)
      client:step()
      client:get_job(ID)
      local _ <const>, problem <const> = future:get()
      assert.equal("bad [redacted]", problem.message)
    end)

    it("that is not available ends the call with no_credentials, and the function's reason", function()
      local client <close> = bytenite.new {
        base_url = service.base_url,
        access_token = function()
          return nil, "the vault is sealed"
        end,
      }
      local _ <const>, problem <const> = client:get_job(ID)
      assert.same({ "no_credentials", "the vault is sealed" }, { problem.kind, problem.hint })
    end)

    it("that raises raises from the call", function()
      for _, raised in ipairs { "out of tokens", { code = 7 }, false } do
        local client <close> = bytenite.new {
          base_url = service.base_url,
          access_token = function()
            error(raised, 0)
          end,
        }
        local ok <const>, caught <const> = pcall(client.get_job, client, ID)
        assert.is_false(ok)
        assert.same(raised or "the access_token function raised an error without a value", caught)
      end
    end)

    for returned, message in pairs {
      ["good\ntoken"] = "returned a token with a line break at byte 5",
      ["token\r"] = "returned a token with a line break at byte 6",
      ["tok\0en"] = "returned a token with a character that is not allowed in a header at byte 4",
      [""] = "returned an empty string",
      [42] = "returned a number instead of a string",
      [false] = "returned a boolean instead of a string",
    } do
      it(("that returns %q ends the call in no_credentials, and nothing is sent"):format(tostring(returned)), function()
        local client <close> = bytenite.new {
          base_url = service.base_url,
          access_token = function()
            return returned
          end,
        }
        local job <const>, problem <const> = client:get_job(ID)
        assert.is_nil(job)
        assert.same({ "no_credentials", 0, "get_job" }, { problem.kind, problem.attempts, problem.operation })
        assert.equal("the access_token function " .. message, problem.message)
        assert.equal(0, #service:requests())
        local done <const> = client:map({ 1 }, function()
          return client:get_job(ID)
        end)
        assert.equal("no_credentials", done[1].error.kind)
      end)
    end
  end)

  it("is missing: the first call says what to set", function()
    local client <close> = bytenite.new { base_url = service.base_url }
    local _ <const>, problem <const> = client:get_job(ID)
    assert.equal("no_credentials", problem.kind)
    assert.matches("BYTENITE_API_KEY", problem.hint)
    assert.equal(0, #service:requests())
  end)

  describe("signed out", function()
    it("is refused from then on, and a client with an API key gets another", function()
      local client <close> = with_key()
      assert(client:get_job(ID))
      local token <const> = client.credentials.current()
      assert.is_true(client:sign_out())
      assert.equal("{}", requests("sign_out")[1].body)
      assert.equal(token, header(requests("sign_out")[1], "authorization"))
      local other <close> = bytenite.new { base_url = service.base_url, access_token = token }
      local _ <const>, problem <const> = other:get_job(ID)
      assert.equal("unauthenticated", problem.kind)
      assert(client:get_job(ID))
      assert.equal(2, #requests "access_token")
    end)

    it("is forgotten by a client that it was given to", function()
      local client <close> = bytenite.new { base_url = service.base_url, access_token = fresh_token() }
      assert.is_true(client:sign_out())
      local _ <const>, problem <const> = client:get_job(ID)
      assert.equal("no_credentials", problem.kind)
    end)

    it("costs no request when there is none", function()
      local client <close> = with_key()
      assert.is_true(client:sign_out())
      assert.equal(0, #service:requests())
    end)

    it("may have expired already", function()
      local client <close> = with_key()
      assert(client:get_job(ID))
      service:expire_tokens()
      assert.is_true(client:sign_out())
      assert.equal(1, #requests "access_token")
    end)
  end)
end)
