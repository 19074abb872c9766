-- Tables with the marks of other JSON libraries.
local bytenite <const> = require "bytenite"
local core <const> = require "bytenite.core"

describe("a table that another JSON library has marked", function()
  local function marked(meta, content)
    return setmetatable(content or {}, meta)
  end

  for text, value in pairs {
    ["[]"] = marked { __jsontype = "array" },
    ["{}"] = marked { __jsontype = "object" },
    ["[1]"] = marked({ __jsontype = "array" }, { 1 }),
    ['{"a":[]}'] = marked({ __jsontype = "object" }, { a = marked { __jsontype = "array", __name = "x" } }),
  } do
    it("is written as " .. text, function()
      assert.equal(text, bytenite.encode(value))
    end)
  end

  it("is checked against the declared type", function()
    assert.equal("[]", core.encode({ blacklist = marked { __jsontype = "array" } }, "Regions"):match "%[%]")
    local _ <const>, problem <const> = core.encode({ app = marked { __jsontype = "array" } }, "JobParams")
    assert.matches("app: expected an object", problem, 1, true)
  end)

  for name, value in pairs {
    ["another type"] = marked { __jsontype = "null" },
    ["a type that is no text"] = marked { __jsontype = {} },
    ["a function that writes it"] = marked {
      __tojson = function()
        return "null"
      end,
    },
    ["such a function, and content"] = marked({ __tojson = print }, { 1 }),
  } do
    it("is refused with " .. name, function()
      local wanted <const> = "x: cannot write a table with a mark of another JSON library: use bytenite.null"
      local ok <const>, message <const> = pcall(bytenite.encode, { x = value })
      assert.is_false(ok)
      assert.matches(wanted, message, 1, true)
      for type_name, member in pairs { JobParams = "app", Regions = "blacklist" } do
        local text <const>, problem <const> = core.encode({ [member] = value }, type_name)
        assert.is_nil(text)
        assert.matches("mark of another JSON library", problem, 1, true)
      end
    end)
  end

  it("is refused as dkjson's null", function()
    local found <const>, dkjson <const> = pcall(require, "dkjson")
    if not found then return pending "dkjson is not installed" end
    assert.is_false((pcall(bytenite.encode, { dkjson.null })))
    assert.equal("[]", bytenite.encode((dkjson.decode "[]")))
    assert.equal('{"a":[],"b":{}}', bytenite.encode((dkjson.decode '{"a":[],"b":{}}'), { sorted = true }))
  end)

  it("is refused if it is marked as a list and has named members", function()
    for _, value in ipairs { bytenite.array { a = 1 }, marked({ __jsontype = "array" }, { a = 1 }) } do
      local ok <const>, message <const> = pcall(bytenite.encode, { x = value })
      assert.is_false(ok)
      assert.matches("x: cannot write a table that is marked as a list and has named members", message, 1, true)
    end
    local ok <const>, message <const> = pcall(bytenite.encode, { x = bytenite.array { 1, a = 1 } })
    assert.is_false(ok)
    assert.matches("both list items and named members", message, 1, true)
  end)
end)
