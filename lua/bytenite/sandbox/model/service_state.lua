--- The state of a running sandbox: jobs and what belongs to them, tokens, pending faults, the
--- request log.
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
---@field api_key string the one key that is exchanged for tokens
---@field control_token string what the sandbox's own calls must send
---@field token_lifetime integer seconds
---@field error_shape "alternate"|"gateway"|"envelope" of refusals that could have either
---@field origin string scheme, host and port, set once the sandbox listens
---@field speed number how much faster than real time started jobs go on
---@field jobs bytenite.sandbox.JobStore
---@field state_changes bytenite.sandbox.StateChanges what happens to their states
---@field results table<string, bytenite.sandbox.Result[]> those that were set, by job
---@field logs table<string, table> those that were set, by job
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
---@field package refusals integer counted for the alternating shape
---@field package ahead number seconds by which time was advanced
---@field package beginning {speed: number, jobs: integer} as the options have it
local State = {}
State.__index = State

local service_state = {}

-- Everything about jobs as it is at the start.
local function begin(self)
  if self.runner then self.runner:forget_all() end
  self.jobs = job_store.new()
  self.state_changes:clear()
  self.results, self.logs, self.uploads, self.upload_attempts = {}, {}, {}, {}
  self.secrets = {}
  self.speed, self.ahead, self.refusals = self.beginning.speed, 0, 0
  if self.beginning.jobs > 0 then self:fill(self.beginning.jobs) end
end

--- The state of a sandbox that has just started.
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

--- This moment, as jobs and links see it.
---@return number moment seconds since the epoch
---@usage local now = state:now()
function State:now()
  return clock.now() + self.ahead
end

--- Lets time pass at once, for jobs and links.
---@param seconds number
---@usage state:advance(30)
function State:advance(seconds)
  self.ahead = self.ahead + seconds
  self.state_changes:wake()
end

--- A job as it is now.
---@param id string
---@return bytenite.sandbox.Job|nil
---@usage local kept = state:job(id)
function State:job(id)
  return self.jobs:get(id, self:now())
end

--- Keeps a job, in place of the one with that id if there is one.
---@param id string
---@param kept bytenite.sandbox.Job
---@usage state:put_job(id, draft)
function State:put_job(id, kept)
  local before <const> = self:job(id)
  self.jobs:put(id, kept)
  self.state_changes:note(id, before, kept, self:now())
  if self.runner then self.runner:save_job(id, kept) end
end

--- Keeps the upload of a job, or what has changed in it.
---@param id string of the job
---@param upload bytenite.sandbox.Upload
---@usage state:put_upload(id, upload)
function State:put_upload(id, upload)
  self.uploads[id] = upload
  if self.runner then self.runner:save_upload(id, upload) end
end

--- Removes a job and what belongs to it.
---@param id string
---@usage state:remove_job(id)
function State:remove_job(id)
  self.jobs:remove(id)
  self.state_changes:forget(id)
  if self.runner then self.runner:forget(id) end
  self.results[id], self.logs[id], self.uploads[id], self.upload_attempts[id] = nil, nil, nil, nil
end

--- Adds jobs that look as those of a long-used account.
---@param count integer
---@usage state:fill(100000)
function State:fill(count)
  self.jobs:add(sample_jobs.jobs(count, self:now()))
end

--- Returns the shape of the next error that the service could write in either of its two shapes.
---@return "gateway"|"envelope"
---@usage return responses.shaped(state:next_error_shape(), 401, "the access token is missing")
function State:next_error_shape()
  if self.error_shape ~= "alternate" then return self.error_shape end
  self.refusals = self.refusals + 1
  return self.refusals % 2 == 1 and "gateway" or "envelope"
end

--- A new address to which the input file of a job can be sent.
---@param id string of the job
---@return string url
---@usage source.params.tempUrl = state:upload_url(id)
function State:upload_url(id)
  return self.origin .. self.signed_urls:sign("/sandbox/uploads/" .. core.percent_encode(id), self:now())
end

--- Starts over: jobs as at the start, no faults, no requests seen.
---@param with_tokens boolean|nil tokens are forgotten too
---@usage state:reset()
function State:reset(with_tokens)
  begin(self)
  self.faults:clear()
  self.requests:clear()
  if with_tokens then self.tokens:clear() end
end

return service_state
