-- transfers.lua BYTES [README]: uploads a file of so many bytes to a sandbox, downloads as many, prints what memory that takes,
-- and judges. With README the table also goes into that file, between two marks. Ends with status 1 when a target is missed.
local bytenite <const> = require "bytenite"
local figures <const> = require "figures"
local memory <const> = require "memory"
local sandbox <const> = require "spec.support.sandbox"

local size_text <const>, readme_name <const> = ...
local SIZE <const> = math.tointeger(size_text)

local WARM_UP <const> = 1000000 -- bytes, in which whatever happens once has happened
local MOST_GROWTH <const> = 10 -- MB

local function megabytes(units)
  return units * 1.024 / 1000 -- memory is counted in units of 1024 bytes
end

-- A file without content, which takes no room on disk.
local function sparse_file()
  local path <const> = os.tmpname()
  local file <close> = assert(io.open(path, "wb"))
  assert(file:seek("set", SIZE - 1))
  assert(file:write "\0")
  return path
end

-- Runs a transfer, which reports its progress, and gives what it took.
local function measure(name, run)
  local lua_first, lua_most, resident_first, moved
  local began <const> = os.clock()
  run(function(bytes)
    moved = bytes
    if bytes < WARM_UP then return end
    local now <const> = collectgarbage "count"
    if not lua_first then
      lua_first, resident_first = now, memory.largest()
    end
    lua_most = math.max(lua_most or 0, now)
  end)
  return {
    name = name,
    is_whole = moved == SIZE,
    lua = megabytes(lua_most - lua_first),
    resident = megabytes(memory.largest() - resident_first),
    largest = megabytes(memory.largest()),
    cpu = (os.clock() - began) / SIZE * 1e9,
  }
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

local lines <const> = {
  "| "
    .. figures.with_thousands(SIZE)
    .. " bytes | Lua's memory, MB more | resident memory, MB more | resident at the most, MB | CPU, ms a MB |",
  "|---|---|---|---|---|",
}
for _, result in ipairs(results) do
  lines[#lines + 1] = ("| %s | %.1f | %.1f | %.1f | %.2f |"):format(
    result.name,
    result.lua,
    result.resident,
    result.largest,
    result.cpu
  )
end
lines[#lines + 1] = ""
local all_pass = true
for _, result in ipairs(results) do
  local passes <const> = result.is_whole and result.lua < MOST_GROWTH and result.resident < MOST_GROWTH
  all_pass = all_pass and passes
  local verdict <const> =
    "- %s %s: %s bytes; Lua's memory %.1f MB more, resident %.1f MB more than after the first MB (below %d)"
  lines[#lines + 1] = verdict:format(
    passes and "PASS" or "FAIL",
    result.name,
    figures.with_thousands(SIZE),
    result.lua,
    result.resident,
    MOST_GROWTH
  )
end
local text <const> = table.concat(lines, "\n")
print(text)
if readme_name then figures.write_between(readme_name, "transfers", text) end
if not all_pass then os.exit(1, true) end
