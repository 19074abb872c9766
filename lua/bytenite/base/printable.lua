--- printable.lua: makes text safe to show: it cannot control a terminal, break a line or change the
--- direction of the text after it.
local printable <const> = {}

-- Returns whether a character changes the direction of text or breaks the line (Unicode, UAX 9 and
-- UAX 14).
local function steers(code)
  return code == 0x061C
    or (code >= 0x200E and code <= 0x200F)
    or (code >= 0x2028 and code <= 0x202E)
    or (code >= 0x2066 and code <= 0x2069)
end

local function is_control(code)
  return code < 0x20 or (code >= 0x7F and code < 0xA0)
end

local function visible_character(character)
  local code <const> = utf8.codepoint(character)
  if code < 0x20 or code == 0x7F then return "^" .. string.char(code ~ 0x40) end
  if code < 0xA0 and code >= 0x80 then return ("<%02X>"):format(code) end
  if steers(code) then return ("<U+%04X>"):format(code) end
  return nil
end

-- Returns a text with each byte that is not UTF-8 replaced, as in "<FF>": a terminal may treat
-- these bytes as control characters.
local function valid_utf8(text)
  local parts <const> = {}
  local from = 1
  while from <= #text do
    local _ <const>, bad_at <const> = utf8.len(text, from)
    parts[#parts + 1] = text:sub(from, (bad_at or #text + 1) - 1)
    if not bad_at then break end
    parts[#parts + 1] = ("<%02X>"):format(text:byte(bad_at))
    from = bad_at + 1
  end
  return table.concat(parts)
end

--- Makes control characters visible, for example the escape character as ^[.
---@param text string
---@return string
function printable.visible(text)
  if not text:find "[%c\x7F-\xFF]" then return text end
  return (valid_utf8(text):gsub(utf8.charpattern, visible_character))
end

--- Returns what cannot be shown in a text, or nil.
---@param text string
---@return string|nil
function printable.problem(text)
  if text:find "[%c\x7F]" then return "control characters" end
  if not text:find "[\x80-\xFF]" then return nil end
  if not utf8.len(text) then return "bytes that are not UTF-8" end
  for _, code in utf8.codes(text) do
    if is_control(code) then return "control characters" end
    if steers(code) then return "characters that change the direction of text or break the line" end
  end
  return nil
end

--- Escapes what cannot be shown in a JSON text. Does not change its value.
---@param text string written by bytenite.encode
---@return string
function printable.json(text)
  if not text:find "[\x7F-\xFF]" then return text end
  return (
    text:gsub("[\x7F-\xFF][\x80-\xBF]*", function(character)
      local code <const> = utf8.codepoint(character)
      return (is_control(code) or steers(code)) and ("\\u%04x"):format(code) or nil
    end)
  )
end

return printable
