--- The module itself.
return {
  name = "bytenite",
  title = "The module",
  prefix = "bytenite.",
  text = 'What `require "bytenite"` returns.',

  values = {
    {
      name = "null",
      type = "any", -- so that the language server lets it stand for any member
      text = "JSON's null, the same value as `cjson.null`. It is not nil, and it is truthy: compare with it. A "
        .. "declared member that the service sends as null is absent from the table; inside free-form values "
        .. "(`params.app`, `params.partitioner`, `params.assembler`, a data source's `params`, members this module "
        .. "does not know) null arrives as this value. To send null, give it for any member.",
      example = [[
assert(job:set_params { app = { prompt = "A sunset", seed = bytenite.null } })
print(job.params.app.seed == bytenite.null)    --> true
print(job.params.app.seed and "it is truthy")  --> it is truthy
print(job.startedAt)                           --> nil
]],
      source = "module",
    },
    {
      name = "Job",
      type = "bytenite.Job",
      text = "The methods of jobs, for when a member of the same name hides one.",
      example = [[
assert(bytenite.Job.set_name(job, "My Job"))
print(job.name) --> My Job
]],
      source = "module",
    },
    {
      name = "datasource",
      type = "bytenite.datasource",
      text = "Constructors of data sources; see [Data sources](#data-sources).",
      source = "module",
    },
    { name = "_VERSION", type = "string", text = "The module's name and version.", source = "module" },
  },

  functions = {
    {
      name = "new",
      summary = "Makes a client. Nothing is sent until the first call.",
      text = "A client holds its connections, its access token and its limits. Make one and keep it: its calls "
        .. "share connections. Declare it `<close>`, or call `close`. Options override environment variables; a "
        .. "token takes precedence over a key. Without credentials the first call fails with `no_credentials`.",
      parameters = { { "options", "bytenite.Options?", "all of them optional; see [Options](#options)" } },
      returns = { "bytenite.Client", "client", "" },
      raises = "An unknown option (the message suggests the one that was probably meant), or an invalid value.",
      example = [[
local bytenite = require "bytenite"
local client <close> = bytenite.new { timeout = 10, max_retries = 5 }
print(client) --> bytenite client of http...
]],
      source = "module",
    },
    {
      name = "array",
      summary = "Marks a table as a list, so that an empty one is written as `[]` and not as `{}`.",
      text = "Lists that come from the service carry the mark already. lua-cjson's marks (`array_mt`, "
        .. "`empty_array`, `empty_array_mt`) are honoured if lua-cjson has them.",
      parameters = { { "items", "table?", "a new empty table if omitted; its metatable is replaced" } },
      returns = { "table", "items", "the same table" },
      raises = "If `items` is not a table.",
      example = [[
print(bytenite.encode { tags = {} })                --> {"tags":{}}
print(bytenite.encode { tags = bytenite.array {} }) --> {"tags":[]}
]],
      source = "module",
    },
    {
      name = "encode",
      summary = "Writes a value as JSON, the way the calls do.",
      text = "Integers are written exactly, floats in the shortest form that reads back as the same number, whole "
        .. "numbers without a fraction. A table with items 1 to n becomes a list; an empty table becomes an object "
        .. "unless it is marked with `array`. The order of an object's members is not fixed unless `sorted` is "
        .. "given.",
      parameters = {
        { "value", "any", "a table, string, number, boolean or `bytenite.null`" },
        {
          "options",
          "{sorted?: boolean|string[], indent?: integer}?",
          "`sorted`: true to sort members by name, or a list of the names that come first; `indent`: spaces per "
            .. "level, 1 to 8, for text on several lines",
        },
      },
      returns = { "string", "text", "" },
      raises = "A value that JSON cannot hold, with its place: functions, userdata, NaN and infinities, invalid "
        .. "UTF-8, tables that are sparse or mixed, contain themselves or are more than 128 levels deep.",
      example = [[
print(bytenite.encode { 9007199254740993, 0.1, 5.0, bytenite.null }) --> [9007199254740993,0.1,5,null]
print(pcall(bytenite.encode, { frames = { 1, 2, print } }))
--> false ...encode: frames[3]: cannot write a function
print(bytenite.encode({ b = 1, a = { 2 }, id = "x" }, { sorted = { "id" } })) --> {"id":"x","a":[2],"b":1}
]],
      source = "module",
    },
    {
      name = "log",
      summary = "Makes an `on_event` that writes a line for each request, response, retry and token.",
      text = "For debugging. The lines hold no secret. The module itself never prints: it writes only to this "
        .. "stream.",
      parameters = { { "stream", "table|userdata", "an open file, or any object with a method `write`" } },
      returns = { "fun(event: bytenite.Event)", "on_event", "for `bytenite.new`" },
      raises = "If `stream` cannot be written to.",
      example = [[
local lines = {}
local sink = { write = function(_, line) lines[#lines + 1] = line end }
local debugged <close> = bytenite.new { on_event = bytenite.log(sink) }
assert(debugged:get_job(job.id))
print((lines[#lines]:gsub("\n", ""))) --> ...bytenite: < GET /v1/customer/jobs/...: 200 in ... s
]],
      source = "module",
    },
    {
      name = "decode",
      summary = "Reads JSON, the way the calls do.",
      text = "A number without a fraction or an exponent becomes an integer if it fits in 64 bits, any other a "
        .. "float. null becomes `bytenite.null`. Lists are marked as by `array`.",
      parameters = {
        { "text", "string", "strict RFC 8259: one value, valid UTF-8, no duplicate members, at most 128 levels deep" },
      },
      returns = { "any", "value", "" },
      fails = "`protocol`, with the place in the text.",
      raises = "If `text` is not a string.",
      example = [[
local saved = bytenite.encode(job)                        -- a job is a plain table
local again = client:job(assert(bytenite.decode(saved)))  -- and a table with an id is a job again
print(again.name) --> Nightly batch
print(bytenite.decode "{") --> nil protocol: not JSON: ...
]],
      source = "module",
    },
    {
      name = "time",
      summary = "Turns a timestamp such as `job.createdAt` into seconds since 1970-01-01T00:00:00Z.",
      text = "A timestamp the service has not set is absent: test for nil first.",
      parameters = { { "timestamp", "string", "RFC 3339, with any offset and any number of fractional digits" } },
      returns = { "number", "seconds", "an integer, or a float if the timestamp has a fraction" },
      fails = "`protocol` if the text is not a timestamp.",
      raises = "If `timestamp` is not a string.",
      example = [[
print(bytenite.time "2025-08-27T21:51:41Z")     --> 1756331501
print(bytenite.time "2025-08-27T21:51:41.803Z") --> 1756331501.803
print(job.startedAt and bytenite.time(job.startedAt) or "not started") --> not started
]],
      source = "The format: clients",
    },
  },
}
