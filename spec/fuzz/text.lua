--- text.lua: errors contain what servers say, but no secrets. Returns a function to call with any
--- bytes.
--
-- The input is a status, a position for the secrets and the rest of a body. Known secrets are
-- planted in a body of any form, both plain and as JSON writers write them; unknown ones in JSON,
-- under a telling name or in a URL.
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local lenient <const> = require "bytenite.errors.lenient_json"
local redact <const> = require "bytenite.errors.redact"

-- With characters that JSON writers escape in different ways.
local KNOWN <const> = 'kn<ow>n&"sec/ret\\é'
local UNKNOWN <const> = "UNKNOWNSECRET"

local statuses <const> = { 200, 204, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503, 999 }

-- The ways to write a string in JSON, without its quotes.
local escaped <const> = {
  function(text)
    return core.encode(text):sub(2, -2)
  end,
  function(text) -- as Go's encoding/json does
    return (
      core.encode(text):sub(2, -2):gsub("[<>&]", function(character)
        return ("\\u%04x"):format(character:byte())
      end)
    )
  end,
  function(text) -- as PHP does
    return (core.encode(text):sub(2, -2):gsub("/", "\\/"):gsub("é", "\\u00e9"))
  end,
  function(text) -- everything
    local units <const> = {}
    for _, code_point in utf8.codes(text) do
      units[#units + 1] = ("\\u%04X"):format(code_point)
    end
    return table.concat(units)
  end,
}

local function expect(condition, what)
  if not condition then error(what, 0) end
end

local function expect_without(value, secret, where)
  if type(value) == "string" then
    expect(not value:find(secret, 1, true), ("the secret is in %s: %q"):format(where, value))
  elseif type(value) == "table" then
    for name, member in next, value do
      expect_without(name, secret, where)
      expect_without(member, secret, ("%s.%s"):format(where, tostring(name)))
    end
  end
end

-- Returns the error of a response, made as for a call.
local function error_of(status, body, secrets)
  local text <const> = redact.text(body, redact.known(secrets))
  expect(type(text) == "string", "redacting gives a text")
  local problem <const> = redact.strings(errors.from_response(status, text, lenient.decode))
  expect(
    errors.is(problem) and type(problem.kind) == "string" and type(problem.message) == "string",
    "an error has a kind and a message"
  )
  local line <const> = tostring(problem)
  expect(not line:find "%c", "an error is one line")
  return problem, line
end

local function check_error(status, body, secrets, planted)
  local problem <const>, line <const> = error_of(status, body, secrets)
  expect_without(line, planted, "tostring")
  expect_without(problem, planted, "the error")
end

-- A known secret anywhere in anything.
local function check_known(status, head, tail)
  check_error(status, head .. KNOWN .. tail, { KNOWN }, KNOWN)
end

-- A known secret in a JSON string, the rest of which is free.
local function check_known_in_json(status, head, tail, form)
  local free <const> = core.encode(head)
  local before <const> = free and free:sub(2, -2) or ""
  local after <const> = core.encode(tail)
  local inside <const> = ('"%s%s%s'):format(before, escaped[form](KNOWN), after and after:sub(2) or '"')
  local body <const> = ('{"message":%s,"error":{"description":%s},"details":[{"note":%s}]}'):format(
    inside,
    inside,
    inside
  )
  check_error(status, body, { KNOWN }, KNOWN)
  check_error(status, body, { KNOWN }, escaped[form](KNOWN))
end

-- A secret that is not known, under a telling name or in a URL, in a body of JSON that is otherwise
-- free.
local function check_unknown(status, head, tail)
  local body <const> = core.encode {
    message = "see https://store.example/file?sig=" .. UNKNOWN,
    error = { description = "proxy http://user:" .. UNKNOWN .. "@host/" },
    details = {
      { note = core.encode(head) and head or "", secretKey = UNKNOWN, tail = core.encode(tail) and tail or "" },
    },
    requestId = core.encode(head) and head or nil,
  }
  check_error(status, body, {}, UNKNOWN)
end

return function(data)
  local status <const> = statuses[(data:byte(1) or 0) % #statuses + 1]
  local form <const> = (data:byte(2) or 0) % #escaped + 1
  local cut <const> = 3 + (data:byte(3) or 0)
  local head <const>, tail <const> = data:sub(4, cut), data:sub(cut + 1)
  error_of(status, data:sub(4), {})
  if head:find(UNKNOWN, 1, true) or tail:find(UNKNOWN, 1, true) then return end
  check_known(status, head, tail)
  check_known_in_json(status, head, tail, form)
  check_unknown(status, head, tail)
end
