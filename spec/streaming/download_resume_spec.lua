-- Downloads that break: where they continue, when they start again, what they refuse.
local sandbox <const> = require "spec.support.sandbox"
local transfers <const> = require "spec.support.transfers"

local BIG <const> = ("0123456789abcdef"):rep(64 * 1024) -- 1 MiB

for kind, start in pairs { plain = sandbox.plain, TLS = sandbox.tls } do
  describe(("a download from a %s sandbox that breaks"):format(kind), function()
    local service, client, job, base, into

    transfers.download_for_each_test(before_each, after_each, start, function(transfer)
      service, client, job = transfer.service, transfer.client, transfer.job
      base, into = transfer.folder, transfer.folder:at "results"
    end)

    local function downloads()
      return service:requests("download")
    end

    it("continues where it broke", function()
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

    it("continues after more breaks than max_retries, as long as it makes progress", function()
      service:set_results("j1", { { name = "a", size = 3000000, seed = 3 } })
      service:fault { operation = "download", truncate = 400000, times = 6 }
      assert(job:download(into))
      assert.equal(3000000, #base:read "results/a")
    end)

    it("is given up after max_retries attempts without a byte", function()
      service:set_results("j1", { { name = "a", size = 3000000 } })
      service:fault { operation = "download", truncate = 1000000 }
      service:fault { operation = "download", reset = true, times = "forever" }
      local none <const>, err <const>, fetched <const> = job:download(into)
      assert.is_nil(none)
      assert.equal("connection", err.kind)
      assert.same({}, fetched)
      assert.same({}, base:names())
    end)

    it("starts again if the server does not send parts", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      service:fault { operation = "download", truncate = 500000 }
      service:fault { operation = "download", body = BIG, status = 200 }
      assert(job:download(into))
      assert.equal(BIG, base:read "results/a")
    end)

    it("starts again if the file has changed meanwhile", function()
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

    it("never takes an error for a part of the file, however late it is read", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      service:fault { operation = "download", truncate = 500000 }
      service:fault { operation = "download", status = 503, body = ("an error"):rep(1000), retry_after = 0.01 }
      local is_late
      assert(job:download(into, {
        on_progress = function()
          if is_late then return end
          is_late = true
          service:fault { operation = "get_job", delay = 0.3, act = "before" }
          assert(client:get_job "j1") -- the response to the second attempt arrives during this call
        end,
      }))
      assert.equal(BIG, base:read "results/a")
    end)

    it("starts again if a part of another file could not be detected", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      service:fault { operation = "download", body = BIG, status = 200, truncate = 500000 }
      assert(job:download(into))
      assert.equal(BIG, base:read "results/a")
      assert.is_nil(downloads()[2].header.range)
    end)

    it("is an error if the server sends a part of another file", function()
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
      it("is an error if the server sends " .. what, function()
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

    it("is an error if the server sends a part that was not requested", function()
      service:set_results("j1", { { name = "a", content = BIG } })
      local headers <const> = { ["content-range"] = "bytes 0-2/*" }
      service:fault { operation = "download", status = 206, headers = headers, body = "xxx" }
      local none <const>, err <const> = job:download(into)
      assert.is_nil(none)
      assert.equal("protocol", err.kind)
      assert.equal("GET", err.method)
      assert.matches("^/sandbox/results/", err.path)
      assert.same({}, base:names())
      assert.equal("identity", downloads()[1].header["accept-encoding"])
    end)

    it("accepts only statuses that come with the file", function()
      service:set_results("j1", { { name = "a", content = "1" } })
      for _, status in ipairs { 204, 202 } do
        service:fault { operation = "download", status = status, body = "" }
        local none <const>, err <const> = job:download(into, { max_retries = 0 })
        assert.is_nil(none)
        assert.equal(status, err.status)
      end
      assert.same({}, base:names())
    end)
  end)
end
