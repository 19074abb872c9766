-- pages_walk.lua JOBS [README]: walks through so many jobs of a sandbox by client:each_job, prints what memory that takes, and
-- judges. With README the table also goes into that file, between two marks. Ends with status 1 when the target is missed.
local bytenite <const> = require "bytenite"
local figures <const> = require "figures"
local memory <const> = require "memory"
local sandbox <const> = require "spec.support.sandbox"

local count_text <const>, readme_name <const> = ...
local COUNT <const> = math.tointeger(count_text)

local WARM_UP <const> = 1000 -- jobs, in which whatever happens once has happened
local LOOK_EVERY <const> = 500 -- jobs
local MOST_GROWTH <const> = 5 -- MB
local KILOBYTES <const> = 1000 -- in an MB; memory is counted in units of 1024 bytes

local function megabytes(units)
  return units * 1.024 / KILOBYTES
end

local function measure(client)
  local seen, lua_first, lua_most, resident_first = 0, 0, 0, 0
  local began <const> = os.clock()
  for job in client:each_job() do
    seen = seen + 1
    assert(job.id)
    if seen % LOOK_EVERY == 0 and seen <= WARM_UP then
      lua_first = math.max(lua_first, collectgarbage "count")
      resident_first = memory.largest()
    elseif seen % LOOK_EVERY == 0 then
      lua_most = math.max(lua_most, collectgarbage "count")
    end
  end
  return {
    seen = seen,
    lua = megabytes(lua_most - lua_first),
    resident = megabytes(memory.largest() - resident_first),
    largest = megabytes(memory.largest()),
    cpu = (os.clock() - began) / seen * 1e6,
  }
end

local service <close> = sandbox.start("--jobs " .. COUNT)
local client <close> = bytenite.new { base_url = service.base_url, api_key = service.api_key }
local result <const> = measure(client)

local is_whole <const> = result.seen == COUNT
local is_flat <const> = result.lua < MOST_GROWTH and result.resident < MOST_GROWTH
local text <const> = ([[
| Jobs seen by `client:each_job` | Lua's memory, MB more | resident memory, MB more | resident at the most, MB | CPU, µs a job |
|---|---|---|---|---|
| %s, 100 a page | %.1f | %.1f | %.1f | %.1f |

- %s pages: %s of %s jobs; Lua's memory %.1f MB more, resident %.1f MB more than after 1,000 jobs (below %d)]]):format(
  figures.with_thousands(result.seen),
  result.lua,
  result.resident,
  result.largest,
  result.cpu,
  is_whole and is_flat and "PASS" or "FAIL",
  figures.with_thousands(result.seen),
  figures.with_thousands(COUNT),
  result.lua,
  result.resident,
  MOST_GROWTH
)
print(text)
if readme_name then figures.write_between(readme_name, "pages", text) end
if not (is_whole and is_flat) then os.exit(1, true) end
