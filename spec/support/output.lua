-- Prints busted's own output, and then the line `N passed, N failed` from the real counts. A run in
-- which no test ran fails: busted itself would call it a success.
local busted = require "busted"

-- scripts/lib/specs.sh names this file, and reads from it how far the run got if the interpreter
-- dies.
local counts_file = os.getenv "SPEC_COUNTS"

-- It also names a file for the times of spec files, and says whether a file may have no tests to
-- run.
local times_file <const> = os.getenv "SPEC_TIMES"
local may_be_empty <const> = os.getenv "SPEC_MAY_BE_EMPTY" ~= nil

return function(options)
  local handler = require("busted.outputHandlers." .. options.defaultOutput)(options)
  local passed, failed = 0, 0 -- of earlier rounds (busted --repeat)
  local round -- "running", "over", or nil before the first round

  local function counts()
    if round == "over" then return passed, failed end
    return passed + handler.successesCount, failed + handler.failuresCount + handler.errorsCount
  end

  local function note(format, ...)
    local file = counts_file and io.open(counts_file, "w")
    if file then
      file:write(format:format(...), "\n")
      file:close()
    end
  end

  busted.subscribe({ "file", "end" }, function(element)
    local file = times_file and element.duration and io.open(times_file, "a")
    if file then
      file:write(("%.1f %s\n"):format(element.duration, element.name))
      file:close()
    end
    return nil, true
  end)

  busted.subscribe({ "suite", "start" }, function()
    round = "running"
    return nil, true
  end)

  busted.subscribe({ "test", "start" }, function(test)
    local all_passed, all_failed = counts()
    note("%d %d\n%s", all_passed, all_failed, handler.getFullName(test))
    return nil, true
  end)

  busted.subscribe({ "suite", "end" }, function()
    passed, failed = counts()
    round = "over"
    return nil, true
  end)

  busted.subscribe({ "exit" }, function()
    if not round then -- busted --list
      return nil, true
    end
    local all_passed, all_failed = counts()
    if all_passed + all_failed == 0 and not may_be_empty then
      io.write "\nno test ran, which counts as a failure\n"
      busted.publish({ "error" }, {}, nil, "no test ran", {})
    end
    io.write(("%d passed, %d failed\n"):format(all_passed, all_failed))
    io.flush()
    note "printed"
    return nil, true
  end)

  return handler
end
