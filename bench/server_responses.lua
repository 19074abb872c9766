-- server_responses.lua FOLDER: writes nginx's responses as two tables for its `map`:
-- FOLDER/turns.map and FOLDER/responses.map.
local responses <const> = require "responses"

local folder <const> = ...
local job_id <const> = os.getenv "BENCH_JOB_ID"

local function write(name, lines)
  local file <close> = assert(io.open(folder .. "/" .. name, "w"))
  assert(file:write(table.concat(lines, "\n"), "\n"))
end

-- nginx cannot divide, but look up. 16 divides 10,000, so the last four digits of a request's
-- number on its connection select the response. Numbers below 1,000 have no leading zeros.
local turns <const> = {}
for number = 0, 9999 do
  local turn <const> = number % responses.COUNT
  table.insert(turns, ("%04d %d;"):format(number, turn))
  if number < 1000 then table.insert(turns, ("%d %d;"):format(number, turn)) end
end

local bodies <const> = {}
for turn = 0, responses.COUNT - 1 do
  table.insert(bodies, ("%d '%s';"):format(turn, responses.body(turn, job_id)))
end

write("turns.map", turns)
write("responses.map", bodies)
