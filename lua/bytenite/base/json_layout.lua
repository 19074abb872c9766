--- json_layout.lua: formats JSON text from our writer: sorts members, adds line breaks and
--- indentation.
local json_layout <const> = {}

-- Returns the position after the string that begins at a position.
local function end_of_string(text, at)
  at = at + 1
  while true do
    local stop <const> = text:find('["\\]', at)
    if text:byte(stop) == 34 then return stop + 1 end
    at = stop + 2 -- after the character that the backslash escapes
  end
end

local lay_out

-- Returns the white space before an item and before the closing bracket.
local function breaks(self, level)
  if self.indent == 0 then return "", "" end
  return "\n" .. (" "):rep(self.indent * (level + 1)), "\n" .. (" "):rep(self.indent * level)
end

local function lay_out_list(self, at, level)
  local items <const> = {}
  local item
  at = at + 1
  while self.text:byte(at) ~= 93 do -- ]
    item, at = lay_out(self, at, level + 1)
    items[#items + 1] = item
    if self.text:byte(at) == 44 then at = at + 1 end -- a comma
  end
  if #items == 0 then return "[]", at + 1 end
  local before <const>, after <const> = breaks(self, level)
  return "[" .. before .. table.concat(items, "," .. before) .. after .. "]", at + 1
end

-- Makes a comparison function for members: ranked names first, then all others by name.
local function is_before(ranks)
  return function(one, other)
    local left <const>, right <const> = ranks[one.name] or math.huge, ranks[other.name] or math.huge
    if left ~= right then return left < right end
    return one.name < other.name
  end
end

local function lay_out_object(self, at, level)
  local members <const> = {}
  at = at + 1
  while self.text:byte(at) ~= 125 do -- }
    local value_at <const> = end_of_string(self.text, at) + 1
    local value <const>, next_at <const> = lay_out(self, value_at, level + 1)
    members[#members + 1] = { name = self.text:sub(at + 1, value_at - 3), value = value }
    at = self.text:byte(next_at) == 44 and next_at + 1 or next_at
  end
  if #members == 0 then return "{}", at + 1 end
  if self.is_before then table.sort(members, self.is_before) end
  local colon <const> = self.indent == 0 and '":' or '": '
  for index, member in ipairs(members) do
    members[index] = '"' .. member.name .. colon .. member.value
  end
  local before <const>, after <const> = breaks(self, level)
  return "{" .. before .. table.concat(members, "," .. before) .. after .. "}", at + 1
end

-- Formats the value at a position. Returns its text and the position after it.
function lay_out(self, at, level)
  local first <const> = self.text:byte(at)
  if first == 123 then return lay_out_object(self, at, level) end
  if first == 91 then return lay_out_list(self, at, level) end
  local stop <const> = first == 34 and end_of_string(self.text, at) or self.text:find("[,%]}]", at) or #self.text + 1
  return self.text:sub(at, stop - 1), stop
end

--- Formats JSON text.
---@param text string as our writer writes it: valid, without white space between its tokens
---@param sorted boolean|string[]|nil order members by name; a list names the first
---@param indent integer|nil spaces per level; 0 or nil for a single line
---@return string
function json_layout.format(text, sorted, indent)
  local ranks <const> = {}
  for rank, name in ipairs(type(sorted) == "table" and sorted or {}) do
    ranks[name] = rank
  end
  local self <const> = { text = text, indent = indent or 0, is_before = sorted and is_before(ranks) }
  return (lay_out(self, 1, 0))
end

return json_layout
