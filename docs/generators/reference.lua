--- The reference page, docs/reference.md.
local core <const> = require "bytenite.core"
local markdown <const> = require "docs.generators.markdown"
local tables <const> = require "docs.generators.tables"

local code <const>, schemas <const> = markdown.code, core.schemas()

local HEAD <const> = [[
# Reference

<!-- Written by docs/generate.lua (make docs); do not edit. -->

Everything `require "bytenite"` offers, and the adapters for event loops. The [README](../README.md) is the place to start.

- Failures of a running system are returned as `nil, err` (see [Errors](#errors)); a mistake in the program raises a string
  before anything is sent.
- Members keep the names that the service gives them; times and limits are in seconds.
- Every example runs against the sandbox in the tests. A comment `-->` shows what is printed, `...` stands for anything. Unless
  they require the module themselves, they start from

]]

local RETRIES <const> = {
  "## Retries\n",
  "A call whose attempt fails is retried, up to `max_retries` times and within its `deadline`:\n",
  markdown.table({ "failure", "repeatable", "once only" }, {
    { "nothing was sent: resolve, connect, TLS handshake", "retry", "retry" },
    { "429", "retry", "retry" },
    { "503", "retry", "no" },
    {
      "408, 500, 502, 504, 520 to 524, 530; an attempt timed out; the connection broke midway",
      "retry",
      "no, `maybe_done`",
    },
    { "an upload to which storage responds with 400 `RequestTimeout`", "retry", "" },
    { "401", "renew the token once, retry", "renew the token once, retry" },
    { "a response that is not JSON, or too large", "no, `maybe_done`", "no, `maybe_done`" },
    { "any other status; a certificate that is not trusted; a proxy that refuses to connect", "no", "no" },
  }),
  "The delay is random: up to 0.5 s before the first retry, then up to 1, 2, 4 and at most 8 s; or what "
    .. "`Retry-After` asks for, in seconds or as an HTTP date, up to 60 s (beyond that the error is returned, with "
    .. "`retry_after`). [Many at once](#many-at-once) says what a 429 does to concurrent calls. Each client has a "
    .. "budget of 500 points: a retry costs 5, or 10 after a timeout, and a success earns 1; without points "
    .. "nothing is retried. `maybe_done` is never set for a GET. Source: module.\n",
}

local function join(...)
  local parts <const> = {}
  for _, part in ipairs { ... } do
    if part ~= "" then parts[#parts + 1] = part end
  end
  return table.concat(parts, "\n")
end

local function sources(api)
  local lines <const> = { "A word says where each behaviour comes from:\n" }
  for _, source in ipairs(api.sources) do
    lines[#lines + 1] = ("- *%s*: %s."):format(source[1], source[2])
  end
  return table.concat(lines, "\n") .. "\n"
end

local function parameters_of(entry)
  if #entry.parameters == 0 then return "" end
  local rows <const> = {}
  for index, parameter in ipairs(entry.parameters) do
    local type <const> = parameter[2]:gsub("%?$", "")
    rows[index] = { code(parameter[1]), code(type), parameter[3] }
  end
  return markdown.table({ "parameter", "type", "" }, rows)
end

-- A sentence behind a colon.
local function continued(text)
  return text:sub(1, 1):lower() .. text:sub(2)
end

-- A returned value: its type, and a note where there is one.
local function value_of(returned)
  local note <const> = returned[3] ~= "" and ", " .. returned[3] or ""
  return code((returned[1]:gsub("%?$", ""))) .. note
end

local function returns_of(entry)
  local lines <const> = {}
  if entry.returns then
    local values = value_of(entry.returns)
    if entry.second then values = values .. ", and " .. value_of(entry.second) end
    lines[1] = ("- Returns %s%s."):format(values, entry.fails and "; or `nil, err`" or "")
  else
    lines[1] = "- Returns nothing."
  end
  if entry.fails then lines[#lines + 1] = "- Errors: " .. continued(entry.fails) end
  if entry.raises then lines[#lines + 1] = "- Raises: " .. continued(entry.raises) end
  lines[#lines + 1] = "- Source: " .. continued(entry.source) .. "."
  return table.concat(lines, "\n") .. "\n"
end

local function operation_of(entry)
  local operation <const> = core.operations[entry.operation]
  if not operation then return "" end
  return ("%s, %s.\n"):format(tables.http_call(operation), operation.repeatable and "repeatable" or "once only")
end

local function function_section(class, entry)
  return join(
    ("### %s\n"):format(code(tables.signature(class, entry))),
    operation_of(entry),
    entry.summary .. (entry.text and " " .. entry.text or "") .. "\n",
    parameters_of(entry),
    returns_of(entry),
    entry.example and markdown.lua_block(entry.example) or ""
  )
end

local function value_section(class, entry)
  return join(
    ("### %s\n"):format(code(class.prefix .. entry.name)),
    entry.text .. "\n",
    "- Source: " .. entry.source .. ".\n",
    entry.example and markdown.lua_block(entry.example) or ""
  )
end

local function class_section(class)
  local parts <const> = class.title and { ("## %s\n"):format(class.title), class.text .. "\n" } or {}
  for _, entry in ipairs(class.values or {}) do
    parts[#parts + 1] = value_section(class, entry)
  end
  for _, entry in ipairs(class.functions) do
    parts[#parts + 1] = function_section(class, entry)
  end
  for _, group in ipairs(class.members or {}) do
    parts[#parts + 1] = ("### %s\n"):format(group.name)
    parts[#parts + 1] = group.of .. "\n"
    parts[#parts + 1] = tables.fields(group.fields)
  end
  return table.concat(parts, "\n")
end

local function options_section(api)
  local call_options <const> = {}
  for index, name in ipairs(api.options.call) do
    call_options[index] = code(name)
  end
  local origins <const> = {}
  for index, option in ipairs(api.options.client) do
    if option.source ~= "module" then origins[#origins + 1] = ("%s: %s"):format(code(option.name), option.source) end
    if index == #api.options.client then origins[#origins + 1] = "the others: module" end
  end
  return join(
    "## Options\n",
    "The options of `bytenite.new`. If an environment variable is named, it is read if the option is not given; "
      .. "white space around its value is removed.\n",
    tables.options(api),
    ("Every call takes a table as its last argument with %s, for that call alone.\n"):format(
      table.concat(call_options, ", ")
    ),
    "Sources: " .. table.concat(origins, "; ") .. ".\n",
    "### Profiles\n",
    api.options.profiles
  )
end

local function errors_section(api)
  return join(
    "## Errors\n",
    "An error is a table; `tostring(err)` is one line that says what was attempted and how it failed. Fields that "
      .. "do not apply are nil. No key, token, password or signed address appears in an error. Sources: the bodies "
      .. "of responses: docs; the rest: module.\n",
    tables.errors(api),
    "### Kinds\n",
    "The service declares the statuses 400, 401, 403, 404, 500 and 503; 409 and 429 can occur too (inferred).\n",
    tables.kinds(api)
  )
end

local function events_section(api)
  local rows <const> = {}
  for index, event in ipairs(api.events.types) do
    local names <const> = {}
    for _, name in ipairs(event.fields) do
      names[#names + 1] = code(name)
    end
    for _, name in ipairs(event.some or {}) do
      names[#names + 1] = code(name) .. " where known"
    end
    rows[index] = { code(event[1]), event.text, table.concat(names, ", ") }
  end
  return join(
    "## Events\n",
    "`on_event` is called with a table for each event. Nothing in it is secret. The token exchange appears as a "
      .. "call of its own, `access_token`. Source: module.\n",
    markdown.table({ "type", "when", "fields besides the common ones" }, rows),
    tables.fields(api.events.fields),
    markdown.lua_block [[
local bytenite = require "bytenite"
local client <close> = bytenite.new {
  on_event = function(event) print(event.type, event.operation, event.status) end,
}
assert(client:create_job { templateId = "img-gen" })
--> request access_token nil
--> response access_token 200
--> token access_token nil
--> request create_job nil
--> response create_job 200
]]
  )
end

local function states_section(states)
  local rows <const> = {}
  for index, state in ipairs(states) do
    rows[index] = { code("JOB_STATE_" .. state[1]), state[2] }
  end
  return join(
    "### States\n",
    "The states of a job, in order; the service may add others. Any of them can lead to `JOB_STATE_FAILED`. What "
      .. "an aborted job shows is not known. Priorities are `EXECUTION_PRIORITY_UNDEFINED`, `_CHEAP`, `_BALANCED` "
      .. "and `_FAST`. Source: clients, docs.\n",
    markdown.table({ "state", "meaning" }, rows)
  )
end

-- Declared types of the service, by name.
local function objects_section(states, internal_objects)
  local names <const> = {}
  for name in pairs(schemas) do
    if not internal_objects[name] then names[#names + 1] = name end
  end
  table.sort(names)
  local parts <const> = {
    "## Objects\n",
    "The members that the service declares. Members that it adds later pass through unchanged. Reading: a member "
      .. 'that is null is absent; integers arrive as Lua integers whether they were sent as `3600` or `"3600"`; a '
      .. "value that does not fit its type stays as it was sent, a number that Lua cannot hold exactly as a string "
      .. "of its digits. Writing: types are checked, integers may be decimal strings, `bytenite.null` may be given "
      .. "for any member. A timestamp is an RFC 3339 string, an enum a string (a number where the service has no "
      .. "name for it), uint32 an integer from 0 to 4294967295, object a table with arbitrary members, any is any "
      .. "JSON value; timestamps and properties are tables by name. Source: page, docs.\n",
  }
  for _, name in ipairs(names) do
    local rows <const> = {}
    for index, member in ipairs(schemas[name]) do
      local element <const> = member.type:gsub("%[%]$", "")
      local type <const> = schemas[element] and ("[%s](#%s)"):format(member.type, element:lower()) or member.type
      rows[index] = { code(member.name), type, (member.required and "Required: " or "") .. member.meaning }
    end
    parts[#parts + 1] = ("### %s\n"):format(name)
    parts[#parts + 1] = markdown.table({ "member", "type", "meaning" }, rows)
  end
  parts[#parts + 1] = states_section(states)
  return table.concat(parts, "\n")
end

--- The page's text.
-- @tparam table api
-- @treturn string
return function(api)
  local sections <const> = {
    HEAD .. markdown.lua_block(api.preamble),
    sources(api),
    "## Calls\n\n" .. tables.calls(api),
  }
  for _, class in ipairs(api.classes) do
    sections[#sections + 1] = class_section(class)
  end
  sections[#sections + 1] = options_section(api)
  sections[#sections + 1] = errors_section(api)
  sections[#sections + 1] = table.concat(RETRIES, "\n")
  sections[#sections + 1] = events_section(api)
  sections[#sections + 1] = objects_section(api.states, api.internal_objects)
  return table.concat(sections, "\n")
end
