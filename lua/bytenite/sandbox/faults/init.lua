--- Describes faults: which calls they affect, how often, and what goes wrong. http/fault_effects
--- changes the response, http/response_writer breaks connections.
local core <const> = require "bytenite.core"

---@class bytenite.sandbox.Fault
---@field operation string name of an operation; "upload" or "download" for transfers by signed
---  URLs; "*" for all (default)
---@field times integer|"forever" how often it happens (default 1; 0 means "forever")
---@field skip integer calls to skip first (default 0)
---@field act "before"|"never" whether the operation takes effect; "never" by default if the fault
---  replaces the response
---@field status integer|nil of the response, 200 to 599
---@field shape string|nil of an error's body (default "gateway", "xml" for transfers)
---@field message string|nil in that body
---@field body string|nil the exact body of the response
---@field content_type string|nil of the response
---@field retry_after number|string|nil seconds or an HTTP date
---@field headers table<string, string>|nil additional headers
---@field delay number|nil seconds before the response
---@field drip {bytes: integer, every: number}|nil the body is sent in pieces, `every` seconds apart
---@field truncate integer|nil bytes of the body sent before the connection closes
---@field after integer|nil bytes before reset, hang or garbage: of an upload's body, else of the
---  response's; with a status, an upload is refused after this number of bytes
---@field reset true|"connection"|nil no response: the connection is dropped (HTTP/2: the stream,
---  unless "connection")
---@field hang true|nil no response, until the client disconnects
---@field garbage true|string|nil bytes that are not HTTP, then the connection closes
---@field ok_false true|nil status 200 with an envelope that says ok: false
---@field wrong_id true|nil the response has the job under another id
---@field no_job true|nil the response has an empty object instead of the job
---@field echo true|nil the response has a job whose params are the bytes of the request's body
---@field inner_template_only true|nil templateInfo is only inside the job
---@field outer_template_only true|nil templateInfo is only next to the job

---@class bytenite.sandbox.Faults
---@field package list bytenite.sandbox.Fault[] pending, in order
local Faults = {}
Faults.__index = Faults

local faults = {}

local function is_count(value)
  return math.type(value) == "integer" and value >= 0
end

local function is_seconds(value)
  return math.type(value) ~= nil and value >= 0 and value < math.huge
end

local function is_header_text(value)
  return type(value) == "string" and not value:find "[%c\x80-\xff]"
end

local function is_text(value)
  return type(value) == "string"
end

local function is_true(value)
  return value == true
end

--- The shapes of an error's body. http/responses writes them.
faults.error_shapes = {
  gateway = true,
  envelope = true,
  html = true,
  xml = true,
  empty = true,
  object = true,
  array = true,
  string = true,
  number = true,
}

local function is_error_shape(value)
  return faults.error_shapes[value] == true
end

local TRANSFERS <const> = { upload = true, download = true }

-- The check of each member, and whether the member spoils the response.
local declared <const> = {
  operation = {
    check = function(value)
      return value == "*" or core.operations[value] ~= nil or TRANSFERS[value] ~= nil
    end,
    wanted = '"*", "upload", "download" or the name of an operation',
  },
  times = {
    check = function(value)
      return value == "forever" or is_count(value)
    end,
    wanted = 'a count or "forever"',
  },
  skip = { check = is_count, wanted = "a count" },
  act = {
    check = function(value)
      return value == "before" or value == "never"
    end,
    wanted = '"before" or "never"',
  },
  status = {
    check = function(value)
      return is_count(value) and value >= 200 and value <= 599
    end,
    wanted = "a status from 200 to 599",
    spoils = true,
  },
  shape = { check = is_error_shape, wanted = "the name of a body's shape", spoils = true },
  message = { check = is_text, wanted = "text" },
  body = { check = is_text, wanted = "text", spoils = true },
  content_type = { check = is_header_text, wanted = "text" },
  retry_after = {
    check = function(value)
      return is_seconds(value) or is_header_text(value)
    end,
    wanted = "seconds or an HTTP date",
  },
  headers = {
    check = function(value)
      if type(value) ~= "table" or core.is_array(value) then return false end
      for name, text in pairs(value) do
        if type(name) ~= "string" or not name:find "^[%w!#$&'*+.^_`|~%-]+$" or not is_header_text(text) then
          return false
        end
      end
      return true
    end,
    wanted = "an object of texts",
  },
  delay = { check = is_seconds, wanted = "seconds" },
  drip = {
    check = function(value)
      return type(value) == "table" and is_count(value.bytes) and value.bytes > 0 and is_seconds(value.every)
    end,
    wanted = "an object {bytes, every}",
  },
  truncate = { check = is_count, wanted = "a count of bytes", spoils = true },
  after = { check = is_count, wanted = "a count of bytes" },
  reset = {
    check = function(value)
      return value == true or value == "connection"
    end,
    wanted = 'true or "connection"',
    spoils = true,
  },
  hang = { check = is_true, wanted = "true", spoils = true },
  garbage = {
    check = function(value)
      return value == true or is_text(value)
    end,
    wanted = "true or text",
    spoils = true,
  },
  ok_false = { check = is_true, wanted = "true", spoils = true },
  wrong_id = { check = is_true, wanted = "true", spoils = true },
  no_job = { check = is_true, wanted = "true", spoils = true },
  echo = { check = is_true, wanted = "true", spoils = true },
  inner_template_only = { check = is_true, wanted = "true" },
  outer_template_only = { check = is_true, wanted = "true" },
}

--- Returns whether faults have a member with this name.
---@param name string
---@return boolean
---@usage if faults.has_member "reset" then ... end
function faults.has_member(name)
  return declared[name] ~= nil
end

-- Members that say when a fault happens, not what goes wrong.
local says_when <const> = { operation = true, times = true, skip = true, act = true, after = true }

local function names_wrong(description)
  for name in pairs(description) do
    if not says_when[name] then return true end
  end
  return false
end

--- Makes a fault from its description: checks it and fills in the defaults.
---@param description table<string, any> members of `bytenite.sandbox.Fault`
---@return bytenite.sandbox.Fault|nil fault
---@return string|nil message what is wrong with the description
---@usage local fault, message = faults.parse { operation = "set_name", status = 503 }
function faults.parse(description)
  if type(description) ~= "table" or core.is_array(description) then return nil, "a fault must be an object" end
  local fault <const> = { operation = "*", times = 1, skip = 0 }
  local spoils = false
  for name, value in pairs(description) do
    local member <const> = declared[name]
    if member == nil then return nil, ("a fault has no member %s"):format(tostring(name)) end
    if not member.check(value) then
      local given <const> = core.encode(value) or type(value)
      return nil, ("a fault's %s must be %s, got %s"):format(name, member.wanted, given)
    end
    fault[name] = value
    spoils = spoils or member.spoils
  end
  if not names_wrong(description) then return nil, "a fault must say what goes wrong: add for example status=503" end
  if fault.times == 0 then fault.times = "forever" end
  fault.act = fault.act or (spoils and "never" or "before")
  return fault
end

--- Makes an empty list of faults.
---@return bytenite.sandbox.Faults
---@usage local pending = faults.new()
function faults.new()
  return setmetatable({ list = {} }, Faults)
end

--- Appends faults.
---@param list bytenite.sandbox.Fault[] as `parse` returns them
---@usage pending:add { fault }
function Faults:add(list)
  table.move(list, 1, #list, #self.list + 1, self.list)
end

--- Forgets all faults.
---@usage pending:clear()
function Faults:clear()
  self.list = {}
end

--- Returns the fault for a call of an operation, the first that matches, and counts its use; or
--- nil.
---@param operation string|nil name; nil for an unknown call
---@return bytenite.sandbox.Fault|nil
---@usage local fault = pending:take("set_name")
function Faults:take(operation)
  for index, fault in ipairs(self.list) do
    if fault.operation == "*" or fault.operation == operation then
      if fault.skip > 0 then
        fault.skip = fault.skip - 1
      else
        if fault.times ~= "forever" then
          fault.times = fault.times - 1
          if fault.times == 0 then table.remove(self.list, index) end
        end
        return fault
      end
    end
  end
  return nil
end

return faults
