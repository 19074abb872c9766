--- Methods of jobs from the run to the results.
local OPTIONS <const> = { "options", "bytenite.CallOptions?", "limits of this call; see [Options](#options)" }

local AS_IT_IS <const> = { "bytenite.Job", "job", "the same table, not refreshed: `refresh` shows its state" }

local MAYBE <const> = " With `maybe_done` the service may have acted on the call, which is not retried then."

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
      text = "Settings given here are sent with the request. An older form of the request, with the settings in "
        .. "another place, was ignored, so it is safer to call `set_configs` first.",
      parameters = { { "config", "bytenite.JobConfig?", "settings of this run" }, OPTIONS },
      returns = AS_IT_IS,
      fails = "`bad_request` if the job has already been started, or is not ready; `unexpected` with `code` 402 if "
        .. "the balance is too low."
        .. MAYBE,
      raises = "A misspelled setting, or a value of the wrong type; nothing is sent.",
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
      summary = "Waits until the job ends.",
      text = "The job is refreshed at once, then after 1 s, 1.5 s, 2.25 s and so on, in the end every 10 s. In a "
        .. "task, other tasks run meanwhile, so `client:map` can wait for many jobs. A job that was never run is "
        .. "waited for like any other; an unknown state is not final. If a refresh fails for a reason that may "
        .. "pass, the wait continues until the fifth failure in a row; each refresh has its own retries.\n\n"
        .. "`on_progress` reports the progress. A wait ends early when its `timeout` passes, when `on_progress` "
        .. "raises, when the task that it runs in is cancelled (`future:cancel`), when the client is closed, and "
        .. "on Ctrl-C in the main program. The job itself continues: `abort` stops it.",
      parameters = {
        { "wait_options", "bytenite.WaitOptions?", "see [WaitOptions](#waitoptions)" },
        { "options", "bytenite.CallOptions?", "limits of each refresh; see [Options](#options)" },
      },
      returns = { "bytenite.Job", "job", "the same table, refreshed" },
      fails = "`job_failed` if the job failed or ended in another way (`message` is its `errorMessage`); "
        .. "`timeout`; `not_found` if it no longer exists. The third value is then the job as last seen.",
      raises = "An unknown option, an invalid number of seconds; errors from `on_progress`.",
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
      text = "A link is a signed URL: whoever has it can fetch the file, without a token, until it expires. A job "
        .. "has no results before it ends: the service then returns an error or an empty list.",
      parameters = { OPTIONS },
      returns = { "bytenite.JobResult[]", "results", "a list of `{ name, link }`" },
      fails = "One whose message says that the job has not yet been completed, with any status; it is not retried. "
        .. "`not_found` if there is no such job.",
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
        "an iterator that returns a [line](#logline), its service and its task's id",
      },
      fails = "`not_found` if there is no such job.",
      raises = "A misspelled member, or a value that is not a list of strings; nothing is sent.",
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
      summary = "Stops the job if it is running; deletes it if it was never run.",
      text = "Which state an aborted job shows is not documented.",
      parameters = { OPTIONS },
      returns = AS_IT_IS,
      fails = "`not_found` if there is no such job." .. MAYBE,
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
      text = "If a retry finds the job gone, the call has succeeded.",
      parameters = { OPTIONS },
      returns = { "true", "done", "" },
      fails = "`not_found` if there is no such job.",
      example = [[
print(job:delete()) --> true
print(select(2, job:delete()).kind) --> not_found
]],
      source = "docs and clients",
    },
    {
      name = "upload_completed",
      operation = "upload_completed",
      summary = "Tells the service that the input has been uploaded to the job's `dataSource.params.tempUrl`. "
        .. "`job:upload` does this itself.",
      parameters = { OPTIONS },
      returns = AS_IT_IS,
      fails = "`bad_request` if nothing was uploaded." .. MAYBE,
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
          text = "how long to wait at most, whatever else is set; no limit if omitted. The job is refreshed a last "
            .. "time shortly before it passes.",
        },
        {
          name = "interval",
          type = "number",
          unit = "seconds",
          text = "between the first refresh and the second; 1 if omitted",
        },
        {
          name = "max_interval",
          type = "number",
          unit = "seconds",
          text = "the longest time between two refreshes: the interval grows by half each time; if omitted, 10, or "
            .. "`interval` if that is more",
        },
        {
          name = "on_progress",
          type = "fun(job: bytenite.Job, fraction: number)",
          text = "called after each refresh with the job and its progress, judging by its state: 0 to 1, never "
            .. "less than before",
        },
      },
    },
  },
}
