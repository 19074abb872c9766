-- Compatibility with lua-cjson: both read the same texts in the same way, and each accepts values
-- made by the other.
local bytenite <const> = require "bytenite"
local cjson <const> = require("cjson").new()
local random_json <const> = require "spec.support.random_json"
local json_difference <const> = require "spec.support.json_difference"
local sandbox <const> = require "spec.support.sandbox"
local updates <const> = require "spec.support.updates"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"
local array <const>, null <const> = bytenite.array, bytenite.null
local IS_NEWER <const> = cjson.array_mt ~= nil -- than 2.1.0, whose behaviour is listed here

-- Returns a value as any lua-cjson returns it: every number a float, no marks.
local function flattened(value)
  if math.type(value) == "integer" then return value + 0.0 end
  if type(value) ~= "table" then return value end
  local flat <const> = {}
  for key, member in next, value do
    flat[key] = flattened(member)
  end
  return flat
end

local function theirs(text)
  local accepted <const>, value = pcall(cjson.decode, text)
  if not accepted then return nil, value end
  return value
end

local function agree(text)
  local ours <const>, problem <const> = bytenite.decode(text)
  assert(ours ~= nil, tostring(problem))
  local value <const>, message <const> = theirs(text)
  assert(value ~= nil, message)
  assert.is_nil(json_difference.find(flattened(ours), flattened(value)))
end

describe("lua-cjson and bytenite.decode", function()
  describe("read alike", function()
    for _, text in ipairs {
      "{}",
      "[]",
      " [ { } , [ ] ] ",
      "null",
      "true",
      "false",
      "[true,false,null]",
      '""',
      '"My Job"',
      "7",
      "3600",
      "0.1",
      "-19.05518337",
      "8.34e-06",
      "1E+5",
      "9007199254740993",
      "9223372036854775807",
      "18446744073709551616",
      "1.7976931348623157e308",
      "2.2250738585072011e-308",
      "5e-324",
      "1e-400",
      "-0",
      "-0.0",
      [["\u0000a\u0000"]],
      [["\b\f\n\r\t\"\\\/"]],
      [["\u00e9\u20AC\ud83d\ude00"]],
      '"é€😀"',
      [[{"":1,"\u0000":2,"\n":3}]],
      [[{"a":{"b":[1,{"c":null}]},"1":"x"}]],
      [=[[[[[[[["deep"]]]]]]]]=],
      ("["):rep(128) .. ("]"):rep(128),
      updates.full_job(ID),
    } do
      it(#text > 60 and text:sub(1, 57) .. "..." or text, function()
        agree(text)
      end)
    end

    it("thousands of random texts", function()
      for seed = 1001, 1020 do
        local texts <const> = random_json.new(seed, { null = null, array = array }):values(100)
        for index, text in ipairs(texts) do
          local ok <const>, problem <const> = pcall(agree, text)
          assert(ok, ("seed %d, text %d: %s: %s"):format(seed, index, text, problem))
        end
      end
    end)
  end)

  describe("refuse alike", function()
    for _, text in ipairs {
      "",
      "[",
      "[1,]",
      '{"a":1,}',
      '{"a"}',
      "{a:1}",
      "{'a':1}",
      '{1:"a"}',
      "nul",
      "1 2",
      "[1]]",
      '"abc',
      [["\x41"]],
      [["\u12"]],
      [["\ud800"]],
      [["\udc00"]],
      [["\ud83d\u0041"]],
      "/* */ 1",
      ".5",
      "-",
      "undefined",
      "<html></html>",
    } do
      it(text, function()
        assert.is_nil((bytenite.decode(text)))
        assert.is_nil((theirs(text)))
      end)
    end
  end)

  -- We refuse these because they are not JSON (RFC 8259); lua-cjson 2.1.0 is lenient, and depends
  -- on the settings of the host.
  describe("differ on", function()
    for reason, texts in pairs {
      ["numbers that JSON does not have"] = { "01", "-01", "+1", "0x10", "1.", "NaN", "-Infinity", "Infinity" },
      ["numbers beyond the range of a double"] = { "1e400", "-1e400" },
      ["raw control characters in strings"] = { '"\n"', '"\1"', '{"\t":1}' },
      ["bytes that are not UTF-8"] = { '"caf\xE9"', '"\xC0\x80"', '"\xED\xA0\x80"' },
      ["repeated members, of which the last wins there"] = { [[{"a":1,"a":2}]], [[{"a":1,"\u0061":2}]] },
      ["anything after a NUL"] = { "[1]\0junk" },
      ["lists and objects over 128 levels, up to 1000 there"] = { ("["):rep(129) .. ("]"):rep(129) },
    } do
      it(reason, function()
        for _, text in ipairs(texts) do
          assert.is_nil((bytenite.decode(text)))
          if not IS_NEWER then assert(theirs(text) ~= nil, text .. ": no difference any more") end
        end
      end)
    end

    if not IS_NEWER then
      it("integers, which are all floats there", function()
        assert.equal("integer", math.type(bytenite.decode "9007199254740993"))
        assert.equal("float", math.type(theirs "9007199254740993"))
      end)

      it("empty lists, which are objects there", function()
        assert.equal("[[],{}]", bytenite.encode(bytenite.decode "[[],{}]"))
        assert.equal("[{},{}]", cjson.encode(theirs "[[],{}]"))
      end)
    end
  end)
end)

describe("lua-cjson and bytenite.encode", function()
  describe("write alike", function()
    for name, value in pairs {
      ["null"] = null,
      ["true"] = true,
      ["a text"] = 'My "Job" \\ é\n\0',
      ["an integer"] = 3600,
      ["a float"] = -2.5,
      ["an integral float"] = 5.0,
      ["a list"] = { 1, "a", { null } },
      ["an empty table"] = {},
      ["an object"] = { a = { b = { c = { 1, 2, 3 } } }, [""] = false },
    } do
      it(name, function()
        agree(bytenite.encode(value))
        assert.is_nil(
          json_difference.find(bytenite.decode(cjson.encode(value)), bytenite.decode(bytenite.encode(value)))
        )
      end)
    end
  end)

  if not IS_NEWER then
    it("differ on numbers with more than 14 digits, and on empty lists", function()
      for _, value in ipairs { 9007199254740993, math.maxinteger, 0.1 + 0.2, array() } do
        assert.is_nil(json_difference.find(value, (bytenite.decode(bytenite.encode(value)))))
        assert.is_string(json_difference.find(value, (bytenite.decode(cjson.encode(value)))))
      end
    end)
  end

  it("differ on sparse lists, which lua-cjson fills with null", function()
    assert.has_error(function()
      bytenite.encode { 1, nil, 3 }
    end)
    assert.equal("[1,null,3]", cjson.encode { 1, nil, 3 })
  end)
end)

describe("a job and lua-cjson", function()
  local service, client

  before_each(function()
    service = sandbox.plain()
    service:reset()
    service:put_job(ID, updates.full_job(ID))
    client = bytenite.new { base_url = service.base_url, api_key = service.api_key }
  end)

  after_each(function()
    client:close()
    service:reset()
  end)

  local function last_body()
    local requests <const> = service:requests()
    return bytenite.decode(requests[#requests].body)
  end

  it("can be combined: cjson.encode writes every member and nothing else", function()
    local job <const> = assert(client:get_job(ID))
    job.numUnitsEstimation = 12 -- 2.1.0 writes no more than 14 digits
    local again <const> = flattened(bytenite.decode(cjson.encode(job)))
    assert.is_nil(json_difference.find(flattened(setmetatable(job, nil)), again))
  end)

  it("can be combined: cjson.decode reads a stored job", function()
    local job <const> = assert(client:get_job(ID))
    local stored <const> = cjson.decode(cjson.encode(job))
    local adopted <const> = client:job(stored)
    assert.equal(stored, adopted)
    assert.equal(adopted, assert(adopted:refresh()))
    assert.is_nil(json_difference.find(job, adopted))
  end)

  it("can be combined: create_job accepts what cjson.decode returns", function()
    local given <const> = cjson.decode [[{
      "templateId": "img-gen", "name": "Nightly batch", "description": null,
      "params": {"partitioner": {"num_replicas": 5}, "assembler": {}, "app": {"prompt": null, "seeds": [1, 2.5]}},
      "config": {"taskTimeout": 3600, "jobTimeout": "86400", "isTestJob": true, "maxTaskRetries": null}
    }]]
    local job <const> = assert(client:create_job(given))
    assert.equal(3600, job.config.taskTimeout)
    assert.equal("integer", math.type(job.config.taskTimeout))
    assert.is_nil(json_difference.find({
      templateId = "img-gen",
      name = "Nightly batch",
      description = null,
      params = { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = null, seeds = array { 1, 2.5 } } },
      config = { taskTimeout = 3600, jobTimeout = "86400", isTestJob = true, maxTaskRetries = null },
    }, last_body()))
  end)

  -- By update: a body as text. Integers are written without a fraction although lua-cjson reads
  -- floats.
  for method, text in pairs {
    set_datasource = [[{"dataSource":{"dataSourceDescriptor":"url","params":{
                        "@type":"type.googleapis.com/bytenite.data_source.HttpDataSource","url":"u","x":[1,-7,null]}},
                        "dataDestination":{"dataSourceDescriptor":"bucket","params":null}}]],
    set_params = [[{"partitioner":{"num_replicas":5},"assembler":{},"app":{"big":4503599627370496,"half":0.5,"a":[null,{}]}}]],
    set_name = [["My Job"]],
    set_configs = [[{"taskTimeout":3600,"jobTimeout":4294967295,"isTestJob":false,"maxTaskRetries":null}]],
  } do
    it(("can be combined: %s accepts what cjson.decode returns"):format(method), function()
      local job <const> = client:job(ID)
      assert.equal(job, assert(job[method](job, cjson.decode(text))))
      assert.is_nil(json_difference.find(bytenite.decode(text), last_body()))
    end)
  end

  it("can be combined: client:request accepts what cjson.decode returns", function()
    local text <const> = [[{"name":"x","filters":[{"value":5,"field":null}]}]]
    client:request { method = "POST", path = "/customer/jobs/filter", body = cjson.decode(text) }
    assert.is_nil(json_difference.find(bytenite.decode(text), last_body()))
  end)

  it("do not depend on the settings that the host makes in its lua-cjson", function()
    local host <const> = require "cjson"
    host.decode_max_depth(1)
    host.encode_max_depth(1)
    host.encode_number_precision(1)
    finally(function()
      host.decode_max_depth(1000)
      host.encode_max_depth(1000)
      host.encode_number_precision(14)
    end)
    local own <const> = bytenite.new { base_url = service.base_url, api_key = service.api_key }
    local job <const> = assert(own:job(ID):set_params { app = { deep = { { { 1234567 } } } } })
    own:close()
    assert.is_nil(json_difference.find({ deep = array { array { array { 1234567 } } } }, job.params.app))
  end)
end)
