-- request.lua: the request that the scripts of the benchmark send. The C programs have it in
-- request.h; check.lua verifies in every run that all send the same.
local request <const> = {
  job_id = os.getenv "BENCH_JOB_ID",
  ca_file = os.getenv "BENCH_CA_FILE",
  token = os.getenv "BENCH_TOKEN",
}

--- Makes a client of the server, whose address the shell scripts set in the environment.
---@param options table|nil other options of it; the rest have their defaults
function request.client(options)
  local all <const> = { base_url = os.getenv "BENCH_BASE_URL", access_token = request.token, ca_file = request.ca_file }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return require("bytenite").new(all) -- not required above, because the peers do not need it
end

--- Returns the URL of an update, for the peers.
function request.url()
  return ("%s/customer/jobs/%s/datasource"):format(os.getenv "BENCH_BASE_URL", request.job_id)
end

--- Returns the argument of an update.
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
