--- signed_url.lua: checks signed URLs. They are addresses outside of the API that carry their own
--- authority: requests to them have no Authorization header, and they are as secret as passwords.
local errors <const> = require "bytenite.errors"
local options <const> = require "bytenite.base.options"

local signed_url <const> = {}

local LONGEST <const> = 64 * 1024 -- bytes, as in src/exchange.c

-- Returns why an address cannot be used, or nil.
local function problem_with(client, url)
  if type(url) ~= "string" or url == "" then return "there is no address" end
  if url:find "[^\x21-\x7E]" then return "it has characters that are not allowed in a URL" end
  if #url > LONGEST then return ("it is longer than %d bytes"):format(LONGEST) end
  local is_https <const>, is_loopback <const>, may_be_loopback <const> = options.inspect_url((url:match "^[^?#]*"))
  if is_https == nil then return is_loopback end -- the reason
  if may_be_loopback and not client.options.may_be_loopback then
    return "it points to this machine, and base_url does not"
  end
  if is_https or is_loopback or client.options.allow_http then return nil end
  return "it is plain http to a host that is not loopback"
end

--- Checks an address that the service sent.
---@param client table
---@param what string its name in messages: "the upload address"
---@param url any
---@return string|nil # the address; nil and an error
function signed_url.check(client, what, url)
  local problem <const> = problem_with(client, url)
  if not problem then return url end
  return nil, errors.new { kind = "unexpected", message = ("%s cannot be used: %s"):format(what, problem) }
end

--- Makes the `classify` of a plan: adds a hint to the error of the storage service, and decides
--- which errors are worth another attempt.
---@param when_forbidden string the hint if the storage service refuses the address
---@return function
function signed_url.explain(when_forbidden)
  return function(problem)
    -- S3 and compatible services: the connection was idle before the whole body had arrived
    if problem.status == 400 and problem.body:find("<Code>RequestTimeout</Code>", 1, true) then return "unavailable" end
    if problem.status == 403 then problem.hint = when_forbidden end
    if problem.status >= 300 and problem.status < 400 then
      problem.hint = "redirects of signed URLs are not followed"
    end
    return nil
  end
end

return signed_url
