--- Methods of clients that run functions concurrently.
return {
  name = "Client",
  title = "Many at once",
  prefix = "client:",
  text = "`map` and `async` run functions as *tasks*. In a task calls are made as everywhere else, but they "
    .. "suspend the task, and other tasks run meanwhile. No event loop is needed: everything that waits (`map`, "
    .. "`get`, `wait_all`, `wait_any`, `step`, a plain call) drives all calls and tasks of the client.\n\n"
    .. "- **What suspends:** a call of the task's own client, made by the task's function or by functions that it "
    .. "calls, through `pcall` and `for` too. A call blocks in a coroutine that the program created (a generator, "
    .. "say), in a callback of `string.gsub` or `table.sort`, and if it belongs to another client. While a task "
    .. "blocks in a call, no other task runs, and the time limits of other calls are checked when it is done; "
    .. "while the program waits for one client, the others make no progress.\n"
    .. "- **Connections:** there are at most `max_connections`, and as many calls in flight; the others wait in "
    .. "the order in which they were made, while their `deadline` runs and their `timeout` does not. `map`, "
    .. "`async` and plain calls use the same connections; over HTTP/2 calls share a connection, as far as the "
    .. "server allows. A client's first call to a TLS server goes ahead alone, for at most 1 s, to find out "
    .. "whether its connection can be shared.\n"
    .. "- **Retries** use timers: a task that waits for a retry or for a token delays no other task. One token "
    .. "exchange serves all calls.\n"
    .. "- **Rate limits:** after a 429 the client sends nothing for tasks until the delay that the service asked "
    .. "for, or the one before the call's retry, has passed. Requests in flight continue, and plain calls are not "
    .. "delayed. A delay of more than 60 s does not pause the client: the call returns it as `retry_after`.\n"
    .. "- **Cancelling** ends a task where it waits: its `<close>` variables are closed, its call's transfer is "
    .. "aborted. An update that was in flight may still have been made: `refresh` shows whether it was.\n\n"
    .. "A program's functions run one at a time: one that computes for a long time delays the others. Calls on one "
    .. "job take turns. Source: module; that a 429 can occur: inferred.",

  functions = {
    {
      name = "map",
      generic = "T",
      summary = "Runs a function for each item, several at a time, and waits until all are done.",
      text = "Results are in the order of the items. An item has failed if its function raised, or returned nil or "
        .. "false with an error; a failure stops the others only with `stop_on_error`. For an iterator only the "
        .. "counts are kept, so that memory use does not grow with the number of items: use `on_done` to get "
        .. "values and errors. The iterator, the function and `on_done` may make calls and use `map` themselves.\n\n"
        .. "To show progress, count in `on_done`. To cancel a map, run it as a future and cancel that, or raise in "
        .. "`on_done`: pending items are cancelled, and no others start. The results are lost then; a map that "
        .. "`stop_on_error` has ended returns them. For examples see the guide "
        .. "[Many at once](guides/many-at-once.md#progress-and-cancellation).",
      parameters = {
        { "items", "T[]|(fun(): T?)", "a list; or an iterator function, called until it returns nil" },
        { "run", "fun(item: T, index: integer): any, any", "called with each item and its index" },
        { "options", "bytenite.MapOptions?", "see [MapOptions](#mapoptions)" },
      },
      returns = { "bytenite.Results", "results", "see [Results](#results), which hold the errors too" },
      raises = "Items that are neither a list nor a function, an unknown option; errors from the iterator or "
        .. "`on_done`. Pending items are cancelled then.",
      example = [[
local jobs = { job, client:job "no-such-job", assert(client:create_job { templateId = "img-gen" }) }
local results = client:map(jobs, function(each) return each:set_configs { jobTimeout = 7200 } end)
print(results.succeeded, results.failed)         --> 2 1
print(results[1].ok, results[1].value == job)    --> true true
print(results[2].ok, results[2].error.kind)      --> false not_found

-- several calls an item, and items that are read one by one: io.lines "ids.txt" would do, too
local ids = (job.id .. " " .. jobs[3].id):gmatch "%S+"
local counts = client:map(ids, function(id)
  local each = assert(client:get_job(id)) -- what it raises is the item's error
  assert(each:set_name "Renamed")
  return each:refresh()
end, { concurrency = 8, on_done = function(index, ok, value) assert(ok, value) end })
print(counts.succeeded, counts[1]) --> 2 nil
]],
      source = "module",
    },
    {
      name = "async",
      summary = "Runs a function as a task: while it waits, other tasks run.",
      text = "It starts when the program next waits for the client, or when an event loop drives the client. **A "
        .. "future that is not kept is cancelled when it is collected, unless a loop drives the client**; see "
        .. "[Futures](#futures).",
      parameters = { { "run", "fun(...): ...", "the function" }, { "...", "any", "its arguments" } },
      returns = { "bytenite.Future", "future", "" },
      raises = "If `run` cannot be called.",
      example = [[
local fetched = client:async(client.get_job, client, job.id)
local created = client:async(function()
  local new = assert(client:create_job { templateId = "img-gen" })
  return new:set_name "My Job"
end)
print(fetched:get().name, created:get().name) --> Nightly batch My Job
]],
      source = "module",
    },
    {
      name = "wait_all",
      summary = "Waits until all given futures are done.",
      parameters = {
        { "futures", "bytenite.Future[]", "of this client" },
        { "seconds", "number?", "how long to wait at most, above 0; no limit if omitted" },
      },
      returns = { "bytenite.Results", "results", "how each ended, in the order of the list; see [Results](#results)" },
      fails = "`timeout` if the time has passed. The functions continue.",
      raises = "If `futures` is not a list of this client's futures; an invalid number of seconds.",
      example = [[
local results = assert(client:wait_all({
  client:async(client.get_job, client, job.id),
  client:async(client.get_job, client, "no-such-job"),
}, 60))
print(results[1].value.name, results[2].error.kind) --> Nightly batch not_found
print(results.succeeded, results.failed)            --> 1 1
]],
      source = "module",
    },
    {
      name = "wait_any",
      summary = "Waits until one of the given futures is done.",
      text = "If several are done, it returns the first of them in the list. Each call goes through the whole "
        .. "list: for more than a few hundred functions use `map` with `on_done`.",
      parameters = {
        { "futures", "bytenite.Future[]", "of this client, at least one" },
        { "seconds", "number?", "how long to wait at most, above 0; no limit if omitted" },
      },
      returns = { "bytenite.Future", "future", "one that is done" },
      second = { "integer", "index", "its position in the list" },
      fails = "`timeout` if the time has passed. The functions continue.",
      raises = "An empty list, or one that holds anything but this client's futures; an invalid number of seconds.",
      example = [[
local pending, found = {}, 0
for index, id in ipairs { job.id, "no-such-job", job.id } do
  pending[index] = client:async(client.get_job, client, id)
end
while #pending > 0 do
  local future, index = client:wait_any(pending)
  table.remove(pending, index)
  if future:get() then found = found + 1 end
end
print(found) --> 2
]],
      source = "module",
    },
  },

  members = {
    {
      name = "MapOptions",
      of = "The last argument of `map`.",
      fields = {
        {
          name = "concurrency",
          type = "integer",
          text = "how many functions run at once, 1 to 1000000; 64 if omitted. If that is more than "
            .. "`max_connections`, calls wait for a connection, within their `deadline`.",
        },
        {
          name = "on_done",
          type = "fun(index: integer, ok: boolean, value: any)",
          text = "called as soon as an item is done, in the order in which items end, with its value or error; not "
            .. "called for cancelled items",
        },
        {
          name = "stop_on_error",
          type = "boolean",
          text = "after the first failure, cancels the pending items and starts no others; false if omitted",
        },
      },
    },
    {
      name = "Results",
      of = "What `map` and `wait_all` return.",
      is_result = true,
      fields = {
        {
          name = "[integer]",
          type = "bytenite.Outcome",
          text = "how each item or future ended; nothing for an iterator's items",
        },
        { name = "succeeded", type = "integer", text = "how many succeeded" },
        { name = "failed", type = "integer", text = "how many failed" },
        { name = "cancelled", type = "integer", text = "how many were cancelled, or never started" },
      },
    },
    {
      name = "Outcome",
      of = "How an item of `map`, or a future of `wait_all`, ended.",
      is_result = true,
      fields = {
        {
          name = "ok",
          type = "boolean",
          text = "false when it raised, returned nil or false with an error, or was cancelled",
        },
        { name = "value", type = "any?", text = "its first returned value" },
        {
          name = "error",
          type = "bytenite.Error|any?",
          text = "its second returned value, or what it raised: an [error](#errors), or any value that the program "
            .. "raised. The kind is `cancelled` if it was cancelled or never started.",
        },
      },
    },
  },
}
