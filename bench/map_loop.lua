-- map_loop.lua update|create CONCURRENCY COUNT [show]: updates the data sources of COUNT jobs, or
-- creates COUNT jobs, with client:map and the default of every option but the concurrency. With
-- `show` every refreshed job is printed on a line.
local cjson <const> = require "cjson"
local request <const> = require "request"

local action <const>, concurrency <const>, count <const>, show <const> = ...

local COUNT <const> = math.tointeger(count)

local client <close> = request.client()

local function create()
  return client:create_job { templateId = "img-gen", name = "Nightly batch" }
end

-- An iterator, so that no response is kept, as in the other rows.
local given = 0
local function next_job()
  given = given + 1
  return given <= COUNT and client:job(request.job_id) or nil
end

local results <const> = client:map(next_job, action == "create" and create or request.update, {
  concurrency = math.tointeger(concurrency),
  on_done = show and function(_, _, job)
    print(cjson.encode(job))
  end,
})
if results.succeeded ~= COUNT then
  io.stderr:write(("map_loop: %d of %d calls failed\n"):format(results.failed, COUNT))
  os.exit(false)
end
