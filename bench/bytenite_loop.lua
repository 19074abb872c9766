-- bytenite_loop.lua COUNT [show]: the third row of the benchmark: a script that updates a job's
-- data source with bytenite, with one client for all calls and the default of every option,
-- including time limits, retries and checks. With `show` every refreshed job is printed on a line.
local cjson <const> = require "cjson"
local request <const> = require "request"

local count <const>, show <const> = ...

local client <close> = request.client()
local job <const> = client:job(request.job_id)

for _ = 1, math.tointeger(count) do
  assert(request.update(job))
  if show then print(cjson.encode(job)) end
end
