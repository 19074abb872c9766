--- What docs/reliability.md promises about the life of a call, in the order of that page. The suites name these promises:
--- the rows of spec/faults and the checks of spec/servers.
---@class docs.Promise
---@field name string as the suites write it
---@field title string|nil as the page writes it, where that differs
---@field text string
---@field statuses integer[]|nil the fault suite has one promise for all statuses; these tests of it are for this one

---@type docs.Promise[]
return {
  {
    name = "once means once",
    text = "`create_job`, `run`, `abort` and `upload_completed` are never sent again once a byte of the request may have left, "
      .. "unless the service itself has turned the request away: with a complete 401 (once, with a new token) or a complete "
      .. "429. A refused HTTP/2 stream or a GOAWAY is no such response, because a proxy may have passed the request on. The "
      .. "error then has `maybe_done`.",
  },
  {
    name = "no request is sent unaccounted",
    text = "libcurl repeats some requests by itself. Each of these repeats is prevented or counted: in `attempts`, "
      .. "against `max_retries` and by `on_event`.",
  },
  {
    name = "dead means dead",
    text = "After a timeout or a broken connection the next attempt uses a new connection. A connection on which an attempt "
      .. "timed out gets no further request; calls in flight on it may complete.",
  },
  {
    name = "aborting one call never disturbs another",
    text = "Calls over one HTTP/2 connection end independently: with a timeout, a reset stream or a cancelled future.",
  },
  {
    name = "a response answers its own request",
    text = "A response that the server sent before the request is never taken for its answer: an idle HTTP/1.1 connection "
      .. "with unread bytes is closed before its next use.",
  },
  {
    name = "whole or not at all",
    text = "A response counts when its header section and its body are complete. A truncated one is a broken connection.",
  },
  {
    name = "everything is bounded",
    text = "Status line, headers and trailers together (256 KiB, 1000 headers), the body (`max_response_bytes`, refused as "
      .. "soon as a larger length is announced), the time of an attempt and of a call (exceeded by 50 ms at most), and memory.",
  },
  {
    name = "the end of an idle connection is noticed before a request is written",
    text = "If the server has closed a kept connection, or said that it will, the next call takes a new one. So the call does "
      .. "not fail, not even a once-only one.",
  },
  {
    name = "nothing was sent, so every call is tried again",
    text = "When provably no byte of the request left (the name was not found, the connection or the TLS handshake failed), "
      .. "every call is retried, once-only ones too.",
  },
  {
    name = "a 429 is retried",
    text = "The service has refused the request, so every call is retried.",
    statuses = { 429 },
  },
  {
    name = "a 503 is retried for repeatable calls only",
    text = "A once-only call fails after one attempt, without `maybe_done`.",
    statuses = { 503 },
  },
  {
    name = "a failure after sending is retried for repeatable calls only",
    text = "After 408, 500, 502, 504, 520 to 524 or 530, after a timeout, and after a connection that broke before the response "
      .. "was complete, a once-only call fails after one attempt, with `maybe_done`.",
    statuses = { 408, 500, 502, 504, 520, 521, 522, 523, 524, 530 },
  },
  {
    name = "401: the token is renewed once",
    text = "The call is then repeated with the new token, once-only ones too. A second 401 is the result.",
  },
  {
    name = "a success that cannot be used is an error",
    text = "Malformed HTTP or JSON, a response that is too large, or one without the job that it should have: the call "
      .. "fails after one attempt. The error of a once-only call has `maybe_done`.",
  },
  {
    name = "certificates are always verified",
    text = "A refused certificate ends the call before anything is sent, and is not retried.",
  },
  {
    name = "a proxy that refuses CONNECT is final, and named",
    text = "The error has the kind `connection`, is not retried, and names the proxy.",
  },
  {
    name = "the status decides about retries",
    title = "all other statuses are final",
    text = "A status that is not named above is the result: the call is not retried.",
  },
  {
    name = "no redirects are followed",
    text = "A redirect is a status like others: the call fails after one attempt.",
  },
  {
    name = "Retry-After is obeyed up to 60 s",
    text = "In seconds or as a date; anything else is ignored. If the service wants a longer pause, the call fails with "
      .. "`retry_after`.",
  },
  {
    name = "a call whose token exchange failed was not sent",
    text = 'Its error has `operation = "access_token"` and no `maybe_done`. The exchange itself is a repeatable call.',
  },
  {
    name = "an upload that storage times out is sent again",
    text = "Storage responds with 400 `RequestTimeout` when an upload arrives too slowly.",
  },
  {
    name = "no server makes a call raise",
    text = "Whatever a server responds, the call returns `nil` and an error.",
  },
  {
    name = "no local condition makes a call raise",
    text = "Nor does it raise when descriptors are used up, or in a host program that has removed `require`.",
  },
  {
    name = "messages say what is wrong",
    text = "The message names the cause, also where libcurl's own is misleading.",
  },
}
