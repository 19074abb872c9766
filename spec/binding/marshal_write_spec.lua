-- Writing the API's objects, checked against what the service declares, and the marks of lists.
local bytenite <const> = require "bytenite"
local child <const> = require "spec.support.child"
local core <const> = require "bytenite.core"
local declared_members <const> = require "spec.support.declared_members"
local json_difference <const> = require "spec.support.json_difference"

local array <const>, null <const> = bytenite.array, bytenite.null

-- Returns an object of a type, with one member and those that the type requires.
local function object(type_name, member, value)
  local result <const> = {}
  for name, needed in pairs(declared_members.required[type_name] or {}) do
    result[name] = needed
  end
  result[member] = value
  return result
end

describe("writing", function()
  local text_like <const> = {
    accepted = { { "", "" }, { "a text", "a text" }, { "\0😀", "\0😀" }, { "3600", "3600" } },
    refused = { 5, 0.5, true, {}, array() },
  }
  local objects <const> = { accepted = { { {}, {} } }, refused = { "text", 5, true, array(), { 1 }, array { {} } } }
  -- By kind: Lua values with the value that their JSON has when it is read without types, and
  -- values that are refused.
  local kinds <const> = {
    string = text_like,
    timestamp = text_like,
    enum = {
      accepted = { { "JOB_STATE_NEW", "JOB_STATE_NEW" }, { "SOMETHING_NEW", "SOMETHING_NEW" }, { 17, 17 } },
      refused = { true, {}, array(), 1.5 },
    },
    boolean = {
      accepted = { { true, true }, { false, false } },
      refused = { "true", "", 0, 1, {} },
    },
    uint32 = {
      accepted = {
        { 0, 0 },
        { 3600, 3600 },
        { 3600.0, 3600 },
        { 4294967295, 4294967295 },
        { "3600", "3600" },
        { "0", "0" },
      },
      refused = {
        -1,
        4294967296,
        0.5,
        1e300,
        math.mininteger,
        0 / 0,
        math.huge,
        "-1",
        "4294967296",
        "18446744073709551617",
        "0.5",
        "1e3",
        "0x10",
        "+5",
        " 5",
        "5 ",
        "5\0",
        "",
        "-",
        "text",
        true,
        {},
        array(),
      },
    },
    integer = {
      accepted = {
        { 0, 0 },
        { -5, -5 },
        { math.maxinteger, math.maxinteger },
        { math.mininteger, math.mininteger },
        { 0x1p62, 1 << 62 },
        { "9223372036854775807", "9223372036854775807" },
        { "-9223372036854775808", "-9223372036854775808" },
      },
      refused = { 0.5, 0x1p63, 0 / 0, "9223372036854775808", "-9223372036854775809", "1.0", "", "text", false, {} },
    },
    number = {
      accepted = { { 0, 0 }, { 0.5, 0.5 }, { -19.05518337, -19.05518337 }, { 5.0, 5 } },
      refused = { 0 / 0, math.huge, -math.huge, "text", "", true, {} },
    },
    object = {
      accepted = { { {}, {} }, { { a = null, b = { 1 } }, { a = null, b = array { 1 } } } },
      refused = objects.refused,
    },
    ["string[]"] = {
      accepted = {
        { {}, array() },
        { array(), array() },
        { { "eu" }, array { "eu" } },
        { { "eu", null }, array { "eu", null } },
      },
      refused = { "eu", 5, { a = "eu" }, { 5 }, { "eu", {} }, { [2] = "eu" } },
    },
    timestamps = {
      accepted = { { {}, {} }, { { A = "2025-08-27T21:51:41Z" }, { A = "2025-08-27T21:51:41Z" } } },
      refused = { "text", array(), { "a" }, { A = 5 } },
    },
    objects = {
      accepted = { { {}, array() }, { array(), array() } },
      refused = { "text", 5, { a = {} }, { 5 }, { "text" }, { [2] = {} } },
    },
    counts = {
      accepted = { { {}, {} }, { { A = 5, B = "6" }, { A = 5, B = "6" } } },
      refused = { "text", array(), { 5 }, { A = "text" }, { A = 0.5 } },
    },
    properties = {
      accepted = { { {}, {} }, { { A = "text" }, { A = "text" } } },
      refused = { "text", array(), { "a" }, { A = 5 } },
    },
    ["logs of tasks"] = {
      accepted = { { {}, {} }, { { A = { logs = { {} } } }, { A = { logs = array { {} } } } } },
      refused = { "text", array(), { A = 5 }, { A = { logs = "text" } } },
    },
    any = {
      accepted = { { 5, 5 }, { 0.5, 0.5 }, { "text", "text" }, { true, true }, { {}, {} }, { array(), array() } },
      refused = { print, 0 / 0, "\xFF", { a = print } },
    },
  }

  for type_name, members in pairs(declared_members.types) do
    for member, kind in pairs(members) do
      local cases <const> = declared_members.types[kind] and objects or kinds[declared_members.plain_kind(kind)]

      it(("accepts for %s.%s what a %s can be"):format(type_name, member, kind), function()
        for _, case in ipairs(cases.accepted) do
          local text <const> = assert(core.encode(object(type_name, member, case[1]), type_name))
          assert.is_nil(json_difference.find(object(type_name, member, case[2]), core.decode(text)))
        end
      end)

      it(("refuses for %s.%s what a %s cannot be, and names the place"):format(type_name, member, kind), function()
        for _, value in ipairs(cases.refused) do
          local text <const>, problem <const> = core.encode(object(type_name, member, value), type_name)
          assert.is_nil(text)
          assert.matches("^" .. member .. "[%[%.:]", problem)
        end
      end)

      it(("writes null for %s.%s"):format(type_name, member), function()
        local text <const> = assert(core.encode(object(type_name, member, null), type_name))
        assert.is_nil(json_difference.find(object(type_name, member, null), core.decode(text)))
      end)

      if declared_members.types[kind] then
        it(("checks the members of %s.%s as those of a %s"):format(type_name, member, kind), function()
          for inner, inner_kind in pairs(declared_members.types[kind]) do
            local inner_cases <const> = declared_members.types[inner_kind] and objects
              or kinds[declared_members.plain_kind(inner_kind)]
            for _, value in ipairs(inner_cases.refused) do
              local whole <const> = object(type_name, member, { [inner] = value })
              local text <const>, problem <const> = core.encode(whole, type_name)
              assert.is_nil(text)
              assert.matches(("^%s%%.%s[%%[%%.:]"):format(member, inner), problem)
            end
          end
        end)
      end
    end
  end

  it("names what was expected and what it got, but shows no text of the user's", function()
    local _, problem = core.encode({ taskTimeout = "secret" }, "JobConfig")
    assert.equal("taskTimeout: expected an integer from 0 to 4294967295, got a string", problem)
    _, problem = core.encode({ taskTimeout = -1 }, "JobConfig")
    assert.equal("taskTimeout: expected an integer from 0 to 4294967295, got the number -1", problem)
    _, problem = core.encode({ regions = { blacklist = { "eu", 5 } } }, "Job")
    assert.equal("regions.blacklist[2]: expected a string, got the number 5", problem)
    _, problem = core.encode({ app = { 1 } }, "JobParams")
    assert.equal("app: expected an object (a table with named members), got a list", problem)
  end)

  it("writes unknown members as they are, next to the declared ones", function()
    local value <const> = { taskTimeout = 5, gpu = { model = null, ids = array() }, ["@type"] = 7.0 }
    local text <const> = assert(core.encode(value, "JobConfig"))
    assert.is_nil(json_difference.find({ taskTimeout = 5, gpu = value.gpu, ["@type"] = 7 }, core.decode(text)))
  end)

  it("accepts a plain string for the name of a job", function()
    assert.equal([["My \"Job\""]], core.encode('My "Job"', "JobName"))
    for _, wrong in ipairs { 5, true, {}, null, "\xFF" } do
      assert.is_nil((core.encode(wrong, "JobName")))
    end
  end)

  it("requires the required members", function()
    local text <const>, problem <const> = core.encode({ name = "x" }, "NewJob")
    assert.is_nil(text)
    assert.equal('member "templateId" is required', problem)
  end)
end)

describe("a list", function()
  it("is distinguished from an object by bytenite.array's mark", function()
    assert.is_true(core.is_array(array()))
    assert.is_false(core.is_array {})
    assert.is_false(core.is_array { 1 })
    assert.is_false(core.is_array(setmetatable({}, {})))
    assert.is_false(core.is_array(null))
    assert.is_false(core.is_array "list")
  end)

  it("keeps its mark when it is filled after it was read", function()
    local value <const> = bytenite.decode "[]"
    value[1] = "a"
    assert.equal('["a"]', bytenite.encode(value))
    value[1] = nil
    assert.equal("[]", bytenite.encode(value))
  end)

  -- lua-cjson 2.1.0 has no marks; newer versions do. This fakes a newer one, in a separate process
  -- because the core looks at lua-cjson when it is loaded.
  it("may have the marks of newer lua-cjson", function()
    local written <const> = child.run [[
      local real, fake = require "cjson", {}
      for name, value in pairs(real) do fake[name] = value end
      fake.array_mt, fake.empty_array_mt = { __name = "array" }, { __name = "empty array" }
      fake.empty_array = debug.upvalueid(function() return fake end, 1) -- light userdata
      package.loaded.cjson = fake
      local bytenite, core = require "bytenite", require "bytenite.core"

      local function array(items) return setmetatable(items, fake.array_mt) end
      local function empty(items) return setmetatable(items, fake.empty_array_mt) end
      return {
        array_mt = bytenite.encode { a = array {} },
        array_mt_items = bytenite.encode { array { 1, array {} }, {} },
        array_mt_names = tostring(core.encode(array { a = 1 })),
        empty_array_mt = bytenite.encode { a = empty {}, },
        empty_array_mt_items = bytenite.encode { empty { 1, empty {} }, {} },
        empty_array_mt_names = tostring(core.encode(empty { a = 1 })),
        empty_array = bytenite.encode { fake.empty_array, { a = fake.empty_array }, {} },
        empty_array_alone = bytenite.encode(fake.empty_array),
        declared = core.encode({ whitelist = fake.empty_array }, "Regions"),
        declared_mt = core.encode({ whitelist = empty {} }, "Regions"),
        no_object = tostring(core.encode({ app = fake.empty_array }, "JobParams")),
        other_userdata = tostring(core.encode(debug.upvalueid(function() return bytenite end, 1))),
        is_array = { core.is_array(array {}), core.is_array(empty {}), core.is_array(fake.empty_array), core.is_array {} },
        ours = getmetatable(bytenite.array {}) == fake.array_mt,
        read = getmetatable(bytenite.decode "[1]") == fake.array_mt,
        read_empty = getmetatable(bytenite.decode "[]") == fake.array_mt,
        read_declared = getmetatable(core.decode('{"whitelist":[]}', "Regions").whitelist) == fake.array_mt,
        read_object = getmetatable(bytenite.decode "{}") == nil,
        null = bytenite.null == fake.null,
      }
    ]]
    assert.same({
      array_mt = '{"a":[]}',
      array_mt_items = "[[1,[]],{}]",
      array_mt_names = "nil",
      empty_array_mt = '{"a":[]}',
      empty_array_mt_items = "[[1,[]],{}]",
      empty_array_mt_names = "nil",
      empty_array = '[[],{"a":[]},{}]',
      empty_array_alone = "[]",
      declared = '{"whitelist":[]}',
      declared_mt = '{"whitelist":[]}',
      no_object = "nil",
      other_userdata = "nil",
      is_array = { true, true, true, false },
      ours = true,
      read = true,
      read_empty = true,
      read_declared = true,
      read_object = true,
      null = true,
    }, written)
  end)

  it("marked by newer lua-cjson is sent as a list in a call", function()
    local sandbox <const> = require "spec.support.sandbox"
    local service <const> = sandbox.plain()
    service:reset()
    local read <const> = child.run(
      [[
      local real, fake = require "cjson", {}
      for name, value in pairs(real) do fake[name] = value end
      fake.array_mt, fake.empty_array_mt = {}, {}
      package.loaded.cjson = fake
      local bytenite = require "bytenite"
      local client <close> = bytenite.new { base_url = os.getenv "URL", api_key = os.getenv "KEY" }
      local job = assert(client:create_job { templateId = "t", name = "Lists" })
      local app = { a = setmetatable({}, fake.array_mt), b = setmetatable({}, fake.empty_array_mt), c = {} }
      assert(job:set_params { app = app })
      local got = job.params.app
      return { getmetatable(got.a) == fake.array_mt, getmetatable(got.b) == fake.array_mt, getmetatable(got.c) == nil }
    ]],
      { URL = service.base_url, KEY = service.api_key }
    )
    assert.same({ true, true, true }, read)
    local requests <const> = service:requests()
    local sent <const> = bytenite.decode(requests[#requests].body)
    assert.is_nil(json_difference.find({ app = { a = array(), b = array(), c = {} } }, sent))
  end)
end)
