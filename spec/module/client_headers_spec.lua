-- The headers that a client adds to all its API requests.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"
local leaks <const> = require "spec.support.leaks"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

local HEADERS <const> = { ["X-Tenant"] = "blue", ["X-Gateway-Token"] = "s3cret/g&teway+1" }

for name, start in pairs { ["HTTP/1.1"] = sandbox.plain, ["HTTP/2 with TLS"] = sandbox.tls } do
  describe("the headers of a client, over " .. name, function()
    local service

    before_each(function()
      service = start()
      service:reset()
      service:put_job("some-id", updates.full_job "some-id")
    end)

    -- Returns the values of a header in the requests that were sent, "-" for none.
    local function sent(header)
      local values <const> = {}
      for index, request in ipairs(service:requests()) do
        values[index] = ("%s %s"):format(request.operation, request.header[header] or "-")
      end
      return values
    end

    it("are sent with every API request: calls, pages, streams, the token exchange", function()
      local client <close> = connect.client(service, { headers = HEADERS })
      local job <const> = assert(client:get_job "some-id")
      assert(job:set_name "My Job")
      assert(client:list_jobs())
      assert(client:request { path = "/customer/jobs/some-id" })
      service:fault { operation = "events", status = 200, body = "" }
      for _ in client:each_event() do
      end
      assert(client:sign_out())
      assert.same({
        "access_token blue",
        "get_job blue",
        "set_name blue",
        "list_jobs blue",
        "get_job blue",
        "events blue",
        "sign_out blue",
      }, sent "x-tenant")
      local request <const> = service:requests()[3]
      assert.equal(HEADERS["X-Gateway-Token"], request.header["x-gateway-token"])
      assert.equal("application/json", request.header["content-type"])
      assert.is_string(request.header.authorization)
    end)

    it("are sent with every attempt, and with many calls at once", function()
      local client <close> = connect.client(service, { headers = HEADERS, access_token = "t", max_retries = 1 })
      service:fault { operation = "get_job", status = 503, times = 1 }
      client:map({ "some-id", "some-id", "some-id" }, function(id)
        return client:get_job(id)
      end)
      assert.same({ "get_job blue", "get_job blue", "get_job blue", "get_job blue" }, sent "x-tenant")
    end)

    it("are never sent to signed URLs, even if these lead to the service itself", function()
      local client <close> = connect.client(service, { headers = HEADERS })
      local job <const> = assert(client:create_job {
        templateId = "video-encoding-template",
        dataSource = bytenite.datasource.file(),
        dataDestination = bytenite.datasource.bucket(),
      })
      assert(job:upload { data = "bytes" })
      service:put_job("j1", '{"id":"j1","state":"JOB_STATE_COMPLETE"}')
      service:set_results("j1", { { name = "a.txt", content = "first" } })
      local place <close> = folder.new()
      assert(client:job("j1"):download(place:at "results"))
      assert.same({
        "access_token blue",
        "create_job blue",
        "upload -",
        "upload_completed blue",
        "results blue",
        "download -",
      }, sent "x-tenant")
    end)

    it("yield to those of client:request with the same name, in any letter case", function()
      local client <close> = connect.client(service, { headers = HEADERS, access_token = "t" })
      service:fault { operation = "*", status = 200, body = "{}", times = "forever" }
      assert(client:request { path = "/x", headers = { ["x-TENANT"] = "red", ["X-Ten"] = "no" } })
      assert(client:request { path = "/x" })
      assert(client:request { path = "/x", headers = { ["X-Tenants"] = "more" } })
      local requests <const> = connect.sent(service)
      local tenants <const> = {}
      for _, request in ipairs(requests) do
        for _, pair in ipairs(request.headers) do
          if pair[1] == "x-tenant" then tenants[#tenants + 1] = pair[2] end
        end
        assert.equal(HEADERS["X-Gateway-Token"], request.header["x-gateway-token"])
      end
      assert.same({ "red", "blue", "blue" }, tenants)
      assert.equal("no", requests[1].header["x-ten"])
    end)

    it("are those that the client was created with", function()
      local given <const> = { ["X-Tenant"] = "blue" }
      local client <close> = connect.client(service, { headers = given, access_token = "t" })
      local other <close> = connect.client(service, { access_token = "t" })
      given["X-Tenant"] = "red"
      client:get_job "some-id"
      other:get_job "some-id"
      assert.same({ "get_job blue", "get_job -" }, sent "x-tenant")
    end)

    it("are never shown, and their secrets are hidden where a server echoes them", function()
      local secret <const> = HEADERS["X-Gateway-Token"]
      local events <const> = {}
      local client <close> = connect.client(service, {
        headers = HEADERS,
        access_token = "t",
        on_event = function(event)
          events[#events + 1] = event
        end,
      })
      for echo, body_of in pairs(leaks.echoes) do
        local headers <const> = { ["X-Echo"] = secret }
        service:fault { operation = "get_job", status = 400, body = body_of(secret), headers = headers }
        local _ <const>, problem <const> = client:get_job "some-id"
        assert.is_nil(leaks.find(problem, { secret }, "the error with " .. echo))
        assert.equal("[redacted]", problem.headers["x-echo"])
      end
      assert.is_nil(leaks.find(events, { secret }, "the events"))
      assert.is_nil(leaks.find(client, { secret }, "the client"))
      assert.is_nil(client.options.headers)
    end)
  end)
end

it("a mistake in the headers of a client is raised by new, with its place and without the value", function()
  local message <const> = refusals.message(function()
    bytenite.new { headers = { ["X-Api-Key"] = "s3cret\nvalue" } }
  end)
  assert.equal("new: headers: X-Api-Key: a line break at byte 7", message)
end)
