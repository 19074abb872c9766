--- Event loops: what any of them needs, and the adapters.
local loops <const> = {}

loops.client = {
  name = "Client",
  title = "Event loops",
  prefix = "client:",
  text = "A program that has an event loop lets it drive the client. For cqueues and luv there are adapters, "
    .. "below. Any other loop needs `pollable` and `step`:\n\n"
    .. "1. Wait until the descriptor `pollfd()` is readable. It is readable when there is something to do, for a "
    .. "transfer or because a timer has expired: the loop needs no timer of its own for the client.\n"
    .. "2. Then call `client:step()`. When that returns false nothing is pending, and the loop may stop waiting.\n"
    .. "3. Wait again when `async` or a call has started something: the descriptor is readable then.\n\n"
    .. "[examples/select.lua](../examples/select.lua) does this with luasocket's `select`. On a system with "
    .. "neither epoll nor kqueue `pollfd()` is nil: call `step` every `timeout()` seconds.",

  functions = {
    {
      name = "step",
      summary = "Runs calls and tasks as far as possible without waiting.",
      text = "After the first call of `step` the client keeps its futures until they end. A program without an "
        .. "event loop can use `step`, too, to run all that is pending.",
      parameters = {
        {
          "seconds",
          "number?",
          "how long to wait for something to do if there is nothing at first; 0 if omitted",
        },
      },
      returns = { "boolean", "busy", "whether anything is still pending" },
      raises = "An invalid number of seconds.",
      example = [[
local future = client:async(client.get_job, client, job.id)
while client:step(1) do end
print(future:done()) --> true
]],
      source = "module",
    },
    {
      name = "pollable",
      summary = "Returns the object that an event loop waits for, by the protocol of cqueues. It is always the "
        .. "same object.",
      text = "After the first call of `pollable` the client keeps its futures until they end.",
      parameters = {},
      returns = { "bytenite.Pollable", "pollable", "" },
      example = [[
local cqueues = require "cqueues"
local pollable = client:pollable()
local future = client:async(client.get_job, client, job.id)
while client:step() do
  cqueues.poll(pollable)
end
print(future:get().name) --> Nightly batch
]],
      source = "module",
    },
  },
}

loops.pollable = {
  name = "Pollable",
  prefix = "pollable:",

  functions = {
    {
      name = "pollfd",
      summary = "Returns the descriptor to wait for: one for all transfers and timers of the client.",
      text = "It stays the same until the client is closed. Only wait for it: do not read or close it.",
      parameters = {},
      returns = { "integer?", "descriptor", "nil on a system with neither epoll nor kqueue, and after `close`" },
      example = [[
print(math.type(client:pollable():pollfd())) --> integer
]],
      source = "module",
    },
    {
      name = "events",
      summary = "Returns what to wait for on the descriptor: that it is readable.",
      parameters = {},
      returns = { "string", "events", '`"r"`' },
      example = [[
print(client:pollable():events()) --> r
]],
      source = "module",
    },
    {
      name = "timeout",
      summary = "Returns how long to wait for the descriptor at most. It is readable by then.",
      parameters = {},
      returns = { "number?", "seconds", "nil for no limit" },
      example = [[
local pollable = client:pollable()
local future = client:async(client.get_job, client, job.id)
print(pollable:timeout() == 0) --> true
future:get()
]],
      source = "module",
    },
  },
}

loops.cqueues = {
  name = "bytenite.loop.cqueues",
  prefix = 'require("bytenite.loop.cqueues").',
  holder = "loop", -- what the types call it

  functions = {
    {
      name = "attach",
      summary = "Lets a cqueues controller drive a client. Needs the rock cqueues.",
      text = "Calls, `map`, `get` and the other waits then suspend the coroutines that the controller runs, and "
        .. "those of `client:async`; elsewhere they block, and the controller with them. The controller's loop "
        .. "ends when nothing is left to do. A client has one adapter: attaching another one replaces it.",
      parameters = {
        { "client", "bytenite.Client", "" },
        { "controller", "any", "what `cqueues.new()` returned" },
      },
      returns = { "bytenite.Client", "client", "the same" },
      raises = "If `controller` is not a controller; a missing rock, at `require`.",
      example = [[
local cqueues = require "cqueues"
local controller = cqueues.new()
require("bytenite.loop.cqueues").attach(client, controller)

controller:wrap(function() print(assert(client:get_job(job.id)).name) end)
controller:wrap(function() print "meanwhile" end)
assert(controller:loop())
--> meanwhile
--> Nightly batch
]],
      source = "module",
    },
  },
}

loops.luv = {
  name = "bytenite.loop.luv",
  prefix = 'require("bytenite.loop.luv").',
  holder = "loop",

  functions = {
    {
      name = "attach",
      summary = "Lets libuv's loop drive a client. Needs the rock luv.",
      text = "libuv has no coroutines, so calls, `map`, `get` and the other waits suspend inside `client:async` "
        .. "and `client:map` only: anywhere else, in callbacks too, they block, and libuv's loop with them. "
        .. "`uv.run` returns when nothing is left to do.",
      parameters = { { "client", "bytenite.Client", "" } },
      returns = { "bytenite.Client", "client", "the same" },
      raises = "A missing rock, at `require`.",
      example = [[
local uv = require "luv"
require("bytenite.loop.luv").attach(client)

client:async(function() print(assert(client:get_job(job.id)).name) end)
local timer = uv.new_timer()
timer:start(0, 0, function()
  print "meanwhile"
  timer:close()
end)
uv.run()
--> meanwhile
--> Nightly batch
]],
      source = "module",
    },
  },
}

return loops
