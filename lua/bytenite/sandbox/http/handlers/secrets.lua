--- Handles the calls about secrets for data sources. Does not store their keys, which no call
--- returns.
local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"
local random_ids <const> = require "bytenite.sandbox.base.random_ids"
local responses <const> = require "bytenite.sandbox.http.responses"
local validation <const> = require "bytenite.sandbox.http.validation"

local core <const> = require "bytenite.core"

local secrets = {}

local TYPES <const> = { s3 = true, aws = true, gcp = true, storj = true, other = true }

local read_new_secret <const> = protobuf_json.message {
  secret = protobuf_json.message {
    id = protobuf_json.string,
    name = protobuf_json.string,
    secretType = protobuf_json.string,
    accessKey = protobuf_json.string,
    expiresAt = protobuf_json.string,
    params = protobuf_json.object,
  },
  secretKey = protobuf_json.string,
}

function secrets.create_secret(call)
  local given <const>, refusal <const> = validation.body(call.body, read_new_secret, "secret")
  if given == nil then return refusal end
  local secret <const> = given.secret
  if not secret or not validation.is_given(secret.name) then return validation.invalid "secret.name is required" end
  if not TYPES[secret.secretType] then
    return validation.invalid "secret.secretType must be s3, aws, gcp, storj or other"
  end
  if not validation.is_given(given.secretKey) then return validation.invalid "secretKey is required" end
  secret.id = random_ids.uuid()
  return responses.json(200, { secret = secret }), function()
    table.insert(call.state.secrets, secret)
  end
end

function secrets.list_secrets(call)
  return responses.json(200, { secrets = core.array { table.unpack(call.state.secrets) } })
end

function secrets.delete_secret(call)
  for index, secret in ipairs(call.state.secrets) do
    if secret.id == call.parameters.secretId and secret.secretType == call.parameters.secretType then
      return responses.done(), function()
        table.remove(call.state.secrets, index)
      end
    end
  end
  return responses.refuse("NOT_FOUND", "secret not found")
end

return secrets
