-- JSON that may come from a proxy or a gateway.
local core <const> = require "bytenite.core"
local lenient_json <const> = require "bytenite.errors.lenient_json"

describe("lenient JSON", function()
  it("is read like any JSON, with exact integers", function()
    assert.same({ a = { 1, "x" }, b = true }, lenient_json.decode '{"a":[1,"x"],"b":true}')
    assert.equal(9007199254740993, lenient_json.decode "9007199254740993")
    assert.equal("integer", math.type(lenient_json.decode "[3600]"[1]))
    assert.equal(core.null, lenient_json.decode "null")
    assert.is_false(lenient_json.decode "false")
  end)

  it("may contain what strict JSON may not", function()
    for text, expected in pairs {
      ['{"a":1,"a":2}'] = { a = 2 }, -- a repeated member
      ['{"a":"\xFF"}'] = { a = "\xFF" }, -- a byte that is not UTF-8
    } do
      assert.is_nil((core.decode(text)))
      assert.same(expected, lenient_json.decode(text))
    end
  end)

  it("must be JSON otherwise", function()
    for _, text in ipairs { "", "<html>", "{", '{"a":', "nul", "\0" } do
      assert.is_nil(lenient_json.decode(text))
    end
  end)

  it("does not follow the settings of the host's own lua-cjson", function()
    local cjson <const> = require "cjson"
    local depth <const> = cjson.decode_max_depth()
    cjson.decode_max_depth(1)
    local value <const> = lenient_json.decode '{"a":{"b":"\xFF"}}'
    cjson.decode_max_depth(depth)
    assert.same({ a = { b = "\xFF" } }, value)
  end)
end)
