-- Gives every job of a list a new time limit, with a progress bar, and a log to resume from: run it again with the same
-- log after Ctrl-C, a failure or a reboot, and it continues with the jobs that are left.
--
--   lua5.4 examples/ten_thousand.lua IDS LOG         IDS: a file with a job's id in each line
local bytenite = require "bytenite"

local BAR = 30 -- columns

local ids_name, log_name = arg[1], arg[2]
if not log_name then
  io.stderr:write "usage: ten_thousand.lua IDS LOG\n"
  os.exit(2, true)
end

local function lines_of(name)
  local lines = {}
  local file <close> = io.open(name)
  for line in file and file:lines() or function() end do
    lines[#lines + 1] = line
  end
  return lines
end

local done = {}
for _, id in ipairs(lines_of(log_name)) do
  done[id] = true
end

local left, done_before = {}, 0
for _, id in ipairs(lines_of(ids_name)) do
  if done[id] then
    done_before = done_before + 1
  else
    left[#left + 1] = id
  end
end

local log <close> = assert(io.open(log_name, "a"))
local finished, failed = 0, 0

local function draw_bar()
  local fraction = #left > 0 and finished / #left or 1
  local bar = ("#"):rep(math.floor(BAR * fraction)):sub(1, BAR)
  io.stderr:write(("\r[%-30s] %d of %d, %d failed"):format(bar, finished, #left, failed))
end

local client <close> = bytenite.new()

local results = client:map(left, function(id)
  assert(client:job(id):set_configs { jobTimeout = 7200 })
  return true -- the results need not keep the whole job
end, {
  on_done = function(index, ok, problem)
    finished = finished + 1
    if ok then
      log:write(left[index], "\n") -- only what is done; a failed job is tried again by the next run
      log:flush()
    else
      failed = failed + 1
      io.stderr:write(("\r%s: %s\n"):format(left[index], problem))
    end
    draw_bar()
  end,
})

io.stderr:write "\n"
print(("%d changed, %d failed, %d left out: done before"):format(results.succeeded, results.failed, done_before))
if results.failed > 0 then os.exit(1, true) end
