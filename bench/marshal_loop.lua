-- marshal_loop.lua LIBRARY ACTION WHAT COUNT: has a library read or write JSON COUNT times, and prints the bytes of a text and
-- the microseconds of processor time that a text took.
--
--   LIBRARY   bytenite or cjson
--   ACTION    read, or write: what was read by the same library
--   WHAT      job, list, or a number of megabytes: see lib/texts.lua
--
-- Lua's collector runs as it does in any program, but not within the megabytes: it would go through the growing value again and
-- again, whoever makes it, and hide how the library's own cost grows. It collects between them, while the clock stands still.
local texts <const> = require "texts"

local library <const>, action <const>, what <const>, count <const> = ...
local COUNT <const> = math.tointeger(count)

-- Both are loaded, so that the collector has as much to go through with one as with the other.
local libraries <const> = { bytenite = require "bytenite", cjson = require "cjson" }
local json <const> = libraries[library]

local list <const> = texts.get(what)

local items, act = list, json.decode
if action == "write" then
  items, act = {}, json.encode
  for index, text in ipairs(list) do
    items[index] = json.decode(text)
  end
end

-- Seconds, for each item in turn, so often.
local function time_of(times)
  local began <const> = os.clock()
  for turn = 1, times do
    assert(act(items[turn % #items + 1]))
  end
  return os.clock() - began
end

local function time_without_collector(times)
  local seconds = 0
  for _ = 1, times do
    collectgarbage()
    collectgarbage "stop"
    seconds = seconds + time_of(1)
    collectgarbage "restart"
  end
  return seconds
end

local measure <const> = math.tointeger(what) and time_without_collector or time_of
measure(#items) -- what memory it takes is there then
print(#list[1], ("%.3f"):format(measure(COUNT) / COUNT * 1e6))
