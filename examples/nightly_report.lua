-- What happened to the jobs of the last hours: how many are in which state, what they cost, which failed and why.
--
--   lua5.4 examples/nightly_report.lua [HOURS]      24 unless given
local bytenite = require "bytenite"

local since = os.time() - (tonumber(arg[1]) or 24) * 3600

local client <close> = bytenite.new()

local states, cost, seconds, failed = {}, 0, 0, {}
local count = 0

local function add(job)
  count = count + 1
  states[job.state] = (states[job.state] or 0) + 1
  cost = cost + (job.paymentAmount or 0)
  seconds = seconds + (job.duration or 0)
  if job.state == "JOB_STATE_FAILED" then failed[#failed + 1] = job end
end

-- All jobs are looked at: in which order the service lists them, and how it compares times, is not documented.
for job in client:each_job() do
  local created = bytenite.time(job.createdAt or "")
  if created and created >= since then add(job) end
end

local names = {}
for state in pairs(states) do
  names[#names + 1] = state
end
table.sort(names)

print(("%d jobs since %s"):format(count, os.date("!%Y-%m-%d %H:%M UTC", since)))
for _, state in ipairs(names) do
  print(("  %-26s %6d"):format(state, states[state]))
end
print(("%.2f ByteChips, %.1f hours of work"):format(cost, seconds / 3600))
for _, job in ipairs(failed) do
  print(("  failed: %s %q: %s"):format(job.id, job.name or "", job.errorMessage or "no reason given"))
end
