--- input.lua: reads the input of commands: files, standard input, settings such as app.prompt=x,
--- data sources.
local bytenite <const> = require "bytenite"
local command_errors <const> = require "bytenite.command.command_errors"
local core <const> = require "bytenite.core"

local input <const> = {}

local STANDARD_INPUT <const> = "-"

local texts <const> = {} -- contents of files by path, to find the lines of mistakes

--- Reads a whole file.
---@param path string "-" stands for standard input
---@return string
function input.read(path)
  if path == STANDARD_INPUT then return io.read "a" or "" end
  local file <close>, problem <const> = io.open(path, "rb")
  if not file then command_errors.raise("file", problem) end
  local content <const>, reason <const> = file:read "a"
  if not content then command_errors.raise("file", ("%s: %s"):format(path, reason)) end
  return content
end

local function name_of(path)
  return path == STANDARD_INPUT and "standard input" or path
end

-- Returns line and column of a byte in a text: "3:17".
local function line_and_column(text, position)
  local before <const> = text:sub(1, position - 1)
  local _ <const>, breaks <const> = before:gsub("\n", "")
  return ("%d:%d"):format(breaks + 1, #before - (before:find "[^\n]*$") + 2)
end

-- Returns a message of the JSON reader after the file's name and the place of the mistake, if the
-- message has one: "job.json:3:17: ...".
local function with_place(path, text, message)
  local reason <const>, position <const> = message:match "^(.*) at byte (%d+)$"
  if not reason then return ("%s: %s"):format(name_of(path), message) end
  return ("%s:%s: %s"):format(name_of(path), line_and_column(text, tonumber(position)), reason)
end

--- Reads a file of JSON.
---@param path string "-" stands for standard input
---@return any
function input.read_json(path)
  local text <const> = input.read(path):gsub("^\xEF\xBB\xBF", "") -- a byte order mark
  local value <const>, err <const> = bytenite.decode(text)
  if value == nil then command_errors.usage(with_place(path, text, err.message)) end
  texts[path] = text
  return value
end

-- Returns the line of a file that has the member named by a message; nil if it is not found. The
-- message names the member as a place ("params.app.x[3]: ...") or in quotes.
local function line_in(text, message)
  local place <const> = message:match '"([%w_]+)"' or message:match "^([%w_.%[%]]+): "
  local at
  for name in (place or ""):gmatch "[%a_][%w_]*" do
    at = text:find("%f[%w_]" .. name .. "%f[^%w_]", at or 1) or at
  end
  return at and tonumber(line_and_column(text, at):match "^%d+")
end

--- Calls a function that uses the content of a file. Adds the file, and the line if it is found, to
--- mistakes that the function raises.
---@param path string of a file that was read
---@param run function
---@param ... any its arguments
---@return any # what it returns
function input.blame(path, run, ...)
  local results <const> = table.pack(pcall(run, ...))
  if results[1] then return table.unpack(results, 2, results.n) end
  local failure <const> = command_errors.from(results[2])
  if failure.kind ~= "usage" then error(results[2], 0) end
  local line <const> = texts[path] and line_in(texts[path], failure.message)
  local place <const> = line and ("%s:%d"):format(name_of(path), line) or name_of(path)
  command_errors.usage(("%s: %s"):format(place, failure.message), failure.hint)
end

-- Replaces `print` for Lua files: stdout is for the command's results.
local function print_to_stderr(...)
  local words <const> = table.pack(...)
  for index = 1, words.n do
    words[index] = tostring(words[index])
  end
  io.stderr:write(table.concat(words, "\t"), "\n")
end

-- Calls a function while `print` and `io.write` write to stderr.
local function call_quietly(run)
  local output <const>, before <const> = io.output(), print
  io.output(io.stderr)
  print = print_to_stderr -- luacheck: ignore
  local ok <const>, value <const> = pcall(run)
  print = before -- luacheck: ignore
  io.output(output)
  return ok, value
end

-- Runs a Lua file, which sees all globals and `bytenite`. Returns its value.
local function run_lua(path)
  local environment <const> = setmetatable({ bytenite = bytenite }, { __index = _G })
  local text <const> = input.read(path):gsub("^\xEF\xBB\xBF", ""):gsub("^#[^\n]*", "")
  texts[path] = text
  local chunk <const>, problem <const> = load(text, "@" .. path, "t", environment)
  if not chunk then command_errors.usage(problem) end
  local ok <const>, value <const> = call_quietly(chunk)
  if ok then return value end
  if command_errors.is_interrupt(value) then error(value, 0) end
  local reason <const> = command_errors.without_place(tostring(value))
  local has_place <const> = reason:sub(1, #path + 1) == path .. ":"
  command_errors.usage(has_place and reason or ("%s: %s"):format(path, reason))
end

--- Reads an object from a JSON file, or the table that a Lua file returns.
---@param path string ending in .lua for Lua; "-" stands for standard input
---@return table
function input.read_object(path)
  local value
  if path:find "%.lua$" then
    value = run_lua(path)
  else
    value = input.read_json(path)
  end
  if type(value) ~= "table" or #value > 0 then
    local expected <const> = path:find "%.lua$" and "it must return a table" or "it must hold an object"
    command_errors.usage(("%s: %s"):format(name_of(path), expected))
  end
  return value
end

--- Reads a value on the command line: the value if it is JSON, else the text itself. Raises a
--- mistake about a text that begins like JSON but is not, and about integers beyond 64 bits.
---@param option string the option and the name, for messages
---@param given string quotes force text: '"12"' is a text of two characters
---@return any
function input.value(option, given)
  local value <const>, err <const> = bytenite.decode(given)
  local is_integer <const> = given:find "^%s*%-?%d+%s*$" ~= nil
  if is_integer and value ~= nil and math.type(value) ~= "integer" then
    command_errors.usage(("%s: %s is beyond 64 bits"):format(option, given), [[put it in quotes for text: '"..."']])
  end
  if value == nil and given:find '^%s*[%[{"]' then
    command_errors.usage(("%s: %s"):format(option, err.message), [[for text put it in JSON's quotes: '"..."']])
  end
  if value == nil then return given end
  return value
end

-- Makes a function for argparse's `convert` whose message names the option.
local function reader(option, wanted, read)
  return function(given)
    local value <const> = read(tonumber(given))
    if value then return value end
    return nil, ("option '%s' expected %s, got '%s'"):format(option, wanted, given)
  end
end

--- Makes the reader of an option that takes a whole number.
---@param option string its name
---@return function # for argparse's `convert`
function input.count(option)
  return reader(option, "a whole number", function(number)
    local integer <const> = math.tointeger(number)
    return integer and integer >= 0 and integer
  end)
end

--- Makes the reader of an option that takes a whole number above zero.
---@param option string its name
---@return function # for argparse's `convert`
function input.positive(option)
  return reader(option, "a whole number above 0", function(number)
    local integer <const> = math.tointeger(number)
    return integer and integer > 0 and integer
  end)
end

--- Makes the reader of an option that takes a number of seconds above zero.
---@param option string its name
---@return function # for argparse's `convert`
function input.seconds(option)
  return reader(option, "seconds above 0", function(number)
    return number and number > 0 and number
  end)
end

--- The levels of log lines that the service has.
input.log_levels = { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "PANIC", "UNKNOWN" }

-- Returns the level that a word may stand for, such as "warning" and "err"; or nil.
local function similar_level(word)
  for _, level in ipairs(input.log_levels) do
    if level:find(word, 1, true) == 1 or word:find(level, 1, true) == 1 then return level end
  end
  return core.suggest(word, input.log_levels)
end

--- Reads a level of log lines in any case, for argparse's `convert`.
---@param given string
---@return string|nil # as the service writes it; nil and a message for an unknown one
---@return string|nil
function input.log_level(given)
  local word <const> = given:upper()
  for _, level in ipairs(input.log_levels) do
    if level == word then return level end
  end
  local meant <const> = word ~= "" and similar_level(word)
  local hint <const> = meant and ("did you mean %s?"):format(meant)
    or "levels are " .. table.concat(input.log_levels, ", ")
  return nil, ("option '--level' expected a level, got '%s'; %s"):format(given, hint)
end

local UNITS <const> = { s = 1, m = 60, h = 3600, d = 86400 } -- seconds

-- Returns the seconds in a time span such as 1h30m; nil if it is not a time span.
local function seconds_in(span)
  local seconds = 0
  local rest <const> = span:gsub("(%d+)([smhd])", function(number, unit)
    seconds = seconds + tonumber(number) * UNITS[unit]
    return ""
  end)
  return span ~= "" and rest == "" and seconds or nil
end

--- Makes the reader of an option that takes a time: a span before now, or a timestamp.
---@param option string its name
---@return function # for argparse's `convert`: returns seconds since 1970
function input.moment(option)
  return function(given)
    local seconds <const> = seconds_in(given)
    local moment <const> = seconds and os.time() - seconds or bytenite.time(given)
    if moment then return moment end
    local wanted <const> = "a time span such as 10m or 2h30m, or a time such as 2025-08-27T17:56:02Z"
    return nil, ("option '%s' expected %s, got '%s'"):format(option, wanted, given)
  end
end

-- Returns a setting without its value, for messages: the value may be a secret.
local function shown(setting)
  return (setting:gsub("=.*$", "=..."))
end

local GROUPS <const> = { app = true, partitioner = true, assembler = true }

local function split_setting(setting)
  local path <const>, given <const> = setting:match "^([^=]+)=(.*)$"
  local group <const>, rest <const> = (path or ""):match "^([^.]+)%.(.+)$"
  if not GROUPS[group] then
    command_errors.usage(
      ("--param %s: expected app.NAME=VALUE, partitioner.NAME=VALUE or assembler.NAME=VALUE"):format(shown(setting))
    )
  end
  return group, rest, input.value("--param " .. path, given)
end

-- Returns the object in a member; adds one if the member is not set. Raises a mistake if it is
-- another value.
local function object_in(parent, name, setting)
  local found <const> = parent[name]
  if type(found) == "table" and #found == 0 then return found end
  if found ~= nil and found ~= bytenite.null then
    command_errors.usage(("--param %s: %s is not an object: set it as a whole"):format(shown(setting), name))
  end
  parent[name] = {}
  return parent[name]
end

--- Applies settings such as app.prompt=x to parameters.
---@param params table changed in place
---@param settings string[]
---@return table # params
function input.set_params(params, settings)
  for _, setting in ipairs(settings) do
    local group <const>, rest <const>, value <const> = split_setting(setting)
    local parent = object_in(params, group, setting)
    local names <const> = {}
    for name in (rest .. "."):gmatch "([^.]*)%." do
      names[#names + 1] = name
    end
    for index = 1, #names - 1 do
      parent = object_in(parent, names[index], setting)
    end
    parent[names[#names]] = value
  end
  return params
end

--- Completes a data source from a file: passes params without "@type" through bytenite.datasource.
---@param source any
---@return any
function input.complete_source(source)
  local make <const> = type(source) == "table" and bytenite.datasource[source.dataSourceDescriptor]
  local params <const> = make and source.params
  if type(params) ~= "table" or next(params) == nil or params["@type"] ~= nil then return source end
  return make(params)
end

-- Returns a source without secrets, for messages. It may be an address without a scheme.
local function shown_source(given)
  return (given:gsub("^([^/@]*):[^@]*@", "%1:...@"):gsub("%?.*$", "?..."))
end

local PLAIN_SOURCES <const> = { file = true, bucket = true, bypass = true }

--- Reads a data source from the command line.
---@param option string the option, for messages
---@param given string file, bucket, bypass, an address, url:ADDRESS, or a file of JSON or Lua
---@return table
function input.source(option, given)
  if PLAIN_SOURCES[given] then return bytenite.datasource[given]() end
  local address <const> = given:match "^url:(.+)$" or given:match "^https?://.+$"
  if address then return bytenite.datasource.url(address) end
  if given == STANDARD_INPUT or given:find "%.json$" or given:find "%.lua$" then
    return input.complete_source(input.read_object(given))
  end
  command_errors.usage(
    ("%s %s: expected file, bucket, bypass, url:ADDRESS, or a file that ends in .json or .lua"):format(
      option,
      shown_source(given)
    )
  )
end

return input
