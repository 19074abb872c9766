-- The five steps of the service's guide: create a job, say where its input comes from, set its parameters, run it, wait for its
-- results. `client:submit` takes the first four of them in one call; here each is by itself.
--
--   lua5.4 examples/submit_job.lua
--
-- Address and credentials come from the environment: BYTENITE_BASE_URL, BYTENITE_API_KEY, BYTENITE_CA_FILE.
local bytenite = require "bytenite"

local WIDTH = 40 -- columns of the bar

-- A line a state, with a bar: readable in a terminal and in a log.
local last
local function show(job, fraction)
  if job.state == last then return end
  last = job.state
  local filled = math.floor(fraction * WIDTH)
  print(("[%s%s] %3.0f %% %s"):format(("#"):rep(filled), ("."):rep(WIDTH - filled), fraction * 100, job.state))
end

local client <close> = bytenite.new()

local job = assert(client:create_job { templateId = "img-gen", name = "A sunset in five steps" })
assert(job:set_datasource {
  dataSource = bytenite.datasource.bypass(),
  dataDestination = bytenite.datasource.bucket(),
})
assert(
  job:set_params { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = "A sunset over the sea" } }
)
assert(job:run { taskTimeout = 3600, jobTimeout = 86400, isTestJob = true })
assert(job:wait { timeout = 600, interval = 0.2, max_interval = 1, on_progress = show })

print(("%s took %.1f s and %s ByteChips"):format(job.name, job.duration, job.paymentAmount))
for _, result in ipairs(assert(job:results())) do
  print(result.name, (result.link:gsub("%?.*", "?..."))) -- who has the whole link has the file
end
