-- The generated part of docs/reliability.md: what the suites reported, by promise.
local checks <const> = require "spec.servers.checks"
local folder <const> = require "spec.support.folder"
local promises <const> = require "docs.promises"

describe("the page on reliability", function()
  local reliability, place, loaded_path

  setup(function()
    loaded_path = package.path
    package.path = "bench/lib/?.lua;" .. package.path
    reliability = require "docs.generators.reliability"
    place = folder.new()
  end)

  teardown(function()
    package.path = loaded_path
    getmetatable(place).__close(place)
  end)

  local function compose(...)
    return reliability.compose { reliability.read(place:write("report.jsonl", table.concat({ ... }, "\n") .. "\n")) }
  end

  local function line_with(text, part)
    for line in text:gmatch "[^\n]+" do
      if line:find(part, 1, true) then return line end
    end
  end

  it("counts the faults and tests of a promise", function()
    local text <const> = compose(
      '{"promise":"once means once","name":"a reset","protocol":"http","call":"run","passed":true,"seconds":1}',
      '{"promise":"once means once","name":"a reset","protocol":"h2","call":"run","passed":true,"seconds":1}'
    )
    assert.equal("| once means once | 1 fault, 2 tests |  | holds |", line_with(text, "| once means once"))
    assert.equal("- *over HTTP/1.1, HTTP/2*: a reset", line_with(text, "a reset"))
  end)

  it("counts the checks and calls with real servers for each of their promises", function()
    local text <const> = compose(
      '{"promises":["once means once","dead means dead"],"name":"reload","protocol":"HTTP/2","server":"nginx",'
        .. '"server_version":"1.22.1","calls":1200,"passed":true,"seconds":2}',
      '{"about":{"libcurl":"7.88.1","lua":"5.4.4","release":"bookworm","date":"2026-12-01"}}'
    )
    assert.equal("| dead means dead |  | 1 check, 1,200 calls | holds |", line_with(text, "| dead means dead"))
    assert.equal("- *behind nginx, over HTTP/2*: reload", line_with(text, "reload"))
    assert.equal(
      "- Real servers with libcurl 7.88.1 and Lua 5.4.4 (bookworm): 1 check with 1,200 calls, over HTTP/2, behind\n"
        .. "  nginx 1.22.1; none failed; 2 s (2026-12-01)",
      text:match "%- Real servers[^\n]+\n[^\n]+"
    )
  end)

  it("adds up the inputs of the fuzzer", function()
    local text <const> = compose(
      '{"fuzz":{"target":"methods","inputs":1000,"calls":5000,"date":"2026-12-01"}}',
      '{"fuzz":{"target":"read","inputs":1000000,"calls":0,"date":"2026-12-01"}}',
      '{"fuzz":{"target":"read","inputs":500000,"calls":0,"date":"2026-12-02"}}'
    )
    assert.equal(
      "- Fuzzer with AddressSanitizer and UndefinedBehaviorSanitizer: 1,500,000 texts read, 1,000 programs of random\n"
        .. "  calls (5,000 calls); nothing found (2026-12-02)",
      text:match "%- Fuzzer[^\n]+\n[^\n]+"
    )
    assert.is_nil(compose('{"about":{}}'):find("Fuzzer", 1, true))
  end)

  it("groups the tests that ran over the same protocols", function()
    local row <const> = '{"promise":"once means once","name":"%s","protocol":"%s","passed":true,"seconds":1}'
    local text <const> = compose(
      row:format("a reset", "h2"),
      row:format("a reset", "http"),
      row:format("a close", "http"),
      row:format("a close", "h2"),
      row:format("a bad CONNECT", "proxy")
    )
    assert.truthy(line_with(text, "- *over HTTP/1.1, HTTP/2*: a close; a reset"))
    assert.truthy(line_with(text, "- *over a proxy*: a bad CONNECT"))
  end)

  it("lists failures, with the version of libcurl", function()
    local text <const>, all_hold <const> = compose(
      '{"promise":"once means once","name":"a reset","protocol":"h2","call":"run","passed":false,"seconds":1}',
      '{"about":{"libcurl":"8.14.1"}}'
    )
    assert.is_false(all_hold)
    assert.matches("%*%*1 of 1 fail%*%*", line_with(text, "| once means once"))
    assert.equal("- **FAILS** with libcurl 8.14.1: HTTP/2: a reset", line_with(text, "a reset"))
  end)

  it("lists promises without a test", function()
    local text <const>, all_hold <const> = compose '{"about":{}}'
    assert.is_false(all_hold)
    assert.matches("%*%*no test%*%*", line_with(text, "| dead means dead"))
  end)

  it("assigns tests of a status to the promise about that status", function()
    local row <const> = '{"promise":"the status decides about retries","name":"%s","protocol":"http",'
      .. '"passed":true,"seconds":1}'
    local text <const> = compose(row:format "429 is tried again", row:format "404 is final")
    assert.matches("1 fault, 1 test ", line_with(text, "| a 429 is retried"))
    assert.matches("1 fault, 1 test ", line_with(text, "| all other statuses are final"))
  end)

  it("holds all if every promise has a test and each passed", function()
    local lines <const> = {}
    for index, promise in ipairs(promises) do
      lines[index] = ('{"promise":"%s","name":"n","protocol":"http","passed":true,"seconds":1}'):format(promise.name)
    end
    local _ <const>, all_hold <const> = compose(table.unpack(lines))
    assert.is_true(all_hold)
  end)

  it("shows promises that only a suite has", function()
    local text <const> =
      compose '{"promise":"a promise to come","name":"n","protocol":"http","passed":true,"seconds":1}'
    assert.matches("1 fault, 1 test ", line_with(text, "| a promise to come"))
  end)

  it("has all promises of the checks with real servers", function()
    local known <const> = {}
    for _, promise in ipairs(promises) do
      known[promise.name] = true
    end
    for _, check in ipairs(checks) do
      for _, name in ipairs(check.promises) do
        assert.is_true(known[name], name)
      end
    end
  end)
end)
