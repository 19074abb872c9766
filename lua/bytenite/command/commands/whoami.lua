--- whoami.lua: the command `whoami`: shows the address and credentials in use, and where each value
--- comes from.
local table_layout <const> = require "bytenite.command.table_layout"

-- The members of JSON, the names for people, and the options of the command line.
local VALUES <const> = {
  { "base_url", "address", "--base-url", otherwise = "default" },
  { "service", "service", "--service", otherwise = "default" },
  { "ca_file", "certificates", "--ca-file" },
  { "ca_path", "certificates in", "--ca-path" },
  { "client_cert", "own certificate", "--client-cert" },
  { "client_key", "its key", "--client-key" },
}

local SECRETS <const> = {
  { "access_token", "an access token", "--access-token" },
  { "api_key", "an API key", "--api-key-file" },
}

local function source_of(sources, row)
  local source <const> = sources[row[1]]
  return source == "option" and row[3] or source or row.otherwise
end

-- The text for `accepted`, and its colour. `accepted` is nil if the service said neither yes nor
-- no.
local ACCEPTED <const> = { [true] = { "yes", "green" }, [false] = { "no", "red" } }
local UNKNOWN <const> = "unknown (%s)"

-- The kinds of errors that mean that credentials are refused or missing.
local REFUSALS <const> = { unauthenticated = true, permission_denied = true, no_credentials = true }

-- Returns the report about a client, as --json prints it.
local function describe(client)
  local options <const> = client.options
  local sources <const> = options.sources
  local report <const> = { file = sources.file }
  if options.profile then
    report.profile = { value = options.profile, source = source_of(sources, { "profile", nil, "--profile" }) }
  end
  for _, row in ipairs(VALUES) do
    local source <const> = source_of(sources, row)
    if options[row[1]] ~= nil and source then report[row[1]] = { value = options[row[1]], source = source } end
  end
  for _, row in ipairs(SECRETS) do
    if sources[row[1]] then report[row[1]] = { source = source_of(sources, row) } end
  end
  return report
end

local function with_source(entry, value)
  return entry and ("%s (%s)"):format(value or entry.value, entry.source)
end

local function accepted(report, problem)
  local known <const> = ACCEPTED[report.accepted]
  if known then return "accepted", known[1], known[2] end
  return "accepted", UNKNOWN:format(problem.status and "the call failed" or "not reached"), "yellow"
end

local function show(console, report, problem)
  local record <const> = {
    { "profile", with_source(report.profile) or "none" },
    { "file", report.file },
  }
  for _, row in ipairs(VALUES) do
    record[#record + 1] = { row[2], with_source(report[row[1]]) }
  end
  for _, row in ipairs(SECRETS) do
    record[#record + 1] = { "credentials", with_source(report[row[1]], row[2]) }
  end
  if not report.access_token and not report.api_key then record[#record + 1] = { "credentials", "none" } end
  record[#record + 1] = { accepted(report, problem) }
  table_layout.record(console, record)
end

local whoami <const> = {
  name = "whoami",
  summary = "Show the address and credentials in use, and check them.",
  description = "Shows the profile, the address and the other values in use, where each value comes from\n"
    .. "(an option, an environment variable, the profile, the default), and whether the service\n"
    .. "accepts a call. Keys and tokens are never shown.",
  examples = { "bytenite whoami", "bytenite whoami --profile work --json" },
  define = function() end,
  run = function(context)
    local console <const> = context.console
    local client <const> = context.client()
    local report <const> = describe(client)
    local info <const>, problem <const> = client:info()
    if info or REFUSALS[problem.kind] then report.accepted = info ~= nil end
    if console.json then
      console:value(report)
    else
      show(console, report, problem)
    end
    console.flush()
    assert(info, problem)
  end,
}

return { whoami }
