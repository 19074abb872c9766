--- Data sources: `{dataSourceDescriptor, params}`, where params name their type in "@type".
local core <const> = require "bytenite.core"

local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"

local null <const> = core.null

local data_sources = {}

local TYPE_PREFIX <const> = "type.googleapis.com/bytenite.data_source."

-- The members of each type, all strings. A reply prints them all, "" where unset.
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

-- What `params` becomes: typed and complete, `{}` when empty.
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

-- What a response prints for params that were not given.
local function unset_params(descriptor)
  if descriptor == "bucket" then return {} end
  if descriptor == "file" then return { ["@type"] = TYPE_PREFIX .. "LocalFileDataSource", name = "", tempUrl = "" } end
  return null
end

--- Reader of a data source (see `bytenite.sandbox.base.protobuf_json`). The descriptor is free
--- text, the type in params must be known.
---@param value any what the body holds
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

--- Gives a source of kind `file` the URL to send the file to; others stay as they are.
---@param source table|userdata|nil as `read` gave it, or `core.null`
---@param url string
---@usage data_sources.offer_upload(changes.dataSource, url)
function data_sources.offer_upload(source, url)
  if type(source) == "table" and source.dataSourceDescriptor == "file" and source.params ~= null then
    source.params.tempUrl = url
  end
end

return data_sources
