-- Checks of arguments and options, by themselves.
local core <const> = require "bytenite.core"
local validate <const> = require "bytenite.base.validate"

-- Returns the message of a mistake, without its position.
local function message_of(check, ...)
  local ok <const>, message <const> = pcall(check, ...)
  assert.is_false(ok)
  return (message:gsub("^[^:]*:%d+: ", ""))
end

describe("a mistake", function()
  it("is raised at the line of the caller", function()
    local line
    local ok <const>, message <const> = pcall(function()
      line = debug.getinfo(1, "l").currentline + 1
      validate.boolean("f: flag", 7)
    end)
    assert.is_false(ok)
    assert.matches(("validate_spec.lua:%d: f: flag: expected a boolean, got a number$"):format(line), message)
  end)

  it("names what was given", function()
    assert.equal("nothing", validate.describe(nil))
    assert.equal("null", validate.describe(core.null))
    assert.equal("a string", validate.describe "x")
    assert.equal("a table", validate.describe {})
  end)
end)

describe("a check", function()
  local function fails(expected, check, ...)
    assert.equal(expected, message_of(check, "f: x", ...))
  end

  it("of a type returns the value", function()
    assert.equal("x", validate.type("f: x", "x", "string"))
    fails("f: x: expected a string, got nothing", validate.type, nil, "string")
    assert.is_false(validate.boolean("f: x", false))
  end)

  it("of a function accepts anything that can be called", function()
    local callable <const> = setmetatable({}, { __call = print })
    assert.equal(callable, validate.callable("f: x", callable))
    assert.equal(print, validate.callable("f: x", print))
    for _, value in ipairs { {}, "x", setmetatable({}, {}), setmetatable({}, { __metatable = "hidden" }) } do
      fails("f: x: expected a function, got " .. validate.describe(value), validate.callable, value)
    end
  end)

  it("of a text refuses an empty one", function()
    assert.equal("x", validate.text("f: x", "x"))
    fails("f: x: must not be empty", validate.text, "")
    fails("f: x: expected a string, got a number", validate.text, 7)
  end)

  it("of a path refuses a NUL", function()
    assert.equal("/a b", validate.path("f: x", "/a b"))
    fails("f: x: a path cannot hold a NUL", validate.path, "a\0b")
  end)

  it("of seconds accepts numbers above 0 that fit a timer", function()
    for _, seconds in ipairs { 0.001, 1, 2147483 } do
      assert.equal(seconds, validate.seconds("f: x", seconds))
    end
    for _, seconds in ipairs { 0, -1, 2147483.1, math.huge, 0 / 0 } do
      assert.matches(
        "^f: x: expected seconds above 0 and up to 2147483, got ",
        message_of(validate.seconds, "f: x", seconds)
      )
    end
  end)

  it("of an integer has bounds, and returns an integer", function()
    local check <const> = validate.integer(1, 10)
    assert.equal("integer", math.type(check("f: x", 3.0)))
    assert.same({ 1, 10 }, { check("f: x", 1), check("f: x", 10) })
    for _, number in ipairs { 0, 11, 1.5 } do
      fails(("f: x: expected an integer from 1 to 10, got %s"):format(number), check, number)
    end
    fails("f: x: expected a number, got a string", check, "3")
  end)

  it("of a few words names them", function()
    local check <const> = validate.one_of { "auto", "1.1" }
    assert.equal("1.1", check("f: x", "1.1"))
    fails('f: x: expected one of "auto", "1.1", got a string', check, "2")
  end)

  it("of a header accepts visible ASCII and spaces", function()
    assert.equal(" !~", validate.header_value("f: x", " !~"))
    fails("f: x: a line break at byte 2", validate.header_value, "a\nb")
    fails("f: x: a line break at byte 1", validate.header_value, "\r")
    fails("f: x: a character that is not allowed in a header at byte 3", validate.header_value, "ab\x7F")
    fails("f: x: a character that is not allowed in a header at byte 1", validate.header_value, "\x1F")
    fails("f: x: a character that is not allowed in a header at byte 1", validate.header_value, "\xC3\xA9")
    fails("f: x: must not be empty", validate.header_value, "")
  end)

  it("of a segment refuses what would change the path", function()
    assert.equal("a/b c", validate.segment("f: x", "a/b c"))
    fails("f: x: the dots would change the path", validate.segment, "..")
    fails("f: x: the dots would change the path", validate.segment, ".")
    fails("f: x: control characters are not allowed", validate.segment, "a\n")
    fails("f: x: must not be empty", validate.segment, "")
    fails("f: x: expected a string, got nothing", validate.segment, nil)
  end)

  it("of a client checks its class", function()
    local client <const> = setmetatable({}, { __name = "bytenite.Client" })
    assert.equal(client, validate.client("f: x", client))
    validate.called_on_client(client, "f")
    fails("f: x: expected a client, got a table", validate.client, {})
    fails("f: x: expected a client, got a string", validate.client, "x")
    assert.equal(
      "f: expected a client, got nothing: call it as client:f(...)",
      message_of(validate.called_on_client, nil, "f")
    )
  end)
end)

describe("options", function()
  local known <const> = { timeout = validate.seconds, flag = validate.boolean }

  it("are returned in a new table", function()
    local given <const> = { timeout = 3, flag = false }
    local checked <const> = validate.options("f", given, known)
    assert.same(given, checked)
    assert.not_equal(given, checked)
    assert.same({}, validate.options("f", nil, known))
  end)

  it("are refused under their names", function()
    assert.equal(
      "f: timeout: expected a number, got a string",
      message_of(validate.options, "f", { timeout = "3" }, known)
    )
    assert.equal("f: options: expected a table, got a number", message_of(validate.options, "f", 7, known))
  end)

  it("that are unknown are refused, with a suggestion or the known ones", function()
    assert.equal(
      'f: unknown option "timeot": did you mean "timeout"?',
      message_of(validate.options, "f", { timeot = 3 }, known)
    )
    assert.equal(
      'f: unknown option "xyz": expected one of flag, timeout',
      message_of(validate.options, "f", { xyz = 3 }, known)
    )
    assert.equal("f: expected named options, got the key 1", message_of(validate.options, "f", { 3 }, known))
    assert.equal(
      'f: unknown member "fla": did you mean "flag"?',
      message_of(validate.options, "f", { fla = 3 }, known, "member")
    )
  end)

  it("that are unknown may pass unless they look misspelled", function()
    assert.same({ xyz = 3 }, validate.options("f", { xyz = 3 }, known, "option", true))
    assert.equal(
      'f: unknown option "timeot": did you mean "timeout"?',
      message_of(validate.options, "f", { timeot = 3 }, known, "option", true)
    )
  end)
end)
