--- request_headers.lua: checks the headers that a program adds to requests.
local validate <const> = require "bytenite.base.validate"

local request_headers <const> = {}

-- Headers that belong to the module, to a proxy or to the connection (RFC 9110 section 7.6.1).
local set_by_the_module <const> = {
  authorization = true,
  connection = true,
  ["content-length"] = true,
  expect = true,
  host = true,
  ["keep-alive"] = true,
  ["proxy-authorization"] = true,
  ["proxy-connection"] = true,
  te = true,
  trailer = true,
  ["transfer-encoding"] = true,
  upgrade = true,
}

-- Headers that depend on what a call sends and reads, and where a program sets them.
local set_by_calls <const> = {
  accept = "give it to client:request",
  ["accept-encoding"] = "give it to client:request",
  ["content-type"] = "give it to client:request",
  ["user-agent"] = "use user_agent",
}

local function sorted_names(where, headers)
  local names <const> = {}
  for name in pairs(headers) do
    if type(name) ~= "string" or name:find "[^0-9A-Za-z!#$%%&'*+.^_`|~-]" or name == "" then
      validate.raise(where .. ": no header can have this name")
    end
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

-- Checks headers. `refused`: more names that the module sets, and what to do instead.
local function lines_of(where, headers, refused)
  local lines <const>, seen <const> = {}, {}
  for _, name in ipairs(sorted_names(where, validate.type(where, headers, "table"))) do
    local place <const>, lower <const> = ("%s: %s"):format(where, name), name:lower()
    if set_by_the_module[lower] then validate.raise(place .. " is set by the module") end
    if refused[lower] then validate.raise(("%s is set by the module: %s"):format(place, refused[lower])) end
    if seen[lower] then validate.raise(("%s is given twice, as %s too"):format(place, seen[lower])) end
    seen[lower] = name
    local value <const> = validate.header_value(place, headers[name])
    if not value:find "[^ ]" then validate.raise(place .. ": must not be empty") end -- libcurl would leave it out
    lines[#lines + 1] = ("%s: %s"):format(name, value)
  end
  return lines
end

--- Checks headers for one request.
---@param where string what they are for
---@param headers any a table of values by name
---@return string[] # lines like "Name: value", by name
--- Raises on headers that cannot be sent or that the module sets. Never shows a value.
function request_headers.check(where, headers)
  return lines_of(where, headers, {})
end

--- Checks headers for all API requests of a client.
---@see request_headers.check
function request_headers.check_common(where, headers)
  return lines_of(where, headers, set_by_calls)
end

return request_headers
