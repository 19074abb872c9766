--- What the service declares of its objects, from its reference: which members there are, and of which kind. Nothing here
--- comes from the code under test.
local declared = {}

--- Kinds of members by type and name. A kind that is a type's name stands for an object of that type.
---@type table<string, table<string, string>>
declared.types = {
  Job = {
    id = "string",
    templateId = "string",
    name = "string",
    config = "JobConfig",
    priority = "enum",
    startAt = "timestamp",
    submittedAt = "timestamp",
    startedAt = "timestamp",
    endedAt = "timestamp",
    regions = "Regions",
    state = "enum",
    dataSource = "DataSource",
    params = "JobParams",
    dataDestination = "DataSource",
    duration = "number",
    deletedAt = "timestamp",
    createdAt = "timestamp",
    paymentAmount = "number",
    numUnitsEstimation = "integer",
    numChunks = "integer",
    errorMessage = "string",
    description = "string",
    stateTimestamps = "timestamps",
    appId = "string",
    templateInfo = "JobTemplate",
  },
  JobConfig = { taskTimeout = "uint32", jobTimeout = "uint32", isTestJob = "boolean", maxTaskRetries = "uint32" },
  DataSource = { dataSourceDescriptor = "string", params = "object" },
  JobParams = { preset = "string", partitioner = "object", assembler = "object", app = "object" },
  Regions = { blacklist = "string[]", whitelist = "string[]" },
  JobTemplate = {
    id = "string",
    owner = "string",
    description = "string",
    app = "string",
    partitioner = "string",
    assembler = "string",
    createdAt = "timestamp",
    updatedAt = "timestamp",
    isPublic = "boolean",
    dataSource = "DataSource",
    dataDestination = "DataSource",
    params = "JobParams",
    config = "JobConfig",
    userName = "string",
  },
  JobResponse = { job = "Job", templateInfo = "JobTemplate" },
  JobDataSource = { dataSource = "DataSource", dataDestination = "DataSource" },
  NewJob = {
    templateId = "string",
    jobId = "string",
    name = "string",
    description = "string",
    dataSource = "DataSource",
    dataDestination = "DataSource",
    params = "JobParams",
    config = "JobConfig",
  },
  AccessTokenRequest = { apiKey = "string" },
}

--- Members without which an object is not written.
---@type table<string, table<string, any>>
declared.required = { NewJob = { templateId = "t" }, AccessTokenRequest = { apiKey = "k" } }

--- The kind that stands behind a kind: "object" for a type.
---@param kind string
---@return string
---@usage declared.plain_kind "JobConfig" --> "object"
function declared.plain_kind(kind)
  return declared.types[kind] and "object" or kind
end

return declared
