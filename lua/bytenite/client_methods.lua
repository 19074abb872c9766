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

-- Without `close`, which client.lua has: to close a client need not load this file.
local Client <const> = {}

local check_client <const> = validate.called_on_client

--- A job without a request: a handle from an id, or a stored job taken over.
---@param what string|table an id; or a table with an id, which becomes the job itself
---@return table
--- Raises on anything else.
function Client:job(what)
  check_client(self, "job")
  if type(what) == "table" then return job.adopt(self, "job", what) end
  local handle <const> = core.new_job(what) or job.check_id("job", what) -- which raises
  return setmetatable(handle, self.job_metatable)
end

--- Fetches a job.
---@param id string
---@param options table|nil of this call
---@return table|nil # the job; nil and an error
function Client:get_job(id, options)
  check_client(self, "get_job")
  return call.run(self, job.fetch, job.check_id("get_job", id), nil, options)
end

--- Creates a job.
---@param new table templateId; optional: name, description, dataSource, dataDestination, params,
---   config
---@param options table|nil of this call
---@return table|nil # the job; nil and an error, whose `maybe_done` tells that the job may exist
function Client:create_job(new, options)
  check_client(self, "create_job")
  return call.run(self, job.creation, nil, new, options)
end

--- Fetches a page of jobs.
---@param query table|nil limit (rows), offset (rows), orderBy (a member of jobs)
---@param options table|nil of this call
---@return table|nil # data, a list of jobs, and pagination; nil and an error
function Client:list_jobs(query, options)
  check_client(self, "list_jobs")
  return pagination.fetch(self, "list_jobs", query, options)
end

--- Fetches a page of the jobs that match all of some filters.
---@param query table|nil filters, and limit, offset, orderBy as in list_jobs
---@param options table|nil of this call
---@return table|nil # data, a list of jobs, and pagination; nil and an error
function Client:filter_jobs(query, options)
  check_client(self, "filter_jobs")
  return pagination.fetch(self, "filter_jobs", query, options)
end

--- Fetches a page of job templates.
---@param query table|nil limit (rows), offset (rows)
---@param options table|nil of this call
---@return table|nil # data, a list of templates, and pagination; nil and an error
function Client:list_templates(query, options)
  check_client(self, "list_templates")
  return pagination.fetch(self, "list_templates", query, options)
end

--- Walks through all jobs, page by page.
---@param query table|nil as of filter_jobs; limit is the size of a page, 100 unless given
---@param options table|nil of each call
---@return function # returns the next job, nil at the end; raises the error of a page that failed
function Client:each_job(query, options)
  check_client(self, "each_job")
  return pagination.each(self, "each_job", query, options)
end

--- Walks through all job templates, page by page.
---@param query table|nil as of list_templates; limit is the size of a page, 100 unless given
---@param options table|nil of each call
---@return function # returns the next template, nil at the end; raises the error of a page that
---   failed
function Client:each_template(query, options)
  check_client(self, "each_template")
  return pagination.each(self, "each_template", query, options)
end

--- Creates a job, sets it up and runs it.
---@param new table templateId; optional: name, description, dataSource, dataDestination, params,
---   config, upload, jobId
---@param options table|nil of each call
---@return table|nil # the job, refreshed after it was run; nil and an error with `step`, the step
---   that failed, and `job`, the job if it exists
function Client:submit(new, options)
  check_client(self, "submit")
  return submit.run(self, new, options)
end

--- Fetches the logs of a job.
---@param query table jobId; and taskIds, levels, services, lists of what alone is wanted
---@param options table|nil of this call
---@return function|nil # returns the next line, its service and its task's id, in the order of
---   time; nil and an error
function Client:logs(query, options)
  check_client(self, "logs")
  return logs.of_query(self, query, options)
end

local running_tasks_plan <const> =
  { operation = core.operations.running_tasks, decode_response = responses.member("jobsRunningTasks", false) }

--- Counts the running tasks of jobs.
---@param jobs table a list of jobs or their ids
---@param options table|nil of this call
---@return table|nil # from a job's id to how many; nil and an error
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

--- Tries a data source out.
---@param what table dataSource, and listFiles to see what is in it
---@param options table|nil of this call
---@return table|nil # filename, path, size (bytes), properties, tempUrl, files; nil and an error
function Client:test_datasource(what, options)
  check_client(self, "test_datasource")
  return call.run(self, test_datasource_plan, nil, what, options)
end

local info_plan <const> = { operation = core.operations.info, decode_response = responses.object }

--- Tells the server's version.
---@param options table|nil of this call
---@return table|nil # version, messages; nil and an error
function Client:info(options)
  check_client(self, "info")
  return call.run(self, info_plan, nil, nil, options)
end

--- Iterates over what happens, as it happens. Experimental: which events there are, and how the
--- service frames them, is not documented. The loop ends when the service ends the stream; a
--- failure is raised as the error value. A break ends the stream.
---@param options table|nil of this call; `timeout` is how many seconds may pass without a byte
---@return function # an iterator over {event, data}, and what a generic for needs to end the stream
function Client:each_event(options)
  check_client(self, "each_event")
  return events.each(self, options)
end

local function decode_raw(exchange, _, _, status)
  local list <const> = exchange:headers()
  return { status = status, headers = response_headers.join(list), header_list = list, body = exchange:body() }
end

--- Sends any request, with the client's token, retries and limits. POST and PATCH are sent once
--- only, other methods are repeatable (RFC 9110 section 9.2.2). Any status of success is one,
--- whatever the body says.
---@param wanted table method (default GET), path below base_url, query, body (text, or a table for
---   JSON), headers
---@param options table|nil of this call
---@return table|nil # status, headers (by name in lower case), header_list, body as text; nil and
---   an error
function Client:request(wanted, options)
  check_client(self, "request")
  return call.run(self, { operation = raw_request.operation(wanted), decode_response = decode_raw }, nil, nil, options)
end

-- Decodes a secret that was created.
local function decode_secret(exchange)
  local response <const>, kind <const>, message <const> = responses.object(exchange)
  if not response then return nil, kind, message end
  if type(response.secret) ~= "table" then return nil, "unexpected", "the response holds no secret" end
  return response.secret
end

local create_secret_plan <const> = { operation = core.operations.create_secret, decode_response = decode_secret }

--- Stores a secret, which data sources name by its id (`secret_id`).
---@param new table secret (name, secretType, accessKey, ...) and secretKey
---@param options table|nil of this call
---@return table|nil # the secret with its id, without its key; nil and an error, whose `maybe_done`
---   says that the secret may exist
function Client:create_secret(new, options)
  check_client(self, "create_secret")
  return call.run(self, create_secret_plan, nil, new, options)
end

local list_secrets_plan <const> =
  { operation = core.operations.list_secrets, decode_response = responses.member("secrets", true) }

--- Lists the account's secrets, without their keys.
---@param options table|nil of this call
---@return table|nil # a list of secrets; nil and an error
function Client:list_secrets(options)
  check_client(self, "list_secrets")
  return call.run(self, list_secrets_plan, nil, nil, options)
end

local delete_secret_plan <const> =
  { operation = core.operations.delete_secret, decode_response = responses.done, done_when_repeated = 404 }

--- Deletes a secret.
---@param secret_type string its secretType
---@param id string
---@param options table|nil of this call
---@return boolean|nil # true; nil and an error
function Client:delete_secret(secret_type, id, options)
  check_client(self, "delete_secret")
  validate.segment("delete_secret: type", secret_type)
  validate.segment("delete_secret: id", id)
  return call.run(self, delete_secret_plan, { secret_type, id }, nil, options)
end

local sign_out_plan <const> =
  { operation = core.operations.sign_out, decode_response = responses.done, with_current_token = true }

--- Invalidates the current access token. A client with an API key gets a new one when it next needs
--- one.
---@param options table|nil of this call
---@return boolean|nil # true, also when there was no token to end; nil and an error
function Client:sign_out(options)
  check_client(self, "sign_out")
  local held <const> = self.credentials.current()
  if not held then return true end
  local ok <const>, problem <const> = call.run(self, sign_out_plan, nil, {}, options)
  if not ok and problem.kind ~= "unauthenticated" then return nil, problem end
  self.credentials.forget(held)
  return true -- a token that is refused has ended already
end

--- Runs a function over many items, several at a time, so that their calls run concurrently. A 429
--- to one of them pauses them all.
---@param items table|function a list; or an iterator function, whose items and results are not kept
---@param run function called with an item and its index
---@param options table|nil concurrency (default 64), on_done(index, ok, value), stop_on_error
---@return table # [index] = { ok, value or error }, and the counts succeeded, failed, cancelled
--- Raises on bad input, and what the iterator or on_done raise.
function Client:map(items, run, options)
  check_client(self, "map")
  return map.run(self, items, run, options)
end

--- Runs a function while others wait.
---@param run function
---@param ... any its arguments
---@return table # a future: get(seconds), done(), cancel()
function Client:async(run, ...)
  check_client(self, "async")
  return future.start(self, validate.callable("async: function", run), ...)
end

--- Waits until all futures are done.
---@param futures table a list
---@param seconds number|nil to wait at most; no limit unless given
---@return table|nil # their outcomes, as client:map gives them; nil and an error of kind `timeout`
function Client:wait_all(futures, seconds)
  check_client(self, "wait_all")
  return future.wait_all(self, futures, seconds)
end

--- Waits until one of some futures is done.
---@param futures table a list
---@param seconds number|nil to wait at most; no limit unless given
---@return table|nil # the first in the list that is done; nil and an error of kind `timeout`
---@return integer|table # its place in the list
function Client:wait_any(futures, seconds)
  check_client(self, "wait_any")
  return future.wait_any(self, futures, seconds)
end

--- Does what is ready.
---@param seconds number|nil how long to wait for something to become ready; 0 unless given
---@return boolean # whether anything is still pending
function Client:step(seconds)
  check_client(self, "step")
  if seconds ~= nil and seconds ~= 0 then validate.seconds("step: seconds", seconds) end
  return self.reactor:step(seconds or 0)
end

--- What an event loop waits for before it calls `step`: an object as cqueues wants it.
---@return table # pollfd(), a descriptor that is readable when a transfer or a timer is ready;
---   events(), "r"; timeout(), seconds until the next timer, or nil
function Client:pollable()
  check_client(self, "pollable")
  return pollable.of(self.reactor)
end

return Client
