---@meta bytenite
-- luacheck: ignore 212 241
-- luacheck: no max line length
-- Written by docs/generate.lua (make docs); do not edit. Point "workspace.library" of the language server to docs/types.

---@class bytenite.DataSource
---@field dataSourceDescriptor? string kind of source: url, file, s3, aws, gcp, storj, bucket, bypass, ...
---@field params? table<string, any> members that depend on the kind, with "@type"

---@class bytenite.DataSourceInfo
---@field filename? string the file's name
---@field path? string its path
---@field size? integer bytes; a string where they are more than 2^63-1
---@field properties? table<string, string> what the source tells of it, by name
---@field tempUrl? string a signed URL of it: whoever has it can fetch the file
---@field files? bytenite.Directory what is in the source, when asked for

---@class bytenite.DataSourceTest
---@field dataSource? bytenite.DataSource what to try
---@field listFiles? boolean whether to list what is in it

---@class bytenite.Directory
---@field name? string its name
---@field path? string its path
---@field directories? bytenite.Directory[] those in it
---@field files? bytenite.File[] the files in it

---@class bytenite.Event
---@field event? string what happened; the names are not documented
---@field data? any to what, with "@type"

---@class bytenite.File
---@field id? string its id
---@field name? string its name
---@field path? string its path
---@field size? integer bytes

---@class bytenite.JobConfig
---@field taskTimeout? integer seconds one task may run
---@field jobTimeout? integer seconds the whole job may run
---@field isTestJob? boolean marks a test run
---@field maxTaskRetries? integer retries of one task

---@class bytenite.JobDataSource
---@field dataSource? bytenite.DataSource where the input comes from
---@field dataDestination? bytenite.DataSource where the output goes

---@class bytenite.JobPage
---@field pagination? bytenite.Pagination where the page lies
---@field data? bytenite.Job[] the jobs

---@class bytenite.JobParams
---@field preset? string deprecated by the service
---@field partitioner? table<string, any> parameters of the partitioner, free-form
---@field assembler? table<string, any> parameters of the assembler, free-form
---@field app? table<string, any> parameters of the app, free-form

---@class bytenite.JobResult
---@field name? string the file's name, which may hold slashes
---@field link? string a signed URL: whoever has it can fetch the file

---@class bytenite.JobTemplate
---@field id? string the template's id
---@field owner? string owning account
---@field description? string free text
---@field app? string the app's tag: name, name@major or name@major.minor
---@field partitioner? string the partitioner's tag
---@field assembler? string the assembler's tag
---@field createdAt? string when it was made
---@field updatedAt? string when it was last changed
---@field isPublic? boolean whether other accounts may use it
---@field dataSource? bytenite.DataSource default source
---@field dataDestination? bytenite.DataSource default destination
---@field params? bytenite.JobParams default parameters
---@field config? bytenite.JobConfig default settings
---@field userName? string the owner's name

---@class bytenite.LogLine
---@field log? string the text, with its carriage returns
---@field timestamp? string when it was written
---@field level? string|integer UNKNOWN, TRACE, DEBUG, INFO, WARN, ERROR, FATAL or PANIC
---@field container? string the container that wrote it

---@class bytenite.NewJob
---@field templateId string the template to use
---@field jobId? string updates that job when it has not started yet; leave it out for a new one
---@field name? string display name
---@field description? string free text
---@field dataSource? bytenite.DataSource where the input comes from
---@field dataDestination? bytenite.DataSource where the output goes
---@field params? bytenite.JobParams parameters of the building blocks
---@field config? bytenite.JobConfig execution settings

---@class bytenite.NewSecret
---@field secret bytenite.Secret the secret, without an id
---@field secretKey string the key itself, which no response contains

---@class bytenite.Pagination
---@field total? integer rows there are
---@field offset? integer rows before this page
---@field hasPrevious? boolean whether there are rows before this page
---@field hasNext? boolean whether there are rows after it

---@class bytenite.Regions
---@field blacklist? string[] regions to keep out of
---@field whitelist? string[] regions allowed

---@class bytenite.Secret
---@field id? string its id: `secret_id` in a data source's params
---@field name? string its name
---@field secretType? string what it is for: s3 or aws, gcp, storj, other
---@field accessKey? string the account's access key
---@field expiresAt? string when it ends
---@field params? any more about it; the members are not documented

---@class bytenite.SecretList
---@field secrets? bytenite.Secret[] the account's secrets

---@class bytenite.SecretResponse
---@field secret? bytenite.Secret the secret, with its id

---@class bytenite.ServerInfo
---@field version? bytenite.Version the server's version
---@field messages? any messages to users; their form is not documented

---@class bytenite.TemplatePage
---@field pagination? bytenite.Pagination where the page lies
---@field data? bytenite.JobTemplate[] the templates

---@class bytenite.Version
---@field major? integer changes that break
---@field minor? integer changes that add
---@field tag? string its tag

---@class bytenite.Options
---@field api_key? string The account's API key, exchanged for an access token when a call first needs one. The token is renewed before it ends. White space around the key is dropped.
---@field access_token? string|(fun(): string?, string?) A token already held, without `Bearer`; or a function that returns one, asked before every attempt. If it returns nil and a reason, or anything but a token, the call ends with `no_credentials`; an error that it raises is raised by the call.
---@field base_url? string Where the service is, version included. https; plain http to a loopback host only.
---@field service? string The part of the path behind `base_url`. The service announced a move to `"computing"` in September 2025.
---@field connect_timeout? number (seconds) To resolve the name, connect and shake hands.
---@field timeout? number (seconds) For one attempt, from its start to the last byte of the response.
---@field deadline? number (seconds) For the whole call: its attempts, the waits between them, a token exchange it needs, its turn on the job, a free connection.
---@field max_retries? integer Attempts after the first, 0 to 100. See Retries.
---@field max_response_bytes? integer (bytes) The largest response taken; a larger one is the error `too_large`.
---@field max_connections? integer Connections at once, 1 to 1000, and calls on the wire at once: others wait in order, within their `deadline`. Over HTTP/2 calls share a connection; the HTTP/1.1 connections that bodies above 60 kB need there are counted apart. See Many at once.
---@field ca_file? string A file with the certificates (PEM) of the authorities to trust, and no others. Certificates are always verified.
---@field ca_path? string A folder with the certificates of the authorities to trust, and no others but those in `ca_file`. They have the names that `openssl rehash` gives them. Options and variables do not add up: if one of the two options is given, no variable is read; if one of the two `BYTENITE_` variables is set, `SSL_CERT_FILE` is not.
---@field client_cert? string A file with a certificate (PEM) for a service that asks its clients for one. It is shown to the host and port of `base_url` only, never to other hosts, to which signed URLs lead.
---@field client_key? string The file with the key (PEM, without a pass phrase) of `client_cert`.
---@field proxy? string URL of a proxy; `""` for none. A loopback host is never called through one.
---@field allow_http? boolean Allows plain http to any host. The token then travels in clear.
---@field profile? string|false The name of a profile: a set of options in `$XDG_CONFIG_HOME/bytenite/config.json` (`~/.config` if that variable is not set), which `bytenite configure` writes. Without a name no file is read; `false` means none, whatever the environment says. See Profiles.
---@field http_version? "auto"|"1.1"|"2" `"auto"`: HTTP/2 where a TLS server offers it, else 1.1. `"2"`: HTTP/2 over plain http too. Bodies above 60 kB go over 1.1.
---@field headers? table<string, string> Headers by name for every API request, the token exchange included; never for signed URLs. Those that `client:request` is given replace the ones with the same name, in any case. Names that the module, a proxy or the connection needs are refused, such as `Authorization` and `Host`, and so are `Accept`, `Accept-Encoding`, `Content-Type` (give them to `client:request`) and `User-Agent`. Secret values are never shown.
---@field user_agent? string Put behind the module's own User-Agent, `bytenite-lua/...`.
---@field on_event? fun(event: bytenite.Event) Called for what happens on the wire; see Events. What it raises ends the call, which raises it again.

---@class bytenite.CallOptions
---@field timeout? number (seconds) For one attempt, from its start to the last byte of the response.
---@field deadline? number (seconds) For the whole call: its attempts, the waits between them, a token exchange it needs, its turn on the job, a free connection.
---@field max_retries? integer Attempts after the first, 0 to 100. See Retries.
---@field max_response_bytes? integer (bytes) The largest response taken; a larger one is the error `too_large`.

---@class bytenite.Error
---@field kind string What happened, in one word; see the table of kinds.
---@field message string What went wrong, for people: the server's words where it sent some.
---@field hint? string A next step, where one is known.
---@field status? integer The HTTP status of the last response.
---@field code? integer The code in the response's body: gRPC's, or an HTTP status.
---@field description? string The description in the response's body.
---@field request_id? string The service's id of the request: quote it to ByteNite.
---@field details? table The list of details in the response's body.
---@field headers? table<string, string> The headers of the last response by name, in lower case; those of one name joined by `, `. At most 64 KiB. `Set-Cookie` is in `header_list` only. Secrets and the queries of URLs read `[redacted]`.
---@field header_list? string[][] The same headers in their order, each `{ name, value }`.
---@field operation? string The API operation that failed, such as "set_params"; "access_token" if there was no token and the call was not sent.
---@field method? string The HTTP method of the call.
---@field path? string The path of the call, without the query.
---@field attempts? integer How often the request was started; 0 when it never was.
---@field elapsed? number (seconds) From the start of the call to its end.
---@field retryable? boolean Whether the same call may succeed later.
---@field retry_after? number (seconds) How long the server asks to wait.
---@field maybe_done? boolean True when the service may have acted although no good answer came: look before you repeat `create_job`.
---@field step? string Of `submit`: what failed: "create_job", "set_datasource", "set_params", "set_configs", "upload", "run" or "refresh".
---@field file? string Of `download`: the name of the file that could not be fetched.
---@field job? bytenite.Job Of `submit`: the job that exists, as far as it got.
---@field body? string The response's body, at most 64 KiB. Secrets and the queries of URLs read `[redacted]`.

---@class bytenite.Event
---@field type "request"|"response"|"retry"|"token" What happened.
---@field operation string The call: `set_name`, `access_token`, `request`, ...
---@field method string Of HTTP.
---@field path string Without the query.
---@field attempt integer 1 for the first.
---@field status? integer The HTTP status, where there was a response.
---@field kind? string The kind of failure, where there was no response or another attempt follows.
---@field headers? table<string, string> Of the response, as in an error.
---@field header_list? string[][] Of the response, as in an error.
---@field elapsed? number (seconds) Since the call began.
---@field delay? number (seconds) Until the next attempt.

---@class bytenite.StorageSource
---@field name string path of the file (source) or folder (destination, made if missing)
---@field bucketName string the bucket
---@field cloudRegion? string the region; `"global"` for Storj
---@field secret_id? string id of the secret that ByteNite keeps for the account
---@field secretId? string the same, as replies spell it
---@field accessKey? string older form: the credentials themselves
---@field secretKey? string older form: the credentials themselves

---@class bytenite.UrlSource
---@field url string http or https
---@field name? string a file name
---@field username? string for HTTP authentication
---@field password? string for HTTP authentication; the service's replies repeat it

---@class bytenite.FileSource
---@field name? string a file name

---@class bytenite.Request
---@field path string below `base_url`, percent-encoded, without a query
---@field method? string in capitals; GET when left out
---@field query? table<string, string|number|boolean|table> by name; percent-encoded on the way out, a list repeats its name
---@field body? string|table text as it is, or a table to be written as JSON
---@field headers? table<string, string> by name; not Authorization, Host, Content-Length and others that the module, a proxy or the connection needs. They replace those of the client with the same name, in any case. Accept and, with a body, Content-Type are application/json unless given.

---@class bytenite.Response
---@field status integer 200 to 299
---@field headers table<string, string> by name in lower case; those of one name joined by `, `. `Set-Cookie`, which cannot be joined, is in `header_list` only.
---@field header_list string[][] the same headers in their order, each `{ name, value }`
---@field body string as it was received

---@class bytenite.JobQuery
---@field limit? integer rows of a page, 1 to 4294967295
---@field offset? integer rows to pass over, 0 or more
---@field orderBy? string a member of jobs
---@field filters? bytenite.Filter[] all of which a job must match; not for `list_jobs`. `each_job` lists all jobs without them.

---@class bytenite.TemplateQuery
---@field limit? integer rows of a page, 1 to 4294967295
---@field offset? integer rows to pass over, 0 or more

---@class bytenite.Filter
---@field field string a member of jobs
---@field condition string EQ, NEQ, GT, GTE, LT, LTE, LIKE, IN, NOT_IN, ARRAY_CONTAINS or ARRAY_CONTAINS_ANY, with the service's prefix FILTER_CONDITION_ or without; with the prefix any other, too
---@field value? string|number|boolean|table what to compare with

---@class bytenite.Submission
---@field templateId string the template to use
---@field name? string display name
---@field description? string free text
---@field dataSource? bytenite.DataSource where the input comes from
---@field dataDestination? bytenite.DataSource where the output goes
---@field params? bytenite.JobParams parameters of the building blocks
---@field config? bytenite.JobConfig execution settings
---@field upload? any the input itself, for a data source of kind `file`: what `job:upload` takes
---@field jobId? string of a draft to continue with, instead of a new job

---@class bytenite.SubmitOptions
---@field on_created? fun(job: bytenite.Job) called as soon as the job exists, so that its id is known whatever happens later
---@field on_progress? fun(sent: integer, total: integer) (bytes) called after each piece of an upload
---@field size? integer (bytes) of an upload whose size cannot be told

---@class bytenite.LogQuery
---@field jobId? string the job: needed by `client:logs`
---@field taskIds? string[] only those tasks
---@field levels? string[] only those levels: UNKNOWN, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, PANIC. What programs print is UNKNOWN.
---@field services? string[] only those services: PARTITIONER, TASKRUNNER, ASSEMBLER

---@class bytenite.WaitOptions
---@field timeout? number (seconds) to wait at most, whatever else is set; no limit when left out. A last look is taken shortly before its end.
---@field interval? number (seconds) from the first look to the second; 1 when left out
---@field max_interval? number (seconds) between looks at most: the interval grows by half each time; 10, or `interval` if that is more, when left out
---@field on_progress? fun(job: bytenite.Job, fraction: number) called after each look with the job and how far it is, by its state: 0 to 1, never less than before

---@class bytenite.UploadOptions
---@field on_progress? fun(sent: integer, total: integer) (bytes) called after each piece that was handed over; `sent` falls back when an attempt is repeated
---@field size? integer (bytes) of the whole; needed for a function and for a file that has no size (a pipe): storage wants to know it first

---@class bytenite.DownloadOptions
---@field result? string the name of the only result that is wanted
---@field file_name? fun(result: bytenite.JobResult, index: integer): string gives the path below the folder; the result's name when left out
---@field existing? "error"|"skip"|"replace" what to do about files that exist: `error`, the default, fetches nothing then; `skip` keeps them; `replace` overwrites them, with the mode that they have
---@field decode? boolean whether to undo the `Content-Encoding` of an object (gzip, deflate); by default it is written as it is stored
---@field on_progress? fun(received: integer, total: integer?, name: string, all: bytenite.DownloadTotal) (bytes) called after each piece of a file that was written, and once more when the file has its name; `total` is nil where the server does not tell; `received` falls back only if a file starts again, `all` never does: see DownloadTotal
---@field concurrency? integer how many files to fetch at once; at most one fewer than `max_connections`, so that `on_progress` can make calls

---@class bytenite.DownloadTotal
---@field files integer all of them, including those that are kept
---@field done integer that have their names
---@field received integer (bytes) of all files; none of those that are kept
---@field fraction number from 0 to 1, every file counts alike; 1 when all are done

---@class bytenite.DownloadedFile
---@field name string below the folder
---@field path string the folder's path and the name
---@field size integer (bytes) of the file
---@field skipped boolean true if it existed and was kept; otherwise nil

---@class bytenite.MapOptions
---@field concurrency? integer functions that run at once, 1 to 1000000; 64 when left out. More than `max_connections` have their calls wait for a connection, within the calls' `deadline`.
---@field on_done? fun(index: integer, ok: boolean, value: any) called as soon as an item is done, in the order in which they end, with its value or error; not for cancelled ones
---@field stop_on_error? boolean after the first failure cancels the pending items and starts no other; false when left out

---@class bytenite.Results
---@field [integer] bytenite.Outcome how each item or future ended; nothing for an iterator's items
---@field succeeded integer how many succeeded
---@field failed integer how many failed
---@field cancelled integer how many were cancelled, or never started

---@class bytenite.Outcome
---@field ok boolean false when it raised, returned nil or false with an error, or was cancelled
---@field value? any what it returned first
---@field error? bytenite.Error|any what it returned second or what it raised: an error, or any value that the program raised. Of kind `cancelled` for one that was cancelled or never started.

---@class bytenite.Job
---@field id string made by the server
---@field templateId? string the template used
---@field name? string display name
---@field config? bytenite.JobConfig execution settings
---@field priority? string|integer EXECUTION_PRIORITY_...
---@field startAt? string requested start
---@field submittedAt? string when the run was requested
---@field startedAt? string when the first chunk was uploaded
---@field endedAt? string when it completed or failed
---@field regions? bytenite.Regions regions to avoid or to use
---@field state? string|integer JOB_STATE_...
---@field dataSource? bytenite.DataSource where the input comes from
---@field params? bytenite.JobParams parameters of the building blocks
---@field dataDestination? bytenite.DataSource where the output goes
---@field duration? number seconds, with a fraction
---@field deletedAt? string when it was deleted
---@field createdAt? string when it was created
---@field paymentAmount? number price in ByteChips, up to eight decimals
---@field numUnitsEstimation? integer estimated units
---@field numChunks? integer chunks made by the partitioner
---@field errorMessage? string why it failed
---@field description? string free text
---@field stateTimestamps? table<string, string> when each state was entered, by its name
---@field appId? string the app behind the template
---@field templateInfo? bytenite.JobTemplate the template as it is now
local Job = {}

---Sets where the input comes from and where the output goes. Either member may be left out; whether the service then keeps what was there is not documented (the sandbox does).
---@param sources bytenite.JobDataSource `dataSource`, `dataDestination`, or both
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` when there is no such job; `bad_request` when the service refuses the values, or the job has been started. The job is then as it was.
function Job:set_datasource(sources, options) end

---Sets the parameters of the job's building blocks. `partitioner`, `assembler` and `app` are free-form: what is in them reaches the app as the same JSON value, and comes back so.
---@param params bytenite.JobParams `partitioner`, `assembler`, `app`, as many as needed
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` when there is no such job; `bad_request` when the service refuses the values, or the job has been started. The job is then as it was.
function Job:set_params(params, options) end

---Sets the job's name.
---@param name string at least 4 characters, says the service
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` when there is no such job; `bad_request` when the service refuses the values, or the job has been started. The job is then as it was.
function Job:set_name(name, options) end

---Sets the job's execution settings. Settings left out stay as they are in the sandbox; the service's documentation does not say. Integers may be given as decimal strings.
---@param configs bytenite.JobConfig see JobConfig; time limits are in seconds
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` when there is no such job; `bad_request` when the service refuses the values, or the job has been started. The job is then as it was.
function Job:set_configs(configs, options) end

---Fetches the job as it is now, into the same table.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` when it is gone. The job is then as it was.
function Job:refresh(options) end

---Tells whether the job has come to its end, as far as the table knows: no request is sent. The state is `JOB_STATE_COMPLETE` or `JOB_STATE_FAILED`, or `endedAt` or `deletedAt` is set. A state this module does not know is not final.
---@return boolean final
function Job:is_final() end

---Runs the job. Settings given here are sent along; one way of old that wrote them elsewhere was ignored, so `set_configs` before is the safer way.
---@param config? bytenite.JobConfig settings of this run
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, as it is: `refresh` it to see its state
---@return bytenite.Error? err `bad_request` when the job has been started already, or is not ready; `unexpected` with `code` 402 where the balance is too low. With `maybe_done` it may have been done all the same: the call is never repeated once the service may have acted on it.
function Job:run(config, options) end

---Waits for the job's end. The job is refreshed at once, and then again and again, after 1 s, 1.5 s, 2.25 s and so on up to 10 s. In a task other tasks run meanwhile, so `client:map` can wait for many jobs. A job that was never run is waited for like any other; an unknown state is not final. If a look fails in a way that may pass, the wait continues until the fifth failure in a row, each with its own retries.
---@param wait_options? bytenite.WaitOptions see WaitOptions
---@param options? bytenite.CallOptions limits of each look; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `job_failed` when the job failed or ended in another way (`message` is its `errorMessage`); `timeout`; `not_found` when it is gone. The third value is then the job, as it was last seen.
function Job:wait(wait_options, options) end

---Lists the files that the job made. A link is a signed URL: whoever has it can fetch the file, without a token, for as long as the service lets it live. Before its end a job has no results: depending on the service that is an error, or an empty list.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.JobResult[]? results a list of `{ name, link }`
---@return bytenite.Error? err One whose message tells that the job has not yet been completed, with any status; it is not repeated. `not_found` when there is no such job.
function Job:results(options) end

---Fetches the job's logs: see client:logs.
---@param filters? bytenite.LogQuery `taskIds`, `levels`, `services`
---@param options? bytenite.CallOptions limits of this call; see Options
---@return fun(): bytenite.LogLine?, string?, string?? next_line an iterator that gives a line, its service and its task's id
---@return bytenite.Error? err `not_found` when there is no such job.
function Job:logs(filters, options) end

---Stops the job when it runs; deletes it when it was never run. What state an aborted job shows is not documented.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, as it is: `refresh` it to see its state
---@return bytenite.Error? err `not_found` when there is no such job. With `maybe_done` it may have been done all the same: the call is never repeated once the service may have acted on it.
function Job:abort(options) end

---Deletes the job. When the call is repeated after a failure, and the job is gone by then, it has been deleted.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return true? done
---@return bytenite.Error? err `not_found` when there is no such job.
function Job:delete(options) end

---Tells the service that the input lies at the job's `dataSource.params.tempUrl`. `job:upload` does so by itself.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, as it is: `refresh` it to see its state
---@return bytenite.Error? err `bad_request` when there is nothing. With `maybe_done` it may have been done all the same: the call is never repeated once the service may have acted on it.
function Job:upload_completed(options) end

---Sends the job's input, and tells the service that it is there. The bytes go to `job.dataSource.params.tempUrl` by PUT, as they are; then comes `upload_completed`. The job's data source must be of the kind `file`: the address comes with it, and a job without one is refreshed first. How long the address serves is not documented: `set_datasource` gives a new one.
---@param source string|file*|fun(): string?|{data: string} a path; an open file, sent from where it stands; a function that returns the next piece, nil at the end; or a table with the bytes themselves
---@param options? bytenite.UploadOptions see UploadOptions
---@return bytenite.Job? job as it is, not refreshed
---@return bytenite.Error? err `file` when the source cannot be read, changes meanwhile or has another size than announced; `permission_denied` when the address has expired; `unexpected` when the job has none. The input can be sent again.
function Job:upload(source, options) end

---Fetches the job's results into a folder, which is made when it is missing, with those above it. Names may hold slashes: folders on the way are made. `out//b` and `./out/b` are `out/b`, and an empty result whose name ends in a slash is a folder. A name that leads out of the folder (`..`, an absolute one), holds a backslash, control characters or characters that turn the direction of text, has more than 64 folders or is too long, or clashes with that of another result (also `a` with `a/b`, and `A` with `a`), is refused before anything is fetched: `file_name` can give others. So is a file that exists, unless `existing` says otherwise. Symbolic links in the folder are never followed. Each file is written under a temporary name and renamed when it is whole. Eight files are fetched at once, or as many as `concurrency` says. The first that fails ends the others: what is incomplete is removed, what is whole stays. `on_progress` runs in tasks of the client, as functions of `client:map` do: its calls suspend, and the other files continue meanwhile.
---@param folder string its path
---@param options? bytenite.DownloadOptions see DownloadOptions
---@return bytenite.DownloadedFile[]? files see DownloadedFile
---@return bytenite.Error? err those of `results`; `file` for an unsafe name, a file that exists or one that cannot be written; `permission_denied` when a link has expired; `not_found` when there is no such result. `err.file` names the file. Behind the error comes a list of the files that are whole, in the order of the results.
function Job:download(folder, options) end

---@class bytenite.Client
local Client = {}

---Creates a job, as a draft: nothing runs yet.
---@param new bytenite.NewJob `templateId` is needed; see NewJob
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job
---@return bytenite.Error? err `bad_request` when the service refuses a member. With `maybe_done` the job may exist: the call is never repeated once the service may have acted on it.
function Client:create_job(new, options) end

---Fetches a job.
---@param id string percent-encoded on the way out; not empty, not `"."` or `".."`, no control characters
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job
---@return bytenite.Error? err `not_found` when there is none.
function Client:get_job(id, options) end

---Makes a job without a request: a handle from an id, or a stored job from a table. A table becomes the job itself: it is given the methods, its members stay as they are.
---@param what string|table an id; or a table with an `id`
---@return bytenite.Job job
function Client:job(what) end

---Sends any request to the service: the way out for calls this module does not have. It goes out with the client's token, retries and limits. GET, HEAD, OPTIONS, PUT and DELETE are repeatable, others are sent once only. A response with a status below 200 or above 299 is an error, as with every call; the body of a good one is not looked at.
---@param wanted bytenite.Request `path` is needed
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Response? response
---@return bytenite.Error? err As the other calls.
function Client:request(wanted, options) end

---Stores a secret, which the params of S3 data sources name as `secret_id`.
---@param new bytenite.NewSecret `secret` (`name`, `secretType`, `accessKey`) and `secretKey`
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Secret? secret with its id, without its key
---@return bytenite.Error? err As the other calls. With `maybe_done` the secret may exist: `list_secrets` shows it.
function Client:create_secret(new, options) end

---Lists the account's secrets, without their keys.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Secret[]? secrets
---@return bytenite.Error? err As the other calls.
function Client:list_secrets(options) end

---Deletes a secret.
---@param secret_type string its `secretType`
---@param id string
---@param options? bytenite.CallOptions limits of this call; see Options
---@return true? done also if a repeated attempt finds it gone
---@return bytenite.Error? err `not_found` if there is no such secret.
function Client:delete_secret(secret_type, id, options) end

---Invalidates the current access token. A client with an API key gets a new token when it next needs one; one that was given a token can make no further calls.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return true? done also when there was no token to end, or it had ended already
---@return bytenite.Error? err As the other calls.
function Client:sign_out(options) end

---Ends all pending calls and closes all connections. Pending calls, and later ones, return the error `closed`, also in tasks. May be called twice. `local client <close>` calls it at the end of the block.
function Client:close() end

---Fetches a page of jobs.
---@param query? bytenite.JobQuery `limit`, `offset`, `orderBy`
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.JobPage? page its `data` a list of jobs, with all methods
---@return bytenite.Error? err As the other calls.
function Client:list_jobs(query, options) end

---Fetches a page of the jobs that match all of some filters.
---@param query? bytenite.JobQuery `filters`, `limit`, `offset`, `orderBy`; see Filter
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.JobPage? page its `data` a list of jobs, with all methods
---@return bytenite.Error? err `bad_request` when the service does not take a filter.
function Client:filter_jobs(query, options) end

---Walks through all jobs, or those that match filters. A page is fetched when its first row is wanted, and only one is in memory. Pages are counted by rows, as the service does it: rows that come or go meanwhile can make the walk miss others, or give them twice. However many jobs are created meanwhile, the walk ends: of those beyond the first page's total it gives as many as keep it from going on for ever.
---@param query? bytenite.JobQuery as of `filter_jobs`; `limit` is the size of a page, 100 when left out
---@param options? bytenite.CallOptions limits of each page's call; see Options
---@return fun(): bytenite.Job? next_job an iterator function for `for`, or for `client:map`
function Client:each_job(query, options) end

---Fetches a page of job templates.
---@param query? bytenite.TemplateQuery `limit`, `offset`
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.TemplatePage? page
---@return bytenite.Error? err As the other calls.
function Client:list_templates(query, options) end

---Walks through all job templates. A page is fetched when its first row is wanted, and only one is in memory. Pages are counted by rows, as the service does it: rows that come or go meanwhile can make the walk miss others, or give them twice.
---@param query? bytenite.TemplateQuery `limit` is the size of a page, 100 when left out
---@param options? bytenite.CallOptions limits of each page's call; see Options
---@return fun(): bytenite.JobTemplate? next_template an iterator function
function Client:each_template(query, options) end

---Creates a job, sets it up, runs it, and refreshes it. The steps are `create_job`, `set_datasource`, `set_params`, `set_configs`, `upload`, `run` and `refresh`, those for which something is given. Everything is checked before the first one, and a file to upload is opened: bad input leaves no job behind. To continue after an error, do the rest with `err.job`, or submit again with its id as `jobId`.
---@param new bytenite.Submission `templateId` is needed; see Submission
---@param options? bytenite.SubmitOptions limits of each step (see Options); and SubmitOptions
---@return bytenite.Job? job running, as far as the service has come
---@return bytenite.Error? err Those of the steps. `step` names the one that failed, `job` is the job that exists. With `maybe_done` the step may have been done.
function Client:submit(new, options) end

---Counts the running tasks of jobs.
---@param jobs (bytenite.Job|string)[] jobs or their ids, in a list
---@param options? bytenite.CallOptions limits of this call; see Options
---@return table<string, integer>? counts by the job's id
---@return bytenite.Error? err As the other calls.
function Client:running_tasks(jobs, options) end

---Fetches a job's logs, and gives them line by line in the order of time. `job:logs(filters)` does so for one job. One request fetches all: a long log may need more than the usual `max_response_bytes`. Lines of the same time come in the order partitioner, tasks, assembler; a line without a time stays behind the one before it. Carriage returns and progress bars are in the text as the program wrote them.
---@param query bytenite.LogQuery `jobId` is needed; see LogQuery
---@param options? bytenite.CallOptions limits of this call; see Options
---@return fun(): bytenite.LogLine?, string?, string?? next_line an iterator that gives a line, the service it is of (PARTITIONER, TASKRUNNER or ASSEMBLER) and, of the task runner, the task's id
---@return bytenite.Error? err `not_found` when there is no such job.
function Client:logs(query, options) end

---Tries a data source out: whether it can be read, and what is in it.
---@param what bytenite.DataSourceTest `dataSource`; `listFiles` to see what is in it
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.DataSourceInfo? info see DataSourceInfo
---@return bytenite.Error? err `bad_request` when the service cannot read it.
function Client:test_datasource(what, options) end

---Tells the server's version and its messages to users.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.ServerInfo? info
---@return bytenite.Error? err As the other calls.
function Client:info(options) end

---Iterates over what happens, as it happens. For a generic `for` alone: a `break` ends the stream. The loop ends when the service ends the stream; a failure is raised as the error value, also one in the middle, since what happens before the next attempt would be missed.
---@param options? bytenite.CallOptions `timeout` is how long no byte may come, `max_response_bytes` bounds one event
---@return fun(): bytenite.Event? iterator gives Event after Event
function Client:each_event(options) end

---Runs a function over items, some of them at once, and waits until all are done. Results stand in the order of the items. An item failed when its function raised, or returned nil or false with an error; it stops the others only with `stop_on_error`. From an iterator only the counts are kept, so that memory stays flat however many items there are: take values and errors in `on_done`. The iterator, the function and `on_done` may make calls, and use `map` themselves.
---@generic T
---@param items T[]|(fun(): T?) a list; or an iterator function, called until it returns nil
---@param run fun(item: T, index: integer): any, any called with each item and its index
---@param options? bytenite.MapOptions see MapOptions
---@return bytenite.Results results see Results; errors are in there
function Client:map(items, run, options) end

---Runs a function while others wait. It starts when something next waits on the client, or an event loop drives it. **A future that is not kept is cancelled when it is collected, unless a loop drives the client**; see Futures.
---@param run fun(...): ... the function
---@param ... any its arguments
---@return bytenite.Future future
function Client:async(run, ...) end

---Waits until all of some futures are done.
---@param futures bytenite.Future[] of this client
---@param seconds? number to wait at most, above 0; no limit when left out
---@return bytenite.Results? results how each ended, in the order of the list; see Results
---@return bytenite.Error? err `timeout` when the seconds have passed. The functions continue.
function Client:wait_all(futures, seconds) end

---Waits until one of some futures is done. When several are, it is the first of them in the list. Each call goes through the list: for more than some hundred functions take `map` with `on_done`.
---@param futures bytenite.Future[] of this client, at least one
---@param seconds? number to wait at most, above 0; no limit when left out
---@return bytenite.Future? future one that is done
---@return integer|bytenite.Error index its place in the list; or the error: `timeout` when the seconds have passed. The functions continue.
function Client:wait_any(futures, seconds) end

---Runs calls and tasks as far as possible without waiting. From the first call on the client keeps its futures until they end. A program without an event loop can use it, too, to run all that is pending.
---@param seconds? number how long to wait for something to do where there is nothing at first; 0 when left out
---@return boolean busy whether anything is still pending
function Client:step(seconds) end

---Returns what an event loop waits for: always the same object, as cqueues wants it. From the first call on the client keeps its futures until they end.
---@return bytenite.Pollable pollable
function Client:pollable() end

---@class bytenite.Future
local Future = {}

---Waits for the function's end and returns what it returned, all of it. May be called again, from several places. In a task it suspends.
---@param seconds? number to wait at most, above 0; no limit when left out
---@return any ... what the function returned; or nil and an error: `timeout` when the seconds have passed, and the function continues; `cancelled`; and what the function itself returned.
function Future:get(seconds) end

---Tells whether the function has ended, or was cancelled. Nothing is waited for or moved on.
---@return boolean done
function Future:done() end

---Ends the function where it waits: its call is cancelled, its `<close>` variables are closed. Nothing happens when it has ended. An update that was on the wire may have been done all the same. `local future <close>` calls it at the end of the block.
function Future:cancel() end

---@class bytenite.Pollable
local Pollable = {}

---The descriptor to wait for: one for all transfers and times of the client. It stays the same until the client is closed. It is for waiting only: not to be read, nor closed.
---@return integer? descriptor nil where the system has neither epoll nor kqueue, and after `close`
function Pollable:pollfd() end

---What to wait for on the descriptor: that it can be read.
---@return string events `"r"`
function Pollable:events() end

---How long to wait for the descriptor at most. It is readable by then.
---@return number? seconds nil for no limit
function Pollable:timeout() end

---@class bytenite.datasource
local datasource = {}

---A file behind a URL, for `dataSource`.
---@param params string|bytenite.UrlSource the URL alone, or a table
---@return bytenite.DataSource source
function datasource.url(params) end

---A file to be uploaded, for `dataSource`. The refreshed job then holds the address to send it to, in `dataSource.params.tempUrl`.
---@param params? bytenite.FileSource
---@return bytenite.DataSource source
function datasource.file(params) end

---A file or folder in Amazon S3, for `dataSource` or `dataDestination`. Pages of the documentation disagree on `s3` and `aws`; older ones and the call's own page have `s3`.
---@param params bytenite.StorageSource `name` and `bucketName` are needed
---@return bytenite.DataSource source
function datasource.s3(params) end

---A file or folder in Amazon S3, under its newer name, for `dataSource` or `dataDestination`. See `s3`.
---@param params bytenite.StorageSource `name` and `bucketName` are needed
---@return bytenite.DataSource source
function datasource.aws(params) end

---A file or folder in Google Cloud Storage, for `dataSource` or `dataDestination`. The secret holds HMAC keys.
---@param params bytenite.StorageSource `name` and `bucketName` are needed
---@return bytenite.DataSource source
function datasource.gcp(params) end

---A file or folder in Storj, for `dataSource` or `dataDestination`.
---@param params bytenite.StorageSource `name` and `bucketName` are needed
---@return bytenite.DataSource source
function datasource.storj(params) end

---ByteNite's temporary bucket, for `dataDestination`. It keeps the output for 48 hours.
---@return bytenite.DataSource source
function datasource.bucket() end

---No data source: nothing is fetched or stored. For `dataSource` or `dataDestination`.
---@return bytenite.DataSource source
function datasource.bypass() end

---@class bytenite
---@field null any JSON's null, the same value as `cjson.null`. It is not nil, and it is truthy: compare with it. A declared member that the service sends as null is absent from the table; inside free-form values (`params.app`, `params.partitioner`, `params.assembler`, a data source's `params`, members this module does not know) null arrives as this value. It may be given for any member, to send null.
---@field Job bytenite.Job The methods of jobs, for where a member of the same name hides one.
---@field datasource bytenite.datasource Constructors of data sources; see Data sources.
---@field _VERSION string The module's name and version.
local bytenite = {}

---Makes a client. Nothing is sent until the first call. A client holds its connections, its access token and its limits. Make one and keep it: its calls share connections. Declare it `<close>`, or call `close`. Arguments go before the environment, a token before a key. Without any credentials the first call ends with `no_credentials`.
---@param options? bytenite.Options each has a default; see Options
---@return bytenite.Client client
function bytenite.new(options) end

---Marks a table as a list, so that an empty one is written as `[]` and not as `{}`. Lists that come from the service carry the mark already. lua-cjson's marks (`array_mt`, `empty_array`, `empty_array_mt`) are honoured where lua-cjson has them.
---@param items? table a new empty table when left out; its metatable is replaced
---@return table items the same table
function bytenite.array(items) end

---Writes a value as JSON, the way the calls do. Integers are exact; floats take the shortest form that reads back the same, without a fraction where they have none. A table with items 1 to n is a list, an empty one an object unless marked with `array`. The order of an object's members is not fixed unless `sorted` is given.
---@param value any a table, string, number, boolean or `bytenite.null`
---@param options? {sorted?: boolean|string[], indent?: integer} `sorted`: members in the order of their names, or a list of the names that come first; `indent`: spaces a level, 1 to 8, for text on several lines
---@return string text
function bytenite.encode(value, options) end

---Makes an `on_event` that writes a line for each request, response, retry and token. For debugging. The lines hold no secret. The module itself never prints: it writes only to the stream that it is given.
---@param stream table|userdata an open file, or any object with a method `write`
---@return fun(event: bytenite.Event) on_event for `bytenite.new`
function bytenite.log(stream) end

---Reads JSON, the way the calls do. A number written without fraction and exponent is an integer where it fits int64, any other a float. null is `bytenite.null`. Lists carry the mark of `array`.
---@param text string strict RFC 8259: one value, valid UTF-8, no member twice, at most 128 levels
---@return any? value
---@return bytenite.Error? err `protocol`, with the place in the text.
function bytenite.decode(text) end

---Turns a timestamp such as `job.createdAt` into seconds since 1970-01-01T00:00:00Z. A timestamp the service has not set is absent: test for nil first.
---@param timestamp string RFC 3339, with any offset and any number of fractional digits
---@return number? seconds an integer, or a float where the timestamp has a fraction
---@return bytenite.Error? err `protocol` when the text is no timestamp.
function bytenite.time(timestamp) end

return bytenite
