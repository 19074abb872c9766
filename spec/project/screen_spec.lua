-- docs/generators/screen.lua: the picture of a terminal in the README.
local screen <const> = require "docs.generators.screen"

-- Returns the texts of a picture, each with its column and row and its attributes.
local function texts(written, columns)
  local shown <const> = screen.new(columns or 20)
  shown:write(written)
  local found <const> = {}
  for attributes, text in shown:svg():gmatch "<text ([^>]*)>([^<]*)</text>" do
    local x <const>, y <const> = attributes:match 'x="(%d+)" y="(%d+)"'
    local fill <const> = attributes:match ' fill="(#%x+)"'
    found[#found + 1] = { (tonumber(x) - 14) // 8 + 1, (tonumber(y) - 9) // 18, text, fill }
  end
  return found
end

describe("the picture of a terminal", function()
  it("shows lines at their positions", function()
    assert.same({ { 1, 1, "one" }, { 3, 2, "two" } }, texts "one\r\n  two\r\n")
  end)

  it("shows the text that was written last at a position", function()
    assert.same({ { 1, 1, "100 %" } }, texts " 50 %\r100 %")
    assert.same({ { 1, 1, "b" } }, texts "aaa\r\27[Kb")
    assert.same({ { 1, 1, "b" } }, texts "aaa\27[2K\rb")
  end)

  it("shows text that was written over lines above", function()
    assert.same({ { 1, 1, "new" }, { 1, 2, "two" } }, texts "one\r\ntwo\27[1A\rnew")
    assert.same({ { 1, 1, "one" } }, texts "one\r\ntwo\r\nthree\27[1A\r\27[J")
  end)

  it("shows colours, as parts of a line", function()
    assert.same({ { 1, 1, "a" }, { 3, 1, "b", "#7ee787" }, { 5, 1, "c" } }, texts "a \27[32mb\27[0m c")
  end)

  it("continues a long line in the next row", function()
    assert.same({ { 1, 1, "abcd" }, { 1, 2, "ef" } }, texts("abcdef", 4))
  end)

  it("escapes markup of SVG", function()
    assert.same({ { 1, 1, "a&lt;b&amp;c" } }, texts "a<b&c")
  end)
end)
