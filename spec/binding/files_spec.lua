-- Files that appear whole or not at all, and cannot be written outside of their folder.
local core <const> = require "bytenite.core"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"

describe("a file in a folder", function()
  local base, place

  before_each(function()
    base = folder.new()
    place = assert(core.folder(base.path))
  end)

  after_each(function()
    getmetatable(base).__close(base)
  end)

  it("gets its name when it is complete", function()
    local file <close> = assert(place:create "a.txt")
    assert.is_true(file:write "one ")
    assert.is_true(file:write "two")
    assert.equal(7, file:size())
    assert.is_nil(base:read "a.txt")
    assert.is_string(file:commit())
    assert.equal("one two", base:read "a.txt")
    assert.same({ "a.txt" }, base:names())
  end)

  it("is removed when it is closed without a commit", function()
    do
      local file <close> = assert(place:create "a.txt")
      file:write "half"
      assert.equal(1, #base:names())
    end
    assert.same({}, base:names())
  end)

  it("is removed when it is collected", function()
    place:create("a.txt"):write "half"
    collectgarbage()
    collectgarbage()
    assert.same({}, base:names())
  end)

  it("leaves no descriptor open when it cannot be created", function()
    local function count()
      local total = 0
      for _ in lfs.dir "/proc/self/fd" do
        total = total + 1
      end
      return total
    end
    collectgarbage()
    collectgarbage "stop"
    local before <const> = count()
    for _ = 1, 10 do
      assert.is_nil((place:create "a/.."))
    end
    local opened <const> = count() - before
    collectgarbage "restart"
    assert.equal(0, opened)
  end)

  it("can be restarted", function()
    local file <close> = assert(place:create "a.txt")
    file:write "what was wrong"
    assert.is_true(file:restart())
    assert.equal(0, file:size())
    file:write "right"
    assert(file:commit())
    assert.equal("right", base:read "a.txt")
  end)

  it("does not replace an existing file unless asked to", function()
    base:write("a.txt", "before")
    do
      local file <close> = assert(place:create "a.txt")
      file:write "after"
      local none <const>, problem <const> = file:commit()
      assert.is_nil(none)
      assert.matches("exists", problem)
    end
    assert.equal("before", base:read "a.txt")
    assert.same({ "a.txt" }, base:names())
  end)

  it("can replace an existing file", function()
    base:write("a.txt", "before")
    local file <close> = assert(place:create "a.txt")
    file:write "after"
    local before <const> = file:occupant()
    assert.is_string(before)
    local now <const> = assert(file:commit(true))
    assert.not_equal(before, now)
    assert.equal("after", base:read "a.txt")
  end)

  it("has missing folders in its path created", function()
    local file <close> = assert(place:create "a/b/c.txt")
    file:write "deep"
    assert(file:commit())
    assert.equal("deep", base:read "a/b/c.txt")
  end)

  it("can be written at the same time as others with its name", function()
    local one <close> = assert(place:create "a.txt")
    local other <close> = assert(place:create "a.txt")
    one:write "one"
    other:write "other"
    local identity <const> = assert(one:commit())
    assert.equal(identity, other:occupant())
    assert.equal("one", base:read "a.txt")
  end)

  describe("is refused", function()
    local names <const> = { "../a.txt", "a/../../b.txt", "..", ".", "", "/tmp/a.txt", "a//b", "a/", "./a", "a/./b" }
    for _, name in ipairs(names) do
      it(("under the name %q"):format(name), function()
        local file <const>, problem <const> = place:create(name)
        assert.is_nil(file)
        assert.is_string(problem)
        assert.same({}, base:names())
      end)
    end

    it("under a name that is too long for the file system", function()
      local file <const>, problem <const> = place:create(("x"):rep(256))
      assert.is_nil(file)
      assert.matches("too long", problem)
    end)

    it("behind a symbolic link to a folder", function()
      local outside <close> = folder.new()
      assert(lfs.link(outside.path, base:at "link", true))
      local file <const>, problem <const> = place:create "link/a.txt"
      assert.is_nil(file)
      assert.is_string(problem)
      assert.same({}, outside:names())
    end)

    it("behind a file", function()
      base:write("a", "a file")
      assert.is_nil((place:create "a/b.txt"))
      assert.equal("a file", base:read "a")
    end)

    it("under the name of a folder", function()
      assert(lfs.mkdir(base:at "a"))
      local file <close> = assert(place:create "a")
      assert.is_nil((file:commit()))
    end)
  end)

  it("replaces a symbolic link, and does not touch its target", function()
    local outside <close> = folder.new()
    local target <const> = outside:write("target.txt", "not ours")
    assert(lfs.link(target, base:at "a.txt", true))
    local file <close> = assert(place:create "a.txt")
    file:write "ours"
    assert(file:commit(true))
    assert.equal("not ours", outside:read "target.txt")
    assert.equal("ours", base:read "a.txt")
    assert.equal("file", lfs.symlinkattributes(base:at "a.txt", "mode"))
  end)

  it("stays in its folder when the folder is moved meanwhile and a link takes its place", function()
    local outside <close> = folder.new()
    local file <close> = assert(place:create "a/b.txt")
    assert(os.rename(base:at "a", base:at "moved"))
    assert(lfs.link(outside.path, base:at "a", true))
    file:write "inside"
    assert(file:commit())
    assert.same({}, outside:names())
    assert.equal("inside", base:read "moved/b.txt")
  end)
end)

describe("a folder", function()
  it("is created if it is missing, with its parents", function()
    local base <close> = folder.new()
    assert.is_userdata((core.folder(base:at "new/and//deep/")))
    assert.equal("directory", lfs.attributes(base:at "new/and/deep", "mode"))
    base:write("file", "")
    local missing <const>, problem <const> = core.folder(base:at "file/new")
    assert.is_nil(missing)
    assert.is_string(problem)
  end)

  it("can be private: new folders belong to the owner alone, existing ones stay as they are", function()
    local base <close> = folder.new()
    assert(os.execute(("chmod 755 '%s'"):format(base.path)))
    local place <const> = assert(core.folder(base:at "new/deep", true))
    local file <close> = assert(place:create "inner/a.txt")
    local temporary <const> = base:names()[1]
    assert.equal(tonumber("600", 8), core.permissions(base:at(temporary)))
    file:write "secret"
    assert(file:commit())
    for path, mode in pairs { [""] = "755", new = "700", ["new/deep"] = "700", ["new/deep/inner"] = "700" } do
      assert.equal(tonumber(mode, 8), core.permissions(base:at(path)), path)
    end
    assert.equal(tonumber("600", 8), core.permissions(base:at "new/deep/inner/a.txt"))
  end)

  it("cannot be a file", function()
    local base <close> = folder.new()
    assert.is_nil((core.folder(base:write("a", ""))))
  end)
end)

describe("the permissions of a file", function()
  it("are those of an open file or a path", function()
    local base <close> = folder.new()
    local path <const> = base:write("a", "")
    assert(os.execute(("chmod 4640 '%s'"):format(path)))
    local file <close> = assert(io.open(path))
    assert.equal(tonumber("4640", 8), core.permissions(path))
    assert.equal(tonumber("4640", 8), core.permissions(file))
  end)

  it("are nil, a reason and the system's error code if there is no file", function()
    local permissions <const>, reason <const>, code <const> = core.permissions "/nowhere/at all"
    assert.same({ nil, "string", 2 }, { permissions, type(reason), code })
  end)
end)

describe("the stamp of a file", function()
  it("has its size, and changes with its content", function()
    local base <close> = folder.new()
    local path <const> = base:write("a", "12345")
    local file <close> = assert(io.open(path, "rb"))
    local size <const>, stamp <const> = core.stamp(file)
    assert.equal(5, size)
    base:write("a", "1234567")
    local later_size <const>, later <const> = core.stamp(file)
    assert.equal(7, later_size)
    assert.not_equal(stamp, later)
  end)

  it("is nil for anything but a regular file", function()
    local folder_file <close> = assert(io.open "/")
    assert.is_nil((core.stamp(folder_file)))
    local pipe <close> = assert(io.popen "echo x")
    assert.is_nil((core.stamp(pipe)))
    pipe:read "a" -- or the shell complains if SIGPIPE is ignored, which LuaSocket does
  end)

  it("raises for anything that is not an open file", function()
    assert.error(function()
      core.stamp {}
    end)
    local closed <const> = assert(io.tmpfile())
    closed:close()
    assert.error_matches(function()
      core.stamp(closed)
    end, "closed file")
  end)
end)
