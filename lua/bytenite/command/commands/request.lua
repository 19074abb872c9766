--- request.lua: the command `request`: sends any request to the service, for calls without a
--- command.
local bytenite <const> = require "bytenite"
local command_errors <const> = require "bytenite.command.command_errors"
local dry_run <const> = require "bytenite.command.dry_run"
local input <const> = require "bytenite.command.input"

-- Returns the path below base_url. A path without a leading slash is relative to the service.
local function path_of(client, path)
  if path:sub(1, 1) == "/" then return path end
  return ("/%s/%s"):format(client.options.service, path)
end

-- Splits NAME=VALUE.
local function pair_of(option, text)
  local name <const>, value <const> = text:match "^([^=]+)=(.*)$"
  if not name then command_errors.usage(("%s %s: expected NAME=VALUE"):format(option, text)) end
  return name, value
end

-- Returns the query, by name; the values of a repeated name become a list.
local function query_of(given)
  local query <const> = {}
  for _, text in ipairs(given.query) do
    local name <const>, value <const> = pair_of("--query", text)
    local before <const> = query[name]
    if type(before) == "table" then
      before[#before + 1] = value
    else
      query[name] = before and { before, value } or value
    end
  end
  return next(query) and query
end

local function headers_of(given)
  local headers <const> = {}
  for _, text in ipairs(given.header) do
    local name <const>, value <const> = text:match "^([^:]+):%s*(.*)$"
    if not name then command_errors.usage(("--header %s: expected NAME: VALUE"):format(text)) end
    headers[name] = value
  end
  return next(headers) and headers
end

-- Returns the body: a file unchanged, or an object of the fields, whose names may have dots.
local function body_of(given)
  if given.input then return input.read(given.input) end
  if #given.field == 0 then return nil end
  local body <const> = {}
  for _, text in ipairs(given.field) do
    local path <const>, value <const> = pair_of("--field", text)
    local parent, last = body, nil
    for name in path:gmatch "[^.]+" do
      if last then
        if type(parent[last]) ~= "table" then parent[last] = {} end
        parent = parent[last]
      end
      last = name
    end
    if not last then command_errors.usage(("--field %s: expected NAME=VALUE"):format(text)) end
    parent[last] = input.value("--field " .. path, value)
  end
  return body
end

-- Prints the body of the response: formatted if it is JSON and goes to a terminal, else unchanged.
local function show(console, response, with_head)
  if with_head then
    console:line(("HTTP %d"):format(response.status))
    for _, pair in ipairs(response.header_list) do
      console:line(("%s: %s"):format(pair[1], pair[2]))
    end
    console:line ""
  end
  local value = nil
  if console.out.is_terminal or console.json then value = bytenite.decode(response.body) end
  if value ~= nil then return console:value(value) end
  console:write(console:shown(response.body))
  if console.out.is_terminal and response.body:find "[^\n]$" then console:write "\n" end
end

local request <const> = {
  name = "request",
  summary = "Send any request to the service.",
  description = "Sends any request to the service, with token, retries and limits, and prints the body of the\n"
    .. "response. A PATH that does not begin with a slash is below the service's name: jobs/ID. GET, HEAD, PUT\n"
    .. "and DELETE are retried after a failure, other methods are sent once.",
  examples = {
    "bytenite request GET jobs/ID/results",
    "bytenite request GET jobs --query pagination.limit=2",
    "bytenite request PATCH jobs/ID/configs --field jobTimeout=3600 --field isTestJob=true",
    "bytenite request POST jobs --input job.json",
    "bytenite request GET /customer/info --include",
  },
  define = function(command)
    command:argument("method", "GET, POST, PUT, PATCH, DELETE, ..."):argname "METHOD"
    command:argument("path", "Below the address of the service, percent-encoded, without a query."):argname "PATH"
    command:option("--query", "NAME=VALUE for the query. May be repeated."):argname("PAIR"):count "*"
    command:mutex(
      command
        :option("--field", "NAME=VALUE for the body; VALUE is JSON, else text; a.b=1 makes an object in a.")
        :argname("PAIR")
        :count "*",
      command:option("--input", "A file to send as the body; - for stdin."):argname "PATH"
    )
    command:option("--header", "An additional header, NAME: VALUE. May be repeated."):argname("HEADER"):count "*"
    command:flag("-i --include", "Print the status and headers of the response too.")
    dry_run.define(command)
  end,
  run = function(context, given)
    local client <const> = context.client()
    local wanted <const> = {
      method = given.method:upper(),
      path = path_of(client, given.path),
      query = query_of(given) or nil,
      headers = headers_of(given) or nil,
      body = body_of(given),
    }
    if given.dry_run then
      return dry_run.print(context.console, {
        {
          method = wanted.method,
          url = client.options.base_url .. wanted.path,
          query = wanted.query,
          body = wanted.body,
          is_raw = given.input ~= nil,
        },
      })
    end
    show(context.console, assert(client:request(wanted)), given.include)
  end,
}

return { request }
