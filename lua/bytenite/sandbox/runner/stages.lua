--- Runs the three stages of a job: the partitioner makes chunks, the app runs once for each chunk,
--- the assembler makes the results. "passthrough" is built in: as partitioner it makes a chunk from
--- each input file, as assembler it passes on the files of all tasks.
local collected_files <const> = require "bytenite.sandbox.runner.collected_files"
local files <const> = require "bytenite.sandbox.runner.files"
local job_logs <const> = require "bytenite.sandbox.model.job_logs"
local output_lines <const> = require "bytenite.sandbox.runner.output_lines"
local programs <const> = require "bytenite.sandbox.runner.programs"
local uv <const> = require "luv"

local stages = {}

local READ_ONLY <const> = 256 + 32 + 4 -- 0444

-- Makes folders below the job's folder. Returns their paths.
local function make_folders(run, ...)
  local paths <const> = {}
  for index, name in ipairs { ... } do
    paths[index] = files.join(run.folder, name)
    local made <const>, problem <const> = files.make(paths[index])
    if not made then error({ failure = problem }, 0) end
  end
  return table.unpack(paths)
end

-- Waits for a slot and runs the program in it.
local function execute_in_slot(run, block, what)
  if not run:take_slot() then return nil, run.stopped end
  local succeeded <const>, problem <const> = programs.execute(run, block, what)
  run.runner.slots:release()
  return succeeded, problem
end

-- Runs the partitioner or the assembler.
local function execute_part(run, name, folder, variables)
  local block <const> = run.template[name]
  local put <const> = programs.writer(run, run.logs[name], name)
  local succeeded <const>, problem <const> =
    execute_in_slot(run, block, { folder = folder, variables = variables, lines = output_lines.new(put) })
  if succeeded then return true end
  local message <const> = ('%s "%s": %s'):format(name, block.name, problem)
  put(message, "ERROR")
  return nil, message
end

--- Makes the chunks of the input, in `run.chunks`.
---@param run bytenite.sandbox.JobRun
---@param source string folder with the input
---@return boolean|nil done
---@return string|nil problem
---@usage local done, problem = stages.partition(run, source)
function stages.partition(run, source)
  if run.template.partitioner == nil then
    local list <const>, problem <const> = collected_files.list(source, run.folder)
    run.chunks = list
    return list and true, problem
  end
  local chunks <const> = make_folders(run, "partitioner/chunks")
  local done <const>, failure <const> = execute_part(
    run,
    "partitioner",
    files.join(run.folder, "partitioner"),
    { SOURCE_DIR = source, CHUNKS_DIR = chunks, PARTITIONER_PARAMS = run.params.partitioner }
  )
  if not done then return nil, failure end
  local list <const>, problem <const> = collected_files.chunks(chunks, run.folder)
  if list == nil then return nil, ('partitioner "%s": %s'):format(run.template.partitioner.name, problem) end
  if problem ~= "" then
    local put <const> = programs.writer(run, run.logs.partitioner, "partitioner")
    put(("%s is not a chunk: chunks are named data_0.bin, data_1.bin, ..."):format(problem), "WARN")
  end
  run.chunks = list
  return true
end

-- Makes new folders for an attempt of a task. Returns the folder and the environment. Links the
-- chunk, so that an attempt that removes it does not affect the next one.
local function prepare_task(run, number)
  local folder <const> = ("tasks/%d"):format(number)
  files.remove(files.join(run.folder, folder))
  local task <const>, results <const> = make_folders(run, folder .. "/task", folder .. "/results")
  local linked <const>, problem <const> = uv.fs_link(run.chunks[number + 1].path, files.join(task, "data.bin"))
  if not linked then error({ failure = problem }, 0) end
  return files.join(run.folder, folder),
    {
      TASK_DIR = task,
      TASK_RESULTS_DIR = results,
      CHUNK_NUMBER = tostring(number),
      APP_PARAMS = run.params.app,
    }
end

local function run_task(run, number)
  local id <const> = job_logs.task_id(run.id, number + 1)
  local list <const> = {}
  run.logs.taskrunner[id] = { logs = list }
  local put <const> = programs.writer(run, list, id)
  local lines <const> = output_lines.new(put)
  local block <const> = run.template.app
  local attempts <const> = 1 + run.retries
  for attempt = 1, attempts do
    local folder <const>, variables <const> = prepare_task(run, number)
    run.running = run.running + 1
    local succeeded <const>, problem <const> =
      programs.execute(run, block, { folder = folder, variables = variables, lines = lines, limit = run.task_timeout })
    run.running = run.running - 1
    if succeeded then
      local left <const>, bad <const> = collected_files.list(variables.TASK_RESULTS_DIR, run.folder)
      if left == nil then return nil, ('task %d of "%s": %s'):format(number, block.name, bad) end
      run.results[number + 1] = left
      return true
    end
    if run.stopped then return nil, run.stopped end
    local message <const> = ('task %d of "%s": %s'):format(number, block.name, problem)
    if attempt == attempts then
      put(message, "ERROR")
      return nil, attempts > 1 and ("%s (after %d attempts)"):format(message, attempts) or message
    end
    put(("%s; attempt %d of %d follows"):format(message, attempt + 1, attempts), "WARN")
  end
end

-- Runs the app for one chunk after the other, until none is left or one fails.
local function work(run)
  while run.next_chunk < #run.chunks and not run.stopped do
    local number <const> = run.next_chunk
    run.next_chunk = number + 1
    if not run:take_slot() then return end
    local ran <const>, succeeded <const>, problem <const> = pcall(run_task, run, number)
    run.runner.slots:release()
    if not ran or not succeeded then
      run:stop(ran and problem or type(succeeded) == "table" and succeeded.failure or tostring(succeeded))
      return
    end
  end
end

--- Runs the app once for each chunk, with one program per worker at the same time.
---@param run bytenite.sandbox.JobRun
---@return boolean|nil done
---@return string|nil problem
---@usage local done, problem = stages.run_tasks(run)
function stages.run_tasks(run)
  for _, chunk in ipairs(run.chunks) do
    uv.fs_chmod(chunk.path, READ_ONLY)
  end
  local workers = math.min(run.runner.workers, #run.chunks)
  for _ = 1, workers do
    run.runner.controller:wrap(function()
      work(run)
      workers = workers - 1
      run.changed:signal()
    end)
  end
  while workers > 0 do
    run.changed:wait()
  end
  if run.stopped then return nil, run.stopped end
  return true
end

-- Moves the files of all tasks into a folder, under distinct names.
local function gather(run, folder)
  for _, each in ipairs(collected_files.distinct(run.results)) do
    local moved <const>, problem <const> = collected_files.move(each.left, files.join(folder, each.name))
    if not moved then return nil, ("the results of the tasks: %s"):format(problem) end
  end
  return true
end

--- Makes the results from the files of all tasks.
---@param run bytenite.sandbox.JobRun
---@return bytenite.sandbox.LeftFile[]|nil files
---@return string|nil problem
---@usage local results, problem = stages.assemble(run)
function stages.assemble(run)
  local output <const> = make_folders(run, "assembler/output")
  if run.template.assembler == nil then
    local gathered <const>, problem <const> = gather(run, output)
    if not gathered then return nil, problem end
    return collected_files.list(output, run.folder)
  end
  local results <const> = make_folders(run, "assembler/results")
  local gathered <const>, problem <const> = gather(run, results)
  if not gathered then return nil, problem end
  local done <const>, failure <const> = execute_part(
    run,
    "assembler",
    files.join(run.folder, "assembler"),
    { TASK_RESULTS_DIR = results, OUTPUT_DIR = output, ASSEMBLER_PARAMS = run.params.assembler }
  )
  if not done then return nil, failure end
  local list <const>, bad <const> = collected_files.list(output, run.folder)
  if list == nil then return nil, ('assembler "%s": %s'):format(run.template.assembler.name, bad) end
  return list
end

return stages
