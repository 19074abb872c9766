--- datasource.lua: makes data sources and destinations, with the "@type" that the params of each
--- kind need. The members are those in the service's documentation of data sources.
local validate <const> = require "bytenite.base.validate"

local datasource <const> = {}

local PREFIX <const> = "type.googleapis.com/bytenite.data_source."

-- By descriptor: the type of the params (nil: no params), the known members, the required members.
local kinds <const> = {
  url = { type = "HttpDataSource", known = { "url", "name", "username", "password" }, needed = { "url" } },
  file = { type = "LocalFileDataSource", known = { "name" } },
  bucket = {},
  bypass = {},
}

local storage <const> = {
  type = "S3DataSource",
  known = { "name", "bucketName", "cloudRegion", "secret_id", "secretId", "accessKey", "secretKey" },
  needed = { "name", "bucketName" },
}
for _, descriptor in ipairs { "s3", "aws", "gcp", "storj" } do
  kinds[descriptor] = storage
end

local function text(where, value)
  return validate.type(where, value, "string")
end

-- Checks and returns params. Known members must be strings. Raises if an unknown member looks
-- misspelled; other members pass unchanged.
local function params_of(where, kind, given)
  local checks <const> = {}
  for _, name in ipairs(kind.known) do
    checks[name] = text
  end
  local params <const> = validate.options(where, given, checks, "member", true)
  for _, name in ipairs(kind.needed or {}) do
    if params[name] == nil then validate.raise(("%s: %s is required"):format(where, name)) end
  end
  params["@type"] = PREFIX .. kind.type
  return params
end

local function without_params(where, descriptor, given)
  if given ~= nil and (type(given) ~= "table" or next(given) ~= nil) then
    validate.raise(where .. ": takes no members")
  end
  return { dataSourceDescriptor = descriptor }
end

for descriptor, kind in pairs(kinds) do
  local where <const> = "datasource." .. descriptor
  --- Documented in docs/api/datasource.lua.
  datasource[descriptor] = function(given)
    if not kind.type then return without_params(where, descriptor, given) end
    if descriptor == "url" and type(given) == "string" then given = { url = given } end
    return { dataSourceDescriptor = descriptor, params = params_of(where, kind, given) }
  end
end

return datasource
