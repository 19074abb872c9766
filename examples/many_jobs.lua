-- Gives many jobs new names, some of them at once. One that fails hides and stops none of the others.
--
--   lua5.4 examples/many_jobs.lua [JOB-ID...]         without ids: twenty new jobs
local bytenite = require "bytenite"

local client <close> = bytenite.new()

-- Without ids: makes jobs.
local function make_jobs(count)
  local numbers, ids = {}, {}
  for number = 1, count do
    numbers[number] = number
  end
  local made = client:map(numbers, function(number)
    return client:create_job { templateId = "img-gen", name = "Job number " .. number }
  end)
  for index, result in ipairs(made) do
    ids[index] = assert(result.value, result.error).id
  end
  return ids
end

local ids = #arg > 0 and arg or make_jobs(20)
local done = 0

local results = client:map(ids, function(id, index)
  return client:job(id):set_name(("Batch, part %d of %d"):format(index, #ids))
end, {
  concurrency = 8,
  on_done = function(index, ok)
    done = done + 1
    print(("%d of %d: %s %s"):format(done, #ids, ids[index], ok and "renamed" or "failed"))
  end,
})

-- The results are in the order of the ids, whichever was done first.
for index, result in ipairs(results) do
  if not result.ok then io.stderr:write(("%s was not renamed: %s\n"):format(ids[index], result.error)) end
end

print(("%d renamed, %d failed"):format(results.succeeded, results.failed))
if results.failed > 0 then os.exit(1, true) end
