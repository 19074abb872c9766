--- exit_status.lua: the exit status for each kind of error, as data. `bytenite --help` and
--- docs/command.md list it too.
local exit_status <const> = {}

--- A row for each status: the kinds of errors that lead to it, and its meaning.
exit_status.rows = {
  { status = 0, kinds = {}, meaning = "done" },
  {
    status = 1,
    kinds = { "unexpected", "protocol", "too_large", "cancelled", "closed" },
    meaning = "any other error",
  },
  { status = 2, kinds = { "usage" }, meaning = "a mistake on the command line, or in a file given there" },
  {
    status = 3,
    kinds = { "no_credentials", "unauthenticated" },
    meaning = "no API key or token, or it was refused",
  },
  { status = 4, kinds = { "permission_denied" }, meaning = "the account may not do this" },
  { status = 5, kinds = { "not_found" }, meaning = "no such job" },
  { status = 6, kinds = { "bad_request" }, meaning = "the service refused the request" },
  { status = 7, kinds = { "conflict" }, meaning = "the job is in a state that forbids it" },
  {
    status = 8,
    kinds = { "rate_limited", "unavailable", "internal" },
    meaning = "the service has a problem: try again later",
  },
  { status = 9, kinds = { "timeout" }, meaning = "a time limit has passed" },
  { status = 10, kinds = { "connection", "tls" }, meaning = "no connection, or an untrusted certificate" },
  { status = 11, kinds = { "job_failed" }, meaning = "the job failed" },
  { status = 12, kinds = { "file" }, meaning = "a file cannot be read or written" },
  { status = 130, kinds = { "interrupted" }, meaning = "Ctrl-C" },
  { status = 141, kinds = { "closed_output" }, meaning = "the reader of the output has closed it" },
}

local OTHER <const> = 1

local status_of_kind <const> = {}
for _, row in ipairs(exit_status.rows) do
  for _, kind in ipairs(row.kinds) do
    status_of_kind[kind] = row.status
  end
end

--- Returns the exit status for a kind of error.
---@param kind string
---@return integer
function exit_status.status(kind)
  return status_of_kind[kind] or OTHER
end

--- Returns the table as text, for --help.
---@return string
function exit_status.describe()
  local lines <const> = { "Exit status:" }
  for _, row in ipairs(exit_status.rows) do
    local kinds <const> = #row.kinds > 0 and (" (%s)"):format(table.concat(row.kinds, ", ")) or ""
    lines[#lines + 1] = ("  %3d  %s%s"):format(row.status, row.meaning, kinds)
  end
  return table.concat(lines, "\n")
end

return exit_status
