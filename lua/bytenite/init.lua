--- bytenite: a client for the ByteNite jobs API.
---
---     local bytenite = require "bytenite"
---     local client <close> = bytenite.new { api_key = "..." }
---     local job = assert(client:create_job { templateId = "img-gen", name = "Nightly batch" })
---     assert(job:set_params { partitioner = {}, assembler = {}, app = { prompt = "A sunset" } })
local client <const> = require "bytenite.client"
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local lazy <const> = require "bytenite.base.lazy"
local validate <const> = require "bytenite.base.validate"

local json_layout <const> = lazy.module "bytenite.base.json_layout"
local time <const> = lazy.module "bytenite.base.time"

-- Not lazily: lua-cjson reads the locale when it makes an instance, and exits if the decimal point
-- is not a single byte.
require "bytenite.errors.lenient_json"

-- All other modules. The first call loads what a failure needs, so that no failure loads anything.
lazy.prepare {
  "async.await",
  "async.future",
  "async.map",
  "async.outcomes",
  "async.pollable",
  "async.reactor",
  "async.tasks",
  "async.timers",
  "async.waiters",
  "base.json_layout",
  "base.printable",
  "base.profiles",
  "base.request_headers",
  "base.time",
  "call",
  "call.call_object",
  "call.credentials",
  "call.exchanges",
  "call.query_string",
  "call.raw_request",
  "call.responses",
  "call.retry_policy",
  "call.state_machine",
  "client_methods",
  "datasource",
  "errors.call_failure",
  "errors.redact",
  "errors.response_headers",
  "errors.retry_after",
  "event_log",
  "jobs.filters",
  "jobs.job",
  "jobs.logs",
  "jobs.pagination",
  "jobs.states",
  "jobs.submit",
  "jobs.wait",
  "streaming.body_stream",
  "streaming.download",
  "streaming.download_file",
  "streaming.download_plan",
  "streaming.download_slots",
  "streaming.events",
  "streaming.signed_url",
  "streaming.upload",
  "streaming.upload_source",
}

local bytenite <const> = {
  _VERSION = "bytenite " .. client.version,
  --- JSON's null, the same value as cjson.null. It is truthy.
  null = core.null,
}

--- Documented in docs/api/module.lua.
function bytenite.new(options)
  if options == bytenite then validate.raise "new: call it with a dot: bytenite.new { ... }" end
  return client.new(options)
end

--- Documented in docs/api/module.lua.
function bytenite.array(items)
  if items == nil then return core.array {} end
  validate.type("array: items", items, "table")
  if getmetatable(items) ~= nil and not core.is_array(items) then
    validate.raise "array: the table has a metatable, which the mark would replace"
  end
  return core.array(items)
end

local layout_options <const> = {
  indent = validate.integer(1, 8),
  sorted = function(where, value)
    if type(value) ~= "boolean" then validate.type(where, value, "table") end
    return value
  end,
}

--- Documented in docs/api/module.lua.
function bytenite.encode(value, options)
  local layout <const> = options ~= nil and validate.options("encode", options, layout_options)
  local text <const>, problem <const> = core.encode(value)
  if not text then validate.raise("encode: " .. problem) end
  return layout and json_layout.format(text, layout.sorted, layout.indent) or text
end

--- Documented in docs/api/module.lua.
function bytenite.decode(text)
  local value <const>, problem <const> = core.decode(validate.type("decode: text", text, "string"))
  if value == nil then return nil, errors.new { kind = "protocol", message = "not JSON: " .. problem } end
  return value
end

--- Documented in docs/api/module.lua.
function bytenite.time(timestamp)
  local seconds <const> = time.parse(validate.type("time: timestamp", timestamp, "string"))
  if not seconds then return nil, errors.new { kind = "protocol", message = "not an RFC 3339 timestamp" } end
  return seconds
end

-- Members that are loaded when they are first used.
local parts <const> = {
  --- Constructors of data sources: url, file, s3, aws, gcp, storj, bucket, bypass.
  datasource = function()
    return lazy.load "bytenite.datasource"
  end,
  --- Makes an on_event that writes lines for debugging: bytenite.log(io.stderr).
  log = function()
    return lazy.load("bytenite.event_log").new
  end,
  --- The methods of jobs, for calls past a member of the same name: bytenite.Job.refresh(job).
  Job = function()
    return lazy.load("bytenite.jobs.job").Job
  end,
}

return setmetatable(bytenite, {
  __index = function(_, name)
    local load <const> = parts[name]
    local part <const> = load and load()
    if part then rawset(bytenite, name, part) end
    return part
  end,
  __pairs = function()
    for name, load in pairs(parts) do
      rawset(bytenite, name, load())
    end
    return next, bytenite
  end,
})
