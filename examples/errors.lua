-- What goes wrong in a running system comes back as a value, what is wrong in a program is raised. Provokes some of both
-- and tells what a program can do about each.
--
--   lua5.4 examples/errors.lua
local bytenite = require "bytenite"

-- By the kind of an error: what to do. The reference has the whole list.
local advice = {
  bad_request = "correct what was sent: the message says what the service did not like",
  unauthenticated = "check the API key, or get a new token",
  not_found = "check the id of the job",
  rate_limited = "send less; the module has already waited and tried again",
  timeout = "try later, or allow more time",
  connection = "check base_url and the network",
  tls = "set ca_file to the authority that signed the server's certificate",
  no_credentials = "set BYTENITE_API_KEY",
  closed = "make a client that lives longer",
}

local function report(what, err)
  print(what)
  print("  " .. tostring(err))
  print("  advice: " .. (advice[err.kind] or "show this to somebody"))
  if err.retryable then print "  the same call may succeed later" end
  if err.maybe_done then print "  the service may have acted all the same: look before you repeat it" end
  if err.request_id then print("  ByteNite knows this request as " .. err.request_id) end
end

-- Reports the error of a call that is bound to fail.
local function provoke(what, value, err)
  assert(not value, "this was bound to fail")
  report(what, err)
end

local client <close> = bytenite.new()
local job = assert(client:create_job { templateId = "img-gen", name = "Nightly batch" })

provoke("a name too short", job:set_name "abc")
assert(job.name == "Nightly batch") -- a call that fails leaves the job as it was

provoke("a job that is not there", client:get_job "no-such-job")

local impostor <close> = bytenite.new { access_token = "made-up" }
provoke("a token nobody issued", impostor:job(job.id):refresh())

local lost <close> = bytenite.new { base_url = "http://127.0.0.1:1/v1", access_token = "any", max_retries = 0 }
provoke("nobody there", lost:get_job(job.id))

client:close()
provoke("a closed client", job:refresh())

-- Mistakes are raised before anything is sent, and say what was probably meant.
print "mistakes in a program"
print("  " .. select(2, pcall(job.set_configs, job, { tasktimeout = 60 })))
print("  " .. select(2, pcall(job.set_params, job, { app = { strength = 0 / 0 } })))
print("  " .. select(2, pcall(bytenite.new, { apikey = "..." })))
