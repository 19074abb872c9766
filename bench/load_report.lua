-- load_report.lua SAMPLES PLOTS [README]: makes a table of what bench/load measured, prints it, and judges. With README it also
-- goes into that file, between two marks. SAMPLES has the notes of report.lua, and:
--   load ROW CPU WALL         one run: microseconds
--   instructions ROW COUNT
local figures <const> = require "figures"
local report <const> = require "report"

local samples_name <const>, _ <const>, readme_name <const> = ... -- no plot

local MOST <const> = 3 -- ms

local rows <const> = {
  { name = "lua", title = "the interpreter alone" },
  { name = "empty", title = "an empty module that calls `curl_global_init`" },
  { name = "bytenite", title = '**bytenite**: `require("bytenite").new { ... }:close()`' },
}
for _, row in ipairs(rows) do
  rows[row.name] = row
  row.cpu, row.wall = {}, {}
end

local readers <const> = {}

function readers.load(name, cpu, wall)
  table.insert(rows[name].cpu, cpu / 1000)
  table.insert(rows[name].wall, wall / 1000)
end

function readers.instructions(name, count)
  rows[name].instructions = tonumber(count)
end

local median <const> = figures.median_and_range

-- Returns how much more bytenite takes than the empty module.
local function difference(kind)
  return median(rows.bytenite[kind]) - median(rows.empty[kind])
end

local page <const> = report.new()
page:read(samples_name, readers)
page:head("From start to end of `lua5.4`", "CPU, ms", "wall, ms", "instructions")
for _, row in ipairs(rows) do
  local instructions <const> = row.instructions and figures.with_thousands(row.instructions) or "-"
  page:row(row.title, figures.with_range(median(row.cpu)), figures.with_range(median(row.wall)), instructions)
end
page:mention_instructions()
page:judge(
  "load",
  difference "cpu" <= MOST,
  "%.2f ms of processor time more than the empty module (at most %.1f); %.2f ms of time",
  difference "cpu",
  MOST,
  difference "wall"
)
page:finish("load", readme_name)
