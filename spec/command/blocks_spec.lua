-- `bytenite block`: checks building blocks, and writes the first files of a new one.
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local program <const> = require "spec.support.program"

local bytenite <const> = lfs.currentdir() .. "/bin/bytenite"

describe("bytenite block", function()
  local function run(place, ...)
    return program.lua({ bytenite, "block", ... }, nil, place.path)
  end

  it("writes a block of each type and language that has no mistakes", function()
    local place <close> = folder.new()
    for _, kind in ipairs { "app", "partitioner", "assembler" } do
      for _, language in ipairs { "python", "lua", "sh" } do
        local name <const> = kind .. "-" .. language
        local made <const> = run(place, "new", name, "--type", kind, "--language", language)
        assert.equal(0, made.status, made.errors)
        assert.is_truthy(made.output:find(name .. "/manifest.json\n", 1, true))
      end
    end
    local checked <const> = run(place, "check", ".")
    assert.same({ 0, "9 blocks, 3 templates: no errors\n", "" }, { checked.status, checked.output, checked.errors })
  end)

  it("says what is wrong with a block, and fails", function()
    local place <close> = folder.new()
    run(place, "new", "count")
    os.remove(place:at "count/app/main.py")
    local checked <const> = run(place, "check", "count")
    assert.equal(2, checked.status)
    assert.is_truthy(
      checked.output:find("error: [^\n]*/count/manifest.json: entrypoint: there is no file app/main.py\n")
    )
    assert.equal("bytenite: count: 2 errors\n", checked.errors) -- the template has no valid app
  end)

  it("refuses an invalid name, a folder that exists, and one without blocks", function()
    local place <close> = folder.new()
    for _, case in ipairs {
      { 2, "name has 1 to 64 letters", "new", "a/b" },
      { 2, "name has 1 to 64 letters", "new", ("x"):rep(65) },
      { 12, "there: it already exists", "new", "there" },
      { 2, "the folder has no blocks", "check", "." },
      { 12, "there is no folder nowhere", "check", "nowhere" },
    } do
      lfs.mkdir(place:at "there")
      local ran <const> = run(place, table.unpack(case, 3))
      assert.equal(case[1], ran.status)
      assert.is_truthy(ran.errors:find(case[2], 1, true), ran.errors)
      assert.equal("", ran.output)
    end
    assert.same({}, place:names())
  end)
end)
