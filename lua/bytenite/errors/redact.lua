--- redact.lua: removes secrets from texts for errors and events.
---
--- Three nets: values known to be secret (API key, tokens, what a request carried under a telling
--- name), JSON members with a telling name, and the credentials and queries of URLs (the signature
--- of a signed URL is in its query).
local core <const> = require "bytenite.core"

local redact <const> = {}

local MARK <const> = "[redacted]"
local SHORTEST <const> = 4 -- bytes; replacing shorter values would destroy ordinary text

-- Names of members whose strings are secret, in lower case and without "_" and "-".
local telling <const> = {
  accesskey = true,
  accesskeyid = true,
  accesstoken = true,
  apikey = true,
  authorization = true,
  clientsecret = true,
  password = true,
  privatekey = true,
  secret = true,
  secretaccesskey = true,
  secretkey = true,
  sessiontoken = true,
  token = true,
}

local function tells(name)
  return telling[name:lower():gsub("[_-]", "")] or false
end

local LONG_PART <const> = 16 -- bytes; longer values in the query of a signed URL count as secrets

local function percent_decoded(text)
  local decoded <const> = text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end)
  return decoded
end

-- Adds the password in a URL, its query and the query's longer values to a list: a server may echo
-- each alone.
local function gather_url(text, found)
  found[#found + 1] = text:match "^%a[%w+.-]*://[^/?#@:]*:([^/?#]*)@"
  local query <const> = text:match "^%a[%w+.-]*://[^?]*%?(.+)$"
  if not query then return end
  found[#found + 1] = query
  found[#found + 1] = (query:gsub("&", "&amp;")) -- in XML
  for part in query:gmatch "=([^&#]+)" do
    if #part >= LONG_PART then
      found[#found + 1] = part
      found[#found + 1] = percent_decoded(part)
      found[#found + 1] = percent_decoded((part:gsub("+", " ")))
    end
  end
end

-- Adds the strings under a telling name and the queries of URLs in a value to a list.
local function gather(value, found, seen)
  if type(value) ~= "table" or seen[value] then return end
  seen[value] = true
  for name, member in next, value do
    if type(member) == "table" then
      gather(member, found, seen)
    elseif type(member) == "string" then
      if type(name) == "string" and tells(name) then found[#found + 1] = member end
      gather_url(member, found)
    end
  end
end

--- Collects the secrets in tables, by the names of their members.
---@param found table a list to add them to
---@param ... any tables; other values are ignored
---@return table # the list
function redact.gather(found, ...)
  for i = 1, select("#", ...) do
    gather(select(i, ...), found, {})
  end
  return found
end

local function replace(text, secret)
  local pattern <const> = secret:gsub("%W", "%%%0")
  return (text:gsub(pattern, MARK))
end

-- Returns a text as it is written in a JSON string; nil if it cannot be written.
local function as_json(text)
  local json <const> = core.encode(text)
  return json and json:sub(2, -2)
end

-- Replaces secrets as they are, as written in JSON, and as written in JSON within JSON.
local function replace_known(text, secrets)
  for _, secret in ipairs(secrets) do
    if #secret >= SHORTEST then
      local once <const> = as_json(secret)
      text = replace(text, secret)
      if once and once ~= secret then text = replace(replace(text, as_json(once)), once) end
      if secret:find("/", 1, true) and once then text = replace(text, (once:gsub("/", "\\/"))) end
    end
  end
  return text
end

-- Returns the position of the quote that closes a JSON string, or the end of the text. `at` is
-- behind the opening quote.
local function string_end(text, at)
  while true do
    local stop <const> = text:find('["\\]', at)
    if not stop then return #text + 1 end
    if text:sub(stop, stop) == '"' then return stop end
    at = stop + 2
  end
end

local function replace_members(text)
  local parts <const> = {}
  local from = 1
  local at = 1
  while true do
    local _ <const>, opening <const>, name <const> = text:find('"([%w_-]+)"%s*:%s*"', at)
    if not opening then break end
    at = opening + 1
    if tells(name) then
      local closing <const> = string_end(text, at)
      parts[#parts + 1] = text:sub(from, opening) .. (closing > at and MARK or "")
      from = closing
      at = closing
    end
  end
  parts[#parts + 1] = text:sub(from)
  return table.concat(parts)
end

-- Removes the credentials and the query from an address: what follows "://" up to white space, a
-- quote or an angle bracket. Keeps a backslash at the end that escapes the quote behind it.
local function replace_address(address)
  address = address:gsub("^[^/?#]*@", MARK .. "@")
  local path <const>, query <const> = address:match "^([^?]*)%?(.*)$"
  if not path then return address end
  local backslashes <const> = #query:match "\\*$"
  return path .. "?" .. MARK .. (backslashes % 2 == 1 and "\\" or "")
end

-- JSON may write a slash as "\/". Searching for "://" first keeps the time linear in the text.
local function replace_urls(text)
  text = text:gsub("://([^%s\"'<>]*)", function(address)
    return "://" .. replace_address(address)
  end)
  return (text:gsub(":\\/\\/([^%s\"'<>]*)", function(address)
    return ":\\/\\/" .. replace_address(address)
  end))
end

-- Returns the character of an escape, or nil to keep the escape where JSON does not allow the
-- character itself. A JSON writer may escape any character (\u0026 is "&"), and the nets would miss
-- what is escaped.
local function unescape(digits, low_digits)
  local code_point = tonumber(digits, 16)
  if low_digits then code_point = 0x10000 + ((code_point - 0xD800) << 10) + (tonumber(low_digits, 16) - 0xDC00) end
  if code_point < 0x20 or code_point == 0x22 or code_point == 0x5C then return nil end
  if code_point >= 0xD800 and code_point <= 0xDFFF then return nil end
  return utf8.char(code_point)
end

local function replace_escapes(text)
  if not text:find("\\u", 1, true) then return text end
  text = text:gsub("\\\\", "\\\\\0") -- an escaped backslash does not start an escape: separates it from what follows
  text = text:gsub("\\u([Dd][89ABab]%x%x)\\u([Dd][C-Fc-f]%x%x)", unescape):gsub("\\u(%x%x%x%x)", unescape)
  return (text:gsub("\\\\\0", "\\\\"))
end

--- Removes the secrets from a text.
---@param text string
---@param secrets string[] the values known to be secret
---@return string
function redact.text(text, secrets)
  return replace_urls(replace_members(replace_known(replace_escapes(text), secrets)))
end

--- Removes the secrets from all strings in a table, in place.
---@param value table of strings and plain tables, at most as deep as JSON that was read
---@param secrets string[]
---@return table # the same table
function redact.strings(value, secrets)
  for name, member in next, value do
    if type(member) == "string" then
      value[name] = redact.text(member, secrets)
    elseif type(member) == "table" then
      redact.strings(member, secrets)
    end
  end
  return value
end

return redact
