-- request.lua: the one request that the scripts of the benchmark send, as request.h has it for the C programs; check.lua
-- proves, in every run, that all send the same.
local request <const> = {
  job_id = os.getenv "BENCH_JOB_ID",
  ca_file = os.getenv "BENCH_CA_FILE",
  token = os.getenv "BENCH_TOKEN",
}

--- A client of the server under measurement, which the scripts in sh name in the environment.
---@param options table|nil more of its options; all others keep their defaults
function request.client(options)
  local all <const> = { base_url = os.getenv "BENCH_BASE_URL", access_token = request.token, ca_file = request.ca_file }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return require("bytenite").new(all) -- not required above: the peers do without
end

--- Where an update goes, for the peers.
function request.url()
  return ("%s/customer/jobs/%s/datasource"):format(os.getenv "BENCH_BASE_URL", request.job_id)
end

--- What an update is made with.
function request.argument()
  return {
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

--- Updates a job's data source.
function request.update(job)
  return job:set_datasource(request.argument())
end

return request
