-- texts.lua: the JSON texts that bench/marshal has read and written.
local answers <const> = require "answers"

local texts <const> = {}

local MEGABYTE <const> = 1000000
local JOBS_IN_LIST <const> = 100

local function id_of(number)
  return ("a94d2c17-5b60-4e8f-b3d1-%012x"):format(number)
end

-- The 16 answers.
local function jobs()
  local list <const> = {}
  for turn = 1, answers.COUNT do
    list[turn] = answers.body(turn - 1, id_of(turn))
  end
  return list
end

-- A page of jobs, about 200 KB.
local function page()
  local list <const> = {}
  for number = 1, JOBS_IN_LIST do
    list[number] = (answers.job(number, id_of(number)))
  end
  local form <const> = '{"data":[%s],"pagination":{"offset":"0","limit":"%d","total":"%d"}}'
  return form:format(table.concat(list, ","), JOBS_IN_LIST, JOBS_IN_LIST)
end

local function frame(number)
  local form <const> =
    '{"prompt":"frame %d of a slow pan over the bay","seed":%d,"strength":%.3f,"mask":null,"tags":["pan","take-%d"]}'
  return form:format(number, number * 7919, number % 1000 / 1000, number % 97)
end

-- The params of a job, so many bytes of them: the settings of many frames.
local function params(bytes)
  local frames <const>, length = {}, 0
  while length < bytes do
    frames[#frames + 1] = frame(#frames + 1)
    length = length + #frames[#frames] + 1
  end
  return ('{"partitioner":{"num_replicas":5},"assembler":{},"app":{"frames":[%s]}}'):format(table.concat(frames, ","))
end

--- Texts by a name: "job" (16 of them), "list", or the number of megabytes of params.
function texts.get(name)
  if name == "job" then return jobs() end
  if name == "list" then return { page() } end
  return { params(math.tointeger(name) * MEGABYTE) }
end

return texts
