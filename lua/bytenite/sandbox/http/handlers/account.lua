--- Handles the calls about tokens and the server.
local responses <const> = require "bytenite.sandbox.http.responses"
local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"
local validation <const> = require "bytenite.sandbox.http.validation"

local account = {}

local read_credentials <const> = protobuf_json.message { apiKey = protobuf_json.string }
local read_nothing <const> = protobuf_json.message {}

function account.access_token(call)
  local credentials <const>, problem <const> = validation.body(call.body, read_credentials, "credentials")
  if credentials == nil then return problem end
  if credentials.apiKey ~= call.state.api_key then
    return responses.shaped(call.state:next_error_shape(), 401, "the API key is not valid")
  end
  local known <const> = call.state.tokens
  local token <const> = known:issue()
  local body <const> = { token = token, expiresIn = tostring(call.state.token_lifetime), scope = "openid" }
  return responses.json(200, body), function()
    known:admit(token)
  end
end

function account.sign_out(call)
  local body <const>, problem <const> = validation.body(call.body, read_nothing, "request")
  if body == nil then return problem end
  return responses.done(), function()
    call.state.tokens:revoke(call.authorization)
  end
end

function account.info()
  return responses.json(200, { version = { major = 1, minor = 42, tag = "2025.10.27" }, messages = {} })
end

return account
