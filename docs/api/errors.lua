--- Error values: their fields and their kinds.
local errors <const> = {}

errors.fields = {
  { name = "kind", type = "string", text = "What happened, in one word; see the table of kinds." },
  { name = "message", type = "string", text = "What went wrong, for people: the server's words where it sent some." },
  { name = "hint", type = "string?", text = "A next step, where one is known." },
  { name = "status", type = "integer?", text = "The HTTP status of the last response." },
  { name = "code", type = "integer?", text = "The code in the response's body: gRPC's, or an HTTP status." },
  { name = "description", type = "string?", text = "The description in the response's body." },
  { name = "request_id", type = "string?", text = "The service's id of the request: quote it to ByteNite." },
  { name = "details", type = "table?", text = "The list of details in the response's body." },
  {
    name = "headers",
    type = "table<string, string>?",
    text = "The headers of the last response by name, in lower case; those of one name joined by `, `. At most 64 KiB. "
      .. "`Set-Cookie` is in `header_list` only. Secrets and the queries of URLs read `[redacted]`.",
  },
  { name = "header_list", type = "string[][]?", text = "The same headers in their order, each `{ name, value }`." },
  {
    name = "operation",
    type = "string?",
    text = 'The API operation that failed, such as "set_params"; "access_token" if there was no token and the call was not '
      .. "sent.",
  },
  { name = "method", type = "string?", text = "The HTTP method of the call." },
  { name = "path", type = "string?", text = "The path of the call, without the query." },
  { name = "attempts", type = "integer?", text = "How many times the request was started; 0 if it never was." },
  { name = "elapsed", type = "number?", unit = "seconds", text = "From the start of the call to its end." },
  { name = "retryable", type = "boolean?", text = "Whether the same call may succeed later." },
  { name = "retry_after", type = "number?", unit = "seconds", text = "How long the server asks to wait." },
  {
    name = "maybe_done",
    type = "boolean?",
    text = "True if the service may have acted although no usable response came: check before you repeat "
      .. "`create_job`.",
  },
  {
    name = "step",
    type = "string?",
    text = 'From `submit`: the step that failed: "create_job", "set_datasource", "set_params", "set_configs", '
      .. '"upload", "run" or "refresh".',
  },
  { name = "file", type = "string?", text = "Of `download`: the name of the file that could not be fetched." },
  {
    name = "job",
    type = "bytenite.Job?",
    text = "From `submit`: the job, if it was created, in its last known state.",
  },
  {
    name = "body",
    type = "string?",
    text = "The first 64 KiB of the response's body; `message` and `code` are found behind them too. Secrets and the "
      .. "queries of URLs read `[redacted]`.",
  },
}

--- `status` where it alone decides; `advice` is what a program can do.
errors.kinds = {
  {
    "bad_request",
    status = 400,
    text = "The service refused what was sent.",
    advice = "Correct it: `message` says what.",
  },
  {
    "unauthenticated",
    status = 401,
    text = "The API key or the token was refused, a renewed token too.",
    advice = "Check the key; get a new token.",
  },
  {
    "permission_denied",
    status = 403,
    text = "The account may not do this.",
    advice = "Check whose key it is.",
  },
  { "not_found", status = 404, text = "There is no such job.", advice = "Check the id and `service`." },
  {
    "conflict",
    status = 409,
    text = "The job is in a state that forbids it, or another program changed it.",
    advice = "`refresh`, then decide.",
  },
  {
    "rate_limited",
    status = 429,
    text = "Too many requests, even after the retries.",
    advice = "Wait `retry_after` seconds.",
  },
  { "internal", status = 500, text = "The service failed.", advice = "Try later; see `maybe_done`." },
  { "unavailable", status = 503, text = "The service is temporarily unavailable.", advice = "Try later." },
  {
    "unexpected",
    text = "Any other status; a 200 that says `ok: false`, or holds no job or a different one; pages that make no "
      .. "progress; a missing or unsafe address.",
    advice = "Look at `status` and `body`; check `base_url`.",
  },
  {
    "timeout",
    text = "`timeout`, `connect_timeout` or `deadline` passed; or the time given to `get`, `wait_all` or "
      .. "`job:wait` (the work continues).",
    advice = "Try later; see `maybe_done`.",
  },
  {
    "connection",
    text = "The name did not resolve, no server listens there, the connection broke, or a proxy refused to connect.",
    advice = "Check `base_url` and the proxy, try later; see `maybe_done`.",
  },
  {
    "job_failed",
    text = "From `job:wait`: the job failed, or ended in another state than complete.",
    advice = "`message` is the job's `errorMessage`; look at its logs.",
  },
  {
    "file",
    text = "From `upload` and `download`: a local file cannot be read or written, changed during the upload, or a "
      .. "result's name is unsafe.",
    advice = "`message` names it.",
  },
  {
    "tls",
    text = "The TLS handshake failed, or a certificate is not trusted.",
    advice = "Check `ca_file`, `client_cert`.",
  },
  {
    "protocol",
    text = "The response is not HTTP or not JSON; `message` says if it is an HTML page or compressed data. From "
      .. "`bytenite.decode` and `bytenite.time`: the text is invalid.",
    advice = "Check `base_url`; see `maybe_done`.",
  },
  { "too_large", text = "The response is larger than `max_response_bytes`.", advice = "Raise it; see `maybe_done`." },
  {
    "cancelled",
    text = "The call or task was cancelled, by `cancel` or `stop_on_error`.",
    advice = "With `maybe_done` it was in flight: `refresh`, then check.",
  },
  {
    "closed",
    text = "The client is closed, or belongs to the parent of this process.",
    advice = "Make a client in each process.",
  },
  {
    "no_credentials",
    text = "There is neither a key nor a token, or the `access_token` function returned none that can be sent.",
    advice = "Set `api_key` or `BYTENITE_API_KEY`.",
  },
}

return errors
