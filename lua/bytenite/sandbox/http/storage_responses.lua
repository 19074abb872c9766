--- Makes responses like those of storage services: XML for errors, else bytes.
local responses <const> = require "bytenite.sandbox.http.responses"
local file_contents <const> = require "bytenite.sandbox.model.file_contents"

local storage_responses = {}

--- Makes an error response.
---@param status integer of HTTP
---@param code string e.g. "AccessDenied"
---@param message string
---@return bytenite.sandbox.Response
---@usage return storage_responses.refuse(403, "AccessDenied", "Request has expired")
function storage_responses.refuse(status, code, message)
  local error_element <const> = ("<Error><Code>%s</Code><Message>%s</Message></Error>"):format(code, message)
  local body <const> = '<?xml version="1.0" encoding="UTF-8"?>\n' .. error_element .. "\n"
  return responses.text(status, body, "application/xml")
end

-- Returns the first byte and the length of the part that a Range header asks for; false if there is
-- no such part; nil if the header must be ignored.
local function wanted_part(range, length)
  local first_text <const>, last_text <const> = (range or ""):match "^bytes=(%d*)%-(%d*)$"
  local first, last = math.tointeger(tonumber(first_text)), math.tointeger(tonumber(last_text))
  if first == nil and last == nil then return nil end
  if first == nil then
    if last == 0 then return false end
    first, last = math.max(0, length - last), nil
  end
  if last and last < first then return nil end
  if first >= length then return false end
  return first, math.min(last or length - 1, length - 1) - first + 1
end

--- Makes the response with a content, or with the requested part of it.
---@param content bytenite.sandbox.Content
---@param range string|nil the Range header
---@param if_range string|nil the If-Range header
---@return bytenite.sandbox.Response
---@usage return storage_responses.serve(content, "bytes=100-", nil)
function storage_responses.serve(content, range, if_range)
  local etag <const> = ('"%s"'):format(content.etag)
  if if_range and if_range ~= etag then range = nil end
  local first <const>, length <const> = wanted_part(range, content.length)
  if first == false then
    local refusal <const> = storage_responses.refuse(416, "InvalidRange", "The requested range is not satisfiable")
    refusal.headers = { { "content-range", "bytes */" .. content.length } }
    return refusal
  end
  local response <const> = {
    status = 200,
    content_type = "application/octet-stream",
    content = content,
    headers = { { "etag", etag }, { "accept-ranges", "bytes" } },
  }
  if first then
    response.status = 206
    response.content = file_contents.part(content, first, length)
    local text <const> = ("bytes %d-%d/%d"):format(first, first + length - 1, content.length)
    table.insert(response.headers, { "content-range", text })
  end
  return response
end

return storage_responses
