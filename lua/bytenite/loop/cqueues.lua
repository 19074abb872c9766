--- loop/cqueues.lua: runs a client's calls in cqueues: a call suspends the coroutine that makes it,
--- and the controller runs others meanwhile. Needs the rock cqueues.
---
---     local cqueues = require "cqueues"
---     local controller = cqueues.new()
---     require("bytenite.loop.cqueues").attach(client, controller)
---     controller:wrap(function() print(client:get_job(id)) end)
---     assert(controller:loop())
local validate <const> = require "bytenite.base.validate"
local condition <const> = require "cqueues.condition"
local cqueues <const> = require "cqueues"

local loop <const> = {}

--- Documented in docs/api/loops.lua.
---@see https://25thandclement.com/~william/projects/cqueues.pdf section 3.1, on pollable objects
function loop.attach(client, controller)
  validate.client("attach: client", client)
  if cqueues.type(controller) ~= "controller" then
    validate.raise "attach: controller: expected what cqueues.new() returns"
  end
  local pollable <const> = client:pollable()
  local adapter <const> = {}
  local is_driving = false

  -- Runs as long as anything is pending.
  local function drive()
    local until_the_end <close> = setmetatable({}, { -- luacheck: ignore until_the_end
      __close = function()
        is_driving = false
      end,
    })
    while client:step() do
      cqueues.poll(pollable)
    end
  end

  function adapter.started()
    if is_driving then return end
    is_driving = true
    controller:wrap(drive)
  end

  function adapter.may_suspend()
    local running <const>, is_direct <const> = cqueues.running()
    return running == controller and is_direct and coroutine.isyieldable()
  end

  function adapter.suspend(waiting)
    local done <const> = condition.new()
    waiting.on_done = function()
      done:signal()
    end
    if not waiting.done then done:wait() end -- a finalizer may have driven the client meanwhile
  end

  function adapter.closing()
    local descriptor <const> = pollable:pollfd()
    if descriptor then cqueues.cancel(descriptor) end
  end

  client.reactor:set_loop(adapter)
  return client
end

return loop
