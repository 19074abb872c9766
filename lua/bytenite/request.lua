--- request.lua: `client:request`, the way out for what the module does not know yet, turned into a row of its own.
local check <const> = require "bytenite.check"
local core <const> = require "bytenite.core"

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

local function query_value(where, value)
  local kind <const> = math.type(value) or type(value)
  if kind ~= "string" and kind ~= "integer" and kind ~= "float" and kind ~= "boolean" then
    check.raise(("%s: expected a string, a number or a boolean, got %s"):format(where, check.describe(value)))
  end
  -- a number as JSON has it: no locale's decimal mark
  local text <const> = kind == "string" and value or core.encode(value)
  return core.percent_encode(text or check.raise(where .. ": not a finite number"))
end

-- The values of one name: a value, or a list of some.
local function query_values(where, value)
  if type(value) ~= "table" then return { value } end
  local count = 0
  for _ in pairs(value) do
    count = count + 1
  end
  if count ~= #value then check.raise(where .. ": expected a value or a list of values without holes") end
  return value
end

-- A query from a table, without the question mark: names and values percent-encoded, names in order; nil for none.
local function query_text(where, query)
  local names <const>, pairs_of <const> = {}, {}
  for name in pairs(query or {}) do
    names[#names + 1] = check.text(where .. ": query: name", name)
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local values <const> = query_values(where .. ": query: " .. name, query[name])
    for _, value in ipairs(values) do
      pairs_of[#pairs_of + 1] = core.percent_encode(name) .. "=" .. query_value(where .. ": query: " .. name, value)
    end
  end
  return #pairs_of > 0 and table.concat(pairs_of, "&") or nil
end

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
  local query <const> = query_text("request", checked.query)
  local name <const> = checked.method or "GET"
  if name == "HEAD" and checked.body then check.raise "request: HEAD takes no body" end
  return {
    name = "request",
    method = name,
    repeatable = repeatable[name] or false,
    authorized = true,
    any_success = true,
    raw = {
      target = query and checked.path .. "?" .. query or checked.path,
      body = checked.body,
      headers = header_lines(checked.headers),
    },
  }
end

return request
