-- Names for the files of several tasks, and names as people see them.
local collected_files <const> = require "bytenite.sandbox.runner.collected_files"

-- The names that the files of each task get.
local function distinct(...)
  local lists <const> = {}
  for index, names in ipairs { ... } do
    lists[index] = {}
    for place, name in ipairs(names) do
      lists[index][place] = { name = name, path = "/x", is_link = false }
    end
  end
  local result <const> = {}
  for index, each in ipairs(collected_files.distinct(lists)) do
    result[index] = each.name
  end
  return result
end

describe("the files of several tasks", function()
  it("keep names that one task uses, and get its number where several use one", function()
    assert.same({ "a.txt", "b.txt" }, distinct({ "a.txt" }, { "b.txt" }))
    assert.same({ "a_0.txt", "a_1.txt", "b" }, distinct({ "a.txt" }, { "a.txt", "b" }))
    assert.same(
      { "a_0", ".b_0", "c.tar_0.gz", "a_1", ".b_1", "c.tar_1.gz" },
      distinct({ "a", ".b", "c.tar.gz" }, { "a", ".b", "c.tar.gz" })
    )
    assert.same({ "d.e/a_0", "d.e/a_1" }, distinct({ "d.e/a" }, { "d.e/a" }))
    assert.same({}, distinct())
  end)

  it("sort by task, however many there are", function()
    local lists <const> = {}
    for index = 1, 101 do
      lists[index] = { "a" }
    end
    local names <const> = distinct(table.unpack(lists))
    assert.same({ "a_000", "a_010", "a_100" }, { names[1], names[11], names[101] })
  end)

  it("do not get a name that another file has", function()
    assert.same({ "a_0_0", "a_0", "a_1" }, distinct({ "a", "a_0" }, { "a" }))
  end)

  it("do not get the name of a folder", function()
    assert.same({ "a_0", "a/b" }, distinct({ "a" }, { "a/b" }))
  end)
end)

describe("the name of a result", function()
  it("is text that JSON can hold", function()
    for name, shown in pairs { ["ä b.txt"] = "ä b.txt", ["a\nb"] = "a%0Ab", ["\xff\xc3\xa4"] = "%FF%C3%A4" } do
      assert.equal(shown, collected_files.shown(name))
    end
  end)
end)
