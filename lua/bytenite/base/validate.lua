--- validate.lua: checks arguments and options.
---
--- A mistake in a program (a wrong type, an unknown option) raises a string that names the place
--- and the way out, with the position of the caller's line: the first function on the stack that is
--- not the module's own.
local core <const> = require "bytenite.core"

local validate <const> = {}

local getinfo <const> = debug and debug.getinfo -- hosts may have removed the library

-- The folder of the whole module, with the "@" of a chunk name: this file is in its folder base/.
local own_folder <const> = getinfo and getinfo(1, "S").source:match "^(@.*[/\\])base[/\\][^/\\]*$"

local function is_own(info)
  return own_folder ~= nil and info.source:sub(1, #own_folder) == own_folder
end

-- Returns the level, as seen by the calling function, of the first function that is not the
-- module's own; 0 if unknown.
local function foreign_level()
  if not getinfo then return 0 end
  local level = 3
  local info = getinfo(level, "S")
  while info and (info.what == "C" or is_own(info)) do
    level = level + 1
    info = getinfo(level, "S")
  end
  return info and level - 1 or 0
end

--- Raises a mistake of the caller's.
---@param message string what is wrong and what would be right
function validate.raise(message)
  error(message, foreign_level())
end

--- Names the type of a value for a message: "a string", "nothing".
---@param value any
---@return string
function validate.describe(value)
  if value == nil then return "nothing" end
  if value == core.null then return "null" end
  return "a " .. type(value)
end

local function fail(where, expected, value)
  validate.raise(("%s: expected %s, got %s"):format(where, expected, validate.describe(value)))
end

--- Raises if a value does not have a type.
---@param where string what the value is for: "get_job: id"
---@param value any
---@param expected string the name of a Lua type
function validate.type(where, value, expected)
  if type(value) ~= expected then fail(where, "a " .. expected, value) end
  return value
end

--- Raises if a value cannot be called.
function validate.callable(where, value)
  local meta <const> = type(value) ~= "function" and getmetatable(value)
  if type(value) ~= "function" and not (type(meta) == "table" and meta.__call) then fail(where, "a function", value) end
  return value
end

--- Raises if a value is not a client.
function validate.client(where, value)
  local meta <const> = type(value) == "table" and getmetatable(value)
  if type(meta) ~= "table" or meta.__name ~= "bytenite.Client" then fail(where, "a client", value) end
  return value
end

--- Raises unless a method was called on a client.
---@param self any what the method was called on
---@param method string its name
function validate.called_on_client(self, method)
  local meta <const> = getmetatable(self)
  if type(meta) == "table" and meta.__name == "bytenite.Client" then return end
  validate.raise(
    ("%s: expected a client, got %s: call it as client:%s(...)"):format(method, validate.describe(self), method)
  )
end

--- Raises if a value is not a boolean.
function validate.boolean(where, value)
  return validate.type(where, value, "boolean")
end

--- Raises if a value is not a string, or is empty.
function validate.text(where, value)
  validate.type(where, value, "string")
  if value == "" then validate.raise(where .. ": must not be empty") end
  return value
end

--- Raises if a value cannot be a path: C would end it at a NUL.
function validate.path(where, value)
  validate.text(where, value)
  if value:find("\0", 1, true) then validate.raise(where .. ": a path cannot hold a NUL") end
  return value
end

--- Raises if a value is not a path without control characters.
function validate.plain_path(where, value)
  validate.text(where, value)
  local at <const> = value:find "[\0-\x1F\x7F]"
  if at then validate.raise(("%s: a control character at byte %d"):format(where, at)) end
  return value
end

--- Seconds in 2^31 milliseconds, the most that a C long holds on every platform.
validate.longest = 2147483

--- Raises if a value is not a number of seconds above zero that a timer can hold.
function validate.seconds(where, value)
  validate.type(where, value, "number")
  if not (value > 0 and value <= validate.longest) then
    validate.raise(("%s: expected seconds above 0 and up to %d, got %s"):format(where, validate.longest, value))
  end
  return value
end

--- Makes a check for integers in a range.
---@param least integer
---@param most integer
---@return function
function validate.integer(least, most)
  return function(where, value)
    validate.type(where, value, "number")
    local integer <const> = math.tointeger(value)
    if not integer or integer < least or integer > most then
      validate.raise(("%s: expected an integer from %d to %d, got %s"):format(where, least, most, value))
    end
    return integer
  end
end

--- Makes a check for one of a few words.
---@param words string[]
---@return function
function validate.one_of(words)
  return function(where, value)
    for _, word in ipairs(words) do
      if value == word then return value end
    end
    local list <const> = '"' .. table.concat(words, '", "') .. '"'
    fail(where, "one of " .. list, value)
  end
end

--- Returns why a string cannot be the value of a header, or nil (RFC 9110 section 5.5; we allow
--- visible ASCII and spaces). Never shows the string: it may be a secret.
---@param text string
---@return string|nil
function validate.header_problem(text)
  local at <const> = text:find "[^\x20-\x7E]"
  if not at then return nil end
  local what <const> = text:find("[\r\n]", at) == at and "a line break" or "a character that is not allowed in a header"
  return ("%s at byte %d"):format(what, at)
end

--- Raises if a value cannot be the value of a header.
function validate.header_value(where, value)
  validate.text(where, value)
  local problem <const> = validate.header_problem(value)
  if problem then validate.raise(("%s: %s"):format(where, problem)) end
  return value
end

--- Raises if a value cannot be a segment of a path: a string, not empty, not "." or "..", without
--- control characters. Anything else in it is percent-encoded when it is sent.
function validate.segment(where, value)
  if type(value) == "string" and core.is_segment(value) then return value end
  validate.text(where, value)
  local reason <const> = value:find "^%.+$" and "the dots would change the path" or "control characters are not allowed"
  validate.raise(where .. ": " .. reason)
end

--- Raises an error about an unknown name; if other names pass, only if it looks misspelled.
---@param where string
---@param name any
---@param known table<string, any> by the names that are known
---@param noun string what a name stands for
---@param others_pass boolean|nil
function validate.refuse_unknown(where, name, known, noun, others_pass)
  if type(name) ~= "string" then
    validate.raise(("%s: expected named %ss, got the key %s"):format(where, noun, tostring(name)))
  end
  local names <const> = {}
  for other in pairs(known) do
    names[#names + 1] = other
  end
  table.sort(names)
  local meant <const> = core.suggest(name, names)
  if others_pass and not meant then return end
  local advice <const> = meant and ('did you mean "%s"?'):format(meant)
    or "expected one of " .. table.concat(names, ", ")
  validate.raise(('%s: unknown %s "%s": %s'):format(where, noun, name, advice))
end

--- Checks a table of options.
---@param where string the function that takes them
---@param given table|nil as the user wrote it
---@param known table<string, function> checks by name: function(where, value), which returns the
---   value to use
---@param noun string|nil what one of them is called, "option" by default
---@param others_pass boolean|nil whether unknown names pass unless they look misspelled
---@return table # a new table with what was given
--- Raises on an unknown name ("did you mean ...?") and on what a check refuses.
function validate.options(where, given, known, noun, others_pass)
  noun = noun or "option"
  local checked <const> = {}
  if given == nil then return checked end
  validate.type(("%s: %ss"):format(where, noun), given, "table")
  for name, value in pairs(given) do
    local check_value <const> = known[name]
    if check_value then
      checked[name] = check_value(("%s: %s"):format(where, name), value)
    else
      validate.refuse_unknown(where, name, known, noun, others_pass)
      checked[name] = value
    end
  end
  return checked
end

return validate
