--- phrases.lua: words that read like a translation, and what to write in their place. scripts/lint
--- looks for them; CONTRIBUTING.md shows the list.
local phrases <const> = {}

--- `avoid` is searched as whole words, in any letter case. `unless` is a Lua pattern for lines in
--- which the words are right.
---@type {avoid: string, write: string, unless: string|nil}[]
phrases.list = {
  { avoid = "at hand", write = '"current", "available"' },
  { avoid = "in hand", write = '"current"' },
  { avoid = "beside", write = '"next to", "as well as", "during"' },
  { avoid = "comes of it", write = '"the result"' },
  { avoid = "gives back", write = '"returns"' },
  { avoid = "goes on", write = '"continues"' },
  { avoid = "lets look", write = '"makes ... check"' },
  { avoid = "takes note", write = '"records"' },
  { avoid = "time's sake", write = '"because of a timer"' },
  { avoid = "no more", write = '"no longer", "stops ..."', unless = "no more than" },
  { avoid = "so many", write = '"at most N"' },
  { avoid = "what is no", write = '"if it is not a ..."' },
  { avoid = "who waits", write = '"pending calls", "the waiting coroutine"' },
  { avoid = "nobody", write = '"no call", "no code"' },
  { avoid = "is told", write = '"receives", "is notified"' },
  { avoid = "are told", write = '"receive", "are notified"' },
  { avoid = "wait in place", write = '"block"' },
  { avoid = "waits in place", write = '"blocks"' },
  { avoid = "waited for in place", write = '"blocking"' },
  { avoid = "under way", write = '"pending", "in flight", "running"' },
}

local function pattern_of(text)
  return "%f[%w_]" .. text:gsub("%p", "%%%0") .. "%f[^%w_]"
end

--- Returns the entries whose words a line contains.
---@param line string
---@return table[]
function phrases.find(line)
  local found <const> = {}
  local lower <const> = line:lower()
  for _, phrase in ipairs(phrases.list) do
    local is_right <const> = phrase.unless and lower:find(phrase.unless)
    if lower:find(pattern_of(phrase.avoid)) and not is_right then found[#found + 1] = phrase end
  end
  return found
end

return phrases
