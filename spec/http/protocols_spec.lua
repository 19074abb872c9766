-- The four updates over every kind of connection to the service.
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

local transports <const> = {
  { name = "plain HTTP/1.1", sandbox = "plain", http_version = "1.1", spoken = "1.1" },
  { name = "plain HTTP by default", sandbox = "plain", http_version = "auto", spoken = "1.1" },
  -- libcurl before 8.0 does not keep such connections, which only tests need.
  { name = "plain HTTP/2 with prior knowledge", sandbox = "plain", http_version = "2", spoken = "2", is_kept = false },
  { name = "TLS and HTTP/1.1", sandbox = "tls", http_version = "1.1", spoken = "1.1" },
  { name = "TLS and HTTP/2", sandbox = "tls", http_version = "2", spoken = "2" },
  { name = "TLS by default", sandbox = "tls", http_version = "auto", spoken = "2" },
}

for _, transport in ipairs(transports) do
  describe("over " .. transport.name, function()
    local service, client

    setup(function()
      service = sandbox[transport.sandbox]()
      client = connect.client(service, { http_version = transport.http_version })
    end)

    teardown(function()
      client:close()
    end)

    before_each(function()
      service:reset()
      service:put_job(ID, updates.full_job(ID))
    end)

    for _, update in ipairs(updates.all) do
      it(update.name .. " sends its request and refreshes the job", function()
        local job <const> = client:job(ID)
        assert.equal(job, update.call(job))
        assert.equal("app-1", job.appId)
        local request <const> = connect.sent(service)[1]
        assert.equal(transport.spoken, request.http_version)
        assert.equal("PATCH", request.method)
        assert.equal(("/v1/customer/jobs/%s/%s"):format(ID, update.path), request.path)
        assert.equal("application/json", request.header.accept)
        assert.equal("application/json", request.header["content-type"])
        assert.equal(tostring(#request.body), request.header["content-length"])
        assert.is_truthy(request.header.authorization:find "^[%w_-]+%.[%w_-]+%.[%w_-]+$")
        assert.is_nil(request.header.expect)
      end)
    end

    it("all work one after another", function()
      local job <const> = assert(client:get_job(ID))
      for _, update in ipairs(updates.all) do
        assert(update.call(job))
      end
      assert.equal("My Job", job.name)
      assert.equal(3600, job.config.taskTimeout)
      assert.equal("A sunset", job.params.app.prompt)
      assert.equal("https://example.org/in.txt", job.dataSource.params.url)
      local requests <const> = connect.sent(service)
      assert.equal(5, #requests)
      for _, request in ipairs(requests) do
        if transport.is_kept ~= false then assert.equal(requests[1].connection, request.connection) end
      end
    end)

    it("a large body arrives whole, both ways", function()
      local prompt <const> = ("0123456789abcdef"):rep(6000) -- 96 kB
      local own <close> = connect.client(service, { http_version = transport.http_version })
      local job <const> = own:job(ID)
      assert(job:set_params { app = { prompt = prompt } })
      assert.equal(prompt, job.params.app.prompt)
    end)

    it("an error response is returned as an error", function()
      service:fault { operation = "set_name", status = 404 }
      local value <const>, problem <const> = client:job(ID):set_name "My Job"
      assert.is_nil(value)
      assert.equal("not_found", problem.kind)
    end)

    it("a broken connection is an error, and the next call works", function()
      -- Forever, because libcurl by itself repeats a request on a kept connection.
      service:fault { operation = "set_name", reset = "connection", times = "forever" }
      local job <const> = client:job(ID)
      local value <const>, problem <const> = job:set_name "My Job"
      assert.is_nil(value)
      assert.equal("connection", problem.kind)
      service:reset()
      service:put_job(ID, updates.full_job(ID))
      assert(job:set_name "My Job")
    end)
  end)
end
