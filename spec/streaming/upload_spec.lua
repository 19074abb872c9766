-- Uploads: a job's input on its way to the address that the service signed for it.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local event_loops <const> = require "spec.support.event_loops"
local folder <const> = require "spec.support.folder"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"
local soon <const> = require "spec.support.soon"

local PIECE <const> = 64 * 1024 -- about as much goes through at once
local BIG <const> = ("0123456789abcdef"):rep(64 * 1024) -- 1 MiB

-- Seconds between attempts are none: chance has it so.
local function hasty(client)
  client.clock = setmetatable({
    random = function()
      return 0
    end,
  }, { __index = client.clock })
  return client
end

for kind, start in pairs { plain = sandbox.plain, TLS = sandbox.tls } do
  describe(("an upload to a %s sandbox"):format(kind), function()
    local service, client, job, place

    before_each(function()
      service = start()
      service:reset()
      client = hasty(connect.client(service, { max_retries = 2 }))
      place = folder.new()
      job = assert(client:create_job {
        templateId = "video-encoding-template",
        dataSource = bytenite.datasource.file(),
        dataDestination = bytenite.datasource.bucket(),
      })
    end)

    after_each(function()
      client:close()
      getmetatable(place).__close(place)
    end)

    local function content()
      return assert(service:uploaded(job.id)).content
    end

    it("of a path sends the bytes, and tells the service", function()
      local before <const> = core.encode(job)
      assert.equal(job, (assert(job:upload(place:write("in.txt", "the bytes\0\r\n\xff")))))
      local uploaded <const> = service:uploaded(job.id)
      assert.equal("the bytes\0\r\n\xff", uploaded.content)
      assert.is_true(uploaded.completed)
      assert.equal(before, core.encode(job)) -- as it was, not refreshed
      assert(job:run())
    end)

    it("goes out as the service's guide has it, and without a token", function()
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

    it("asks first whether large input will be taken", function()
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

    it("takes an open file from where it stands, and leaves it open", function()
      local file <close> = assert(io.open(place:write("in.txt", "header:body"), "rb"))
      file:seek("set", 7)
      assert(job:upload(file))
      assert.equal("body", content())
      assert.equal(11, file:seek())
    end)

    it("takes a pipe whose size is told", function()
      local pipe <close> = assert(io.popen "printf 12345")
      assert(job:upload(pipe, { size = 5 }))
      assert.equal("12345", content())
    end)

    it("takes a function that gives pieces of any size", function()
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

    it("reports how far it is, up to the end", function()
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

    it("fetches the address where the job does not hold it", function()
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

    it("takes an answer as every call does", function()
      service:fault { operation = "upload", status = 200, body = ("x"):rep(300000), act = "before", times = 2 }
      assert(job:upload { data = "bytes" })
      local _ <const>, err <const> = job:upload({ data = "bytes" }, { max_response_bytes = 100000 })
      assert.equal("too_large", err.kind)
    end)

    it("is repeated from a file, too, and from where that stood", function()
      local file <close> = assert(io.open(place:write("in.bin", "skip" .. BIG), "rb"))
      file:seek("set", 4)
      service:fault { operation = "upload", status = 503 }
      assert(job:upload(file))
      assert.equal(BIG, content())
    end)

    it("is not repeated from a function that was asked already", function()
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

    describe("that is refused", function()
      it("gives the storage's words, out of XML", function()
        service:expire_links()
        local done <const>, err <const> = job:upload { data = "bytes" }
        assert.is_nil(done)
        assert.equal("permission_denied", err.kind)
        assert.equal("Request has expired", err.message)
        assert.matches("set_datasource gives a new one", err.hint)
        assert.equal("PUT", err.method)
        assert.is_nil((service:uploaded(job.id) or {}).length)
      end)

      it("can be sent again after a new address was asked for", function()
        service:expire_links()
        assert.is_nil((job:upload { data = "bytes" }))
        assert(job:set_datasource { dataSource = bytenite.datasource.file() })
        assert(job:upload { data = "bytes" })
        assert.equal("bytes", content())
      end)

      it("gives them out of text", function()
        service:fault { operation = "upload", status = 400, body = "The bucket is gone", content_type = "text/plain" }
        local _ <const>, err <const> = job:upload { data = "bytes" }
        assert.equal("bad_request", err.kind)
        assert.equal("The bucket is gone", err.message)
      end)

      -- what S3 says of a body that did not arrive in time
      local TIMEOUT <const> = "<Error><Code>RequestTimeout</Code><Message>Your socket was idle</Message></Error>"

      it("because it was too slow is sent again", function()
        service:fault { operation = "upload", status = 400, body = TIMEOUT, content_type = "application/xml" }
        assert(job:upload { data = "bytes" })
        assert.equal("bytes", content())
      end)

      it("because it was too slow ends in storage's words when its attempts are used up", function()
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

      it("says so when it is refused in the middle of large input", function()
        service:fault { operation = "upload", status = 403, after = 200000, message = "Quota exceeded" }
        local _ <const>, err <const> = job:upload { data = BIG:rep(4) }
        assert.equal("permission_denied", err.kind)
      end)

      it("shows nothing of the address", function()
        local address <const> = job.dataSource.params.tempUrl
        local secret <const> = address:match "%?(.+)$"
        service:fault { operation = "upload", status = 400, body = ("no %s, %s"):format(address, secret) }
        local _ <const>, err <const> = job:upload { data = "bytes" }
        assert.is_nil(tostring(err):find(secret, 1, true))
        assert.is_nil(core.encode(setmetatable(err, nil)):find(secret, 1, true))
      end)
    end)

    describe("of a file", function()
      it("that is not there says which", function()
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

      it("that is a pipe says so, and waits for nobody", function()
        assert(os.execute(("mkfifo '%s'"):format(place:at "fifo")))
        local _ <const>, err <const> = job:upload(place:at "fifo")
        assert.equal("file", err.kind)
        assert.matches("no regular file", err.message)
      end)

      it("that gets shorter meanwhile says so, and tells the service nothing", function()
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

      it("that changes meanwhile, but not its size, says so", function()
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
        assert.matches("changed while it was sent", err.message)
        assert.is_not_true(service:uploaded(job.id).completed)
        assert(job:upload(path)) -- and can be sent again
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

    it("of a function that ends too soon, or not soon enough, says so", function()
      local _ <const>, short <const> = job:upload(function() end, { size = 3 })
      assert.equal("file", short.kind)
      assert.matches("ended after 0 of 3 bytes", short.message)
      local _ <const>, long <const> = job:upload(function()
        return "1234"
      end, { size = 3 })
      assert.matches("more than the 3 bytes", long.message)
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

    it("says so when the service is not told", function()
      service:fault { operation = "upload_completed", status = 500 }
      local done <const>, err <const> = job:upload { data = "bytes" }
      assert.is_nil(done)
      assert.equal("internal", err.kind)
      assert.matches("the service may have acted", err.hint)
      assert.equal("bytes", content())
      assert(job:upload_completed())
    end)

    it("has no limit but that bytes must move", function()
      service:fault { operation = "upload", drip = { bytes = 16384, every = 0.05 } }
      assert(job:upload({ data = ("x"):rep(160 * 1024) }, { timeout = 0.3 })) -- takes half a second
      service:fault { operation = "upload", hang = true }
      local started_at <const> = core.now()
      local _ <const>, err <const> = job:upload({ data = "bytes" }, { timeout = 0.2, max_retries = 0 })
      assert.equal("timeout", err.kind)
      assert.is_true(core.now() - started_at < 2)
    end)

    it("ends at its deadline, where it is given one", function()
      service:fault { operation = "upload", drip = { bytes = 1000, every = 0.05 }, times = "forever" }
      local started_at <const> = core.now()
      local _ <const>, err <const> = job:upload({ data = BIG }, { deadline = 0.4 })
      assert.equal("timeout", err.kind)
      assert.matches("deadline of 0%.4 s", err.message)
      assert.is_true(core.now() - started_at < 2)
      assert.equal(0, client.session:in_flight())
    end)

    it("lets a reader take its time", function()
      local asked = 0
      assert(job:upload(function()
        asked = asked + 1
        if asked == 2 then assert(client:get_job(job.id)) end -- which waits in place meanwhile
        local until_time <const> = core.now() + 0.15
        while core.now() < until_time do -- luacheck: ignore 542
        end
        return asked <= 3 and "1" or nil
      end, { size = 3, timeout = 0.1 }))
      assert.equal("111", content())
    end)

    it("suspends in a map, so that many go on at once", function()
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
      assert.is_true(core.now() - started_at < 1.8) -- one after the other they would take 2.4 s
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

    it("is given up with its future", function()
      service:fault { operation = "upload", hang = true }
      local future <const> = client:async(job.upload, job, { data = BIG })
      assert.is_nil((future:get(0.1)))
      future:cancel()
      assert.equal(0, client.session:in_flight())
    end)

    it("ends when the client is closed", function()
      service:fault { operation = "upload", hang = true }
      local ok <const>, done = soon.pcall(function()
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

    it("loses no piece of a reader that is at work when the connection breaks", function()
      service:fault { operation = "upload", reset = "connection", after = 0 }
      local pieces <const> = { "first ", "second" }
      local index = 0
      local done <const>, err <const> = job:upload(function()
        index = index + 1
        if index == 1 then
          service:fault { operation = "get_job", delay = 0.2, act = "before" }
          assert(client:get_job(job.id)) -- meanwhile it breaks
        end
        return pieces[index]
      end, { size = 12 })
      if done then
        assert.equal("first second", content())
      else
        assert.equal("connection", err.kind)
        assert.matches("read once only", err.hint)
      end
    end)
  end)
end

describe("an upload", function()
  local service, client

  before_each(function()
    service = sandbox.plain()
    service:reset()
    client = connect.client(service)
  end)

  after_each(function()
    client:close()
  end)

  local function job_with(address)
    return client:job { id = "j1", dataSource = { dataSourceDescriptor = "file", params = { tempUrl = address } } }
  end

  local unusable <const> = {
    ["http://storage.example.org/x?s=1"] = "plain http to a host that is not loopback",
    ["ftp://127.0.0.1/x"] = "neither https nor http",
    ["file:///etc/passwd"] = "",
    ["https://user:secret@127.0.0.1/x"] = "credentials",
    ["/relative"] = "",
    ["https:///x"] = "it has no host",
    ["https://"] = "",
    ["https://:443/x"] = "",
    ["http://[::1"] = "",
    ["https://127.0.0.1/\0"] = "characters",
    ["https://127.0.0.1/a b"] = "characters",
    ["https://127.0.0.1/\r\nX: y"] = "characters",
  }
  for address, reason in pairs(unusable) do
    it(("sends nothing to %q"):format(address), function()
      local done <const>, err <const> = job_with(address):upload { data = "bytes" }
      assert.is_nil(done)
      assert.equal("unexpected", err.kind)
      assert.matches("the upload address cannot be used: .*" .. reason, err.message)
      assert.is_nil(tostring(err):find("secret", 1, true))
      assert.equal(0, #connect.sent(service))
    end)
  end

  it("says what is missing when the job has no address", function()
    service:put_job(
      "j1",
      '{"id":"j1","dataSource":{"dataSourceDescriptor":"url","params":{"url":"https://a.example"}}}'
    )
    local done <const>, err <const> = client:job("j1"):upload { data = "bytes" }
    assert.is_nil(done)
    assert.equal("unexpected", err.kind)
    assert.matches("bytenite%.datasource%.file", err.hint)
  end)

  it("refuses what it cannot send, before anything is sent", function()
    local job <const> = job_with(service.control_url .. "/uploads/j1")
    local closed <const> = assert(io.tmpfile())
    closed:close()
    local mistakes <const> = {
      ["upload: source: expected a path"] = { 7 },
      ["got nothing"] = {},
      ["upload: source: must not be empty"] = { "" },
      ["upload: source: a path cannot hold a NUL"] = { "a\0b" },
      ["upload: source: the file is closed"] = { closed },
      ["size %(bytes%) is needed"] = { function() end },
      ["size: the source has 5 bytes, not 4"] = { { data = "bytes" }, { size = 4 } },
      ['unknown option "on_progres": did you mean "on_progress"'] = { { data = "" }, { on_progres = print } },
      ["on_progress: expected a function"] = { { data = "" }, { on_progress = 1 } },
    }
    for message, arguments in pairs(mistakes) do
      local raised <const> = refusals.message(function()
        local result <const> = job:upload(arguments[1], arguments[2])
        return result
      end)
      assert.matches(message, raised)
    end
    assert.is_nil(service:uploaded "j1")
  end)

  it("refuses what is no job", function()
    assert.matches(
      "upload: expected a job, got a table",
      refusals.message(function()
        local result <const> = bytenite.Job.upload({}, "x")
        return result
      end)
    )
  end)

  it("takes no memory for its length", function()
    local job <const> = assert(client:create_job { templateId = "t", dataSource = bytenite.datasource.file() })
    local count, most = 0, 0
    local piece <const> = ("x"):rep(PIECE)
    collectgarbage()
    local before <const> = collectgarbage "count"
    assert(job:upload(function()
      count = count + 1
      if count % 100 == 0 then
        collectgarbage()
        most = math.max(most, collectgarbage "count")
      end
      return count <= 512 and piece or nil
    end, { size = 512 * PIECE }))
    assert.equal(512 * PIECE, service:uploaded(job.id).length)
    assert.is_true(most - before < 1024, ("%.0f kB more"):format(most - before))
  end)
end)
