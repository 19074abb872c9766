--- loop/luv.lua: runs a client's calls in libuv's loop: calls in `client:async` and `client:map`
--- suspend, and the loop runs other things meanwhile. Needs the rock luv.
---
---     local uv = require "luv"
---     require("bytenite.loop.luv").attach(client)
---     client:async(function() print(client:get_job(id)) end)
---     uv.run()
local validate <const> = require "bytenite.base.validate"
local uv <const> = require "luv"

local loop <const> = {}

local LOOK_EVERY <const> = 10 -- milliseconds, if the system has no descriptor to wait for

-- Stopped handles of clients that were closed with pending calls while the loop was not running.
-- luv crashes at the end of the process if a handle was closed and the loop did not run again; and
-- a handle that the collector closes later might affect a reused descriptor. So we keep them.
local left_open <const> = {}

-- Starts a handle that calls `callback` when there is something to do.
local function watch(pollable, callback)
  local descriptor <const> = pollable:pollfd()
  local handle <const> = descriptor and uv.new_poll(descriptor) or uv.new_timer()
  if descriptor then
    handle:start("r", callback)
  else
    handle:start(LOOK_EVERY, LOOK_EVERY, callback)
  end
  return handle
end

--- Documented in docs/api/loops.lua.
function loop.attach(client)
  validate.client("attach: client", client)
  local pollable <const> = client:pollable()
  local adapter <const> = {}
  local handle = nil -- while anything is pending

  local function stop()
    if not handle then return end
    handle:stop()
    if uv.loop_mode() then
      handle:close()
    else
      left_open[#left_open + 1] = handle
    end
    handle = nil
  end

  local function turn()
    if not client:step() then
      stop()
    elseif not handle then
      adapter.started() -- the client was closed in `step`: its remaining tasks must still see the error
    end
  end

  function adapter.started()
    if not handle then handle = watch(pollable, turn) end
  end

  -- Only our own tasks can be suspended: libuv has no coroutines.
  function adapter.may_suspend()
    return false
  end

  adapter.closing = stop

  client.reactor:set_loop(adapter)
  return client
end

return loop
