--- raw_request.lua: `client:request`, the way out for what the module does not know yet, turned into a row of its own.
local check <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"
local query <const> = require "bytenite.call.query_string"

local request <const> = {}

-- Methods that do twice what they do once (RFC 9110 section 9.2.2).
local repeatable <const> = { GET = true, HEAD = true, OPTIONS = true, PUT = true, DELETE = true }

-- Headers that belong to the module, or to the connection (RFC 9110 section 7.6.1).
local set_by_the_module <const> = {
  authorization = true,
  connection = true,
  ["content-length"] = true,
  expect = true,
  host = true,
  ["keep-alive"] = true,
  te = true,
  trailer = true,
  ["transfer-encoding"] = true,
  upgrade = true,
}

local function method(where, value)
  check.text(where, value)
  if not value:find "^%u+$" then check.raise(where .. ": expected a method in capitals, like GET") end
  return value
end

local function path(where, value)
  check.text(where, value)
  if value:sub(1, 1) ~= "/" or value:sub(2, 2) == "/" then
    check.raise(where .. ": expected a path below base_url that starts with one slash")
  end
  if value:find "[^\x21-\x7E]" or value:find "[?#]" then
    check.raise(where .. ": percent-encode all but visible ASCII; a query goes into query")
  end
  for segment in value:gmatch "[^/]+" do
    if segment == "." or segment == ".." then check.raise(where .. ": the dots would change the path") end
  end
  return value
end

local function table_of(where, value)
  return check.type(where, value, "table")
end

local function body(where, value)
  if type(value) == "string" then return value end
  if type(value) ~= "table" then
    check.raise(("%s: expected a string or a table, got %s"):format(where, check.describe(value)))
  end
  local text <const>, problem <const> = core.encode(value)
  if not text then check.raise(where .. ": " .. problem) end
  return text
end

local checks <const> = { method = method, path = path, query = table_of, body = body, headers = table_of }

local function header_lines(headers)
  local lines <const> = {}
  for name, value in pairs(headers or {}) do
    local where <const> = "request: headers"
    if type(name) ~= "string" or name:find "[^%w!#$%%&'*+.^_`|~-]" or name == "" then
      check.raise(where .. ": a name that no header can have")
    end
    if set_by_the_module[name:lower()] then check.raise(("%s: %s is set by the module"):format(where, name)) end
    lines[#lines + 1] = name .. ": " .. check.header_value(("%s: %s"):format(where, name), value)
  end
  return lines
end

--- Turns what the user wants sent into a row like those of core.operations.
---@param wanted table method (default GET), path, query, body, headers
---@return table
--- Raises on bad input.
function request.operation(wanted)
  check.type("request: what to send", wanted, "table")
  local checked <const> = check.options("request", wanted, checks, "member")
  if not checked.path then check.raise "request: path is needed" end
  local text <const> = query.text("request: query", checked.query)
  local name <const> = checked.method or "GET"
  if name == "HEAD" and checked.body then check.raise "request: HEAD takes no body" end
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
      headers = header_lines(checked.headers),
    },
  }
end

return request
