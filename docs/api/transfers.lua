--- Uploads, downloads and the stream of events: calls whose bodies go through in pieces.
local transfers <const> = {}

local LIMITS <const> = "Takes `timeout`, `max_retries` and `deadline` as every call does, but `timeout` is how long no byte may "
  .. "move, and there is no `deadline` unless one is given."

transfers.job = {
  name = "Job",
  title = "Uploads and downloads",
  prefix = "job:",
  text = "Files are sent and received in pieces of about 64 KiB, whatever their size. The addresses are signed by the "
    .. "service: they get no Authorization, redirects are not followed, and plain http is for loopback hosts unless "
    .. "`allow_http` is set. An address of this machine is refused unless `base_url` is one too. "
    .. "Failed attempts are repeated like those of other calls; a download resumes where it broke off if "
    .. "the server supports that, and its attempts are counted anew from there. Inside tasks and event loops both suspend, and "
    .. "readers and `on_progress` may make calls themselves; a transfer holds one of the client's `max_connections` meanwhile. "
    .. "An upload from a function, or from a file that has no size, is not repeated once it was read.\n\n"
    .. LIMITS,

  functions = {
    {
      name = "upload",
      summary = "Sends the job's input, and tells the service that it is there.",
      text = "The bytes go to `job.dataSource.params.tempUrl` by PUT, as they are; then comes `upload_completed`. The job's "
        .. "data source must be of the kind `file`: the address comes with it, and a job without one is refreshed first. How "
        .. "long the address serves is not documented: `set_datasource` gives a new one.",
      parameters = {
        {
          "source",
          "string|file*|fun(): string?|{data: string}",
          "a path; an open file, sent from where it stands; a function that returns the next piece, nil at the end; or a "
            .. "table with the bytes themselves",
        },
        { "options", "bytenite.UploadOptions?", "see [UploadOptions](#uploadoptions)" },
      },
      returns = { "bytenite.Job", "job", "as it is, not refreshed" },
      fails = "`file` when the source cannot be read, changes meanwhile or has another size than announced; "
        .. "`permission_denied` when the address has expired; `unexpected` when the job has none. The input can be sent again.",
      raises = "A source of another type, one whose size is not known, an unknown option; whatever a reader or `on_progress` "
        .. "raise.",
      example = [[
assert(job:set_datasource { dataSource = bytenite.datasource.file(), dataDestination = bytenite.datasource.bucket() })
assert(job:upload({ data = "a line\n" }, { on_progress = function(sent, total) print(sent, total) end }))
--> 7 7
print(job:upload "no-such-file.txt") --> nil file: cannot read no-such-file.txt: No such file or directory
]],
      source = "docs (the PUT and its header); clients; the rest: module",
    },
    {
      name = "download",
      summary = "Fetches the job's results into a folder, which is made when it is missing, with those above it.",
      text = "Names may hold slashes: folders on the way are made. `out//b` and `./out/b` are `out/b`, and an empty result "
        .. "whose name ends in a slash is a folder. A name that leads out of the folder (`..`, an absolute one), holds a "
        .. "backslash, control characters or characters that turn the direction of text, has more than 64 folders or is too "
        .. "long, or clashes with that of another result (also `a` with `a/b`, and `A` with `a`), is refused before anything is "
        .. "fetched: `file_name` can give others. So is a file that exists, unless `existing` says otherwise. Symbolic links in "
        .. "the folder are never followed. Each file is written under a temporary name and renamed when it is whole.\n\n"
        .. "Eight files are fetched at once, or as many as `concurrency` says. The first that fails ends the others: what is "
        .. "incomplete is removed, what is whole stays. `on_progress` runs in tasks of the client, as functions of `client:map` "
        .. "do: its calls suspend, and the other files continue meanwhile.",
      parameters = {
        { "folder", "string", "its path" },
        { "options", "bytenite.DownloadOptions?", "see [DownloadOptions](#downloadoptions)" },
      },
      returns = { "bytenite.DownloadedFile[]", "files", "see [DownloadedFile](#downloadedfile)" },
      fails = "those of `results`; `file` for an unsafe name, a file that exists or one that cannot be written; "
        .. "`permission_denied` when a link has expired; `not_found` when there is no such result. `err.file` names the file. "
        .. "Behind the error comes a list of the files that are whole, in the order of the results.",
      raises = "An unknown option; whatever `file_name` or `on_progress` raise.",
      example = [[
assert(job:set_datasource { dataSource = bytenite.datasource.url "https://example.org/in.txt" })
assert(job:run())
assert(job:wait { interval = 0.05 })
local folder = os.tmpname()
os.remove(folder)
for _, file in ipairs(assert(job:download(folder))) do
  print(file.name, file.size > 0)
end
os.execute("rm -r " .. folder)
--> ... true
]],
      source = "clients (names and links); the rest: module",
    },
  },

  members = {
    {
      name = "UploadOptions",
      of = "The last argument of `upload`, besides the limits that every call takes.",
      fields = {
        {
          name = "on_progress",
          type = "fun(sent: integer, total: integer)",
          unit = "bytes",
          text = "called after each piece that was handed over; `sent` falls back when an attempt is repeated",
        },
        {
          name = "size",
          type = "integer",
          unit = "bytes",
          text = "of the whole; needed for a function and for a file that has no size (a pipe): storage wants to know it first",
        },
      },
    },
    {
      name = "DownloadOptions",
      of = "The last argument of `download`, besides the limits that every call takes.",
      fields = {
        { name = "result", type = "string", text = "the name of the only result that is wanted" },
        {
          name = "file_name",
          type = "fun(result: bytenite.JobResult, index: integer): string",
          text = "gives the path below the folder; the result's name when left out",
        },
        {
          name = "existing",
          type = '"error"|"skip"|"replace"',
          text = "what to do about files that exist: `error`, the default, fetches nothing then; `skip` keeps them; `replace` "
            .. "overwrites them, with the mode that they have",
        },
        {
          name = "decode",
          type = "boolean",
          text = "whether to undo the `Content-Encoding` of an object (gzip, deflate); by default it is written as it is stored",
        },
        {
          name = "on_progress",
          type = "fun(received: integer, total: integer?, name: string, all: bytenite.DownloadTotal)",
          unit = "bytes",
          text = "called after each piece of a file that was written, and once more when the file has its name; `total` is nil "
            .. "where the server does not tell; `received` falls back only if a file starts again, `all` never does: see "
            .. "[DownloadTotal](#downloadtotal)",
        },
        {
          name = "concurrency",
          type = "integer",
          default = 8,
          text = "how many files to fetch at once; at most one fewer than `max_connections`, so that `on_progress` can make "
            .. "calls",
        },
      },
    },
    {
      name = "DownloadTotal",
      of = "How far a download is as a whole. No member ever falls.",
      is_result = true,
      fields = {
        { name = "files", type = "integer", text = "all of them, including those that are kept" },
        { name = "done", type = "integer", text = "that have their names" },
        { name = "received", type = "integer", unit = "bytes", text = "of all files; none of those that are kept" },
        { name = "fraction", type = "number", text = "from 0 to 1, every file counts alike; 1 when all are done" },
      },
    },
    {
      name = "DownloadedFile",
      of = "What `download` returns a list of.",
      is_result = true,
      fields = {
        { name = "name", type = "string", text = "below the folder" },
        { name = "path", type = "string", text = "the folder's path and the name" },
        { name = "size", type = "integer", unit = "bytes", text = "of the file" },
        { name = "skipped", type = "boolean", text = "true if it existed and was kept; otherwise nil" },
      },
    },
  },
}

transfers.events = {
  name = "Client",
  title = "Events of the service",
  prefix = "client:",
  text = "Experimental: no source shows how the service frames its events, nor which there are. What this understands is an "
    .. "object a line, and server-sent events whose data is such an object. Watching a job is what `job:wait` is for.",

  functions = {
    {
      name = "each_event",
      operation = "events",
      summary = "Iterates over what happens, as it happens.",
      text = "For a generic `for` alone: a `break` ends the stream. The loop ends when the service ends the stream; a failure "
        .. "is raised as the error value, also one in the middle, since what happens before the next attempt would be missed.",
      parameters = {
        {
          "options",
          "bytenite.CallOptions?",
          "`timeout` is how long no byte may come, `max_response_bytes` bounds one event",
        },
      },
      returns = { "fun(): bytenite.Event?", "iterator", "gives [Event](#event) after Event" },
      raises = "In the loop: the error that ends it, as any call gives one.",
      example = [[
assert(job:set_datasource { dataSource = bytenite.datasource.url "https://example.org/in.txt" })
client:async(function() assert(job:run()) end) -- while we listen
for event in client:each_event() do
  print(event.event, event.data.jobId == job.id)
  break
end
--> ... true
]],
      source = "docs, clients (that it exists, and the members); the framing: inferred",
    },
  },
}

return transfers
