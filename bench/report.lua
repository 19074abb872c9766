-- report.lua SAMPLES [README]: makes the benchmark's table from what bench/run measured, prints it, and judges.
--
-- SAMPLES has one measurement a line, its words separated by blanks:
--   about NAME TEXT...                               what was measured, on what
--   sample ROW DOOR CALLS CPU WALL CPU_1 WALL_1      one round: microseconds of a run of CALLS calls and of a run of one
--   instructions ROW DOOR CALLS COUNT CALLS COUNT    of a short and a long run
--   skipped ROW REASON...
--   skipped instructions REASON...
-- With README the table also goes into that file, between its two marks. Ends with status 1 when bytenite costs more than
-- the C loop with lua-cjson, 2 when there is nothing to compare.
local figures <const> = require "figures"

local samples_name <const>, readme_name <const> = ...

local rows <const> = {
  { name = "curl", title = "1. libcurl easy loop in C, no JSON" },
  { name = "cjson", title = "2. the same loop with lua-cjson both ways" },
  { name = "bytenite", title = "3. **bytenite**: `job:set_datasource{...}` from Lua" },
}
local doors <const> = { { name = "plain", title = "Plain HTTP/1.1" }, { name = "tls", title = "TLS 1.3, HTTP/1.1" } }

local about <const> = {}
local measured <const> = {} -- by row and door: lists cpu and wall, microseconds a call; instructions a call
local skipped <const> = {}

local function results_of(row, door)
  local key <const> = row .. " " .. door
  measured[key] = measured[key] or { cpu = {}, wall = {} }
  return measured[key]
end

local readers <const> = {}

function readers.about(name, ...)
  table.insert(about, { name = name:gsub("_", " "), text = table.concat({ ... }, " ") })
end

function readers.skipped(name, ...)
  skipped[name] = table.concat({ ... }, " ")
end

-- A run of one call holds all that happens once: start, connection, handshake, end.
function readers.sample(row, door, calls, cpu, wall, cpu_of_one, wall_of_one)
  local results <const> = results_of(row, door)
  table.insert(results.cpu, (cpu - cpu_of_one) / (calls - 1))
  table.insert(results.wall, (wall - wall_of_one) / (calls - 1))
end

function readers.instructions(row, door, few_calls, few, many_calls, many)
  results_of(row, door).instructions = (many - few) / (many_calls - few_calls)
end

local function figure_of(row, door, kind)
  local results <const> = measured[row .. " " .. door]
  if not results then return nil end
  if kind == "instructions" then return results.instructions end
  return #results[kind] > 0 and figures.median_and_range(results[kind]) or nil
end

local function ratio(row, door, kind, base)
  local figure <const>, base_figure <const> = figure_of(row, door, kind), figure_of(base, door, kind)
  return figure and base_figure and figure / base_figure
end

local function time_cell(row, door, kind)
  return ("%.1f (%.1f to %.1f)"):format(figures.median_and_range(measured[row .. " " .. door][kind]))
end

local function ratio_cell(row, door, kind)
  local to_curl <const>, to_cjson <const> = ratio(row, door, kind, "curl"), ratio(row, door, kind, "cjson")
  return to_curl and ("%.2f / %.2f"):format(to_curl, to_cjson) or "-"
end

local function cells(row, door)
  if not measured[row.name .. " " .. door.name] then
    return { row.title, "not measured: " .. (skipped[row.name] or "no reason given"), "-", "-", "-", "-" }
  end
  local instructions <const> = figure_of(row.name, door.name, "instructions")
  return {
    row.title,
    time_cell(row.name, door.name, "cpu"),
    ratio_cell(row.name, door.name, "cpu"),
    time_cell(row.name, door.name, "wall"),
    instructions and figures.with_thousands(instructions) or "-",
    ratio_cell(row.name, door.name, "instructions"),
  }
end

local function add_table(lines, door)
  local head <const> = "| %s | CPU, µs a call | to rows 1 / 2 | wall, µs | instructions a call | to rows 1 / 2 |"
  table.insert(lines, head:format(door.title))
  table.insert(lines, "|---|---|---|---|---|---|")
  for _, row in ipairs(rows) do
    table.insert(lines, "| " .. table.concat(cells(row, door), " | ") .. " |")
  end
  table.insert(lines, "")
end

-- How far above a ratio may be: times wander by 5 % from run to run, instructions do not.
local tolerance <const> = { cpu = 1.05, instructions = 1 }

-- What must not be above the C loop with lua-cjson: processor time and instructions, through both doors.
local function judge()
  local judged <const>, over <const> = {}, {}
  for _, door in ipairs(doors) do
    for _, kind in ipairs { "cpu", "instructions" } do
      local found <const> = ratio("bytenite", door.name, kind, "cjson")
      local text <const> = found and ("%s %s %.2f"):format(door.name, kind == "cpu" and "CPU" or kind, found)
      if found then table.insert(judged, text) end
      if found and found > tolerance[kind] then table.insert(over, text) end
    end
  end
  local rule <const> = "bytenite must not cost more than the C loop with lua-cjson, times within 5 %"
  if #judged == 0 then return ("Verdict: none (%s): no figures to compare"):format(rule), 2 end
  if #over > 0 then return ("Verdict: FAIL (%s): %s"):format(rule, table.concat(over, ", ")), 1 end
  return ("Verdict: pass (%s): %s"):format(rule, table.concat(judged, ", ")), 0
end

local function compose(verdict)
  local lines <const> = {}
  for _, door in ipairs(doors) do
    add_table(lines, door)
  end
  if skipped.instructions then
    table.insert(lines, "Instructions were not measured: " .. skipped.instructions)
    table.insert(lines, "")
  end
  table.insert(lines, verdict)
  table.insert(lines, "")
  for _, fact in ipairs(about) do
    table.insert(lines, ("- %s: %s"):format(fact.name, fact.text))
  end
  return table.concat(lines, "\n")
end

figures.read(samples_name, readers)
local verdict <const>, status <const> = judge()
local text <const> = compose(verdict)
print(text)
if readme_name and status == 2 then
  io.stderr:write("bench: nothing to compare, so ", readme_name, " stays as it is\n")
elseif readme_name then
  figures.write_between(readme_name, "measured", text)
end
os.exit(status)
