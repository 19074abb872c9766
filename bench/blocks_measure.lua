-- blocks_measure.lua MODE ARGUMENT...: one measurement of bench/blocks. Prints notes for blocks_report.lua.
--   bare COUNT PROGRAM   milliseconds for a process, of COUNT that run one after the other, started like
--                        the sandbox's
--   task COUNT           milliseconds for a task that does nothing, in a job of COUNT
--   scale WORKERS COUNT  seconds for COUNT tasks that use a processor
--   calls COUNT          milliseconds for calls, alone and while 8 tasks use all processors
local mode <const>, first <const>, second <const> = ...

local function bare(count, program)
  local uv <const> = require "luv"
  local start <const> = uv.hrtime()
  for _ = 1, count do
    local has_ended = false
    local handle
    handle = uv.spawn("sh", { args = { program }, env = { "PATH=" .. os.getenv "PATH" } }, function()
      has_ended = true
      handle:close()
    end)
    while not has_ended do
      uv.run "once"
    end
  end
  print("bare", (uv.hrtime() - start) / 1e6 / count)
  uv.run()
end

if mode == "bare" then
  bare(tonumber(first), second)
  return
end

local bytenite <const> = require "bytenite"
local core <const> = require "bytenite.core"

local client <close> = bytenite.new()

local function submit(template, count)
  return assert(client:submit {
    templateId = template,
    name = "Benchmark",
    dataSource = bytenite.datasource.bypass(),
    dataDestination = bytenite.datasource.bucket(),
    params = { partitioner = { count = count }, app = {}, assembler = {} },
  })
end

-- Returns the seconds that the tasks of a job took.
local function seconds_of_tasks(job)
  assert(job:wait { interval = 0.05, max_interval = 0.05, timeout = 600 })
  local times <const> = job.stateTimestamps
  return bytenite.time(times.JOB_STATE_TASKS_COMPLETED) - bytenite.time(times.JOB_STATE_PARTITIONED)
end

local function call_times(id, count, row)
  for _ = 1, count do
    local start <const> = core.now()
    assert(client:get_job(id))
    print(row, (core.now() - start) * 1000)
  end
end

if mode == "task" then
  local count <const> = tonumber(first)
  print("task", seconds_of_tasks(submit("noop", count)) * 1000 / count)
elseif mode == "scale" then
  print("scale", first, seconds_of_tasks(submit("burn", tonumber(second))))
elseif mode == "calls" then
  local draft <const> = assert(client:create_job { templateId = "noop", name = "Benchmark" })
  call_times(draft.id, tonumber(first), "idle")
  local job <const> = submit("burn", 1000)
  repeat
    local running <const> = assert(client:running_tasks { job })
  until running[job.id] == 8
  call_times(draft.id, tonumber(first), "busy")
  assert(job:abort())
end
