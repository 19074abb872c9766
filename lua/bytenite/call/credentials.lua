--- credentials.lua: the sources of a client's access token: a given token, a function that returns
--- one, or an API key that is exchanged for one. Decides which token to send and when to get a new
--- one; the exchange itself is a call like any other.
---
--- The secrets live in upvalues: no table that a program might print holds one.
local validate <const> = require "bytenite.base.validate"
local lenient_json <const> = require "bytenite.errors.lenient_json"
local redact <const> = require "bytenite.errors.redact"

local credentials <const> = {}

local DEFAULT_LIFE <const> = 3600 -- seconds, if the service does not say
local MARGIN <const> = 60 -- seconds before its end at which a token is renewed, at most a tenth of its life

-- Reads `{token, expiresIn, scope}`. Returns the token and its life in seconds; or nil and what is
-- wrong, nil if the response itself says so.
local function read_token(body)
  local response <const> = lenient_json.decode(body)
  if type(response) ~= "table" then return nil, "the response to the token exchange is not a JSON object" end
  if response.ok == false then return nil, nil end
  local token <const> = response.token
  if type(token) ~= "string" or token == "" then return nil, "the response to the token exchange has no token" end
  local problem <const> = validate.header_problem(token)
  if problem then return nil, "the token received cannot be used: " .. problem end
  local life <const> = tonumber(response.expiresIn) -- a 64-bit integer, so a string; a number does as well
  return token, life and life > 0 and life or DEFAULT_LIFE
end

-- Makes the source of a client with an API key.
local function from_api_key(api_key)
  local current, ends_at, renew_at
  local former -- kept for redaction: a response in flight may still contain it
  local source <const> = { renewable = true }

  function source.acquire(now)
    if current and now < renew_at then return current end
    return nil, "renew"
  end

  function source.fallback(now)
    return current and now < ends_at and current or nil
  end

  function source.exchange_body()
    return { apiKey = api_key }
  end

  function source.store_response(body, now)
    local renewed <const>, detail <const> = read_token(body)
    if not renewed then return nil, detail end
    former = current or former
    current, ends_at = renewed, now + detail
    renew_at = ends_at - math.min(MARGIN, detail / 10)
    return renewed
  end

  function source.forget(ended)
    if ended == current then
      former, current = current or former, nil
    end
  end

  function source.current()
    return current
  end

  function source.secrets(found)
    found[#found + 1] = api_key
    found[#found + 1] = current
    found[#found + 1] = former
    return found
  end

  return source
end

-- Makes the source of a client with a given token.
local function from_token(given)
  local current = given
  local source <const> = { renewable = false }

  function source.acquire()
    if current then return current end
    return nil, "none", "make a new client with a new access token", "the client has signed out"
  end

  function source.forget()
    current = nil
  end

  function source.current()
    return current
  end

  function source.secrets(found)
    found[#found + 1] = given
    return found
  end

  return source
end

-- Returns what is wrong with a function's result, or nil. The result itself is not shown: it may be
-- a secret.
local function problem_with(given)
  if type(given) ~= "string" then return validate.describe(given) .. " instead of a string" end
  if given == "" then return "an empty string" end
  local problem <const> = validate.header_problem(given)
  return problem and "a token with " .. problem
end

-- Returns the result of a user's function; or nil and the reason that it gave.
local function ask(give)
  local given <const>, reason <const> = give()
  return given, given == nil and reason ~= nil and tostring(reason) or nil
end

-- Makes the source of a client with a function, which is called every time a token is needed: the
-- function decides how long to use a token.
local function from_function(give)
  local last
  local source <const> = { renewable = true }

  function source.acquire()
    local ok <const>, given <const>, reason <const> = pcall(ask, give)
    if not ok then return nil, "raised", given or "the access_token function raised an error without a value" end
    if given == nil then return nil, "none", reason, "the access_token function returned no token" end
    local problem <const> = problem_with(given)
    if problem then
      local message <const> = "the access_token function returned " .. problem
      return nil, "none", "return the access token, or nil and a reason", message
    end
    last = given
    return last
  end

  function source.forget(ended)
    if ended == last then last = nil end
  end

  function source.current()
    return last
  end

  function source.secrets(found)
    found[#found + 1] = last
    return found
  end

  return source
end

local function from_nothing()
  local source <const> = { renewable = false }

  function source.acquire()
    return nil,
      "none",
      "set api_key or access_token, or BYTENITE_API_KEY or BYTENITE_ACCESS_TOKEN in the environment",
      "no API key and no access token"
  end

  function source.forget() end

  function source.current()
    return nil
  end

  function source.secrets(found)
    return found
  end

  return source
end

-- Adds the user and the password in a proxy's address, whose scheme may be missing.
local function add_proxy_secrets(found, proxy)
  local user_info <const> = proxy and proxy:gsub("^%a[%w+.-]*://", ""):match "^(.*)@"
  if not user_info then return end
  found[#found + 1] = user_info
  found[#found + 1] = user_info:match ":(.+)$"
end

local getenv <const> = os and os.getenv -- hosts may have removed the library

local proxy_variables <const> = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" }

-- Adds the secrets of the proxies that a client may use.
local function add_secrets_of_proxies(found, proxy)
  add_proxy_secrets(found, proxy)
  for _, variable in ipairs(getenv and proxy_variables or {}) do
    add_proxy_secrets(found, getenv(variable))
  end
  return found
end

--- Makes the source of a client's access tokens. A token takes precedence over a key.
---@param access_token string|function|nil
---@param api_key string|nil
---@param proxy string|nil its address, whose password is a secret too
---@param headers string[]|nil lines of the headers of every API request, which may hold secrets
---@return table # its fields:
---   renewable: whether a refused token can be replaced;
---   acquire(now): returns the token to send; or nil and "renew" (exchange the key first); or nil,
---   "none", a hint and a message; or nil, "raised" and what the user's function raised;
---   current(): returns the token last acquired, or nil;
---   forget(token): drops a token that was refused or signed out;
---   secrets(found): adds what must never be shown to a list and returns the list;
---   known(token): returns all that must never be shown, and a token, as a set of redact.known;
---   for API keys only: exchange_body(): returns the request of the token exchange;
---   store_response(body, now): stores and returns the token in the response of the exchange; or
---   returns nil and what is wrong, nil if the response itself says so;
---   fallback(now): returns a token that is due for renewal but has not expired, or nil
function credentials.new(access_token, api_key, proxy, headers)
  local source
  if type(access_token) == "string" then
    source = from_token(access_token)
  elseif access_token then
    source = from_function(access_token)
  elseif api_key then
    source = from_api_key(api_key)
  else
    source = from_nothing()
  end
  local own <const> = source.secrets
  function source.secrets(found)
    return add_secrets_of_proxies(own(found), proxy)
  end
  function source.known(token)
    return redact.add_headers(redact.known(source.secrets { token }), headers)
  end
  return source
end

return credentials
