--- JSON texts that trip up readers and writers, with the Lua values that they stand for.
---
---   for name, case in hard_json.each({ null = bytenite.null, array = bytenite.array }) do
---     ... case.text, case.value
local hard_json = {}

local function cases(null, array)
  return {
    integers = {
      { "0", 0 },
      { "-1", -1 },
      { "4294967296", 4294967296 },
      { "9007199254740991", 9007199254740991 },
      { "9007199254740993", 9007199254740993 },
      { "-9007199254740993", -9007199254740993 },
      { "999999999999999999", 999999999999999999 },
      { "9223372036854775806", 9223372036854775806 },
      { "9223372036854775807", math.maxinteger },
      { "-9223372036854775807", -math.maxinteger },
      { "-9223372036854775808", math.mininteger },
    },
    ["integers beyond 64 bits"] = {
      { "9223372036854775808", 0x1p63 },
      { "-9223372036854775809", -0x1p63 },
      { "18446744073709551615", 0x1p64 },
      { "18446744073709551616", 0x1p64 },
      { "18446744073709551617", 0x1p64 },
      { "100000000000000000000000", 1e23 },
      { "99999999999999991611392", 0x1.52d02c7e14af6p+76 },
      { "1" .. ("0"):rep(308), 1e308 },
    },
    ["integral floats"] = {
      { "0.0", 0.0 },
      { "-0", -0.0 },
      { "-0.0", -0.0 },
      { "0e0", 0.0 },
      { "-0E-5", -0.0 },
      { "0e999999999999999999999", 0.0 },
      { "1.0", 1.0 },
      { "-5.00", -5.0 },
      { "1e0", 1.0 },
      { "1E5", 100000.0 },
      { "10e-1", 1.0 },
      { "1e15", 1000000000000000.0 },
      { "1e+22", 1e22 },
      { "1e23", 1e23 },
      { "9007199254740993.0", 9007199254740992.0 }, -- halfway: rounds to even
      { "9223372036854775807.0", 0x1p63 },
      { "-9223372036854775808.0", -0x1p63 },
    },
    floats = {
      { "0.1", 0x1.999999999999ap-4 },
      { "0.3", 0x1.3333333333333p-2 },
      { "0.30000000000000004", 0x1.3333333333334p-2 },
      { "3.141592653589793", 0x1.921fb54442d18p+1 },
      { "-19.05518337", -19.05518337 },
      { "8.34e-06", 0x1.17d80df388a35p-17 },
      { "0.00000834", 0x1.17d80df388a35p-17 },
      { "123456789.12345679", 0x1.d6f34547e6b75p+26 },
      { "1.0000000000000002", 0x1.0000000000001p+0 },
      { "0.99999999999999989", 0x1.fffffffffffffp-1 },
      { "5.684341886080801e-14", 0x1.fffffffffffffp-45 },
      { "5.684341886080802e-14", 0x1p-44 },
      { "1.00000000000000011102230246251565404", 1.0 }, -- halfway: rounds to even
      { "1.00000000000000011102230246251565405", 0x1.0000000000001p+0 }, -- just above halfway
      { "0." .. ("0"):rep(400) .. "1e401", 1.0 },
      { "1" .. ("0"):rep(400) .. "e-400", 1.0 },
    },
    ["floats at the ends"] = {
      { "1.7976931348623157e308", 0x1.fffffffffffffp+1023 },
      { "-1.7976931348623157E+308", -0x1.fffffffffffffp+1023 },
      { "1.7976931348623158e308", 0x1.fffffffffffffp+1023 }, -- below the limit: rounds down
      { "2.2250738585072014e-308", 0x1p-1022 },
      { "2.2250738585072011e-308", 0x0.fffffffffffffp-1022 },
      { "2.225073858507201e-308", 0x0.fffffffffffffp-1022 },
      { "5e-324", 0x1p-1074 },
      { "4.9406564584124654e-324", 0x1p-1074 },
      { "2.4703282292062328e-324", 0x1p-1074 }, -- just above half of the smallest double
      { "2e-324", 0.0 },
      { "-1e-400", -0.0 },
    },
    strings = {
      { [[""]], "" },
      { [["a"]], "a" },
      { [["\u0000"]], "\0" },
      { [["a\u0000b\u0000"]], "a\0b\0" },
      { [["\u0001\u001f\u007F"]], "\1\31\127" },
      { [["\b\f\n\r\t\"\\\/"]], '\b\f\n\r\t"\\/' },
      { [["/"]], "/" },
      { [["\u00e9\u00C9"]], "éÉ" },
      { [["é €"]], "é €" },
      { [["\u20ac"]], "€" },
      { [["\ud83d\ude00"]], "😀" },
      { [["\uD83D\uDE00x"]], "😀x" },
      { [["😀"]], "😀" },
      { [["\ud800\udc00\udbff\udfff"]], "\u{10000}\u{10FFFF}" },
      { [["\ud7ff\ue000\ufffe\uffff"]], "\u{D7FF}\u{E000}\u{FFFE}\u{FFFF}" },
      { [["\u2028\u2029\ufeff"]], "\u{2028}\u{2029}\u{FEFF}" },
      { [["\\u0041\\n"]], [[\u0041\n]] },
      { [["nan"]], "nan" },
      { [["12"]], "12" },
      { '"' .. ("x"):rep(100000) .. '"', ("x"):rep(100000) },
      { '"' .. ([[\u0000]]):rep(10000) .. '"', ("\0"):rep(10000) },
    },
    ["null and booleans"] = {
      { "null", null },
      { "true", true },
      { "false", false },
      { "[null]", array { null } },
      { "[null,1,null]", array { null, 1, null } },
      { "[false,null]", array { false, null } },
      { [[{"a":null}]], { a = null } },
      { [[{"a":{"b":null,"c":[]}}]], { a = { b = null, c = array {} } } },
    },
    ["lists and objects"] = {
      { "[]", array {} },
      { "{}", {} },
      { "[[]]", array { array {} } },
      { "[{}]", array { {} } },
      { "[[],{},[]]", array { array {}, {}, array {} } },
      { [[{"a":[],"b":{}}]], { a = array {}, b = {} } },
      {
        [=[{"a":[[],[{}]],"b":{"c":{"d":[]}}}]=],
        { a = array { array {}, array { {} } }, b = { c = { d = array {} } } },
      },
      { '[1,2.0,"3"]', array { 1, 2.0, "3" } },
    },
    names = {
      { [[{"":""}]], { [""] = "" } },
      { [[{"1":"a","2":"b"}]], { ["1"] = "a", ["2"] = "b" } },
      { [[{"1":"a"}]], { ["1"] = "a" } },
      { [[{"\u0000":1,"\u0000\u0000":2}]], { ["\0"] = 1, ["\0\0"] = 2 } },
      { [[{"a":1,"a\u0000":2,"a\u0000b":3}]], { a = 1, ["a\0"] = 2, ["a\0b"] = 3 } },
      { [[{"\"":1,"\\":2,"\n":3,"\ud83d\ude00":4}]], { ['"'] = 1, ["\\"] = 2, ["\n"] = 3, ["😀"] = 4 } },
      { [[{"run":1,"id":{"logs":[]},"logs":null}]], { run = 1, id = { logs = array {} }, logs = null } },
      {
        [[{"set_params":[],"refresh":0,"client":{},"is_final":false}]],
        { set_params = array {}, refresh = 0, client = {}, is_final = false },
      },
      {
        [[{"__index":{},"__gc":1,"__close":2,"__pairs":[],"__name":"n","__len":0,"__metatable":false}]],
        { __index = {}, __gc = 1, __close = 2, __pairs = array {}, __name = "n", __len = 0, __metatable = false },
      },
      { [[{"@type":"t","a.b":1,"a b":2,"é":3}]], { ["@type"] = "t", ["a.b"] = 1, ["a b"] = 2, ["é"] = 3 } },
      -- Names that are checked in declared objects have no meaning in free-form values.
      {
        [[{"tasktimeout":1,"jobTimeout":"x","dataSource":5,"app":[],"params":null}]],
        { tasktimeout = 1, jobTimeout = "x", dataSource = 5, app = array {}, params = null },
      },
    },
  }
end

--- Returns an iterator over the cases, in any order.
---@param marks {null: any, array: fun(items: table): table} null's value, and the list marker
---@return fun(): string|nil, {text: string, value: any}
---@usage for name, case in hard_json.each(marks) do ... end
function hard_json.each(marks)
  return coroutine.wrap(function()
    for group, list in pairs(cases(marks.null, marks.array)) do
      for _, case in ipairs(list) do
        local shown <const> = #case[1] > 60 and case[1]:sub(1, 57) .. "..." or case[1]
        coroutine.yield(("%s: %s"):format(group, shown), { text = case[1], value = case[2] })
      end
    end
  end)
end

return hard_json
