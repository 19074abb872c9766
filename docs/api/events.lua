--- What `on_event` is called with.
local events <const> = {}

events.fields = {
  { name = "type", type = '"request"|"response"|"retry"|"token"', text = "What happened." },
  { name = "operation", type = "string", text = "The call: `set_name`, `access_token`, `request`, ..." },
  { name = "method", type = "string", text = "The HTTP method." },
  { name = "path", type = "string", text = "The path, without the query." },
  { name = "attempt", type = "integer", text = "The number of the attempt; the first is 1." },
  { name = "status", type = "integer?", text = "The HTTP status, if there was a response." },
  {
    name = "kind",
    type = "string?",
    text = "The kind of failure, if there was no response or another attempt follows.",
  },
  {
    name = "headers",
    type = "table<string, string>?",
    text = "The headers of the response, as in an [error](#errors).",
  },
  { name = "header_list", type = "string[][]?", text = "The headers of the response, as in an [error](#errors)." },
  { name = "elapsed", type = "number?", unit = "seconds", text = "Since the start of the call." },
  { name = "delay", type = "number?", unit = "seconds", text = "Until the next attempt starts." },
}

--- By type: when, and which fields it has besides type, operation, method, path and attempt. Those in `some` may be missing.
events.types = {
  { "request", text = "An attempt starts.", fields = {} },
  {
    "response",
    text = "An attempt ends, with a response or a failure.",
    fields = { "elapsed" },
    some = { "status", "headers", "header_list", "kind" },
  },
  { "retry", text = "Another attempt follows.", fields = { "delay", "kind" }, some = { "status" } },
  { "token", text = "The API key was exchanged for a new access token.", fields = {} },
}

return events
