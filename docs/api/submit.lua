--- More methods of clients: jobs in one go, their tasks and logs, data sources, the server.
local OPTIONS <const> = { "options", "bytenite.CallOptions?", "limits of this call; see [Options](#options)" }

return {
  name = "Client",
  prefix = "client:",

  functions = {
    {
      name = "submit",
      summary = "Creates a job, sets it up, runs it, and refreshes it.",
      text = "The steps are `create_job`, `set_datasource`, `set_params`, `set_configs`, `upload`, `run` and "
        .. "`refresh`; a step for which nothing is given is skipped. All input is checked before the first step, "
        .. "and a file to upload is opened, so bad input leaves no job behind. To continue after an error, do the "
        .. "remaining steps with `err.job`, or submit again with its id as `jobId`.",
      parameters = {
        { "new", "bytenite.Submission", "`templateId` is required; see [Submission](#submission)" },
        {
          "options",
          "bytenite.SubmitOptions?",
          "limits of each step (see [Options](#options)); and [SubmitOptions](#submitoptions)",
        },
      },
      returns = { "bytenite.Job", "job", "refreshed after it was started" },
      fails = "Those of the steps. `step` names the step that failed, `job` is the job if it exists. With "
        .. "`maybe_done` the step may have been done.",
      raises = "A missing `templateId`, an unknown or misspelled member, a value of the wrong type; nothing is sent.",
      example = [[
local new = assert(client:submit {
  templateId = "img-gen",
  name = "Sunsets",
  dataSource = bytenite.datasource.bypass(),
  dataDestination = bytenite.datasource.bucket(),
  params = { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = "A sunset" } },
  config = { jobTimeout = 86400, isTestJob = true },
})
print(new.name, new.params.app.prompt) --> Sunsets A sunset

local none, err = client:submit { templateId = "img-gen", name = "abc" }
print(none, err.step, err.kind, err.job) --> nil create_job bad_request nil
]],
      source = "module; the order of the steps: clients",
    },
    {
      name = "running_tasks",
      operation = "running_tasks",
      summary = "Counts the running tasks of jobs.",
      parameters = { { "jobs", "(bytenite.Job|string)[]", "jobs or their ids, in a list" }, OPTIONS },
      returns = { "table<string, integer>", "counts", "by job id" },
      fails = "As for other calls.",
      raises = "If `jobs` is not a list of jobs and ids.",
      example = [[
local counts = assert(client:running_tasks { job, "no-such-job" })
print(counts[job.id] or 0) --> 0
]],
      source = "clients; that the response is a table by id: inferred",
    },
    {
      name = "logs",
      operation = "logs",
      summary = "Fetches a job's logs, and returns them line by line in order of time.",
      text = "`job:logs(filters)` does this for one job. One request fetches everything: a long log may need a "
        .. "larger `max_response_bytes`. Lines with the same time come in the order partitioner, tasks, assembler; "
        .. "a line without a time stays after the line before it. Carriage returns and progress bars are in the "
        .. "text as the program wrote them.",
      parameters = { { "query", "bytenite.LogQuery", "`jobId` is required; see [LogQuery](#logquery)" }, OPTIONS },
      returns = {
        "fun(): bytenite.LogLine?, string?, string?",
        "next_line",
        "an iterator that returns a [line](#logline), the service that wrote it (PARTITIONER, TASKRUNNER or "
          .. "ASSEMBLER) and, for the task runner, the task's id",
      },
      fails = "`not_found` if there is no such job.",
      raises = "A missing `jobId`, a misspelled member, a value that is not a list of strings; nothing is sent.",
      example = [[
for line, service, task in assert(client:logs { jobId = job.id, levels = { "WARN", "ERROR" } }) do
  print(line.timestamp, service, task, line.level, line.log)
end
]],
      source = "docs and clients; the order: module",
    },
    {
      name = "test_datasource",
      operation = "test_datasource",
      summary = "Tests a data source: whether it can be read, and what is in it.",
      parameters = { { "what", "bytenite.DataSourceTest", "`dataSource`; `listFiles` to see what is in it" }, OPTIONS },
      returns = { "bytenite.DataSourceInfo", "info", "see [DataSourceInfo](#datasourceinfo)" },
      fails = "`bad_request` if the service cannot read it.",
      raises = "A misspelled member, or a value of the wrong type; nothing is sent.",
      example = [[
local info = assert(client:test_datasource {
  dataSource = bytenite.datasource.url "https://example.org/in.txt",
  listFiles = true,
})
print(info.filename) --> in.txt
]],
      source = "docs and clients",
    },
    {
      name = "info",
      operation = "info",
      summary = "Fetches the server's version and its messages to users.",
      parameters = { OPTIONS },
      returns = { "bytenite.ServerInfo", "info", "" },
      fails = "As for other calls.",
      example = [[
local info = assert(client:info())
print(math.type(info.version.major)) --> integer
]],
      source = "docs and clients",
    },
  },

  members = {
    {
      name = "Submission",
      of = "What `client:submit` takes.",
      fields = {
        { name = "templateId", type = "string", required = true, text = "the template to use" },
        { name = "name", type = "string", text = "display name" },
        { name = "description", type = "string", text = "free text" },
        { name = "dataSource", type = "bytenite.DataSource", text = "where the input comes from" },
        { name = "dataDestination", type = "bytenite.DataSource", text = "where the output goes" },
        { name = "params", type = "bytenite.JobParams", text = "parameters of the building blocks" },
        { name = "config", type = "bytenite.JobConfig", text = "execution settings" },
        {
          name = "upload",
          type = "any",
          text = "the input itself, for a data source of kind `file`: what `job:upload` takes",
        },
        { name = "jobId", type = "string", text = "the id of a draft to continue with, instead of creating a job" },
      },
    },
    {
      name = "SubmitOptions",
      of = "The last argument of `client:submit`, in addition to the limits that every call takes.",
      fields = {
        {
          name = "on_created",
          type = "fun(job: bytenite.Job)",
          text = "called as soon as the job exists, so that its id is known whatever happens later",
        },
        {
          name = "on_progress",
          type = "fun(sent: integer, total: integer)",
          unit = "bytes",
          text = "called after each piece of an upload",
        },
        { name = "size", type = "integer", unit = "bytes", text = "the size of an upload, if it cannot be determined" },
      },
    },
    {
      name = "LogQuery",
      of = "Selects log lines: those that match everything that is given. `job:logs` takes the same members except "
        .. "`jobId`.",
      fields = {
        { name = "jobId", type = "string", text = "the job; required by `client:logs`" },
        { name = "taskIds", type = "string[]", text = "only these tasks" },
        {
          name = "levels",
          type = "string[]",
          text = "only these levels: UNKNOWN, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, PANIC. Output of programs is "
            .. "UNKNOWN.",
        },
        { name = "services", type = "string[]", text = "only these services: PARTITIONER, TASKRUNNER, ASSEMBLER" },
      },
    },
  },
}
