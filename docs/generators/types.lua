--- The types for lua-language-server: docs/types/bytenite.lua, and a file for each adapter of an event loop.
local schemas <const> = require("bytenite.core").schemas()

local HEAD <const> = [[
---@meta %s
-- luacheck: ignore 212 241
-- luacheck: no max line length
-- Written by docs/generate.lua (make docs); do not edit. Point "workspace.library" of the language server to docs/types.
]]

-- What the types of core.schemas are to the language server.
local scalar <const> = {
  string = "string",
  timestamp = "string",
  enum = "string|integer",
  boolean = "boolean",
  integer = "integer",
  uint32 = "integer",
  number = "number",
  any = "any",
  object = "table<string, any>",
  timestamps = "table<string, string>",
  properties = "table<string, string>",
  ["string[]"] = "string[]",
}

local function type_of(name)
  local element <const> = name:gsub("%[%]$", "")
  local known <const> = scalar[name] or schemas[element] and "bytenite." .. name
  return known or error("docs/generators/types.lua: what is the type " .. name .. "?")
end

-- A text for one line of comment: links of the reference lead nowhere here.
local function comment(text)
  return (text:gsub("%[([^%]]*)%]%(#[^)]*%)", "%1"):gsub("%s*\n%s*", " "))
end

local function add_field(lines, name, type, text)
  lines[#lines + 1] = ("---@field %s %s %s"):format(name, type, comment(text)):gsub("%s+$", "")
end

local function optional(name, is_needed)
  return is_needed and name or name .. "?"
end

-- Members of a declared object of the service.
local function add_members(lines, name)
  for _, member in ipairs(schemas[name]) do
    local is_needed <const> = member.required or (name == "Job" and member.name == "id")
    add_field(lines, optional(member.name, is_needed), type_of(member.type), member.meaning)
  end
end

-- Fields written down in docs/api; a "?" ends the type of one that may be missing.
local function add_fields(lines, fields, all_are_optional)
  for _, field in ipairs(fields) do
    local type <const>, count <const> = field.type:gsub("%?$", "")
    local is_needed <const> = field.required or (field.required == nil and not all_are_optional and count == 0)
    local text <const> = field.unit and ("(%s) %s"):format(field.unit, field.text) or field.text
    add_field(lines, optional(field.name, is_needed), type, text)
  end
end

local function add_class(lines, name)
  lines[#lines + 1] = ""
  lines[#lines + 1] = "---@class bytenite." .. name
end

local function add_returned(lines, type, name, text)
  lines[#lines + 1] = ("---@return %s %s %s"):format(type, name, comment(text)):gsub("%s+$", "")
end

local function add_returns(lines, entry)
  local type <const>, name <const>, text <const> = table.unpack(entry.returns)
  if name == "..." then -- as many as there are: the error is one of them
    return add_returned(lines, type, name, ("%s; or nil and an error: %s"):format(text, entry.fails))
  end
  add_returned(lines, type .. (entry.fails and "?" or ""), name, text)
  if entry.second then
    local type_or_error <const> = entry.second[1] .. "|bytenite.Error"
    add_returned(lines, type_or_error, entry.second[2], ("%s; or the error: %s"):format(entry.second[3], entry.fails))
  elseif entry.fails then
    add_returned(lines, "bytenite.Error?", "err", entry.fails)
  end
end

local function add_function(lines, class, holder, entry)
  local names <const> = {}
  lines[#lines + 1] = ""
  lines[#lines + 1] = "---" .. comment(entry.summary .. (entry.text and " " .. entry.text or ""))
  if entry.generic then lines[#lines + 1] = "---@generic " .. entry.generic end
  for index, parameter in ipairs(entry.parameters) do
    local type <const>, is_optional <const> = parameter[2]:gsub("%?$", "")
    local name <const> = optional(parameter[1], is_optional == 0)
    names[index] = parameter[1]
    lines[#lines + 1] = ("---@param %s %s %s"):format(name, type, comment(parameter[3])):gsub("%s+$", "")
  end
  if entry.returns then add_returns(lines, entry) end
  local separator <const> = class.prefix:sub(-1)
  lines[#lines + 1] = ("function %s%s%s(%s) end"):format(holder, separator, entry.name, table.concat(names, ", "))
end

-- The table that holds the functions of a name; they may be in several sections.
local function add_holder(lines, api, name, holder)
  lines[#lines + 1] = ("local %s = {}"):format(holder)
  for _, class in ipairs(api.classes) do
    for _, entry in ipairs(class.name == name and class.functions or {}) do
      add_function(lines, class, holder, entry)
    end
  end
end

local function add_objects(lines, internal_objects)
  local names <const> = {}
  for name in pairs(schemas) do
    if name ~= "Job" and not internal_objects[name] then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    add_class(lines, name)
    add_members(lines, name)
  end
end

local function file_text(name, lines)
  return HEAD:format(name) .. table.concat(lines, "\n") .. "\n"
end

local function call_options(api)
  local fields <const> = {}
  for _, name in ipairs(api.options.call) do
    for _, option in ipairs(api.options.client) do
      if option.name == name then fields[#fields + 1] = option end
    end
  end
  return fields
end

-- A file for an adapter: a module of its own.
local function adapter_file(api, class)
  local lines <const> = { "" }
  add_holder(lines, api, class.name, class.holder)
  lines[#lines + 1] = ""
  lines[#lines + 1] = "return " .. class.holder
  return { ("docs/types/%s.lua"):format(class.name:gsub("%.", "/")), file_text(class.name, lines) }
end

local function main_file(api)
  local lines <const> = {}
  local by_name <const> = {}
  add_objects(lines, api.internal_objects)
  add_class(lines, "Options")
  add_fields(lines, api.options.client, true)
  add_class(lines, "CallOptions")
  add_fields(lines, call_options(api), true)
  add_class(lines, "Error")
  add_fields(lines, api.errors.fields)
  add_class(lines, "Event")
  add_fields(lines, api.events.fields)
  for _, class in ipairs(api.classes) do
    by_name[class.name] = class
    for _, group in ipairs(class.members or {}) do
      add_class(lines, group.name)
      add_fields(lines, group.fields, not group.is_result)
    end
  end
  add_class(lines, "Job")
  add_members(lines, "Job")
  add_holder(lines, api, "Job", "Job")
  for _, name in ipairs { "Client", "Future", "Pollable", "datasource" } do
    add_class(lines, name)
    add_holder(lines, api, name, name)
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "---@class bytenite"
  add_fields(lines, by_name.bytenite.values)
  add_holder(lines, api, "bytenite", "bytenite")
  lines[#lines + 1] = ""
  lines[#lines + 1] = "return bytenite"
  return { "docs/types/bytenite.lua", file_text("bytenite", lines) }
end

--- The files: a list of paths and texts.
-- @tparam table api
-- @treturn {{string,string},...}
return function(api)
  local files <const> = { main_file(api) }
  for _, class in ipairs(api.classes) do
    if class.holder then files[#files + 1] = adapter_file(api, class) end
  end
  return files
end
