--- Every call of the API, for specs that hold for all calls.
---
---   for name, case in pairs(calls.all) do
---     service:fault { operation = name, body = case.response }
---     local result = case.call(client, client:job(calls.id))
local assert <const> = require "luassert"
local bytenite <const> = require "bytenite"
local contract <const> = require "spec.contract.init"
local core <const> = require "bytenite.core"
local deep <const> = require "spec.support.deep"

---@class spec.Call
---@field call fun(client: table, job: table, options: table|nil): any, table|nil makes the call
---@field sent {[1]: string, [2]: string, [3]: string} its method, path and body on the wire
---@field response string the body of a successful response
---@field is_same_job boolean|nil whether the call returns its job
---@field gives fun(result: any)|nil otherwise: raises unless the result is right

local calls <const> = {}

local ID <const> = "a/b ü?"
local PATH <const> = "/v1/customer/jobs/a%2Fb%20%C3%BC%3F"
local JOB <const> = '{"job":{"id":"a/b ü?","name":"Some name"}}'
local OK <const> = '{"ok":true,"requestId":"","message":"","error":null}'
local PAGE <const> = '{"pagination":{"total":"1","offset":0},"data":[{"id":"x","name":"A"}]}'

--- The id of the job. It needs percent-encoding in paths.
calls.id = ID

--- The calls, by the names of their rows.
---@type table<string, spec.Call>
calls.all = {
  create_job = {
    call = function(client, _, options)
      return client:create_job({ templateId = "t" }, options)
    end,
    sent = { "POST", "/v1/customer/jobs", '{"templateId":"t"}' },
    response = JOB,
    gives = function(job)
      assert.same({ "Some name", bytenite.Job.refresh }, { job.name, job.refresh })
    end,
  },
  get_job = {
    call = function(client, _, options)
      return client:get_job(ID, options)
    end,
    sent = { "GET", PATH, "" },
    response = JOB,
    gives = function(job)
      assert.equal("Some name", job.name)
    end,
  },
  set_datasource = {
    call = function(_, job, options)
      return job:set_datasource({ dataSource = { dataSourceDescriptor = "bypass" } }, options)
    end,
    sent = { "PATCH", PATH .. "/datasource", '{"dataSource":{"dataSourceDescriptor":"bypass"}}' },
    response = JOB,
    is_same_job = true,
  },
  set_name = {
    call = function(_, job, options)
      return job:set_name("My Job", options)
    end,
    sent = { "PATCH", PATH .. "/jobname", '"My Job"' },
    response = JOB,
    is_same_job = true,
  },
  list_jobs = {
    call = function(client, _, options)
      return client:list_jobs({ limit = 5, offset = 10, orderBy = "createdAt & more" }, options)
    end,
    sent = {
      "GET",
      "/v1/customer/jobs?orderBy=createdAt%20%26%20more&pagination.limit=5&pagination.offset=10",
      "",
    },
    response = PAGE,
    gives = function(page)
      assert.is_nil(deep.difference({ total = 1, offset = 0 }, page.pagination))
      assert.same({ "A", bytenite.Job.refresh }, { page.data[1].name, page.data[1].refresh })
      assert.is_true(core.is_array(page.data))
    end,
  },
  filter_jobs = {
    call = function(client, _, options)
      return client:filter_jobs({ limit = 5, orderBy = "name" }, options)
    end,
    sent = { "POST", "/v1/customer/jobs/filter", '{"pagination":{"limit":5},"orderBy":"name"}' },
    response = PAGE,
    gives = function(page)
      assert.same({ 1, "A", bytenite.Job.refresh }, { page.pagination.total, page.data[1].name, page.data[1].refresh })
    end,
  },
  list_templates = {
    call = function(client, _, options)
      return client:list_templates({ offset = 3 }, options)
    end,
    sent = { "GET", "/v1/customer/jobs/templates?pagination.offset=3", "" },
    response = '{"pagination":{"total":1,"hasNext":false},"data":[{"id":"t","config":{"taskTimeout":"9"},"isPublic":true}]}',
    gives = function(page)
      assert.same({ id = "t", config = { taskTimeout = 9 }, isPublic = true }, page.data[1])
      assert.same({ total = 1, hasNext = false }, page.pagination)
      assert.is_nil(getmetatable(page.data[1]))
    end,
  },
  running_tasks = {
    call = function(client, job, options)
      return client:running_tasks({ "x", job }, options)
    end,
    sent = { "POST", "/v1/customer/jobs/runningTasks", '{"jobsIds":["x","a/b ü?"]}' },
    response = '{"jobsRunningTasks":{"x":"7","a/b ü?":0}}',
    gives = function(counts)
      assert.is_nil(deep.difference({ x = 7, [ID] = 0 }, counts))
    end,
  },
  delete = {
    call = function(_, job, options)
      return job:delete(options)
    end,
    sent = { "DELETE", PATH, "" },
    response = OK,
    gives = function(done)
      assert.is_true(done)
    end,
  },
  upload_completed = {
    call = function(_, job, options)
      return job:upload_completed(options)
    end,
    sent = { "PATCH", PATH .. "/uploadcompleted", "" },
    response = OK,
    is_same_job = true,
  },
  run = {
    call = function(_, job, options)
      return job:run({ isTestJob = true }, options)
    end,
    sent = { "POST", PATH .. "/run", '{"config":{"isTestJob":true}}' },
    response = OK,
    is_same_job = true,
  },
  abort = {
    call = function(_, job, options)
      return job:abort(options)
    end,
    sent = { "POST", PATH .. "/abort", "" },
    response = OK,
    is_same_job = true,
  },
  results = {
    call = function(_, job, options)
      return job:results(options)
    end,
    sent = { "GET", PATH .. "/results", "" },
    response = '{"results":[{"name":"out_0/a.zip","link":"https://example.org/a?x=1"},{"name":"ü"}]}',
    gives = function(results)
      local expected <const> =
        bytenite.array { { name = "out_0/a.zip", link = "https://example.org/a?x=1" }, { name = "ü" } }
      assert.is_nil(deep.difference(expected, results))
    end,
  },
  logs = {
    call = function(_, job, options)
      return job:logs({ levels = { "ERROR" } }, options)
    end,
    sent = {
      "POST",
      "/v1/customer/logs",
      '{"jobId":"a/b ü?","taskIds":[],"levels":["ERROR"],"services":[]}',
    },
    response = '{"assembler":[{"log":"done"}]}',
    gives = function(each)
      assert.same({ { log = "done" }, "ASSEMBLER" }, { each() })
    end,
  },
  test_datasource = {
    call = function(client, _, options)
      return client:test_datasource({ dataSource = { dataSourceDescriptor = "bypass" }, listFiles = true }, options)
    end,
    sent = {
      "POST",
      "/v1/customer/datasource/test",
      '{"dataSource":{"dataSourceDescriptor":"bypass"},"listFiles":true}',
    },
    response = [[{"filename":"a","size":"18446744073709551615","tempUrl":"","properties":{"etag":"e"},"files":
      {"directories":[{"name":"d","files":[]}],"files":[{"id":"1","size":"734003200"}]}}]],
    gives = function(info)
      assert.same({ "a", "18446744073709551615", "e" }, { info.filename, info.size, info.properties.etag })
      assert.same({ "d", 734003200 }, { info.files.directories[1].name, info.files.files[1].size })
    end,
  },
  info = {
    call = function(client, _, options)
      return client:info(options)
    end,
    sent = { "GET", "/v1/customer/info", "" },
    response = '{"version":{"major":1,"minor":"2","tag":"v1.2"},"messages":[]}',
    gives = function(info)
      assert.same({ version = { major = 1, minor = 2, tag = "v1.2" }, messages = {} }, info)
    end,
  },
  create_secret = {
    call = function(client, _, options)
      return client:create_secret({ secret = { name = "renders", secretType = "aws" }, secretKey = "k" }, options)
    end,
    sent = { "POST", "/v1/auth/secrets", '{"secret":{"name":"renders","secretType":"aws"},"secretKey":"k"}' },
    response = '{"secret":{"id":"s1","name":"renders","secretType":"aws","later":9007199254740993}}',
    gives = function(secret)
      assert.same({ id = "s1", name = "renders", secretType = "aws", later = 9007199254740993 }, secret)
    end,
  },
  list_secrets = {
    call = function(client, _, options)
      return client:list_secrets(options)
    end,
    sent = { "GET", "/v1/auth/secrets", "" },
    response = '{"secrets":[{"id":"s1","expiresAt":null}]}',
    gives = function(secrets)
      assert.is_true(core.is_array(secrets))
      assert.same({ id = "s1" }, secrets[1])
    end,
  },
  delete_secret = {
    call = function(client, _, options)
      return client:delete_secret("aws", "ü/1", options)
    end,
    sent = { "DELETE", "/v1/auth/secrets/aws/%C3%BC%2F1", "" },
    response = '{"ok":true}',
    gives = function(done)
      assert.is_true(done)
    end,
  },
  sign_out = {
    call = function(client, _, options)
      return client:sign_out(options)
    end,
    sent = { "POST", "/v1/auth/signout", "{}" },
    response = OK,
    gives = function(done)
      assert.is_true(done)
    end,
  },
}

-- An update with a body of one of these types needs no case of its own: it sends the row of the
-- contract, and refreshes the job.
local bodies <const> = {
  ["JobParams!"] = { value = { app = {} }, text = '{"app":{}}' },
  ["JobConfig!"] = { value = { jobTimeout = "60" }, text = '{"jobTimeout":"60"}' },
}
for name, row in pairs(contract.operations.rows) do
  local body <const> = bodies[row.body]
  if body and row.method == "PATCH" and not calls.all[name] then
    calls.all[name] = {
      call = function(_, job, options)
        return job[name](job, body.value, options)
      end,
      sent = { row.method, PATH .. row.path:match "{jobId}(.*)$", body.text },
      response = JOB,
      is_same_job = true,
    }
  end
end

--- The response of calls without a result.
calls.ok = OK

return calls
