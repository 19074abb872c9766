-- Creating a client: options and their defaults, the environment, credentials.
local bytenite <const> = require "bytenite"
local child <const> = require "spec.support.child"
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

  it("has a default for every option", function()
    local options <const> = child.run [[
      local options <const> = {}
      for name, value in pairs(require("bytenite.base.options").read()) do
        options[name] = value
      end
      return options
    ]]
    assert.same({
      base_url = "https://api.bytenite.com/v1",
      service = "customer",
      connect_timeout = 10,
      timeout = 30,
      deadline = 120,
      max_retries = 2,
      max_response_bytes = 16 * 1024 * 1024,
      max_connections = 100,
      http_version = "auto",
      allow_http = false,
      is_https = true,
      may_be_loopback = false,
      sources = {},
    }, options)
  end)

  it("does not change the table of options", function()
    local given <const> = { base_url = service.base_url .. "/", api_key = " key ", proxy = "http://127.0.0.1:1" }
    bytenite.new(given):close()
    assert.same({ base_url = service.base_url .. "/", api_key = " key ", proxy = "http://127.0.0.1:1" }, given)
  end)

  it("shows its address as text, and whether it is closed", function()
    local client <const> = connect.client(service)
    assert.equal("bytenite client of " .. service.base_url, tostring(client))
    client:close()
    assert.equal(("bytenite client of %s (closed)"):format(service.base_url), tostring(client))
  end)

  it("raises for a method that it does not have, with a suggestion", function()
    local client <close> = connect.client(service)
    for name, message in pairs {
      craete_job = 'client: unknown method "craete_job": did you mean "create_job"?',
      clsoe = 'client: unknown method "clsoe": did you mean "close"?',
      frobnicate = 'client: unknown method "frobnicate": expected one of async, close, create_job, ',
    } do
      local ok <const>, problem <const> = pcall(function()
        return client[name](client)
      end)
      assert.is_false(ok)
      assert.is_truthy(problem:find(message, 1, true), problem)
      assert.is_truthy(problem:find("client_spec.lua", 1, true), problem)
    end
    assert.is_nil(client[1])
  end)

  it("sends its name and that of the program as User-Agent", function()
    local client <close> = connect.client(service, { user_agent = "batch-tool/1.2 (test)" })
    assert(client:get_job "some-id")
    local agent <const> = connect.sent(service)[1].header["user-agent"]
    assert.is_truthy(agent:find "^bytenite%-lua/0%.1%.0 batch%-tool/1%.2 %(test%)$")
  end)

  describe("speaks", function()
    for _, case in ipairs {
      { "plain", "1.1", "1.1" },
      { "plain", "2", "2" },
      { "plain", nil, "1.1" },
      { "tls", "1.1", "1.1" },
      { "tls", "2", "2" },
      { "tls", nil, "2" },
    } do
      local transport <const>, version <const>, spoken <const> = case[1], case[2], case[3]
      it(("HTTP/%s over %s with http_version = %s"):format(spoken, transport, version), function()
        service = sandbox[transport]()
        service:reset()
        service:put_job("some-id", "{}")
        local client <close> = connect.client(service, { http_version = version })
        assert(client:get_job "some-id")
        assert.equal(spoken, connect.sent(service)[1].http_version)
      end)
    end
  end)

  describe("takes its credentials", function()
    -- Fetches a job in a separate process. Returns the token that was sent, and whether a key was
    -- exchanged for it.
    local function credentials_of(environment, options)
      environment.BYTENITE_BASE_URL = service.base_url
      local source <const> = ([[
        local client <close> = require("bytenite").new { max_retries = 0, %s }
        local job, problem = client:get_job "some-id"
        return { id = job and job.id, kind = problem and problem.kind, hint = problem and problem.hint }
      ]]):format(options or "")
      local result <const> = child.run(source, environment)
      local keys <const> = {}
      for _, request in ipairs(service:requests()) do
        if request.operation == "access_token" then keys[#keys + 1] = bytenite.decode(request.body).apiKey end
      end
      local sent <const> = connect.sent(service)[1]
      return { key = keys[1], token = sent and sent.header.authorization, result = result }
    end

    it("from the environment: the key", function()
      local used <const> = credentials_of { BYTENITE_API_KEY = service.api_key }
      assert.equal(service.api_key, used.key)
      assert.equal("some-id", used.result.id)
    end)

    it("from the environment: the token", function()
      local used <const> = credentials_of { BYTENITE_ACCESS_TOKEN = "env-token" }
      assert.is_nil(used.key)
      assert.equal("env-token", used.token)
    end)

    it("from the environment: the token rather than the key", function()
      local used <const> = credentials_of { BYTENITE_ACCESS_TOKEN = "env-token", BYTENITE_API_KEY = service.api_key }
      assert.is_nil(used.key)
      assert.equal("env-token", used.token)
    end)

    it("from the options rather than the environment: the token", function()
      local used <const> = credentials_of(
        { BYTENITE_ACCESS_TOKEN = "env-token", BYTENITE_API_KEY = "env-key" },
        "access_token = 'own-token'"
      )
      assert.is_nil(used.key)
      assert.equal("own-token", used.token)
    end)

    it("from the options rather than the environment: the key, even if there is a token", function()
      local used <const> = credentials_of(
        { BYTENITE_ACCESS_TOKEN = "env-token", BYTENITE_API_KEY = "env-key" },
        ("api_key = %q"):format(service.api_key)
      )
      assert.equal(service.api_key, used.key)
      assert.are_not.equal("env-token", used.token)
    end)

    it("from the options: the token rather than the key", function()
      local used <const> = credentials_of({}, "access_token = 'own-token', api_key = 'own-key'")
      assert.is_nil(used.key)
      assert.equal("own-token", used.token)
    end)

    it("from nowhere, which is an error at the first call, with a hint", function()
      for _, environment in ipairs { {}, { BYTENITE_API_KEY = "", BYTENITE_ACCESS_TOKEN = "" } } do
        local used <const> = credentials_of(environment)
        assert.equal("no_credentials", used.result.kind)
        for _, word in ipairs { "api_key", "access_token", "BYTENITE_API_KEY", "BYTENITE_ACCESS_TOKEN" } do
          assert.is_truthy(used.result.hint:find(word, 1, true))
        end
        assert.same({}, service:requests())
      end
    end)

    it("without white space around a pasted key", function()
      for _, key in ipairs { " " .. service.api_key, service.api_key .. "\n", "\r\n\t" .. service.api_key .. " \t\r\n" } do
        service:reset()
        service:put_job("some-id", "{}")
        local client <close> = connect.client(service, { api_key = key })
        assert(client:get_job "some-id")
        assert.equal(('{"apiKey":"%s"}'):format(service.api_key), service:requests()[1].body)
      end
      service:reset()
      service:put_job("some-id", '{"id":"some-id"}')
      assert.equal(service.api_key, credentials_of({ BYTENITE_API_KEY = service.api_key .. "\n" }).key)
    end)

    it("from a function, called for every call", function()
      local count = 0
      local client <close> = connect.client(service, {
        access_token = function()
          count = count + 1
          return "token-" .. count
        end,
      })
      for _ = 1, 3 do
        client:get_job "some-id"
      end
      assert.equal("token-1", connect.sent(service)[1].header.authorization)
      assert.is_true(count >= 3)
    end)

    it("from anything that can be called", function()
      local client <close> = connect.client(service, {
        access_token = setmetatable({}, {
          __call = function()
            return "called-token"
          end,
        }),
      })
      client:get_job "some-id"
      assert.equal("called-token", connect.sent(service)[1].header.authorization)
    end)
  end)

  describe("takes its address", function()
    it("from the environment", function()
      local text <const> =
        child.run("return tostring(require('bytenite').new())", { BYTENITE_BASE_URL = "https://gate.example.org/v1/" })
      assert.equal("bytenite client of https://gate.example.org/v1", text)
    end)

    it("from the options rather than the environment", function()
      local text <const> = child.run(
        "return tostring(require('bytenite').new { base_url = 'https://own.example.org/v1' })",
        { BYTENITE_BASE_URL = "https://gate.example.org/v1/" }
      )
      assert.equal("bytenite client of https://own.example.org/v1", text)
    end)

    it("from its default if the environment's is empty", function()
      local text <const> = child.run("return tostring(require('bytenite').new())", { BYTENITE_BASE_URL = "" })
      assert.equal("bytenite client of https://api.bytenite.com/v1", text)
    end)
  end)
end)
