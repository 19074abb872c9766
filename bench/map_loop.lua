-- map_loop.lua COUNT CONCURRENCY [show]: updates the data sources of COUNT jobs through client:map, so many at once, with the
-- defaults of every other option. With `show` every refreshed job is printed, one a line.
local cjson <const> = require "cjson"
local request <const> = require "request"

local count <const>, concurrency <const>, show <const> = ...

local client <close> = request.client()
local jobs <const> = {}
for index = 1, math.tointeger(count) do
  jobs[index] = client:job(request.job_id)
end

local results <const> = client:map(jobs, request.update, {
  concurrency = math.tointeger(concurrency),
  on_done = show and function(_, _, job)
    print(cjson.encode(job))
  end,
})
if results.succeeded ~= #jobs then
  io.stderr:write(("map_loop: %d of %d calls failed\n"):format(results.failed, #jobs))
  os.exit(false)
end
