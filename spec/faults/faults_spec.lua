-- Everything that a server, a network or a proxy can do to a call: see rows.lua. Part of a row's name runs that row alone:
-- scripts/test spec/faults --filter "REFUSED_STREAM before".
local calls <const> = require "spec.faults.calls"
local check <const> = require "spec.faults.check"
local core <const> = require "bytenite.core"
local remote_module <const> = require "spec.faults.remote"
local report <const> = require "spec.faults.report"
local rows <const> = require "spec.faults.rows"

local PROTOCOLS <const> = { http = "HTTP/1.1", tls = "HTTP/1.1 with TLS", h2 = "HTTP/2", proxy = "a proxy" }

describe("faults:", function()
  local remote

  setup(function()
    collectgarbage() -- so that nothing else closes descriptors while they are counted
    collectgarbage()
    report.start()
    remote = remote_module.start()
  end)

  teardown(function()
    remote:close()
  end)

  local function run(row, protocol, call)
    local began <const> = core.now()
    local ok <const>, problem <const> = pcall(check.run, remote, row, protocol, call)
    report.add(row, protocol, call, ok, core.now() - began, not ok and problem or nil)
    if not ok then error(problem, 0) end
  end

  for _, row in ipairs(rows.all) do
    for _, protocol in ipairs(row.over) do
      for call in pairs(row.calls or {}) do
        it(("%s (%s over %s)"):format(row.name, calls[call].title, PROTOCOLS[protocol]), function()
          run(row, protocol, call)
        end)
      end
      if row.test then
        it(("%s (over %s)"):format(row.name, PROTOCOLS[protocol]), function()
          run(row, protocol)
        end)
      end
    end
  end
end)
