-- JSON text with its members in order and on several lines: `bytenite.encode` with its options.
local bytenite <const> = require "bytenite"
local random_json <const> = require "spec.support.random_json"
local json_difference <const> = require "spec.support.json_difference"

describe("bytenite.encode", function()
  it("orders members by name, those that are named first", function()
    local value <const> = { b = 1, a = { d = 1, c = 2 }, id = "x", list = { { z = 1, y = 2 } } }
    assert.equal('{"a":{"c":2,"d":1},"b":1,"id":"x","list":[{"y":2,"z":1}]}', bytenite.encode(value, { sorted = true }))
    assert.equal(
      '{"id":"x","list":[{"y":2,"z":1}],"a":{"c":2,"d":1},"b":1}',
      bytenite.encode(value, { sorted = { "id", "list" } })
    )
  end)

  it("writes lines with indents, and empty objects and lists in one piece", function()
    local value <const> = { a = { 1, { x = "y" } }, b = {}, c = bytenite.array {}, d = "" }
    assert.equal(
      '{\n "a": [\n  1,\n  {\n   "x": "y"\n  }\n ],\n "b": {},\n "c": [],\n "d": ""\n}',
      bytenite.encode(value, { sorted = true, indent = 1 })
    )
    assert.equal("5", bytenite.encode(5, { indent = 8 }))
    assert.equal('"a,b]"', bytenite.encode("a,b]", { indent = 2 }))
  end)

  it("keeps every value, whatever is in its texts", function()
    local hard <const> = { ['k"\\'] = '\\"{[,:]}\\', ["}"] = "\\\\", [","] = '"', ["\n"] = "\u{20AC}" }
    assert.same(hard, bytenite.decode(bytenite.encode(hard, { sorted = true, indent = 3 })))
    local generator <const> = random_json.new(7, { null = bytenite.null, array = bytenite.array })
    for _ = 1, 300 do
      local _ <const>, value <const> = generator:value()
      local text <const> = bytenite.encode(value, { sorted = true, indent = 2 })
      local plain <const> = bytenite.decode(bytenite.encode(value))
      assert.is_nil(json_difference.find(plain, (bytenite.decode(text))), text)
    end
  end)

  it("is in the order of the core without options, and refuses others", function()
    assert.equal('{"a":1}', bytenite.encode({ a = 1 }, {}))
    assert.has_error(function()
      bytenite.encode({}, { indent = 9 })
    end)
    assert.has_error(function()
      bytenite.encode({}, { sort = true })
    end)
    assert.has_error(function()
      bytenite.encode({}, { sorted = "yes" })
    end)
  end)
end)
