-- The C core with the pollers that this system would not choose. Other specs run with each of them
-- in a process of their own: concurrent calls and event loops must work with any poller.
local compile <const> = require "spec.support.compile"
local event_loops <const> = require "spec.support.event_loops"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

-- Filters for test names. These tests wait for sockets and timers.
local IN_LOOPS <const> = {
  "waits for a retry without",
  "sends a call at once that is made while",
  "ends a call at its time limit",
  "ends when the host cancels the last",
}
local BY_DESCRIPTOR <const> = { "the descriptor", table.unpack(IN_LOOPS) }

describe("the C core", function()
  local folder, without_poller, poller

  setup(function()
    folder = compile.folder()
    without_poller = folder:core("no_poller", "-DBYTENITE_NO_POLLER")
    poller = folder:module "poller"()
  end)

  teardown(function()
    folder:__close()
  end)

  local function assert_passes(core, filters, ...)
    local words <const> = { "scripts/lib/run_busted.lua", "--ignore-lua", "-e", core }
    for _, filter in ipairs(filters) do
      words[#words + 1] = "--filter=" .. filter
    end
    for _, file in ipairs { ... } do
      words[#words + 1] = file
    end
    local ran <const> = program.lua(words)
    local passed <const> = tonumber(ran.output:match "\n(%d+) passed, 0 failed\n$")
    assert.is_truthy(passed and passed >= #filters, ran.output .. ran.errors)
    assert.equal(0, ran.status)
  end

  it("lets libcurl wait if there is no poller, and event loops poll the client #timing", function()
    assert_passes(without_poller, IN_LOOPS, "spec/loop/adapters_spec.lua")
    local service <const> = sandbox.plain()
    event_loops.put_jobs(service, 1)
    service:fault { operation = "get_job", delay = 0.05, act = "before" }
    local ran <const> = program.lua({
      "-e",
      without_poller .. [[
        local client <close> = require("bytenite").new()
        local pollable = client:pollable()
        print(pollable:pollfd(), pollable:timeout())
        local future = client:async(function() return client:get_job "j1" end)
        local longest, turns = 0, 0
        while client:step() do
          longest, turns = math.max(longest, pollable:timeout()), turns + 1
          require("cqueues").sleep(pollable:timeout())
        end
        print(longest > 0 and longest <= 0.05, turns > 2, future:get().id, pollable:timeout())]],
    }, program.environment(service))
    assert.same({ status = 0, errors = "", output = "nil\tnil\ntrue\ttrue\tj1\tnil\n" }, ran)
  end)

  it("blocks without a poller, also if only a large body is pending, or nothing", function()
    local service <const> = sandbox.tls()
    event_loops.put_jobs(service, 1)
    service:fault { operation = "set_params", hang = true }
    local ran <const> = program.lua({
      "-e",
      without_poller
        .. [[
        local bytenite = require "bytenite"
        local first <close> = bytenite.new()
        first:get_job "j1"
        local client <close> = bytenite.new { access_token = first.credentials.current(), timeout = 0.5, max_retries = 0 }
        local began = os.clock()
        local _, problem = client:job("j1"):set_params { app = { text = ("y"):rep(61000) } }
        client:step(0.5)
        print(problem.kind, os.clock() - began < 0.3)]],
    }, program.environment(service))
    assert.same({ status = 0, errors = "", output = "timeout\ttrue\n" }, ran)
  end)

  it("waits by kqueue where it exists #timing", function()
    local stand_in <const> = "spec/support/c/kqueue"
    local core <const> = folder:core("kqueue", ("-DBYTENITE_KQUEUE -I%s %s/kqueue.c"):format(stand_in, stand_in))
    assert_passes(core, BY_DESCRIPTOR, "spec/async/pollable_spec.lua", "spec/loop/adapters_spec.lua")
  end)

  it("watches a descriptor whose number is reused, whatever happened to the one before", function()
    for _, case in ipairs {
      { keep = false, unwatch = false, forget = false }, -- closed without notice, as by libcurl if it never connects
      { keep = false, unwatch = true, forget = false },
      { keep = false, unwatch = false, forget = true },
      { keep = true, unwatch = false, forget = true },
      { keep = true, unwatch = true, forget = true },
    } do
      assert.same({ true, true }, { poller.again(case.keep, case.unwatch, case.forget) })
    end
  end)

  it("reports no events of an idle descriptor, and all once it is watched again", function()
    assert.same({ true, true }, { poller.at_rest(false) })
    assert.same({ true, true }, { poller.at_rest(true) })
  end)
end)
