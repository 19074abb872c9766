--- signed_url.lua: signed URLs: addresses outside of the API that carry their own authority. They get no Authorization,
--- and are as secret as a password.
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"

local link <const> = {}

-- Why an address cannot be used, or nil.
local function problem_with(client, url)
  if type(url) ~= "string" or url == "" then return "there is none" end
  if url:find "[^\x21-\x7E]" then return "it holds characters that no URL may hold" end
  local is_https <const>, is_loopback <const> = core.look_at_url((url:match "^[^?#]*"))
  if is_https == nil then return is_loopback end -- the reason
  if is_https or is_loopback or client.options.allow_http then return nil end
  return "it is plain http to a host that is not loopback"
end

--- Checks an address that the service has given.
---@param client table
---@param what string what it is: "the upload address"
---@param url any
---@return string|nil # the address; nil and an error
function link.check(client, what, url)
  local problem <const> = problem_with(client, url)
  if not problem then return url end
  return nil, errors.new { kind = "unexpected", message = ("%s cannot be used: %s"):format(what, problem) }
end

--- Makes what a plan has for `cannot_recover`: storage refuses in words of its own, to which this adds a next step.
---@param when_forbidden string the next step where storage refuses the address
---@return function
function link.explain(when_forbidden)
  return function(problem)
    if problem.status == 403 then problem.hint = when_forbidden end
    if problem.status >= 300 and problem.status < 400 then
      problem.hint = "signed addresses are not left by redirects"
    end
    return false
  end
end

return link
