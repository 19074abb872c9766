-- Downloads: a job's results on their way into a folder.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local event_loops <const> = require "spec.support.event_loops"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local program <const> = require "spec.support.program"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"
local soon <const> = require "spec.support.soon"

local BIG <const> = ("0123456789abcdef"):rep(64 * 1024) -- 1 MiB

for kind, start in pairs { plain = sandbox.plain, TLS = sandbox.tls } do
  describe(("a download from a %s sandbox"):format(kind), function()
    local service, client, job, base, into

    before_each(function()
      service = start()
      service:reset()
      client = connect.client(service, { max_retries = 2 })
      client.clock = setmetatable({
        random = function()
          return 0
        end,
      }, { __index = client.clock })
      base = folder.new()
      into = base:at "results"
      service:put_job("j1", '{"id":"j1","state":"JOB_STATE_COMPLETE"}')
      job = client:job "j1"
    end)

    after_each(function()
      client:close()
      getmetatable(base).__close(base)
    end)

    local function downloads()
      local sent <const> = {}
      for _, request in ipairs(connect.sent(service)) do
        if request.operation == "download" then sent[#sent + 1] = request end
      end
      return sent
    end

    it("brings all results into a folder, which it makes", function()
      service:set_results("j1", {
        { name = "out_0/a.txt", content = "first\0" },
        { name = "out_1/deep/b ü.txt", content = "second" },
        { name = "empty", content = "" },
      })
      local files <const> = assert(job:download(into))
      assert.same({
        { name = "out_0/a.txt", path = into .. "/out_0/a.txt", size = 6 },
        { name = "out_1/deep/b ü.txt", path = into .. "/out_1/deep/b ü.txt", size = 6 },
        { name = "empty", path = into .. "/empty", size = 0 },
      }, files)
      assert.equal("first\0", base:read "results/out_0/a.txt")
      assert.equal("second", base:read "results/out_1/deep/b ü.txt")
      assert.equal("", base:read "results/empty")
      assert.equal(3, #base:names())
    end)

    it("sends no token to the links", function()
      service:set_results("j1", { { name = "a", content = "x" } })
      assert(job:download(into))
      local sent <const> = downloads()[1]
      assert.equal("GET", sent.method)
      assert.is_nil(sent.header.authorization)
      assert.is_nil(sent.header.range)
    end)

    it("of no results makes an empty folder", function()
      service:set_results("j1", {})
      assert.same({}, (assert(job:download(into))))
      assert.equal("directory", lfs.attributes(into, "mode"))
    end)

    it("brings one of them by its name", function()
      service:set_results("j1", { { name = "a", content = "1" }, { name = "b", content = "2" } })
      local files <const> = assert(job:download(into, { result = "b" }))
      assert.equal(1, #files)
      assert.same({ "results/b" }, base:names())
      local none <const>, err <const>, fetched <const> = job:download(into, { result = "c" })
      assert.is_nil(none)
      assert.equal("not_found", err.kind)
      assert.matches('no result "c"', err.message)
      assert.same({}, fetched)
    end)

    it("reports how far it is", function()
      service:set_results("j1", { { name = "a", content = BIG }, { name = "b", content = "" } })
      local last, reports = {}, 0
      assert(job:download(into, {
        on_progress = function(received, total, name)
          assert.is_true(received >= (last[name] or 0))
          last[name], reports = received, reports + 1
          assert.equal(name == "a" and #BIG or 0, total)
        end,
      }))
      assert.same({ a = #BIG, b = 0 }, last)
      assert.is_true(reports > 8)
    end)

    it("goes on where it broke", function()
      service:set_results("j1", { { name = "a", size = 3000000, seed = 3 } })
      assert(job:download(base:at "whole"))
      service:fault { operation = "download", truncate = 1000000 }
      local fell
      local last = 0
      assert(job:download(into, {
        on_progress = function(received)
          fell = fell or received < last
          last = received
        end,
      }))
      assert.equal(base:read "whole/a", base:read "results/a")
      assert.is_false(fell)
      local sent <const> = downloads()
      assert.equal(3, #sent)
      local first <const> = tonumber(sent[3].header.range:match "^bytes=(%d+)%-$")
      assert.is_true(first > 0 and first <= 1000000)
      assert.is_string(sent[3].header["if-range"])
    end)

    it("goes on after more breaks than it may be repeated, as long as it moves", function()
      service:set_results("j1", { { name = "a", size = 3000000, seed = 3 } })
      service:fault { operation = "download", truncate = 400000, times = 6 }
      assert(job:download(into))
      assert.equal(3000000, #base:read "results/a")
    end)

    it("is given up after as many attempts without a byte as any call", function()
      service:set_results("j1", { { name = "a", size = 3000000 } })
      service:fault { operation = "download", truncate = 1000000 }
      service:fault { operation = "download", reset = true, times = "forever" }
      local none <const>, err <const>, fetched <const> = job:download(into)
      assert.is_nil(none)
      assert.equal("connection", err.kind)
      assert.same({}, fetched)
      assert.same({}, base:names())
    end)

    it("begins anew where the server gives no parts", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      service:fault { operation = "download", truncate = 500000 }
      service:fault { operation = "download", body = BIG, status = 200 }
      assert(job:download(into))
      assert.equal(BIG, base:read "results/a")
    end)

    it("begins anew when the file has changed meanwhile", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      service:fault { operation = "download", truncate = 500000 }
      local changed
      assert(job:download(into, {
        on_progress = function()
          if changed then return end
          changed = true
          service:set_results("j1", { { name = "a", content = "another" } })
        end,
      }))
      assert.equal("another", base:read "results/a")
    end)

    it("takes no error for a part of the file, however late it looks", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      service:fault { operation = "download", truncate = 500000 }
      service:fault { operation = "download", status = 503, body = ("an error"):rep(1000), retry_after = 0.01 }
      local is_late
      assert(job:download(into, {
        on_progress = function()
          if is_late then return end
          is_late = true
          service:fault { operation = "get_job", delay = 0.3, act = "before" }
          assert(client:get_job "j1") -- meanwhile the second attempt is answered
        end,
      }))
      assert.equal(BIG, base:read "results/a")
    end)

    it("does not go on where nothing would tell a part of another file", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      service:fault { operation = "download", body = BIG, status = 200, truncate = 500000 }
      assert(job:download(into))
      assert.equal(BIG, base:read "results/a")
      assert.is_nil(downloads()[2].header.range)
    end)

    it("is an error when the server gives a part of another file", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      service:fault { operation = "download", truncate = 500000 }
      service:fault {
        operation = "download",
        status = 206,
        body = "xxx",
        headers = { ["content-range"] = ("bytes 0-2/%d"):format(#BIG), etag = '"another"' },
      }
      local none <const>, err <const> = job:download(into)
      assert.is_nil(none)
      assert.equal("protocol", err.kind)
      assert.same({}, base:names())
    end)

    local lies <const> = {
      ["another part"] = "bytes 7-1048575/1048576",
      ["a part of another whole"] = "bytes %d-1048576/1048577",
      ["a part that it does not name"] = "all of it",
    }
    for what, range in pairs(lies) do
      it("is an error when the server gives " .. what, function()
        service:set_results("j1", { { name = "a", content = BIG } })
        service:fault { operation = "download", truncate = 0 }
        service:fault { operation = "download", truncate = 65536 }
        service:fault {
          operation = "download",
          status = 206,
          body = "xxx",
          headers = { ["content-range"] = range:format(65536) },
        }
        local none <const>, err <const> = job:download(into)
        assert.is_nil(none)
        assert.equal("protocol", err.kind)
        assert.same({}, base:names())
      end)
    end

    it("is an error when the server gives a part that was not asked for, or an encoded file", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      for _, fault in ipairs {
        { status = 206, headers = { ["content-range"] = "bytes 0-2/*" } },
        { status = 200, headers = { ["content-encoding"] = "gzip" } },
      } do
        fault.operation, fault.body = "download", "xxx"
        service:fault(fault)
        local none <const>, err <const> = job:download(into)
        assert.is_nil(none)
        assert.equal("protocol", err.kind)
        assert.equal("GET", err.method)
        assert.matches("^/sandbox/results/", err.path)
      end
      assert.same({}, base:names())
      assert.equal("identity", downloads()[1].header["accept-encoding"])
    end)

    it("gives the files that were fetched before the failure", function()
      service:set_results(
        "j1",
        { { name = "a", content = "1" }, { name = "b", content = "2" }, { name = "c", content = "3" } }
      )
      service:fault { operation = "download", status = 404, skip = 1 }
      local none <const>, err <const>, fetched <const> = job:download(into)
      assert.is_nil(none)
      assert.equal("not_found", err.kind)
      assert.equal(1, #fetched)
      assert.same({ "results/a" }, base:names())
    end)

    it("tells storage's words, and shows nothing of the link", function()
      service:set_results("j1", { { name = "a", content = "1" } })
      local link <const> = assert(job:results())[1].link
      local secret <const> = link:match "X%-Signature=([^&]+)"
      service:fault {
        operation = "download",
        status = 403,
        body = ("<Error><Message>Request has expired: %s</Message></Error>"):format(link),
      }
      local _ <const>, err <const> = job:download(into)
      assert.equal("permission_denied", err.kind)
      assert.matches("^Request has expired", err.message)
      assert.matches("job:results%(%) gives new ones", err.hint)
      assert.is_nil((tostring(err) .. core.encode(setmetatable(err, nil))):find(secret, 1, true))
    end)

    it("shows no signature as storage prints it, decoded or in XML, nor a part of one as a path", function()
      local host <const> = service.base_url:match "^https?://[^/]+"
      service:set_results(
        "j1",
        { { name = "a", link = host .. "/sandbox/results/j1/1/a?x=1&sig=abcdefghijk%2Flmnop%3D+qr" } }
      )
      service:fault {
        operation = "download",
        status = 403,
        body = "<Error><Message>abcdefghijk/lmnop= qr, x=1&amp;sig=abcdefghijk%2Flmnop%3D+qr</Message></Error>",
      }
      local _, err = job:download(into)
      assert.is_nil((tostring(err) .. err.body):find "lmnop")
      service:set_results("j1", { { name = "a", link = host .. "?sig=AAAA/SECRETSECRETSECRET" } })
      _, err = job:download(into)
      assert.equal("/", err.path)
      assert.is_nil(tostring(err):find("SECRET", 1, true))
    end)

    it("takes only statuses that come with the file", function()
      service:set_results("j1", { { name = "a", content = "1" } })
      for _, status in ipairs { 204, 202 } do
        service:fault { operation = "download", status = status, body = "" }
        local none <const>, err <const> = job:download(into, { max_retries = 0 })
        assert.is_nil(none)
        assert.equal(status, err.status)
      end
      assert.same({}, base:names())
    end)

    it("says so when the job has not come to its end", function()
      service:put_job("j1", '{"id":"j1","state":"JOB_STATE_MERGING"}')
      local none <const>, err <const>, fetched <const> = job:download(into)
      assert.is_nil(none)
      assert.matches("not yet been completed", err.message)
      assert.same({}, fetched)
      assert.is_nil(lfs.attributes(into))
    end)

    it("has no limit but that bytes must move", function()
      service:set_results("j1", { { name = "a", content = ("x"):rep(20000) } })
      service:fault { operation = "download", drip = { bytes = 4000, every = 0.1 } }
      assert(job:download(into, { timeout = 0.3 }))
      service:fault { operation = "download", hang = true }
      local _ <const>, err <const> = job:download(into, { timeout = 0.2, max_retries = 0 })
      assert.equal("timeout", err.kind)
    end)

    it("lets on_progress take its time", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      local slow = 0
      assert(job:download(into, {
        timeout = 0.2,
        on_progress = function()
          if slow == 2 then return end
          slow = slow + 1
          local until_time <const> = core.now() + 0.4
          while core.now() < until_time do -- luacheck: ignore 542
          end
        end,
      }))
      assert.equal(BIG, base:read "results/a")
    end)

    it("raises what on_progress raises, and leaves nothing", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      assert.error_matches(function()
        job:download(into, {
          on_progress = function()
            error "enough"
          end,
        })
      end, "enough")
      assert.same({}, base:names())
      assert.equal(0, client.session:in_flight())
    end)

    it("ends when the client is closed, and leaves nothing", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      service:fault { operation = "download", drip = { bytes = 65536, every = 0.05 } }
      local ok <const>, err = soon.pcall(function()
        local _ <const>, problem <const> = job:download(into, {
          on_progress = function()
            client:close()
          end,
        })
        return problem
      end)
      assert.is_true(ok, err)
      assert.equal("closed", err.kind)
      assert.same({}, base:names())
    end)

    it("suspends in a map, so that many go on at once", function()
      service:fault { operation = "download", delay = 0.3, act = "before", times = "forever" }
      local ids <const> = {}
      for index = 1, 8 do
        ids[index] = "m" .. index
        service:put_job(ids[index], ('{"id":"m%d","state":"JOB_STATE_COMPLETE"}'):format(index))
        service:set_results(ids[index], { { name = ids[index], content = BIG .. index } })
      end
      local started_at <const> = core.now()
      local results <const> = client:map(ids, function(id)
        return client:job(id):download(into)
      end)
      assert.equal(8, results.succeeded)
      assert.is_true(core.now() - started_at < 1.8) -- one after the other they would take 2.4 s
      for index, id in ipairs(ids) do
        assert.equal(BIG .. index, base:read("results/" .. id))
      end
    end)

    for loop, Host in pairs(event_loops.hosts) do
      it("suspends in the loop of " .. loop, function()
        service:set_results("j1", { { name = "a", content = BIG } })
        service:fault { operation = "download", drip = { bytes = 65536, every = 0.02 } }
        local host <const> = Host.new()
        host:attach(client)
        local ticks, files = 0, nil
        host:spawn(client, function()
          files = assert(job:download(into))
        end)
        host:every(0.01, function()
          ticks = ticks + 1
          return files == nil
        end)
        host:run()
        assert.equal(#BIG, files[1].size)
        assert.is_true(ticks > 5)
      end)
    end
  end)
end

describe("a download", function()
  local service, client, job, base, into

  before_each(function()
    service = sandbox.plain()
    service:reset()
    client = connect.client(service)
    base = folder.new()
    into = base:at "results"
    service:put_job("j1", '{"id":"j1","state":"JOB_STATE_COMPLETE"}')
    job = client:job "j1"
  end)

  after_each(function()
    client:close()
    getmetatable(base).__close(base)
  end)

  local unsafe <const> = {
    ["../a"] = "lead elsewhere",
    ["a/../../b"] = "lead elsewhere",
    [".."] = "lead elsewhere",
    ["."] = "lead elsewhere",
    ["a//b"] = "lead elsewhere",
    ["a/"] = "lead elsewhere",
    ["/etc/passwd"] = "absolute",
    ["..\\a"] = "backslash",
    ["C:\\a"] = "backslash",
    ["a\nb"] = "control characters",
    ["a\27[2J"] = "control characters",
    [""] = "none",
  }
  for name, reason in pairs(unsafe) do
    it(("fetches nothing when a result is called %q"):format(name), function()
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

  it("fetches nothing when two results have one name", function()
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

  it("says so when one result is a file where another needs a folder", function()
    service:set_results("j1", { { name = "a", content = "1" }, { name = "a/b", content = "2" } })
    local none <const>, err <const>, fetched <const> = job:download(into)
    assert.is_nil(none)
    assert.equal("file", err.kind)
    assert.matches("a/b", err.message)
    assert.equal(1, #fetched)
    assert.equal("1", base:read "results/a")
  end)

  it("never writes one result over another, where the file system takes two names for one", function()
    service:set_results("j1", { { name = "one", content = "1" }, { name = "two", content = "2" } })
    local none <const>, err <const> = job:download(into, {
      on_progress = function(_, _, name)
        if name ~= "two" then return end
        os.remove(base:at "results/two")
        os.execute(("ln '%s' '%s'"):format(base:at "results/one", base:at "results/two"))
      end,
    })
    assert.is_nil(none)
    assert.matches("two results would be the one file two", err.message)
    assert.equal("1", base:read "results/one")
  end)

  it("replaces files from before", function()
    assert(lfs.mkdir(into))
    base:write("results/a", "from before, and longer")
    service:set_results("j1", { { name = "a", content = "new" } })
    assert(job:download(into))
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

  it("says so when the folder cannot be made", function()
    service:set_results("j1", { { name = "a", content = "1" } })
    base:write("file", "")
    local none <const>, err <const> = job:download(base:at "file/such")
    assert.is_nil(none)
    assert.equal("file", err.kind)
    assert.matches("cannot use the folder", err.message)
  end)

  it("says so when a file cannot be written to its end, and leaves nothing", function()
    service:set_results("j1", { { name = "a", content = BIG } })
    local code <const> = [[
      local client <close> = require("bytenite").new()
      print(client:job("j1"):download(%q))
    ]]
    local script <const> = base:write("script.lua", code:format(into))
    -- no file may be larger than some kilobytes, and the signal for that is ignored
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
    ["https://storage.example.org/\0x"] = "characters that no URL may hold",
    ["https://storage.example.org/a b"] = "characters that no URL may hold",
    ["https://storage.example.org/?x=" .. ("x"):rep(70000)] = "it is longer than 65536 bytes",
    ["/relative"] = "",
    ["storage.example.org/x"] = "",
    [""] = "there is none",
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

  it("takes no memory for its length", function()
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
