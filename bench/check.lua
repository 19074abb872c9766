-- check.lua: verifies that the rows of the benchmark do the same work before they are measured.
--
--   check.lua requests COUNT LOG ROW...
--     LOG, written by nginx, has COUNT requests of each row, one row after the other: all are equal,
--     and those of a row were sent over one kept connection
--   check.lua responses COUNT FOLDER ROW...
--     FOLDER/ROW.jsonl has the COUNT responses that the row received: 16 different ones in turn, the
--     same for all rows
local cjson <const> = require "cjson"

local RESPONSES <const> = 16
local BODY_LENGTH <const> = 225
local IN_SPACED_JSON <const> = { requests = true, aiohttp = true } -- Python's json writes blanks between members
-- Node returns a response before its connection is free, so it alternates between two kept ones,
-- each with the server's 16 responses.
local CONNECTIONS <const> = { fetch = 2 } -- by row; the others have one
local MAX_ANSWER <const>, MIN_ANSWER <const> = 2100, 1950

local function fail(...)
  io.stderr:write("bench: the rows do not do the same work: ", string.format(...), "\n")
  os.exit(false)
end

-- Returns a value as text that does not depend on the order of members, without nulls.
local function canonical(value)
  if type(value) == "number" then return ("number %.14g"):format(value) end
  if type(value) ~= "table" then return ("%s %s"):format(type(value), value) end
  local parts <const> = {}
  for name, member in pairs(value) do
    if member ~= cjson.null then table.insert(parts, ("%s = %s"):format(name, canonical(member))) end
  end
  table.sort(parts)
  return "{" .. table.concat(parts, ", ") .. "}"
end

-- Returns the job that a row received. The service sends this integer as a string; bytenite
-- converts it.
local function job_of(response)
  local job <const> = response.job or response
  job.numUnitsEstimation = tonumber(job.numUnitsEstimation)
  return canonical(job)
end

local function read_lines(name)
  local lines <const> = {}
  for line in io.lines(name) do
    table.insert(lines, line)
  end
  return lines
end

local function count_connections(lines)
  local seen <const>, count = {}, 0
  for _, line in ipairs(lines) do
    local connection <const> = cjson.decode(line).connection
    if not seen[connection] then count = count + 1 end
    seen[connection] = true
  end
  return count
end

local checks <const> = {}

function checks.requests(count, log, rows)
  local lines <const> = read_lines(log)
  if #lines ~= count * #rows then fail("%d requests were logged, not %d", #lines, count * #rows) end
  local wanted
  for number, line in ipairs(lines) do
    local row <const> = rows[(number - 1) // count + 1]
    local request <const> = cjson.decode(line)
    local body <const> = request.body:gsub("\\/", "/") -- lua-cjson 2.1.0 always escapes slashes
    if #body ~= BODY_LENGTH and not IN_SPACED_JSON[row] then
      fail("%s sends %d bytes, not %d", row, #body, BODY_LENGTH)
    end
    request.body = cjson.decode(request.body)
    request.connection = nil
    wanted = wanted or canonical(request)
    if canonical(request) ~= wanted then fail("%s sends\n%s\nnot\n%s", row, canonical(request), wanted) end
  end
  for index, row in ipairs(rows) do
    local connections <const> = count_connections(table.move(lines, (index - 1) * count + 1, index * count, 1, {}))
    if connections ~= (CONNECTIONS[row] or 1) then fail("%s opens %d connections", row, connections) end
  end
end

-- Returns the responses on the first of a row's connections.
local function over_one_connection(row, jobs)
  local own <const> = {}
  for turn = 1, #jobs, CONNECTIONS[row] or 1 do
    table.insert(own, jobs[turn])
  end
  return own
end

local function check_turns(row, jobs)
  local seen <const>, different = {}, 0
  for turn, job in ipairs(jobs) do
    if turn > RESPONSES and job ~= jobs[turn - RESPONSES] then fail("%s: response %d is out of turn", row, turn) end
    if not seen[job] then different = different + 1 end
    seen[job] = true
  end
  if different ~= RESPONSES then fail("%s receives %d different responses, not %d", row, different, RESPONSES) end
end

function checks.responses(count, folder, rows)
  local wanted
  for _, row in ipairs(rows) do
    local jobs <const> = {}
    for _, line in ipairs(read_lines(("%s/%s.jsonl"):format(folder, row))) do
      local response <const> = cjson.decode(line)
      if row == "curl" and (#line < MIN_ANSWER or #line > MAX_ANSWER) then fail("a response has %d bytes", #line) end
      table.insert(jobs, job_of(response))
    end
    if #jobs ~= count then fail("%s receives %d responses, not %d", row, #jobs, count) end
    local own <const> = over_one_connection(row, jobs)
    check_turns(row, own)
    wanted = wanted or own
    for turn, job in ipairs(own) do
      if job ~= wanted[turn] then fail("%s receives\n%s\nnot\n%s", row, job, wanted[turn]) end
    end
  end
end

local what <const>, count <const>, where <const> = ...
checks[what](math.tointeger(count), where, { select(4, ...) })
