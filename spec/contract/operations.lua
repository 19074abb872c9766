--- The service's calls, from its reference. Nothing here comes from the code under test. Deprecated
--- calls are missing.
---
--- Paths are relative to the base URL. A query has the types of its members by name. Types are
--- written as in objects.lua; "!" after a body means that the call requires one.
local operations = {}

--- Every call declares these responses. The body is open except for status 200.
operations.statuses = { "200", "400", "401", "403", "404", "500", "503", "default" }

local PAGE <const> = { ["pagination.limit"] = "uint32", ["pagination.offset"] = "uint32" }
local ORDERED_PAGE <const> = { ["pagination.limit"] = "uint32", ["pagination.offset"] = "uint32", orderBy = "string" }

--- The rows, by the names of our methods. `once`: a repeated request may be executed twice; `open`:
--- needs no token; `stream`: the response is a sequence of objects without a fixed end.
---@type table<string, {method: string, path: string, query: table|nil, body: string|nil, result: string}>
operations.rows = {
  access_token = {
    method = "POST",
    path = "/auth/access_token",
    body = "AccessTokenRequest!",
    result = "AccessToken",
    open = true,
  },
  sign_out = { method = "POST", path = "/auth/signout", body = "object!", result = "GenericResponse" },
  info = { method = "GET", path = "/{service}/info", result = "ServerInfo" },
  create_secret = {
    method = "POST",
    path = "/auth/secrets",
    body = "NewSecret!",
    result = "SecretResponse",
    once = true,
  },
  list_secrets = { method = "GET", path = "/auth/secrets", result = "SecretList" },
  delete_secret = { method = "DELETE", path = "/auth/secrets/{secretType}/{secretId}", result = "GenericResponse" },
  create_job = {
    method = "POST",
    path = "/{service}/jobs",
    body = "NewJob!",
    result = "JobResponse",
    once = true,
  },
  list_jobs = { method = "GET", path = "/{service}/jobs", query = ORDERED_PAGE, result = "JobPage" },
  filter_jobs = { method = "POST", path = "/{service}/jobs/filter", body = "JobFilterRequest!", result = "JobPage" },
  running_tasks = {
    method = "POST",
    path = "/{service}/jobs/runningTasks",
    body = "RunningTasksRequest!",
    result = "RunningTasks",
  },
  list_templates = { method = "GET", path = "/{service}/jobs/templates", query = PAGE, result = "TemplatePage" },
  get_job = { method = "GET", path = "/{service}/jobs/{jobId}", result = "JobResponse" },
  delete = { method = "DELETE", path = "/{service}/jobs/{jobId}", result = "GenericResponse" },
  set_datasource = {
    method = "PATCH",
    path = "/{service}/jobs/{jobId}/datasource",
    body = "JobDataSource!",
    result = "JobResponse",
  },
  set_params = {
    method = "PATCH",
    path = "/{service}/jobs/{jobId}/params",
    body = "JobParams!",
    result = "JobResponse",
  },
  set_name = { method = "PATCH", path = "/{service}/jobs/{jobId}/jobname", body = "JobName!", result = "JobResponse" },
  set_configs = {
    method = "PATCH",
    path = "/{service}/jobs/{jobId}/configs",
    body = "JobConfig!",
    result = "JobResponse",
  },
  upload_completed = {
    method = "PATCH",
    path = "/{service}/jobs/{jobId}/uploadcompleted",
    result = "GenericResponse",
    once = true,
  },
  run = {
    method = "POST",
    path = "/{service}/jobs/{jobId}/run",
    body = "RunRequest",
    result = "GenericResponse",
    once = true,
  },
  abort = { method = "POST", path = "/{service}/jobs/{jobId}/abort", result = "GenericResponse", once = true },
  results = { method = "GET", path = "/{service}/jobs/{jobId}/results", result = "JobResults" },
  logs = { method = "POST", path = "/{service}/logs", body = "LogsRequest!", result = "Logs" },
  test_datasource = {
    method = "POST",
    path = "/{service}/datasource/test",
    body = "DataSourceTest!",
    result = "DataSourceInfo",
  },
  events = { method = "GET", path = "/{service}/events", result = "EventItem", stream = true },
}

return operations
