--- redact.lua: removes secrets from texts for errors and events.
---
--- It removes three things: values known to be secret (API key, tokens, values that a request
--- carried under the name of a secret or in a URL) in every encoding that we know, JSON members
--- with the name of a secret, and the credentials and queries of URLs (the query of a signed URL
--- has its signature). This is done in C (src/redact), in time linear in the text and the secrets.
local core <const> = require "bytenite.core"

local redact <const> = {}

--- Replaces a secret.
redact.MARK = "[redacted]"

local SHORTEST_COOKIE <const> = 8 -- bytes; shorter ones are settings, as in "theme=dark"

local nothing <const> = core.secrets()

--- Returns whether a member, header or parameter of this name holds a secret.
---@type fun(name: string): boolean
redact.is_secret_name = core.is_secret_name

--- Makes a set of secrets.
---@param list string[] values known to be secret
---@return userdata # add(text), add_value(name, text), add_table(value), add_body(text) add to it
function redact.known(list)
  local secrets <const> = core.secrets()
  for _, secret in ipairs(list) do
    secrets:add(secret)
  end
  return secrets
end

--- Adds the secrets in the headers of a request.
---@param secrets userdata
---@param lines string[]|nil like "Name: value"
---@return userdata # the same set
function redact.add_headers(secrets, lines)
  for _, line in ipairs(lines or {}) do
    local name <const>, value <const> = line:match "^([^:]*): ?(.*)$"
    if name then
      secrets:add_value(name, value)
      for cookie in (name:lower() == "cookie" and value or ""):gmatch "=%s*([^;]+)" do
        secrets:add(#cookie >= SHORTEST_COOKIE and cookie or nil)
      end
    end
  end
  return secrets
end

--- Adds the secrets of a request that is not one of the API's.
---@param secrets userdata
---@param raw table target (path and query) or url, headers; see bytenite.call.exchanges
function redact.add_raw(secrets, raw)
  secrets:add_value("", raw.url or "://host" .. (raw.target or ""))
  redact.add_headers(secrets, raw.headers)
end

--- Removes the secrets from a text.
---@param text string
---@param secrets userdata|nil those that are known
---@return string
function redact.text(text, secrets)
  return (secrets or nothing):redact(text)
end

--- Removes secrets that a name or a URL reveals from all strings in a table, in place.
---@param value table of strings and plain tables, at most as deep as JSON that was read
---@return table # the same table
function redact.strings(value)
  for name, member in next, value do
    if type(member) == "string" then
      value[name] = nothing:redact(member)
    elseif type(member) == "table" then
      redact.strings(member)
    end
  end
  return value
end

return redact
