-- The four updates in the sandbox: what it accepts, drops and refuses.
local cjson <const> = require("cjson").new()
local core <const> = require "bytenite.core"
local api_session <const> = require "spec.support.api_session"

describe("the sandbox", function()
  local service, api

  api_session.around_each({ before_each = before_each, after_each = after_each }, function(empty_service, session)
    service, api = empty_service, session
  end)

  describe("sets data sources", function()
    local path

    before_each(function()
      path = "/customer/jobs/" .. api:new_job().id .. "/datasource"
    end)

    local function set(source)
      local _ <const>, body <const> = api:call("PATCH", path, { dataSource = source })
      return body.job and body.job.dataSource or body
    end

    local function typed(name, members)
      members["@type"] = "type.googleapis.com/bytenite.data_source." .. name
      return members
    end

    it("and prints every member of the type, under its camelCase name", function()
      assert.same(
        {
          dataSourceDescriptor = "s3",
          params = typed("S3DataSource", {
            name = "/in.mp4",
            bucketName = "b",
            cloudRegion = "",
            secretId = "my_secret",
            accessKey = "",
            secretKey = "",
            tempUrl = "",
          }),
        },
        set {
          dataSourceDescriptor = "s3",
          params = typed("S3DataSource", { name = "/in.mp4", bucketName = "b", secret_id = "my_secret", nonsense = 1 }),
        }
      )
      assert.same(
        {
          dataSourceDescriptor = "url",
          params = typed("HttpDataSource", { name = "", url = "https://example.org/", username = "u", password = "p" }),
        },
        set {
          dataSourceDescriptor = "url",
          params = typed("HttpDataSource", { url = "https://example.org/", username = "u", password = "p" }),
        }
      )
    end)

    it("and returns an address to upload the file to", function()
      for _, params in ipairs { cjson.null, typed("LocalFileDataSource", {}) } do
        local source <const> = set { dataSourceDescriptor = "file", params = params }
        assert.equal("", source.params.name)
        assert.equal(1, source.params.tempUrl:find(service.control_url .. "/uploads/", 1, true))
      end
    end)

    it("with {} as the params of a bucket and null as those of a bypass", function()
      local _ <const>, _ <const>, response <const> = api:call("PATCH", path, {
        dataSource = { dataSourceDescriptor = "bypass" },
        dataDestination = { dataSourceDescriptor = "bucket" },
      })
      local job <const> = cjson.decode(response.body).job
      assert.equal(cjson.null, job.dataSource.params)
      assert.same({}, job.dataDestination.params)
    end)

    it("of known types only", function()
      local unknown <const> = { dataSource = { params = { ["@type"] = "type.example/No" } } }
      api:refuses(3, 'unable to resolve "type.example/No"', "PATCH", path, unknown)
      local untyped <const> = { dataSource = { params = { url = "https://example.org/" } } }
      api:refuses(3, "@type", "PATCH", path, untyped)
    end)

    it("and keeps one that is not given, and removes one that is null", function()
      api:call("PATCH", path, '{"data_source":{"data_source_descriptor":"bypass"}}')
      local _, body = api:call("PATCH", path, { dataDestination = { dataSourceDescriptor = "bucket" } })
      assert.equal("bypass", body.job.dataSource.dataSourceDescriptor)
      _, body = api:call("PATCH", path, '{"dataSource":null}')
      assert.equal(core.null, body.job.dataSource)
      assert.equal("bucket", body.job.dataDestination.dataSourceDescriptor)
    end)
  end)

  describe("sets parameters", function()
    local path

    before_each(function()
      path = "/customer/jobs/" .. api:new_job().id .. "/params"
    end)

    it("free-form, to the last bit", function()
      local app <const> =
        '{"i":9223372036854775807,"j":-9223372036854775808,"f":0.1,"list":[],"object":{},"none":null,"text":"\\u0000ü"}'
      local status <const>, _ <const>, response <const> = api:call("PATCH", path, '{"app":' .. app .. "}")
      assert.equal(200, status)
      local _ <const>, body <const> = api:call("GET", (path:gsub("/params$", "")))
      assert.same(core.decode(app), body.job.params.app)
      for _, text in ipairs { "9223372036854775807", "-9223372036854775808", '"list":[]', '"object":{}', '"none":null' } do
        assert.is_truthy(response.body:find(text, 1, true), text)
      end
    end)

    it("group by group, with null for those never set", function()
      local _, body = api:call("PATCH", path, '{"partitioner":{"n":5},"assembler":{}}')
      assert.same({ n = 5 }, body.job.params.partitioner)
      assert.equal(core.null, body.job.params.app)
      assert.equal("", body.job.params.preset)
      _, body = api:call("PATCH", path, '{"app":{"prompt":"x"},"partitioner":null}')
      assert.equal(core.null, body.job.params.partitioner)
      assert.same({}, body.job.params.assembler)
      assert.same({ prompt = "x" }, body.job.params.app)
    end)
  end)

  describe("sets a name", function()
    local path

    before_each(function()
      path = "/customer/jobs/" .. api:new_job().id .. "/jobname"
    end)

    it("from a bare JSON string", function()
      local status <const>, body <const> = api:call("PATCH", path, '"Nightly \\"render\\" \\u65e5\\u672c"')
      assert.equal(200, status)
      assert.equal('Nightly "render" 日本', body.job.name)
    end)

    it("of at least four characters", function()
      for _, text in ipairs { '""', '"日本語"', "" } do
        api:refuses(3, "4 characters", "PATCH", path, text)
      end
      assert.equal(200, (api:call("PATCH", path, '"日本語版"')))
    end)

    it("and from nothing else", function()
      for text, shown in pairs { ["{}"] = "{", ["[]"] = "[", ["7"] = "7", ["true"] = "true" } do
        api:refuses(3, "field name: " .. shown, "PATCH", path, text)
      end
    end)
  end)

  describe("sets configs", function()
    local path

    before_each(function()
      path = "/customer/jobs/" .. api:new_job().id .. "/configs"
    end)

    it("without a wrapper, member by member", function()
      local _, body = api:call("PATCH", path, '{"jobTimeout":600}')
      assert.same({ taskTimeout = 3600, jobTimeout = 600, isTestJob = true }, body.job.config)
      _, body = api:call("PATCH", path, '{"maxTaskRetries":30,"isTestJob":false,"taskTimeout":null,"misspelled":1}')
      assert.same({ taskTimeout = 0, jobTimeout = 600, isTestJob = false, maxTaskRetries = 30 }, body.job.config)
    end)

    it("from numbers, from decimal strings, from names in snake_case", function()
      local status <const>, body <const> =
        api:call("PATCH", path, '{"task_timeout":"4294967295","jobTimeout":84200.0,"is_test_job":false}')
      assert.equal(200, status)
      assert.same({ taskTimeout = 4294967295, jobTimeout = 84200, isTestJob = false }, body.job.config)
      assert.equal("integer", math.type(body.job.config.jobTimeout))
    end)

    it("but only from unsigned 32-bit integers and booleans, given once", function()
      for _, text in ipairs {
        '{"taskTimeout":4294967296}',
        '{"taskTimeout":-1}',
        '{"taskTimeout":1.5}',
        '{"taskTimeout":"1h"}',
        '{"taskTimeout":true}',
        '{"taskTimeout":{}}',
        '{"isTestJob":"true"}',
        '{"isTestJob":1}',
        '{"taskTimeout":1,"task_timeout":2}',
        "[]",
        '"text"',
      } do
        api:refuses(3, nil, "PATCH", path, text)
      end
      local _ <const>, body <const> = api:call("GET", (path:gsub("/configs$", "")))
      assert.same({ taskTimeout = 3600, jobTimeout = 86400, isTestJob = true }, body.job.config)
    end)
  end)

  describe("refuses an update", function()
    it("of a job that is not a draft, or does not exist", function()
      service:put_job("running", '{"id":"running","state":"JOB_STATE_PARTITIONING"}')
      for _, update in ipairs { { "datasource", "{}" }, { "params", "{}" }, { "jobname", '"Long"' }, { "configs", "{}" } } do
        api:refuses(9, "started", "PATCH", "/customer/jobs/running/" .. update[1], update[2])
        api:refuses(5, "not found", "PATCH", "/customer/jobs/nowhere/" .. update[1], update[2])
      end
    end)

    it("that is not JSON, or nested too deeply", function()
      local path <const> = "/customer/jobs/" .. api:new_job().id .. "/params"
      for _, text in ipairs { "{", "not JSON", '{"app":{}} x', '{"app":' .. ("["):rep(120) .. ("]"):rep(120) .. "}" } do
        api:refuses(3, nil, "PATCH", path, text)
      end
    end)
  end)
end)
