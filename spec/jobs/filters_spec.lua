-- Filters: what is sent for what a program writes, and what is refused.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local deep <const> = require "spec.support.deep"
local refusals <const> = require "spec.support.refusals"

local TYPES <const> = "type.googleapis.com/google.protobuf."

describe("filters", function()
  local service <const>, client <const> = connect.for_tests(before_each, teardown)

  before_each(function()
    service:fault { operation = "filter_jobs", body = "{}", times = "forever" }
  end)

  -- Returns the filters as the service receives them.
  local function sent(filters)
    assert(client:filter_jobs { filters = filters })
    local requests <const> = connect.sent(service)
    return core.decode(requests[#requests].body).filters
  end

  local function sent_value(value)
    return sent({ { field = "name", condition = "EQ", value = value } })[1].value
  end

  local function assert_sent(expected, value)
    assert.is_nil(deep.difference(expected, sent_value(value)))
  end

  it("are sent with the service's names", function()
    local expected <const> = bytenite.array {
      {
        field = "state",
        condition = "FILTER_CONDITION_EQ",
        value = { ["@type"] = TYPES .. "StringValue", value = "JOB_STATE_COMPLETE" },
      },
    }
    local given <const> = { { field = "state", condition = "EQ", value = "JOB_STATE_COMPLETE" } }
    local change <const> = deep.snapshot(given)
    assert.is_nil(deep.difference(expected, sent(given)))
    assert.is_nil(change(), "what was given stays as it was")
  end)

  for _, condition in ipairs {
    "EQ",
    "NEQ",
    "GT",
    "GTE",
    "LT",
    "LTE",
    "ARRAY_CONTAINS",
    "ARRAY_CONTAINS_ANY",
    "IN",
    "NOT_IN",
    "LIKE",
  } do
    it(("accept %s, with and without its prefix"):format(condition), function()
      local full <const> = "FILTER_CONDITION_" .. condition
      local both <const> = sent { { field = "name", condition = condition }, { field = "name", condition = full } }
      assert.same({ full, full }, { both[1].condition, both[2].condition })
    end)
  end

  it("accept conditions of the service that are not known here", function()
    assert.equal(
      "FILTER_CONDITION_NEAR",
      sent({ { field = "name", condition = "FILTER_CONDITION_NEAR" } })[1].condition
    )
  end)

  it("wrap a string, even an empty one", function()
    assert_sent({ ["@type"] = TYPES .. "StringValue", value = "Nightly" }, "Nightly")
    assert_sent({ ["@type"] = TYPES .. "StringValue", value = "" }, "")
  end)

  it("wrap an integer as the decimal digits that protobuf prints, exactly", function()
    assert_sent({ ["@type"] = TYPES .. "Int64Value", value = "7" }, 7)
    assert_sent({ ["@type"] = TYPES .. "Int64Value", value = "9007199254740993" }, 9007199254740993)
    assert_sent({ ["@type"] = TYPES .. "Int64Value", value = "-9223372036854775808" }, math.mininteger)
  end)

  it("wrap a float", function()
    assert_sent({ ["@type"] = TYPES .. "DoubleValue", value = 0.25 }, 0.25)
    assert.equal(TYPES .. "DoubleValue", sent_value(5.0)["@type"])
  end)

  it("wrap a boolean, even false", function()
    assert_sent({ ["@type"] = TYPES .. "BoolValue", value = true }, true)
    assert_sent({ ["@type"] = TYPES .. "BoolValue", value = false }, false)
  end)

  it("wrap a list, even an empty one", function()
    local list <const> = bytenite.array { "a", 1, false }
    assert_sent({ ["@type"] = TYPES .. "ListValue", value = list }, { "a", 1, false })
    assert_sent({ ["@type"] = TYPES .. "ListValue", value = bytenite.array {} }, {})
    assert_sent({ ["@type"] = TYPES .. "ListValue", value = bytenite.array {} }, bytenite.array {})
  end)

  it("do not change a value that already has a type", function()
    local value <const> = { ["@type"] = "some.Type", low = 1, high = { 2.5 } }
    assert_sent({ ["@type"] = "some.Type", low = 1, high = bytenite.array { 2.5 } }, value)
  end)

  it("may have no value, or null", function()
    assert.is_nil(sent_value(nil))
    assert.equal(bytenite.null, sent_value(bytenite.null))
  end)

  it("keep unknown members", function()
    assert.is_true(sent({ { field = "name", condition = "EQ", negate = true } })[1].negate)
  end)

  it("are sent as an empty list if there are none", function()
    assert(client:filter_jobs { filters = {} })
    assert.equal('{"filters":[]}', connect.sent(service)[1].body)
  end)

  local function one(filter)
    return { filters = { { field = "name", condition = "EQ" }, filter } }
  end

  for place, case in pairs {
    ["filters: expected a table, got a string"] = { filters = "state" },
    ["filters: expected a list of filters, got a table with named members"] = {
      filters = { field = "state", condition = "EQ" },
    },
    ["filters[2]: expected a table, got a string"] = one "state",
    ["filters[2].field: expected a string, got nothing"] = one { condition = "EQ" },
    ["filters[2].field: must not be empty"] = one { field = "", condition = "EQ" },
    ["filters[2].condition: expected a string, got nothing"] = one { field = "name" },
    ['filters[2].condition: unknown condition "EG": did you mean "EQ"?'] = one { field = "name", condition = "EG" },
    ['filters[2].condition: unknown condition "like": did you mean "LIKE"?'] = one {
      field = "name",
      condition = "like",
    },
    ['filters[2].condition: unknown condition "BETWEEN": expected one of EQ, NEQ'] = one {
      field = "name",
      condition = "BETWEEN",
    },
    ['filters[2]: unknown member "feild": did you mean "field"?'] = one { feild = "name", condition = "EQ" },
    ["filters[2].value: expected a string, a number, a boolean or a list, got a function"] = one {
      field = "name",
      condition = "EQ",
      value = print,
    },
    ['filters[2].value: expected a plain value, a list, or a table with "@type"'] = one {
      field = "name",
      condition = "EQ",
      value = { low = 1 },
    },
    ["filters[2].value[2]: cannot write a function"] = one { field = "name", condition = "IN", value = { 1, print } },
    ["filters[2].value: cannot write NaN or an infinity"] = one { field = "name", condition = "EQ", value = 0 / 0 },
    ["filters[2].value: cannot write a string that is not UTF-8"] = one {
      field = "name",
      condition = "EQ",
      value = "\xff",
    },
  } do
    it("are refused before anything is sent: " .. place, function()
      for _, name in ipairs { "filter_jobs", "each_job" } do
        local message <const> = refusals.message(function()
          local _ <const> = client[name](client, case)
        end)
        assert.equal(name .. ": " .. place, message:sub(1, #name + 2 + #place))
      end
      assert.same({}, service:requests())
    end)
  end
end)
