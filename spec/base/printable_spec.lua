-- Text made safe to print: no control characters, line breaks or changes of direction.
local core <const> = require "bytenite.core"
local printable <const> = require "bytenite.base.printable"

describe("a printable text", function()
  it("escapes what would control a terminal", function()
    for given, shown in pairs {
      ["plain text"] = "plain text",
      ["größe 東京 ✓"] = "größe 東京 ✓",
      ["\27[2J\t"] = "^[[2J^I",
      ["a\0b\r\n\x7F"] = "a^@b^M^J^?",
      ["\u{85}\u{9B}"] = "<85><9B>",
      ["\x9B2J \xFF"] = "<9B>2J <FF>",
      ["\u{202E}x\u{2066}\u{2028}"] = "<U+202E>x<U+2066><U+2028>",
      ["cut \xE6\x9D"] = "cut <E6><9D>",
    } do
      assert.equal(shown, printable.visible(given))
    end
  end)

  it("has no text that cannot be shown, and says why", function()
    for given, problem in pairs {
      ["a\nb"] = "control characters",
      ["a\u{9B}"] = "control characters",
      ["a\xFF"] = "bytes that are not UTF-8",
      ["\u{202E}gpj"] = "characters that change the direction of text or break the line",
    } do
      assert.equal(problem, printable.problem(given))
    end
    assert.is_nil(printable.problem "größe 東京")
  end)

  it("stays the same value as JSON", function()
    local value <const> = "a\u{9B}\u{202E}\x7F ü 東京"
    local json <const> = printable.json(core.encode(value))
    assert.is_nil(json:find "[\x7F]")
    assert.is_nil(json:find("\u{9B}", 1, true))
    assert.is_nil(json:find("\u{202E}", 1, true))
    assert.equal(value, core.decode(json))
  end)
end)
