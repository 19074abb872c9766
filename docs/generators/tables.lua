--- The tables of the reference.
local core <const> = require "bytenite.core"
local markdown <const> = require "docs.generators.markdown"

local tables <const> = {}

local code <const>, schemas <const> = markdown.code, core.schemas()

--- Words for a path of the contract: `/v1` in front, as the service's own pages print it.
-- @tparam table operation a row of core.operations
-- @treturn string
function tables.http_call(operation)
  return code(("%s /v1%s"):format(operation.method, operation.path))
end

--- What a function is called like: "job:set_name(name [, options])".
-- @tparam table class an entry of api.classes
-- @tparam table entry one of its functions
-- @treturn string
function tables.signature(class, entry)
  local text = ""
  local open = 0
  for index, parameter in ipairs(entry.parameters) do
    local name <const>, type <const> = parameter[1], parameter[2]
    local comma <const> = index > 1 and ", " or ""
    if type:sub(-1) == "?" then
      text = text .. (text == "" and "[" or " [") .. comma .. name
      open = open + 1
    else
      text = text .. comma .. name
    end
  end
  return ("%s%s(%s%s)"):format(class.prefix, entry.name, text, ("]"):rep(open))
end

-- A type without the module's name, as a link where the reference describes it.
local function type_link(type)
  local name <const> = type:gsub("bytenite%.", ""):gsub("%?$", "")
  return schemas[name] and ("[%s](#%s)"):format(name, name:lower()) or name
end

-- What a call sends: what its first parameter is, unless the id alone tells all.
local function body_of(operation, entry)
  if not operation.body then return "" end
  local type <const> = entry.parameters[1][2]
  return type == "bytenite.CallOptions?" and code "{}" or type_link(type)
end

local function result_of(entry)
  if not entry.returns then return "" end
  local type <const> = entry.returns[1]:gsub("^bytenite%.", "")
  local note <const> = entry.returns[2] == "job" and entry.returns[3] or ""
  return note ~= "" and (note:find "refreshed" and "the job, refreshed" or "the job, as it is")
    or type == "Job" and "a job"
    or type == "Response" and "status, headers, body"
    or type:find "^fun%(" and "an iterator"
    or type_link(entry.returns[1])
end

-- Rows of functions: "Lua | HTTP | body | result | repeated".
local function call_row(class, entry)
  local operation <const> = core.operations[entry.operation]
  return {
    code(tables.signature(class, entry):gsub(" ?%[?,? ?options%]?", "")),
    tables.http_call(operation),
    body_of(operation, entry),
    result_of(entry),
    operation.repeatable and "repeatable" or "once only",
  }
end

--- The calls that speak to the service: from the entries that have an operation, and `request`.
-- @tparam table api
-- @treturn string
function tables.calls(api)
  local rows <const> = {}
  for _, class in ipairs(api.classes) do
    for _, entry in ipairs(class.functions) do
      if entry.operation then rows[#rows + 1] = call_row(class, entry) end
      if entry.name == "request" then
        rows[#rows + 1] = { code "client:request(wanted)", "any", "any", result_of(entry), "by the method" }
      end
    end
  end
  return markdown.table({ "Lua", "HTTP", "sends", "returns", "after a failure" }, rows)
end

-- A default as it is written in Lua, or in a round unit.
local function default_of(option)
  local value <const> = option.default
  if value == nil then return option.otherwise or "none" end
  if option.unit == "bytes" then return ("%d MiB"):format(value // (1024 * 1024)) end
  local text <const> = type(value) == "string" and ("%q"):format(value) or tostring(value)
  return code(text) .. (option.unit and " " .. option.unit or "")
end

local function environment_of(option)
  local names <const> = {}
  for index, name in ipairs(option.environment or {}) do
    names[index] = code("$" .. name)
  end
  return #names > 0 and table.concat(names, ", ") .. ", then " or ""
end

--- The options of bytenite.new.
-- @tparam table api
-- @treturn string
function tables.options(api)
  local rows <const> = {}
  for index, option in ipairs(api.options.client) do
    rows[index] = { code(option.name), environment_of(option) .. default_of(option), option.text }
  end
  return markdown.table({ "option", "default", "meaning" }, rows)
end

--- Named fields: of errors, events, parameters.
-- @tparam {table,...} fields each with name, type, text and perhaps unit and required
-- @treturn string
function tables.fields(fields)
  local rows <const> = {}
  for index, field in ipairs(fields) do
    local type <const> = field.type:gsub("%?$", "")
    local unit <const> = field.unit and ", " .. field.unit or ""
    rows[index] = { code(field.name), code(type) .. unit, (field.required and "Needed: " or "") .. field.text }
  end
  return markdown.table({ "field", "type", "meaning" }, rows)
end

--- The fields of errors.
-- @tparam table api
-- @treturn string
function tables.errors(api)
  return tables.fields(api.errors.fields)
end

--- The kinds of errors.
-- @tparam table api
-- @treturn string
function tables.kinds(api)
  local rows <const> = {}
  for index, kind in ipairs(api.errors.kinds) do
    rows[index] = { code(kind[1]), kind.status and tostring(kind.status) or "", kind.text, kind.advice }
  end
  return markdown.table({ "kind", "status", "meaning", "what to do" }, rows)
end

return tables
