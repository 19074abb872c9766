-- The progress bars of a download: one for all files and one for each in flight, as many as fit
-- into the terminal.
local command <const> = require "spec.support.command"
local folder <const> = require "spec.support.folder"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"
local screen <const> = require "spec.support.screen"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local BIG <const> = ("0123456789abcdef"):rep(64 * 1024) -- 1 MiB

local service, place

before_each(function()
  service = sandbox.plain()
  service:reset()
  service:put_job(ID, ('{"id":"%s","state":"JOB_STATE_COMPLETE"}'):format(ID))
  place = folder.new()
end)

after_each(function()
  getmetatable(place).__close(place)
end)

local function set_results(count, content)
  local results <const> = {}
  for index = 1, count do
    results[index] = { name = ("out_%d/file.mp4"):format(index), content = content }
  end
  service:set_results(ID, results)
end

local function words(...)
  return { "results", ID, "--download", place:at "out", ... }
end

describe("the bars of a download", function()
  if not command.has_terminals() then return pending "this system has no pseudo-terminals" end

  local terminal <const> = command.terminal(teardown)

  -- Downloads files that all stall halfway, until Ctrl-C. Returns the lines of the screen.
  local function see_half(count, columns, environment)
    set_results(count, BIG)
    service:fault { operation = "download", after = 512 * 1024, hang = true, times = "forever" }
    local seen <const> = command.in_terminal(terminal, service, words(), {
      columns = columns,
      environment = environment,
      typed = { { after = (count == 1 and "mp4" or "files") .. " +%[[^%]]*%]  50 %%", text = "\3" } },
    })
    assert.equal(130, seen.status, seen.output)
    return screen.lines(seen.output:gsub("%^C", ""), columns)
  end

  -- Lines without the rate, which depends on the machine.
  local function without_rate(lines)
    for index, line in ipairs(lines) do
      lines[index] = line:gsub(", [%d.]+ %a+/s$", "")
    end
    return lines
  end

  local function head(lines, count)
    return table.move(lines, 1, count, 1, {})
  end

  it("are a single one for a single file", function()
    local lines <const> = without_rate(see_half(1, 80))
    assert.equal("out_1/file.mp4 [############------------]  50 % 512.0 KiB of 1.0 MiB", lines[1])
    assert.matches("^bytenite: interrupted", lines[2])
  end)

  for columns, expected in pairs {
    [200] = "out_2/file.mp4 [############------------]  50 % 512.0 KiB of 1.0 MiB",
    [80] = "out_2/file.mp4 [############------------]  50 % 512.0 KiB of 1.0 MiB",
    [40] = "out_2/file.mp4 [########--------]  50 %",
  } do
    it(("fit into %d columns"):format(columns), function()
      local lines <const> = without_rate(see_half(3, columns))
      assert.matches("^0 of 3 files   %[#+%-+%]  50 %%", lines[1])
      local files <const> = { table.unpack(lines, 2, 4) }
      table.sort(files)
      assert.equal(expected, files[2])
      assert.matches("^bytenite: interrupted", lines[5])
      for _, line in ipairs(head(lines, 4)) do
        assert.is_true(#line < columns, line)
      end
    end)
  end

  it("take at most as many lines as the terminal has", function()
    local lines <const> = without_rate(see_half(8, 80, { LINES = "4" }))
    assert.matches("^0 of 8 files   %[", lines[1])
    for index = 2, 3 do
      assert.matches("^out_%d/file.mp4 %[", lines[index])
    end
    assert.matches("^bytenite: interrupted", lines[4])
  end)

  it("disappear when their files are complete; the one for all files stays", function()
    set_results(20, BIG)
    local seen <const> = command.in_terminal(terminal, service, words(), { columns = 80 })
    assert.equal(0, seen.status, seen.output)
    local lines <const> = without_rate(screen.lines(seen.output, 80))
    assert.equal("20 of 20 files [########################] 100 % 20.0 MiB", lines[1])
    assert.matches("^NAME", lines[2])
    assert.equal(22, #lines)
  end)

  it("contain no control characters of a file's name", function()
    service:set_results(ID, { { name = "größe 東京.txt", content = BIG }, { name = "b", content = BIG } })
    local seen <const> = command.in_terminal(terminal, service, words(), { columns = 60 })
    assert.equal(0, seen.status, seen.output)
    assert.is_nil(table.concat(screen.lines(seen.output, 60), "\n"):find("\u{241B}", 1, true))
  end)

  it("are lines on a terminal that cannot redraw", function()
    set_results(10, "content")
    local seen <const> =
      command.in_terminal(terminal, service, words "--concurrency=1", { environment = { TERM = "dumb" } })
    assert.equal(0, seen.status, seen.output)
    assert.is_nil(seen.output:find("\27", 1, true))
    assert.matches("downloading: 50 %% %d of 10 files, 35 B", seen.output)
  end)
end)

describe("a download in a pipe", function()
  it("writes a line for each tenth at most, and one at the end", function()
    set_results(40, "content")
    local ran <const> = command.run(service, words "--concurrency=1")
    assert.equal(0, ran.status, ran.errors)
    assert.is_nil(ran.errors:find "[\r\27]")
    local _ <const>, lines <const> = ran.errors:gsub("downloading: %d+ %% [^\n]*\n", "")
    assert.is_true(lines <= 11, ran.errors)
    assert.matches("downloading: 100 %% 40 of 40 files, 280 B[^\n]*\n$", ran.errors)
  end)

  it("writes nothing with --quiet or --json", function()
    set_results(2, "content")
    for _, option in ipairs { "--quiet", "--json" } do
      local ran <const> = command.run(service, words(option, "--existing=replace"))
      assert.equal(0, ran.status, ran.errors)
      assert.equal("", ran.errors)
    end
  end)

  it("does not end when the reader of its messages is gone", function()
    set_results(20, "content")
    local line <const> = [[
      status=$1; shift
      { "$@"; echo "status $?" > "$status"; } 2>&1 >/dev/null | true]]
    local program_words <const> = { "sh", "-c", line, "sh", place:at "status", program.interpreter(), "bin/bytenite" }
    local all <const> = table.move(words "--concurrency=1", 1, 5, #program_words + 1, program_words)
    service:fault { operation = "results", act = "before", delay = 0.3 } -- by then the reader is gone
    program.run(all, program.environment(service))
    assert.equal("status 0\n", place:read "status")
    assert.equal("content", place:read "out/out_20/file.mp4")
  end)

  it("does not end when its display fails", function()
    local download_bars <const> = require "bytenite.command.download_bars"
    local console <const> = { quiet = false, json = false }
    local bars <close> = download_bars.start(console) -- a console without a stream
    bars.update(1, 2, "a", { files = 1, done = 0, received = 1, fraction = 0.5 })
    bars.update(nil, nil, nil, nil)
  end)
end)
