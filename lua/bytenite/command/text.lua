--- text.lua: prepares text for a terminal: makes it safe to show, and measures, cuts and pads it.
local printable <const> = require "bytenite.base.printable"

local text <const> = {}

--- Makes control characters visible, for example the escape character as ^[. Keeps tabs.
---@param value string
---@return string
function text.visible(value)
  return (value:gsub("[^\t]+", printable.visible))
end

-- Ranges of code points that take two columns, or none: {first, last, columns}. An approximation of
-- Unicode's UAX 11.
local WIDTHS <const> = {
  { 0x0300, 0x036F, 0 },
  { 0x1100, 0x115F, 2 },
  { 0x200B, 0x200F, 0 },
  { 0x2E80, 0xA4CF, 2 },
  { 0xAC00, 0xD7A3, 2 },
  { 0xF900, 0xFAFF, 2 },
  { 0xFE00, 0xFE0F, 0 },
  { 0xFE30, 0xFE6F, 2 },
  { 0xFF00, 0xFF60, 2 },
  { 0xFFE0, 0xFFE6, 2 },
  { 0x1F300, 0x1FAFF, 2 },
  { 0x20000, 0x3FFFD, 2 },
}

local function columns_of(code)
  for _, range in ipairs(WIDTHS) do
    if code < range[1] then return 1 end
    if code <= range[2] then return range[3] end
  end
  return 1
end

--- Returns the number of columns that a text takes.
---@param value string
---@return integer
function text.width(value)
  if not value:find "[\x80-\xFF]" or not utf8.len(value) then return #value end
  local width = 0
  for _, code in utf8.codes(value) do
    width = width + columns_of(code)
  end
  return width
end

--- Cuts a text to a number of columns. A text that was cut ends in "...".
---@param value string
---@param columns integer
---@return string
function text.cut(value, columns)
  if text.width(value) <= columns then return value end
  if not utf8.len(value) then return value:sub(1, columns) end
  local width, stop = 0, 1
  for at, code in utf8.codes(value) do
    width = width + columns_of(code)
    if width > columns - 3 then break end
    stop = at + #utf8.char(code)
  end
  return value:sub(1, stop - 1) .. ("..."):sub(1, columns)
end

--- Pads a text with spaces.
---@param value string
---@param columns integer
---@param to_right boolean|nil whether to align the text to the right
---@return string
function text.pad(value, columns, to_right)
  local spaces <const> = (" "):rep(columns - text.width(value))
  return to_right and spaces .. value or value .. spaces
end

--- Returns a URL without the parts that may be secret: credentials and the query.
---@param url string
---@return string
function text.without_secrets(url)
  return (url:gsub("^(%a[%w+.-]*://)[^/?#]*@", "%1"):gsub("%?.*$", "?..."))
end

return text
