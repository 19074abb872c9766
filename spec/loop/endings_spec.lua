-- Programs whose client is attached to an event loop end properly, wherever they stop using it.
local event_loops <const> = require "spec.support.event_loops"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

-- Each prologue defines attach() and run().
local prologues <const> = {
  cqueues = [[
    local controller = require("cqueues").new()
    local function attach() require("bytenite.loop.cqueues").attach(client, controller) end
    local function run() assert(controller:loop()) end]],
  luv = [[
    local uv = require "luv"
    local function attach() require("bytenite.loop.luv").attach(client) end
    local function run() uv.run() end]],
}

local endings <const> = {
  ["does not run the loop"] = "start()",
  ["runs the loop"] = "start() run()",
  ["runs the loop and closes the client"] = "start() run() client:close()",
  ["closes the client in the middle of its work"] = "start() client:step(0.01) client:close()",
  ["closes the client before it does anything"] = "start() client:close()",
  ["closes the client and runs the loop"] = "start() client:step(0.01) client:close() run()",
  ["attaches the client again in the middle of its work"] = "start() client:step(0.01) attach()",
  ["exits in the middle of the work and closes the Lua state"] = "start() client:step(0.01) os.exit(0, true)",
  ["exits from inside the loop and closes the Lua state"] = "start(function() os.exit(0, true) end) run()",
  ["drops the client"] = "start() client = nil collectgarbage() collectgarbage()",
}

for name, prologue in pairs(prologues) do
  describe("with " .. name .. " a program ends well that", function()
    for what, ending in pairs(endings) do
      it(what, function()
        local service <const> = sandbox.plain()
        event_loops.put_jobs(service, 1)
        local ran <const> = program.lua({
          "-e",
          ([[
            client = require("bytenite").new()
            local function start(and_then)
              client:async(function() client:get_job "j1" if and_then then and_then() end end)
            end
            %s
            attach() %s]]):format(prologue, ending),
        }, program.environment(service))
        assert.same({ status = 0, output = "", errors = "" }, ran)
      end)
    end
  end)
end
