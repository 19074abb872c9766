-- Data sources: what the constructors return, and that the service accepts it.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local deep <const> = require "spec.support.deep"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"

local datasource <const> = bytenite.datasource
local PREFIX <const> = "type.googleapis.com/bytenite.data_source."

local ALL_STORAGE <const> = {
  name = "/in/movie.mp4",
  bucketName = "my-bucket",
  cloudRegion = "eu-west-1",
  secret_id = "my-secret",
}

local function typed(descriptor, type_name, members)
  local params <const> = { ["@type"] = PREFIX .. type_name }
  for name, value in pairs(members) do
    params[name] = value
  end
  return { dataSourceDescriptor = descriptor, params = params }
end

-- A title, what a constructor returns, and what is expected.
local cases <const> = {
  {
    "url from a table",
    datasource.url { url = "https://example.org/in.txt" },
    typed("url", "HttpDataSource", { url = "https://example.org/in.txt" }),
  },
  {
    "url from a text",
    datasource.url "https://example.org/in.txt",
    typed("url", "HttpDataSource", { url = "https://example.org/in.txt" }),
  },
  {
    "url with credentials",
    datasource.url { url = "https://example.org/", name = "in", username = "me", password = "pw" },
    typed("url", "HttpDataSource", { url = "https://example.org/", name = "in", username = "me", password = "pw" }),
  },
  { "file", datasource.file(), typed("file", "LocalFileDataSource", {}) },
  {
    "file with a name",
    datasource.file { name = "in.zip" },
    typed("file", "LocalFileDataSource", { name = "in.zip" }),
  },
  { "bucket", datasource.bucket(), { dataSourceDescriptor = "bucket" } },
  { "bypass", datasource.bypass(), { dataSourceDescriptor = "bypass" } },
}

for _, descriptor in ipairs { "s3", "aws", "gcp", "storj" } do
  table.insert(cases, {
    descriptor,
    datasource[descriptor](ALL_STORAGE),
    typed(descriptor, "S3DataSource", ALL_STORAGE),
  })
  table.insert(cases, {
    descriptor .. " with as little as can be",
    datasource[descriptor] { name = "/out", bucketName = "b" },
    typed(descriptor, "S3DataSource", { name = "/out", bucketName = "b" }),
  })
  local with_keys <const> =
    { name = "/out", bucketName = "b", secretId = "s", accessKey = "key", secretKey = "secret", cloudRegion = "global" }
  table.insert(cases, {
    descriptor .. " with keys of its own",
    datasource[descriptor](with_keys),
    typed(descriptor, "S3DataSource", with_keys),
  })
end

describe("a data source", function()
  describe("of kind", function()
    for _, case in ipairs(cases) do
      it(case[1] .. " has the members that the service wants", function()
        assert.is_nil(deep.difference(case[3], case[2]))
      end)
    end
  end)

  it("is a new table, and the argument is not changed", function()
    local given <const> = { name = "/in", bucketName = "b" }
    local change <const> = deep.snapshot(given)
    local one <const>, other <const> = datasource.s3(given), datasource.s3(given)
    assert.is_nil(change())
    assert.are_not.equal(one, other)
    assert.are_not.equal(one.params, other.params)
    assert.are_not.equal(one.params, given)
    assert.are_not.equal(datasource.bucket(), datasource.bucket())
  end)

  it("has the kinds of the reference, and no others", function()
    local kinds <const> = {}
    for kind in pairs(datasource) do
      kinds[#kinds + 1] = kind
    end
    table.sort(kinds)
    assert.same({ "aws", "bucket", "bypass", "file", "gcp", "s3", "storj", "url" }, kinds)
  end)

  it("keeps unknown members", function()
    local source <const> = datasource.s3 { name = "/in", bucketName = "b", endpoint = "x", retries = 3 }
    assert.same({ "x", 3 }, { source.params.endpoint, source.params.retries })
  end)

  describe("is refused", function()
    local wrong <const> = {
      { "url", nil, "url is required" },
      { "url", {}, "url is required" },
      { "url", { name = "in" }, "url is required" },
      { "url", { url = 7 }, "url: expected a string, got a number" },
      { "url", 7, "expected a table, got a number" },
      { "url", { url = "u", pasword = "p" }, 'did you mean "password"?' },
      { "url", { url = "u", user_name = "p" }, 'did you mean "username"?' },
      { "file", "in.zip", "expected a table, got a string" },
      { "file", { nmae = "in.zip" }, 'did you mean "name"?' },
      { "file", { name = true }, "name: expected a string, got a boolean" },
      { "bucket", { name = "out" }, "takes no members" },
      { "bypass", "all", "takes no members" },
    }
    for _, kind in ipairs { "s3", "aws", "gcp", "storj" } do
      table.insert(wrong, { kind, nil, "is required" })
      table.insert(wrong, { kind, { bucketName = "b" }, "name is required" })
      table.insert(wrong, { kind, { name = "/in" }, "bucketName is required" })
      table.insert(wrong, { kind, { name = "/in", bucket_name = "b" }, 'did you mean "bucketName"?' })
      table.insert(
        wrong,
        { kind, { name = "/in", bucketName = "b", cloudregion = "r" }, 'did you mean "cloudRegion"?' }
      )
      table.insert(wrong, { kind, { name = "/in", bucketName = 1 }, "bucketName: expected a string, got a number" })
    end
    for _, case in ipairs(wrong) do
      local kind <const>, argument <const>, wanted <const> = case[1], case[2], case[3]
      it(("as %s: %s"):format(kind, wanted), function()
        local message <const> = refusals.message(function()
          datasource[kind](argument)
        end)
        assert.equal(1, message:find("datasource." .. kind .. ": ", 1, true), message)
        assert.is_truthy(message:find(wanted, 1, true), message)
      end)
    end

    it("without showing a secret in the message", function()
      local message <const> = refusals.message(function()
        datasource.s3 { name = "/in", bucketName = "b", secretKeys = "s3cret" }
      end)
      assert.is_nil(message:find("s3cret", 1, true))
    end)
  end)

  describe("is accepted by the service", function()
    local service, client

    setup(function()
      service = sandbox.plain()
      service:reset()
      client = connect.client(service)
    end)

    teardown(function()
      client:close()
    end)

    for _, case in ipairs(cases) do
      it("as source: " .. case[1], function()
        service:put_job("j", '{"id":"j"}')
        local job <const> = client:job "j"
        assert(job:set_datasource { dataSource = case[2] })
        local came_back <const> = job.dataSource
        assert.equal(case[3].dataSourceDescriptor, came_back.dataSourceDescriptor)
        for name, value in pairs(case[3].params or {}) do
          -- the service prints camelCase, whatever it received
          assert.equal(value, came_back.params[name] or came_back.params[name:gsub("_(%l)", string.upper)], name)
        end
      end)
    end

    it("as destination", function()
      service:put_job("j", '{"id":"j"}')
      local job <const> = client:job "j"
      assert(job:set_datasource { dataSource = datasource.bypass(), dataDestination = datasource.bucket() })
      assert.equal("bypass", job.dataSource.dataSourceDescriptor)
      assert.is_nil(job.dataSource.params)
      assert.equal("bucket", job.dataDestination.dataSourceDescriptor)
      assert.is_nil(deep.difference({}, job.dataDestination.params))
    end)

    it("as a file, with an address to send it to", function()
      service:put_job("j", '{"id":"j"}')
      local job <const> = client:job "j"
      assert(job:set_datasource { dataSource = datasource.file { name = "in.zip" } })
      assert.equal("in.zip", job.dataSource.params.name)
      assert.is_truthy(job.dataSource.params.tempUrl:find "^http://127%.0%.0%.1:%d+/")
    end)

    it("when a job is created with it", function()
      local job <const> = assert(client:create_job {
        templateId = "img-gen",
        name = "Nightly batch",
        dataSource = datasource.url "https://example.org/in.txt",
        dataDestination = datasource.bucket(),
      })
      assert.equal("https://example.org/in.txt", job.dataSource.params.url)
      assert.equal("bucket", job.dataDestination.dataSourceDescriptor)
    end)

    it("even if its kind is unknown to the module", function()
      service:fault { operation = "set_datasource", echo = true }
      local source <const> = { dataSourceDescriptor = "wasabi", params = { ["@type"] = "later", bucket = "b" } }
      assert(client:job("j"):set_datasource { dataSource = source })
      local body <const> = bytenite.decode(connect.sent(service)[#connect.sent(service)].body)
      assert.is_nil(deep.difference({ dataSource = source }, body))
    end)
  end)
end)
