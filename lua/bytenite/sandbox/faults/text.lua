--- Reads faults as the command line writes them: `set_name status=503 retry_after=2 times=3`.
local faults <const> = require "bytenite.sandbox.faults"

local fault_text = {}

-- Members whose values are always text.
local IS_TEXT <const> = { body = true, message = true, content_type = true, shape = true, act = true, operation = true }

local function value_of(name, text)
  if text == nil or text == "true" then return true end
  if name == "drip" then
    local bytes <const>, every <const> = text:match "^(%d+)/([%d.]+)$"
    return { bytes = math.tointeger(tonumber(bytes)), every = tonumber(every) }
  end
  if IS_TEXT[name] then return text end
  return tonumber(text) or text
end

-- Splits a text at white space, but not within quotes: body='{"x": 1}'.
local function words_of(text)
  local words <const> = {}
  local position = text:find "%S"
  while position do
    local word = ""
    repeat
      local plain <const>, quote <const>, next_position <const> = text:match("^([^%s'\"]*)(['\"]?)()", position)
      word, position = word .. plain, next_position
      if quote ~= "" then
        local closing <const> = text:find(quote, position, true)
        if closing == nil then return nil, "a quote is not closed" end
        word, position = word .. text:sub(position, closing - 1), closing + 1
      end
    until quote == ""
    words[#words + 1] = word
    position = text:find("%S", position)
  end
  return words
end

--- Reads one fault. The first word is the operation unless it contains `=` or is a fault's member;
--- the others are `member=value`, or `member` for `member=true`; `drip=10/0.05` is ten bytes every
--- 0.05 seconds, `header.NAME=VALUE` adds a header.
---@param text string
---@return bytenite.sandbox.Fault|nil fault
---@return string|nil message what is wrong with the text
---@usage local fault, message = fault_text.parse "get_job delay=0.2 times=forever"
function fault_text.parse(text)
  local words <const>, problem <const> = words_of(text)
  if words == nil then return nil, problem end
  local description <const> = {}
  for index, word in ipairs(words) do
    local name <const>, value = word:match "^([%w_.%-]+)=(.*)$"
    if name and name:find "^header%." then
      description.headers = description.headers or {}
      description.headers[name:sub(#"header." + 1)] = value
    elseif name then
      description[name] = value_of(name, value)
    elseif index == 1 and not faults.has_member(word) then
      description.operation = word
    else
      description[word] = true
    end
  end
  return faults.parse(description)
end

return fault_text
