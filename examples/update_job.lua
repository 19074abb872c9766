-- Makes a job and gives it a data source, parameters, a name and settings. Each call returns the refreshed job; what the
-- call changed in it is printed.
--
--   lua5.4 examples/update_job.lua
--
-- Address and credentials come from the environment: BYTENITE_BASE_URL, BYTENITE_API_KEY, BYTENITE_CA_FILE.
local bytenite = require "bytenite"

-- Every value inside a table as JSON, by its path: { ["config.taskTimeout"] = "3600", ... }.
local function flatten(value, path, flat)
  if type(value) == "table" and next(value) then
    for name, member in pairs(value) do
      flatten(member, path and path .. "." .. name or name, flat)
    end
  else
    flat[path] = bytenite.encode(value)
  end
  return flat
end

-- How the service writes what is not set.
local unset = { ['""'] = true, ["0"] = true, ["{}"] = true, ["[]"] = true, null = true }

local before = {}

-- Prints what differs from the job shown last.
local function show(job)
  local after, paths = flatten(job, nil, {}), {}
  for path, value in pairs(after) do
    if value ~= before[path] and not (unset[value] and not before[path]) then paths[#paths + 1] = path end
  end
  table.sort(paths)
  for _, path in ipairs(paths) do
    local old = before[path] and before[path] .. " -> " or ""
    print(("  %-37s %s%s"):format(path, old, after[path]))
  end
  before = after
end

local client <close> = bytenite.new {
  on_event = function(event)
    if event.type ~= "response" then return end
    print(("\n%-14s %s %s: %s"):format(event.operation, event.method, event.path, event.status or event.kind))
  end,
}

local job = assert(client:create_job { templateId = "img-gen", name = "Nightly batch" })
show(job)

show(assert(job:set_datasource {
  dataSource = bytenite.datasource.url "https://example.org/in.txt",
  dataDestination = bytenite.datasource.bucket(),
}))

show(assert(job:set_params {
  partitioner = { num_replicas = 5 },
  assembler = {},
  app = { prompt = "A sunset over the sea", seed = 9007199254740993, strength = 0.75 },
}))

show(assert(job:set_name "My Job"))

show(assert(job:set_configs { taskTimeout = 7200, jobTimeout = 172800, isTestJob = true }))

print(("\n%s"):format(job))
