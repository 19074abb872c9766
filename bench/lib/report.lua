-- report.lua: code that the reports share: a page of tables and verdicts, made from a script's
-- notes.
--
-- Notes, one on each line, that all scripts have:
--   about NAME TEXT...          date, versions and machine; lines with the same name are joined
--   skipped WHAT REASON...      something that could not be measured
local figures <const> = require "figures"

local report <const> = {}

local Page <const> = {}
Page.__index = Page

local MISSED <const>, UNJUDGED <const> = 1, 2 -- a script's status

function report.new()
  return setmetatable({ lines = {}, verdicts = {}, facts = {}, facts_in_order = {}, skipped = {}, status = 0 }, Page)
end

--- Reads a file of notes.
---@param name string
---@param readers table functions by a line's first word; each is called with the others
function Page:read(name, readers)
  function readers.about(fact, ...)
    if not self.facts[fact] then
      self.facts[fact] = {}
      table.insert(self.facts_in_order, fact)
    end
    table.insert(self.facts[fact], table.concat({ ... }, " "))
  end
  function readers.skipped(what, ...)
    self.skipped[what] = table.concat({ ... }, " ")
  end
  figures.read(name, readers)
end

function Page:add(line)
  table.insert(self.lines, line)
end

function Page:row(...)
  self:add("| " .. table.concat({ ... }, " | ") .. " |")
end

--- Begins a table.
function Page:head(...)
  if #self.lines > 0 then self:add "" end
  self:row(...)
  self:add("|" .. ("---|"):rep(select("#", ...)))
end

--- Says that instructions were not counted, if they were not.
function Page:mention_instructions()
  if not self.skipped.instructions then return end
  self:add ""
  self:add("Instructions were not measured: " .. self.skipped.instructions)
end

--- Judges a target.
---@param is_met boolean|nil nil if that is unknown
---@param ... any a format and its values
function Page:judge(name, is_met, ...)
  if is_met == false then
    self.status = MISSED
  elseif is_met == nil and self.status == 0 then
    self.status = UNJUDGED
  end
  local word <const> = is_met == nil and "NONE" or is_met and "PASS" or "FAIL"
  table.insert(self.verdicts, ("- %s %s: %s"):format(word, name, string.format(...)))
end

--- Judges a ratio that may be missing.
---@param ratio number|nil
---@param most number
---@param of string the denominator in words
---@param more string|nil additional text
function Page:judge_most(name, ratio, most, of, more)
  local met <const> = ratio and ratio <= most -- nil if it is missing
  local found <const> = ratio and ("%.2f"):format(ratio) or "not measured:"
  self:judge(name, met, "%s %s (at most %.2f)%s", found, of, most, more and "; " .. more or "")
end

--- Returns a fact as text; nil if it was not noted.
function Page:fact(name)
  return self.facts[name] and table.concat(self.facts[name], ", ")
end

--- Returns the lines below a plot.
function Page:caption()
  local dated <const> = ("%s: %s"):format(self:fact "Date", self:fact "Measured")
  return { dated, self:fact "Versions", self:fact "Peers" }
end

--- Prints the page, writes it between two marks of a file if there is one, and ends the script.
function Page:finish(mark, readme_name)
  if #self.verdicts > 0 then self:add "" end
  table.move(self.verdicts, 1, #self.verdicts, #self.lines + 1, self.lines)
  if #self.facts_in_order > 0 then self:add "" end
  for _, name in ipairs(self.facts_in_order) do
    self:add(("- %s: %s"):format(name, self:fact(name)))
  end
  local text <const> = table.concat(self.lines, "\n")
  print(text)
  if readme_name then figures.write_between(readme_name, mark, text) end
  os.exit(self.status, true)
end

return report
