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
---@field size? integer bytes; a string if above 2^63-1
---@field properties? table<string, string> its properties in the source, by name
---@field tempUrl? string a signed URL of it: whoever has it can fetch the file
---@field files? bytenite.Directory the contents of the source, if requested

---@class bytenite.DataSourceTest
---@field dataSource? bytenite.DataSource the data source to test
---@field listFiles? boolean whether to list what is in it

---@class bytenite.Directory
---@field name? string its name
---@field path? string its path
---@field directories? bytenite.Directory[] the directories in it
---@field files? bytenite.File[] the files in it

---@class bytenite.Event
---@field event? string what happened; the names are not documented
---@field data? any what it happened to, with "@type"

---@class bytenite.File
---@field id? string its id
---@field name? string its name
---@field path? string its path
---@field size? integer bytes

---@class bytenite.JobConfig
---@field taskTimeout? integer seconds that a task may run
---@field jobTimeout? integer seconds that the whole job may run
---@field isTestJob? boolean marks a test run
---@field maxTaskRetries? integer retries of one task

---@class bytenite.JobDataSource
---@field dataSource? bytenite.DataSource where the input comes from
---@field dataDestination? bytenite.DataSource where the output goes

---@class bytenite.JobPage
---@field pagination? bytenite.Pagination the position of the page
---@field data? bytenite.Job[] the jobs

---@class bytenite.JobParams
---@field preset? string deprecated by the service
---@field partitioner? table<string, any> parameters of the partitioner, free-form
---@field assembler? table<string, any> parameters of the assembler, free-form
---@field app? table<string, any> parameters of the app, free-form

---@class bytenite.JobResult
---@field name? string the file's name, which may contain slashes
---@field link? string a signed URL: whoever has it can fetch the file

---@class bytenite.JobTemplate
---@field id? string the template's id
---@field owner? string the account that owns it
---@field description? string free text
---@field app? string the app's tag: name, name@major or name@major.minor
---@field partitioner? string the partitioner's tag
---@field assembler? string the assembler's tag
---@field createdAt? string when it was created
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
---@field jobId? string a job to update, which must not have started; omit it to create a job
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
---@field total? integer number of rows in all
---@field offset? integer rows before this page
---@field hasPrevious? boolean whether there are rows before this page
---@field hasNext? boolean whether there are rows after it

---@class bytenite.Regions
---@field blacklist? string[] regions to avoid
---@field whitelist? string[] regions allowed

---@class bytenite.Secret
---@field id? string its id: `secret_id` in a data source's params
---@field name? string its name
---@field secretType? string what it is for: s3 or aws, gcp, storj, other
---@field accessKey? string the account's access key
---@field expiresAt? string when it expires
---@field params? any further details; the members are not documented

---@class bytenite.SecretList
---@field secrets? bytenite.Secret[] the account's secrets

---@class bytenite.SecretResponse
---@field secret? bytenite.Secret the secret, with its id

---@class bytenite.ServerInfo
---@field version? bytenite.Version the server's version
---@field messages? any messages to users; their form is not documented

---@class bytenite.TemplatePage
---@field pagination? bytenite.Pagination the position of the page
---@field data? bytenite.JobTemplate[] the templates

---@class bytenite.Version
---@field major? integer changes with incompatible versions
---@field minor? integer changes with additions
---@field tag? string its tag

---@class bytenite.Options
---@field api_key? string The account's API key, exchanged for an access token when a call first needs one. The token is renewed before it expires. White space around the key is removed.
---@field access_token? string|(fun(): string?, string?) An existing token, without `Bearer`; or a function that returns one, called before every attempt. If it returns nil and a reason, or anything but a token, the call fails with `no_credentials`; an error that it raises is raised by the call.
---@field base_url? string The address of the service, including the version. It must be https, except for loopback hosts; see `allow_http`.
---@field service? string The part of the path after `base_url`. The service announced a move to `"computing"` in September 2025.
---@field connect_timeout? number (seconds) Limit for resolving the name, connecting, and the TLS handshake.
---@field timeout? number (seconds) Limit for one attempt, from its start to the last byte of the response.
---@field deadline? number (seconds) Limit for the whole call: its attempts, the delays between them, a token exchange, and the wait for its turn on the job and for a connection.
---@field max_retries? integer Attempts after the first, 0 to 100. See Retries.
---@field max_response_bytes? integer (bytes) The largest response accepted; a larger one is the error `too_large`.
---@field max_connections? integer Maximum number of connections, 1 to 1000, and of calls in flight: other calls wait in order, within their `deadline`. Over HTTP/2 calls share a connection; the HTTP/1.1 connections for bodies above 60 kB are counted separately. See Many at once.
---@field ca_file? string A file with the certificates (PEM) of the authorities to trust, and no others. Certificates are always verified.
---@field ca_path? string A folder with the certificates of the authorities to trust, and no others but those in `ca_file`. The files have the names that `openssl rehash` gives them. Options and variables are not combined: if one of the two options is given, no variable is read; if one of the two `BYTENITE_` variables is set, `SSL_CERT_FILE` is not read.
---@field client_cert? string A file with a certificate (PEM) for a service that asks its clients for one. It is sent to the host and port of `base_url` only, never to other hosts that signed URLs lead to. A host that asks for a certificate asks with every connection, so signed URLs on that host and port get it too, but neither the token nor `headers`.
---@field client_key? string The file with the key (PEM, without a pass phrase) of `client_cert`.
---@field proxy? string URL of a proxy; `""` for none. A loopback host is never called through one.
---@field allow_http? boolean Allows plain http to any host. The token is then sent in clear text.
---@field profile? string|false The name of a profile: a set of options in `$XDG_CONFIG_HOME/bytenite/config.json` (`~/.config` if that variable is not set), which `bytenite configure` writes. Without a name no file is read; `false` means none, whatever the environment says. See Profiles.
---@field http_version? "auto"|"1.1"|"2" `"auto"`: HTTP/2 where a TLS server offers it, else 1.1. `"2"`: HTTP/2 over plain http too. Bodies above 60 kB go over 1.1.
---@field headers? table<string, string> Headers by name for every API request, the token exchange included; never for signed URLs. Headers given to `client:request` replace those with the same name, in any letter case. Names that the module, a proxy or the connection needs are refused, such as `Authorization` and `Host`, and so are `Accept`, `Accept-Encoding`, `Content-Type` (give them to `client:request`) and `User-Agent`. Secret values are never shown.
---@field user_agent? string Appended to the module's own User-Agent, `bytenite-lua/...`.
---@field on_event? fun(event: bytenite.Event) Called for each request, response, retry and token; see Events. An error that it raises ends the call, which raises it again.

---@class bytenite.CallOptions
---@field timeout? number (seconds) Limit for one attempt, from its start to the last byte of the response.
---@field deadline? number (seconds) Limit for the whole call: its attempts, the delays between them, a token exchange, and the wait for its turn on the job and for a connection.
---@field max_retries? integer Attempts after the first, 0 to 100. See Retries.
---@field max_response_bytes? integer (bytes) The largest response accepted; a larger one is the error `too_large`.

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
---@field attempts? integer How many times the request was started; 0 if it never was.
---@field elapsed? number (seconds) From the start of the call to its end.
---@field retryable? boolean Whether the same call may succeed later.
---@field retry_after? number (seconds) How long the server asks to wait.
---@field maybe_done? boolean True if the service may have acted although no usable response came: check before you repeat `create_job`.
---@field step? string From `submit`: the step that failed: "create_job", "set_datasource", "set_params", "set_configs", "upload", "run" or "refresh".
---@field file? string Of `download`: the name of the file that could not be fetched.
---@field job? bytenite.Job From `submit`: the job, if it was created, in its last known state.
---@field body? string The first 64 KiB of the response's body; `message` and `code` are found behind them too. Secrets and the queries of URLs read `[redacted]`.

---@class bytenite.Event
---@field type "request"|"response"|"retry"|"token" What happened.
---@field operation string The call: `set_name`, `access_token`, `request`, ...
---@field method string The HTTP method.
---@field path string The path, without the query.
---@field attempt integer The number of the attempt; the first is 1.
---@field status? integer The HTTP status, if there was a response.
---@field kind? string The kind of failure, if there was no response or another attempt follows.
---@field headers? table<string, string> The headers of the response, as in an error.
---@field header_list? string[][] The headers of the response, as in an error.
---@field elapsed? number (seconds) Since the start of the call.
---@field delay? number (seconds) Until the next attempt starts.

---@class bytenite.StorageSource
---@field name string path of the file (source) or folder (destination, created if missing)
---@field bucketName string the bucket
---@field cloudRegion? string the region; `"global"` for Storj
---@field secret_id? string id of the secret that ByteNite keeps for the account
---@field secretId? string `secret_id`, as responses spell it
---@field accessKey? string older form: the credentials themselves
---@field secretKey? string older form: the credentials themselves

---@class bytenite.UrlSource
---@field url string http or https
---@field name? string a file name
---@field username? string for HTTP authentication
---@field password? string for HTTP authentication; the service's responses repeat it

---@class bytenite.FileSource
---@field name? string a file name

---@class bytenite.Request
---@field path string below `base_url`, percent-encoded, without a query
---@field method? string in capitals; GET if omitted
---@field query? table<string, string|number|boolean|table> by name; values are percent-encoded, a list repeats its name
---@field body? string|table text to send as it is, or a table to send as JSON
---@field headers? table<string, string> by name, except Authorization, Host, Content-Length and others that the module, a proxy or the connection needs. A header replaces the client's header of the same name, in any letter case. Accept and, with a body, Content-Type are application/json unless given.

---@class bytenite.Response
---@field status integer 200 to 299
---@field headers table<string, string> by name in lower case; those of one name joined by `, `. `Set-Cookie`, which cannot be joined, is in `header_list` only.
---@field header_list string[][] the same headers in their order, each `{ name, value }`
---@field body string as it was received

---@class bytenite.JobQuery
---@field limit? integer rows per page, 1 to 4294967295
---@field offset? integer rows to skip, 0 or more
---@field orderBy? string a member of jobs
---@field filters? bytenite.Filter[] a job must match all of them; not for `list_jobs`. Without filters `each_job` lists all jobs.

---@class bytenite.TemplateQuery
---@field limit? integer rows per page, 1 to 4294967295
---@field offset? integer rows to skip, 0 or more

---@class bytenite.Filter
---@field field string a member of jobs
---@field condition string EQ, NEQ, GT, GTE, LT, LTE, LIKE, IN, NOT_IN, ARRAY_CONTAINS or ARRAY_CONTAINS_ANY, with or without the service's prefix FILTER_CONDITION_; with the prefix, any other name too
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
---@field jobId? string the id of a draft to continue with, instead of creating a job

---@class bytenite.SubmitOptions
---@field on_created? fun(job: bytenite.Job) called as soon as the job exists, so that its id is known whatever happens later
---@field on_progress? fun(sent: integer, total: integer) (bytes) called after each piece of an upload
---@field size? integer (bytes) the size of an upload, if it cannot be determined

---@class bytenite.LogQuery
---@field jobId? string the job; required by `client:logs`
---@field taskIds? string[] only these tasks
---@field levels? string[] only these levels: UNKNOWN, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, PANIC. Output of programs is UNKNOWN.
---@field services? string[] only these services: PARTITIONER, TASKRUNNER, ASSEMBLER

---@class bytenite.WaitOptions
---@field timeout? number (seconds) how long to wait at most, whatever else is set; no limit if omitted. The job is refreshed a last time shortly before it passes.
---@field interval? number (seconds) between the first refresh and the second; 1 if omitted
---@field max_interval? number (seconds) the longest time between two refreshes: the interval grows by half each time; if omitted, 10, or `interval` if that is more
---@field on_progress? fun(job: bytenite.Job, fraction: number) called after each refresh with the job and its progress, judging by its state: 0 to 1, never less than before

---@class bytenite.UploadOptions
---@field on_progress? fun(sent: integer, total: integer) (bytes) called after each piece; `sent` starts over when an attempt is retried
---@field size? integer (bytes) the total size; required for a function and for a file without a size (a pipe), since storage needs it in advance

---@class bytenite.DownloadOptions
---@field result? string the name of the only result to fetch
---@field file_name? fun(result: bytenite.JobResult, index: integer): string returns the path below the folder; the result's name if omitted
---@field existing? "error"|"skip"|"replace" what to do if files exist: `error`, the default, fetches nothing; `skip` keeps them; `replace` overwrites them and keeps their mode. Only regular files can be kept, no symbolic links
---@field decode? boolean whether to decode the `Content-Encoding` of an object (gzip, deflate); by default it is written as stored. Bytes that are missing at the end of the compressed content are not noticed; what is fetched as it is stored is checked by its length
---@field on_progress? fun(received: integer, total: integer?, name: string, all: bytenite.DownloadTotal) (bytes) called after each piece of a file is written, and once more when the file has its name; `total` is nil if the server does not name it; `received` decreases only if a file starts again, `all` never does: see DownloadTotal
---@field concurrency? integer how many files to fetch at once; all downloads of a client together fetch at most one fewer than its `max_connections`, but at least one, so that `on_progress` can make calls; the others wait

---@class bytenite.DownloadTotal
---@field files integer all files, including those that are kept
---@field done integer files that are complete and have their names
---@field received integer (bytes) of all files, except those that are kept
---@field fraction number from 0 to 1, where each file has the same weight; 1 when all are done

---@class bytenite.DownloadedFile
---@field name string below the folder
---@field path string the folder's path and the name
---@field size integer (bytes) of the file
---@field skipped boolean true if it existed and was kept; otherwise nil

---@class bytenite.MapOptions
---@field concurrency? integer how many functions run at once, 1 to 1000000; 64 if omitted. If that is more than `max_connections`, calls wait for a connection, within their `deadline`.
---@field on_done? fun(index: integer, ok: boolean, value: any) called as soon as an item is done, in the order in which items end, with its value or error; not called for cancelled items
---@field stop_on_error? boolean after the first failure, cancels the pending items and starts no others; false if omitted

---@class bytenite.Results
---@field [integer] bytenite.Outcome how each item or future ended; nothing for an iterator's items
---@field succeeded integer how many succeeded
---@field failed integer how many failed
---@field cancelled integer how many were cancelled, or never started

---@class bytenite.Outcome
---@field ok boolean false when it raised, returned nil or false with an error, or was cancelled
---@field value? any its first returned value
---@field error? bytenite.Error|any its second returned value, or what it raised: an error, or any value that the program raised. The kind is `cancelled` if it was cancelled or never started.

---@class bytenite.Job
---@field id string assigned by the server
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

---Sets where the input comes from and where the output goes. Either member may be omitted; whether the service then keeps the earlier one is not documented (the sandbox does).
---@param sources bytenite.JobDataSource `dataSource`, `dataDestination`, or both
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` if there is no such job; `bad_request` if the service refuses the values, or the job has been started. The table is then unchanged.
function Job:set_datasource(sources, options) end

---Sets the parameters of the job's building blocks. `partitioner`, `assembler` and `app` are free-form: their contents reach the app, and are returned, as the same JSON values.
---@param params bytenite.JobParams any of `partitioner`, `assembler`, `app`
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` if there is no such job; `bad_request` if the service refuses the values, or the job has been started. The table is then unchanged.
function Job:set_params(params, options) end

---Sets the job's name.
---@param name string the service requires at least 4 characters
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` if there is no such job; `bad_request` if the service refuses the values, or the job has been started. The table is then unchanged.
function Job:set_name(name, options) end

---Sets the job's execution settings. In the sandbox, omitted settings keep their values; the service's documentation does not say whether they do. Integers may be given as decimal strings.
---@param configs bytenite.JobConfig see JobConfig; time limits are in seconds
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` if there is no such job; `bad_request` if the service refuses the values, or the job has been started. The table is then unchanged.
function Job:set_configs(configs, options) end

---Fetches the current state of the job into the same table.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `not_found` if the job no longer exists. The table is then unchanged.
function Job:refresh(options) end

---Returns whether the job has ended, judging by the table: no request is sent. It has if the state is `JOB_STATE_COMPLETE` or `JOB_STATE_FAILED`, or if `endedAt` or `deletedAt` is set. An unknown state is not final.
---@return boolean final
function Job:is_final() end

---Runs the job. Settings given here are sent with the request. An older form of the request, with the settings in another place, was ignored, so it is safer to call `set_configs` first.
---@param config? bytenite.JobConfig settings of this run
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, not refreshed: `refresh` shows its state
---@return bytenite.Error? err `bad_request` if the job has already been started, or is not ready; `unexpected` with `code` 402 if the balance is too low. With `maybe_done` the service may have acted on the call, which is not retried then.
function Job:run(config, options) end

---Waits until the job ends. The job is refreshed at once, then after 1 s, 1.5 s, 2.25 s and so on, in the end every 10 s. In a task, other tasks run meanwhile, so `client:map` can wait for many jobs. A job that was never run is waited for like any other; an unknown state is not final. If a refresh fails for a reason that may pass, the wait continues until the fifth failure in a row; each refresh has its own retries. `on_progress` reports the progress. A wait ends early when its `timeout` passes, when `on_progress` raises, when the task that it runs in is cancelled (`future:cancel`), when the client is closed, and on Ctrl-C in the main program. The job itself continues: `abort` stops it.
---@param wait_options? bytenite.WaitOptions see WaitOptions
---@param options? bytenite.CallOptions limits of each refresh; see Options
---@return bytenite.Job? job the same table, refreshed
---@return bytenite.Error? err `job_failed` if the job failed or ended in another way (`message` is its `errorMessage`); `timeout`; `not_found` if it no longer exists. The third value is then the job as last seen.
function Job:wait(wait_options, options) end

---Lists the files that the job made. A link is a signed URL: whoever has it can fetch the file, without a token, until it expires. A job has no results before it ends: the service then returns an error or an empty list.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.JobResult[]? results a list of `{ name, link }`
---@return bytenite.Error? err One whose message says that the job has not yet been completed, with any status; it is not retried. `not_found` if there is no such job.
function Job:results(options) end

---Fetches the job's logs: see client:logs.
---@param filters? bytenite.LogQuery `taskIds`, `levels`, `services`
---@param options? bytenite.CallOptions limits of this call; see Options
---@return fun(): bytenite.LogLine?, string?, string?? next_line an iterator that returns a line, its service and its task's id
---@return bytenite.Error? err `not_found` if there is no such job.
function Job:logs(filters, options) end

---Stops the job if it is running; deletes it if it was never run. Which state an aborted job shows is not documented.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, not refreshed: `refresh` shows its state
---@return bytenite.Error? err `not_found` if there is no such job. With `maybe_done` the service may have acted on the call, which is not retried then.
function Job:abort(options) end

---Deletes the job. If a retry finds the job gone, the call has succeeded.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return true? done
---@return bytenite.Error? err `not_found` if there is no such job.
function Job:delete(options) end

---Tells the service that the input has been uploaded to the job's `dataSource.params.tempUrl`. `job:upload` does this itself.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job the same table, not refreshed: `refresh` shows its state
---@return bytenite.Error? err `bad_request` if nothing was uploaded. With `maybe_done` the service may have acted on the call, which is not retried then.
function Job:upload_completed(options) end

---Sends the job's input, and tells the service that it is there. The bytes are sent to `job.dataSource.params.tempUrl` by PUT, unchanged; then `upload_completed` is called. The job's data source must be of the kind `file`, which comes with the address; a job without an address is refreshed first. How long the address is valid is not documented: `set_datasource` gets a new one.
---@param source string|file*|fun(): string?|{data: string} a path; an open file, sent from its current position; a function that returns the next piece, and nil at the end; or a table with the bytes themselves
---@param options? bytenite.UploadOptions see UploadOptions
---@return bytenite.Job? job not refreshed
---@return bytenite.Error? err `file` if the source cannot be read, changes during the upload or differs from the announced size; `permission_denied` if the address has expired; `unexpected` if the job has no address. The input can be sent again.
function Job:upload(source, options) end

---Fetches the job's results into a folder, which is created if it is missing, as are its parents. Names may contain slashes: the folders in them are created. `out//b` and `./out/b` mean `out/b`, and an empty result whose name ends in a slash is a folder. A name is refused before anything is fetched if it leads out of the folder (`..`, an absolute path), contains a backslash, control characters or characters that change the direction of text, has more than 64 folders, is too long, or clashes with the name of another result (also `a` with `a/b`, and `A` with `a`); `file_name` can return another name. A file that exists is refused too, unless `existing` says otherwise. Symbolic links in the folder are never followed. Each file is written under a temporary name and renamed when it is complete. Eight files are fetched at once, or as many as `concurrency` says. The first that fails ends the others: incomplete files are removed, complete ones stay. `on_progress` runs in tasks of the client, as functions of `client:map` do: its calls suspend, and the other files continue meanwhile. Its other yields (`coroutine.yield`, `cqueues.sleep`) return at once. It must not wait for another download, which may itself wait for this one to end.
---@param folder string its path
---@param options? bytenite.DownloadOptions see DownloadOptions
---@return bytenite.DownloadedFile[]? files see DownloadedFile
---@return bytenite.Error? err those of `results`; `file` for an unsafe name, a file that exists or one that cannot be written; `permission_denied` if a link has expired; `not_found` if there is no such result. `err.file` names the file. The third value is then a list of the files that are complete, in the order of the results.
function Job:download(folder, options) end

---@class bytenite.Client
local Client = {}

---Creates a job, as a draft: nothing runs yet.
---@param new bytenite.NewJob `templateId` is required; see NewJob
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job
---@return bytenite.Error? err `bad_request` if the service refuses a member. With `maybe_done` the job may exist: the call is never repeated once the service may have acted on it.
function Client:create_job(new, options) end

---Fetches a job.
---@param id string is percent-encoded; must not be empty, `"."` or `".."`, or hold control characters
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Job? job
---@return bytenite.Error? err `not_found` if there is no such job.
function Client:get_job(id, options) end

---Makes a job without a request: a handle from an id, or a stored job from a table. A table becomes the job itself: it gets the methods and keeps its members.
---@param what string|table an id; or a table with an `id`
---@return bytenite.Job job
function Client:job(what) end

---Sends any request to the service, for calls that this module does not have. It uses the client's token, retries and limits. GET, HEAD, OPTIONS, PUT and DELETE are repeatable, other methods are sent once only. A response with a status below 200 or above 299 is an error, as with every call; the body of a successful one is not checked.
---@param wanted bytenite.Request `path` is required
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Response? response
---@return bytenite.Error? err As for other calls.
function Client:request(wanted, options) end

---Stores a secret. The params of S3 data sources refer to it as `secret_id`.
---@param new bytenite.NewSecret `secret` (`name`, `secretType`, `accessKey`) and `secretKey`
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Secret? secret with its id, without its key
---@return bytenite.Error? err As for other calls. With `maybe_done` the secret may exist: `list_secrets` shows it.
function Client:create_secret(new, options) end

---Lists the account's secrets, without their keys.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.Secret[]? secrets
---@return bytenite.Error? err As for other calls.
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
---@return true? done also if there was no token, or it was no longer valid
---@return bytenite.Error? err As for other calls.
function Client:sign_out(options) end

---Ends all pending calls and closes all connections. Pending and later calls fail with `closed`, in tasks too. May be called twice. `local client <close>` calls it at the end of the block.
function Client:close() end

---Fetches a page of jobs.
---@param query? bytenite.JobQuery `limit`, `offset`, `orderBy`
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.JobPage? page `data` is a list of jobs, with all methods
---@return bytenite.Error? err As for other calls.
function Client:list_jobs(query, options) end

---Fetches a page of the jobs that match all given filters.
---@param query? bytenite.JobQuery `filters`, `limit`, `offset`, `orderBy`; see Filter
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.JobPage? page `data` is a list of jobs, with all methods
---@return bytenite.Error? err `bad_request` if the service refuses a filter.
function Client:filter_jobs(query, options) end

---Walks through all jobs, or those that match filters. A page is fetched when its first row is needed, and only one page is in memory at a time. The service counts pages by rows: rows that are added or removed during the walk can make it skip others, or return them twice. The walk ends however many jobs are created meanwhile: it returns a limited number of jobs beyond the first page's total. `break` ends the walk: between two jobs nothing is in flight. To show progress, take the number of jobs from `pagination.total` of `list_jobs` or `filter_jobs`.
---@param query? bytenite.JobQuery as for `filter_jobs`; `limit` is the page size, 100 if omitted
---@param options? bytenite.CallOptions limits of each page's call; see Options
---@return fun(): bytenite.Job? next_job an iterator function for `for`, or for `client:map`
function Client:each_job(query, options) end

---Fetches a page of job templates.
---@param query? bytenite.TemplateQuery `limit`, `offset`
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.TemplatePage? page
---@return bytenite.Error? err As for other calls.
function Client:list_templates(query, options) end

---Walks through all job templates. A page is fetched when its first row is needed, and only one page is in memory at a time. The service counts pages by rows: rows that are added or removed during the walk can make it skip others, or return them twice.
---@param query? bytenite.TemplateQuery `limit` is the page size, 100 if omitted
---@param options? bytenite.CallOptions limits of each page's call; see Options
---@return fun(): bytenite.JobTemplate? next_template an iterator function
function Client:each_template(query, options) end

---Creates a job, sets it up, runs it, and refreshes it. The steps are `create_job`, `set_datasource`, `set_params`, `set_configs`, `upload`, `run` and `refresh`; a step for which nothing is given is skipped. All input is checked before the first step, and a file to upload is opened, so bad input leaves no job behind. To continue after an error, do the remaining steps with `err.job`, or submit again with its id as `jobId`.
---@param new bytenite.Submission `templateId` is required; see Submission
---@param options? bytenite.SubmitOptions limits of each step (see Options); and SubmitOptions
---@return bytenite.Job? job refreshed after it was started
---@return bytenite.Error? err Those of the steps. `step` names the step that failed, `job` is the job if it exists. With `maybe_done` the step may have been done.
function Client:submit(new, options) end

---Counts the running tasks of jobs.
---@param jobs (bytenite.Job|string)[] jobs or their ids, in a list
---@param options? bytenite.CallOptions limits of this call; see Options
---@return table<string, integer>? counts by job id
---@return bytenite.Error? err As for other calls.
function Client:running_tasks(jobs, options) end

---Fetches a job's logs, and returns them line by line in order of time. `job:logs(filters)` does this for one job. One request fetches everything: a long log may need a larger `max_response_bytes`. Lines with the same time come in the order partitioner, tasks, assembler; a line without a time stays after the line before it. Carriage returns and progress bars are in the text as the program wrote them.
---@param query bytenite.LogQuery `jobId` is required; see LogQuery
---@param options? bytenite.CallOptions limits of this call; see Options
---@return fun(): bytenite.LogLine?, string?, string?? next_line an iterator that returns a line, the service that wrote it (PARTITIONER, TASKRUNNER or ASSEMBLER) and, for the task runner, the task's id
---@return bytenite.Error? err `not_found` if there is no such job.
function Client:logs(query, options) end

---Tests a data source: whether it can be read, and what is in it.
---@param what bytenite.DataSourceTest `dataSource`; `listFiles` to see what is in it
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.DataSourceInfo? info see DataSourceInfo
---@return bytenite.Error? err `bad_request` if the service cannot read it.
function Client:test_datasource(what, options) end

---Fetches the server's version and its messages to users.
---@param options? bytenite.CallOptions limits of this call; see Options
---@return bytenite.ServerInfo? info
---@return bytenite.Error? err As for other calls.
function Client:info(options) end

---Iterates over the service's events as they happen. For use in a generic `for` only: a `break` closes the stream. The loop ends when the service ends the stream. A failure is raised as the error value, even in the middle of a stream, which is not resumed because events would be missed.
---@param options? bytenite.CallOptions `timeout` limits the time in which no byte comes, `max_response_bytes` the size of one event
---@return fun(): bytenite.Event? iterator returns one Event after another
function Client:each_event(options) end

---Runs a function for each item, several at a time, and waits until all are done. Results are in the order of the items. An item has failed if its function raised, or returned nil or false with an error; a failure stops the others only with `stop_on_error`. For an iterator only the counts are kept, so that memory use does not grow with the number of items: use `on_done` to get values and errors. The iterator, the function and `on_done` may make calls and use `map` themselves. To show progress, count in `on_done`. To cancel a map, run it as a future and cancel that, or raise in `on_done`: pending items are cancelled, and no others start. The results are lost then; a map that `stop_on_error` has ended returns them. For examples see the guide [Many at once](guides/many-at-once.md#progress-and-cancellation).
---@generic T
---@param items T[]|(fun(): T?) a list; or an iterator function, called until it returns nil
---@param run fun(item: T, index: integer): any, any called with each item and its index
---@param options? bytenite.MapOptions see MapOptions
---@return bytenite.Results results see Results, which hold the errors too
function Client:map(items, run, options) end

---Runs a function as a task: while it waits, other tasks run. It starts when the program next waits for the client, or when an event loop drives the client. **A future that is not kept is cancelled when it is collected, unless a loop drives the client**; see Futures.
---@param run fun(...): ... the function
---@param ... any its arguments
---@return bytenite.Future future
function Client:async(run, ...) end

---Waits until all given futures are done.
---@param futures bytenite.Future[] of this client
---@param seconds? number how long to wait at most, above 0; no limit if omitted
---@return bytenite.Results? results how each ended, in the order of the list; see Results
---@return bytenite.Error? err `timeout` if the time has passed. The functions continue.
function Client:wait_all(futures, seconds) end

---Waits until one of the given futures is done. If several are done, it returns the first of them in the list. Each call goes through the whole list: for more than a few hundred functions use `map` with `on_done`.
---@param futures bytenite.Future[] of this client, at least one
---@param seconds? number how long to wait at most, above 0; no limit if omitted
---@return bytenite.Future? future one that is done
---@return integer|bytenite.Error index its position in the list; or the error: `timeout` if the time has passed. The functions continue.
function Client:wait_any(futures, seconds) end

---Runs calls and tasks as far as possible without waiting. After the first call of `step` the client keeps its futures until they end. A program without an event loop can use `step`, too, to run all that is pending.
---@param seconds? number how long to wait for something to do if there is nothing at first; 0 if omitted
---@return boolean busy whether anything is still pending
function Client:step(seconds) end

---Returns the object that an event loop waits for, by the protocol of cqueues. It is always the same object. After the first call of `pollable` the client keeps its futures until they end.
---@return bytenite.Pollable pollable
function Client:pollable() end

---@class bytenite.Future
local Future = {}

---Waits until the function ends, and returns all that it returned. May be called more than once, and from several tasks. In a task it suspends.
---@param seconds? number how long to wait at most, above 0; no limit if omitted
---@return any ... what the function returned; or nil and an error: `timeout` if the time has passed (the function continues); `cancelled`; and errors that the function itself returned.
function Future:get(seconds) end

---Returns whether the function has ended or was cancelled. It neither waits nor drives the client.
---@return boolean done
function Future:done() end

---Ends the function where it waits: its call is cancelled, its `<close>` variables are closed. Does nothing if the function has ended. An update that was in flight may still have been made. `local future <close>` calls it at the end of the block.
function Future:cancel() end

---@class bytenite.Pollable
local Pollable = {}

---Returns the descriptor to wait for: one for all transfers and timers of the client. It stays the same until the client is closed. Only wait for it: do not read or close it.
---@return integer? descriptor nil on a system with neither epoll nor kqueue, and after `close`
function Pollable:pollfd() end

---Returns what to wait for on the descriptor: that it is readable.
---@return string events `"r"`
function Pollable:events() end

---Returns how long to wait for the descriptor at most. It is readable by then.
---@return number? seconds nil for no limit
function Pollable:timeout() end

---@class bytenite.datasource
local datasource = {}

---A file behind a URL, for `dataSource`.
---@param params string|bytenite.UrlSource the URL alone, or a table
---@return bytenite.DataSource source
function datasource.url(params) end

---A file to be uploaded, for `dataSource`. The refreshed job then holds the address to upload to, in `dataSource.params.tempUrl`.
---@param params? bytenite.FileSource
---@return bytenite.DataSource source
function datasource.file(params) end

---A file or folder in Amazon S3, for `dataSource` or `dataDestination`. Pages of the documentation disagree on `s3` and `aws`; older ones and the call's own page have `s3`.
---@param params bytenite.StorageSource `name` and `bucketName` are required
---@return bytenite.DataSource source
function datasource.s3(params) end

---A file or folder in Amazon S3, under its newer name, for `dataSource` or `dataDestination`. See `s3`.
---@param params bytenite.StorageSource `name` and `bucketName` are required
---@return bytenite.DataSource source
function datasource.aws(params) end

---A file or folder in Google Cloud Storage, for `dataSource` or `dataDestination`. The secret holds HMAC keys.
---@param params bytenite.StorageSource `name` and `bucketName` are required
---@return bytenite.DataSource source
function datasource.gcp(params) end

---A file or folder in Storj, for `dataSource` or `dataDestination`.
---@param params bytenite.StorageSource `name` and `bucketName` are required
---@return bytenite.DataSource source
function datasource.storj(params) end

---ByteNite's temporary bucket, for `dataDestination`. It keeps the output for 48 hours.
---@return bytenite.DataSource source
function datasource.bucket() end

---No data source: nothing is fetched or stored. For `dataSource` or `dataDestination`.
---@return bytenite.DataSource source
function datasource.bypass() end

---@class bytenite
---@field null any JSON's null, the same value as `cjson.null`. It is not nil, and it is truthy: compare with it. A declared member that the service sends as null is absent from the table; inside free-form values (`params.app`, `params.partitioner`, `params.assembler`, a data source's `params`, members this module does not know) null arrives as this value. To send null, give it for any member.
---@field Job bytenite.Job The methods of jobs, for when a member of the same name hides one.
---@field datasource bytenite.datasource Constructors of data sources; see Data sources.
---@field _VERSION string The module's name and version.
local bytenite = {}

---Makes a client. Nothing is sent until the first call. A client holds its connections, its access token and its limits. Make one and keep it: its calls share connections. Declare it `<close>`, or call `close`. Options override environment variables; a token takes precedence over a key. Without credentials the first call fails with `no_credentials`.
---@param options? bytenite.Options all of them optional; see Options
---@return bytenite.Client client
function bytenite.new(options) end

---Marks a table as a list, so that an empty one is written as `[]` and not as `{}`. Lists that come from the service carry the mark already. lua-cjson's marks (`array_mt`, `empty_array`, `empty_array_mt`) are honoured if lua-cjson has them.
---@param items? table a new empty table if omitted; its metatable is replaced
---@return table items the same table
function bytenite.array(items) end

---Writes a value as JSON, the way the calls do. Integers are written exactly, floats in the shortest form that reads back as the same number, whole numbers without a fraction. A table with items 1 to n becomes a list; an empty table becomes an object unless it is marked with `array`. The order of an object's members is not fixed unless `sorted` is given.
---@param value any a table, string, number, boolean or `bytenite.null`
---@param options? {sorted?: boolean|string[], indent?: integer} `sorted`: true to sort members by name, or a list of the names that come first; `indent`: spaces per level, 1 to 8, for text on several lines
---@return string text
function bytenite.encode(value, options) end

---Makes an `on_event` that writes a line for each request, response, retry and token. For debugging. The lines hold no secret. The module itself never prints: it writes only to this stream.
---@param stream table|userdata an open file, or any object with a method `write`
---@return fun(event: bytenite.Event) on_event for `bytenite.new`
function bytenite.log(stream) end

---Reads JSON, the way the calls do. A number without a fraction or an exponent becomes an integer if it fits in 64 bits, any other a float. null becomes `bytenite.null`. Lists are marked as by `array`.
---@param text string strict RFC 8259: one value, valid UTF-8, no duplicate members, at most 128 levels deep
---@return any? value
---@return bytenite.Error? err `protocol`, with the place in the text.
function bytenite.decode(text) end

---Turns a timestamp such as `job.createdAt` into seconds since 1970-01-01T00:00:00Z. A timestamp the service has not set is absent: test for nil first.
---@param timestamp string RFC 3339, with any offset and any number of fractional digits
---@return number? seconds an integer, or a float if the timestamp has a fraction
---@return bytenite.Error? err `protocol` if the text is not a timestamp.
function bytenite.time(timestamp) end

return bytenite
