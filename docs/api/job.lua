--- Jobs and their methods.
local OPTIONS <const> = { "options", "bytenite.CallOptions?", "limits of this call; see [Options](#options)" }

local REFRESHED <const> = { "bytenite.Job", "job", "the same table, refreshed" }

local FAILS <const> = "`not_found` if there is no such job; `bad_request` if the service refuses the values, or "
  .. "the job has been started. The table is then unchanged."

local RAISES <const> = "A misspelled member or one in the wrong table, a value of the wrong type or one that JSON "
  .. "cannot hold, with its place; nothing is sent."

return {
  name = "Job",
  title = "Jobs",
  prefix = "job:",
  text = "A job is a plain table of the service's members under their wire names (see [Job](#job)) and nothing "
    .. "else: `pairs` shows them, `bytenite.encode(job)` and `cjson.encode(job)` write them. The methods come from "
    .. "the metatable. `tostring(job)` shows id, name and state.\n\n"
    .. "A call that returns the job refreshes it in place: its members are then those of the response. All others "
    .. "are removed, including those that a program added. Nested tables are replaced, never changed, so a copy of "
    .. "the outer table is a snapshot. If a call fails, the table is unchanged. Calls on one job take turns.",

  functions = {
    {
      name = "set_datasource",
      operation = "set_datasource",
      summary = "Sets where the input comes from and where the output goes.",
      text = "Either member may be omitted; whether the service then keeps the earlier one is not documented (the "
        .. "sandbox does).",
      parameters = { { "sources", "bytenite.JobDataSource", "`dataSource`, `dataDestination`, or both" }, OPTIONS },
      returns = REFRESHED,
      fails = FAILS,
      raises = RAISES,
      example = [[
assert(job:set_datasource {
  dataSource = bytenite.datasource.url "https://example.org/in.txt",
  dataDestination = bytenite.datasource.bucket(),
})
print(job.dataSource.params.url) --> https://example.org/in.txt
]],
      source = "page; one member alone: docs",
    },
    {
      name = "set_params",
      operation = "set_params",
      summary = "Sets the parameters of the job's building blocks.",
      text = "`partitioner`, `assembler` and `app` are free-form: their contents reach the app, and are returned, "
        .. "as the same JSON values.",
      parameters = {
        { "params", "bytenite.JobParams", "any of `partitioner`, `assembler`, `app`" },
        OPTIONS,
      },
      returns = REFRESHED,
      fails = FAILS,
      raises = RAISES,
      example = [[
assert(job:set_params { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = "A sunset" } })
print(job.params.partitioner.num_replicas) --> 5

print(pcall(job.set_params, job, { app = { frames = { 1, 2, print } } }))
--> false ...set_params: app.frames[3]: cannot write a function
]],
      source = "page",
    },
    {
      name = "set_name",
      operation = "set_name",
      summary = "Sets the job's name.",
      parameters = { { "name", "string", "the service requires at least 4 characters" }, OPTIONS },
      returns = REFRESHED,
      fails = FAILS,
      raises = "If the name is not a string, or not UTF-8; nothing is sent.",
      example = [[
assert(job:set_name "My Job")
print(job.name) --> My Job

local renamed, err = job:set_name "abc"
print(renamed, err.kind, err.message) --> nil bad_request name must have at least 4 characters
]],
      source = "page; the minimum length: clients, 2023",
    },
    {
      name = "set_configs",
      operation = "set_configs",
      summary = "Sets the job's execution settings.",
      text = "In the sandbox, omitted settings keep their values; the service's documentation does not say whether "
        .. "they do. Integers may be given as decimal strings.",
      parameters = {
        { "configs", "bytenite.JobConfig", "see [JobConfig](#jobconfig); time limits are in seconds" },
        OPTIONS,
      },
      returns = REFRESHED,
      fails = FAILS,
      raises = RAISES,
      example = [[
assert(job:set_configs { taskTimeout = 3600, jobTimeout = 86400, isTestJob = true })
print(job.config.taskTimeout, math.type(job.config.taskTimeout)) --> 3600 integer

print(pcall(job.set_configs, job, { tasktimeout = 3600 }))
--> false ...set_configs: unknown member "tasktimeout": did you mean "taskTimeout"?
]],
      source = "page; `maxTaskRetries`, decimal strings: docs and clients",
    },
    {
      name = "refresh",
      operation = "get_job",
      summary = "Fetches the current state of the job into the same table.",
      parameters = { OPTIONS },
      returns = REFRESHED,
      fails = "`not_found` if the job no longer exists. The table is then unchanged.",
      example = [[
local other = client:job(job.id)
assert(other:set_name "Renamed elsewhere")
print(job.name)                   --> Nightly batch
print(assert(job:refresh()).name) --> Renamed elsewhere
]],
      source = "docs",
    },
    {
      name = "is_final",
      summary = "Returns whether the job has ended, judging by the table: no request is sent.",
      text = "It has if the state is `JOB_STATE_COMPLETE` or `JOB_STATE_FAILED`, or if `endedAt` or `deletedAt` is "
        .. "set. An unknown state is not final.",
      parameters = {},
      returns = { "boolean", "final", "" },
      example = [[
print(job.state, job:is_final()) --> JOB_STATE_NEW false
]],
      source = "The states: docs and clients; `endedAt`, `deletedAt`: inferred",
    },
  },
}
