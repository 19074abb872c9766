--- What a running sandbox remembers: jobs, tokens, faults to come and requests seen.
local core <const> = require "bytenite.core"

local answers <const> = require "bytenite.sandbox.answers"
local faults <const> = require "bytenite.sandbox.faults"
local identifiers <const> = require "bytenite.sandbox.identifiers"
local recorder <const> = require "bytenite.sandbox.recorder"
local tokens <const> = require "bytenite.sandbox.tokens"

---@class bytenite.sandbox.State
---@field api_key string the one key that is exchanged for tokens
---@field token_lifetime integer seconds
---@field error_shape "alternate"|"gateway"|"envelope" of refusals that could have either
---@field origin string scheme, host and port, set once the sandbox listens
---@field jobs table<string, bytenite.sandbox.Job> by id
---@field tokens bytenite.sandbox.Tokens
---@field faults bytenite.sandbox.Faults
---@field requests bytenite.sandbox.Recorder
---@field package refusals integer counted for the alternating shape
local State = {}
State.__index = State

local state = {}

--- The state of a sandbox that has just started.
---@param options bytenite.sandbox.Options complete
---@return bytenite.sandbox.State
---@usage local kept = state.new(options)
function state.new(options)
  local self <const> = setmetatable({
    api_key = options.api_key,
    token_lifetime = options.token_lifetime,
    error_shape = options.error_shape,
    jobs = {},
    tokens = tokens.new(options.token_lifetime),
    faults = faults.new(),
    requests = recorder.new(),
    refusals = 0,
  }, State)
  self.faults:add(options.faults)
  return self
end

--- A refusal that the service could write in either of its two shapes.
---@param status integer of HTTP
---@param message string
---@return bytenite.sandbox.Answer
---@usage return state:refusal(401, "the access token is missing")
function State:refusal(status, message)
  local shape = self.error_shape
  if shape == "alternate" then
    self.refusals = self.refusals + 1
    shape = self.refusals % 2 == 1 and "gateway" or "envelope"
  end
  return answers.shaped(shape, status, message)
end

--- A new address to which the input file of a job can be sent.
---@param id string of the job
---@return string url
---@usage source.params.tempUrl = state:upload_url(id)
function State:upload_url(id)
  return ("%s/sandbox/uploads/%s?signature=%s"):format(self.origin, core.percent_encode(id), identifiers.text(43))
end

--- Starts over: no jobs, no faults, no requests seen.
---@param with_tokens boolean|nil tokens are forgotten too
---@usage state:reset()
function State:reset(with_tokens)
  self.jobs = {}
  self.faults:clear()
  self.requests:clear()
  self.refusals = 0
  if with_tokens then self.tokens:clear() end
end

return state
