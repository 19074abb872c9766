--- input.lua: what commands are given: files, standard input, settings such as app.prompt=x, data
--- sources.
local bytenite <const> = require "bytenite"
local command_errors <const> = require "bytenite.command.command_errors"

local input <const> = {}

local STANDARD_INPUT <const> = "-"

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

--- Reads a file of JSON.
---@param path string "-" stands for standard input
---@return any
function input.read_json(path)
  local value <const>, err <const> = bytenite.decode(input.read(path))
  if value == nil then command_errors.usage(("%s: %s"):format(name_of(path), err.message)) end
  return value
end

-- What a file prints goes to stderr: stdout is for the command's results.
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

-- Runs a file of Lua, which sees what any program sees, and the module.
local function run_lua(path)
  local environment <const> = setmetatable({ bytenite = bytenite }, { __index = _G })
  local chunk <const>, problem <const> = load(input.read(path), "@" .. path, "t", environment)
  if not chunk then command_errors.usage(problem) end
  local ok <const>, value <const> = call_quietly(chunk)
  if ok then return value end
  if command_errors.is_interrupt(value) then error(value, 0) end
  local reason <const> = command_errors.without_place(tostring(value))
  local has_place <const> = reason:sub(1, #path + 1) == path .. ":"
  command_errors.usage(has_place and reason or ("%s: %s"):format(path, reason))
end

--- Reads an object from a file of JSON, or what a file of Lua returns.
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

--- A value on the command line: JSON where it is, else the text itself.
---@param given string
---@return any
function input.value(given)
  local value <const> = bytenite.decode(given)
  if value == nil then return given end
  return value
end

-- Makes what an option has for argparse's `convert`: its own message does not name the option.
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

--- Makes the reader of an option that takes a number of seconds above zero.
---@param option string its name
---@return function # for argparse's `convert`
function input.seconds(option)
  return reader(option, "seconds above 0", function(number)
    return number and number > 0 and number
  end)
end

local GROUPS <const> = { app = true, partitioner = true, assembler = true }

local function split_setting(setting)
  local path <const>, given <const> = setting:match "^([^=]+)=(.*)$"
  local group <const>, rest <const> = (path or ""):match "^([^.]+)%.(.+)$"
  if not GROUPS[group] then
    command_errors.usage(
      ("--param %s: expected app.NAME=VALUE, partitioner.NAME=VALUE or assembler.NAME=VALUE"):format(setting)
    )
  end
  return group, rest, input.value(given)
end

-- The object below a name, made when there is none. A list has no names.
local function object_in(parent, name, setting)
  local found <const> = parent[name]
  if type(found) == "table" and #found == 0 then return found end
  if found ~= nil and found ~= bytenite.null then
    command_errors.usage(("--param %s: %s is no object: give it as a whole"):format(setting, name))
  end
  parent[name] = {}
  return parent[name]
end

--- Puts settings such as app.prompt=x into parameters.
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

--- Completes a data source of a file: params without "@type" are made what bytenite.datasource
--- makes of them.
---@param source any
---@return any
function input.complete_source(source)
  local make <const> = type(source) == "table" and bytenite.datasource[source.dataSourceDescriptor]
  local params <const> = make and source.params
  if type(params) ~= "table" or next(params) == nil or params["@type"] ~= nil then return source end
  return make(params)
end

local PLAIN_SOURCES <const> = { file = true, bucket = true, bypass = true }

--- Reads a data source from the command line.
---@param option string the option it was given with
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
    ("%s %s: expected file, bucket, bypass, url:ADDRESS, or a file that ends in .json or .lua"):format(option, given)
  )
end

return input
