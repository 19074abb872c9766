-- Gives a job a name.
--
--   lua5.4 examples/set_name.lua [JOB-ID [NAME]]      without an id: a new job
local bytenite = require "bytenite"

local client <close> = bytenite.new()
local job = arg[1] and client:job(arg[1]) or assert(client:create_job { templateId = "img-gen" })

local updated, err = job:set_name(arg[2] or "Größere Bilder")
if updated then
  print(job)
elseif err.kind == "bad_request" then
  io.stderr:write("the service does not take this name: ", err.message, "\n")
  os.exit(1, true)
elseif err.kind == "not_found" then
  io.stderr:write("there is no job ", job.id, "\n")
  os.exit(1, true)
else
  error(err)
end
