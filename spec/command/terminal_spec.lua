-- `bytenite` in a terminal: tables that fit, colours, progress bars, questions, Ctrl-C, and no
-- control characters from a server.
local command <const> = require "spec.support.command"
local connect <const> = require "spec.support.connect"
local sandbox <const> = require "spec.support.sandbox"
local text <const> = require "bytenite.command.text"
local units <const> = require "bytenite.command.units"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

describe("bytenite in a terminal", function()
  if not command.has_terminals() then return pending "this system has no pseudo-terminals" end

  local terminal <const> = command.terminal(teardown)
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job(ID, ('{"id":"%s","name":"Old name","state":"JOB_STATE_COMPLETE"}'):format(ID))
  end)

  local function response(operation, ...)
    local faults <const> = {}
    for index, body in ipairs { ... } do
      faults[index] = { operation = operation, body = body }
    end
    service:fault(faults)
  end

  local function job_in(state)
    return ('{"job":{"id":"%s","name":"Nightly","state":"JOB_STATE_%s"}}'):format(ID, state)
  end

  -- Runs the program there. Returns its output, with "\n" at the end of lines, and its status.
  local function run(arguments, options)
    local seen <const> = command.in_terminal(terminal, service, arguments, options)
    return seen.output:gsub("\r\n", "\n"), seen.status
  end

  local LIST <const> = '{"data":[{"id":"a","name":"%s","state":"JOB_STATE_FAILED"}],"pagination":{"total":1}}'

  it("cuts tables to the width of the terminal, and colours the states", function()
    response("list_jobs", LIST:format(("long "):rep(30)))
    local output <const>, status <const> = run({ "list" }, { columns = 50 })
    assert.equal(0, status, output)
    assert.is_truthy(output:find("\27[31mfailed\27[0m", 1, true))
    assert.is_truthy(output:find "%.%.%.\n")
    for line in output:gsub("\27%[%d+m", ""):gmatch "[^\n]+" do
      assert.is_true(#line <= 50, line)
    end
  end)

  it("uses no colours with NO_COLOR, or on a terminal without colours", function()
    for _, environment in ipairs { { NO_COLOR = "1" }, { TERM = "dumb" } } do
      response("list_jobs", LIST:format "Nightly")
      local output <const> = run({ "list" }, { environment = environment })
      assert.equal("ID  STATE   CREATED (UTC)  NAME\na   failed                 Nightly\n", output)
    end
  end)

  it("uses colours if NO_COLOR is empty, which counts as unset", function()
    assert.is_truthy(run({ "get", ID }, { environment = { NO_COLOR = "" } }):find("\27[32mcomplete\27[0m", 1, true))
  end)

  it("escapes control characters from the service", function()
    local evil <const> = "\\u001b]0;title\\u0007\\u009b2J\\u202egnp\\r\\nx\\u007f"
    local shown <const> = "^[]0;title^G<9B>2J<U+202E>gnp x^?"
    local environment <const> = { NO_COLOR = "1" }
    response("list_jobs", LIST:format(evil))
    response("get_job", ('{"job":{"id":"%s","name":"%s","params":{"app":{"x":"%s"}}}}'):format(ID, evil, evil))
    service:fault { operation = "get_job", status = 404, message = "no \27[31mjob\27[0m \u{9B}2J" }
    local output <const> = run({ "list" }, { environment = environment })
      .. run({ "get", ID }, { environment = environment })
      .. run({ "get", ID }, { environment = environment })
    assert.is_truthy(output:find("failed                 " .. shown, 1, true), output)
    assert.is_truthy(output:find("name  " .. shown, 1, true), output)
    assert.is_nil(output:find "[\0-\x09\x0B-\x1F\x7F]", output)
    assert.is_nil(output:find("\xC2\x9B", 1, true))
    assert.is_truthy(output:find("404 not_found: [^\n]*<9B>2J"), output)
  end)

  it("prints progress that programs redraw as separate lines", function()
    response(
      "logs",
      '{"partitioner":[{"log":" 1%\\r 2%\\r\\u001b[1mdone\\n","timestamp":"T","level":"UNKNOWN"}],"assembler":[],"taskrunner":{}}'
    )
    local prefix <const> = "T UNKNOWN partitioner  "
    assert.equal(prefix .. " 1%\n" .. prefix .. " 2%\n" .. prefix .. "^[[1mdone\n", (run { "logs", ID }))
  end)

  it("draws a progress bar, and leaves it there at the end", function()
    response("get_job", job_in "STARTED", job_in "PARTITIONED", job_in "COMPLETE")
    local output <const>, status <const> = run({ "wait", ID, "--interval", "0.02" }, { columns = 60 })
    assert.equal(0, status)
    assert.is_truthy(output:find "\rwaiting %[##%-+%]  11 %% started")
    assert.is_truthy(output:find "\rwaiting %[##########%-+%]  44 %% partitioned")
    assert.is_truthy(output:find "\rwaiting %[########################%] 100 %% complete[ \b]*\n")
  end)

  it("draws no bar on a terminal that cannot redraw, and none wider than the terminal", function()
    response("get_job", job_in "STARTED", job_in "COMPLETE")
    local output <const> = run({ "wait", ID, "--interval", "0.02" }, { environment = { TERM = "dumb" } })
    assert.is_truthy(output:find("waiting: 11 % started\nwaiting: 100 % complete\n", 1, true))
    response("get_job", job_in "STARTED", job_in "COMPLETE")
    local narrow <const> = run({ "wait", ID, "--interval", "0.02" }, { columns = 20 })
    for drawn in narrow:gmatch "\r([^\r\n\b]*)" do
      assert.is_true(#drawn < 20, drawn)
    end
  end)

  it("asks before it deletes, and only yes means yes", function()
    response("delete", '{"ok":true}')
    for _, case in ipairs { { "y\n", 1 }, { "\n", 0 }, { "no\n", 0 }, { "\4", 0 } } do
      service:reset()
      response("delete", '{"ok":true}')
      local typed <const> = { { after = "Delete job " .. ID:gsub("%-", "%%-") .. "%? %[y/N%] ", text = case[1] } }
      local output <const>, status <const> = run({ "delete", ID }, { typed = typed })
      assert.equal(0, status, output)
      assert.equal(case[2], #connect.sent(service), case[1])
      assert.is_truthy(output:find(case[2] == 1 and "deleted " .. ID or "nothing was deleted", 1, true))
    end
  end)

  it("asks even if the output goes into a pipe", function()
    local typed <const> = { { after = "Delete 2 jobs%? %[y/N%] ", text = "n\n" } }
    local output <const> = run({ "delete", ID, "other" }, { typed = typed, shell = '"$@" | cat' })
    assert.is_truthy(output:find("nothing was deleted", 1, true))
  end)

  it("draws the bar even if the output goes into a pipe, and keeps it out of the pipe", function()
    response("get_job", job_in "STARTED", job_in "COMPLETE")
    local output <const> = run({ "wait", ID, "--interval", "0.02" }, { shell = '"$@" | sed "s/^/> /"' })
    assert.is_truthy(output:find "100 %% complete[ \b]*\n")
    assert.is_truthy(output:find(("> id     %s\n> name   Nightly\n> state  complete\n"):format(ID), 1, true))
  end)

  it("ends on Ctrl-C with status 130 and one line, whatever it is doing", function()
    service:put_job(ID, ('{"id":"%s","name":"Old name","state":"JOB_STATE_STARTED"}'):format(ID))
    local endless <const> = os.tmpname() .. ".lua"
    do
      local file <close> = assert(io.open(endless, "w"))
      file:write "io.stderr:write 'thinking' while true do end"
    end
    local cases <const> = {
      { { "wait", ID }, after = "11 %%" },
      { { "logs", ID, "--follow" }, after = "partitioner  here" },
      { { "delete", ID }, after = "%[y/N%] " },
      { { "--json", "wait", ID, "--interval", "5" }, after = "" },
      { { "submit", endless }, after = "thinking" },
    }
    local logs <const> =
      '{"partitioner":[{"log":"here","timestamp":"T","level":"INFO"}],"assembler":[],"taskrunner":{}}'
    service:fault { operation = "logs", body = logs, times = "forever" }
    for number, case in ipairs(cases) do
      local typed <const> = { { after = case.after, text = "\3" } }
      local shell <const> = number == 4 and '(sleep 0.4; kill -INT $$) & exec "$@"' or nil
      local output <const>, status <const> = run(case[1], { typed = not shell and typed or nil, shell = shell })
      assert.equal(130, status, output)
      assert.is_truthy(output:find(number == 4 and '"kind":"interrupted"' or "bytenite: interrupted[^\n]*\n"), output)
      local has_hint <const> = output:find("if the job runs, it continues: bytenite wait " .. ID, 1, true) ~= nil
      assert.equal(number <= 2, has_hint, output) -- after deleting no job is left that runs
      assert.is_nil(output:find("traceback", 1, true))
      assert.is_nil(output:find("lua:", 1, true), output)
    end
    os.remove(endless)
  end)
end)

describe("text for a terminal", function()
  it("has control characters escaped", function()
    for given, shown in pairs {
      ["plain \t text"] = "plain \t text",
      ["größe 東京 ✓"] = "größe 東京 ✓",
      ["\27[2J"] = "^[[2J",
      ["a\0b\r\n"] = "a^@b^M^J",
      ["\u{85}\u{9B}"] = "<85><9B>",
      ["\x9B2J \xFF"] = "<9B>2J <FF>",
      ["\u{202E}x\u{2066}"] = "<U+202E>x<U+2066>",
      ["cut \xE6\x9D"] = "cut <E6><9D>",
    } do
      assert.equal(shown, text.visible(given))
    end
  end)

  it("is cut by columns, not by bytes", function()
    assert.equal("größe", text.cut("größe", 5))
    assert.equal("grö...", text.cut("größere Größe", 6))
    assert.equal("東...", text.cut("東京都庁", 6))
    assert.equal("...", text.cut("abcdef", 3))
    assert.equal("..", text.cut("abcdef", 2))
    assert.equal("東京  |", text.pad("東京", 6) .. "|")
  end)

  it("has sizes in units for people", function()
    assert.same(
      { "0 B", "1023 B", "1.5 KiB", "16.0 MiB", "2048.0 TiB" },
      { units.bytes(0), units.bytes(1023), units.bytes(1536), units.bytes(1 << 24), units.bytes(1 << 51) }
    )
  end)
end)
