--- validate.lua: what users pass in is looked at here, and mistakes are raised where they were made.
---
--- A mistake in a program (a wrong type, an unknown option) raises a string that names the place and the way out, with
--- the position of the caller's line: that of the first function on the stack that is not the module's own.
local core <const> = require "bytenite.core"

local check <const> = {}

local getinfo <const> = debug and debug.getinfo -- hosts may have taken the debug library away
-- The folder of the whole module, with the "@" of a chunk name: this file is in its folder base/.
local own_folder <const> = getinfo and getinfo(1, "S").source:match "^(@.*[/\\])base[/\\][^/\\]*$"
local full_folder <const> = own_folder and "@" .. core.full_path(own_folder:sub(2)) -- as lazy.lua names it

local function is_own(info)
  local source <const> = info.source
  return own_folder ~= nil and (source:sub(1, #own_folder) == own_folder or source:sub(1, #full_folder) == full_folder)
end

-- The level, as seen by the function that called, of the first function of somebody else's.
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
function check.raise(message)
  error(message, foreign_level())
end

--- What a value is called in a message: "a string", "nothing".
---@param value any anything
---@return string
function check.describe(value)
  if value == nil then return "nothing" end
  if value == core.null then return "null" end
  return "a " .. type(value)
end

local function fail(where, expected, value)
  check.raise(("%s: expected %s, got %s"):format(where, expected, check.describe(value)))
end

--- Raises unless a value has a type.
---@param where string what the value is for: "get_job: id"
---@param value any anything
---@param expected string the name of a Lua type
function check.type(where, value, expected)
  if type(value) ~= expected then fail(where, "a " .. expected, value) end
  return value
end

--- Raises unless a value can be called.
function check.callable(where, value)
  local meta <const> = type(value) ~= "function" and getmetatable(value)
  if type(value) ~= "function" and not (type(meta) == "table" and meta.__call) then fail(where, "a function", value) end
  return value
end

--- Raises unless a value is a client.
function check.client(where, value)
  local meta <const> = type(value) == "table" and getmetatable(value)
  if type(meta) ~= "table" or meta.__name ~= "bytenite.Client" then fail(where, "a client", value) end
  return value
end

--- Raises unless a value is a boolean.
function check.boolean(where, value)
  return check.type(where, value, "boolean")
end

--- Raises unless a value is a string that is not empty.
function check.text(where, value)
  check.type(where, value, "string")
  if value == "" then check.raise(where .. ": must not be empty") end
  return value
end

--- Raises unless a value can be a path: C would take what stands before a NUL for all of it.
function check.path(where, value)
  check.text(where, value)
  if value:find("\0", 1, true) then check.raise(where .. ": no path holds a NUL") end
  return value
end

--- Seconds in 2^31 milliseconds, which is what a C long holds everywhere.
check.longest = 2147483

--- Raises unless a value is a number of seconds above zero that a timer can hold.
function check.seconds(where, value)
  check.type(where, value, "number")
  if not (value > 0 and value <= check.longest) then
    check.raise(("%s: expected seconds above 0 and up to %d, got %s"):format(where, check.longest, value))
  end
  return value
end

--- Makes a check for integers in a range.
---@param least integer
---@param most integer
---@return function
function check.integer(least, most)
  return function(where, value)
    check.type(where, value, "number")
    local integer <const> = math.tointeger(value)
    if not integer or integer < least or integer > most then
      check.raise(("%s: expected an integer from %d to %d, got %s"):format(where, least, most, value))
    end
    return integer
  end
end

--- Makes a check for one of a few words.
---@param words string[]
---@return function
function check.one_of(words)
  return function(where, value)
    for _, word in ipairs(words) do
      if value == word then return value end
    end
    local list <const> = '"' .. table.concat(words, '", "') .. '"'
    fail(where, "one of " .. list, value)
  end
end

--- Raises unless a value can stand in a header (RFC 9110 section 5.5): visible ASCII and spaces. The value itself is
--- never shown: it may be a secret.
function check.header_value(where, value)
  check.text(where, value)
  local at <const> = value:find "[^\x20-\x7E]"
  if at then
    local what <const> = value:find("[\r\n]", at) == at and "a line break" or "a character that no header may hold"
    check.raise(("%s: %s at byte %d"):format(where, what, at))
  end
  return value
end

--- Raises unless a value can be a part of a path: a string, not empty, not "." or "..", without control characters.
--- Anything else in it is percent-encoded on its way out.
function check.segment(where, value)
  if type(value) == "string" and core.is_segment(value) then return value end
  check.text(where, value)
  local reason <const> = value:find "^%.+$" and "the dots would change the path" or "control characters are not allowed"
  check.raise(where .. ": " .. reason)
end

-- Refuses a name that is not known; where others pass, only one that looks misspelled.
local function unknown(where, name, known, noun, others_pass)
  if type(name) ~= "string" then
    check.raise(("%s: expected named %ss, got the key %s"):format(where, noun, tostring(name)))
  end
  local names <const> = {}
  for other in pairs(known) do
    names[#names + 1] = other
  end
  table.sort(names)
  local meant <const> = core.suggest(name, names)
  if others_pass and not meant then return end
  local advice <const> = meant and ('did you mean "%s"?'):format(meant) or "known are " .. table.concat(names, ", ")
  check.raise(('%s: unknown %s "%s": %s'):format(where, noun, name, advice))
end

--- Checks a table of options against the checks known, one a name.
---@param where string what they are options of
---@param given table|nil as the user wrote it
---@param known table<string, function> a check by name: function(where, value) returning the value to use
---@param noun string|nil what one of them is called, "option" unless given
---@param others_pass boolean|nil whether names not known are taken as they are, unless they look misspelled
---@return table # a new one, of what was given
--- Raises on an unknown name ("did you mean ...?") and whatever a check refuses.
function check.options(where, given, known, noun, others_pass)
  noun = noun or "option"
  local checked <const> = {}
  if given == nil then return checked end
  check.type(("%s: %ss"):format(where, noun), given, "table")
  for name, value in pairs(given) do
    local check_value <const> = known[name]
    if check_value then
      checked[name] = check_value(("%s: %s"):format(where, name), value)
    else
      unknown(where, name, known, noun, others_pass)
      checked[name] = value
    end
  end
  return checked
end

return check
