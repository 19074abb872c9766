--- The contract as an OpenAPI 3.1 document, for tools that serve or check it.
---
---   lua5.4 spec/contract/openapi.lua > build/contract/openapi.json
local bytenite <const> = require "bytenite"
local contract <const> = require "spec.contract.init"
local samples <const> = require "spec.contract.samples"
local types <const> = require "spec.contract.types"

local openapi = {}

local array <const> = bytenite.array

-- Returns a schema of plain types. If it is nullable, null is another of the types.
local function plain(nullable, names, more)
  local schema <const> = more or {}
  local all <const> = array { table.unpack(names) }
  if nullable then all[#all + 1] = "null" end
  schema.type = #all > 1 and all or all[1]
  return schema
end

local words = {}

function words.string(nullable)
  return plain(nullable, { "string" })
end

function words.boolean(nullable)
  return plain(nullable, { "boolean" })
end

function words.integer(nullable)
  return plain(nullable, { "integer", "string" }, { pattern = "^(0|-?[1-9][0-9]*)$" })
end

function words.uint32(nullable)
  return plain(
    nullable,
    { "integer", "string" },
    { pattern = "^(0|[1-9][0-9]{0,9})$", minimum = 0, maximum = 4294967295 }
  )
end

function words.number(nullable)
  return plain(nullable, { "number", "string" }, { pattern = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$" })
end

function words.timestamp(nullable)
  return plain(nullable, { "string" }, { format = "date-time" })
end

function words.object(nullable)
  return plain(nullable, { "object" })
end

function words.any()
  return {}
end

-- In responses: one of the documented sources, or any other object.
function words.typed(nullable)
  local all <const> = array {}
  for _, name in ipairs(types.names(contract.objects.sources)) do
    all[#all + 1] = { ["$ref"] = "#/components/schemas/" .. name }
  end
  all[#all + 1] = { type = "object" }
  if nullable then all[#all + 1] = { type = "null" } end
  return { anyOf = all }
end

local sent_words <const> = setmetatable({}, { __index = words })

-- In requests: a documented source with its required members, an object of another type, or an
-- empty object.
function sent_words.typed(nullable)
  local all <const> = array {}
  for _, name in ipairs(types.names(contract.objects.sources)) do
    all[#all + 1] = { ["$ref"] = "#/components/schemas/" .. name }
  end
  all[#all + 1] = { ["$ref"] = "#/components/schemas/OtherTyped" }
  all[#all + 1] = { type = "object", maxProperties = 0 }
  if nullable then all[#all + 1] = { type = "null" } end
  return { anyOf = all }
end

-- The sides of a call: requests are checked more strictly than responses.
local RESPONDED <const> = { prefix = "", words = words }
local SENT <const> = { prefix = "Sent", words = sent_words }

local function schema_of(side, text)
  local kind <const> = types.parse(text)
  if kind.list then return plain(kind.nullable, { "array" }, { items = schema_of(side, text:match "^%[(.*)%]") }) end
  if kind.map then
    return plain(kind.nullable, { "object" }, { additionalProperties = schema_of(side, text:match "^{(.*)}") })
  end
  if side.words[kind.word] then return side.words[kind.word](kind.nullable) end
  local reference <const> = { ["$ref"] = "#/components/schemas/" .. side.prefix .. kind.word }
  if not kind.nullable then return reference end
  return { anyOf = array { reference, { type = "null" } } }
end

local function object_schema(side, members)
  local schema <const> = { type = "object", properties = {}, required = array {}, additionalProperties = true }
  for _, name in ipairs(types.names(members)) do
    schema.properties[name] = schema_of(side, members[name])
    if members[name]:sub(-1) == "!" then schema.required[#schema.required + 1] = name end
  end
  return schema
end

local function source_schema(name, members)
  local schema <const> = object_schema(RESPONDED, members)
  schema.properties["@type"] = { const = contract.objects.type_prefix .. name }
  schema.required[#schema.required + 1] = "@type"
  return schema
end

-- Objects that contain plain values, and objects like them.
local OTHER_TYPE <const> = {
  type = "string",
  pattern = "^type\\.googleapis\\.com/google\\.protobuf\\.[A-Z][A-Za-z0-9]{2,20}$",
}

-- Objects of a type that is not documented.
local function other_typed()
  local known <const> = array {}
  for _, name in ipairs(types.names(contract.objects.sources)) do
    known[#known + 1] = contract.objects.type_prefix .. name
  end
  return {
    type = "object",
    properties = { ["@type"] = OTHER_TYPE },
    required = array { "@type" },
    ["not"] = { properties = { ["@type"] = { enum = known } }, required = array { "@type" } },
  }
end

local function enumeration_schema(enumeration)
  local names <const> = { type = "string", enum = array { table.unpack(enumeration.values) } }
  if not enumeration.open then return names end
  return { anyOf = array { names, { type = array { "string", "integer" } } } }
end

local function schemas()
  local all <const> = { OtherTyped = other_typed() }
  local objects <const> = contract.objects
  for name, members in pairs(objects.sources) do
    all[name] = source_schema(name, members)
  end
  for _, side in ipairs { RESPONDED, SENT } do
    for name, members in pairs(objects.declared) do
      all[side.prefix .. name] = object_schema(side, members)
    end
    for name, enumeration in pairs(objects.enumerations) do
      all[side.prefix .. name] = enumeration_schema(enumeration)
    end
    for name, text in pairs(objects.scalars) do
      all[side.prefix .. name] = schema_of(side, text)
    end
  end
  all.Job.properties.id.enum = array { samples.JOB_ID, bytenite.null } -- responses are about the requested job
  return all
end

local function parameters(row)
  local all <const> = array {}
  if row.path:find("{jobId}", 1, true) then
    all[1] = { name = "jobId", ["in"] = "path", required = true, schema = { type = "string", minLength = 1 } }
  end
  for _, name in ipairs(types.names(row.query or {})) do
    local schema <const> = schema_of(SENT, row.query[name])
    if row.query[name] == "uint32" then schema.type = "integer" end -- a query consists of text: its digits count
    all[#all + 1] = { name = name, ["in"] = "query", schema = schema }
  end
  return all
end

local function response_with(schema, examples)
  return { description = "a response", content = { ["application/json"] = { schema = schema, examples = examples } } }
end

--- Returns the bodies of error responses, in the service's two shapes and others, by name.
---@param status integer
---@return table<string, any>
---@usage openapi.errors(404).gateway --> { code = 404, message = "no such thing, says the gateway", details = {} }
function openapi.errors(status)
  local gateway <const>, envelope <const> = "the gateway says " .. status, "the envelope says " .. status
  return {
    gateway = { code = status % 17, message = gateway, details = array {} },
    envelope = {
      ok = false,
      requestId = "r-" .. status,
      message = "Request failed",
      error = { code = status, message = "in short", description = envelope },
    },
    texts = { code = tostring(status % 17), message = gateway, details = bytenite.null },
    short = { ok = false, requestId = "", message = envelope, error = bytenite.null },
    nothing = {},
    word = "no word from " .. status,
    number = status,
    list = array { gateway },
  }
end

local function examples_of(values)
  local all <const> = {}
  for name, value in pairs(values) do
    all[name] = { value = value }
  end
  return all
end

--- Returns the bodies of responses with status 200, by name.
---@param result string the type
---@return table<string, any>
---@usage openapi.successes("JobResponse").usual
function openapi.successes(result)
  local values <const> = {}
  for mood in pairs(samples.moods) do
    values[mood] = samples.value(contract.objects, result, mood)
  end
  if result == "GenericResponse" then values.refused = openapi.errors(409).envelope end
  return values
end

local function success(row)
  return response_with(schema_of(RESPONDED, row.result), examples_of(openapi.successes(row.result)))
end

-- Errors are declared without a schema: they may have any body.
local function responses(row)
  local all <const> = {}
  for _, status in ipairs(contract.operations.statuses) do
    all[status] = response_with({}, examples_of(openapi.errors(tonumber(status) or 409)))
  end
  all["200"] = success(row)
  return all
end

local function operation(name, row)
  local made <const> = { operationId = name, responses = responses(row), parameters = parameters(row) }
  if row.open then made.security = array {} end
  if row.body then
    local content <const> = { ["application/json"] = { schema = schema_of(SENT, (row.body:gsub("!$", ""))) } }
    made.requestBody = { required = row.body:sub(-1) == "!", content = content }
  end
  return made
end

--- Returns the document.
---@param service string|nil replaces {service} in paths (default "customer")
---@return table
---@usage bytenite.encode(openapi.document())
function openapi.document(service)
  local paths <const> = {}
  for name, row in pairs(contract.operations.rows) do
    local path <const> = "/v1" .. row.path:gsub("{service}", service or "customer")
    paths[path] = paths[path] or {}
    paths[path][row.method:lower()] = operation(name, row)
  end
  return {
    openapi = "3.1.0",
    info = { title = "ByteNite jobs API, as bytenite's specs know it", version = "1" },
    security = array { { AccessToken = array {} } },
    paths = paths,
    components = {
      schemas = schemas(),
      securitySchemes = { AccessToken = { type = "apiKey", ["in"] = "header", name = "Authorization" } },
    },
  }
end

-- When run as a program:
if arg and arg[0] and arg[0]:find "openapi%.lua$" then print(bytenite.encode(openapi.document())) end

return openapi
