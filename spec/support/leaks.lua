--- Finds secrets where a program, or its user, may see them.
local leaks = {}

local function escaped(secret, pattern, format)
  return (secret:gsub(pattern, function(character)
    return format:format(character:byte())
  end))
end

local function quoted(secret)
  return (secret:gsub('[\\"]', "\\%0"))
end

local entities <const> = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&#34;" }

local function html_escaped(secret)
  return (secret:gsub('[&<>"]', entities))
end

--- Ways in which a response can contain a text, by name: each function returns such a body.
---@type table<string, fun(secret: string): string>
leaks.echoes = {
  ["plain text"] = function(secret)
    return ("the value %s is wrong, I said %s"):format(secret, secret)
  end,
  ["an HTML page"] = function(secret)
    return ("<html><title>No to %s</title><body>value=%s</body></html>"):format(secret, secret)
  end,
  ["JSON in the gateway's shape"] = function(secret)
    local text <const> = quoted(secret)
    return ('{"code":3,"message":"the value %s is wrong","details":[{"@type":"t","deep":[{"value":"%s"}]}]}'):format(
      text,
      text
    )
  end,
  ["JSON in the envelope's shape"] = function(secret)
    local text <const> = quoted(secret)
    return ('{"ok":false,"requestId":"%s","message":"m","error":{"message":"%s","description":"is %s"}}'):format(
      text,
      text,
      text
    )
  end,
  ["JSON whose slashes are escaped"] = function(secret)
    return ('{"message":"the value %s is wrong"}'):format((quoted(secret):gsub("/", "\\/")))
  end,
  ["JSON whose special characters are escaped"] = function(secret)
    return ('{"message":"the value %s is wrong"}'):format(escaped(secret, '[&<>"\\/]', "\\u%04x"))
  end,
  ["JSON of which every character is escaped"] = function(secret)
    return ('{"message":"the value %s is wrong","requestId":"%s"}'):format(
      escaped(secret, ".", "\\u%04x"),
      escaped(secret, ".", "\\u%04X")
    )
  end,
  ["JSON within JSON"] = function(secret)
    return ('{"message":"cannot read {\\"value\\":\\"%s\\"}"}'):format(quoted(quoted(secret)))
  end,
  ["a percent-encoded address"] = function(secret)
    return ('{"message":"no route for /x?value=%s"}'):format(escaped(secret, "[^%w]", "%%%02X"))
  end,
  ["a form"] = function(secret)
    return ("a=b&value=%s&c=d"):format((escaped(secret, "[^%w ]", "%%%02x"):gsub(" ", "+")))
  end,
  ["HTML with entities"] = function(secret)
    return ("<title>bad value</title><p>value=%s</p>"):format(html_escaped(secret))
  end,
  ["HTML with entities in JSON"] = function(secret)
    return ('{"message":"<b>%s</b>"}'):format(html_escaped(secret))
  end,
  ["a text that is cut"] = function(secret)
    return "the value is wrong: " .. secret:sub(1, -3)
  end,
  ["a very long text"] = function(secret)
    local places <const> = 64 * 1024 // 2000
    return (('{"message":"%s"}'):format(quoted(secret)) .. (" "):rep(2000)):rep(places) .. secret .. ("x"):rep(100000)
  end,
  ["half a JSON text"] = function(secret)
    return ('{"message":"the value %s is wrong'):format(quoted(secret))
  end,
  ["a response of success"] = function(secret)
    return ('{"job":[{"id":"another job","name":"%s"}]}'):format(quoted(secret))
  end,
}

-- Returns the forms in which a secret may appear: as it is, or as JSON, URLs and HTML write it.
local function forms_of(secret)
  return {
    secret,
    quoted(secret),
    quoted(quoted(secret)),
    (quoted(secret):gsub("/", "\\/")),
    escaped(secret, '[&<>"\\/]', "\\u%04x"),
    escaped(secret, ".", "\\u%04x"),
    escaped(secret, ".", "\\u%04X"),
    escaped(secret, "[^%w]", "%%%02X"),
    escaped(secret, "[^%w]", "%%%02x"),
    (escaped(secret, "[^%w ]", "%%%02x"):gsub(" ", "+")),
    html_escaped(secret),
    secret:sub(1, -3), -- where a text was cut
  }
end

local function find_in_text(text, secrets, path)
  for _, secret in ipairs(secrets) do
    for _, form in ipairs(forms_of(secret)) do
      if text:find(form, 1, true) then return ("%s shows %q: %s"):format(path, form, text:sub(1, 300)) end
    end
  end
  return nil
end

local function walk(value, secrets, path, seen)
  if type(value) == "string" then return find_in_text(value, secrets, path) end
  if type(value) ~= "table" or seen[value] then return nil end
  seen[value] = true
  for key, member in next, value do
    local place <const> = ("%s.%s"):format(path, type(key) == "string" and key or type(key))
    local found <const> = walk(key, secrets, place, seen) or walk(member, secrets, place, seen)
    if found then return found end
  end
  return nil
end

--- Returns where a value reveals one of the secrets: as text, or anywhere in its tables. nil if it
--- reveals none.
---@param value any
---@param secrets string[]
---@param path string|nil how the result names the value
---@return string|nil found
---@usage assert.is_nil(leaks.find(problem, { password }))
function leaks.find(value, secrets, path)
  path = path or "the value"
  return find_in_text(tostring(value), secrets, "tostring of " .. path) or walk(value, secrets, path, {})
end

return leaks
