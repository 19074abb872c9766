-- Runs a job from cron: says nothing when all is well, and ends with a status that tells a supervisor what to do.
--
--   0 2 * * *  lua5.4 /opt/cron_job.lua /srv/reports
--
--   0    the results are in the folder, below the date
--   1    the job failed: its message and its errors are on stderr
--   75   something that may work later (EX_TEMPFAIL in sysexits.h): run it again
--   78   something to be corrected by a person (EX_CONFIG)
local bytenite = require "bytenite"

local OK, JOB_FAILED, TRY_LATER, CORRECT_IT = 0, 1, 75, 78

local date = os.date "!%Y-%m-%d"
local folder = arg[1] and arg[1] .. "/" .. date -- a new one every night
if not folder then
  io.stderr:write "usage: cron_job.lua FOLDER [PROMPT]\n"
  os.exit(CORRECT_IT, true)
end

local client <close> = bytenite.new()

-- Returns the exit status for an error.
local function status_of(err)
  if err.kind == "job_failed" then return JOB_FAILED end
  return err.retryable and TRY_LATER or CORRECT_IT
end

-- Prints an error, and what the job has logged as errors. Returns the exit status.
local function report(err, job)
  io.stderr:write(tostring(err), "\n")
  if job and err.kind == "job_failed" then
    for line, service in job:logs { levels = { "ERROR" } } or function() end do
      io.stderr:write(("%s %s: %s\n"):format(line.timestamp, service, line.log))
    end
  end
  return status_of(err)
end

local function run()
  local job, err = client:submit {
    templateId = "img-gen",
    name = "Nightly " .. date,
    dataSource = bytenite.datasource.bypass(),
    dataDestination = bytenite.datasource.bucket(),
    params = { partitioner = { num_replicas = 2 }, assembler = {}, app = { prompt = arg[2] or "A sunset" } },
  }
  if not job then return report(err) end
  local ended, why_not = job:wait { timeout = 4 * 3600 } -- seconds
  if not ended then return report(why_not, job) end
  local files, problem = job:download(folder)
  if not files then return report(problem) end
  return OK
end

local status = run()
client:close()
os.exit(status, true)
