--- Futures: what client:async returns.
return {
  name = "Future",
  title = "Futures",
  prefix = "future:",
  text = "What `client:async` returns. Only `get` and `wait_all` report what its function raises. "
    .. "`tostring(future)` says whether it is pending, done or cancelled.\n\n"
    .. "**A future that is not kept is cancelled when it is collected**, and its call with it; as with any coroutine that is "
    .. "collected, its `<close>` variables are not closed then. That changes once a loop "
    .. "drives the client, that is after the first `step` or `pollable`, or with an adapter: from then on the client itself "
    .. "keeps its futures until they end.\n\n"
    .. "When the client is closed the calls of its futures give the error `closed`, and their functions receive it.",

  functions = {
    {
      name = "get",
      summary = "Waits for the function's end and returns what it returned, all of it.",
      text = "May be called again, from several places. In a task it suspends.",
      parameters = { { "seconds", "number?", "to wait at most, above 0; no limit when left out" } },
      returns = { "any", "...", "what the function returned" },
      fails = "`timeout` when the seconds have passed, and the function continues; `cancelled`; and what the function itself "
        .. "returned.",
      raises = "What the function raised; seconds that cannot be.",
      example = [[
local future = client:async(client.get_job, client, job.id)
print(future:get().name) --> Nightly batch

local slow = client:async(client.get_job, client, job.id)
local none, err = slow:get(0.000001)
print(none, err.kind)       --> nil timeout
print(slow:get(60).name)    --> Nightly batch
]],
      source = "module",
    },
    {
      name = "done",
      summary = "Tells whether the function has ended, or was cancelled. Nothing is waited for or moved on.",
      parameters = {},
      returns = { "boolean", "done", "" },
      example = [[
local future = client:async(client.get_job, client, job.id)
print(future:done()) --> false
future:get()
print(future:done()) --> true
]],
      source = "module",
    },
    {
      name = "cancel",
      summary = "Ends the function where it waits: its call is cancelled, its `<close>` variables are closed.",
      text = "Nothing happens when it has ended. An update that was on the wire may have been done all the same. "
        .. "`local future <close>` calls it at the end of the block.",
      parameters = {},
      example = [[
do
  local future <close> = client:async(client.get_job, client, job.id)
end -- whatever is left to do is cancelled here

local future = client:async(client.get_job, client, job.id)
future:cancel()
local none, err = future:get()
print(future:done(), none, err.kind) --> true nil cancelled
]],
      source = "module",
    },
  },
}
