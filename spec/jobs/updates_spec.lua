-- The requests of the four updates: the exact bytes that the service's reference shows.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local deep <const> = require "spec.support.deep"
local updates <const> = require "spec.support.updates"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

-- Sources as in the reference: a type and any other member.
local function typed_source()
  return { dataSourceDescriptor = "s3", params = { ["@type"] = "text", ANY_ADDITIONAL_PROPERTY = "anything" } }
end

describe("an update", function()
  local service <const>, client <const> = connect.for_tests(before_each, teardown)

  before_each(function()
    service:put_job(ID, updates.full_job(ID))
  end)

  -- Returns the one request that a call makes.
  local function sent_by(call)
    assert(call())
    local requests <const> = connect.sent(service)
    assert.equal(1, #requests)
    return requests[1]
  end

  -- Returns the request of an update, whatever its response.
  local function request_of(name, argument, id)
    service:fault { operation = name, body = '{"job":{"name":"any"}}' }
    return sent_by(function()
      return bytenite.Job[name](client:job(id or ID), argument)
    end)
  end

  describe("sends a PATCH", function()
    for _, update in ipairs(updates.all) do
      it(("to %s for %s"):format(update.path, update.name), function()
        local request <const> = sent_by(function()
          return update.call(client:job(ID))
        end)
        assert.equal("PATCH", request.method)
        assert.equal(("/v1/customer/jobs/%s/%s"):format(ID, update.path), request.path)
      end)
    end

    it("below another service if the client has the option", function()
      local other <close> = connect.client(service, { service = "computing" })
      local request <const> = sent_by(function()
        return other:job(ID):set_name "My Job"
      end)
      assert.equal(("/v1/computing/jobs/%s/jobname"):format(ID), request.path)
    end)

    it("below a base address with trailing slashes", function()
      local other <close> = connect.client(service, { base_url = service.base_url .. "//" })
      local request <const> = sent_by(function()
        return other:job(ID):set_name "My Job"
      end)
      assert.equal(("/v1/customer/jobs/%s/jobname"):format(ID), request.path)
    end)

    it("below a base address of any depth", function()
      local other <close> = connect.client(service, { base_url = service.base_url .. "/gate", access_token = "t" })
      local _ <const>, problem <const> = other:job(ID):set_name "My Job"
      assert.equal(501, problem.status) -- the sandbox has no such path
      assert.equal(("/v1/gate/customer/jobs/%s/jobname"):format(ID), connect.sent(service)[1].path)
    end)
  end)

  describe("sends the headers", function()
    for _, update in ipairs(updates.all) do
      it(("of %s and no others"):format(update.name), function()
        local request <const> = sent_by(function()
          return update.call(client:job(ID))
        end)
        local header <const> = request.header
        local names <const> = {}
        for index, pair in ipairs(request.headers) do
          names[index] = pair[1]
        end
        table.sort(names)
        assert.same({ "accept", "authorization", "content-length", "content-type", "host", "user-agent" }, names)
        assert.equal("application/json", header.accept)
        assert.equal("application/json", header["content-type"])
        assert.equal(tostring(#request.body), header["content-length"])
        assert.equal(service.base_url:match "//([^/]+)", header.host)
        assert.is_truthy(header["user-agent"]:find "^bytenite%-lua/%d+%.%d+%.%d+$")
      end)
    end

    it("with the raw token, without a scheme", function()
      local token
      local other <close> = connect.client(service, {
        access_token = function()
          return token
        end,
      })
      token = client:job(ID):set_name "Some name" and connect.sent(service)[1].header.authorization
      assert.is_truthy(token:find "^[%w_-]+%.[%w_-]+%.[%w_-]+$")
      assert(other:job(ID):set_name "Another name")
      assert.equal(token, connect.sent(service)[2].header.authorization)
    end)
  end)

  describe("percent-encodes the id", function()
    local ids <const> = {
      ["a/b"] = "a%2Fb",
      ["a b"] = "a%20b",
      ["../jobs"] = "..%2Fjobs",
      ["..."] = "...",
      [".hidden"] = ".hidden",
      ["100%"] = "100%25",
      ["%2F"] = "%252F",
      ["a?b=c&d#e"] = "a%3Fb%3Dc%26d%23e",
      ["a+b;c,d:e@f!g$h'i(j)k*l"] = "a%2Bb%3Bc%2Cd%3Ae%40f%21g%24h%27i%28j%29k%2Al",
      ["azAZ09-._~"] = "azAZ09-._~",
      ["über"] = "%C3%BCber",
      ["日本"] = "%E6%97%A5%E6%9C%AC",
      ['<"\\^`{|}>[]'] = "%3C%22%5C%5E%60%7B%7C%7D%3E%5B%5D",
      ["\xFF"] = "%FF",
      templates = "templates",
    }
    for id, encoded in pairs(ids) do
      it(("%q as %s"):format(id, encoded), function()
        assert.equal(("/v1/customer/jobs/%s/jobname"):format(encoded), request_of("set_name", "My Job", id).path)
      end)
    end

    for _, update in ipairs(updates.all) do
      it("in " .. update.name .. ", so that the service finds the job", function()
        local id <const> = "folder/my job/ü"
        service:put_job(id, updates.full_job(id))
        local job <const> = client:job(id)
        assert(update.call(job))
        assert.equal(id, job.id)
        assert.equal("img-gen", job.templateId)
      end)
    end
  end)

  describe("sends the body", function()
    local exact <const> = {
      { "set_name", "My Job", '"My Job"' },
      { "set_name", "", '""' },
      { "set_name", 'a "quoted"\\name/', '"a \\"quoted\\"\\\\name/"' },
      { "set_name", "line\nbreak\ttab\r\b\f", '"line\\nbreak\\ttab\\r\\b\\f"' },
      { "set_name", "Nachtlauf ü 日本 🎬", '"Nachtlauf ü 日本 🎬"' },
      { "set_name", "5", '"5"' },
      {
        "set_configs",
        { taskTimeout = 3600, jobTimeout = 86400, isTestJob = true },
        '{"taskTimeout":3600,"jobTimeout":86400,"isTestJob":true}',
      },
      { "set_configs", { taskTimeout = 0, jobTimeout = 4294967295 }, '{"taskTimeout":0,"jobTimeout":4294967295}' },
      { "set_configs", { taskTimeout = "3600", jobTimeout = 60.0 }, '{"taskTimeout":"3600","jobTimeout":60}' },
      { "set_configs", { isTestJob = false, maxTaskRetries = 30 }, '{"isTestJob":false,"maxTaskRetries":30}' },
      { "set_configs", { taskTimeout = bytenite.null }, '{"taskTimeout":null}' },
      { "set_configs", { someday = { 1 } }, '{"someday":[1]}' },
      { "set_configs", {}, "{}" },
      {
        "set_params",
        { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = "A sunset" } },
        '{"partitioner":{"num_replicas":5},"assembler":{},"app":{"prompt":"A sunset"}}',
      },
      { "set_params", { app = {} }, '{"app":{}}' },
      { "set_params", { app = { frames = bytenite.array {} } }, '{"app":{"frames":[]}}' },
      { "set_params", { app = { frames = { 1, 2.5, "x", false } } }, '{"app":{"frames":[1,2.5,"x",false]}}' },
      { "set_params", { assembler = bytenite.null, preset = "p" }, '{"preset":"p","assembler":null}' },
      { "set_params", {}, "{}" },
      {
        "set_datasource",
        { dataSource = { dataSourceDescriptor = "bypass" }, dataDestination = bytenite.datasource.bucket() },
        '{"dataSource":{"dataSourceDescriptor":"bypass"},"dataDestination":{"dataSourceDescriptor":"bucket"}}',
      },
      {
        "set_datasource",
        { dataSource = { dataSourceDescriptor = "file", params = {} } },
        '{"dataSource":{"dataSourceDescriptor":"file","params":{}}}',
      },
      { "set_datasource", { dataSource = bytenite.null }, '{"dataSource":null}' },
      { "set_datasource", {}, "{}" },
    }
    for _, case in ipairs(exact) do
      local name <const>, argument <const>, body <const> = table.unpack(case)
      it(("%s of %s"):format(body:gsub("%c", "?"), name), function()
        assert.equal(body, request_of(name, argument).body)
      end)
    end

    it('"\\u0000" of set_name with a NUL in it', function()
      assert.equal('"a\\u0000b"', request_of("set_name", "a\0b").body)
    end)

    -- In any order of members the number of bytes is that of the reference.
    local reference <const> = {
      set_datasource = { { dataSource = typed_source(), dataDestination = typed_source() }, 218 },
      set_params = { { preset = "text", partitioner = {}, assembler = {}, app = {} }, 58 },
      set_name = { "My Job", 8 },
      set_configs = { { taskTimeout = 1, jobTimeout = 1, isTestJob = true }, 49 },
    }
    for name, case in pairs(reference) do
      it(("of %d bytes in the example of %s"):format(case[2], name), function()
        assert.equal(tostring(case[2]), request_of(name, case[1]).header["content-length"])
      end)
    end

    it("without changing the argument", function()
      local argument <const> = { app = { list = { 1, 2 } }, partitioner = {} }
      local change <const> = deep.snapshot(argument)
      request_of("set_params", argument)
      assert.is_nil(change())
    end)

    it("completely if it exceeds an HTTP/2 window", function()
      local name <const> = ("0123456789"):rep(20000)
      assert.equal('"' .. name .. '"', request_of("set_name", name).body)
    end)
  end)
end)
