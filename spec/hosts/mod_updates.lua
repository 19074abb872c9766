-- A module for prosody: makes the updates once blocking, and once in a coroutine that prosody's
-- event loop drives.
local server = require "net.server"
local timer = require "util.timer"

local function stop()
  timer.add_task(0, function()
    prosody.shutdown("done")
  end)
end

print(dofile "@FOLDER@/updates.lua")
if _VERSION ~= "Lua 5.4" then return stop() end

local client, make = assert(loadfile "@FOLDER@/updates.lua")(true)
local future = client:async(make)
local pollable = client:pollable()
server.watchfd(pollable:pollfd(), function()
  client:step()
  if future and future:done() then
    local done = future
    future = nil
    print("event loop: " .. tostring(done:get()))
    stop()
  end
end)
