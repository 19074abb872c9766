--- Removes keys and tokens from requests before they are recorded.
local core <const> = require "bytenite.core"

local record_redaction = {}

local REDACTED <const> = "[redacted]"

-- Names of secrets in requests, though seldom in errors: an API key may be sent as `?key=`.
local ALSO_SECRET <const> = { key = true }

local function is_secret(name)
  return core.is_secret_name(name) or ALSO_SECRET[name:lower()] or false
end

-- Redacts the strings and tables under secret names, in place. Returns whether there were any.
local function redact_members(value)
  local has_changed = false
  for name, member in pairs(value) do
    local kind <const> = type(member)
    if type(name) == "string" and is_secret(name) and (kind == "string" or kind == "table") and member ~= "" then
      value[name], has_changed = REDACTED, true
    elseif kind == "table" then
      has_changed = redact_members(member) or has_changed
    end
  end
  return has_changed
end

-- Redacts the values of secret names in "name=value&...": queries and forms.
local function redacted_pairs(text)
  return (
    text:gsub("([^?&=%s]+)=([^&%s]+)", function(name, value)
      return ("%s=%s"):format(name, is_secret(name) and REDACTED or value)
    end)
  )
end

-- Redacts a body. Returns the original bytes if it has no secrets.
local function redacted_body(body)
  local value <const> = core.decode(body)
  if value == nil then return redacted_pairs(body) end
  if type(value) ~= "table" or not redact_members(value) then return body end
  return core.encode(value)
end

--- Returns a copy of a request without its keys and tokens: in headers, query and body.
---@param request bytenite.sandbox.Request
---@return table # the members that the record needs
---@usage local kept = record_redaction.redacted(request)
function record_redaction.redacted(request)
  local headers <const> = {}
  for index = 1, #request.headers, 2 do
    local name <const> = request.headers[index]
    headers[index] = name
    headers[index + 1] = is_secret(name) and REDACTED or request.headers[index + 1]
  end
  local path <const>, query <const> = request.path:match "^([^?]*)(.*)$"
  return {
    method = request.method,
    path = path .. redacted_pairs(query),
    http_version = request.http_version,
    headers = headers,
    body = redacted_body(request.body),
    connection = request.connection,
  }
end

return record_redaction
