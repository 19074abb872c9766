--- errors/init.lua: what can go wrong in a running system, as values. Imports nothing of ours.
---
--- The fields of an error are described in the reference (docs/reference.md, "Errors").
local errors <const> = {}

local MAX_BODY <const> = 64 * 1024 -- bytes of a body that an error keeps
local MAX_TEXT <const> = 200 -- bytes of a raw text that serve as message
local MAX_LOOK <const> = 4096 -- bytes of a raw text in which a message is looked for

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

-- One line of printable text, at most `limit` bytes, not cut inside a UTF-8 sequence.
local function one_line(text, limit)
  local line = text:gsub("[%c%s]+", " "):gsub("^ ", ""):gsub(" $", "")
  if limit and #line > limit then line = line:sub(1, limit):gsub("[\xC0-\xFF][\x80-\xBF]*$", "") .. "..." end
  return line
end

local function effort(err)
  if not err.attempts or err.attempts == 0 then return nil end
  return ("%d attempt%s in %.3f s"):format(err.attempts, err.attempts == 1 and "" or "s", err.elapsed or 0)
end

--- One line: what was tried, what came of it, and a next step where one is known.
function Error:__tostring()
  local parts <const> = {}
  if self.step then parts[#parts + 1] = self.step end
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

--- Makes an error value.
---@param fields table at least kind and message; becomes the error
---@return table # the same table
function errors.new(fields)
  return setmetatable(fields, Error)
end

--- Makes the error of a local file.
---@param message string
---@param hint string|nil
---@return table
function errors.file(message, hint)
  return errors.new { kind = "file", message = message, hint = hint }
end

--- True for an error value of this module's.
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

-- What an HTML page, the XML of a storage service or a plain text has to say.
local function text_message(body)
  body = body:sub(1, MAX_LOOK)
  if body:find "^%s*<" then
    body = body:match "<[tT][iI][tT][lL][eE][^>]*>(.-)</" or body:match "<Message>(.-)</" or body:gsub("<[^>]*>", " ")
  end
  return filled(one_line(body, MAX_TEXT))
end

-- google.rpc.RetryInfo among the details: the server's wish in seconds ("2s", "0.5s").
local function retry_info(details)
  for _, detail in ipairs(object(details)) do
    local delay <const> = type(detail) == "table" and filled(detail.retryDelay)
    local whole <const>, fraction <const> = (delay or ""):match "^(%d+)%.?(%d*)s$"
    -- put together from integers: tonumber would look for the locale's decimal mark
    local seconds <const> = whole and tonumber(whole) + (tonumber(fraction) or 0) / 10 ^ #fraction
    if seconds and seconds > 0 and seconds < math.huge then return seconds end
  end
  return nil
end

local function list(details)
  if type(details) == "table" and #details > 0 then return details end
  return nil
end

-- True for what JSON has to say nothing with: null, "", {} and [].
local function says_nothing(decoded)
  if type(decoded) == "table" then return next(decoded) == nil end
  return decoded == "" or type(decoded) == "userdata"
end

--- Reads an answer that is an error, in either of the service's shapes or none.
--- The gateway's: `{code, message, details}`; the envelope's: `{ok, requestId, message, error = {code, message, description}}`.
---@param status integer of HTTP
---@param body string as received, secrets already taken out
---@param decode function reads JSON as well as can be: the value, or nil
---@return table # an error with kind, status, code, message, description, request_id, details, retry_after and body
function errors.from_answer(status, body, decode)
  local decoded <const> = decode(body)
  local outer <const> = object(decoded)
  local inner <const> = object(outer.error)
  local fallback <const> = ("HTTP %d %s"):format(status, reasons[status] or "answer")
  local raw <const> = not says_nothing(decoded) and text_message(body) or nil
  return errors.new {
    kind = kinds[status] or "unexpected",
    status = status,
    code = code_of(inner.code) or code_of(outer.code),
    message = filled(inner.description) or filled(inner.message) or filled(outer.message) or raw or fallback,
    description = filled(inner.description),
    request_id = filled(outer.requestId),
    details = list(outer.details),
    retry_after = retry_info(outer.details),
    body = body:sub(1, MAX_BODY),
  }
end

return errors
