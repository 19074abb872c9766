-- marshal_loop.lua LIBRARY ACTION WHAT COUNT: lets a library read or write JSON COUNT times. Prints
-- the bytes of a text, and the microseconds of processor time per text.
--
--   LIBRARY   bytenite or cjson
--   ACTION    read, or write (values that were read by the same library)
--   WHAT      job, list, or a number of megabytes: see lib/texts.lua
--
-- Lua's collector runs as in any program, except for megabytes: it would traverse the growing value
-- again and again, with either library, and hide how the library's own cost grows. For these it
-- runs between texts, while the clock is stopped.
local texts <const> = require "texts"

local library <const>, action <const>, what <const>, count <const> = ...
local COUNT <const> = math.tointeger(count)

-- Both are loaded, so that the collector has the same memory to traverse.
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

-- Returns the seconds for `count` items in turn.
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
measure(#items) -- allocates the memory first
print(#list[1], ("%.3f"):format(measure(COUNT) / COUNT * 1e6))
