--- Holds the state of a running sandbox: jobs with their data, tokens, pending faults, the request
--- log.
local core <const> = require "bytenite.core"

local clock <const> = require "bytenite.sandbox.base.clock"
local faults <const> = require "bytenite.sandbox.faults"
local sample_jobs <const> = require "bytenite.sandbox.model.sample_jobs"
local job_store <const> = require "bytenite.sandbox.model.job_store"
local state_changes <const> = require "bytenite.sandbox.model.state_changes"
local signed_urls <const> = require "bytenite.sandbox.model.signed_urls"
local request_log <const> = require "bytenite.sandbox.model.request_log"
local templates <const> = require "bytenite.sandbox.model.templates"
local access_tokens <const> = require "bytenite.sandbox.model.access_tokens"

---@class bytenite.sandbox.State
---@field api_key string the only key that is exchanged for tokens
---@field control_token string for the control API
---@field token_lifetime integer seconds
---@field error_shape "alternate"|"gateway"|"envelope" of errors that have two shapes
---@field origin string scheme, host and port, set once the sandbox listens
---@field speed number how much faster than real time jobs run
---@field jobs bytenite.sandbox.JobStore
---@field state_changes bytenite.sandbox.StateChanges the changes of their states
---@field results table<string, bytenite.sandbox.Result[]> results that were set, by job
---@field logs table<string, table> logs that were set, by job
---@field uploads table<string, bytenite.sandbox.Upload> by job
---@field upload_attempts table<string, {attempts: integer, bytes: integer}> by job; bytes of the
---  last attempt
---@field secrets table[] for data sources, without their keys
---@field signed_urls bytenite.sandbox.SignedUrls
---@field tokens bytenite.sandbox.AccessTokens
---@field faults bytenite.sandbox.Faults
---@field requests bytenite.sandbox.RequestLog
---@field templates table `all`, `info` and `defaults` of `model/templates`, or the runner's
---@field runner bytenite.sandbox.Runner|nil runs jobs for real; without it they follow courses
---@field package refusals integer number of errors, for the alternating shape
---@field package ahead number seconds by which the clock was moved forward
---@field package beginning {speed: number, jobs: integer} as in the options
local State = {}
State.__index = State

local service_state = {}

-- Resets everything about jobs to its state at the start.
local function begin(self)
  if self.runner then self.runner:forget_all() end
  self.jobs = job_store.new()
  self.state_changes:clear()
  self.results, self.logs, self.uploads, self.upload_attempts = {}, {}, {}, {}
  self.secrets = {}
  self.speed, self.ahead, self.refusals = self.beginning.speed, 0, 0
  if self.beginning.jobs > 0 then self:fill(self.beginning.jobs) end
end

--- Makes the state of a new sandbox.
---@param options bytenite.sandbox.Options complete
---@return bytenite.sandbox.State
---@usage local kept = service_state.new(options)
function service_state.new(options)
  local self <const> = setmetatable({
    api_key = options.api_key,
    control_token = options.control_token,
    token_lifetime = options.token_lifetime,
    error_shape = options.error_shape,
    tokens = access_tokens.new(options.token_lifetime),
    signed_urls = signed_urls.new(options.link_lifetime),
    state_changes = state_changes.new(),
    faults = faults.new(),
    requests = request_log.new(options.show_secrets),
    templates = templates,
    beginning = { speed = options.speed, jobs = options.jobs },
  }, State)
  begin(self)
  self.faults:add(options.faults)
  return self
end

--- Returns the current time for jobs and links.
---@return number moment seconds since the epoch
---@usage local now = state:now()
function State:now()
  return clock.now() + self.ahead
end

--- Moves the clock forward, for jobs and links.
---@param seconds number
---@usage state:advance(30)
function State:advance(seconds)
  self.ahead = self.ahead + seconds
  self.state_changes:wake()
end

--- Returns a job in its current state.
---@param id string
---@return bytenite.sandbox.Job|nil
---@usage local kept = state:job(id)
function State:job(id)
  return self.jobs:get(id, self:now())
end

--- Stores a job. Replaces a job with the same id.
---@param id string
---@param kept bytenite.sandbox.Job
---@usage state:put_job(id, draft)
function State:put_job(id, kept)
  local before <const> = self:job(id)
  self.jobs:put(id, kept)
  self.state_changes:note(id, before, kept, self:now())
  if self.runner then self.runner:save_job(id, kept) end
end

--- Stores the upload of a job, or a change of it.
---@param id string of the job
---@param upload bytenite.sandbox.Upload
---@usage state:put_upload(id, upload)
function State:put_upload(id, upload)
  self.uploads[id] = upload
  if self.runner then self.runner:save_upload(id, upload) end
end

--- Removes a job and its data.
---@param id string
---@usage state:remove_job(id)
function State:remove_job(id)
  self.jobs:remove(id)
  self.state_changes:forget(id)
  if self.runner then self.runner:forget(id) end
  self.results[id], self.logs[id], self.uploads[id], self.upload_attempts[id] = nil, nil, nil, nil
end

--- Adds jobs like those of an old account.
---@param count integer
---@usage state:fill(100000)
function State:fill(count)
  self.jobs:add(sample_jobs.jobs(count, self:now()))
end

--- Returns the shape of the next error that may have either of the service's two shapes.
---@return "gateway"|"envelope"
---@usage return responses.shaped(state:next_error_shape(), 401, "the access token is missing")
function State:next_error_shape()
  if self.error_shape ~= "alternate" then return self.error_shape end
  self.refusals = self.refusals + 1
  return self.refusals % 2 == 1 and "gateway" or "envelope"
end

--- Returns a new upload address for a job.
---@param id string of the job
---@return string url
---@usage source.params.tempUrl = state:upload_url(id)
function State:upload_url(id)
  return self.origin .. self.signed_urls:sign("/sandbox/uploads/" .. core.percent_encode(id), self:now())
end

--- Starts over: with the jobs of the start, without faults, with an empty request log.
---@param with_tokens boolean|nil whether to remove tokens, too
---@usage state:reset()
function State:reset(with_tokens)
  begin(self)
  self.faults:clear()
  self.requests:clear()
  if with_tokens then self.tokens:clear() end
end

return service_state
