--- events.lua: the service's stream of events. Experimental: no source shows how events are framed,
--- so we read both forms that the service declares: one JSON object per line, and server-sent
--- events with a JSON object as data.
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local redact <const> = require "bytenite.errors.redact"
local stream <const> = require "bytenite.streaming.body_stream"

local events <const> = {}

local function decode_response(exchange)
  return exchange:body()
end

local function new_plan(reader)
  return {
    operation = core.operations.events,
    name = "each_event",
    decode_response = decode_response,
    stream = stream.plan {
      may_repeat = function(self)
        if self.exchange:status() == 200 then reader.rest = self.exchange:body() end
        return not reader.has_begun and reader.rest == "" -- a new stream would silently skip events
      end,
    },
  }
end

local Reader <const> = { __name = "bytenite.EventReader" }
Reader.__index = Reader

-- Raises an error about what the stream contains, and ends the stream. The call itself may have
-- succeeded.
local function stop(reader, problem)
  local operation <const> = core.operations.events
  problem.operation, problem.method, problem.path = operation.name, operation.method, reader.path
  reader.opened:abandon(problem)
  error(problem, 0)
end

-- Returns the next bytes of the stream, or nil at its end. Raises the error of the call.
local function more(reader)
  local opened <const> = reader.opened
  while not opened.done do
    local bytes <const> = opened.exchange:take()
    if bytes ~= "" then return bytes end
    stream.await(opened)
  end
  local rest <const> = reader.rest ~= "" and reader.rest or opened.value
  reader.rest, opened.value = "", false
  if rest and rest ~= "" then return rest end
  if opened.raised then error(opened.raised, 0) end
  if opened.problem then error(opened.problem, 0) end
  return nil
end

-- Returns the next line without its line break, or nil at the end of the stream.
local function next_line(reader)
  while true do
    local line_end <const> = reader.text:find("\n", reader.at, true)
    if line_end then
      local line <const> = reader.text:sub(reader.at, line_end - 1):gsub("\r$", "")
      reader.at = line_end + 1
      return line
    end
    local bytes <const> = more(reader)
    if not bytes then
      local line <const> = reader.text:sub(reader.at)
      reader.text, reader.at = "", 1
      return line ~= "" and line or nil
    end
    reader.has_begun = true
    reader.text, reader.at = reader.text:sub(reader.at) .. bytes, 1
    if #reader.text > reader.opened.limits.max_response_bytes + #bytes then
      stop(reader, errors.new { kind = "too_large", message = "the end of an event is missing" })
    end
  end
end

-- Returns the JSON object in a line; nil if there is none: an empty line, a comment, another field
-- of a server-sent event. Raises if the line is anything else.
local function item_of(reader, line)
  local text <const> = line:find "^%s*{" and line or line:match "^data:%s*({.*)$"
  if not text then
    if line:find "^%s*$" or line:find "^%l*:" then return nil end
    stop(reader, errors.new { kind = "protocol", message = "the response is not a stream of events" })
  end
  local item <const>, problem <const> = core.decode(text, core.operations.events.result)
  if item then return item end
  stop(reader, errors.new { kind = "protocol", message = "an event is not JSON: " .. problem })
end

-- Raises the error that the service sent instead of an event: a gRPC status or anything else.
local function failed(reader, item)
  local status <const> = type(item.error) == "table" and item.error or item
  local words <const> = type(item.error) == "string" and item.error
    or type(status.message) == "string" and status.message
  stop(
    reader,
    errors.new {
      kind = "unexpected",
      code = math.type(status.code) == "integer" and status.code or nil,
      message = redact.text(words or core.encode(item), reader.client.credentials.known()),
    }
  )
end

local function next_event(reader)
  for line in next_line, reader do
    local item <const> = item_of(reader, line)
    if item and type(item.result) == "table" and item.error == nil then return item.result end
    if item then failed(reader, item) end
  end
  return nil
end

--- Implements `client:each_event`: opens the stream and returns the four values for a generic
--- `for`; the fourth closes the stream.
function events.each(client, options)
  local reader <const> = setmetatable({ client = client, text = "", at = 1, rest = "", has_begun = false }, Reader)
  reader.opened = stream.open(client, new_plan(reader), nil, nil, options)
  reader.path = reader.opened.exchange and reader.opened.exchange:path()
  return next_event, reader, nil, reader.opened
end

return events
