-- scripts/release, in a separate repository with the files of this tree.
local folder <const> = require "spec.support.folder"
local program <const> = require "spec.support.program"

local AUTHOR <const> = {
  GIT_AUTHOR_NAME = "a spec",
  GIT_AUTHOR_EMAIL = "spec@example.org",
  GIT_COMMITTER_NAME = "a spec",
  GIT_COMMITTER_EMAIL = "spec@example.org",
  HOME = "/nonexistent",
}

describe("scripts/release", function()
  local base

  local function run(command)
    return program.run({ "sh", "-c", ("cd %s && %s"):format(base:at "tree", command) }, AUTHOR)
  end

  local function must_run(command)
    local ran <const> = run(command)
    assert(ran.status == 0, command .. "\n" .. ran.output .. ran.errors)
    return ran.output
  end

  before_each(function()
    base = folder.new()
    assert(os.execute(("mkdir %s"):format(base:at "tree")))
    assert(
      os.execute(
        ("cp -R CMakeLists.txt CHANGELOG.md bytenite-scm-1.rockspec scripts lua src include bin docs examples %s"):format(
          base:at "tree"
        )
      )
    )
    os.execute(("if [ -d rockspecs ]; then cp -R rockspecs %s; fi"):format(base:at "tree"))
    -- news to release, also right after a release
    local changes <const> = base:read("tree/CHANGELOG.md"):gsub("## %[Unreleased%]\n", "%0\n### Added\n\n- News.\n", 1)
    base:write("tree/CHANGELOG.md", changes)
    must_run "git init --quiet && git add . && git commit --quiet --message all"
    for version in base:read("tree/CHANGELOG.md"):gmatch "\n## %[(%d[%d.]*)%]" do
      must_run("git tag v" .. version)
    end
  end)

  after_each(function()
    getmetatable(base).__close(base)
  end)

  local function edit(path, pattern, text)
    local changed <const>, count <const> = base:read("tree/" .. path):gsub(pattern, text)
    assert(count >= 1, pattern)
    base:write("tree/" .. path, changed)
  end

  local function rockspec(path)
    local fields <const> = {}
    assert(load(assert(base:read("tree/" .. path)), path, "t", fields))()
    return fields
  end

  it("writes the version everywhere, and the rockspec, in one commit with a tag", function()
    must_run "scripts/release 7.8.9"
    assert.equal("7.8.9, released\n", must_run "scripts/release --check")
    assert.matches("\nproject%(bytenite VERSION 7%.8%.9 ", base:read "tree/CMakeLists.txt")
    assert.matches("\n## %[Unreleased%]\n\n## %[7%.8%.9%] %- 20%d%d%-%d%d%-%d%d\n\n###", base:read "tree/CHANGELOG.md")
    assert.equal("v7.8.9\n", must_run "git tag --points-at HEAD")
    assert.equal("", must_run "git status --porcelain")
    local released <const>, current <const> =
      rockspec "rockspecs/bytenite-7.8.9-1.rockspec", rockspec "bytenite-scm-1.rockspec"
    assert.equal("7.8.9-1", released.version)
    assert.same({ url = current.source.url, tag = "v7.8.9" }, released.source)
    assert.same(current.build, released.build)
    must_run "luarocks lint rockspecs/bytenite-7.8.9-1.rockspec && luarocks lint bytenite-scm-1.rockspec"
  end)

  it("refuses to release changes that are not committed", function()
    edit("CHANGELOG.md", "$", "\n")
    local ran <const> = run "scripts/release 7.8.9"
    assert.equal(1, ran.status)
    assert.matches("not committed", ran.errors)
  end)

  it("refuses a version that is not newer, and one without news", function()
    must_run "scripts/release 7.8.9"
    local again <const> = run "scripts/release 7.8.8"
    assert.equal(1, again.status)
    assert.matches("7%.8%.8 is not newer than 7%.8%.9", again.errors)
    local empty <const> = run "scripts/release 7.9.0"
    assert.equal(1, empty.status)
    assert.matches("CHANGELOG%.md has nothing under %[Unreleased%]", empty.errors)
  end)

  it("prints its usage", function()
    local ran <const> = run "scripts/release soon"
    assert.equal(2, ran.status)
    assert.matches("usage: scripts/release", ran.errors)
  end)

  describe("--check fails when", function()
    before_each(function()
      must_run "scripts/release 7.8.9"
    end)

    for title, case in pairs {
      ["the module says another version"] = {
        { "lua/bytenite/client.lua", 'version = "7%.8%.9"', 'version = "7.8.8"' },
        "client.lua says 7%.8%.8",
      },
      ["the changelog says another version"] = {
        { "CHANGELOG.md", "\n## %[7%.8%.9%]", "\n## [7.8.7] - 2026-01-01\n\n## [7.8.9]" },
        "the newest version in CHANGELOG%.md is 7%.8%.7",
      },
      ["a rockspec is of another version"] = {
        { "rockspecs/bytenite-7.8.9-1.rockspec", 'tag = "v7%.8%.9"', 'tag = "v7.8.8"' },
        "is not the rockspec of 7%.8%.9",
      },
    } do
      it(title, function()
        edit(table.unpack(case[1]))
        local ran <const> = run "scripts/release --check"
        assert.equal(1, ran.status)
        assert.matches(case[2], ran.errors)
      end)
    end

    it("the tag is missing", function()
      must_run "git tag --delete v7.8.9"
      assert.matches("there is no tag v7%.8%.9", run("scripts/release --check").errors)
    end)

    it("there is a tag without a section in the changelog", function()
      must_run "git tag v9.9.9"
      assert.matches("CHANGELOG%.md does not have 9%.9%.9", run("scripts/release --check").errors)
    end)
  end)

  it("finds this tree in agreement", function()
    assert.matches("^%d+%.%d+%.%d+, ", must_run "scripts/release --check")
  end)

  it("keeps the repository's address in one place", function()
    local address <const> = rockspec("bytenite-scm-1.rockspec").description.homepage
    assert.matches("^https://", address)
    local found <const> =
      must_run(("grep -rlF '%s' ."):format(address) .. " --exclude-dir=.git --exclude-dir=rockspecs")
    assert.equal("./bytenite-scm-1.rockspec\n", found)
  end)
end)
