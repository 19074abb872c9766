--- Splits the output of programs into lines for the logs, and limits it: output beyond the limits
--- is read and dropped, since the program would block otherwise.
local output_lines = {}

---@class bytenite.sandbox.OutputLines
---@field last string the last line that was not empty
---@field package rest string the start of an incomplete line
---@field package bytes integer number of bytes left
---@field package lines integer number of lines left
---@field package put fun(text: string, level: string)
local OutputLines = {}
OutputLines.__index = OutputLines

local MOST_BYTES <const> = 1024 * 1024 -- of a task, with all its attempts
local MOST_LINES <const> = 10000
local LONGEST_LINE <const> = 8192 -- bytes; a longer one is cut into several

--- Converts bytes to text: replaces bytes that are not UTF-8 by U+FFFD.
---@param bytes string
---@return string
---@usage output_lines.text "a\xff" --> "a�"
function output_lines.text(bytes)
  if utf8.len(bytes) then return bytes end
  local pieces <const>, position = {}, 1
  while position <= #bytes do
    local _ <const>, bad <const> = utf8.len(bytes, position)
    if bad == nil then break end
    pieces[#pieces + 1] = bytes:sub(position, bad - 1)
    pieces[#pieces + 1] = "\u{FFFD}"
    position = bad + 1
  end
  pieces[#pieces + 1] = bytes:sub(position)
  return table.concat(pieces)
end

--- Makes a splitter.
---@param put fun(text: string, level: string) receives each line
---@return bytenite.sandbox.OutputLines
---@usage local lines = output_lines.new(print)
function output_lines.new(put)
  return setmetatable({ rest = "", last = "", bytes = MOST_BYTES, lines = MOST_LINES, put = put }, OutputLines)
end

local function put_line(self, line)
  if self.lines == 0 then return end
  self.lines = self.lines - 1
  if line:find "%S" then self.last = line end
  self.put(output_lines.text(line), "UNKNOWN")
  if self.lines == 0 then self.put(("output beyond %d lines is dropped"):format(MOST_LINES), "WARN") end
end

--- Adds the next piece of output.
---@param piece string
---@usage lines:add(piece)
function OutputLines:add(piece)
  if self.bytes == 0 or self.lines == 0 then return end
  local is_last <const> = #piece >= self.bytes
  piece = piece:sub(1, self.bytes)
  self.bytes = self.bytes - #piece
  local text <const> = self.rest .. piece
  local start = 1
  while self.lines > 0 do
    local line_end = text:find("\n", start, true)
    if line_end and line_end - start <= LONGEST_LINE then
      put_line(self, text:sub(start, line_end - 1))
      start = line_end + 1
    elseif #text - start >= LONGEST_LINE then
      -- Do not cut in the middle of a character.
      local cut <const> = utf8.offset(text, 0, start + LONGEST_LINE) or start + LONGEST_LINE
      line_end = cut > start and cut or start + LONGEST_LINE
      put_line(self, text:sub(start, line_end - 1))
      start = line_end
    else
      break
    end
  end
  self.rest = text:sub(start)
  if is_last then
    self:finish()
    if self.lines > 0 then self.put(("output beyond %d bytes is dropped"):format(MOST_BYTES), "WARN") end
  end
end

--- Adds the rest of the output as a line.
---@usage lines:finish()
function OutputLines:finish()
  local rest <const> = self.rest
  self.rest = ""
  if rest ~= "" then put_line(self, rest) end
end

return output_lines
