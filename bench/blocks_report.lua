-- blocks_report.lua SAMPLES PLOTS [README]: makes a table of what bench/blocks measured, prints it, and judges. With README it
-- also goes into that file, between two marks. SAMPLES has the notes of report.lua, and:
--   bare MILLISECONDS, task MILLISECONDS     for one
--   scale WORKERS SECONDS                    for 8 tasks that use a processor
--   idle MILLISECONDS, busy MILLISECONDS     for a call
local figures <const> = require "figures"
local report <const> = require "report"

local samples_name <const>, _ <const>, readme_name <const> = ... -- no plot

local MOST_MORE <const>, SLOWEST <const> = 15, 20 -- ms

local values <const> = { bare = {}, task = {}, idle = {}, busy = {} }
local scale <const>, workers <const> = {}, {}

local readers <const> = {}
for name, list in pairs(values) do
  readers[name] = function(value)
    list[#list + 1] = tonumber(value)
  end
end

function readers.scale(count, seconds)
  local number <const> = math.tointeger(tonumber(count))
  if not scale[number] then
    scale[number] = {}
    workers[#workers + 1] = number
  end
  table.insert(scale[number], tonumber(seconds))
end

local median <const> = figures.median_and_range

-- Returns the value of a percentile.
local function percentile(list, percent)
  table.sort(list)
  return list[math.max(1, math.ceil(#list * percent / 100))]
end

local page <const> = report.new()
page:read(samples_name, readers)
page:head("One process", "ms")
page:row("the bare process (`sh` and a program that ends)", figures.with_range(median(values.bare)))
page:row("a task with that program", figures.with_range(median(values.task)))
page:head("8 tasks that use a processor", "s")
for _, count in ipairs(workers) do
  page:row(("`--workers %d`"):format(count), figures.with_range(median(scale[count])))
end
page:head("A call", "median, ms", "99 of 100, ms", "slowest, ms")
for _, row in ipairs { { "idle", "no task runs" }, { "busy", "8 tasks use all processors" } } do
  local list <const> = values[row[1]]
  local function shown(percent)
    return ("%.1f"):format(percentile(list, percent))
  end
  page:row(row[2], shown(50), shown(99), shown(100))
end
local more <const> = median(values.task) - median(values.bare)
page:judge("task", more <= MOST_MORE, "%.1f ms more than the bare process (at most %d)", more, MOST_MORE)
local slow <const> = percentile(values.busy, 99)
page:judge("calls", slow <= SLOWEST, "99 of 100 calls take at most %.1f ms (at most %d)", slow, SLOWEST)
page:finish("blocks", readme_name)
