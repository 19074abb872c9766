-- The query part of URLs as a unit.
local bytenite <const> = require "bytenite"
local query_string <const> = require "bytenite.call.query_string"
local refusals <const> = require "spec.support.refusals"

describe("a query", function()
  it("is nil if it would be empty", function()
    assert.is_nil(query_string.text("where", nil))
    assert.is_nil(query_string.text("where", {}))
    assert.is_nil(query_string.text("where", { a = {} }))
  end)

  it("has its names in order, whatever the table's order is", function()
    assert.equal("a=1&b=2&c=3&d=4", query_string.text("where", { d = 4, b = 2, a = 1, c = 3 }))
  end)

  it("percent-encodes names and values", function()
    assert.equal(
      "a%20b%26c=%2Fx%3F%3D%25%2B%C3%A9&pagination.limit=5",
      query_string.text("where", { ["a b&c"] = "/x?=%+é", ["pagination.limit"] = 5 })
    )
  end)

  it("keeps empty values and NUL", function()
    assert.equal("a=&b=%00", query_string.text("where", { a = "", b = "\0" }))
  end)

  for value, text in pairs {
    [true] = "true",
    [false] = "false",
    [5] = "5",
    [-3] = "-3",
    [0.5] = "0.5",
    [2.0] = "2",
    [math.maxinteger] = "9223372036854775807",
  } do
    it("writes " .. tostring(value) .. " as JSON does", function()
      assert.equal("a=" .. text, query_string.text("where", { a = value }))
    end)
  end

  it("repeats a name for each value of a list, in the list's order", function()
    assert.equal("a=2&a=1&a=true", query_string.text("where", { a = { 2, 1, true } }))
  end)

  for title, case in pairs {
    ["a table in a list"] = { { a = { {} } }, "where: a: expected a string, a number or a boolean, got a table" },
    ["a function"] = { { a = print }, "where: a: expected a string, a number or a boolean, got a function" },
    ["null"] = { { a = bytenite.null }, "where: a: expected a string, a number or a boolean, got null" },
    ["an object"] = { { a = { b = 1 } }, "where: a: expected a value or a list of values without holes" },
    ["a list with a hole"] = { { a = { 1, nil, 3 } }, "where: a: expected a value or a list of values without holes" },
    ["infinity"] = { { a = math.huge }, "where: a: not a finite number" },
    ["a number as its name"] = { { [1] = "a" }, "where: name: expected a string, got a number" },
    ["an empty name"] = { { [""] = "a" }, "where: name: must not be empty" },
  } do
    it("refuses " .. title, function()
      assert.equal(
        case[2],
        refusals.message(function()
          local _ <const> = query_string.text("where", case[1])
        end)
      )
    end)
  end
end)

describe("the members of a request as a query", function()
  it("are joined by dots", function()
    assert.same(
      { ["pagination.limit"] = 5, ["pagination.offset"] = 0, orderBy = "name" },
      query_string.flatten { pagination = { limit = 5, offset = 0 }, orderBy = "name" }
    )
    assert.same({ ["a.b.c"] = 1 }, query_string.flatten { a = { b = { c = 1 } } })
  end)

  it("may be missing", function()
    assert.same({}, query_string.flatten(nil))
  end)
end)
