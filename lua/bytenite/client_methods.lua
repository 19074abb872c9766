--- client_methods.lua: the methods of clients. client.lua loads it when the first of them is
--- called.
local response_headers <const> = require "bytenite.errors.response_headers"
local responses <const> = require "bytenite.call.responses"
local call <const> = require "bytenite.call"
local validate <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"
local job <const> = require "bytenite.jobs.job"
local lazy <const> = require "bytenite.base.lazy"

local events <const> = lazy.module "bytenite.streaming.events"
local future <const> = lazy.module "bytenite.async.future"
local logs <const> = lazy.module "bytenite.jobs.logs"
local map <const> = lazy.module "bytenite.async.map"
local pagination <const> = lazy.module "bytenite.jobs.pagination"
local pollable <const> = lazy.module "bytenite.async.pollable"
local raw_request <const> = lazy.module "bytenite.call.raw_request"
local submit <const> = lazy.module "bytenite.jobs.submit"

-- `close` is in client.lua, so that closing a client need not load this file.
local Client <const> = {}

local check_client <const> = validate.called_on_client

--- Documented in docs/api/client.lua.
function Client:job(what)
  check_client(self, "job")
  if type(what) == "table" then return job.adopt(self, "job", what) end
  local handle <const> = core.new_job(what) or job.check_id("job", what) -- which raises
  return setmetatable(handle, self.job_metatable)
end

--- Documented in docs/api/client.lua.
function Client:get_job(id, options)
  check_client(self, "get_job")
  return call.run(self, job.fetch, job.check_id("get_job", id), nil, options)
end

--- Documented in docs/api/client.lua.
function Client:create_job(new, options)
  check_client(self, "create_job")
  return call.run(self, job.creation, nil, new, options)
end

--- Documented in docs/api/lists.lua.
function Client:list_jobs(query, options)
  check_client(self, "list_jobs")
  return pagination.fetch(self, "list_jobs", query, options)
end

--- Documented in docs/api/lists.lua.
function Client:filter_jobs(query, options)
  check_client(self, "filter_jobs")
  return pagination.fetch(self, "filter_jobs", query, options)
end

--- Documented in docs/api/lists.lua.
function Client:list_templates(query, options)
  check_client(self, "list_templates")
  return pagination.fetch(self, "list_templates", query, options)
end

--- Documented in docs/api/lists.lua.
function Client:each_job(query, options)
  check_client(self, "each_job")
  return pagination.each(self, "each_job", query, options)
end

--- Documented in docs/api/lists.lua.
function Client:each_template(query, options)
  check_client(self, "each_template")
  return pagination.each(self, "each_template", query, options)
end

--- Documented in docs/api/submit.lua.
function Client:submit(new, options)
  check_client(self, "submit")
  return submit.run(self, new, options)
end

--- Documented in docs/api/submit.lua.
function Client:logs(query, options)
  check_client(self, "logs")
  return logs.of_query(self, query, options)
end

local running_tasks_plan <const> =
  { operation = core.operations.running_tasks, decode_response = responses.member("jobsRunningTasks", false) }

--- Documented in docs/api/submit.lua.
function Client:running_tasks(jobs, options)
  check_client(self, "running_tasks")
  local ids <const> = core.array {}
  for index, one in ipairs(validate.type("running_tasks: jobs", jobs, "table")) do
    local where <const> = ("running_tasks: jobs[%d]"):format(index)
    if type(one) == "table" then one = rawget(one, "id") end
    ids[index] = job.check_id(where, one)
  end
  return call.run(self, running_tasks_plan, nil, { jobsIds = ids }, options)
end

local test_datasource_plan <const> = { operation = core.operations.test_datasource, decode_response = responses.object }

--- Documented in docs/api/submit.lua.
function Client:test_datasource(what, options)
  check_client(self, "test_datasource")
  return call.run(self, test_datasource_plan, nil, what, options)
end

local info_plan <const> = { operation = core.operations.info, decode_response = responses.object }

--- Documented in docs/api/submit.lua.
function Client:info(options)
  check_client(self, "info")
  return call.run(self, info_plan, nil, nil, options)
end

--- Documented in docs/api/transfers.lua.
function Client:each_event(options)
  check_client(self, "each_event")
  return events.each(self, options)
end

local function decode_raw(exchange, _, _, status)
  local list <const> = exchange:headers()
  return { status = status, headers = response_headers.join(list), header_list = list, body = exchange:body() }
end

--- Documented in docs/api/client.lua.
function Client:request(wanted, options)
  check_client(self, "request")
  return call.run(self, { operation = raw_request.operation(wanted), decode_response = decode_raw }, nil, nil, options)
end

-- Decodes the response to create_secret.
local function decode_secret(exchange)
  local response <const>, kind <const>, message <const> = responses.object(exchange)
  if not response then return nil, kind, message end
  if type(response.secret) ~= "table" then return nil, "unexpected", "the response has no secret" end
  return response.secret
end

local create_secret_plan <const> = { operation = core.operations.create_secret, decode_response = decode_secret }

--- Documented in docs/api/client.lua.
function Client:create_secret(new, options)
  check_client(self, "create_secret")
  return call.run(self, create_secret_plan, nil, new, options)
end

local list_secrets_plan <const> =
  { operation = core.operations.list_secrets, decode_response = responses.member("secrets", true) }

--- Documented in docs/api/client.lua.
function Client:list_secrets(options)
  check_client(self, "list_secrets")
  return call.run(self, list_secrets_plan, nil, nil, options)
end

local delete_secret_plan <const> =
  { operation = core.operations.delete_secret, decode_response = responses.done, done_when_repeated = 404 }

--- Documented in docs/api/client.lua.
function Client:delete_secret(secret_type, id, options)
  check_client(self, "delete_secret")
  validate.segment("delete_secret: type", secret_type)
  validate.segment("delete_secret: id", id)
  return call.run(self, delete_secret_plan, { secret_type, id }, nil, options)
end

local sign_out_plan <const> =
  { operation = core.operations.sign_out, decode_response = responses.done, with_current_token = true }

--- Documented in docs/api/client.lua.
function Client:sign_out(options)
  check_client(self, "sign_out")
  local token <const> = self.credentials.current()
  if not token then return true end
  local ok <const>, problem <const> = call.run(self, sign_out_plan, nil, {}, options)
  if not ok and problem.kind ~= "unauthenticated" then return nil, problem end
  self.credentials.forget(token)
  return true -- a refused token is no longer valid
end

--- Documented in docs/api/many.lua.
function Client:map(items, run, options)
  check_client(self, "map")
  return map.run(self, items, run, options)
end

--- Documented in docs/api/many.lua.
function Client:async(run, ...)
  check_client(self, "async")
  return future.start(self, validate.callable("async: function", run), ...)
end

--- Documented in docs/api/many.lua.
function Client:wait_all(futures, seconds)
  check_client(self, "wait_all")
  return future.wait_all(self, futures, seconds)
end

--- Documented in docs/api/many.lua.
function Client:wait_any(futures, seconds)
  check_client(self, "wait_any")
  return future.wait_any(self, futures, seconds)
end

--- Documented in docs/api/loops.lua.
function Client:step(seconds)
  check_client(self, "step")
  if seconds ~= nil and seconds ~= 0 then validate.seconds("step: seconds", seconds) end
  return self.reactor:step(seconds or 0)
end

--- Documented in docs/api/loops.lua.
function Client:pollable()
  check_client(self, "pollable")
  return pollable.of(self.reactor)
end

return Client
