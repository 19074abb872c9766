-- map_loop.lua CONCURRENCY COUNT [show]: updates the data sources of COUNT jobs through client:map, so many at once, with the
-- defaults of every other option. With `show` every refreshed job is printed, one a line.
local cjson <const> = require "cjson"
local request <const> = require "request"

local concurrency <const>, count <const>, show <const> = ...

local COUNT <const> = math.tointeger(count)

local client <close> = request.client()

-- An iterator, so that no answer is kept, as in the other rows.
local given = 0
local function next_job()
  given = given + 1
  return given <= COUNT and client:job(request.job_id) or nil
end

local results <const> = client:map(next_job, request.update, {
  concurrency = math.tointeger(concurrency),
  on_done = show and function(_, _, job)
    print(cjson.encode(job))
  end,
})
if results.succeeded ~= COUNT then
  io.stderr:write(("map_loop: %d of %d calls failed\n"):format(results.failed, COUNT))
  os.exit(false)
end
