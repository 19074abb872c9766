-- bytenite.encode: the exact bytes that it writes, and what it refuses.
local bytenite <const> = require "bytenite"
local json_difference <const> = require "spec.support.json_difference"
local utf8_cases <const> = require "spec.support.utf8_cases"

local array <const>, null <const> = bytenite.array, bytenite.null

local function writes(value, text)
  assert.equal(text, bytenite.encode(value))
end

local function refuses(value, reason)
  local ok <const>, message <const> = pcall(bytenite.encode, value)
  assert.is_false(ok)
  assert.matches("encode: " .. reason, message, 1, true)
end

-- Returns nested lists of `levels` levels.
local function nested(levels)
  local value = array()
  for _ = 2, levels do
    value = { value }
  end
  return value
end

describe("bytenite.encode", function()
  describe("writes the integer", function()
    for text, integer in pairs {
      ["0"] = 0,
      ["-1"] = -1,
      ["9007199254740993"] = 9007199254740993,
      ["9223372036854775807"] = math.maxinteger,
      ["-9223372036854775808"] = math.mininteger,
    } do
      it(text, function()
        writes(integer, text)
        assert.is_nil(json_difference.find(integer, (bytenite.decode(text))))
      end)
    end
  end)

  describe("writes the float", function()
    for text, float in pairs {
      -- without a fraction, like an integer
      ["0"] = 0.0,
      ["-0"] = -0.0,
      ["5"] = 5.0,
      ["-100000"] = -1e5,
      ["1000000000000000"] = 1e15,
      ["9007199254740992"] = 0x1p53,
      ["9223372036854774784"] = 0x1.fffffffffffffp+62,
      ["-9223372036854775808"] = -0x1p63,
      -- beyond what an integer holds
      ["9.223372036854776e18"] = 0x1p63,
      ["-9.223372036854778e18"] = -0x1.0000000000001p+63,
      ["1e19"] = 1e19,
      ["1e22"] = 1e22,
      ["1e23"] = 1e23,
      ["1.2345678901234568e20"] = 123456789012345678901.0,
      ["1e300"] = 1e300,
      ["1.7976931348623157e308"] = 0x1.fffffffffffffp+1023,
      -- in the fewest digits
      ["0.5"] = 0.5,
      ["0.1"] = 0.1,
      ["0.3"] = 0.3,
      ["0.30000000000000004"] = 0.1 + 0.2,
      ["-2.5"] = -2.5,
      ["3.141592653589793"] = math.pi,
      ["0.3333333333333333"] = 1 / 3,
      ["100.00000000000001"] = 0x1.9000000000001p+6,
      ["1234567890123.5"] = 1234567890123.5,
      ["4503599627370495.5"] = 4503599627370495.5,
      ["0.0001"] = 0.0001,
      ["8.34e-6"] = 8.34e-06,
      ["19.05518337"] = 19.05518337,
      ["1e-7"] = 1e-7,
      ["1.5e-10"] = 1.5e-10,
      ["2.2250738585072014e-308"] = 0x1p-1022,
      ["2.225073858507201e-308"] = 0x0.fffffffffffffp-1022,
      ["5e-324"] = 0x1p-1074,
      ["1e-323"] = 0x1p-1073,
    } do
      it(text, function()
        writes(float, text)
        local back <const> = bytenite.decode(text)
        assert.equal(float, back)
      end)
    end
  end)

  it("writes the shortest form, even if the nearest one with that number of digits is another number", function()
    writes(0x1p-44, "5.684341886080802e-14")
    writes(0x1p-1017, "7.120236347223045e-307")
    writes(0x1p863, "6.150157786156811e259")
    writes(0x1p-24, "5.960464477539063e-8")
    writes(2e-323, "2e-323")
  end)

  -- The fewest digits whose nearest number reads back. Another number with as few digits may read
  -- back, too.
  local function fewest_digits(float)
    for digits = 1, 17 do
      local text <const> = ("%%.%de"):format(digits - 1):format(float)
      if tonumber(text) == float then return digits end
    end
  end

  local function check_shortest(float)
    local text <const> = bytenite.encode(float)
    assert.equal(float, tonumber(text))
    if math.tointeger(float) then return end
    local digits <const> = text:gsub("e.*", ""):gsub("%D", ""):gsub("^0+", "")
    local fewest <const> = fewest_digits(float)
    assert(#digits <= fewest, ("%s has more than %d digits"):format(text, fewest))
  end

  it("writes random doubles in the shortest form", function()
    for _ = 1, 20000 do
      local float <const> = ("d"):unpack(("I8"):pack(math.random(0)))
      if float == float and math.abs(float) < math.huge then check_shortest(float) end
    end
  end)

  it("writes powers of two and the numbers next to them in the shortest form", function()
    for exponent = -1074, 1023 do
      local bits <const> = ("I8"):unpack(("d"):pack(2.0 ^ exponent))
      for _, neighbour in ipairs { bits - 1, bits, bits + 1 } do
        check_shortest((("d"):unpack(("I8"):pack(neighbour))))
      end
    end
  end)

  describe("writes the string", function()
    for text, value in pairs {
      ['""'] = "",
      ['"My Job"'] = "My Job",
      [ [["\u0000"]] ] = "\0",
      [ [["a\u0000b"]] ] = "a\0b",
      [ [["\"\\/"]] ] = '"\\/',
      [ [["\b\f\n\r\t"]] ] = "\b\f\n\r\t",
      [ [["\u0001\u000b\u001f"]] ] = "\1\v\x1F",
      ['"\x7F"'] = "\x7F",
      ['"é€😀"'] = "é€😀",
      ['"\u{2028}\u{FFFE}\u{FEFF}"'] = "\u{2028}\u{FFFE}\u{FEFF}",
      [ [["\\u0041"]] ] = [[\u0041]],
      ['"12"'] = "12",
    } do
      it(text, function()
        writes(value, text)
        assert.equal(value, (bytenite.decode(text)))
      end)
    end

    for name, case in pairs(utf8_cases.valid) do
      it("of UTF-8: " .. name, function()
        writes({ [case[1]] = case[1] .. "x" }, ('{"%s":"%sx"}'):format(case[1], case[1]))
      end)
    end
  end)

  describe("writes", function()
    local proxied <const> = setmetatable({ 1 }, { __index = { 2, 3 }, __len = error })
    for name, case in pairs {
      ["null"] = { null, "null" },
      ["true"] = { true, "true" },
      ["false"] = { false, "false" },
      ["an empty table as an object"] = { {}, "{}" },
      ["an empty table that is marked as a list"] = { array(), "[]" },
      ["a marked table with items"] = { array { 1, 2 }, "[1,2]" },
      ["a table with items as a list"] = { { "a", false, null }, '["a",false,null]' },
      ["null where nothing is meant"] = { { null, null }, "[null,null]" },
      ["empty tables inside"] = { { {}, array(), { {} }, { array() } }, "[{},[],[{}],[[]]]" },
      ["an empty table under a name"] = { { a = { b = {} } }, '{"a":{"b":{}}}' },
      ["an empty list under a name"] = { { a = { b = array() } }, '{"a":{"b":[]}}' },
      ["names of digits as names"] = { { ["1"] = "a" }, '{"1":"a"}' },
      ["items under float keys"] = { { [1.0] = "a", [2.0] = "b" }, '["a","b"]' },
      ["odd names"] = { { [""] = { ["a\0"] = { ['"'] = 1 } } }, [[{"":{"a\u0000":{"\"":1}}}]] },
      ["only what a table itself holds"] = { proxied, "[1]" },
      ["the same table twice"] = { { proxied, proxied }, "[[1],[1]]" },
      ["128 levels"] = { nested(128), ("["):rep(128) .. ("]"):rep(128) },
    } do
      it(name, function()
        writes(case[1], case[2])
      end)
    end

    it("a long list", function()
      local list <const> = {}
      for i = 1, 100000 do
        list[i] = i
      end
      writes(list, "[" .. table.concat(list, ",") .. "]")
    end)

    it("a long string", function()
      writes(("é\n"):rep(100000), '"' .. ("é\\n"):rep(100000) .. '"')
    end)
  end)

  it("does not change the value", function()
    local value <const> = { array(), { a = 1 }, null }
    bytenite.encode(value)
    assert.is_nil(json_difference.find({ array(), { a = 1 }, null }, value))
  end)

  describe("refuses", function()
    local cycle <const> = { a = {} }
    cycle.a.list = { 1, cycle }
    local hidden <const> = setmetatable({}, { __pairs = pairs })
    for name, case in pairs {
      ["nothing"] = { nil, "cannot write a nil" },
      ["NaN"] = { 0 / 0, "cannot write NaN or an infinity" },
      ["infinity"] = { { a = { 1, math.huge } }, "a[2]: cannot write NaN or an infinity" },
      ["infinity below zero"] = { { a = { b = -math.huge } }, "a.b: cannot write NaN or an infinity" },
      ["a function"] = { { frames = { 1, 2, print } }, "frames[3]: cannot write a function" },
      ["a coroutine"] = { { a = coroutine.create(print) }, "a: cannot write a thread" },
      ["a file"] = { { a = io.stdout }, "a: cannot write a userdata" },
      ["a list with a hole"] = { { a = { 1, nil, 3 } }, "a: cannot write a list with holes" },
      ["a list that does not begin at 1"] = { { [2] = "b" }, "cannot write a list with holes" },
      ["a list with a place zero"] = { { [0] = "z", "a" }, "cannot write a list with holes" },
      ["a list with names"] = { { b = { 1, x = 2 } }, "b: cannot write a table with both list items and named members" },
      ["names with a number"] = { { x = 1, [7] = 2 }, "cannot write a table with both list items and named members" },
      ["a marked list with names"] = { array { x = 1 }, "cannot write a table that is marked as a list" },
      ["a key that is a fraction"] = { { [1.5] = 1 }, "cannot write a table with a key of type number" },
      ["a key that is true"] = { { [true] = 1 }, "cannot write a table with a key of type boolean" },
      ["a table inside itself"] = { cycle, "a.list[2]: cannot write a table that contains itself" },
      ["129 levels"] = { nested(129), "[1]: cannot write over 128 levels of tables" },
      ["a table whose content is in __pairs"] = { { a = hidden }, "a: cannot write a table with __pairs" },
      ["an odd place"] = { { ["a b"] = { [""] = { ["1"] = print } } }, [=[["a b"][""]["1"]: cannot write a function]=] },
    } do
      it(name, function()
        refuses(case[1], case[2])
      end)
    end

    for name, bytes in pairs(utf8_cases.invalid) do
      it("as UTF-8: " .. name, function()
        refuses(bytes, "cannot write a string that is not UTF-8")
        refuses({ list = { "fine", "x" .. bytes .. "x" } }, "list[2]: cannot write a string that is not UTF-8")
        refuses({ ["x" .. bytes] = 1 }, "")
      end)
    end
  end)

  it("can be used again after a refusal", function()
    refuses({ 1, 2, { print } }, "[3][1]: cannot write a function")
    writes({ 1, 2, { 3 } }, "[1,2,[3]]")
  end)
end)

describe("bytenite.array", function()
  it("marks a table and returns it", function()
    local items <const> = {}
    assert.equal(items, array(items))
    writes({ items, array() }, "[[],[]]")
  end)

  it("raises for anything else", function()
    assert.has_error(function()
      array "a"
    end, "array: items: expected a table, got a string")
  end)
end)
