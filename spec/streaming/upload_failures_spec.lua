-- Uploads that fail: storage refuses them, the file or the reader fails, time is up.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local sandbox <const> = require "spec.support.sandbox"
local transfers <const> = require "spec.support.transfers"

local BIG <const> = ("0123456789abcdef"):rep(64 * 1024) -- 1 MiB

for kind, start in pairs { plain = sandbox.plain, TLS = sandbox.tls } do
  describe(("an upload to a %s sandbox that fails"):format(kind), function()
    local service, client, job, place

    transfers.upload_for_each_test(before_each, after_each, start, function(transfer)
      service, client, job, place = transfer.service, transfer.client, transfer.job, transfer.folder
    end)

    local function content()
      return assert(service:uploaded(job.id)).content
    end

    describe("that is refused", function()
      it("has the storage's message, read from XML", function()
        service:expire_links()
        local done <const>, err <const> = job:upload { data = "bytes" }
        assert.is_nil(done)
        assert.equal("permission_denied", err.kind)
        assert.equal("Request has expired", err.message)
        assert.matches("set_datasource gives a new one", err.hint)
        assert.equal("PUT", err.method)
        assert.is_nil((service:uploaded(job.id) or {}).length)
      end)

      it("can be sent again after a new address was requested", function()
        service:expire_links()
        assert.is_nil((job:upload { data = "bytes" }))
        assert(job:set_datasource { dataSource = bytenite.datasource.file() })
        assert(job:upload { data = "bytes" })
        assert.equal("bytes", content())
      end)

      it("has the storage's message, read from text", function()
        service:fault { operation = "upload", status = 400, body = "The bucket is gone", content_type = "text/plain" }
        local _ <const>, err <const> = job:upload { data = "bytes" }
        assert.equal("bad_request", err.kind)
        assert.equal("The bucket is gone", err.message)
      end)

      -- How S3 refuses a body that did not arrive in time.
      local TIMEOUT <const> = "<Error><Code>RequestTimeout</Code><Message>Your socket was idle</Message></Error>"

      it("because it was too slow is sent again", function()
        service:fault { operation = "upload", status = 400, body = TIMEOUT, content_type = "application/xml" }
        assert(job:upload { data = "bytes" })
        assert.equal("bytes", content())
      end)

      it("because it was too slow fails with the storage's message when its attempts are used up", function()
        service:fault { operation = "upload", status = 400, body = TIMEOUT, times = 3, content_type = "application/xml" }
        local _ <const>, err <const> = job:upload({ data = "bytes" }, { max_retries = 1 })
        assert.same(
          { "bad_request", "Your socket was idle", 2, true },
          { err.kind, err.message, err.attempts, err.retryable }
        )
        assert.is_nil(err.maybe_done)
      end)

      it("for another reason is not sent again", function()
        local body <const> = TIMEOUT:gsub("RequestTimeout", "EntityTooSmall")
        service:fault { operation = "upload", status = 400, body = body, content_type = "application/xml" }
        local _ <const>, err <const> = job:upload { data = "bytes" }
        assert.same({ "bad_request", 1, false }, { err.kind, err.attempts, err.retryable })
      end)

      it("says so if it is refused in the middle of large input", function()
        service:fault { operation = "upload", status = 403, after = 200000, message = "Quota exceeded" }
        local _ <const>, err <const> = job:upload { data = BIG:rep(4) }
        assert.equal("permission_denied", err.kind)
      end)

      it("does not reveal the signature of the address", function()
        local address <const> = job.dataSource.params.tempUrl
        local secret <const> = address:match "%?(.+)$"
        service:fault { operation = "upload", status = 400, body = ("no %s, %s"):format(address, secret) }
        local _ <const>, err <const> = job:upload { data = "bytes" }
        assert.is_nil(tostring(err):find(secret, 1, true))
        assert.is_nil(core.encode(setmetatable(err, nil)):find(secret, 1, true))
      end)
    end)

    describe("of a file", function()
      it("that is missing names it", function()
        local done <const>, err <const> = job:upload(place:at "no.txt")
        assert.is_nil(done)
        assert.is_true(errors.is(err))
        assert.equal("file", err.kind)
        assert.matches("no%.txt: No such file", err.message)
        assert.equal(1, #connect.sent(service))
      end)

      it("that is a folder says so", function()
        local _ <const>, err <const> = job:upload(place.path)
        assert.equal("file", err.kind)
        assert.matches("no regular file", err.message)
      end)

      it("that is a pipe says so, and does not wait", function()
        assert(os.execute(("mkfifo '%s'"):format(place:at "fifo")))
        local _ <const>, err <const> = job:upload(place:at "fifo")
        assert.equal("file", err.kind)
        assert.matches("no regular file", err.message)
      end)

      it("that gets shorter meanwhile says so, and does not notify the service", function()
        local path <const> = place:write("in.bin", BIG:rep(8))
        local is_cut
        local done <const>, err <const> = job:upload(path, {
          on_progress = function()
            if is_cut then return end
            is_cut = true
            place:write("in.bin", BIG)
          end,
        })
        assert.is_nil(done)
        assert.equal("file", err.kind)
        assert.matches("ended after 1048576 of 8388608 bytes", err.message)
        assert.equal(2, #connect.sent(service))
      end)

      it("that changes meanwhile, even without a change of size, says so", function()
        local path <const> = place:write("in.bin", BIG:rep(2))
        local done <const>, err <const> = job:upload(path, {
          on_progress = function(sent)
            if sent < #BIG then return end
            local file <close> = assert(io.open(path, "r+b"))
            file:write "changed"
          end,
        })
        assert.is_nil(done)
        assert.equal("file", err.kind)
        assert.matches("changed during the upload", err.message)
        assert.is_not_true(service:uploaded(job.id).completed)
        assert(job:upload(path)) -- a second upload of the file succeeds
      end)

      it("that grows meanwhile says so", function()
        local path <const> = place:write("in.bin", BIG)
        local _ <const>, err <const> = job:upload(path, {
          on_progress = function()
            local file <close> = assert(io.open(path, "ab"))
            file:write "more"
          end,
        })
        assert.equal("file", err.kind)
      end)

      it("that is removed meanwhile is sent whole", function()
        local path <const> = place:write("in.bin", BIG)
        assert(job:upload(path, {
          on_progress = function()
            os.remove(path)
          end,
        }))
        assert.equal(BIG, content())
      end)
    end)

    it("of a function that returns too few bytes, or too many, says so", function()
      local _ <const>, short <const> = job:upload(function() end, { size = 3 })
      assert.equal("file", short.kind)
      assert.matches("ended after 0 of 3 bytes", short.message)
      local _ <const>, long <const> = job:upload(function()
        return "1234"
      end, { size = 3 })
      assert.matches("more than the announced 3 bytes", long.message)
      local pieces = 0
      local _ <const>, more <const> = job:upload(function()
        pieces = pieces + 1
        return pieces <= 4 and "1" or nil
      end, { size = 3 })
      assert.equal("file", more.kind)
      assert.is_not_true((service:uploaded(job.id) or {}).completed)
    end)

    it("raises what a reader or on_progress raises, and ends", function()
      assert.error_matches(function()
        job:upload(function()
          error "the reader is broken"
        end, { size = 3 })
      end, "the reader is broken")
      assert.error_matches(function()
        job:upload({ data = BIG }, {
          on_progress = function()
            error "enough"
          end,
        })
      end, "enough")
      assert.equal(0, client.session:in_flight())
      assert(job:upload { data = "and goes on" })
    end)

    it("says so if the notification of the service fails", function()
      service:fault { operation = "upload_completed", status = 500 }
      local done <const>, err <const> = job:upload { data = "bytes" }
      assert.is_nil(done)
      assert.equal("internal", err.kind)
      assert.matches("the service may have acted", err.hint)
      assert.equal("bytes", content())
      assert(job:upload_completed())
    end)

    it("has no time limit as long as bytes move #timing", function()
      service:fault { operation = "upload", drip = { bytes = 16384, every = 0.05 } }
      assert(job:upload({ data = ("x"):rep(160 * 1024) }, { timeout = 0.3 })) -- takes half a second
      service:fault { operation = "upload", hang = true }
      local started_at <const> = core.now()
      local _ <const>, err <const> = job:upload({ data = "bytes" }, { timeout = 0.2, max_retries = 0 })
      assert.equal("timeout", err.kind)
      assert.is_true(core.now() - started_at < 2)
    end)

    it("ends at its deadline, if it has one #timing", function()
      service:fault { operation = "upload", drip = { bytes = 1000, every = 0.05 }, times = "forever" }
      local started_at <const> = core.now()
      local _ <const>, err <const> = job:upload({ data = BIG }, { deadline = 0.4 })
      assert.equal("timeout", err.kind)
      assert.matches("deadline of 0%.4 s", err.message)
      assert.is_true(core.now() - started_at < 2)
      assert.equal(0, client.session:in_flight())
    end)
  end)
end
