--- The service's objects, from its reference. Nothing here comes from the code under test.
---
--- A type is a word and a mark: "T?" may be null, "T!" is required; "[T]" is a list of T, "{T}" an
--- object whose members have free names and the type T. Every object may have additional members,
--- and declared ones may be missing unless they are required.
---
---   string, boolean
---   integer    a number or a decimal string
---   uint32     an integer from 0 to 4294967295; only requests must stay within these bounds
---   number     a number with a fraction; older servers print it as a string
---   timestamp  RFC 3339, a string
---   object     free-form members
---   typed      free-form members, with "@type" if there are any
---   any        any JSON value
---
--- All other words are objects and enumerations that are declared here.
local objects = {}

--- Names of values. An open enumeration may have other names and numbers.
---@type table<string, {values: string[], open: boolean|nil}>
objects.enumerations = {
  JobState = {
    open = true,
    values = {
      "JOB_STATE_NEW",
      "JOB_STATE_STARTED",
      "JOB_STATE_UPLOADING",
      "JOB_STATE_PARTITIONING",
      "JOB_STATE_PARTITIONED",
      "JOB_STATE_TASKS_COMPLETED",
      "JOB_STATE_MERGING",
      "JOB_STATE_MERGED",
      "JOB_STATE_DOWNLOADING",
      "JOB_STATE_COMPLETE",
      "JOB_STATE_FAILED",
    },
  },
  Priority = {
    open = true,
    values = {
      "EXECUTION_PRIORITY_UNDEFINED",
      "EXECUTION_PRIORITY_CHEAP",
      "EXECUTION_PRIORITY_BALANCED",
      "EXECUTION_PRIORITY_FAST",
    },
  },
  LogLevel = { open = true, values = { "UNKNOWN", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "PANIC" } },
  WantedLevel = { values = { "UNKNOWN", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "PANIC" } },
  WantedService = { values = { "PARTITIONER", "ASSEMBLER", "TASKRUNNER" } },
  FilterCondition = {
    values = {
      "FILTER_CONDITION_EQ",
      "FILTER_CONDITION_NEQ",
      "FILTER_CONDITION_GT",
      "FILTER_CONDITION_GTE",
      "FILTER_CONDITION_LT",
      "FILTER_CONDITION_LTE",
      "FILTER_CONDITION_ARRAY_CONTAINS",
      "FILTER_CONDITION_ARRAY_CONTAINS_ANY",
      "FILTER_CONDITION_IN",
      "FILTER_CONDITION_NOT_IN",
      "FILTER_CONDITION_LIKE",
    },
  },
}

--- The params of data sources, by their "@type". For our module they are free-form.
objects.type_prefix = "type.googleapis.com/bytenite.data_source."
---@type table<string, table<string, string>>
objects.sources = {
  HttpDataSource = { url = "string!", name = "string", username = "string", password = "string" },
  LocalFileDataSource = { name = "string", tempUrl = "string" },
  S3DataSource = {
    name = "string",
    bucketName = "string",
    cloudRegion = "string",
    secret_id = "string",
    accessKey = "string",
    secretKey = "string",
    tempUrl = "string",
  },
}

--- Names of types that are not objects.
---@type table<string, string>
objects.scalars = { JobName = "string" }

---@type table<string, table<string, string>>
objects.declared = {
  AccessTokenRequest = { apiKey = "string!" },
  AccessToken = { token = "string", expiresIn = "integer?", scope = "string?" },

  GenericResponse = { ok = "boolean?", requestId = "string?", message = "string?", error = "GenericError?" },
  GenericError = { code = "integer?", message = "string?", description = "string?" },
  Status = { code = "integer?", message = "string?", details = "[typed]?" },

  Secret = {
    id = "string?",
    name = "string?",
    secretType = "string?",
    accessKey = "string?",
    expiresAt = "timestamp?",
    params = "any",
  },
  NewSecret = { secret = "Secret!", secretKey = "string!" },
  SecretResponse = { secret = "Secret?" },
  SecretList = { secrets = "[Secret]?" },

  ServerInfo = { version = "Version?", messages = "any" },
  Version = { major = "integer?", minor = "integer?", tag = "string?" },

  DataSource = { dataSourceDescriptor = "string?", params = "typed?" },
  JobDataSource = { dataSource = "DataSource", dataDestination = "DataSource" },
  JobConfig = { taskTimeout = "uint32?", jobTimeout = "uint32?", isTestJob = "boolean?", maxTaskRetries = "uint32?" },
  JobParams = { preset = "string?", partitioner = "object?", assembler = "object?", app = "object?" },
  NewJob = {
    templateId = "string!",
    jobId = "string",
    name = "string",
    description = "string",
    dataSource = "DataSource",
    dataDestination = "DataSource",
    params = "JobParams",
    config = "JobConfig",
  },
  RunRequest = { config = "JobConfig" },

  Job = {
    id = "string?",
    templateId = "string?",
    name = "string?",
    config = "JobConfig?",
    priority = "Priority?",
    startAt = "timestamp?",
    submittedAt = "timestamp?",
    startedAt = "timestamp?",
    endedAt = "timestamp?",
    regions = "Regions?",
    state = "JobState?",
    dataSource = "DataSource?",
    params = "JobParams?",
    dataDestination = "DataSource?",
    duration = "number?",
    deletedAt = "timestamp?",
    createdAt = "timestamp?",
    paymentAmount = "number?",
    numUnitsEstimation = "integer?",
    numChunks = "integer?",
    errorMessage = "string?",
    description = "string?",
    stateTimestamps = "{timestamp?}?",
    appId = "string?",
    templateInfo = "JobTemplate?",
  },
  Regions = { blacklist = "[string]?", whitelist = "[string]?" },
  JobTemplate = {
    id = "string?",
    owner = "string?",
    description = "string?",
    app = "string?",
    partitioner = "string?",
    assembler = "string?",
    createdAt = "timestamp?",
    updatedAt = "timestamp?",
    isPublic = "boolean?",
    dataSource = "DataSource?",
    dataDestination = "DataSource?",
    params = "JobParams?",
    config = "JobConfig?",
    userName = "string?",
  },
  JobResponse = { job = "Job?", templateInfo = "JobTemplate?" },

  PageRequest = { limit = "uint32?", offset = "uint32?" },
  Pagination = { total = "integer?", offset = "integer?", hasPrevious = "boolean?", hasNext = "boolean?" },
  JobPage = { pagination = "Pagination?", data = "[Job]?" },
  TemplatePage = { pagination = "Pagination?", data = "[JobTemplate]?" },
  JobFilterRequest = { pagination = "PageRequest", filters = "[Filter]", orderBy = "string" },
  Filter = { field = "string", condition = "FilterCondition", value = "typed" },

  RunningTasksRequest = { jobsIds = "[string]!" },
  RunningTasks = { jobsRunningTasks = "{integer}?" },
  JobResults = { results = "[JobResult]?" },
  JobResult = { name = "string?", link = "string?" },

  LogsRequest = {
    jobId = "string",
    taskIds = "[string]",
    levels = "[WantedLevel]",
    services = "[WantedService]",
  },
  Logs = { partitioner = "[LogLine]?", assembler = "[LogLine]?", taskrunner = "{TaskLogs}?" },
  TaskLogs = { logs = "[LogLine]?" },
  LogLine = { log = "string?", timestamp = "timestamp?", level = "LogLevel?", container = "string?" },

  DataSourceTest = { dataSource = "DataSource", listFiles = "boolean" },
  DataSourceInfo = {
    filename = "string?",
    path = "string?",
    size = "integer?",
    properties = "{string}?",
    tempUrl = "string?",
    files = "Directory?",
  },
  Directory = { name = "string?", path = "string?", directories = "[Directory]?", files = "[File]?" },
  File = { id = "string?", name = "string?", path = "string?", size = "integer?" },

  EventItem = { result = "Event?", error = "Status?" },
  Event = { event = "string?", data = "typed?" },
}

return objects
