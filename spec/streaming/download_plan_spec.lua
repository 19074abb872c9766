-- Downloads: files that exist, names that clash, objects that are stored compressed.
local connect <const> = require "spec.support.connect"
local download_plan <const> = require "bytenite.streaming.download_plan"
local lfs <const> = require "lfs"
local sandbox <const> = require "spec.support.sandbox"
local transfers <const> = require "spec.support.transfers"

describe("a download", function()
  local service, job, base, into

  transfers.download_for_each_test(before_each, after_each, sandbox.plain, function(transfer)
    service, job = transfer.service, transfer.job
    base, into = transfer.folder, transfer.folder:at "results"
  end)

  -- Sets results whose content is their name.
  local function set_results(...)
    local results <const> = {}
    for index, name in ipairs { ... } do
      results[index] = { name = name, content = name }
    end
    service:set_results("j1", results)
  end

  -- Asserts that the download fails for `reason` before it requests any file. Returns the error.
  local function check_refused(options, reason)
    local none <const>, err <const>, fetched <const> = job:download(into, options)
    assert.is_nil(none)
    assert.equal("file", err.kind)
    assert.matches(reason, err.message, 1, true)
    assert.same({}, fetched)
    for _, request in ipairs(connect.sent(service)) do
      assert.not_equal("download", request.operation)
    end
    return err
  end

  local function permissions(path)
    return lfs.attributes(base:at(path), "permissions")
  end

  describe("into a folder that has files of those names", function()
    before_each(function()
      assert(lfs.mkdir(into))
      assert(lfs.mkdir(into .. "/out"))
      base:write("results/out/b", "from before")
      set_results("a", "out/b")
    end)

    it("fetches nothing and says how to continue", function()
      for _, options in ipairs { {}, { existing = "error" } } do
        local err <const> = check_refused(options, "cannot write out/b: it exists")
        assert.matches("replace", err.hint)
      end
      assert.equal("from before", base:read "results/out/b")
      assert.is_nil(lfs.attributes(into .. "/a"))
    end)

    it("keeps them if asked to, and fetches the others", function()
      local files <const> = assert(job:download(into, { existing = "skip" }))
      assert.same({
        { name = "a", path = into .. "/a", size = 1 },
        { name = "out/b", path = into .. "/out/b", size = 11, skipped = true },
      }, files)
      assert.equal("from before", base:read "results/out/b")
      assert.equal("a", base:read "results/a")
    end)

    it("replaces them if asked to, and keeps their modes", function()
      os.execute(("chmod 600 '%s'"):format(base:at "results/out/b"))
      assert(job:download(into, {
        existing = "replace",
        on_progress = function(_, _, name)
          if name ~= "out/b" then return end
          for entry in lfs.dir(into .. "/out") do
            if entry:find "part$" then assert.equal("rw-------", permissions("results/out/" .. entry)) end
          end
        end,
      }))
      assert.equal("out/b", base:read "results/out/b")
      assert.equal("rw-------", permissions "results/out/b")
      os.execute(("chmod 664 '%s'"):format(base:at "results/out/b"))
      assert(job:download(into, { existing = "replace" }))
      assert.equal("rw-rw-r--", permissions "results/out/b")
    end)

    it("refuses other values of existing", function()
      assert.has_error(function()
        job:download(into, { existing = "overwrite" })
      end)
    end)

    it("does not replace a file that appears during the download", function()
      set_results "late"
      local none <const>, err <const> = job:download(into, {
        on_progress = function()
          base:write("results/late", "from somebody else")
        end,
      })
      assert.is_nil(none)
      assert.matches("File exists", err.message)
      assert.equal("from somebody else", base:read "results/late")
    end)

    it("fetches nothing if a folder is where a file is wanted, or the reverse", function()
      set_results("c", "out")
      check_refused({ existing = "replace" }, "cannot write out: there is a folder of that name")
      set_results("c", "out/b/d")
      check_refused({ existing = "replace" }, "a part of its path is a file or a symbolic link")
      service:set_results("j1", { { name = "out/b/", content = "" } })
      check_refused({ existing = "replace" }, "cannot write out/b: there is a file of that name")
    end)

    it("does not accept a symbolic link as an existing file", function()
      assert(lfs.link("b", base:at "results/out/link", true))
      assert(lfs.link("nothing", base:at "results/out/dangling", true))
      for _, name in ipairs { "out/link", "out/dangling" } do
        set_results(name)
        check_refused({ existing = "skip" }, ("cannot write %s: there is a symbolic link"):format(name))
      end
    end)

    it("replaces a symbolic link, not its target", function()
      assert(lfs.link("b", base:at "results/out/link", true))
      set_results "out/link"
      check_refused({}, "cannot write out/link: it exists")
      assert(job:download(into, { existing = "replace" }))
      assert.equal("out/link", base:read "results/out/link")
      assert.equal("from before", base:read "results/out/b")
    end)
  end)

  for _, case in ipairs {
    { "a", "a/b" },
    { "a/b", "a" },
    { "a/b/c", "a" },
    { "x/a/b", "x/A" },
    { "a", "A" },
    { "out/a", "OUT/A" },
    { "a", "./a" },
    { "out/b", "out//b" },
    { "out/", "OUT/" },
    { "out/", "out" },
    { "out", "out/" },
  } do
    it(("fetches nothing when %q and %q clash"):format(case[1], case[2]), function()
      set_results(case[1], case[2])
      local none <const>, err <const>, fetched <const> = job:download(into)
      assert.is_nil(none)
      assert.equal("file", err.kind)
      assert.matches("file_name", err.hint)
      assert.same({}, fetched)
      assert.same({}, base:names())
      assert.equal(1, #connect.sent(service))
    end)
  end

  it("writes names that do not clash", function()
    set_results("a/b", "a/c", "A/d", "ab", "a.b")
    assert.equal(5, #assert(job:download(into)))
  end)

  for title, case in pairs {
    ["C1 control characters"] = { "a\u{9B}2Jb", "control characters" },
    ["a delete character"] = { "a\x7Fb", "control characters" },
    ["a right-to-left override"] = { "a\u{202E}gpj.exe", "change the direction" },
    ["an isolate"] = { "a\u{2066}b", "change the direction" },
    ["a line separator"] = { "a\u{2028}b", "change the direction" },
    ["65 folders"] = { ("a/"):rep(65) .. "b", "more than 64 folders" },
    ["a part of 256 bytes"] = { ("a"):rep(256), "more than 255 bytes" },
    ["more bytes than a path may have"] = { (("a"):rep(200) .. "/"):rep(21) .. "b", "more than 4095 bytes" },
  } do
    it("fetches nothing when a name has " .. title, function()
      set_results("good", case[1])
      local err <const> = check_refused({}, case[2])
      assert.is_nil(err.message:find "[\x7F\x80-\xBF]")
      assert.same({}, base:names())
    end)
  end

  it("writes a path of 4095 bytes, and no longer one", function()
    local length <const> = 4095 - #into - 1
    local name <const> = (("a"):rep(199) .. "/"):rep(25):sub(1, length - 1) .. "b"
    set_results("c" .. name)
    check_refused({}, "more than 4095 bytes")
    set_results(name)
    assert.equal(4095, #assert(job:download(into))[1].path)
  end)

  it("writes names with 64 folders", function()
    set_results(("a/"):rep(64) .. "b")
    assert.equal(1, #assert(job:download(into)))
  end)

  it("takes memory in proportion to the length of names, however deep they are", function()
    local results <const>, folders <const> = {}, {}
    local bytes = 0
    for index = 1, 100 do
      for depth = 1, 64 do
        folders[depth] = ("%055d"):format(index * 100 + depth)
      end
      results[index] = { name = table.concat(folders, "/") .. "/f" }
      bytes = bytes + #results[index].name
    end
    collectgarbage()
    collectgarbage "stop"
    local before <const> = collectgarbage "count"
    local files <const> = download_plan.files(results, into, {})
    local taken <const> = 1024 * (collectgarbage "count" - before)
    collectgarbage "restart"
    assert.equal(100, #files)
    assert.is_true(taken < 20 * bytes, ("%.0f bytes for names of %d bytes"):format(taken, bytes))
  end)

  it("reads out//b and ./c as out/b and c", function()
    set_results("out//b", "./c", "d/./e")
    local files <const> = assert(job:download(into))
    assert.same({ "out/b", "c", "d/e" }, { files[1].name, files[2].name, files[3].name })
    assert.equal("out//b", base:read "results/out/b")
  end)

  it("makes a folder for an empty result whose name ends in a slash", function()
    service:set_results("j1", { { name = "out/empty/", content = "" }, { name = "out/a", content = "1" } })
    local files <const> = assert(job:download(into))
    assert.same({ name = "out/empty", path = into .. "/out/empty", size = 0 }, files[1])
    assert.equal("directory", lfs.attributes(into .. "/out/empty", "mode"))
    assert.same(
      { "a", "empty", "out" },
      (function()
        local names <const> = {}
        for entry in lfs.dir(into .. "/out") do
          if not entry:find "^%.+$" then names[#names + 1] = entry end
        end
        names[#names + 1] = "out"
        table.sort(names)
        return names
      end)()
    )
    assert.equal(2, #assert(job:download(into, { existing = "replace" })))
  end)

  it("says so if a result whose name ends in a slash is not empty", function()
    service:set_results("j1", { { name = "out/", content = "1" } })
    local none <const>, err <const> = job:download(into)
    assert.is_nil(none)
    assert.matches("it is not empty", err.message)
  end)

  describe("of an object that is stored with a Content-Encoding", function()
    local content <const> = ("some content, "):rep(20000)

    -- Returns the output of a program for a file with the content.
    local function output_of(program)
      local path <const> = base:write("content", content)
      local pipe <close> = assert(io.popen(program:format(path)))
      return pipe:read "a"
    end

    before_each(function()
      service:set_results("j1", { { name = "a", content_base64 = output_of "gzip -c '%s' | openssl base64 -A" } })
      service:fault { operation = "download", headers = { ["content-encoding"] = "gzip" }, times = "forever" }
    end)

    it("writes it as it is stored", function()
      local files <const> = assert(job:download(into))
      local stored <const> = base:read "results/a"
      assert.equal("\x1F\x8B", stored:sub(1, 2))
      assert.equal(#stored, files[1].size)
      local pipe <close> = assert(io.popen(("gzip -dc < '%s'"):format(files[1].path)))
      assert.equal(content, pipe:read "a")
    end)

    it("decodes it if asked to", function()
      local files <const> = assert(job:download(into, { decode = true }))
      assert.equal(content, base:read "results/a")
      assert.equal(#content, files[1].size)
    end)

    it("starts again if the connection breaks", function()
      service:fault {
        { operation = "download", headers = { ["content-encoding"] = "gzip" }, truncate = 300 },
        { operation = "download", headers = { ["content-encoding"] = "gzip" } },
      }
      assert(job:download(into, { decode = true }))
      assert.equal(content, base:read "results/a")
    end)

    it("says so if it is not encoded as announced", function()
      service:set_results("j1", { { name = "a", content = "no gzip" } })
      local none <const>, err <const> = job:download(into, { decode = true })
      assert.is_nil(none)
      assert.is_string(err.kind)
      assert.is_nil(lfs.attributes(into .. "/a"))
    end)

    it("fetches it once, and refuses it if bytes follow its end", function()
      local program <const> = "(gzip -c '%s'; printf behind) | openssl base64 -A"
      service:set_results("j1", { { name = "a", content_base64 = output_of(program) } })
      local none <const>, err <const> = job:download(into, { decode = true })
      assert.is_nil(none)
      assert.equal("protocol", err.kind)
      assert.is_false(err.retryable)
      assert.matches("cannot be decoded", err.message, 1, true)
      assert.equal(1, err.attempts)
      assert.is_nil(lfs.attributes(into .. "/a"))
    end)
  end)

  it("decodes nothing that is not encoded", function()
    set_results "a"
    assert.equal(1, assert(job:download(into, { decode = true }))[1].size)
  end)
end)
