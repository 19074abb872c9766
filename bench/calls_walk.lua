-- calls_walk.lua COUNT SAMPLES [README]: updates a job's data source COUNT times, prints the growth
-- of memory, and judges it. With README the table also goes into that file, between two marks. Ends
-- with status 1 if the target is missed.
local figures <const> = require "figures"
local memory <const> = require "memory"
local report <const> = require "report"
local request <const> = require "request"

local count_text <const>, samples_name <const>, readme_name <const> = ...
local COUNT <const> = math.tointeger(count_text)

local WARM_UP <const> = 1000 -- calls
local LOOK_EVERY <const> = 10 -- calls
local MOST_GROWTH <const> = 1 -- MB

local function measure(client)
  local watch <const>, job <const> = memory.watch(WARM_UP), client:job(request.job_id)
  for done = 1, COUNT do
    assert(request.update(job))
    if done % LOOK_EVERY == 0 then watch:look(done) end
  end
  return watch:growth()
end

local client <close> = request.client()
local growth <const> = measure(client)

local page <const> = report.new()
page:read(samples_name, {}) -- the facts
page:head(
  "Calls of `job:set_datasource`",
  "Lua's memory, MB more",
  "resident memory, MB more",
  "resident at the most, MB"
)
page:row(
  figures.with_thousands(COUNT) .. ", one after the other",
  ("%.2f"):format(growth.lua),
  ("%.2f"):format(growth.resident),
  ("%.1f"):format(growth.largest)
)
page:judge(
  "calls",
  growth.lua < MOST_GROWTH and growth.resident < MOST_GROWTH,
  "%s calls; Lua's memory %.2f MB more, resident %.2f MB more than in the first 1,000 (below %d)",
  figures.with_thousands(COUNT),
  growth.lua,
  growth.resident,
  MOST_GROWTH
)
page:finish("calls", readme_name)
