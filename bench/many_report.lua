-- many_report.lua SAMPLES PLOTS [README]: makes tables from what bench/many measured, prints them, and judges.
--
-- SAMPLES has the notes of report.lua, and:
--   updates ROW DOOR CPU WALL                    one round: microseconds of a run
--   connections ROW DOOR COUNT PROTOCOL          of a run
--   pending DOOR COUNT CONNECTIONS BYTES LARGEST bytes per pending call, largest resident memory in kB
--   cost FORM JOBS CPU LARGEST                   one round: microseconds of processor time per call, kB
--   instructions FORM OF_100 OF_1000 OF_10000    of runs with these numbers of calls
-- With README the tables also go into that file, between two marks. Ends with status 1 if a target
-- is missed.
local figures <const> = require "figures"
local report <const> = require "report"

local samples_name <const>, _ <const>, readme_name <const> = ... -- no plots

local MOST_WALL <const> = 1.05 -- of the faster loop in C
local MOST_MEMORY <const> = 200 -- MB
local MOST_GROWTH <const> = 1.10
local DEFAULT_CONNECTIONS <const> = 100
local KILOBYTES <const> = 1000 -- in an MB; the system's kB have 1024 bytes

local rows <const> = {
  { name = "poll", title = "curl_multi_perform and curl_multi_poll in C, no JSON" },
  { name = "socket", title = "curl_multi_socket_action and epoll in C, no JSON" },
  { name = "map", title = "**bytenite**: `client:map` over jobs, `job:set_datasource{...}`" },
}
local slow_doors <const> = { { name = "slow", title = "HTTP/1.1" }, { name = "slow_h2", title = "HTTP/2 over TLS" } }
local pending_doors <const> = { { name = "plain", title = "HTTP/1.1" }, { name = "h2", title = "HTTP/2 over TLS" } }
local forms <const> = {
  { name = "jobs", title = "a list of jobs; the jobs are kept" },
  { name = "ids", title = "a list of ids; `true` is kept" },
  { name = "iterator", title = "an iterator; nothing is kept" },
}

local page <const> = report.new()
local updates <const> = {} -- by row and door: lists cpu and wall; connections
local pending <const> = {} -- by door and whether calls wait in the client
local costs <const> = {} -- by form: cpu and memory, lists by size; instructions
local sizes <const> = {}

local function entry(list, key, fresh)
  list[key] = list[key] or fresh
  return list[key]
end

local readers <const> = {}

function readers.updates(row, door, cpu, wall)
  local results <const> = entry(updates, row .. " " .. door, { cpu = {}, wall = {} })
  table.insert(results.cpu, cpu / 1000)
  table.insert(results.wall, wall / 1000)
end

function readers.connections(row, door, count, protocol)
  local results <const> = entry(updates, row .. " " .. door, { cpu = {}, wall = {} })
  results.connections = ("%d, %s"):format(count, protocol)
end

function readers.pending(door, count, connections, bytes, largest)
  local waiting <const> = math.tointeger(connections) == DEFAULT_CONNECTIONS
  pending[door .. (waiting and " waiting" or " sent")] = {
    count = math.tointeger(count),
    connections = math.tointeger(connections),
    bytes = math.tointeger(bytes),
    megabytes = largest * 1.024 / KILOBYTES,
  }
end

function readers.cost(form, jobs, cpu, largest)
  local size <const> = math.tointeger(jobs)
  if not sizes[size] then
    sizes[size] = true
    table.insert(sizes, size)
  end
  local results <const> = entry(costs, form, { cpu = {}, memory = {} })
  table.insert(entry(results.cpu, size, {}), tonumber(cpu))
  table.insert(entry(results.memory, size, {}), largest * 1.024 / KILOBYTES)
end

function readers.instructions(form, of_100, of_1000, of_10000)
  costs[form].instructions = { few = (of_1000 - of_100) / 900, many = (of_10000 - of_1000) / 9000 }
end

local median <const> = figures.median_and_range

local function with_range(values)
  return figures.with_range(median(values))
end

-- Returns how long bytenite takes, compared with the faster loop in C.
local function wall_ratio(row, door)
  local poll <const>, socket <const> = median(updates["poll " .. door].wall), median(updates["socket " .. door].wall)
  return median(updates[row .. " " .. door].wall) / math.min(poll, socket)
end

local function add_updates()
  for _, door in ipairs(slow_doors) do
    page:head(
      "1,000 updates, 100 at once, " .. door.title,
      "wall, ms",
      "to the faster loop in C",
      "CPU, ms",
      "connections"
    )
    for _, row in ipairs(rows) do
      local results <const> = updates[row.name .. " " .. door.name]
      local ratio <const> = ("%.3f"):format(wall_ratio(row.name, door.name))
      page:row(row.title, with_range(results.wall), ratio, with_range(results.cpu), results.connections)
    end
  end
end

local function add_pending()
  page:head("Calls pending at once", "`max_connections`", "bytes a call", "largest resident memory, MB")
  for _, where in ipairs { " waiting", " sent" } do
    for _, door in ipairs(pending_doors) do
      local results <const> = pending[door.name .. where]
      local title <const> = ("%s, %s"):format(figures.with_thousands(results.count), door.title)
      local bytes <const> = figures.with_thousands(results.bytes)
      page:row(title, results.connections, bytes, ("%.0f"):format(results.megabytes))
    end
  end
end

-- Returns the largest growth of a figure of a form since the smallest size.
local function growth(form, kind)
  local results <const> = costs[form][kind]
  local smallest <const>, most = median(results[sizes[1]]), 1
  for index = 2, #sizes do
    most = math.max(most, median(results[sizes[index]]) / smallest)
  end
  return most
end

local function add_costs(title, kind)
  local head <const> = { title }
  for _, size in ipairs(sizes) do
    table.insert(head, figures.with_thousands(size) .. " jobs")
  end
  page:head(table.unpack(head))
  for _, form in ipairs(forms) do
    local row <const> = { form.title }
    for _, size in ipairs(sizes) do
      table.insert(row, with_range(costs[form.name][kind][size]))
    end
    page:row(table.unpack(row))
  end
end

local function add_instructions()
  page:mention_instructions()
  if page.skipped.instructions then return end
  page:head("Instructions a call, `client:map` over", "from 100 to 1,000 jobs", "from 1,000 to 10,000 jobs")
  for _, form in ipairs(forms) do
    local found <const> = costs[form.name].instructions
    if found then page:row(form.title, figures.with_thousands(found.few), figures.with_thousands(found.many)) end
  end
end

-- By instructions, because the speed of the machine changes more from one minute to the next.
local function judge_cost()
  if page.skipped.instructions then return end
  local found <const>, worst = {}, 1
  for _, form in ipairs(forms) do
    local counted <const> = costs[form.name].instructions
    if counted then
      local grown <const> = counted.many / counted.few
      worst = math.max(worst, grown)
      table.insert(found, ("%s %.2f"):format(form.name, grown))
    end
  end
  page:judge(
    "cost",
    worst <= MOST_GROWTH,
    "100 to 10,000 jobs: %s (at most %.2f)",
    table.concat(found, ", "),
    MOST_GROWTH
  )
end

local function judge()
  local h1 <const>, h2 <const> = wall_ratio("map", "slow"), wall_ratio("map", "slow_h2")
  local one <const>, other <const> = pending["plain waiting"].megabytes, pending["h2 waiting"].megabytes
  local memory <const> = growth("iterator", "memory")
  local largest <const> = figures.with_thousands(sizes[#sizes])
  page:judge("wall", math.max(h1, h2) <= MOST_WALL, "HTTP/1.1 %.3f, HTTP/2 %.3f (at most %.2f)", h1, h2, MOST_WALL)
  page:judge("memory", math.max(one, other) < MOST_MEMORY, "%.0f MB, %.0f MB (below %d)", one, other, MOST_MEMORY)
  judge_cost()
  local is_flat <const> = memory <= MOST_GROWTH
  page:judge("flat", is_flat, "memory, 1,000 to %s jobs: %.2f (at most %.2f)", largest, memory, MOST_GROWTH)
end

page:read(samples_name, readers)
table.sort(sizes)
add_updates()
add_pending()
add_costs("CPU, µs a call, `client:map` over", "cpu")
add_costs("Largest resident memory, MB, `client:map` over", "memory")
add_instructions()
judge()
page:finish("many", readme_name)
