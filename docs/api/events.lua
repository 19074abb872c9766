--- What `on_event` is called with.
local events <const> = {}

events.fields = {
  { name = "type", type = '"request"|"response"|"retry"|"token"', text = "What happened." },
  { name = "operation", type = "string", text = "The call: `set_name`, `access_token`, `request`, ..." },
  { name = "method", type = "string", text = "Of HTTP." },
  { name = "path", type = "string", text = "Without the query." },
  { name = "attempt", type = "integer", text = "1 for the first." },
  { name = "status", type = "integer?", text = "The HTTP status, where there was a response." },
  {
    name = "kind",
    type = "string?",
    text = "The kind of failure, where there was no response or another attempt follows.",
  },
  {
    name = "headers",
    type = "table<string, string>?",
    text = "Of the response, as in an [error](#errors).",
  },
  { name = "header_list", type = "string[][]?", text = "Of the response, as in an [error](#errors)." },
  { name = "elapsed", type = "number?", unit = "seconds", text = "Since the call began." },
  { name = "delay", type = "number?", unit = "seconds", text = "Until the next attempt." },
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
