--- The parts of a Markdown page: blocks of code, links, headings.
local markdown = {}

--- Returns the fenced blocks of a language, each with the number of its first line.
---@param text string
---@param language string
---@return {line: integer, code: string}[]
---@usage for _, block in ipairs(markdown.blocks(text, "lua")) do ... end
function markdown.blocks(text, language)
  local blocks <const> = {}
  local block, is_wanted
  local line = 0
  for row in text:gmatch "([^\n]*)\n" do
    line = line + 1
    local fence <const> = row:match "^```(.*)$"
    if fence and not block then
      block, is_wanted = { line = line, code = "" }, fence == language
    elseif fence then
      if is_wanted then blocks[#blocks + 1] = block end
      block = nil
    elseif block then
      block.code = block.code .. row .. "\n"
    end
  end
  return blocks
end

-- Returns the text without its fenced blocks.
local function prose(text)
  return (("\n" .. text):gsub("\n```.-\n```", "\n"))
end

--- Returns the targets of links.
---@param text string
---@return string[]
---@usage local links = markdown.links(text)
function markdown.links(text)
  local links <const> = {}
  for link in prose(text):gmatch "%]%(([^)%s]+)%)" do
    links[#links + 1] = link
  end
  return links
end

--- Returns the anchors that GitHub makes of the headings: lower case, no punctuation, "-" for
--- spaces.
---@param text string
---@return table<string, boolean>
---@usage assert.is_true(markdown.anchors(text)["options"])
function markdown.anchors(text)
  local anchors <const> = {}
  for heading in prose(text):gmatch "\n#+ ([^\n]+)" do
    anchors[heading:lower():gsub("[^%w%s_-]", ""):gsub(" ", "-")] = true
  end
  return anchors
end

return markdown
