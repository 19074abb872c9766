--- errors/init.lua: error values. Imports nothing of ours.
---
--- The reference (docs/reference.md, "Errors") describes their fields.
local errors <const> = {}

errors.MAX_BODY = 64 * 1024 -- bytes of a body that are read, and kept in an error

local MAX_TEXT <const> = 200 -- bytes of a raw text used as the message
local MAX_LOOK <const> = 4096 -- bytes of a raw text searched for a message

local kinds <const> = {
  [400] = "bad_request",
  [401] = "unauthenticated",
  [403] = "permission_denied",
  [404] = "not_found",
  [409] = "conflict",
  [429] = "rate_limited",
  [500] = "internal",
  [503] = "unavailable",
}

local reasons <const> = {
  [204] = "No Content",
  [301] = "Moved Permanently",
  [302] = "Found",
  [307] = "Temporary Redirect",
  [308] = "Permanent Redirect",
  [400] = "Bad Request",
  [401] = "Unauthorized",
  [403] = "Forbidden",
  [404] = "Not Found",
  [405] = "Method Not Allowed",
  [407] = "Proxy Authentication Required",
  [408] = "Request Timeout",
  [409] = "Conflict",
  [429] = "Too Many Requests",
  [500] = "Internal Server Error",
  [501] = "Not Implemented",
  [502] = "Bad Gateway",
  [503] = "Service Unavailable",
  [504] = "Gateway Timeout",
}

local Error <const> = { __name = "bytenite.Error" }
Error.__index = Error

-- Returns a text as one printable line of at most `limit` bytes, never cut inside a UTF-8 sequence.
local function one_line(text, limit)
  local line = text:gsub("[%c%s]+", " "):gsub("^ ", ""):gsub(" $", "")
  if not limit or #line <= limit then return line end
  local cut = limit
  while cut > limit - 3 and line:find("^[\x80-\xBF]", cut + 1) do -- inside a character, which has at most 4 bytes
    cut = cut - 1
  end
  return line:sub(1, cut) .. "..."
end

local function effort(err)
  if not err.attempts or err.attempts == 0 then return nil end
  return ("%d attempt%s in %.3f s"):format(err.attempts, err.attempts == 1 and "" or "s", err.elapsed or 0)
end

--- Returns one line: what was tried, what happened, and a next step if one is known.
function Error:__tostring()
  local parts <const> = {}
  if self.step then parts[#parts + 1] = self.step end
  if self.file and self.kind ~= "file" then parts[#parts + 1] = self.file end -- those messages name it
  if self.method then parts[#parts + 1] = self.method .. " " .. self.path end
  parts[#parts + 1] = self.status and ("%d %s"):format(self.status, self.kind) or self.kind
  parts[#parts + 1] = self.message or "no message"
  local line = table.concat(parts, ": ")
  local notes <const> = {}
  if self.request_id then notes[#notes + 1] = "request " .. self.request_id end
  notes[#notes + 1] = effort(self)
  if #notes > 0 then line = ("%s (%s)"):format(line, table.concat(notes, ", ")) end
  if self.hint then line = ("%s; %s"):format(line, self.hint) end
  return one_line(line)
end

--- Joins an error and a text: "failed: " .. err.
function Error.__concat(one, other)
  return tostring(one) .. tostring(other)
end

--- Makes a table an error value.
---@param fields table at least kind and message
---@return table # the same table
function errors.new(fields)
  return setmetatable(fields, Error)
end

--- Makes an error of kind `file`.
---@param message string
---@param hint string|nil
---@return table
function errors.file(message, hint)
  return errors.new { kind = "file", message = message, hint = hint }
end

--- Returns whether a value is an error value.
function errors.is(value)
  return getmetatable(value) == Error
end

local function filled(value)
  if type(value) == "string" and value ~= "" then return value end
  return nil
end

local function code_of(value)
  return math.tointeger(tonumber(value))
end

local function object(value)
  return type(value) == "table" and value or {}
end

-- Returns the message of an HTML page, of storage's XML or of a plain text; nil if there is none.
local function text_message(body)
  body = body:sub(1, MAX_LOOK)
  if body:find "^%s*<" then
    body = body:match "<[tT][iI][tT][lL][eE][^>]*>(.-)</" or body:match "<Message>(.-)</" or body:gsub("<[^>]*>", " ")
  end
  return filled(one_line(body, MAX_TEXT))
end

-- Returns the seconds in google.rpc.RetryInfo ("2s", "0.5s"), one of the details; nil if there is
-- none.
local function retry_info(details)
  for _, detail in ipairs(object(details)) do
    local delay <const> = type(detail) == "table" and filled(detail.retryDelay)
    local whole <const>, fraction <const> = (delay or ""):match "^(%d+)%.?(%d*)s$"
    -- computed from integers: tonumber expects the locale's decimal mark
    local seconds <const> = whole and tonumber(whole) + (tonumber(fraction) or 0) / 10 ^ #fraction
    if seconds and seconds > 0 and seconds < math.huge then return seconds end
  end
  return nil
end

local function list(details)
  if type(details) == "table" and #details > 0 then return details end
  return nil
end

-- Returns whether a JSON value is empty: null, "", {} or [].
local function is_empty(decoded)
  if type(decoded) == "table" then return next(decoded) == nil end
  return decoded == "" or type(decoded) == "userdata"
end

--- Makes the error of a response, whose body has one of the service's two shapes or any other.
--- Gateway: `{code, message, details}`. Envelope: `{ok, requestId, message, error = {code, message,
--- description}}`.
---@param status integer of HTTP
---@param body string its beginning, without its secrets
---@param decode function reads lenient JSON: returns the value, or nil
---@return table # an error with kind, status, code, message, description, request_id, details,
---   retry_after and body
function errors.from_response(status, body, decode)
  local decoded <const> = decode(body)
  local outer <const> = object(decoded)
  local inner <const> = object(outer.error)
  local fallback <const> = ("HTTP %d %s"):format(status, reasons[status] or "response")
  local raw <const> = not is_empty(decoded) and text_message(body) or nil
  return errors.new {
    kind = kinds[status] or "unexpected",
    status = status,
    code = code_of(inner.code) or code_of(outer.code),
    message = filled(inner.description) or filled(inner.message) or filled(outer.message) or raw or fallback,
    description = filled(inner.description),
    request_id = filled(outer.requestId),
    details = list(outer.details),
    retry_after = retry_info(outer.details),
    body = body:sub(1, errors.MAX_BODY),
  }
end

return errors
