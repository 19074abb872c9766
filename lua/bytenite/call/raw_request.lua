--- raw_request.lua: turns the argument of `client:request` into a row like those of the API.
local core <const> = require "bytenite.core"
local query_string <const> = require "bytenite.call.query_string"
local request_headers <const> = require "bytenite.base.request_headers"
local validate <const> = require "bytenite.base.validate"

local raw_request <const> = {}

-- Idempotent methods (RFC 9110 section 9.2.2).
local repeatable <const> = { GET = true, HEAD = true, OPTIONS = true, PUT = true, DELETE = true }

local function method(where, value)
  validate.text(where, value)
  if not value:find "^[A-Z]+$" then validate.raise(where .. ": expected a method in capitals, like GET") end
  return value
end

local function path(where, value)
  validate.text(where, value)
  if value:sub(1, 1) ~= "/" or value:sub(2, 2) == "/" then
    validate.raise(where .. ": expected a path below base_url that starts with one slash")
  end
  if value:find "[^\x21-\x7E]" or value:find "[?#]" then
    validate.raise(where .. ": percent-encode all but visible ASCII; put the query into query")
  end
  for segment in value:gmatch "[^/]+" do
    if segment == "." or segment == ".." then validate.raise(where .. ": the dots would change the path") end
  end
  return value
end

local function query(where, value)
  return validate.type(where, value, "table")
end

local function body(where, value)
  if type(value) == "string" then return value end
  if type(value) ~= "table" then
    validate.raise(("%s: expected a string or a table, got %s"):format(where, validate.describe(value)))
  end
  local text <const>, problem <const> = core.encode(value)
  if not text then validate.raise(where .. ": " .. problem) end
  return text
end

local checks <const> = { method = method, path = path, query = query, body = body, headers = request_headers.check }

--- Makes a row like those of core.operations.
---@param wanted table method (default GET), path, query, body, headers
---@return table
--- Raises if a member is unknown or cannot be sent.
function raw_request.operation(wanted)
  validate.type("request: what to send", wanted, "table")
  local checked <const> = validate.options("request", wanted, checks, "member")
  if not checked.path then validate.raise "request: path is required" end
  local text <const> = query_string.text("request: query", checked.query)
  local name <const> = checked.method or "GET"
  if name == "HEAD" and checked.body then validate.raise "request: HEAD takes no body" end
  return {
    name = "request",
    method = name,
    repeatable = repeatable[name] or false,
    sent_once = not repeatable[name],
    authorized = true,
    any_success = true,
    raw = {
      target = text and checked.path .. "?" .. text or checked.path,
      body = checked.body,
      headers = checked.headers or {},
    },
  }
end

return raw_request
