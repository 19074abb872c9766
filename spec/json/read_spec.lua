-- bytenite.decode: exactly the JSON of RFC 8259.
local bytenite <const> = require "bytenite"
local json_difference <const> = require "spec.support.json_difference"
local utf8_cases <const> = require "spec.support.utf8_cases"

local array <const>, null <const> = bytenite.array, bytenite.null

-- Returns a text on one line, for the name of a test.
local function shown(text)
  local short <const> = #text > 50 and text:sub(1, 47) .. "..." or text
  return (short:gsub("[%c\x80-\xFF]", function(character)
    return ("\\x%02X"):format(character:byte())
  end))
end

local function reads(text, expected)
  local value <const>, problem <const> = bytenite.decode(text)
  assert(value ~= nil, tostring(problem))
  assert.is_nil(json_difference.find(expected, value))
end

local function refuses(text, reason)
  local value <const>, problem <const> = bytenite.decode(text)
  assert.is_nil(value)
  assert.equal("protocol", problem.kind)
  assert.matches(reason, problem.message, 1, true)
end

describe("bytenite.decode", function()
  describe("reads", function()
    local cases <const> = {
      { "{}", {} },
      { "[]", array {} },
      { " \t\r\n{ \n}\t", {} },
      { "[ ]", array {} },
      { [[ { "a" : 1 , "b" : [ 1 , 2 ] } ]], { a = 1, b = array { 1, 2 } } },
      { "[1,[2,[3,[]]],{}]", array { 1, array { 2, array { 3, array {} } }, {} } },
      { "null", null },
      { " true ", true },
      { "false", false },
      { "7", 7 },
      { "-7.5", -7.5 },
      { '"My Job"', "My Job" },
      { '""', "" },
      { "[true,false,null]", array { true, false, null } },
      { '["\x7F"]', array { "\x7F" } },
    }
    for _, case in ipairs(cases) do
      it(shown(case[1]), function()
        reads(case[1], case[2])
      end)
    end
  end)

  describe("refuses", function()
    local cases <const> = {
      -- empty, or cut off
      { "", "the text ends early at byte 1" },
      { "  ", "ends early" },
      { "[", "ends early" },
      { "[1", "ends early" },
      { "[1,", "ends early" },
      { "{", "ends early" },
      { '{"a"', "ends early" },
      { '{"a":', "ends early" },
      { '{"a":1', "ends early" },
      { '{"a":1,', "ends early" },
      { '"', "ends early" },
      { '"abc', "ends early" },
      { '"abc\\', "ends early" },
      { '{"a":[{"b":"c"}]', "ends early" },
      -- too much
      { "1 2", "more text after the value at byte 3" },
      { "{}{}", "more text" },
      { "[]]", "more text" },
      { "{},", "more text" },
      { "null\0", "more text" },
      { "[1]\0[2]", "more text" },
      { "{} // done", "more text" },
      -- commas, colons, brackets
      { "[1,]", "expected a value" },
      { "[,1]", "expected a value" },
      { "[1,,2]", "expected a value" },
      { "[1 2]", "expected a comma" },
      { "[1}", "expected a comma" },
      { "[1:2]", "expected a comma" },
      { '{"a":1,}', "expected a member's name" },
      { '{,"a":1}', "expected a member's name" },
      { '{"a":1 "b":2}', "expected a comma" },
      { '{"a":1]', "expected a comma" },
      { '{"a" 1}', "expected a colon" },
      { '{"a",1}', "expected a colon" },
      { '{"a"::1}', "expected a value" },
      { '{"a":}', "expected a value" },
      { "]", "expected a value" },
      { "}", "expected a value" },
      { "{]", "expected a member's name" },
      { "[\0]", "expected a value" },
      -- names
      { "{a:1}", "expected a member's name" },
      { "{'a':1}", "expected a member's name" },
      { "{1:2}", "expected a member's name" },
      { "{null:2}", "expected a member's name" },
      -- words and the syntax of other languages
      { "nul", "expected a value" },
      { "nulll", "more text" },
      { "True", "expected a value" },
      { "tru", "expected a value" },
      { "FALSE", "expected a value" },
      { "undefined", "expected a value" },
      { "'a'", "expected a value" },
      { "/* nothing */ 1", "expected a value" },
      { "# 1", "expected a value" },
      { "\xEF\xBB\xBF{}", "expected a value" }, -- a byte order mark
      { "\v1", "expected a value" },
      { "\xC2\xA01", "expected a value" }, -- a space, but not one of JSON's
      { "<html></html>", "expected a value" },
      -- numbers
      { "01", "more text" },
      { "-01", "more text" },
      { "00", "more text" },
      { "+1", "expected a value" },
      { "-", "malformed number" },
      { "--1", "malformed number" },
      { "-a", "malformed number" },
      { ".5", "expected a value" },
      { "-.5", "malformed number" },
      { "1.", "malformed number" },
      { "1.e5", "malformed number" },
      { "1e", "malformed number" },
      { "1e+", "malformed number" },
      { "1e+-2", "malformed number" },
      { "1e5.5", "more text" },
      { "1.5.5", "more text" },
      { "1,5", "more text" },
      { "0x10", "more text" },
      { "1_000", "more text" },
      { "1f", "more text" },
      { "NaN", "expected a value" },
      { "nan", "expected a value" },
      { "Infinity", "expected a value" },
      { "-Infinity", "malformed number" },
      { "-inf", "malformed number" },
      { "1e309", "a number beyond the range of a double" },
      { "-1e400", "beyond the range of a double" },
      { "[1.7976931348623159e308]", "beyond the range of a double at byte 2" },
      { "1" .. ("0"):rep(309), "beyond the range of a double" },
      { '{"a":[1e999999999999]}', "beyond the range of a double" },
      -- strings
      { '"\n"', "a raw control character in a string at byte 2" },
      { '"a\tb"', "raw control character" },
      { '"\0"', "raw control character" },
      { '"\x1F"', "raw control character" },
      { '{"\r":1}', "raw control character" },
      { [["\x41"]], "an unknown escape" },
      { [["\a"]], "an unknown escape" },
      { [["\'"]], "an unknown escape" },
      { [["\U0041"]], "an unknown escape" },
      { '"\\\0"', "an unknown escape" },
      { [["\u"]], "four hexadecimal digits" },
      { [["\u004"]], "four hexadecimal digits" },
      { [["\u004g"]], "four hexadecimal digits" },
      { [["\u{41}"]], "four hexadecimal digits" },
      { [["\u-041"]], "four hexadecimal digits" },
      { [["\u00]], "four hexadecimal digits" },
      { [["\ud800"]], "a lone surrogate" },
      { [["\udbffx"]], "a lone surrogate" },
      { [["\udc00"]], "a lone surrogate" },
      { [["\udfff\ud800"]], "a lone surrogate" },
      { [["\ud800\ud800"]], "a lone surrogate" },
      { [["\ud83d\n"]], "a lone surrogate" },
      { [["\ud83d\u0041"]], "a lone surrogate" },
      { [["\ud83d]] .. '\xF0\x9F\x98\x80"', "a lone surrogate" },
      { [[{"\udc00":1}]], "a lone surrogate" },
      -- repeated members
      { [[{"a":1,"a":2}]], "a repeated member at byte 9" },
      { [[{"a":1,"b":2,"a":1}]], "a repeated member" },
      { [[{"a":null,"a":null}]], "a repeated member" },
      { [[{"a":1,"\u0061":2}]], "a repeated member" },
      { [[{"":1,"":2}]], "a repeated member" },
      { [[{"\u0000":1,"\u0000":2}]], "a repeated member" },
      { [=[[{"x":{"a":[],"a":[]}}]]=], "a repeated member" },
    }
    for _, case in ipairs(cases) do
      it(shown(case[1]), function()
        refuses(case[1], case[2])
      end)
    end
  end)

  describe("accepts as UTF-8", function()
    for name, case in pairs(utf8_cases.valid) do
      it(name, function()
        reads(('["%s",{"%s":0}]'):format(case[1], case[1]), array { utf8.char(case[2]), { [utf8.char(case[2])] = 0 } })
      end)
    end
  end)

  describe("refuses as UTF-8", function()
    for name, bytes in pairs(utf8_cases.invalid) do
      it(name, function()
        refuses(('"%s"'):format(bytes), "invalid UTF-8 in a string")
        refuses(('["a","%sb"]'):format(bytes), "invalid UTF-8")
        refuses(('{"%s":1}'):format(bytes), "invalid UTF-8")
        assert.is_nil((bytenite.decode('"' .. bytes))) -- also at the end of the text
      end)
    end
  end)

  it("distinguishes names that differ in a NUL, in letter case or in the form of an accent", function()
    reads(
      [[{"a":1,"A":2,"a\u0000":3,"\u00e9":4,"e\u0301":5}]],
      { a = 1, A = 2, ["a\0"] = 3, ["é"] = 4, ["e\u{301}"] = 5 }
    )
  end)

  describe("with nested lists and objects", function()
    local kinds <const> = {
      lists = { "[", "]" },
      objects = { '{"a":', "}" },
      both = { '[{"a":', "}]" },
    }
    for name, kind in pairs(kinds) do
      local levels_of_one <const> = name == "both" and 2 or 1

      it(("reads 128 levels of %s"):format(name), function()
        local count <const> = 128 // levels_of_one
        local value = assert(bytenite.decode(kind[1]:rep(count) .. "0" .. kind[2]:rep(count)))
        local levels = 0
        while type(value) == "table" do
          value, levels = value[1] or value.a, levels + 1
        end
        assert.equal(0, value)
        assert.equal(128, levels)
      end)

      it(("refuses 129 levels of %s"):format(name), function()
        local count <const> = 128 // levels_of_one
        refuses("[" .. kind[1]:rep(count) .. "0" .. kind[2]:rep(count) .. "]", "nested over 128 levels")
        refuses(kind[1]:rep(100000), "nested over 128 levels")
      end)
    end

    it("counts levels, not lists", function()
      local count <const> = 5000
      local value <const> = assert(bytenite.decode("[" .. ("[[]],"):rep(count) .. "0]"))
      assert.equal(count + 1, #value)
    end)
  end)

  it("marks every list, and no object", function()
    local value <const> = assert(bytenite.decode '[[],[1],{},{"a":{"b":[]}}]')
    local mark <const> = assert(getmetatable(array()))
    assert.equal(mark, getmetatable(value))
    assert.equal(mark, getmetatable(value[1]))
    assert.equal(mark, getmetatable(value[2]))
    assert.is_nil(getmetatable(value[3]))
    assert.is_nil(getmetatable(value[4]))
    assert.is_nil(getmetatable(value[4].a))
    assert.equal(mark, getmetatable(value[4].a.b))
  end)

  it("reads null as a value that is true, and equal to cjson.null", function()
    local value <const> = assert(bytenite.decode '{"a":null}')
    assert.equal(null, value.a)
    assert.equal(require("cjson").null, value.a)
    assert.is_truthy(value.a)
  end)

  it("reads a long text", function()
    local texts <const>, expected <const> = {}, array()
    for i = 1, 20000 do
      texts[i] = ('{"n":%d,"s":"%s"}'):format(i, ("\\u00e9"):rep(i % 7))
      expected[i] = { n = i, s = ("é"):rep(i % 7) }
    end
    reads("[" .. table.concat(texts, ",") .. "]", expected)
  end)

  it("can be called from a finalizer while it is reading", function()
    local read
    setmetatable({}, {
      __gc = function()
        read = bytenite.decode '{"inner":["\\u0041"]}'
      end,
    })
    local text <const> = "[" .. ('{"a":["\\u0042",{}]},'):rep(50000) .. "0]"
    local value <const> = assert(bytenite.decode(text))
    collectgarbage()
    assert.is_nil(json_difference.find({ inner = array { "A" } }, read))
    assert.is_nil(json_difference.find({ a = array { "B", {} } }, value[50000]))
  end)

  it("distinguishes similar strings", function()
    -- of the same length, different in one byte, and read repeatedly
    for length = 1, 100 do
      local alike <const> = {}
      for at = 1, length do
        alike[at] = ("a"):rep(at - 1) .. "b" .. ("a"):rep(length - at)
      end
      for _ = 1, 3 do
        reads(bytenite.encode(alike), array(alike))
      end
    end
  end)

  for _, count in ipairs { 2, 8, 32, 33, 70 } do
    it(("refuses a member that is repeated among %d"):format(count), function()
      local names <const> = {}
      for i = 1, count do
        names[i] = ('"name %d":%d'):format(i, i)
      end
      assert(bytenite.decode("{" .. table.concat(names, ",") .. "}"))
      for i = 1, count - 1 do
        for _, repeated in ipairs { ('"name %d":0'):format(i), ('"\\u006eame %d":0'):format(i) } do
          local all <const> = table.move(names, 1, count - 1, 1, {})
          all[count] = repeated
          local value <const>, problem <const> = bytenite.decode("{" .. table.concat(all, ",") .. "}")
          assert.is_nil(value)
          assert.matches("a repeated member", problem.message)
        end
      end
    end)
  end

  it("returns an error on one line with the position, but without the text", function()
    local value <const>, problem <const> = bytenite.decode '{"password":"hunter2",}'
    assert.is_nil(value)
    assert.equal("protocol: not JSON: expected a member's name in quotes at byte 23", tostring(problem))
  end)

  for _, wrong in ipairs { 5, true, {}, print } do
    it(("raises for a %s instead of a text"):format(type(wrong)), function()
      assert.has_error(function()
        bytenite.decode(wrong)
      end, "decode: text: expected a string, got a " .. type(wrong))
    end)
  end
end)
