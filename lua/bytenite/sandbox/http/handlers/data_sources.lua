--- Handles the call that tests a data source. Every file exists, unless its name starts with
--- "missing"; the size of "huge.bin" exceeds a signed 64-bit integer.
local core <const> = require "bytenite.core"

local responses <const> = require "bytenite.sandbox.http.responses"
local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"
local validation <const> = require "bytenite.sandbox.http.validation"
local data_sources <const> = require "bytenite.sandbox.model.data_sources"

local null <const> = core.null

local source_calls = {}

local HUGE <const>, USUAL <const> = "18446744073709551615", "734003200" -- bytes

local read_request <const> = protobuf_json.message { dataSource = data_sources.read, listFiles = protobuf_json.boolean }

-- Returns the file's path: the name in the params, or the path of the URL.
local function path_of(source)
  local params <const> = type(source.params) == "table" and source.params or {}
  local name <const> = params.name
  if validation.is_given(name) then return name end
  return (params.url or ""):match "^%a+://[^/?#]*([^?#]*)" or ""
end

local function listing_of(folder, filename, size)
  local name <const> = folder:match "[^/]*$"
  local raw <const> = { name = "raw", path = folder .. "/raw", directories = core.array {}, files = core.array {} }
  local file <const> = { id = "1", name = filename, path = folder .. "/" .. filename, size = size }
  return { name = name, path = folder, directories = core.array { raw }, files = core.array { file } }
end

function source_calls.test_datasource(call)
  local given <const>, problem <const> = validation.body(call.body, read_request, "request")
  if given == nil then return problem end
  if given.dataSource == nil or given.dataSource == null then return validation.invalid "dataSource is required" end
  local path <const> = path_of(given.dataSource)
  local folder <const>, filename <const> = path:match "^(.-)/?([^/]*)$"
  if filename:find "^missing" then return responses.refuse("NOT_FOUND", "the file does not exist: " .. path) end
  local size <const> = filename == "huge.bin" and HUGE or filename == "" and "0" or USUAL
  return responses.json(200, {
    filename = filename,
    path = path,
    size = size,
    properties = filename ~= "" and { ["content-type"] = "application/octet-stream" } or {},
    tempUrl = "",
    files = given.listFiles == true and listing_of(folder, filename, size) or null,
  })
end

return source_calls
