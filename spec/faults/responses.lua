--- responses.lua: the responses of a service in order, as far as the rows need them.
local cjson <const> = require("cjson").new()

local responses <const> = {}

local GENERIC <const> = '{"ok":true,"requestId":"","message":"","error":null}'

local function job(id, name)
  return cjson.encode { job = { id = id, name = name, state = "JOB_STATE_NEW" } }
end

--- Returns the body of a successful response.
---@param request table method, path and body
---@return string
function responses.body(request)
  local path <const> = request.path:gsub("%?.*", "")
  if path:find "/access_token$" then return '{"token":"fresh","expiresIn":"3600"}' end
  if path:find "/jobs$" then return job("new-job", tostring(cjson.decode(request.body).name)) end
  local id <const>, action <const> = path:match "/jobs/([^/]+)/?(%a*)$"
  if not id then return "{}" end
  if action == "jobname" then return job(id, (request.body:gsub('^"(.*)"$', "%1"))) end
  if request.method == "GET" or action == "params" then return job(id, "Named") end
  return GENERIC
end

return responses
