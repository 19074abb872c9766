--- Methods of clients that run functions concurrently.
return {
  name = "Client",
  title = "Many at once",
  prefix = "client:",
  text = "`map` and `async` run functions as *tasks*. In a task the calls are the same as everywhere, but they suspend it, and "
    .. "others run meanwhile. No event loop is needed: everything that waits (`map`, `get`, `wait_all`, `wait_any`, `step`, a "
    .. "plain call) runs all calls and tasks of the client.\n\n"
    .. "- **What suspends:** a call of the task's own client, made by the task's function or by what that calls, through "
    .. "`pcall` and `for` too. A call blocks in a coroutine that the program made itself (a generator, say), in what "
    .. "`string.gsub` or `table.sort` call, and when it is another client's. While a task blocks in a "
    .. "call no other task runs, and time limits of what waits outside of it are looked at when it is done; while the program "
    .. "waits for one client the others stand still.\n"
    .. "- **Connections:** there are at most `max_connections`, and as many calls on the wire; the others wait in the order in "
    .. "which they were made, while their `deadline` runs and their `timeout` does not. `map`, `async` and plain calls use the "
    .. "same connections; over HTTP/2 calls share one, as far as the server lets them. The first call of a client to a TLS "
    .. "server goes ahead alone, for at most 1 s, to see whether its connection can be shared.\n"
    .. "- **Retries** are timers: a task that waits for one delays no other task, nor does one that waits for a token. One token "
    .. "exchange serves all.\n"
    .. "- **Rate limits:** after a 429 the client sends nothing for tasks until the time has passed that the service asked for, "
    .. "or that the call waits before its retry. Requests in flight continue, and plain calls are not delayed. A delay of more "
    .. "than 60 s pauses nothing: the call returns it as `retry_after`.\n"
    .. "- **Cancelling** ends a task where it waits: its `<close>` variables are closed, its call's transfer is dropped. An "
    .. "update that was on the wire may have been done all the same: `refresh` tells.\n\n"
    .. "A program's functions run one at a time: one that computes for long holds up the others. Calls on one job take turns. "
    .. "Source: module; that a 429 can occur: inferred.",

  functions = {
    {
      name = "map",
      generic = "T",
      summary = "Runs a function over items, some of them at once, and waits until all are done.",
      text = "Results stand in the order of the items. An item failed when its function raised, or returned nil or false with "
        .. "an error; it stops the others only with `stop_on_error`. From an iterator only the counts are kept, so that memory "
        .. "stays flat however many items there are: take values and errors in `on_done`. The iterator, the function and "
        .. "`on_done` may make calls, and use `map` themselves.",
      parameters = {
        { "items", "T[]|(fun(): T?)", "a list; or an iterator function, called until it returns nil" },
        { "run", "fun(item: T, index: integer): any, any", "called with each item and its index" },
        { "options", "bytenite.MapOptions?", "see [MapOptions](#mapoptions)" },
      },
      returns = { "bytenite.Results", "results", "see [Results](#results); errors are in there" },
      raises = "Items that are neither list nor function, an unknown option; whatever the iterator or `on_done` raise. What is "
        .. "pending is cancelled then.",
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
      summary = "Runs a function while others wait.",
      text = "It starts when something next waits on the client, or an event loop drives it. **A future that is not "
        .. "kept is cancelled when it is collected, unless a loop drives the client**; see [Futures](#futures).",
      parameters = { { "run", "fun(...): ...", "the function" }, { "...", "any", "its arguments" } },
      returns = { "bytenite.Future", "future", "" },
      raises = "What cannot be called.",
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
      summary = "Waits until all of some futures are done.",
      parameters = {
        { "futures", "bytenite.Future[]", "of this client" },
        { "seconds", "number?", "to wait at most, above 0; no limit when left out" },
      },
      returns = { "bytenite.Results", "results", "how each ended, in the order of the list; see [Results](#results)" },
      fails = "`timeout` when the seconds have passed. The functions continue.",
      raises = "If `futures` is not a list of this client's futures; seconds that cannot be.",
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
      summary = "Waits until one of some futures is done.",
      text = "When several are, it is the first of them in the list. Each call goes through the list: for more than some "
        .. "hundred functions take `map` with `on_done`.",
      parameters = {
        { "futures", "bytenite.Future[]", "of this client, at least one" },
        { "seconds", "number?", "to wait at most, above 0; no limit when left out" },
      },
      returns = { "bytenite.Future", "future", "one that is done" },
      second = { "integer", "index", "its place in the list" },
      fails = "`timeout` when the seconds have passed. The functions continue.",
      raises = "An empty list, or one of anything but this client's futures; seconds that cannot be.",
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
          text = "functions that run at once, 1 to 1000000; 64 when left out. More than `max_connections` have their calls "
            .. "wait for a connection, within the calls' `deadline`.",
        },
        {
          name = "on_done",
          type = "fun(index: integer, ok: boolean, value: any)",
          text = "called as soon as an item is done, in the order in which they end, with its value or error; not for "
            .. "cancelled ones",
        },
        {
          name = "stop_on_error",
          type = "boolean",
          text = "after the first failure cancels the pending items and starts no other; false when left out",
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
        { name = "value", type = "any?", text = "what it returned first" },
        {
          name = "error",
          type = "bytenite.Error|any?",
          text = "what it returned second or what it raised: an [error](#errors), or any value that the program raised. Of kind "
            .. "`cancelled` for one that was cancelled or never started.",
        },
      },
    },
  },
}
