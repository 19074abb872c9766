--- Methods of jobs from the run to the results.
local OPTIONS <const> = { "options", "bytenite.CallOptions?", "limits of this call; see [Options](#options)" }

local AS_IT_IS <const> = { "bytenite.Job", "job", "the same table, as it is: `refresh` it to see its state" }

local MAYBE <const> = " With `maybe_done` it may have been done all the same: the call is never repeated once the service may "
  .. "have acted on it."

return {
  name = "Job",
  title = "Running jobs",
  prefix = "job:",
  text = "A job is created as a draft, set up, and run once. Then it goes through its [states](#states) up to "
    .. "`JOB_STATE_COMPLETE` or `JOB_STATE_FAILED`, and has results in the first case.",

  functions = {
    {
      name = "run",
      operation = "run",
      summary = "Runs the job.",
      text = "Settings given here are sent along; one way of old that wrote them elsewhere was ignored, so `set_configs` before "
        .. "is the safer way.",
      parameters = { { "config", "bytenite.JobConfig?", "settings of this run" }, OPTIONS },
      returns = AS_IT_IS,
      fails = "`bad_request` when the job has been started already, or is not ready; `unexpected` with `code` 402 where the "
        .. "balance is too low."
        .. MAYBE,
      raises = "A misspelled setting, a value of the wrong type; nothing is sent then.",
      example = [[
assert(job:set_datasource {
  dataSource = bytenite.datasource.bypass(),
  dataDestination = bytenite.datasource.bucket(),
})
assert(job:set_params { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = "A sunset" } })
assert(job:run())
print(job.state) --> JOB_STATE_NEW
print(assert(job:refresh()).state ~= "JOB_STATE_NEW") --> true
]],
      source = "docs and clients; 402: inferred",
    },
    {
      name = "wait",
      makes_calls = true,
      summary = "Waits for the job's end.",
      text = "The job is refreshed at once, and then again and again, after 1 s, 1.5 s, 2.25 s and so on up to 10 s. In a task "
        .. "other tasks run meanwhile, so `client:map` can wait for many jobs. A job that was never run is waited for like any "
        .. "other; an unknown state is not final. If a look fails in a way that may pass, the wait continues until the fifth "
        .. "failure in a row, each with its own retries.",
      parameters = {
        { "wait_options", "bytenite.WaitOptions?", "see [WaitOptions](#waitoptions)" },
        { "options", "bytenite.CallOptions?", "limits of each look; see [Options](#options)" },
      },
      returns = { "bytenite.Job", "job", "the same table, refreshed" },
      fails = "`job_failed` when the job failed or ended in another way (`message` is its `errorMessage`); `timeout`; "
        .. "`not_found` when it is gone. The third value is then the job, as it was last seen.",
      raises = "An unknown option, seconds that cannot be; what `on_progress` raises.",
      example = [[
local sources = { dataSource = bytenite.datasource.bypass(), dataDestination = bytenite.datasource.bucket() }
assert(job:set_datasource(sources))
assert(job:run())
local last
assert(job:wait {
  timeout = 600,
  interval = 0.1,
  on_progress = function(seen, fraction) last = ("%.0f %% %s"):format(100 * fraction, seen.state) end,
})
print(last) --> 100 % JOB_STATE_COMPLETE

-- a job that fails (in the sandbox: on request)
local bad = assert(client:submit {
  templateId = "img-gen",
  dataSource = sources.dataSource,
  dataDestination = sources.dataDestination,
  params = { app = { sandbox_fail = "no GPU was free" } },
})
local done, err = bad:wait { interval = 0.1 }
print(done, err.kind, err.message) --> nil job_failed no GPU was free

-- many at once
local results = client:map({ job, bad }, function(each) return each:wait { timeout = 600 } end)
print(results[1].ok, results[2].error.kind) --> true job_failed
]],
      source = "module; the states: docs and clients; that `endedAt` and 404 are ends: inferred",
    },
    {
      name = "results",
      operation = "results",
      summary = "Lists the files that the job made.",
      text = "A link is a signed URL: whoever has it can fetch the file, without a token, for as long as the service lets it "
        .. "live. Before its end a job has no results: depending on the service that is an error, or an empty list.",
      parameters = { OPTIONS },
      returns = { "bytenite.JobResult[]", "results", "a list of `{ name, link }`" },
      fails = "One whose message tells that the job has not yet been completed, with any status; it is not repeated. "
        .. "`not_found` when there is no such job.",
      example = [[
assert(job:set_datasource {
  dataSource = bytenite.datasource.bypass(),
  dataDestination = bytenite.datasource.bucket(),
})
assert(job:run())

local none, err = job:results()
print(none, err.message, err.hint) --> nil job has not yet been completed a complete job has results: job:wait() waits for that

assert(job:wait { interval = 0.1 })
local files = assert(job:results())
print(#files > 0, files[1].name ~= "", files[1].link:match "^https?://" ~= nil) --> true true true
]],
      source = "clients",
    },
    {
      name = "logs",
      operation = "logs",
      summary = "Fetches the job's logs: see [client:logs](#clientlogsquery--options).",
      parameters = { { "filters", "bytenite.LogQuery?", "`taskIds`, `levels`, `services`" }, OPTIONS },
      returns = {
        "fun(): bytenite.LogLine?, string?, string?",
        "next_line",
        "an iterator that gives a [line](#logline), its service and its task's id",
      },
      fails = "`not_found` when there is no such job.",
      raises = "A misspelled member, a value that is not a list of strings; nothing is sent then.",
      example = [[
for line in assert(job:logs { services = { "PARTITIONER" } }) do
  io.write(line.log, "\n")
end
]],
      source = "docs and clients",
    },
    {
      name = "abort",
      operation = "abort",
      summary = "Stops the job when it runs; deletes it when it was never run.",
      text = "What state an aborted job shows is not documented.",
      parameters = { OPTIONS },
      returns = AS_IT_IS,
      fails = "`not_found` when there is no such job." .. MAYBE,
      example = [[
assert(job:abort()) -- a draft
print(select(2, job:refresh()).kind) --> not_found
]],
      source = "docs and clients",
    },
    {
      name = "delete",
      operation = "delete",
      summary = "Deletes the job.",
      text = "When the call is repeated after a failure, and the job is gone by then, it has been deleted.",
      parameters = { OPTIONS },
      returns = { "true", "done", "" },
      fails = "`not_found` when there is no such job.",
      example = [[
print(job:delete()) --> true
print(select(2, job:delete()).kind) --> not_found
]],
      source = "docs and clients",
    },
    {
      name = "upload_completed",
      operation = "upload_completed",
      summary = "Tells the service that the input lies at the job's `dataSource.params.tempUrl`. `job:upload` does so by itself.",
      parameters = { OPTIONS },
      returns = AS_IT_IS,
      fails = "`bad_request` when there is nothing." .. MAYBE,
      example = [[
assert(job:set_datasource { dataSource = bytenite.datasource.file() })
print(job.dataSource.params.tempUrl ~= nil) --> true
-- a program of your own puts the bytes there, without a token; then
local done, err = job:upload_completed()
print(done == job or err.kind) --> ...
]],
      source = "docs and clients",
    },
  },

  members = {
    {
      name = "WaitOptions",
      of = "The first argument of `job:wait`.",
      fields = {
        {
          name = "timeout",
          type = "number",
          unit = "seconds",
          text = "to wait at most, whatever else is set; no limit when left out. A last look is taken shortly before its end.",
        },
        {
          name = "interval",
          type = "number",
          unit = "seconds",
          text = "from the first look to the second; 1 when left out",
        },
        {
          name = "max_interval",
          type = "number",
          unit = "seconds",
          text = "between looks at most: the interval grows by half each time; 10, or `interval` if that is more, when left out",
        },
        {
          name = "on_progress",
          type = "fun(job: bytenite.Job, fraction: number)",
          text = "called after each look with the job and how far it is, by its state: 0 to 1, never less than before",
        },
      },
    },
  },
}
