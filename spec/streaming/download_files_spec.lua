-- Downloads: the names of their files, and what they refuse before anything is fetched.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local program <const> = require "spec.support.program"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"
local transfers <const> = require "spec.support.transfers"

local BIG <const> = ("0123456789abcdef"):rep(64 * 1024) -- 1 MiB

describe("a download", function()
  local service, job, base, into

  transfers.download_for_each_test(before_each, after_each, sandbox.plain, function(transfer)
    service, job = transfer.service, transfer.job
    base, into = transfer.folder, transfer.folder:at "results"
  end)

  local unsafe <const> = {
    ["../a"] = "lead elsewhere",
    ["a/../../b"] = "lead elsewhere",
    [".."] = "lead elsewhere",
    ["."] = "lead elsewhere",
    ["/etc/passwd"] = "absolute",
    ["..\\a"] = "backslash",
    ["C:\\a"] = "backslash",
    ["a\nb"] = "control characters",
    ["a\27[2J"] = "control characters",
    [""] = "no name",
  }
  for name, reason in pairs(unsafe) do
    it(("fetches nothing if a result is called %q"):format(name), function()
      service:set_results("j1", { { name = "good", content = "1" }, { name = name, content = "2" } })
      local none <const>, err <const> = job:download(into)
      assert.is_nil(none)
      assert.equal("file", err.kind)
      assert.matches(reason, err.message)
      assert.matches("file_name", err.hint)
      assert.is_nil(tostring(err):find "%c")
      assert.same({}, base:names())
      assert.equal(1, #connect.sent(service))
    end)
  end

  it("fetches nothing if two results have one name", function()
    service:set_results("j1", { { name = "a", content = "1" }, { name = "a", content = "2" } })
    local none <const>, err <const> = job:download(into)
    assert.is_nil(none)
    assert.matches('two results are called "a"', err.message)
    assert.same({}, base:names())
  end)

  it("lets the program choose the names", function()
    service:set_results("j1", { { name = "../a", content = "1" }, { name = "../a", content = "2" } })
    local files <const> = assert(job:download(into, {
      file_name = function(result, index)
        return index .. "/" .. result.name:match "[^/]*$"
      end,
    }))
    assert.equal(2, #files)
    assert.equal("1", base:read "results/1/a")
    assert.equal("2", base:read "results/2/a")
    local _ <const>, err <const> = job:download(into, {
      file_name = function()
        return "../out"
      end,
    })
    assert.equal("file", err.kind)
  end)

  it("never overwrites a result with another, even if the file system treats their names as one", function()
    service:set_results("j1", { { name = "one", content = "1" }, { name = "two", content = "2" } })
    local none <const>, err <const> = job:download(into, {
      concurrency = 1,
      on_progress = function(_, _, name)
        if name ~= "two" then return end
        os.remove(base:at "results/two")
        os.execute(("ln '%s' '%s'"):format(base:at "results/one", base:at "results/two"))
      end,
    })
    assert.is_nil(none)
    assert.matches("two results would be written to the same file two", err.message)
    assert.equal("1", base:read "results/one")
  end)

  it("replaces existing files", function()
    assert(lfs.mkdir(into))
    base:write("results/a", "from before, and longer")
    service:set_results("j1", { { name = "a", content = "new" } })
    assert(job:download(into, { existing = "replace" }))
    assert.equal("new", base:read "results/a")
  end)

  it("follows no symbolic link in the folder", function()
    local outside <close> = folder.new()
    assert(lfs.mkdir(into))
    assert(lfs.link(outside.path, base:at "results/out_0", true))
    service:set_results("j1", { { name = "out_0/a", content = "1" } })
    local none <const>, err <const> = job:download(into)
    assert.is_nil(none)
    assert.equal("file", err.kind)
    assert.matches("symbolic link", err.message)
    assert.same({}, outside:names())
  end)

  it("says so if the folder cannot be made", function()
    service:set_results("j1", { { name = "a", content = "1" } })
    base:write("file", "")
    local none <const>, err <const> = job:download(base:at "file/such")
    assert.is_nil(none)
    assert.equal("file", err.kind)
    assert.matches("cannot use the folder", err.message)
  end)

  it("says so if a file cannot be written completely, and leaves nothing", function()
    service:set_results("j1", { { name = "a", content = BIG } })
    local code <const> = [[
      local client <close> = require("bytenite").new()
      print(client:job("j1"):download(%q))
    ]]
    local script <const> = base:write("script.lua", code:format(into))
    -- Files are limited to some kilobytes, and the signal for larger ones is ignored.
    local command <const> = "trap '' XFSZ; ulimit -f 64; exec lua5.4 " .. script
    local ran <const> = program.run({ "sh", "-c", command }, program.environment(service))
    assert.equal(0, ran.status, ran.errors)
    assert.matches("^nil\t[^\n]*file: cannot write a: ", ran.output)
    assert.same({ "script.lua" }, base:names())
  end)

  local unusable <const> = {
    ["http://storage.example.org/x?s=1"] = "plain http to a host that is not loopback",
    ["file:///etc/passwd"] = "",
    ["https://"] = "",
    ["https:///x?sig=1"] = "it has no host",
    ["http:///x"] = "it has no host",
    ["https:/x"] = "it has no host",
    ["https://:443/x"] = "",
    ["https://?x=1"] = "",
    ["http://[::1"] = "",
    ["https://[::1]x/y"] = "",
    ["https://user:password@storage.example.org/x"] = "it carries credentials",
    ["https://storage.example.org:99999/x"] = "",
    ["https://storage.example.org/\0x"] = "characters that are not allowed in a URL",
    ["https://storage.example.org/a b"] = "characters that are not allowed in a URL",
    ["https://storage.example.org/?x=" .. ("x"):rep(70000)] = "it is longer than 65536 bytes",
    ["/relative"] = "",
    ["storage.example.org/x"] = "",
    [""] = "there is no address",
  }
  for address, reason in pairs(unusable) do
    it(("fetches nothing from %q"):format(address:sub(1, 50)), function()
      service:set_results("j1", { { name = "a", link = address } })
      local none <const>, err <const> = job:download(into)
      assert.is_nil(none)
      assert.equal("unexpected", err.kind)
      assert.matches("the link of a cannot be used: .*" .. reason, err.message)
      assert.same({}, base:names())
    end)
  end

  it("does not follow redirects", function()
    service:set_results("j1", { { name = "a", content = "1" } })
    service:fault {
      operation = "download",
      status = 302,
      body = "moved",
      headers = { location = service.base_url .. "/customer/info" },
    }
    local none <const>, err <const> = job:download(into)
    assert.is_nil(none)
    assert.equal(302, err.status)
    assert.matches("redirects", err.hint)
    assert.equal(2, #connect.sent(service))
  end)

  it("refuses what it cannot use, before anything is sent", function()
    local mistakes <const> = {
      ["download: folder: expected a string, got nothing"] = {},
      ["download: folder: must not be empty"] = { "" },
      ["download: folder: a path cannot hold a NUL"] = { "a\0b" },
      ['unknown option "on_progres": did you mean "on_progress"'] = { into, { on_progres = print } },
      ["result: expected a string"] = { into, { result = 1 } },
      ["timeout: expected seconds"] = { into, { timeout = 0 } },
    }
    for message, arguments in pairs(mistakes) do
      local raised <const> = refusals.message(function()
        local result <const> = job:download(arguments[1], arguments[2])
        return result
      end)
      assert.matches(message, raised)
    end
    assert.equal(0, #connect.sent(service))
    assert.is_function(bytenite.Job.download)
  end)

  it("needs the memory of a short file, whatever its size", function()
    service:set_results("j1", { { name = "a", size = 32 * 1024 * 1024, seed = 5 } })
    local pieces, most = 0, 0
    collectgarbage()
    local before <const> = collectgarbage "count"
    assert(job:download(into, {
      on_progress = function()
        pieces = pieces + 1
        if pieces % 50 > 0 then return end
        collectgarbage()
        most = math.max(most, collectgarbage "count")
      end,
    }))
    assert.is_true(pieces > 100)
    assert.is_true(most - before < 1024, ("%.0f kB more"):format(most - before))
  end)
end)
