-- Names and ids of a hostile service on a terminal and in a pipe; secrets on the command line.
local bytenite <const> = require "bytenite"
local command <const> = require "spec.support.command"
local sandbox <const> = require "spec.support.sandbox"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local HOSTILE <const> = "a\u{9B}31m\x7F\u{202E}gpj\u{2066}b"

local function check_harmless(output)
  for _, character in ipairs { "\u{9B}", "\x7F", "\u{202E}", "\u{2066}" } do
    assert.is_nil(output:find(character, 1, true), output)
  end
end

describe("bytenite, given hostile names,", function()
  local terminal <const> = command.has_terminals() and command.terminal(teardown)
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
    local job <const> = { id = ID, name = HOSTILE, description = HOSTILE, state = "JOB_STATE_COMPLETE" }
    service:put_job(ID, bytenite.encode(job))
  end)

  -- Runs the program in a terminal. Returns its output.
  local function in_terminal(arguments)
    return command.in_terminal(terminal, service, arguments, {}).output
  end

  it("prints JSON on a terminal without control characters, with the same value", function()
    if not terminal then return pending "this system has no pseudo-terminals" end
    for _, arguments in ipairs { { "get", ID, "--json" }, { "list", "--json" } } do
      local output <const> = in_terminal(arguments)
      check_harmless(output)
      assert.is_truthy(output:find("\\u009b31m\\u007f\\u202egpj\\u2066b", 1, true), output)
    end
  end)

  it("prints the JSON of errors on a terminal without control characters, too", function()
    if not terminal then return pending "this system has no pseudo-terminals" end
    service:fault { operation = "get_job", status = 404, body = bytenite.encode { message = HOSTILE } }
    local output <const> = in_terminal { "get", ID, "--json" }
    check_harmless(output)
    assert.is_truthy(output:find("\\u202egpj", 1, true), output)
  end)

  it("prints JSON in a pipe as it is", function()
    local seen <const> = command.run(service, { "get", ID, "--json" })
    assert.equal(HOSTILE, assert(bytenite.decode(seen.output)).name)
    assert.is_truthy(seen.output:find(HOSTILE, 1, true))
  end)

  it("draws progress bars without control characters", function()
    if not terminal then return pending "this system has no pseudo-terminals" end
    local console <const> = require("bytenite.command.console").new()
    console.err = { can_move = true, is_terminal = true, width = 80 }
    local written <const> = {}
    local stderr <const> = io.stderr
    io.stderr = { -- luacheck: ignore 122
      write = function(_, ...)
        written[#written + 1] = table.concat { ... }
      end,
    }
    local ok <const>, problem <const> = pcall(function()
      local bar <close> = require("bytenite.command.progress").start(console, HOSTILE)
      bar:update(0.5, HOSTILE)
      console.err.can_move = false
      bar:update(0.7, HOSTILE)
    end)
    io.stderr = stderr -- luacheck: ignore 122
    assert(ok, problem)
    check_harmless(table.concat(written))
    assert.is_truthy(table.concat(written):find("<U+202E>gpj", 1, true))
  end)

  it("refuses to print an id that contains a line break", function()
    local body <const> = '{"data":[{"id":"good\\n%s"}],"pagination":{"total":1}}'
    service:fault { operation = "list_jobs", body = body:format(ID), times = "forever" }
    local seen <const> = command.run(service, { "list", "--ids" })
    assert.not_equal(0, seen.status)
    assert.equal("", seen.output)
    assert.is_truthy(seen.errors:find("id with a line break: good^J", 1, true), seen.errors)
  end)
end)

describe("the text of a job", function()
  it("is one printable line, whatever the service sent", function()
    local client <close> = bytenite.new { base_url = "https://bytenite.invalid/v1", access_token = "t" }
    for _, text in ipairs { "a\nb", "a\rb\27[2J", HOSTILE, "a\0b", "a\xFFb", "a\u{2028}b" } do
      local job <const> = client:job { id = "some-id", name = text, state = text }
      job.id = text
      local line <const> = tostring(job)
      assert.is_nil(line:find "%c")
      check_harmless(line)
      assert.is_truthy(utf8.len(line))
    end
    local job <const> = client:job { id = "some-id", name = 'My "best" Jöb', state = "JOB_STATE_NEW" }
    assert.equal('bytenite job some-id "My \\"best\\" Jöb" JOB_STATE_NEW', tostring(job))
  end)
end)

describe("a secret on the command line is not repeated", function()
  local SECRET <const> = "s3cret-value"
  local service

  before_each(function()
    service = sandbox.plain()
    service:reset()
  end)

  for title, arguments in pairs {
    ["a setting without a group"] = { "set-params", ID, "--param", "password=" .. SECRET },
    ["a setting below a value"] = { "set-params", ID, "--param", "app.a=1", "--param", "app.a.password=" .. SECRET },
    ["a source with another scheme"] = { "set-datasource", ID, "--source", "ftp://me:" .. SECRET .. "@host/file" },
    ["a source without a scheme"] = { "set-datasource", ID, "--source", "me:" .. SECRET .. "@host/file" },
    ["a signed source without a scheme"] = { "set-datasource", ID, "--source", "host/file?sig=" .. SECRET },
    ["a base URL"] = { "--base-url", "ftp://me:" .. SECRET .. "@host/v1", "get", ID },
    ["a base URL with a password"] = { "--base-url", "https://me:" .. SECRET .. "@host/v1", "get", ID },
  } do
    it("in " .. title, function()
      for _, more in ipairs { {}, { "--json" } } do
        local all <const> = table.move(more, 1, #more, #arguments + 1, { table.unpack(arguments) })
        local seen <const> = command.run(service, all)
        assert.not_equal(0, seen.status)
        assert.is_nil((seen.output .. seen.errors):find(SECRET, 1, true), seen.errors)
        assert.not_equal("", seen.errors)
      end
    end)
  end
end)
