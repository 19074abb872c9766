-- `bytenite logs` with --tail and --since, with and without --follow.
local command <const> = require "spec.support.command"
local sandbox <const> = require "spec.support.sandbox"

local ONE <const>, TWO <const> = "11111111-aaaa-4bbb-8ccc-000000000001", "22222222-aaaa-4bbb-8ccc-000000000002"

local service

before_each(function()
  service = sandbox.plain()
  service:reset()
end)

local function line(log, timestamp)
  local member <const> = timestamp and (',"timestamp":"%s"'):format(timestamp) or ""
  return ('{"log":"%s","level":"INFO"%s}'):format(log, member)
end

-- Returns the timestamp of some seconds ago.
local function ago(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - seconds)
end

local function logs(...)
  return ('{"partitioner":[%s],"assembler":[],"taskrunner":{}}'):format(table.concat({ ... }, ","))
end

-- Runs the command on jobs with some logs, one after the other. Returns the words of the lines.
local function words(responses, ...)
  for _, body in ipairs(responses) do
    service:fault { operation = "logs", body = body }
  end
  local ran <const> = command.run(service, { "logs", ... })
  assert.equal(0, ran.status, ran.errors)
  local found <const> = {}
  for word in ran.output:gmatch "partitioner  ([^\n]+)\n" do
    found[#found + 1] = word
  end
  return table.concat(found, " "), ran
end

-- Does the same with --follow for a job that ends with the last of these logs.
local function follow(responses, ...)
  for index = 1, #responses do
    local state <const> = index < #responses and "STARTED" or "COMPLETE"
    service:fault { operation = "get_job", body = ('{"job":{"id":"%s","state":"JOB_STATE_%s"}}'):format(ONE, state) }
  end
  responses[#responses + 1] = responses[#responses]
  return words(responses, ONE, "--follow", "--interval", "0.02", ...)
end

describe("bytenite logs --tail", function()
  local A <const>, B <const>, C <const> = line("a", ago(30)), line("b", ago(20)), line("c", ago(10))
  local D <const>, LATE <const> = line("d", ago(5)), line("late", ago(25))

  for count, expected in pairs { [0] = "", [1] = "c", [2] = "b c", [3] = "a b c", [9] = "a b c" } do
    it(("shows the last %d lines"):format(count), function()
      assert.equal(expected, (words({ logs(A, B, C) }, ONE, "--tail", tostring(count))))
    end)
  end

  it("shows the last lines of each job", function()
    assert.equal("b c c d", (words({ logs(A, B, C), logs(B, C, D) }, ONE, TWO, "--tail", "2")))
  end)

  it("shows with --follow all lines that come after them, also late ones", function()
    assert.equal("c d late", (follow({ logs(A, B, C), logs(A, B, C, D), logs(A, LATE, B, C, D) }, "--tail", "1")))
    assert.equal("d", (follow({ logs(A, B, C), logs(A, B, C, D) }, "--tail", "0")))
  end)
end)

describe("bytenite logs --since", function()
  local OLD <const>, NEW <const> = line("old", ago(1000)), line("new", ago(100))

  it("shows the lines since a time span ago", function()
    assert.equal("new", (words({ logs(OLD, NEW) }, ONE, "--since", "10m")))
    assert.equal("old new", (words({ logs(OLD, NEW) }, ONE, "--since", "1h")))
    assert.equal("old new", (words({ logs(OLD, NEW) }, ONE, "--since", "15m300s")))
    assert.equal("old new", (words({ logs(OLD, NEW) }, ONE, "--since", "2d")))
  end)

  it("says so when there are none", function()
    local shown <const>, ran <const> = words({ logs(OLD, NEW) }, ONE, "--since", "10s")
    assert.equal("", shown)
    assert.equal("no lines\n", ran.errors)
  end)

  it("accepts a time", function()
    assert.equal("new", (words({ logs(OLD, NEW) }, ONE, "--since", ago(500))))
  end)

  it("counts a line without a time as part of the line before it", function()
    assert.equal("new more", (words({ logs(OLD, line "still old", NEW, line "more") }, ONE, "--since", "10m")))
  end)

  it("can be combined with --tail and --json", function()
    assert.equal("b", (words({ logs(OLD, NEW, line("b", ago(50))) }, ONE, "--since", "10m", "--tail", "1")))
    local _ <const>, ran <const> = words({ logs(OLD, NEW) }, ONE, "--since", "10m", "--json")
    assert.matches('^{[^\n]*"log":"new"[^\n]*}\n$', ran.output)
  end)

  it("leaves out old lines that come late, with --follow", function()
    local late <const>, later <const> = line("late", ago(2000)), line("later", ago(50))
    assert.equal(
      "new later",
      (follow({ logs(OLD, NEW), logs(late, OLD, NEW), logs(OLD, NEW, later) }, "--since", "10m"))
    )
  end)
end)
