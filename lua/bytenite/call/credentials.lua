--- credentials.lua: what a client proves itself with: a token it was given, a function that gives one, or an API key that is
--- exchanged for one. Says which token to send and when a new one is due; the exchange itself is a call like any
--- other (steps.lua).
---
--- The secrets live in upvalues: no table that a program might print holds one.
local check <const> = require "bytenite.base.validate"
-- At once: lua-cjson asks for the locale when it makes a reader, and ends the process where a decimal point is no single byte.
local lenient <const> = require "bytenite.errors.lenient_json"

local token <const> = {}

local DEFAULT_LIFE <const> = 3600 -- seconds, where the service does not say
local MARGIN <const> = 60 -- seconds before its end at which a token is renewed, at most a tenth of its life

-- Reads `{token, expiresIn, scope}`.
local function read_answer(body)
  local answer <const> = lenient.decode(body)
  if type(answer) == "table" and answer.ok == false then return nil end
  if type(answer) ~= "table" then return nil, "the answer to the token exchange is no JSON object" end
  if type(answer.token) ~= "string" or answer.token == "" then
    return nil, "the answer to the token exchange holds no token"
  end
  if answer.token:find "[^\x20-\x7E]" then return nil, "the token received cannot stand in a header" end
  local life <const> = tonumber(answer.expiresIn) -- a 64-bit integer, so a string; a number does as well
  return answer.token, nil, life and life > 0 and life or DEFAULT_LIFE
end

-- A client that holds an API key.
local function from_api_key(api_key)
  local current, ends_at, renew_at
  local former -- kept to be taken out of texts: an answer on its way may still name it
  local source <const> = { renewable = true }

  function source.get(now)
    if current and now < renew_at then return current end
    return nil, "renew"
  end

  -- The token that is to be replaced but has not ended, for when the replacement fails.
  function source.fallback(now)
    return current and now < ends_at and current or nil
  end

  function source.exchange_body()
    return { apiKey = api_key }
  end

  function source.accept(body, now)
    local fresh <const>, problem <const>, life <const> = read_answer(body)
    if not fresh then return nil, problem end
    former = current or former
    current, ends_at = fresh, now + life
    renew_at = ends_at - math.min(MARGIN, life / 10)
    return fresh
  end

  function source.forget(ended)
    if ended == current then
      former, current = current or former, nil
    end
  end

  function source.held()
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

-- A client that was given a token.
local function from_token(given)
  local current = given
  local source <const> = { renewable = false }

  function source.get()
    if current then return current end
    return nil, "none", "signed out: make a new client with a new access token"
  end

  function source.forget()
    current = nil
  end

  function source.held()
    return current
  end

  function source.secrets(found)
    found[#found + 1] = given
    return found
  end

  return source
end

local function ask(give)
  local given <const>, reason <const> = give()
  if given ~= nil then check.header_value("access_token: the function's result", given) end
  return given, reason
end

-- A client that asks a function for its token, every time one is needed: the function decides how long one is good for.
local function from_function(give)
  local last
  local source <const> = { renewable = true }

  function source.get()
    local ok <const>, given <const>, reason <const> = pcall(ask, give)
    if not ok then return nil, "raised", given end
    if given == nil then return nil, "none", reason and tostring(reason) or "the access_token function gave none" end
    last = given
    return last
  end

  function source.forget(ended)
    if ended == last then last = nil end
  end

  function source.at_hand()
    return nil
  end

  function source.held()
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

  function source.get()
    return nil, "none", "set api_key or access_token, or BYTENITE_API_KEY or BYTENITE_ACCESS_TOKEN in the environment"
  end

  function source.forget() end

  function source.held()
    return nil
  end

  function source.secrets(found)
    return found
  end

  return source
end

-- The user and the password in a proxy's address, whose scheme may be left out.
local function add_proxy_secrets(found, proxy)
  local user_info <const> = proxy and proxy:gsub("^%a[%w+.-]*://", ""):match "^([^/]*)@"
  found[#found + 1] = user_info
  found[#found + 1] = user_info and user_info:match ":(.+)$"
  return found
end

--- Makes the source of a client's tokens. A token goes before a key.
---@param access_token string|function|nil
---@param api_key string|nil
---@param proxy string|nil its address, whose password is a secret too
---@return table # with the functions
---   get(now): the token to send; or nil, "renew" (exchange the key first) or nil, "none", hint;
---   or nil, "raised" and what the user's function raised;
---   at_hand(now): the token to send, where nobody needs to be asked for it; or nil;
---   fallback(now): a token that should be replaced but is still good (API keys only);
---   exchange_body() and accept(body, now): the exchange's request, and its answer as text
---   (nil without a reason where the answer itself says what is wrong) (API keys only);
---   forget(token): it was refused or signed out; held(): the token in hand or nil;
---   secrets(found): adds what must never be shown to a list and returns it;
---   and the field renewable: whether a refused token can be replaced
function token.source(access_token, api_key, proxy)
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
  source.at_hand = source.at_hand or source.get
  local own <const> = source.secrets
  function source.secrets(found)
    return add_proxy_secrets(own(found), proxy)
  end
  return source
end

return token
