--- Every call that the module can make, and its inputs, by the names of rows.
local bytenite <const> = require "bytenite"
local contract <const> = require "spec.contract.init"
local samples <const> = require "spec.contract.samples"
local sources <const> = require "spec.contract.sources"

local null <const> = bytenite.null

local calls = {}

local function many(count)
  local ids <const> = {}
  for index = 1, count do
    ids[index] = "job-" .. index
  end
  return ids
end

local FREE <const> = {
  prompt = 'Ein Sonnenuntergang \u{1F305} "quoted" \\ \n\t\u{1}',
  seed = math.maxinteger,
  least = math.mininteger,
  beyond = 9007199254740993,
  tiny = 5e-324,
  huge = 1.7976931348623157e308,
  empty = {},
  list = bytenite.array {},
  nothing = null,
  deep = { { { { bytenite.array { null, true, "x", 1.5 } } } } },
  ['a name with spaces, ü, "quotes"'] = 1,
  [""] = "no name",
}

local params <const> = {
  ["nothing"] = {},
  ["all groups empty"] = { partitioner = {}, assembler = {}, app = {} },
  ["one group"] = { app = { prompt = "x" } },
  ["all"] = { preset = "p", partitioner = { num_replicas = 5 }, assembler = FREE, app = FREE },
  ["null"] = { preset = null, partitioner = null, assembler = null, app = null },
  ["members unknown"] = { app = {}, scheduler = FREE },
}

local configs <const> = {
  ["nothing"] = {},
  ["all"] = { taskTimeout = 3600, jobTimeout = 86400, isTestJob = true, maxTaskRetries = 30 },
  ["decimal strings"] = { taskTimeout = "3600", jobTimeout = "84200", maxTaskRetries = "0" },
  ["bounds"] = { taskTimeout = 0, jobTimeout = 4294967295, isTestJob = false },
  ["bounds as strings"] = { taskTimeout = "0", jobTimeout = "4294967295" },
  ["floats without a fraction"] = { taskTimeout = 3600.0, jobTimeout = 1e9 },
  ["null"] = { taskTimeout = null, jobTimeout = null, isTestJob = null, maxTaskRetries = null },
  ["members unknown"] = { isTestJob = true, retryDelay = { 1.5, null } },
}

local pages <const> = {
  ["nothing"] = false,
  ["an empty table"] = {},
  ["limit"] = { limit = 1 },
  ["offset"] = { offset = 0 },
  ["bounds"] = { limit = 4294967295, offset = 4294967295 },
}

local ordered_pages <const> = {
  ["an order"] = { orderBy = "createdAt" },
  ["an order with all in it"] = { orderBy = "größe & more=1 +desc/%?#", limit = 10, offset = 20 },
}

local function merged(...)
  local all <const> = {}
  for _, one in ipairs { ... } do
    for name, value in pairs(one) do
      all[name] = value
    end
  end
  return all
end

-- Returns the inputs as a member of an object.
local function within(member, inputs, around)
  local all <const> = {}
  for name, value in pairs(inputs) do
    all[member .. ": " .. name] = merged(around or {}, { [member] = value })
  end
  return all
end

local function filtered(field, condition, value)
  return { filters = { { field = field, condition = condition, value = value } } }
end

local function typed(name, value)
  return { ["@type"] = "type.googleapis.com/google.protobuf." .. name, value = value }
end

local filters <const> = {
  ["no filters"] = { filters = {} },
  ["without a value"] = filtered("endedAt", "FILTER_CONDITION_EQ"),
  ["a typed value"] = filtered("name", "FILTER_CONDITION_LIKE", typed("StringValue", "größe%")),
  ["a number"] = filtered("numChunks", "FILTER_CONDITION_GTE", typed("Int64Value", "9223372036854775807")),
  ["some"] = {
    filters = {
      { field = "state", condition = "FILTER_CONDITION_NEQ", value = typed("StringValue", "JOB_STATE_NEW") },
      { field = "duration", condition = "FILTER_CONDITION_LT", value = typed("DoubleValue", 0.1) },
      { field = "config.isTestJob", condition = "FILTER_CONDITION_EQ", value = typed("BoolValue", true), more = 1 },
    },
    limit = 5,
    offset = 5,
    orderBy = "name",
  },
}

-- Every condition, written as short as possible, with every kind of plain value.
local values <const> = { "größe%", 5, 0.5, true, { "a", "b" }, { 1, 2.5, false }, math.maxinteger, bytenite.array {} }
for index, condition in ipairs(contract.objects.enumerations.FilterCondition.values) do
  local short <const> = condition:gsub("^FILTER_CONDITION_", "")
  filters[condition] = filtered("state", short, values[index % #values + 1])
end

local new_jobs <const> = merged(
  { ["the template"] = { templateId = "img-gen" } },
  { ["an update"] = { templateId = "t", jobId = samples.JOB_ID } },
  { ["texts empty"] = { templateId = "", name = "", description = "" } },
  { ["members unknown"] = { templateId = "t", labels = FREE } },
  {
    ["all"] = {
      templateId = "img-gen@1.2",
      name = "Größe 世界 \u{1F600}",
      description = "two\nlines",
      dataSource = sources.url,
      dataDestination = sources.bucket,
      params = params.all,
      config = configs.all,
    },
  },
  within("dataSource", sources, { templateId = "t" }),
  within("dataDestination", sources, { templateId = "t" }),
  within("params", params, { templateId = "t" }),
  within("config", configs, { templateId = "t" })
)

local logs <const> = {
  ["the job"] = { jobId = samples.JOB_ID },
  ["lists empty"] = { jobId = samples.JOB_ID, taskIds = {}, levels = {}, services = {} },
  ["lists"] = {
    jobId = samples.JOB_ID,
    taskIds = { "t1", "ü" },
    levels = { "UNKNOWN", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "PANIC" },
    services = { "PARTITIONER", "ASSEMBLER", "TASKRUNNER" },
  },
}

local NONE <const> = { ["as it is"] = false }

-- Returns a call of a job without arguments.
local function of_job(name)
  return {
    inputs = NONE,
    send = function(_, job)
      return job[name](job)
    end,
  }
end

-- Returns a call of the client with one argument.
local function of_client(name, inputs)
  return {
    inputs = inputs,
    send = function(client, _, input)
      return client[name](client, input or nil)
    end,
  }
end

local function update(name, inputs)
  return {
    inputs = inputs,
    send = function(_, job, input)
      return job[name](job, input)
    end,
  }
end

--- A row's `inputs`, and `send(client, job, input)`, which makes the call and returns its results.
---@type table<string, {inputs: table<string, any>, send: function, by_key: boolean|nil}>
calls.rows = {
  access_token = {
    by_key = true, -- a client with a key gets a token first
    inputs = { ["a key"] = "k", ["a long key"] = ("k"):rep(2000), ["a key with all in it"] = 'a"b\\c/d' },
    send = function(client)
      return client:info()
    end,
  },
  sign_out = of_client("sign_out", NONE),
  info = of_client("info", NONE),
  create_secret = of_client("create_secret", {
    small = { secret = { name = "renders", secretType = "aws" }, secretKey = "k" },
    whole = {
      secret = {
        name = "ü/ ?",
        secretType = "s3",
        accessKey = "AKIA",
        expiresAt = "2027-01-01T00:00:00Z",
        params = {},
      },
      secretKey = 'a"b\\c',
    },
  }),
  list_secrets = of_client("list_secrets", NONE),
  delete_secret = {
    inputs = { plain = { "aws", "some-id" }, odd = { "s3", "ü/ ?" } },
    send = function(client, _, input)
      return client:delete_secret(table.unpack(input))
    end,
  },
  create_job = of_client("create_job", new_jobs),
  list_jobs = of_client("list_jobs", merged(pages, ordered_pages)),
  filter_jobs = of_client("filter_jobs", merged(pages, ordered_pages, filters)),
  running_tasks = of_client(
    "running_tasks",
    { none = {}, one = { "j" }, many = many(1000), odd = { "ü/ ?", "\u{1F600}" } }
  ),
  list_templates = of_client("list_templates", pages),
  get_job = {
    inputs = NONE,
    send = function(client)
      return client:get_job(samples.JOB_ID)
    end,
  },
  delete = of_job "delete",
  set_datasource = update(
    "set_datasource",
    merged(
      { nothing = {} },
      within("dataSource", sources),
      within("dataDestination", sources, { dataSource = sources.url })
    )
  ),
  -- An empty name is missing: Prism takes it for no body.
  set_name = update("set_name", {
    ["a name"] = "My Job",
    ["all in it"] = 'Größe 世界 \u{1F600} "quoted" \\ / \n\t\r\u{0}\u{7F}\u{2028}',
    ["a long one"] = ("ü"):rep(10000),
  }),
  upload_completed = of_job "upload_completed",
  run = {
    inputs = merged({ ["no config"] = false }, configs),
    send = function(_, job, input)
      return job:run(input or nil)
    end,
  },
  abort = of_job "abort",
  results = of_job "results",
  logs = of_client("logs", logs),
  test_datasource = of_client(
    "test_datasource",
    merged({ nothing = {}, listFiles = { listFiles = true } }, within("dataSource", sources, { listFiles = false }))
  ),
}

-- An update with a body of one of these types needs no entry of its own.
local inputs_of <const> = { ["JobParams!"] = params, ["JobConfig!"] = configs }
for name, row in pairs(contract.operations.rows) do
  local inputs <const> = inputs_of[row.body]
  if inputs and row.method == "PATCH" and not calls.rows[name] then calls.rows[name] = update(name, inputs) end
end

local everything <const> = {
  templateId = "img-gen",
  name = "Nightly batch",
  description = "d",
  dataSource = sources.url,
  dataDestination = sources.bucket,
  params = params.all,
  config = configs.all,
}

--- Calls that make several requests, and other ways to make a call. `least` is the smallest number
--- of requests that they make.
---@type table<string, {least: integer, send: fun(client: table, job: table)}>
calls.composite = {
  ["refresh"] = {
    least = 1,
    send = function(_, job)
      assert(job:refresh())
    end,
  },
  ["job:logs"] = {
    least = 2,
    send = function(_, job)
      assert(job:logs())
      assert(job:logs { levels = { "ERROR" }, services = {}, taskIds = { "t" } })
    end,
  },
  ["each_job"] = {
    least = 2,
    send = function(client)
      local rows = 0
      for _ in client:each_job { limit = 1, orderBy = "name" } do
        rows = rows + 1
        if rows == 2 then break end
      end
    end,
  },
  ["each_job with filters"] = {
    least = 2,
    send = function(client)
      local rows = 0
      for _ in client:each_job { filters = { { field = "name", condition = "EQ", value = "x" } }, limit = 1 } do
        rows = rows + 1
        if rows == 2 then break end
      end
    end,
  },
  ["each_template"] = {
    least = 2,
    send = function(client)
      local rows = 0
      for _ in client:each_template { limit = 1 } do
        rows = rows + 1
        if rows == 2 then break end
      end
    end,
  },
  ["wait"] = {
    least = 1,
    send = function(_, job)
      job:wait { timeout = 1, interval = 0.01 }
    end,
  },
  ["submit with little"] = {
    least = 3,
    send = function(client)
      assert(client:submit { templateId = "img-gen" })
    end,
  },
  ["submit with all"] = {
    least = 6,
    send = function(client)
      assert(client:submit(everything))
    end,
  },
}

--- Ids that need percent-encoding. Some of them are names of other calls.
calls.odd_ids =
  { "filter", "templates", "a b", "größe", "a/b", "a?b#c", "a%2Fb", "a+b&c=d;e", "\u{1F600}", ("x"):rep(500) }

--- Requests that break the contract and bypass the module's own checks. If Prism does not notice
--- them, it checks nothing.
calls.broken = {
  ["a name that is null"] = { method = "POST", path = "/customer/jobs", body = '{"templateId":"t","name":null}' },
  ["no template"] = { method = "POST", path = "/customer/jobs", body = '{"name":"four"}' },
  ["a name that is a number"] = { method = "PATCH", path = "/customer/jobs/j/jobname", body = "5" },
  ["no name"] = { method = "PATCH", path = "/customer/jobs/j/jobname" },
  ["params that are a list"] = { method = "PATCH", path = "/customer/jobs/j/params", body = '{"app":[]}' },
  ["settings that are a list"] = { method = "PATCH", path = "/customer/jobs/j/configs", body = "[]" },
  ["a timeout that is a word"] = { method = "PATCH", path = "/customer/jobs/j/configs", body = '{"taskTimeout":"1h"}' },
  ["a timeout below zero"] = { method = "PATCH", path = "/customer/jobs/j/configs", body = '{"taskTimeout":-1}' },
  ["a flag that is a number"] = { method = "POST", path = "/customer/jobs/j/run", body = '{"config":{"isTestJob":1}}' },
  ["a limit that is a word"] = { path = "/customer/jobs", query = { ["pagination.limit"] = "ten" } },
  ["a level unknown"] = { method = "POST", path = "/customer/logs", body = '{"levels":["LOUD"]}' },
  ["a condition without its prefix"] = {
    method = "POST",
    path = "/customer/jobs/filter",
    body = '{"filters":[{"field":"name","condition":"EQ"}]}',
  },
  ["an URL source without URL"] = {
    method = "POST",
    path = "/customer/datasource/test",
    body = '{"dataSource":{"params":{"@type":"type.googleapis.com/bytenite.data_source.HttpDataSource"}}}',
  },
  ["params without a type"] = {
    method = "PATCH",
    path = "/customer/jobs/j/datasource",
    body = '{"dataSource":{"dataSourceDescriptor":"file","params":{"name":"x"}}}',
  },
  ["another path"] = { path = "/customer/jobs/j/chunks" },
  ["another method"] = { method = "PUT", path = "/customer/jobs/j/jobname", body = '"name"' },
}

return calls
