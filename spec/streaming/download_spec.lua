-- Downloads of a job's results into a folder.
local core <const> = require "bytenite.core"
local event_loops <const> = require "spec.support.event_loops"
local lfs <const> = require "lfs"
local sandbox <const> = require "spec.support.sandbox"
local time_limit <const> = require "spec.support.time_limit"
local transfers <const> = require "spec.support.transfers"

local BIG <const> = ("0123456789abcdef"):rep(64 * 1024) -- 1 MiB

for kind, start in pairs { plain = sandbox.plain, TLS = sandbox.tls } do
  describe(("a download from a %s sandbox"):format(kind), function()
    local service, client, job, base, into

    transfers.download_for_each_test(before_each, after_each, start, function(transfer)
      service, client, job = transfer.service, transfer.client, transfer.job
      base, into = transfer.folder, transfer.folder:at "results"
    end)

    local function downloads()
      return service:requests("download")
    end

    it("writes all results to a folder, which it makes", function()
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

    it("fetches a single result by its name", function()
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

    it("reports its progress", function()
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

    it("returns the files that were fetched before a failure", function()
      service:set_results(
        "j1",
        { { name = "a", content = "1" }, { name = "b", content = "2" }, { name = "c", content = "3" } }
      )
      service:fault { operation = "download", status = 404, skip = 1 }
      local none <const>, err <const>, fetched <const> = job:download(into, { concurrency = 1 })
      assert.is_nil(none)
      assert.equal("not_found", err.kind)
      assert.equal(1, #fetched)
      assert.same({ "results/a" }, base:names())
    end)

    it("reports the storage's message, and does not reveal the link's signature", function()
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

    it("reveals no signature as storage prints it, decoded or in XML, nor a part of one as a path", function()
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

    it("says so if the job has not ended", function()
      service:put_job("j1", '{"id":"j1","state":"JOB_STATE_MERGING"}')
      local none <const>, err <const>, fetched <const> = job:download(into)
      assert.is_nil(none)
      assert.matches("not yet been completed", err.message)
      assert.same({}, fetched)
      assert.is_nil(lfs.attributes(into))
    end)

    it("has no time limit as long as bytes move", function()
      service:set_results("j1", { { name = "a", content = ("x"):rep(20000) } })
      service:fault { operation = "download", drip = { bytes = 4000, every = 0.1 } }
      assert(job:download(into, { timeout = 0.3 }))
      service:fault { operation = "download", hang = true }
      local _ <const>, err <const> = job:download(into, { timeout = 0.2, max_retries = 0, existing = "replace" })
      assert.equal("timeout", err.kind)
    end)

    it("does not time out while on_progress runs", function()
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
      local ok <const>, err = time_limit.pcall(function()
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

    it("suspends in a map, so that many continue at once #timing", function()
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
      assert.is_true(core.now() - started_at < 1.8) -- one after another they would take 2.4 s
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
