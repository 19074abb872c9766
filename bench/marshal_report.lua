-- marshal_report.lua SAMPLES PLOTS [README]: makes tables of what bench/marshal measured, prints
-- and judges them, and draws a plot in the folder PLOTS. With README the tables also go into that
-- file, between two marks. SAMPLES has the notes of report.lua, and:
--   time LIBRARY ACTION TEXT BYTES MICROSECONDS          one round: of a text
--   instructions LIBRARY ACTION TEXT TIMES COUNT TIMES COUNT     of a short and a long run
local figures <const> = require "figures"
local plot <const> = require "plot"
local report <const> = require "report"

local samples_name <const>, plots <const>, readme_name <const> = ...

local MOST_INSTRUCTIONS <const> = 0.60 -- of lua-cjson's, to read a job
local MOST_TIME <const> = 0.60 -- of lua-cjson's, to read a list of jobs
local MOST_FOR_FRACTIONS <const> = 1.50 -- of lua-cjson's instructions, to write
local MOST_GROWTH <const> = 1.10
local MOST_EXPONENT <const> = 1.05 -- of growth

local libraries <const> = { { name = "bytenite", title = "bytenite" }, { name = "cjson", title = "lua-cjson" } }
local actions <const> = { "read", "write" }
local small <const> = {
  { name = "job", title = "a job" },
  { name = "list", title = "a list of 100 jobs" },
  { name = "fractions", title = "1,000 numbers with fractions" },
}
local nested <const> = { "levels_8", "levels_32", "levels_128" }
local redacted <const> = { "20", "200", "2000" } -- signed URLs sent, and received
local large <const> = { "1", "2", "5", "10" } -- MB

local times <const> = {} -- microseconds, lists by what was done
local instructions <const> = {}
local bytes <const> = {} -- by text

local function key_of(library, action, text)
  return library .. " " .. action .. " " .. text
end

local readers <const> = {}

function readers.time(library, action, text, length, microseconds)
  local key <const> = key_of(library, action, text)
  times[key] = times[key] or {}
  table.insert(times[key], tonumber(microseconds))
  bytes[text] = math.tointeger(length)
end

function readers.instructions(library, action, text, few_times, few, many_times, many)
  instructions[key_of(library, action, text)] = (many - few) / (many_times - few_times)
end

local function time_of(library, action, text)
  return figures.median_and_range(times[key_of(library, action, text)])
end

-- Returns the ratio of instructions to lua-cjson's; nil if they were not counted.
local function instructions_ratio(action, text)
  local own <const>, other <const> =
    instructions[key_of("bytenite", action, text)], instructions[key_of("cjson", action, text)]
  return own and own / other
end

local function add_small(page)
  page:head("", "instructions: bytenite", "lua-cjson", "ratio", "CPU, µs: bytenite", "lua-cjson", "ratio")
  for _, text in ipairs(small) do
    for _, action in ipairs(actions) do
      local ratio <const> = instructions_ratio(action, text.name)
      local function count_of(library)
        return ratio and figures.with_thousands(instructions[key_of(library, action, text.name)]) or "-"
      end
      page:row(
        ("%s %s, %s bytes"):format(action, text.title, figures.with_thousands(bytes[text.name])),
        count_of "bytenite",
        count_of "cjson",
        ratio and ("%.2f"):format(ratio) or "-",
        figures.with_range(time_of("bytenite", action, text.name)),
        figures.with_range(time_of("cjson", action, text.name)),
        ("%.2f"):format(time_of("bytenite", action, text.name) / time_of("cjson", action, text.name))
      )
    end
  end
end

-- Returns nanoseconds per byte: median, lowest, highest.
local function cost_of_byte(library, action, text)
  local median <const>, lowest <const>, highest <const> = time_of(library, action, text)
  local scale <const> = 1000 / bytes[text]
  return median * scale, lowest * scale, highest * scale
end

-- Returns instructions per byte; nil if they were not counted.
local function work_of_byte(library, action, text)
  local count <const> = instructions[key_of(library, action, text)]
  return count and count / bytes[text]
end

-- Returns the ratio of the highest cost per byte to the lowest; nil if one is not known.
local function growth(cost_of, library, action)
  local lowest, highest = math.huge, 0
  for _, text in ipairs(large) do
    local cost <const> = cost_of(library, action, text)
    if cost then
      lowest, highest = math.min(lowest, cost), math.max(highest, cost)
    end
  end
  return highest > 0 and highest / lowest or nil
end

local function add_large(page)
  page:head("CPU, ns a byte of params", "1 MB", "2 MB", "5 MB", "10 MB", "highest to lowest")
  for _, action in ipairs(actions) do
    for _, library in ipairs(libraries) do
      local cells <const> = {}
      for index, text in ipairs(large) do
        cells[index] = figures.with_range(cost_of_byte(library.name, action, text))
      end
      table.insert(cells, ("%.2f"):format(growth(cost_of_byte, library.name, action)))
      page:row(("%s: %s"):format(action, library.title), table.unpack(cells))
    end
  end
  page:head("instructions a byte of params", "1 MB", "10 MB", "highest to lowest")
  for _, action in ipairs(actions) do
    local cells <const> = {}
    for _, text in ipairs { "1", "10" } do
      local work <const> = work_of_byte("bytenite", action, text)
      table.insert(cells, work and ("%.1f"):format(work) or "-")
    end
    local grown <const> = growth(work_of_byte, "bytenite", action)
    table.insert(cells, grown and ("%.2f"):format(grown) or "-")
    page:row(action .. ": bytenite", table.unpack(cells))
  end
end

-- Returns the exponent with which the instructions of an action grow with the bytes: 1 if linear, 2
-- if quadratic. Takes the steepest step between two texts; nil if they were not counted.
local function exponent_of(action, names)
  local steepest
  for index = 2, #names do
    local from <const>, to <const> = names[index - 1], names[index]
    local few <const>, many <const> =
      instructions[key_of("bytenite", action, from)], instructions[key_of("bytenite", action, to)]
    if not few then return nil end
    steepest = math.max(steepest or 0, math.log(many / few) / math.log(bytes[to] / bytes[from]))
  end
  return steepest
end

local function add_depth(page)
  page:head("nested levels", "bytes", "instructions a byte: read", "write", "CPU, µs: read", "write")
  for _, name in ipairs(nested) do
    local work <const>, cost <const> = {}, {}
    for index, action in ipairs(actions) do
      local of_byte <const> = work_of_byte("bytenite", action, name)
      work[index] = of_byte and ("%.1f"):format(of_byte) or "-"
      cost[index] = figures.with_range(time_of("bytenite", action, name))
    end
    page:row(name:match "%d+", figures.with_thousands(bytes[name]), work[1], work[2], cost[1], cost[2])
  end
end

local function add_redaction(page)
  page:head("secrets removed from an error", "bytes sent and received", "instructions a byte", "CPU, ms")
  for _, urls in ipairs(redacted) do
    local count <const> = instructions["bytenite redact " .. urls]
    local median <const>, lowest <const>, highest <const> = time_of("bytenite", "redact", urls)
    page:row(
      ("%s signed URLs sent, and received"):format(figures.with_thousands(math.tointeger(urls))),
      figures.with_thousands(bytes[urls]),
      count and ("%.0f"):format(count / bytes[urls]) or "-",
      figures.with_range(median / 1000, lowest / 1000, highest / 1000)
    )
  end
end

local function lines_of_plot()
  local lines <const> = {}
  for colour, library in ipairs(libraries) do
    for _, action in ipairs(actions) do
      local points <const> = {}
      for index, text in ipairs { "job", "list", table.unpack(large) } do
        points[index] = { bytes[text], time_of(library.name, action, text) / 1000 }
      end
      local title <const> = library.title .. ", " .. action
      table.insert(lines, { title = title, points = points, colour = colour, dashed = action == "write" })
    end
  end
  return lines
end

local page <const> = report.new()
page:read(samples_name, readers)
add_small(page)
add_large(page)
add_depth(page)
add_redaction(page)
page:mention_instructions()
page:judge_most(
  "job",
  instructions_ratio("read", "job"),
  MOST_INSTRUCTIONS,
  "of lua-cjson's instructions to read a job"
)
page:judge_most(
  "list",
  time_of("bytenite", "read", "list") / time_of("cjson", "read", "list"),
  MOST_TIME,
  "of lua-cjson's processor time to read a list of 100 jobs"
)
page:judge_most(
  "fractions",
  instructions_ratio("write", "fractions"),
  MOST_FOR_FRACTIONS,
  "of lua-cjson's instructions to write numbers with fractions"
)
for _, action in ipairs(actions) do
  page:judge_most(
    "depth",
    exponent_of(action, nested),
    MOST_EXPONENT,
    ("the exponent with which the instructions to %s nested levels grow"):format(action)
  )
end
page:judge_most(
  "redaction",
  exponent_of("redact", redacted),
  MOST_EXPONENT,
  "the exponent with which the instructions of redaction grow"
)
for _, action in ipairs(actions) do
  page:judge_most(
    action,
    growth(work_of_byte, "bytenite", action),
    MOST_GROWTH,
    "the most instructions a byte of params to the fewest, at 1 and 10 MB"
  )
end
plot.lines(plots .. "/marshal.svg", {
  title = "Reading and writing JSON: processor time by size",
  x_unit = "bytes of JSON",
  unit = "ms",
  caption = page:caption(),
  ticks = {
    { label = "2 kB", x = 2e3 },
    { label = "20 kB", x = 2e4 },
    { label = "200 kB", x = 2e5 },
    { label = "1 MB", x = 1e6 },
    { label = "10 MB", x = 1e7 },
  },
  lines = lines_of_plot(),
})
page:finish("marshal", readme_name)
