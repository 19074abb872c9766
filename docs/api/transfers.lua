--- Uploads, downloads and the stream of events: calls whose bodies go through in pieces.
local transfers <const> = {}

local LIMITS <const> = "Both take `timeout`, `max_retries` and `deadline` like every call, but `timeout` limits "
  .. "the time in which no byte moves, and there is no `deadline` unless one is given."

transfers.job = {
  name = "Job",
  title = "Uploads and downloads",
  prefix = "job:",
  text = "Files are sent and received in pieces of about 64 KiB, whatever their size. The addresses are signed by "
    .. "the service: requests to them carry no Authorization, redirects are not followed, and plain http is "
    .. "allowed for loopback hosts only, unless `allow_http` is set. An address of this machine is refused unless "
    .. "`base_url` is one too. Failed attempts are retried like those of other calls; a download resumes where it "
    .. "broke off if the server supports that, and its attempts are then counted anew. Inside tasks and event "
    .. "loops both suspend, and readers and `on_progress` may make calls themselves; meanwhile a transfer takes up "
    .. "one of the client's `max_connections`. An upload from a function, or from a file without a size, is not "
    .. "retried once something was read from it.\n\n"
    .. LIMITS,

  functions = {
    {
      name = "upload",
      summary = "Sends the job's input, and tells the service that it is there.",
      text = "The bytes are sent to `job.dataSource.params.tempUrl` by PUT, unchanged; then `upload_completed` is "
        .. "called. The job's data source must be of the kind `file`, which comes with the address; a job without "
        .. "an address is refreshed first. How long the address is valid is not documented: `set_datasource` gets "
        .. "a new one.",
      parameters = {
        {
          "source",
          "string|file*|fun(): string?|{data: string}",
          "a path; an open file, sent from its current position; a function that returns the next piece, and nil "
            .. "at the end; or a table with the bytes themselves",
        },
        { "options", "bytenite.UploadOptions?", "see [UploadOptions](#uploadoptions)" },
      },
      returns = { "bytenite.Job", "job", "not refreshed" },
      fails = "`file` if the source cannot be read, changes during the upload or differs from the announced size; "
        .. "`permission_denied` if the address has expired; `unexpected` if the job has no address. The input can "
        .. "be sent again.",
      raises = "A source of another type or of unknown size, an unknown option; errors from a reader or "
        .. "`on_progress`.",
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
      summary = "Fetches the job's results into a folder, which is created if it is missing, as are its parents.",
      text = "Names may contain slashes: the folders in them are created. `out//b` and `./out/b` mean `out/b`, and "
        .. "an empty result whose name ends in a slash is a folder. A name is refused before anything is fetched "
        .. "if it leads out of the folder (`..`, an absolute path), contains a backslash, control characters or "
        .. "characters that change the direction of text, has more than 64 folders, is too long, or clashes with "
        .. "the name of another result (also `a` with `a/b`, and `A` with `a`); `file_name` can return another "
        .. "name. A file that exists is refused too, unless `existing` says otherwise. Symbolic links in the "
        .. "folder are never followed. Each file is written under a temporary name and renamed when it is "
        .. "complete.\n\n"
        .. "Eight files are fetched at once, or as many as `concurrency` says. The first that fails ends the "
        .. "others: incomplete files are removed, complete ones stay. `on_progress` runs in tasks of the client, "
        .. "as functions of `client:map` do: its calls suspend, and the other files continue meanwhile. Its other "
        .. "yields (`coroutine.yield`, `cqueues.sleep`) return at once. It must not wait for another download, which may "
        .. "itself wait for this one to end.",
      parameters = {
        { "folder", "string", "its path" },
        { "options", "bytenite.DownloadOptions?", "see [DownloadOptions](#downloadoptions)" },
      },
      returns = { "bytenite.DownloadedFile[]", "files", "see [DownloadedFile](#downloadedfile)" },
      fails = "those of `results`; `file` for an unsafe name, a file that exists or one that cannot be written; "
        .. "`permission_denied` if a link has expired; `not_found` if there is no such result. `err.file` names "
        .. "the file. The third value is then a list of the files that are complete, in the order of the results.",
      raises = "An unknown option; errors from `file_name` or `on_progress`.",
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
      of = "The last argument of `upload`, in addition to the limits that every call takes.",
      fields = {
        {
          name = "on_progress",
          type = "fun(sent: integer, total: integer)",
          unit = "bytes",
          text = "called after each piece; `sent` starts over when an attempt is retried",
        },
        {
          name = "size",
          type = "integer",
          unit = "bytes",
          text = "the total size; required for a function and for a file without a size (a pipe), since storage "
            .. "needs it in advance",
        },
      },
    },
    {
      name = "DownloadOptions",
      of = "The last argument of `download`, in addition to the limits that every call takes.",
      fields = {
        { name = "result", type = "string", text = "the name of the only result to fetch" },
        {
          name = "file_name",
          type = "fun(result: bytenite.JobResult, index: integer): string",
          text = "returns the path below the folder; the result's name if omitted",
        },
        {
          name = "existing",
          type = '"error"|"skip"|"replace"',
          text = "what to do if files exist: `error`, the default, fetches nothing; `skip` keeps them; `replace` "
            .. "overwrites them and keeps their mode. Only regular files can be kept, no symbolic links",
        },
        {
          name = "decode",
          type = "boolean",
          text = "whether to decode the `Content-Encoding` of an object (gzip, deflate); by default it is written "
            .. "as stored. Bytes that are missing at the end of the compressed content are not noticed; what is "
            .. "fetched as it is stored is checked by its length",
        },
        {
          name = "on_progress",
          type = "fun(received: integer, total: integer?, name: string, all: bytenite.DownloadTotal)",
          unit = "bytes",
          text = "called after each piece of a file is written, and once more when the file has its name; `total` "
            .. "is nil if the server does not name it; `received` decreases only if a file starts again, `all` "
            .. "never does: see [DownloadTotal](#downloadtotal)",
        },
        {
          name = "concurrency",
          type = "integer",
          default = 8,
          text = "how many files to fetch at once; all downloads of a client together fetch at most one fewer than its "
            .. "`max_connections`, but at least one, so that `on_progress` can make calls; the others wait",
        },
      },
    },
    {
      name = "DownloadTotal",
      of = "The progress of a whole download. No member ever decreases.",
      is_result = true,
      fields = {
        { name = "files", type = "integer", text = "all files, including those that are kept" },
        { name = "done", type = "integer", text = "files that are complete and have their names" },
        { name = "received", type = "integer", unit = "bytes", text = "of all files, except those that are kept" },
        {
          name = "fraction",
          type = "number",
          text = "from 0 to 1, where each file has the same weight; 1 when all " .. "are done",
        },
      },
    },
    {
      name = "DownloadedFile",
      of = "An item of the list that `download` returns.",
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
  text = "Experimental: no source shows which events the service sends, nor how it frames them. This method "
    .. "understands one JSON object per line, and server-sent events whose data is such an object. To watch a job, "
    .. "use `job:wait`.",

  functions = {
    {
      name = "each_event",
      operation = "events",
      summary = "Iterates over the service's events as they happen.",
      text = "For use in a generic `for` only: a `break` closes the stream. The loop ends when the service ends "
        .. "the stream. A failure is raised as the error value, even in the middle of a stream, which is not "
        .. "resumed because events would be missed.",
      parameters = {
        {
          "options",
          "bytenite.CallOptions?",
          "`timeout` limits the time in which no byte comes, `max_response_bytes` the size of one event",
        },
      },
      returns = { "fun(): bytenite.Event?", "iterator", "returns one [Event](#event) after another" },
      raises = "In the loop: the error that ends it, a table as other calls return it.",
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
