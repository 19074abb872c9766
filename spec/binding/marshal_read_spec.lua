-- Reading the API's objects, with the types that the service declares.
local bytenite <const> = require "bytenite"
local core <const> = require "bytenite.core"
local declared_members <const> = require "spec.support.declared_members"
local json_difference <const> = require "spec.support.json_difference"

local array <const>, null <const> = bytenite.array, bytenite.null

local function reads(expected, text, type_name)
  local value <const>, problem <const> = core.decode(text, type_name)
  assert(value ~= nil, problem)
  local difference <const> = json_difference.find(expected, value)
  assert(difference == nil, ("%s as %s: %s"):format(text, type_name, difference))
end

-- Calls f(type, member, kind) for every declared member.
local function each_member(f)
  for type_name, members in pairs(declared_members.types) do
    for member, kind in pairs(members) do
      f(type_name, member, kind)
    end
  end
end

describe("reading", function()
  local text_like <const> = {
    { [[""]], "" },
    { [["a text"]], "a text" },
    { [["\u0000\ud83d\ude00"]], "\0😀" },
    { [["3600"]], "3600" },
    -- not of the declared type: unchanged
    { "5", 5 },
    { "5.0", 5.0 },
    { "false", false },
    { "[]", array {} },
    { [[{"a":[null]}]], { a = array { null } } },
  }
  local integer_like <const> = {
    { "0", 0 },
    { "3600", 3600 },
    { [["3600"]], 3600 },
    { [["0"]], 0 },
    { "-1", -1 },
    { [["-1"]], -1 },
    { "3600.0", 3600 },
    { "36e2", 3600 },
    { "9007199254740993", 9007199254740993 },
    { [["9007199254740993"]], 9007199254740993 },
    { [["9223372036854775807"]], math.maxinteger },
    { "-9223372036854775808", math.mininteger },
    { "9007199254740993.0", 9007199254740993 },
    { "9.223372036854775807e18", math.maxinteger },
    { "-92233720368547758080e-1", math.mininteger },
    { "1.000000000000000000000000", 1 },
    { "0e5", 0 },
    { [["\u0033"]], 3 },
    { [["\u0033\u0036\u0030\u0030"]], 3600 },
    -- not an integer, or too large for one, but a double is written as the same number
    { "0.5", 0.5 },
    { "0.30000000000000004", 0.30000000000000004 },
    { "1e300", 1e300 },
    { "9223372036854775808", 0x1p63 },
    { "-0", -0.0 },
    { "-0.0", -0.0 },
    -- a double would change the value: kept as text
    { "18446744073709551615", "18446744073709551615" },
    { "9223372036854775809", "9223372036854775809" },
    { "-9223372036854775809", "-9223372036854775809" },
    { "9223372036854775807.5", "9223372036854775807.5" },
    { "9223372036854775808.5", "9223372036854775808.5" },
    { "1.00000000000000000001", "1.00000000000000000001" },
    { "0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827" },
    { "1e-400", "1e-400" },
    { [["18446744073709551615"]], "18446744073709551615" },
    { [["-9223372036854775809"]], "-9223372036854775809" },
    { [["0.5"]], "0.5" },
    { [["1e3"]], "1e3" },
    { [[""]], "" },
    { [["text"]], "text" },
    { [[" 5"]], " 5" },
    { [["5 "]], "5 " },
    { [["+5"]], "+5" },
    { [["05"]], "05" },
    { [["0x10"]], "0x10" },
    { [["5\u0000"]], "5\0" },
    { "true", true },
    { "[3600]", array { 3600 } },
    { [[{"value":"3600"}]], { value = "3600" } },
  }
  -- JSON texts and the values that they become, by kind.
  local samples <const> = {
    string = text_like,
    timestamp = text_like,
    enum = {
      { [["JOB_STATE_NEW"]], "JOB_STATE_NEW" },
      { [["SOMETHING_NEW"]], "SOMETHING_NEW" },
      { "17", 17 },
      { "true", true },
      { "[]", array {} },
    },
    boolean = {
      { "true", true },
      { "false", false },
      { [["true"]], "true" },
      { "0", 0 },
      { "1", 1 },
      { "[]", array {} },
      { "{}", {} },
    },
    integer = integer_like,
    uint32 = integer_like,
    number = {
      { "0", 0.0 },
      { "1", 1.0 },
      { "19.05518337", 19.05518337 },
      { "8.34e-06", 8.34e-06 },
      { "302.81", 302.81 },
      { "9007199254740993", 9007199254740992.0 },
      { [["0"]], 0.0 },
      { [["302.81"]], 302.81 },
      { [["0.00000834"]], 8.34e-06 },
      { [["-1E2"]], -100.0 },
      { [["1e400"]], "1e400" },
      { [["NaN"]], "NaN" },
      { [["Infinity"]], "Infinity" },
      { [[""]], "" },
      { [["1,5"]], "1,5" },
      { [[".5"]], ".5" },
      { "true", true },
      { "[1]", array { 1 } },
      { [[{"a":1}]], { a = 1 } },
    },
    object = {
      { "{}", {} },
      {
        [[{"a":null,"b":[],"c":{"d":[null,1.0]},"":"x"}]],
        { a = null, b = array {}, c = { d = array { null, 1.0 } }, [""] = "x" },
      },
      { "[]", array {} },
      { "[null,1]", array { null, 1 } },
      { [["text"]], "text" },
      { "5", 5 },
      { "true", true },
    },
    ["string[]"] = {
      { "[]", array {} },
      { [=[["eu","us"]]=], array { "eu", "us" } },
      { [=[["eu",null]]=], array { "eu", null } },
      { [=[[1,[],{"a":null}]]=], array { 1, array {}, { a = null } } },
      { [["eu"]], "eu" },
      { "{}", {} },
      { [[{"a":null}]], { a = null } },
    },
    timestamps = {
      { "{}", {} },
      { [[{"JOB_STATE_NEW":"2025-08-27T21:51:41Z","NEW":""}]], { JOB_STATE_NEW = "2025-08-27T21:51:41Z", NEW = "" } },
      { [[{"JOB_STATE_NEW":5}]], { JOB_STATE_NEW = 5 } },
      { "[]", array {} },
      { [["text"]], "text" },
    },
    objects = {
      { "[]", array {} },
      { "[{}]", array { {} } },
      { [=[[null,5,"x",{"unknown":null}]]=], array { null, 5, "x", { unknown = null } } },
      { "{}", {} },
      { [["text"]], "text" },
    },
    counts = {
      { "{}", {} },
      { [[{"a":"3","b":4,"c":2.5,"d":null,"e":"x"}]], { a = 3, b = 4, c = 2.5, d = null, e = "x" } },
      { "[]", array {} },
      { "5", 5 },
    },
    properties = {
      { "{}", {} },
      { [[{"a":"b","c":null,"d":5}]], { a = "b", c = null, d = 5 } },
      { "[]", array {} },
      { [["text"]], "text" },
    },
    ["logs of tasks"] = {
      { "{}", {} },
      {
        [[{"t":{"logs":[{"log":"x","level":null}]},"u":null,"v":5}]],
        { t = { logs = array { { log = "x" } } }, u = null, v = 5 },
      },
      { "[]", array {} },
      { [["text"]], "text" },
    },
    any = {
      { "5", 5 },
      { "5.5", 5.5 },
      { "true", true },
      { [["text"]], "text" },
      { "[null]", array { null } },
      { [[{"a":null}]], { a = null } },
    },
  }

  each_member(function(type_name, member, kind)
    describe(("%s.%s, which is %s,"):format(type_name, member, kind), function()
      it("accepts every form that the service may print", function()
        for _, sample in ipairs(samples[declared_members.plain_kind(kind)]) do
          reads({ [member] = sample[2] }, ('{"%s":%s}'):format(member, sample[1]), type_name)
          -- with other members before and after it
          reads(
            { x = null, [member] = sample[2], y = array {} },
            ('{"x":null,"%s":%s,"y":[]}'):format(member, sample[1]),
            type_name
          )
        end
      end)

      it("is absent when it is null", function()
        reads({}, ('{"%s":null}'):format(member), type_name)
      end)

      it("may not be repeated", function()
        for _, values in ipairs { { "1", "2" }, { "null", "null" }, { "null", "1" } } do
          local text <const> = ('{"%s":%s,"x":0,"%s":%s}'):format(member, values[1], member, values[2])
          local value <const>, problem <const> = core.decode(text, type_name)
          assert.is_nil(value)
          assert.matches("a repeated member", problem, 1, true)
        end
      end)

      it("is recognised if its name has escapes", function()
        local escaped <const> = ("\\u%04x"):format(member:byte()) .. member:sub(2)
        reads({}, ('{"%s":null}'):format(escaped), type_name)
        assert.is_nil((core.decode(('{"%s":null,"%s":null}'):format(escaped, member), type_name)))
      end)
    end)

    if declared_members.types[kind] then
      it(("reads the members of %s.%s as those of a %s"):format(type_name, member, kind), function()
        for inner, inner_kind in pairs(declared_members.types[kind]) do
          for _, sample in ipairs(samples[declared_members.plain_kind(inner_kind)]) do
            reads(
              { [member] = { [inner] = sample[2] } },
              ('{"%s":{"%s":%s}}'):format(member, inner, sample[1]),
              type_name
            )
          end
          reads({ [member] = {} }, ('{"%s":{"%s":null}}'):format(member, inner), type_name)
        end
      end)
    end
  end)

  it("accepts members in any order", function()
    local config <const> = { taskTimeout = 1, jobTimeout = 2, isTestJob = true, maxTaskRetries = 3 }
    reads(config, [[{"taskTimeout":"1","jobTimeout":2,"isTestJob":true,"maxTaskRetries":"3"}]], "JobConfig")
    reads(config, [[{"maxTaskRetries":"3","isTestJob":true,"jobTimeout":2,"taskTimeout":"1"}]], "JobConfig")
    reads(config, [[{"jobTimeout":2,"maxTaskRetries":"3","taskTimeout":"1","isTestJob":true}]], "JobConfig")
  end)

  it("is not misled by a name like the one of the next declared member", function()
    for name, expected in pairs {
      ['"jobTimeout"'] = { taskTimeout = 1, jobTimeout = 2 },
      [' \n"jobTimeout"\t'] = { taskTimeout = 1, jobTimeout = 2 },
      ['"jobTimeou"'] = { taskTimeout = 1, jobTimeou = "2" },
      ['"jobTimeouts"'] = { taskTimeout = 1, jobTimeouts = "2" },
      ['"jobTimeouts:"'] = { taskTimeout = 1, ["jobTimeouts:"] = "2" },
      ['"jobTimeout\\""'] = { taskTimeout = 1, ['jobTimeout"'] = "2" },
      ['"jobTimeout\\":"'] = { taskTimeout = 1, ['jobTimeout":'] = "2" },
      ['"jobtimeout"'] = { taskTimeout = 1, jobtimeout = "2" },
    } do
      reads(expected, ('{"taskTimeout":"1",%s:"2"}'):format(name), "JobConfig")
    end
    for text, problem in pairs {
      ['{"jobTimeout":1,"taskTimeout":2,"jobTimeout":3}'] = "a repeated member at byte 34",
      ['{"taskTimeout":1,"jobTimeout"2}'] = "expected a colon at byte 30",
      ['{"taskTimeout":1,"job'] = "the text ends early at byte 22",
      ['{"taskTimeout":1,"jobTimeout"'] = "the text ends early at byte 30",
      ['{"taskTimeout":1,"jobTimeout":'] = "the text ends early at byte 31",
      ['{"taskTimeout":1,jobTimeout":2}'] = "expected a member's name in quotes at byte 18",
    } do
      local value <const>, found <const> = core.decode(text, "JobConfig")
      assert.is_nil(value)
      assert.equal(problem, found)
    end
  end)

  it("keeps unknown members at every level, and nulls in their place", function()
    reads(
      {
        id = "j1",
        deadline = null,
        completedAt = "2023-01-01T00:00:00Z",
        numChunk = "7",
        config = { gpu = array { null, {} }, tasktimeout = "5" },
        dataSource = { extra = { a = null } },
        params = { preset2 = 1.0 },
        templateInfo = { config = { numChunks = "5" } },
      },
      [[{"id":"j1","deadline":null,"completedAt":"2023-01-01T00:00:00Z","numChunk":"7",
         "config":{"gpu":[null,{}],"tasktimeout":"5"},"dataSource":{"extra":{"a":null}},"params":{"preset2":1.0},
         "templateInfo":{"config":{"numChunks":"5"}}}]],
      "Job"
    )
  end)

  it("does not convert free-form values, whatever the names of their members", function()
    local text <const> =
      [[{"app":{"taskTimeout":"5","numChunks":"7","duration":1,"config":{"jobTimeout":"1"},"id":null}}]]
    local expected <const> =
      { taskTimeout = "5", numChunks = "7", duration = 1, config = { jobTimeout = "1" }, id = null }
    reads({ app = expected }, text, "JobParams")
    reads({ job = { params = { app = expected } } }, ('{"job":{"params":%s}}'):format(text), "JobResponse")
  end)

  for _, type_name in ipairs { "Job", "JobResponse", "JobConfig", "JobParams", "DataSource", "JobName" } do
    it(("accepts any value instead of a %s"):format(type_name), function()
      reads(array {}, "[]", type_name)
      reads(array { null, { a = null } }, [=[[null,{"a":null}]]=], type_name)
      reads("text", [["text"]], type_name)
      reads(42, "42", type_name)
      reads(true, "true", type_name)
      reads(null, "null", type_name)
    end)
  end

  it("raises for an unknown type", function()
    assert.error_matches(function()
      core.decode("{}", "Jobb")
    end, "no such type")
  end)
end)
