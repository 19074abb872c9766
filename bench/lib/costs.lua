-- costs.lua: the cost of a call in each row: medians, ranges and ratios from the notes of rows.sh.
--
--   sample ROW DOOR CALLS CPU WALL CALLS CPU WALL     one round: microseconds of a short and a long run
--   instructions ROW DOOR CALLS COUNT CALLS COUNT     of a short and a long run
local figures <const> = require "figures"
local report <const> = require "report"

local costs <const> = {}

local Costs <const> = {}
Costs.__index = Costs

function costs.new()
  return setmetatable({ measured = {} }, Costs)
end

local function results_of(self, row, door)
  local key <const> = row .. " " .. door
  self.measured[key] = self.measured[key] or { cpu = {}, wall = {} }
  return self.measured[key]
end

--- The readers of these notes, for Page:read.
function Costs:readers()
  return {
    sample = function(row, door, few, cpu_of_few, wall_of_few, many, cpu, wall)
      local results <const> = results_of(self, row, door)
      table.insert(results.cpu, (cpu - cpu_of_few) / (many - few))
      table.insert(results.wall, (wall - wall_of_few) / (many - few))
    end,
    instructions = function(row, door, few_calls, few, many_calls, many)
      results_of(self, row, door).instructions = (many - few) / (many_calls - few_calls)
    end,
  }
end

--- Returns the cost of a call: median, lowest, highest; nil if it was not measured.
---@param kind "cpu"|"wall"|"instructions"
function Costs:figure(row, door, kind)
  local results <const> = self.measured[row .. " " .. door]
  if not results then return nil end
  if kind == "instructions" then return results.instructions end
  if #results[kind] > 0 then return figures.median_and_range(results[kind]) end
end

--- Returns the ratio of a row's cost to another's. For times it is the median of the ratios of the
--- rounds: if the machine is slower in some rounds, it is slower for both rows.
function Costs:ratio(row, door, kind, base)
  local results <const>, others <const> = self.measured[row .. " " .. door], self.measured[base .. " " .. door]
  if not (results and others and results[kind] and others[kind]) then return nil end
  if kind == "instructions" then return results.instructions / others.instructions end
  local ratios <const> = {}
  for round, value in ipairs(results[kind]) do
    ratios[round] = others[kind][round] and value / others[kind][round]
  end
  return #ratios > 0 and figures.median_and_range(ratios) or nil
end

local function ratio_cell(self, row, door, kind, bases)
  local cells <const> = {}
  for index, base in ipairs(bases) do
    local ratio <const> = self:ratio(row, door, kind, base)
    cells[index] = ratio and ("%.2f"):format(ratio)
  end
  return #cells == #bases and table.concat(cells, " / ") or "-"
end

local function add_row(self, page, row, door, bases)
  if not self:figure(row.name, door.name, "cpu") then
    local reason <const> = page.skipped[row.name] or "no reason given"
    return page:row(row.title, "not measured: " .. reason, "-", "-", "-", "-")
  end
  local instructions <const> = self:figure(row.name, door.name, "instructions")
  page:row(
    row.title .. (row.notes and row.notes[door.name] or ""),
    figures.with_range(self:figure(row.name, door.name, "cpu")),
    ratio_cell(self, row.name, door.name, "cpu", bases),
    figures.with_range(self:figure(row.name, door.name, "wall")),
    instructions and figures.with_thousands(instructions) or "-",
    ratio_cell(self, row.name, door.name, "instructions", bases)
  )
end

--- Adds a table to a page.
---@param rows table[] with `name`, `title`, optional `notes` by door; ratios are to the first two
function Costs:add_table(page, rows, door)
  page:head(door.title, "CPU, µs a call", "to rows 1 / 2", "wall, µs", "instructions a call", "to rows 1 / 2")
  for _, row in ipairs(rows) do
    add_row(self, page, row, door, { rows[1].name, rows[2].name })
  end
end

--- Returns the measured rows for plot.bars: their processor time by door.
function Costs:bars(rows, doors)
  local bars <const> = {}
  for _, row in ipairs(rows) do
    local values <const> = {}
    for index, door in ipairs(doors) do
      values[index] = self:figure(row.name, door.name, "cpu")
    end
    if next(values) then table.insert(bars, { label = row.label, values = values }) end
  end
  return bars
end

--- Makes a page with a table of the cost of a call in each row, for each door.
---@param samples_name string the file with the notes
---@return table # the page (see report.lua)
---@return table # the costs
function costs.page(samples_name, rows, doors)
  local page <const>, cost <const> = report.new(), costs.new()
  page:read(samples_name, cost:readers())
  for _, door in ipairs(doors) do
    cost:add_table(page, rows, door)
  end
  page:mention_instructions()
  return page, cost
end

return costs
