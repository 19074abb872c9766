-- No secret is shown: not in errors, texts or events, nor in the client's tables.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local leaks <const> = require "spec.support.leaks"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

-- With all characters that some encoding escapes.
local PASSWORD <const> = 'pw&1<2>3"4\\5/6'
local SECRET_KEY <const> = "wJalr/XUtn+FEMI==&K7<MDENG>"
local ACCESS_KEY <const> = "AKIA/EXAMPLE+KEY"
local API_KEY <const> = 'key&1<2>3"4\\5/6 end'
local TOKEN <const> = 'token&1<2>3"4\\5/6.end'
local SIGNATURE <const> = "X-Amz-Signature=0123456789abcdef"
local SIGNED_URL <const> = "https://files.example.org/in/my%20file.txt?X-Amz-Date=20250827&" .. SIGNATURE .. "&x=y"

describe("a secret", function()
  local service

  setup(function()
    service = sandbox.plain()
  end)

  before_each(function()
    service:reset()
  end)

  -- Fails if a value shows a secret.
  local function check(value, secrets, what)
    assert.is_nil(leaks.find(value, secrets, what))
  end

  -- Returns a client whose events and tables are checked for secrets.
  local function watched_client(secrets, options)
    local client
    options.on_event = function(event)
      check(event, secrets, "an event")
      check(client, secrets, "the client in an event")
    end
    client = connect.client(service, options)
    return client
  end

  -- Returns the error of a call with this response body.
  local function error_of(operation, body, status, call)
    service:fault { operation = operation, status = status, body = body, times = "forever" }
    local value <const>, problem <const> = call()
    assert.is_nil(value)
    return problem
  end

  local holders <const> = {
    {
      name = "the password of a data source",
      secret = PASSWORD,
      source = bytenite.datasource.url { url = "https://example.org/", username = "me", password = PASSWORD },
    },
    {
      name = "the secret key of a data source",
      secret = SECRET_KEY,
      source = bytenite.datasource.s3 { name = "/in", bucketName = "b", accessKey = "a", secretKey = SECRET_KEY },
    },
    {
      name = "the access key of a data source",
      secret = ACCESS_KEY,
      source = bytenite.datasource.storj { name = "/in", bucketName = "b", accessKey = ACCESS_KEY, secretKey = "sss" },
    },
    {
      name = "the query of a signed URL",
      secret = SIGNATURE,
      source = bytenite.datasource.url(SIGNED_URL),
    },
  }

  for _, holder in ipairs(holders) do
    for echo, body_of in pairs(leaks.echoes) do
      local status <const> = echo == "a response of success" and 200 or 400
      it(("that is %s is not shown when the service echoes it in %s"):format(holder.name, echo), function()
        local client <close> = watched_client({ holder.secret }, {})
        local job <const> = client:job "some-id"
        local body <const> = body_of(holder.secret)
        check(
          error_of("set_datasource", body, status, function()
            return job:set_datasource { dataSource = holder.source }
          end),
          { holder.secret },
          "the error"
        )
        check(
          error_of("create_job", body, status, function()
            return client:create_job({ templateId = "t", dataDestination = holder.source }, { max_retries = 0 })
          end),
          { holder.secret },
          "the error of create_job"
        )
        job.dataSource = holder.source
        check(
          error_of("set_name", body, status, function()
            return job:set_name "My Job"
          end),
          { holder.secret },
          "the error of another update"
        )
        check(client, { holder.secret }, "the client")
        check(tostring(job), { holder.secret }, "the job's text")
      end)
    end
  end

  it("in a signed URL is not shown when the service echoes the URL", function()
    local client <close> = watched_client({ SIGNATURE }, {})
    for _, form in ipairs {
      SIGNED_URL,
      (SIGNED_URL:gsub("/", "\\/")),
      (SIGNED_URL:gsub("&", "\\u0026")),
      (SIGNED_URL:gsub("?", "\\u003f")),
      (SIGNED_URL:gsub(":", "\\u003A")),
    } do
      for _, body in ipairs {
        ('{"message":"cannot fetch %s: no such host"}'):format(form),
        ('{"message":"Get \\"%s\\": no such host"}'):format(form),
        ('{"details":[{"url":"%s"}]}'):format(form),
        ('{"job":{"id":"other","dataSource":{"params":{"tempUrl":"%s"}}}}'):format(form),
        ('<a href="%s">here</a>'):format(form),
        ("see %s"):format(form),
      } do
        for _, status in ipairs { 200, 500 } do
          service:reset()
          local problem <const> = error_of("set_name", body, status, function()
            return client:job("some-id"):set_name "My Job"
          end)
          check(problem, { SIGNATURE }, "the error")
        end
      end
    end
  end)

  it("of another job is not shown when the service echoes it", function()
    local client <close> = watched_client({ PASSWORD, SECRET_KEY, ACCESS_KEY }, {})
    local params <const> = { password = PASSWORD, secretKey = SECRET_KEY, access_key = ACCESS_KEY }
    local other <const> = bytenite.encode { job = { id = "another", dataSource = { params = params } } }
    for _, body in ipairs {
      other,
      other:gsub("/", "\\/"),
      other:sub(1, -4),
    } do
      service:reset()
      local problem <const> = error_of("set_name", body, 200, function()
        return client:job("some-id"):set_name "My Job"
      end)
      check(problem, { PASSWORD, SECRET_KEY, ACCESS_KEY }, "the error")
    end
  end)

  for echo, body_of in pairs(leaks.echoes) do
    for _, status in ipairs { 401, 500 } do
      it(("that is the API key is not shown when the service echoes it in %s, %d"):format(echo, status), function()
        local client <close> = watched_client({ API_KEY }, { api_key = API_KEY })
        local problem <const> = error_of("access_token", body_of(API_KEY), status, function()
          return client:job("some-id"):set_name "My Job"
        end)
        check(problem, { API_KEY }, "the error")
        check(client, { API_KEY }, "the client")
      end)

      it(
        ("that is an access token is not shown when the service sends it back in %s, %d"):format(echo, status),
        function()
          for _, given in ipairs {
            TOKEN,
            function()
              return TOKEN
            end,
          } do
            local client <close> = watched_client({ TOKEN }, { access_token = given })
            for _, update in ipairs(updates.all) do
              local problem <const> = error_of(update.name, body_of(TOKEN), status, function()
                return update.call(client:job "some-id")
              end)
              check(problem, { TOKEN }, "the error")
            end
            check(client, { TOKEN }, "the client")
          end
        end
      )
    end
  end

  it("that is the token for a key is never shown", function()
    local client <close> = connect.client(service)
    service:put_job("some-id", updates.full_job "some-id")
    local job <const> = assert(client:get_job "some-id")
    local token <const> = connect.sent(service)[1].header.authorization
    local secrets <const> = { token, service.api_key }
    check(client, secrets, "the client")
    check(job, secrets, "the job")
    local problem <const> = error_of("set_name", ('{"message":"token %s"}'):format(token), 403, function()
      return job:set_name "My Job"
    end)
    check(problem, secrets, "the error")
    service:expire_tokens()
    assert(client:get_job "some-id") -- fetches another token; the first one is still secret
    local late <const> = error_of("set_params", ('{"message":"old token %s"}'):format(token), 403, function()
      return job:set_params {}
    end)
    check(late, secrets, "the error after a renewal")
    check(client, secrets, "the client after a renewal")
    assert(client:sign_out())
    check(client, secrets, "the client after signing out")
  end)

  -- Returns a client whose events are checked for secrets. (Its tables hold what a call sends until
  -- the call ends.)
  local function client_with_events(secrets)
    return connect.client(service, {
      access_token = "t",
      on_event = function(event)
        check(event, secrets, "an event")
      end,
    })
  end

  it("in the body of client:request is not shown", function()
    local client <close> = client_with_events { PASSWORD }
    for _, body in ipairs { { password = PASSWORD }, bytenite.encode { deep = { { password = PASSWORD } } } } do
      local problem <const> = error_of("*", leaks.echoes["plain text"](PASSWORD), 400, function()
        return client:request { method = "PATCH", path = "/customer/later", body = body }
      end)
      check(problem, { PASSWORD }, "the error")
    end
  end)

  it("in the query of client:request is not shown", function()
    local client <close> = client_with_events { "s3cret-value" }
    local echo <const> = ('{"message":"cannot GET %s/customer/later?key=s3cret-value"}'):format(service.base_url)
    local problem <const> = error_of("*", echo, 400, function()
      return client:request { path = "/customer/later", query = { key = "s3cret-value" } }
    end)
    check(problem, { "s3cret-value" }, "the error")
  end)

  describe("that is a proxy's password is not shown", function()
    for _, proxy in ipairs {
      "http://user:pr0xy-s3cret@127.0.0.1:1",
      "user:pr0xy-s3cret@127.0.0.1:1",
      "http://user:pr0xy-s3cret@127.0.0.1:99999",
      "user:pr0xy-s3cret@127.0.0.1:99999",
      "nonsense://user:pr0xy-s3cret@127.0.0.1:1",
      "http://user:pr0xy-s3cret@[127.0.0.1",
      "socks5h://user:pr0xy-s3cret@127.0.0.1:1",
    } do
      it(("when %s cannot be used"):format(proxy:gsub("pr0xy%-s3cret", "...")), function()
        local client
        local secrets <const> = { "pr0xy-s3cret" }
        client = bytenite.new {
          base_url = "https://bytenite.invalid/v1",
          access_token = "t",
          proxy = proxy,
          max_retries = 0,
          on_event = function(event)
            check(event, secrets, "an event")
            check(client, secrets, "the client in an event")
          end,
        }
        local value <const>, problem <const> = client:get_job "some-id"
        assert.is_nil(value)
        check(problem, secrets, "the error")
        check(client, secrets, "the client")
        client:close()
      end)
    end
  end)

  it("is replaced by a mark, and the rest stays readable", function()
    local client <close> = connect.client(service, { access_token = TOKEN })
    local problem <const> = error_of(
      "set_name",
      '{"message":"the token ' .. TOKEN:gsub('[\\"]', "\\%0") .. ' is old"}',
      403,
      function()
        return client:job("some-id"):set_name "My Job"
      end
    )
    assert.is_truthy(problem.message:find "^the token %[?%w+%]? is old$")
  end)
end)
