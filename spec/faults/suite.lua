--- suite.lua: defines the tests of rows (see rows.lua). The rows are distributed among several spec
--- files, which can run at the same time.
---
--- To run a single row, filter by part of its name: scripts/test spec/faults --filter
--- "REFUSED_STREAM before".
local calls <const> = require "spec.faults.calls"
local check <const> = require "spec.faults.check"
local core <const> = require "bytenite.core"
local remote_module <const> = require "spec.faults.remote"
local report <const> = require "spec.faults.report"
local rows <const> = require "spec.faults.rows"

local describe, it, setup, teardown -- of the spec file

local PROTOCOLS <const> = { http = "HTTP/1.1", tls = "HTTP/1.1 with TLS", h2 = "HTTP/2", proxy = "a proxy" }

-- Floods take too much time and memory under a sanitizer, which is slow and keeps freed memory.
local HAS_SANITIZER <const> = os.getenv "SPEC_SANITIZES" ~= nil

-- Defines the tests for the rows of some files.
local function tests_of(files)
  local remote

  setup(function()
    collectgarbage() -- no garbage may close descriptors while a test counts them
    collectgarbage()
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

  -- Returns the tag of a test. valgrind skips tests with tags: limits of time and memory do not
  -- hold there, and two of a row's calls and protocols are enough.
  local function tag_of(row, protocol, call)
    if rows.has_limits(row) then return " #timing" end
    local is_enough <const> = not call or protocol == "http" and call == "update" or protocol == "h2" and call == "run"
    return is_enough and "" or " #slow"
  end

  local function add_test(row, protocol, call)
    local what <const> = call and calls[call].title .. " over" or "over"
    it(("%s (%s %s)%s"):format(row.name, what, PROTOCOLS[protocol], tag_of(row, protocol, call)), function()
      run(row, protocol, call)
    end)
  end

  local function add_tests(row, protocol)
    for call in pairs(row.calls or {}) do
      add_test(row, protocol, call)
    end
    if row.test then add_test(row, protocol) end
  end

  for _, row in ipairs(rows.of(files)) do
    for _, protocol in ipairs(row.over) do
      if not (row.memory and HAS_SANITIZER) then add_tests(row, protocol) end
    end
  end
end

--- Defines the tests for the rows of some files, in a block named `faults:`.
---@param busted table the environment of a spec file: describe, it, setup, teardown
---@param files string[] names of files, without `rows_`
return function(busted, files)
  describe, it, setup, teardown = busted.describe, busted.it, busted.setup, busted.teardown
  describe("faults:", function()
    tests_of(files)
  end)
end
