-- Gives all jobs that match a filter new names.
--
--   lua5.4 examples/rename_jobs.lua PATTERN PREFIX      e.g.: 'Nightly%' '2026-11 '
--
-- The ids are collected before the first job is renamed: a list that is read in pages shifts when what it is ordered by changes,
-- and jobs would be missed or met twice.
local bytenite = require "bytenite"

local pattern, prefix = arg[1], arg[2]
if not prefix then
  io.stderr:write "usage: lua5.4 examples/rename_jobs.lua PATTERN PREFIX\n"
  os.exit(2, true)
end

local client <close> = bytenite.new()

local jobs = {}
local filters = {
  { field = "name", condition = "LIKE", value = pattern },
  { field = "state", condition = "EQ", value = "JOB_STATE_NEW" }, -- others cannot be changed
}
for job in client:each_job { filters = filters, orderBy = "createdAt" } do
  jobs[#jobs + 1] = { id = job.id, name = job.name } -- a whole job takes some kilobytes
end

local results = client:map(jobs, function(found)
  return client:job(found.id):set_name(prefix .. found.name) -- a handle, without a request
end)

for index, result in ipairs(results) do
  if not result.ok then io.stderr:write(("%s was not renamed: %s\n"):format(jobs[index].id, result.error)) end
end
print(("%d of %d renamed"):format(results.succeeded, #jobs))
if results.failed > 0 then os.exit(1, true) end
