--- response_headers.lua: the headers of a response as programs get them: by name, and as a list.
local redact <const> = require "bytenite.errors.redact"

local response_headers <const> = {}

local MAX_BYTES <const> = 64 * 1024 -- of the headers that an error or an event keeps

-- Headers that hold addresses. These may be relative: redact.text recognises whole ones only.
local has_address <const> = { location = true, ["content-location"] = true, link = true, refresh = true }

--- Returns headers by name, those of one name joined (RFC 9110 section 5.3). Leaves Set-Cookie out:
--- its values have commas of their own.
---@param list string[][] pairs of name and value
---@return table<string, string>
function response_headers.join(list)
  local headers <const>, repeated <const> = {}, {}
  for _, pair in ipairs(list) do
    local name <const>, value <const> = pair[1], pair[2]
    if repeated[name] then
      table.insert(repeated[name], value)
    elseif headers[name] then
      repeated[name] = { headers[name], value }
    elseif name ~= "set-cookie" then
      headers[name] = value
    end
  end
  for name, values in pairs(repeated) do
    headers[name] = table.concat(values, ", ")
  end
  return headers
end

-- Returns a header's value as it may be shown. `text` is what redact.text has left of it.
local function shown(name, text)
  if redact.is_secret_name(name) then return redact.MARK end
  local hidden <const> = text:gsub("(/[^%s?#>\"']*)%?[^%s>\"']+", "%1?" .. redact.MARK)
  if not has_address[name] then return hidden end
  return (hidden:gsub("([?#])[^%s>\"']*=[^%s>\"']*", "%1" .. redact.MARK))
end

--- Returns headers without secrets: as many as an error keeps.
---@param received string[][] the list
---@param secrets userdata those that are known
---@return table<string, string> # by name
---@return string[][] # a new list
function response_headers.redacted(received, secrets)
  local list <const>, values <const> = {}, {}
  local bytes = 0
  for index, pair in ipairs(received) do
    bytes = bytes + #pair[1] + #pair[2]
    if bytes > MAX_BYTES then break end
    list[index], values[index] = { pair[1] }, pair[2]
  end
  -- all values at once: the time grows with the known secrets, and there may be many headers
  local lines <const> = {}
  for line in (redact.text(table.concat(values, "\n"), secrets) .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = line
  end
  local is_whole <const> = #lines == math.max(#list, 1) -- a mark may have taken the place of several lines
  for index, pair in ipairs(list) do
    pair[2] = is_whole and shown(pair[1], lines[index]) or redact.MARK
  end
  return response_headers.join(list), list
end

return response_headers
