--- Reads data sources: `{dataSourceDescriptor, params}`, where params name their type in "@type".
local core <const> = require "bytenite.core"

local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"

local null <const> = core.null

local data_sources = {}

local TYPE_PREFIX <const> = "type.googleapis.com/bytenite.data_source."

-- The members of each type, all strings. Responses print all of them, "" if unset.
local members <const> = {
  HttpDataSource = { "name", "url", "username", "password" },
  LocalFileDataSource = { "name", "tempUrl" },
  S3DataSource = { "name", "bucketName", "cloudRegion", "secretId", "accessKey", "secretKey", "tempUrl" },
}

local types <const> = {}
for name, list in pairs(members) do
  local readers <const> = {}
  for _, member in ipairs(list) do
    readers[member] = protobuf_json.string
  end
  types[TYPE_PREFIX .. name] = { members = list, read = protobuf_json.message(readers) }
end

-- Reads `params`. Returns them with type and all members, `{}` if they are empty.
local function read_params(value, name)
  local given <const>, problem <const> = protobuf_json.object(value, name)
  if given == nil then return nil, problem end
  if next(given) == nil then return {} end
  local type_name <const> = given["@type"]
  if type_name == nil then return nil, ('missing "@type" in %s'):format(name) end
  local source_type <const> = types[type_name]
  if source_type == nil then return nil, ("unable to resolve %s"):format(core.encode(type_name)) end
  local read <const>, message <const> = source_type.read(given, name)
  if read == nil then return nil, message end
  local params <const> = { ["@type"] = type_name }
  for _, member in ipairs(source_type.members) do
    local text <const> = read[member]
    params[member] = text ~= null and text or ""
  end
  return params
end

local read_source <const> = protobuf_json.message { dataSourceDescriptor = protobuf_json.string, params = read_params }

-- Returns what a response prints for unset params.
local function unset_params(descriptor)
  if descriptor == "bucket" then return {} end
  if descriptor == "file" then return { ["@type"] = TYPE_PREFIX .. "LocalFileDataSource", name = "", tempUrl = "" } end
  return null
end

--- Reads a data source (a reader, see `bytenite.sandbox.base.protobuf_json`). The descriptor is
--- free text, the type in params must be known.
---@param value any the member of the body
---@param name string the member, for the message
---@return table|nil source `{dataSourceDescriptor, params}` as a response prints it
---@return string|nil message
---@usage local source, message = data_sources.read(given, "dataDestination")
function data_sources.read(value, name)
  local read <const>, message <const> = read_source(value, name)
  if read == nil then return nil, message end
  local descriptor <const> = read.dataSourceDescriptor
  local source <const> = { dataSourceDescriptor = descriptor ~= null and descriptor or "", params = read.params }
  if source.params == nil or source.params == null then source.params = unset_params(source.dataSourceDescriptor) end
  return source
end

--- Sets the upload URL of a source of kind `file`; leaves other sources unchanged.
---@param source table|userdata|nil as `read` returns it, or `core.null`
---@param url string
---@usage data_sources.offer_upload(changes.dataSource, url)
function data_sources.offer_upload(source, url)
  if type(source) == "table" and source.dataSourceDescriptor == "file" and source.params ~= null then
    source.params.tempUrl = url
  end
end

return data_sources
