-- Sets the time limits of a job, with limits of its own for the call, and tells what to do when it fails.
--
--   lua5.4 examples/set_configs.lua [JOB-ID]          without an id: of a new job
local bytenite = require "bytenite"

local client <close> = bytenite.new()
local job = arg[1] and client:job(arg[1]) or assert(client:create_job { templateId = "img-gen" })

local MINUTE, HOUR = 60, 3600 -- the settings are in seconds

local updated, err = job:set_configs(
  { taskTimeout = 10 * MINUTE, jobTimeout = 12 * HOUR, isTestJob = true },
  { timeout = 5, max_retries = 4 }
)
if not updated then
  local advice = err.retryable and ("try again in %g s"):format(err.retry_after or 60) or "trying again does not help"
  io.stderr:write(("the settings were not changed: %s\n%s\n"):format(err, advice))
  os.exit(1, true)
end

print(job)
print("taskTimeout", job.config.taskTimeout)
print("jobTimeout", job.config.jobTimeout)
print("isTestJob", job.config.isTestJob)
