-- breakdown_report.lua SAMPLES PLOTS [README]: makes a table of what bench/breakdown measured: the
-- instructions of a call by part. With README it also goes into that file, between two marks.
-- SAMPLES has the notes of report.lua, and:
--   build NAME TITLE...                        a build, in the order of the table
--   profile NAME on|off CALLS FILE CALLS FILE  its profiles with Lua's collector on or off: a short and a long run
local callgrind <const> = require "callgrind"
local figures <const> = require "figures"
local report <const> = require "report"

local samples_name <const>, _ <const>, readme_name <const> = ... -- no plot

-- The functions of the core whose calls, with all that they call, are a part. Of several names
-- (builds differ) none may call another. The rest is the Lua layer.
local parts <const> = {
  { title = "read: the response's text into tables", functions = { "marshal_read_job" } },
  { title = "write: the argument into text", functions = { "marshal_write" } },
  { title = "refresh: the job's table gets the response's members", functions = { "refresh" } },
}

local CORE <const>, LIBCURL <const> = "/core%.so$", "/libcurl[^/]*$"

local builds <const> = {}

local readers <const> = {}

function readers.build(name, ...)
  builds[name] = { name = name, title = table.concat({ ... }, " ") }
  table.insert(builds, builds[name])
end

function readers.profile(name, collector, few_calls, few_name, many_calls, many_name)
  builds[name][collector] = {
    calls = many_calls - few_calls,
    few = callgrind.read(few_name),
    many = callgrind.read(many_name),
  }
end

-- Returns instructions per call; `get` returns those of a profile.
local function per_call(profiles, get)
  return (get(profiles.many) - get(profiles.few)) / profiles.calls
end

local function cost_of_libcurl(profile)
  return (profile:calls(function(call)
    return call.from:find(CORE) and call.into:find(LIBCURL)
  end))
end

local function cost_of_part(build, part, profile)
  local is_in_part <const> = {}
  for _, name in ipairs(part.functions) do
    is_in_part[name] = true
  end
  local cost <const>, count <const> = profile:calls(function(call)
    return is_in_part[call.callee] and call.into:find(CORE)
  end)
  if count == 0 then
    local names <const> = table.concat(part.functions, ", ")
    error(
      ("%s: none of these is called (%s): adapt the parts at the head of breakdown_report.lua"):format(
        build.name,
        names
      )
    )
  end
  return cost
end

-- Returns the costs of the parts in the order of the table, then the sum. The parts are measured in
-- a run without collection, which would be spread over them; the collector's cost is what a run
-- with it needs in addition.
local function costs_of(build)
  local function total(profile)
    return profile.total
  end
  local whole <const>, rest = per_call(build.on, total), per_call(build.off, total)
  local collector <const> = whole - rest
  local costs <const> = { per_call(build.off, cost_of_libcurl) }
  for _, part in ipairs(parts) do
    table.insert(
      costs,
      per_call(build.off, function(profile)
        return cost_of_part(build, part, profile)
      end)
    )
  end
  for _, cost in ipairs(costs) do
    rest = rest - cost
  end
  table.move({ rest, collector, whole }, 1, 3, #costs + 1, costs)
  return costs
end

local page <const> = report.new()
page:read(samples_name, readers)

local titles <const> = { "libcurl: the request out, the response in" }
for _, part in ipairs(parts) do
  table.insert(titles, part.title)
end
table.move({ "Lua layer, and what binds it to libcurl", "Lua's collector", "all" }, 1, 3, #titles + 1, titles)

local columns <const>, head <const> = {}, { "Instructions a call, plain HTTP" }
for index, build in ipairs(builds) do
  columns[index] = costs_of(build)
  head[index + 1] = build.title
end
page:head(table.unpack(head))
for line, title in ipairs(titles) do
  local cells <const> = { title }
  for _, column in ipairs(columns) do
    table.insert(cells, figures.with_thousands(column[line]))
  end
  page:row(table.unpack(cells))
end
page:finish("breakdown", readme_name)
