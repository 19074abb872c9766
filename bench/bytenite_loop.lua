-- bytenite_loop.lua COUNT [show]: the third row of the benchmark: a script that updates a job's data source through
-- bytenite, with one client for all calls and the defaults of every option: time limits, retries and checks included.
-- With `show` every refreshed job is printed, one a line.
local bytenite <const> = require "bytenite"
local cjson <const> = require "cjson"

local count <const>, show <const> = ...

local client <close> = bytenite.new {
  base_url = os.getenv "BENCH_BASE_URL",
  access_token = os.getenv "BENCH_TOKEN",
  ca_file = os.getenv "BENCH_CA_FILE",
}
local job <const> = client:job(os.getenv "BENCH_JOB_ID")

for _ = 1, math.tointeger(count) do
  assert(job:set_datasource {
    dataSource = {
      dataSourceDescriptor = "url",
      params = {
        ["@type"] = "type.googleapis.com/bytenite.data_source.HttpDataSource",
        url = "https://files.example.org/batches/7/in.txt",
      },
    },
    dataDestination = { dataSourceDescriptor = "bucket" },
  })
  if show then print(cjson.encode(job)) end
end
