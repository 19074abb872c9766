--- whoami.lua: the command that shows with what the service is called, and where each value comes
--- from.
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

-- Returns what is known of a client, as JSON has it.
local function describe(client)
  local settings <const> = client.options
  local sources <const> = settings.sources
  local told <const> = { file = sources.file }
  if settings.profile then
    told.profile = { value = settings.profile, source = source_of(sources, { "profile", nil, "--profile" }) }
  end
  for _, row in ipairs(VALUES) do
    local source <const> = source_of(sources, row)
    if settings[row[1]] ~= nil and source then told[row[1]] = { value = settings[row[1]], source = source } end
  end
  for _, row in ipairs(SECRETS) do
    if sources[row[1]] then told[row[1]] = { source = source_of(sources, row) } end
  end
  return told
end

local function with_source(entry, value)
  return entry and ("%s (%s)"):format(value or entry.value, entry.source)
end

local function show(console, told)
  local record <const> = {
    { "profile", with_source(told.profile) or "none" },
    { "file", told.file },
  }
  for _, row in ipairs(VALUES) do
    record[#record + 1] = { row[2], with_source(told[row[1]]) }
  end
  for _, row in ipairs(SECRETS) do
    record[#record + 1] = { "credentials", with_source(told[row[1]], row[2]) }
  end
  if not told.access_token and not told.api_key then record[#record + 1] = { "credentials", "none" } end
  record[#record + 1] = { "accepted", told.accepted and "yes" or "no", told.accepted and "green" or "red" }
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
    local told <const> = describe(client)
    local answer <const>, problem <const> = client:info()
    told.accepted = answer ~= nil
    if console.json then
      console:value(told)
    else
      show(console, told)
    end
    console.flush()
    assert(answer, problem)
  end,
}

return { whoami }
