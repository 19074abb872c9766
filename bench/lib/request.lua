-- request.lua: the one request that the scripts of the benchmark send, as request.h has it for the C programs; check.lua
-- proves, in every run, that all send the same.
local bytenite <const> = require "bytenite"

local request <const> = { job_id = os.getenv "BENCH_JOB_ID" }

--- A client of the server under measurement, which bench/run and bench/many name in the environment.
---@param options table|nil more of its options; all others keep their defaults
function request.client(options)
  local all <const> = {
    base_url = os.getenv "BENCH_BASE_URL",
    access_token = os.getenv "BENCH_TOKEN",
    ca_file = os.getenv "BENCH_CA_FILE",
  }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return bytenite.new(all)
end

--- Updates a job's data source.
function request.update(job)
  return job:set_datasource {
    dataSource = {
      dataSourceDescriptor = "url",
      params = {
        ["@type"] = "type.googleapis.com/bytenite.data_source.HttpDataSource",
        url = "https://files.example.org/batches/7/in.txt",
      },
    },
    dataDestination = { dataSourceDescriptor = "bucket" },
  }
end

return request
