-- pages_walk.lua JOBS SAMPLES [README]: walks through JOBS jobs of a sandbox by client:each_job,
-- prints the growth of memory, and judges it. With README the table also goes into that file,
-- between two marks. Ends with status 1 if the target is missed.
local bytenite <const> = require "bytenite"
local figures <const> = require "figures"
local memory <const> = require "memory"
local report <const> = require "report"
local sandbox <const> = require "spec.support.sandbox"

local count_text <const>, samples_name <const>, readme_name <const> = ...
local COUNT <const> = math.tointeger(count_text)

local WARM_UP <const> = 1000 -- jobs
local LOOK_EVERY <const> = 500 -- jobs
local MOST_GROWTH <const> = 5 -- MB

local function measure(client)
  local watch <const>, began <const> = memory.watch(WARM_UP), os.clock()
  local seen = 0
  for job in client:each_job() do
    seen = seen + 1
    assert(job.id)
    if seen % LOOK_EVERY == 0 then watch:look(seen) end
  end
  return seen, (os.clock() - began) / seen * 1e6, watch:growth()
end

local service <close> = sandbox.start("--jobs " .. COUNT)
local client <close> = bytenite.new { base_url = service.base_url, api_key = service.api_key }
local seen <const>, cpu <const>, growth <const> = measure(client)

local page <const> = report.new()
page:read(samples_name, {}) -- the facts
page:head(
  "Jobs seen by `client:each_job`",
  "Lua's memory, MB more",
  "resident memory, MB more",
  "resident at the most, MB",
  "CPU, µs a job"
)
page:row(
  figures.with_thousands(seen) .. ", 100 a page",
  ("%.1f"):format(growth.lua),
  ("%.1f"):format(growth.resident),
  ("%.1f"):format(growth.largest),
  ("%.1f"):format(cpu)
)
page:judge(
  "pages",
  seen == COUNT and growth.lua < MOST_GROWTH and growth.resident < MOST_GROWTH,
  "%s of %s jobs; Lua's memory %.1f MB more, resident %.1f MB more than after 1,000 jobs (below %d)",
  figures.with_thousands(seen),
  figures.with_thousands(COUNT),
  growth.lua,
  growth.resident,
  MOST_GROWTH
)
page:finish("pages", readme_name)
