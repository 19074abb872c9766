-- texts.lua: the JSON texts of bench/marshal.
local responses <const> = require "responses"

local texts <const> = {}

local MEGABYTE <const> = 1000000
local JOBS_IN_LIST <const> = 100
local NUMBERS <const> = 1000
local TEXT_BYTES <const> = 1000 -- on each nested level

local function id_of(number)
  return ("a94d2c17-5b60-4e8f-b3d1-%012x"):format(number)
end

-- The 16 responses.
local function jobs()
  local list <const> = {}
  for turn = 1, responses.COUNT do
    list[turn] = responses.body(turn - 1, id_of(turn))
  end
  return list
end

-- Returns a page of jobs, about 200 KB.
local function page()
  local list <const> = {}
  for number = 1, JOBS_IN_LIST do
    list[number] = (responses.job(number, id_of(number)))
  end
  local form <const> = '{"data":[%s],"pagination":{"offset":"0","limit":"%d","total":"%d"}}'
  return form:format(table.concat(list, ","), JOBS_IN_LIST, JOBS_IN_LIST)
end

local function frame(number)
  local form <const> =
    '{"prompt":"frame %d of a slow pan over the bay","seed":%d,"strength":%.3f,"mask":null,"tags":["pan","take-%d"]}'
  return form:format(number, number * 7919, number % 1000 / 1000, number % 97)
end

-- Returns the params of a job with about this number of bytes: the settings of many frames.
local function params(bytes)
  local frames <const>, length = {}, 0
  while length < bytes do
    frames[#frames + 1] = frame(#frames + 1)
    length = length + #frames[#frames] + 1
  end
  return ('{"partitioner":{"num_replicas":5},"assembler":{},"app":{"frames":[%s]}}'):format(table.concat(frames, ","))
end

-- Returns numbers with fractions, half of them with all digits of a double.
local function fractions()
  local list <const> = {}
  local value = 0.1
  for number = 1, NUMBERS, 2 do
    value = value * 1.0009 + 1 / number
    list[number] = ("%.17g"):format(value)
    list[number + 1] = ("%.3f"):format(number / 8)
  end
  return "[" .. table.concat(list, ",") .. "]"
end

-- Returns lists in objects in lists, under names with escapes. Each list has a string, and more
-- items than the reader collects at once.
local function levels(count)
  local opening <const> = [=[{"\u0061":[]=] .. ("0,"):rep(33) .. '"' .. ("x"):rep(TEXT_BYTES) .. '",'
  return opening:rep(count // 2) .. "0" .. ("]}"):rep(count // 2)
end

--- Returns texts by name: "job" (16 texts), "list", "fractions", "levels_" and their number, or the
--- number of megabytes of params.
function texts.get(name)
  if name == "job" then return jobs() end
  if name == "list" then return { page() } end
  if name == "fractions" then return { fractions() } end
  if name:find "^levels_" then return { levels(math.tointeger(name:match "%d+")) } end
  return { params(math.tointeger(name) * MEGABYTE) }
end

return texts
