-- Uploads of a job's input to the signed URL that the service gives.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local event_loops <const> = require "spec.support.event_loops"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"
local time_limit <const> = require "spec.support.time_limit"
local transfers <const> = require "spec.support.transfers"

local PIECE <const> = 64 * 1024 -- about the size of a piece as uploads read it
local BIG <const> = ("0123456789abcdef"):rep(64 * 1024) -- 1 MiB

for kind, start in pairs { plain = sandbox.plain, TLS = sandbox.tls } do
  describe(("an upload to a %s sandbox"):format(kind), function()
    local service, client, job, place

    transfers.upload_for_each_test(before_each, after_each, start, function(transfer)
      service, client, job, place = transfer.service, transfer.client, transfer.job, transfer.folder
    end)

    local function content()
      return assert(service:uploaded(job.id)).content
    end

    it("of a path sends the bytes, and notifies the service", function()
      local before <const> = core.encode(job)
      assert.equal(job, (assert(job:upload(place:write("in.txt", "the bytes\0\r\n\xff")))))
      local uploaded <const> = service:uploaded(job.id)
      assert.equal("the bytes\0\r\n\xff", uploaded.content)
      assert.is_true(uploaded.completed)
      assert.equal(before, core.encode(job)) -- the job is not refreshed
      assert(job:run())
    end)

    it("is sent as the service's guide says, without a token", function()
      assert(job:upload { data = "bytes" })
      local sent <const> = connect.sent(service)
      local put <const>, completed <const> = sent[2], sent[3]
      assert.equal("PUT", put.method)
      assert.equal("upload", put.operation)
      assert.equal("attachment", put.header["content-disposition"])
      assert.equal("5", put.header["content-length"])
      assert.is_nil(put.header.authorization)
      assert.is_nil(put.header["content-type"])
      assert.is_nil(put.header["transfer-encoding"])
      assert.is_nil(put.header.expect)
      assert.equal("PATCH", completed.method)
      assert.matches("/uploadcompleted$", completed.path)
      assert.equal("", completed.body)
      assert.is_string(completed.header.authorization)
    end)

    it("asks the storage first whether it accepts large input", function()
      assert(job:upload { data = BIG })
      assert.equal("100-continue", connect.sent(service)[2].header.expect)
      assert.equal(BIG, content())
    end)

    it("raises when a function returns something other than a string", function()
      local raised <const> = refusals.message(function()
        return (job:upload(function()
          return 7
        end, { size = 3 }))
      end)
      assert.matches("what the reader returns: expected a string, got a number", raised)
      assert.is_nil((service:uploaded(job.id) or {}).completed)
    end)

    it("takes a string, an empty one too", function()
      assert(job:upload { data = "" })
      assert.equal("", content())
      assert(job:upload { data = "x" })
      assert.equal("x", content())
    end)

    it("takes an open file from its current position, and leaves it open", function()
      local file <close> = assert(io.open(place:write("in.txt", "header:body"), "rb"))
      file:seek("set", 7)
      assert(job:upload(file))
      assert.equal("body", content())
      assert.equal(11, file:seek())
    end)

    it("takes a pipe whose size is given", function()
      local pipe <close> = assert(io.popen "printf 12345")
      assert(job:upload(pipe, { size = 5 }))
      assert.equal("12345", content())
    end)

    it("takes a function that returns pieces of any size", function()
      local pieces <const> = { "a", "", ("b"):rep(3 * PIECE), "c" }
      local index = 0
      assert(job:upload(function()
        index = index + 1
        return pieces[index]
      end, { size = 3 * PIECE + 2 }))
      assert.equal(table.concat(pieces), content())
    end)

    it("takes a table that can be called", function()
      local given = false
      local reader <const> = setmetatable({}, {
        __call = function()
          if given then return nil end
          given = true
          return "called"
        end,
      })
      assert(job:upload(reader, { size = 6 }))
      assert.equal("called", content())
    end)

    it("reports its progress, up to the end", function()
      local reports <const> = {}
      assert(job:upload({ data = BIG }, {
        on_progress = function(sent, total)
          reports[#reports + 1] = sent
          assert.equal(#BIG, total)
        end,
      }))
      assert.is_true(#reports >= 8)
      for index = 2, #reports do
        assert.is_true(reports[index] > reports[index - 1])
      end
      assert.equal(#BIG, reports[#reports])
      local empty
      assert(job:upload({ data = "" }, {
        on_progress = function(sent, total)
          empty = { sent, total }
        end,
      }))
      assert.same({ 0, 0 }, empty)
    end)

    it("fetches the address if the job does not have it", function()
      local handle <const> = client:job(job.id)
      assert.equal(handle, (assert(handle:upload { data = "bytes" })))
      assert.equal("bytes", content())
    end)

    it("is repeated from the beginning when it breaks in the middle", function()
      service:fault { operation = "upload", reset = "connection", after = 300000 }
      local fell, last = 0, 0
      assert(job:upload({ data = BIG }, {
        on_progress = function(sent)
          if sent < last then fell = fell + 1 end
          last = sent
        end,
      }))
      assert.equal(BIG, content())
      assert.equal(1, fell)
      assert.equal(2, service:uploaded(job.id).attempts)
    end)

    it("is repeated with all its bytes when a kept connection dies", function()
      assert(client:get_job(job.id))
      service:fault { operation = "upload", reset = "connection" }
      assert(job:upload { data = "the bytes" })
      assert.equal("the bytes", content())
    end)

    it("limits the storage's response like any other", function()
      service:fault { operation = "upload", status = 200, body = ("x"):rep(300000), act = "before", times = 2 }
      assert(job:upload { data = "bytes" })
      local _ <const>, err <const> = job:upload({ data = "bytes" }, { max_response_bytes = 100000 })
      assert.equal("too_large", err.kind)
    end)

    it("is repeated from an open file's original position", function()
      local file <close> = assert(io.open(place:write("in.bin", "skip" .. BIG), "rb"))
      file:seek("set", 4)
      service:fault { operation = "upload", status = 503 }
      assert(job:upload(file))
      assert.equal(BIG, content())
    end)

    it("is not repeated from a function that was called already", function()
      service:fault { operation = "upload", reset = "connection", after = 100000 }
      local left = #BIG
      local done <const>, err <const> = job:upload(function()
        left = left - PIECE
        return left >= 0 and ("x"):rep(PIECE) or nil
      end, { size = #BIG })
      assert.is_nil(done)
      assert.equal("connection", err.kind)
      assert.equal(1, err.attempts)
      assert.is_true(err.maybe_done)
    end)

    it("does not time out while a reader runs", function()
      local asked = 0
      assert(job:upload(function()
        asked = asked + 1
        if asked == 2 then assert(client:get_job(job.id)) end -- a blocking call inside the reader
        local until_time <const> = core.now() + 0.15
        while core.now() < until_time do -- luacheck: ignore 542
        end
        return asked <= 3 and "1" or nil
      end, { size = 3, timeout = 0.1 }))
      assert.equal("111", content())
    end)

    it("suspends in a map, so that many continue at once #timing", function()
      service:fault { operation = "upload", delay = 0.3, act = "before", times = "forever" }
      local jobs <const> = {}
      for index = 1, 8 do
        jobs[index] = assert(client:create_job { templateId = "t", dataSource = bytenite.datasource.file() })
      end
      local started_at <const> = core.now()
      local results <const> = client:map(jobs, function(each, index)
        return each:upload(place:write(index .. ".bin", BIG .. index))
      end)
      assert.equal(8, results.succeeded)
      assert.is_true(core.now() - started_at < 1.8) -- one after another they would take 2.4 s
      for index, each in ipairs(jobs) do
        assert.equal(#BIG + 1, service:uploaded(each.id).length, index)
      end
    end)

    it("lets a reader's own calls suspend in a future", function()
      local asked = 0
      local future <close> = client:async(function()
        return job:upload(function()
          asked = asked + 1
          if asked > 3 then return nil end
          return assert(client:get_job(job.id)).id:sub(1, 1)
        end, { size = 3 })
      end)
      assert.equal(job, (assert(future:get(5))))
      assert.equal(job.id:sub(1, 1):rep(3), content())
    end)

    it("is cancelled with its future", function()
      service:fault { operation = "upload", hang = true }
      local future <const> = client:async(job.upload, job, { data = BIG })
      assert.is_nil((future:get(0.1)))
      future:cancel()
      assert.equal(0, client.session:in_flight())
    end)

    it("ends when the client is closed", function()
      service:fault { operation = "upload", hang = true }
      local ok <const>, done = time_limit.pcall(function()
        local _ <const>, err <const> = job:upload({ data = BIG }, {
          on_progress = function()
            client:close()
          end,
        })
        return err
      end)
      assert.is_true(ok, done)
      assert.equal("closed", done.kind)
    end)

    for loop, Host in pairs(event_loops.hosts) do
      it("suspends in the loop of " .. loop, function()
        local host <const> = Host.new()
        host:attach(client)
        local ticks, result = 0, nil
        service:fault { operation = "upload", drip = { bytes = 65536, every = 0.02 } }
        host:spawn(client, function()
          result = assert(job:upload(place:write("in.bin", BIG)))
        end)
        host:every(0.01, function()
          ticks = ticks + 1
          return result == nil
        end)
        host:run()
        assert.equal(BIG, content())
        assert.is_true(ticks > 5)
      end)
    end

    it("lets on_progress call the job itself", function()
      local count = 0
      assert(job:upload({ data = BIG }, {
        deadline = 5,
        on_progress = function()
          count = count + 1
          if count == 3 then assert(job:refresh { deadline = 1 }) end
        end,
      }))
      assert.equal(BIG, content())
    end)

    it("loses no piece of a reader that is running when the connection breaks", function()
      service:fault { operation = "upload", reset = "connection", after = 0 }
      local pieces <const> = { "first ", "second" }
      local index = 0
      local done <const>, err <const> = job:upload(function()
        index = index + 1
        if index == 1 then
          service:fault { operation = "get_job", delay = 0.2, act = "before" }
          assert(client:get_job(job.id)) -- the connection breaks during this call
        end
        return pieces[index]
      end, { size = 12 })
      if done then
        assert.equal("first second", content())
      else
        assert.equal("connection", err.kind)
        assert.matches("read only once", err.hint)
      end
    end)
  end)
end
