--- Futures: what client:async returns.
return {
  name = "Future",
  title = "Futures",
  prefix = "future:",
  text = "What `client:async` returns. Only `get` and `wait_all` report errors that its function raises. "
    .. "`tostring(future)` says whether it is pending, done or cancelled.\n\n"
    .. "**A future that is not kept is cancelled when it is collected**, and its call with it; as with any "
    .. "coroutine that is collected, its `<close>` variables are not closed then. This changes once a loop drives "
    .. "the client (after the first `step` or `pollable`, or with an adapter): from then on the client itself "
    .. "keeps its futures until they end.\n\n"
    .. "When the client is closed, the calls of its futures fail with `closed`, and their functions receive this "
    .. "error.",

  functions = {
    {
      name = "get",
      summary = "Waits until the function ends, and returns all that it returned.",
      text = "May be called more than once, and from several tasks. In a task it suspends.",
      parameters = { { "seconds", "number?", "how long to wait at most, above 0; no limit if omitted" } },
      returns = { "any", "...", "what the function returned" },
      fails = "`timeout` if the time has passed (the function continues); `cancelled`; and errors that the "
        .. "function itself returned.",
      raises = "Errors that the function raised; an invalid number of seconds.",
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
      summary = "Returns whether the function has ended or was cancelled. It neither waits nor drives the client.",
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
      text = "Does nothing if the function has ended. An update that was in flight may still have been made. "
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
