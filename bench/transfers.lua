-- transfers.lua BYTES SAMPLES [README]: uploads a file of BYTES bytes to a sandbox, downloads as
-- many, prints the growth of memory, and judges it. With README the table also goes into that file,
-- between two marks. Ends with status 1 if a target is missed.
local bytenite <const> = require "bytenite"
local figures <const> = require "figures"
local memory <const> = require "memory"
local report <const> = require "report"
local sandbox <const> = require "spec.support.sandbox"

local size_text <const>, samples_name <const>, readme_name <const> = ...
local SIZE <const> = math.tointeger(size_text)

local WARM_UP <const> = 1000000 -- bytes
local MOST_GROWTH <const> = 10 -- MB

-- Makes a sparse file, which uses no space on disk.
local function sparse_file()
  local path <const> = os.tmpname()
  local file <close> = assert(io.open(path, "wb"))
  assert(file:seek("set", SIZE - 1))
  assert(file:write "\0")
  return path
end

-- Runs a transfer with on_progress, and returns its cost.
local function measure(name, run)
  local watch <const>, began <const> = memory.watch(WARM_UP), os.clock()
  local moved
  run(function(bytes)
    moved = bytes
    watch:look(bytes)
  end)
  local cpu <const> = (os.clock() - began) / SIZE * 1e9
  return { name = name, is_whole = moved == SIZE, growth = watch:growth(), cpu = cpu }
end

local service <close> = sandbox.start "--speed 1000"
local client <close> = bytenite.new { base_url = service.base_url, api_key = service.api_key }
local job <const> = assert(client:create_job {
  templateId = "video-encoding-template",
  dataSource = bytenite.datasource.file(),
  dataDestination = bytenite.datasource.bucket(),
})

local input <const>, folder <const> = sparse_file(), os.tmpname()
assert(os.remove(folder))
local results <const> = {
  measure("upload", function(on_progress)
    assert(job:upload(input, { on_progress = on_progress }))
  end),
}
assert(job:run())
assert(job:wait { interval = 0.05 })
service:set_results(job.id, { { name = "out.bin", size = SIZE, seed = 1 } })
results[2] = measure("download", function(on_progress)
  local files <const> = assert(job:download(folder, { on_progress = on_progress }))
  assert(files[1].size == SIZE)
end)
assert(os.remove(input))
assert(os.remove(folder .. "/out.bin"))
assert(os.remove(folder))

local page <const> = report.new()
page:read(samples_name, {}) -- the facts
page:head(
  figures.with_thousands(SIZE) .. " bytes",
  "Lua's memory, MB more",
  "resident memory, MB more",
  "resident at the most, MB",
  "CPU, ms a MB"
)
for _, result in ipairs(results) do
  local growth <const> = result.growth
  page:row(
    result.name,
    ("%.1f"):format(growth.lua),
    ("%.1f"):format(growth.resident),
    ("%.1f"):format(growth.largest),
    ("%.2f"):format(result.cpu)
  )
  page:judge(
    result.name,
    result.is_whole and growth.lua < MOST_GROWTH and growth.resident < MOST_GROWTH,
    "%s bytes; Lua's memory %.1f MB more, resident %.1f MB more than after the first MB (below %d)",
    figures.with_thousands(SIZE),
    growth.lua,
    growth.resident,
    MOST_GROWTH
  )
end
page:finish("transfers", readme_name)
