-- marshal_loop.lua LIBRARY ACTION WHAT COUNT [running]: has a library read or write JSON COUNT times, and prints the bytes of a
-- text and the microseconds of processor time that a text took.
--
--   LIBRARY   bytenite or cjson
--   ACTION    read, or write: what was read by the same library
--   WHAT      job, list, or a number of megabytes: see lib/texts.lua
--
-- Lua's collector stands still meanwhile, and collects after every megabyte, while the clock does: how much it has to do depends
-- on what else a program holds. With `running` it works as it does in any program.
local texts <const> = require "texts"

local library <const>, action <const>, what <const>, count <const>, running <const> = ...
local COUNT <const> = math.tointeger(count)
local MEGABYTE <const> = 1000000

-- Both are loaded, so that the collector has as much to go through with one as with the other.
local libraries <const> = { bytenite = require "bytenite", cjson = require "cjson" }
local json <const> = libraries[library]
local list <const> = texts.get(what)

-- Does something with each item in turn, as often as that, from a turn on.
local function repeat_over(items, act, first, times)
  for turn = first, first + times - 1 do
    assert(act(items[turn % #items + 1]))
  end
end

local items, act = list, json.decode
if action == "write" then
  items, act = {}, json.encode
  for index, text in ipairs(list) do
    items[index] = json.decode(text)
  end
end

local BATCH <const> = math.max(1, MEGABYTE // #list[1])
repeat_over(items, act, 0, math.min(BATCH, COUNT)) -- what memory it takes is there then

local seconds, done = 0, 0
while done < COUNT do
  local times <const> = math.min(BATCH, COUNT - done)
  if not running then
    collectgarbage()
    collectgarbage "stop"
  end
  local began <const> = os.clock()
  repeat_over(items, act, done, times)
  seconds = seconds + os.clock() - began
  done = done + times
  collectgarbage "restart"
end
print(#list[1], ("%.3f"):format(seconds / COUNT * 1e6))
