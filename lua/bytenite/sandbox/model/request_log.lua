--- Records the latest requests, for tests and users.
local core <const> = require "bytenite.core"

local base64 <const> = require "bytenite.sandbox.base.base64"
local record_redaction <const> = require "bytenite.sandbox.model.record_redaction"

---@class bytenite.sandbox.RequestLog
---@field package records table the requests by number
---@field package first integer number of the oldest request
---@field package last integer number of the latest request
---@field package bytes integer size of all requests
---@field package shows_secrets boolean whether keys and tokens are kept
local RequestLog = {}
RequestLog.__index = RequestLog

local request_log = {}

local MAX_RECORDS <const> = 10000
local MAX_BYTES <const> = 64 * 1024 * 1024 -- in paths, headers and bodies

--- Makes an empty log.
---@param shows_secrets boolean whether keys and tokens are kept
---@return bytenite.sandbox.RequestLog
---@usage local seen = request_log.new(false)
function request_log.new(shows_secrets)
  return setmetatable({ records = {}, first = 1, last = 0, bytes = 0, shows_secrets = shows_secrets }, RequestLog)
end

local function size_of(request)
  local size = #request.path + #request.body
  for _, text in ipairs(request.headers) do
    size = size + #text
  end
  return size
end

--- Adds a request. Drops the oldest ones if there are more than 10,000, or more than 64 MiB.
---@param request bytenite.sandbox.Request
---@param operation string|nil the name of its operation
---@usage seen:add(request, "get_job")
function RequestLog:add(request, operation)
  local kept <const> = self.shows_secrets and request or record_redaction.redacted(request)
  local size <const> = size_of(kept)
  self.last = self.last + 1
  self.records[self.last] = { request = kept, operation = operation, size = size }
  self.bytes = self.bytes + size
  while self.last - self.first >= MAX_RECORDS or self.bytes > MAX_BYTES and self.first < self.last do
    self.bytes = self.bytes - self.records[self.first].size
    self.records[self.first] = nil
    self.first = self.first + 1
  end
end

--- Forgets all requests.
---@usage seen:clear()
function RequestLog:clear()
  self.records, self.first, self.last, self.bytes = {}, 1, 0, 0
end

-- Converts the value of a header for JSON: a value that is not UTF-8 is read as Latin-1.
local function text_of(bytes)
  if utf8.len(bytes) then return bytes end
  return (bytes:gsub("[\x80-\xff]", function(byte)
    return utf8.char(byte:byte())
  end))
end

--- Returns the requests in the order received, as a JSON list.
---@return string json
---@usage local text = seen:encode()
function RequestLog:encode()
  local list <const> = core.array {}
  for number = self.first, self.last do
    local record <const> = self.records[number]
    local request <const> = record.request
    local headers <const> = core.array {}
    for index = 1, #request.headers, 2 do
      headers[#headers + 1] = { request.headers[index], text_of(request.headers[index + 1]) }
    end
    list[#list + 1] = {
      method = request.method,
      path = text_of(request.path),
      http_version = request.http_version,
      headers = headers,
      body_base64 = base64.encode(request.body),
      connection = request.connection,
      operation = record.operation or core.null,
    }
  end
  return core.encode(list)
end

return request_log
