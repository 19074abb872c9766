-- What the sandbox serves behind signed URLs: uploads and results, as a storage service would.
local new_digest <const> = require("openssl.digest").new
local socket <const> = require "cqueues.socket"
local contents <const> = require "bytenite.sandbox.contents"
local api_session <const> = require "spec.support.api_session"
local http_client <const> = require "spec.support.http_client"
local sandbox <const> = require "spec.support.sandbox"

local VERSIONS <const> = { 1.1, 2 }

-- What a process holds in memory, in bytes (Linux).
local function memory_of(pid)
  local file <close> = pid and io.open(("/proc/%d/status"):format(pid))
  local kilobytes <const> = file and file:read("a"):match "VmHWM:%s+(%d+) kB"
  return kilobytes and tonumber(kilobytes) * 1024
end

describe("the sandbox", function()
  local service, api, id

  setup(function()
    service = sandbox.plain()
  end)

  before_each(function()
    service:reset()
    service:set_speed(1e6)
    api = api_session.open(service)
  end)

  after_each(function()
    api:close()
  end)

  local function path(what)
    return "/customer/jobs/" .. id .. "/" .. what
  end

  -- Sends a request to a signed URL, over a connection of its own.
  local function fetch(url, options, version)
    local connection <close> = http_client.connect(url, { version = version })
    options = options or {}
    return connection:request {
      method = options.method,
      path = url:match "^https?://[^/]+(/.*)$",
      headers = options.headers,
      body = options.body,
      timeout = options.timeout,
    }
  end

  -- The same, refused as storage services do.
  local function is_refused(status, code, url, options, version)
    local answer <const> = assert(fetch(url, options, version))
    assert.same({ status, "application/xml" }, { answer.status, answer.headers["content-type"] })
    assert.is_truthy(answer.body:find(("<Error><Code>%s</Code><Message>"):format(code), 1, true), answer.body)
  end

  describe("takes an upload", function()
    local url
    local attachment <const> = { ["content-disposition"] = "attachment" }

    before_each(function()
      local job <const> = api:new_job { dataSource = { dataSourceDescriptor = "file" } }
      id, url = job.id, job.dataSource.params.tempUrl
    end)

    local function put(body, headers, version)
      return fetch(url, { method = "PUT", headers = headers or attachment, body = body }, version)
    end

    for _, version in ipairs(VERSIONS) do
      it(("over HTTP/%s and gives its bytes back as a result"):format(version), function()
        local bytes <const> = ("\0\1\255 any bytes "):rep(20000)
        local answer <const> =
          assert(put(bytes, { ["content-disposition"] = 'attachment; filename="in.txt"' }, version))
        assert.same({ 200, "" }, { answer.status, answer.body })
        local uploaded <const> = service:uploaded(id)
        assert.same({ #bytes, 1, "in.txt", false }, {
          uploaded.length,
          uploaded.attempts,
          uploaded.name,
          uploaded.completed,
        })
        assert.equal(bytes, uploaded.content)
        assert.equal(contents.sha256(bytes), uploaded.sha256)
        api:refuses(9, "the input has not been uploaded", "POST", path "run")
        assert.equal(200, (api:call("PATCH", path "uploadcompleted")))
        assert.is_true(service:uploaded(id).completed)
        assert.equal(200, (api:call("POST", path "run")))
        local _ <const>, body <const> = api:call("GET", path "results")
        assert.same({ "out_0/in.txt", "out_0/result.txt" }, { body.results[1].name, body.results[2].name })
        assert.equal(bytes, assert(fetch(body.results[1].link, nil, version)).body)
      end)
    end

    it("of nothing at all", function()
      assert.equal(200, assert(put "").status)
      assert.same({ 0, "" }, { service:uploaded(id).length, service:uploaded(id).content })
    end)

    it("with the headers that the link was signed for, and no others that matter", function()
      local function refused(status, code, headers)
        is_refused(status, code, url, { method = "PUT", headers = headers, body = "x" })
      end
      refused(400, "InvalidArgument", { ["content-disposition"] = "attachment", authorization = api.token })
      refused(403, "SignatureDoesNotMatch", {})
      for _, kind in ipairs { "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" } do
        refused(403, "SignatureDoesNotMatch", { ["content-disposition"] = "attachment", ["content-type"] = kind })
      end
      is_refused(411, "MissingContentLength", url, { method = "PUT", headers = attachment }, 2)
      is_refused(405, "MethodNotAllowed", url, { method = "POST", headers = attachment, body = "x" })
      assert.is_nil(service:uploaded(id))
    end)

    it("while its link is good", function()
      local function refused(other)
        is_refused(403, "AccessDenied", other, { method = "PUT", headers = attachment, body = "x" })
      end
      refused((url:gsub("%x%x$", "zz")))
      refused((url:match "^[^?]*"))
      refused((url:gsub("X%-Expires=%d", "X-Expires=9")))
      refused((url:gsub("uploads/%x+", "uploads/0")))
      service:advance(172801)
      refused(url)
      api:call("DELETE", "/customer/jobs/" .. id)
    end)

    it("until all links are made to expire, or the job is gone", function()
      assert.equal(200, (api:call("DELETE", "/customer/jobs/" .. id)))
      is_refused(404, "NoSuchKey", url, { method = "PUT", headers = attachment, body = "x" })
      service:expire_links()
      is_refused(403, "AccessDenied", url, { method = "PUT", headers = attachment, body = "x" })
    end)

    it("and keeps the one before when another breaks off", function()
      assert(put "first")
      local host <const>, port <const> = url:match "^http://([%d.]+):(%d+)/"
      local connection <const> = socket.connect(host, tonumber(port))
      connection:setmode("b", "bn")
      connection:write(
        ("PUT %s HTTP/1.1\r\nHost: x\r\nContent-Disposition: attachment\r\nContent-Length: 10\r\n\r\n1234"):format(
          url:match "^http://[^/]+(.*)$"
        )
      )
      connection:close()
      local uploaded
      repeat
        uploaded = service:uploaded(id)
      until uploaded.attempts == 2
      assert.same({ "first", 4 }, { uploaded.content, uploaded.bytes })
    end)

    it("or breaks it off, or refuses it, after some bytes", function()
      local bytes <const> = ("x"):rep(3000000)
      service:fault {
        { operation = "upload", reset = true, after = 100000 },
        { operation = "upload", status = 503, after = 100000 },
        { operation = "upload", status = 503, after = 0 },
        { operation = "upload", status = 500, act = "before" },
      }
      assert.is_nil((put(bytes)))
      local uploaded <const> = service:uploaded(id)
      assert.is_true(uploaded.bytes >= 100000 and uploaded.bytes < 300000, tostring(uploaded.bytes))
      assert.is_nil(uploaded.content)
      for _ = 1, 2 do
        local answer <const> = put(bytes)
        -- A client that is still sending may see the end of the connection first.
        if answer then
          assert.equal(503, answer.status)
          assert.is_truthy(answer.body:find("<Code>ServiceUnavailable</Code>", 1, true))
        end
      end
      assert.equal(500, assert(put "done").status)
      assert.same({ 3, "done" }, { service:uploaded(id).attempts, service:uploaded(id).content })
    end)

    it("or resets its stream of HTTP/2", function()
      service:fault { operation = "upload", reset = true, after = 1000 }
      assert.is_nil((put(("x"):rep(30000), nil, 2)))
      assert.same({ 1, nil }, { service:uploaded(id).attempts, service:uploaded(id).length })
    end)

    it("and tells of it among the requests, without its bytes", function()
      assert(put "bytes")
      local requests <const> = service:requests()
      local last <const> = requests[#requests]
      assert.same({ "PUT", "upload", "", "attachment" }, {
        last.method,
        last.operation,
        last.body,
        last.header["content-disposition"],
      })
    end)
  end)

  describe("serves results", function()
    before_each(function()
      id = api:new_job({ dataSource = { dataSourceDescriptor = "bypass" } }).id
    end)

    local function run()
      assert.equal(200, (api:call("POST", path "run")))
    end

    local function links()
      local status <const>, body <const> = api:call("GET", path "results")
      assert.equal(200, status)
      return body.results
    end

    -- The link to one result with this content.
    local function link_to(result)
      result.name = result.name or "out_0/a.bin"
      service:set_results(id, { result })
      run()
      return links()[1].link
    end

    it("of a job that is complete", function()
      api:refuses(9, "job has not yet been completed", "GET", path "results")
      service:set_speed(1)
      run()
      service:advance(29)
      api:refuses(9, "job has not yet been completed", "GET", path "results")
      service:advance(1)
      local list <const> = links()
      assert.same({ 1, "out_0/result.txt" }, { #list, list[1].name })
      local prefix <const> = ("%s/results/%s/1/result.txt?X-Expires="):format(service.control_url, id)
      assert.equal(1, list[1].link:find(prefix, 1, true))
      local answer <const> = assert(fetch(list[1].link))
      assert.same({ 200, "bytes" }, { answer.status, answer.headers["accept-ranges"] })
      assert.equal(#answer.body, tonumber(answer.headers["content-length"]))
      assert.is_truthy(answer.body:find("job " .. id, 1, true))
    end)

    it("of a job that was put there complete, and of none that failed", function()
      id = "put"
      service:put_job("put", '{"id":"put","state":"JOB_STATE_COMPLETE"}')
      assert.equal("out_0/result.txt", links()[1].name)
      service:change_job("put", { state = "JOB_STATE_FAILED" })
      api:refuses(9, "job has not yet been completed", "GET", path "results")
    end)

    it("that were set, under any names, and with links of one's own", function()
      service:set_results(id, {
        { name = "../../etc/passwd", content = "up" },
        { name = "/absolute", content = "down" },
        { name = "twice", content = "1" },
        { name = "twice", content_base64 = "AAEC/w==" },
        { name = "a b/ü?.txt", content = "" },
        { name = "elsewhere", link = "http://127.0.0.1:1/x" },
      })
      run()
      local list <const> = links()
      local got <const> = {}
      for index, result in ipairs(list) do
        got[index] = result.name .. "=" .. (index < 6 and assert(fetch(result.link)).body or result.link)
      end
      assert.same({
        "../../etc/passwd=up",
        "/absolute=down",
        "twice=1",
        "twice=\0\1\2\255",
        "a b/ü?.txt=",
        "elsewhere=http://127.0.0.1:1/x",
      }, got)
      service:set_results(id, {})
      local _ <const>, _ <const>, answer <const> = api:call("GET", path "results")
      assert.equal('{"results":[]}', answer.body)
    end)

    it("without a token, as long as the link is good", function()
      local link <const> = link_to { content = "x" }
      is_refused(400, "InvalidArgument", link, { headers = { authorization = api.token } })
      is_refused(403, "AccessDenied", (link:gsub("%x%x$", "zz")))
      is_refused(405, "MethodNotAllowed", link, { method = "PUT", body = "x" })
      service:advance(172801)
      is_refused(403, "AccessDenied", link)
      assert.equal("x", assert(fetch(links()[1].link)).body)
    end)

    it("in parts", function()
      local link <const> = link_to { content = "0123456789" }
      local etag <const> = assert(fetch(link)).headers["etag"]
      for range, expected in pairs {
        ["bytes=0-"] = "206 bytes 0-9/10 0123456789",
        ["bytes=4-"] = "206 bytes 4-9/10 456789",
        ["bytes=4-5"] = "206 bytes 4-5/10 45",
        ["bytes=4-99"] = "206 bytes 4-9/10 456789",
        ["bytes=-3"] = "206 bytes 7-9/10 789",
        ["bytes=10-"] = "416 bytes */10 ",
        ["bytes=-0"] = "416 bytes */10 ",
        ["bytes=5-4"] = "200 nil 0123456789",
        ["bytes=1-2,4-5"] = "200 nil 0123456789",
        ["lines=1-2"] = "200 nil 0123456789",
      } do
        local answer <const> = assert(fetch(link, { headers = { range = range } }))
        local body <const> = answer.status == 416 and "" or answer.body
        assert.equal(expected, ("%d %s %s"):format(answer.status, answer.headers["content-range"], body), range)
        if answer.status ~= 416 then assert.equal(etag, answer.headers["etag"]) end
      end
    end)

    it("in parts only of the same content", function()
      local link <const> = link_to { content = "0123456789" }
      local etag <const> = assert(fetch(link)).headers["etag"]
      local headers <const> = { range = "bytes=4-", ["if-range"] = etag }
      assert.equal("456789", assert(fetch(link, { headers = headers })).body)
      service:set_results(id, { { name = "out_0/a.bin", content = "abcdefghij" } })
      local answer <const> = assert(fetch(link, { headers = headers }))
      assert.same({ 200, "abcdefghij" }, { answer.status, answer.body })
      assert.are_not.equal(etag, answer.headers["etag"])
    end)

    it("whose bytes are made from a seed", function()
      local link <const> = link_to { size = 200000, seed = 7 }
      local expected <const> = contents.generated(200000, 7)
      local whole <const> = expected.read(0, 200000)
      assert.equal(("\0"):rep(7) .. "\2", whole:sub(131073, 131080))
      for _, version in ipairs(VERSIONS) do
        assert.equal(whole, assert(fetch(link, nil, version)).body)
      end
      local part <const> = assert(fetch(link, { headers = { range = "bytes=65530-131080" } })).body
      assert.equal(whole:sub(65531, 131081), part)
      assert.are_not.equal(whole, contents.generated(200000, 8).read(0, 200000))
    end)

    it("broken off on request: cut short, reset, slow, refused", function()
      local link <const> = link_to { size = 5000000 }
      for _, version in ipairs(VERSIONS) do
        service:fault {
          { operation = "download", truncate = 1000000 },
          { operation = "download", reset = true, after = 1000000 },
        }
        local _ <const>, _ <const>, cut_short <const> = fetch(link, nil, version)
        assert.equal("5000000", cut_short.headers["content-length"])
        assert.equal(1000000, #cut_short.body)
        local answer <const>, problem <const> = fetch(link, nil, version)
        assert.is_nil(answer)
        assert.is_truthy(problem)
      end
      service:fault {
        { operation = "download", status = 503 },
        { operation = "download", drip = { bytes = 2500000, every = 0.05 } },
      }
      is_refused(503, "ServiceUnavailable", link)
      local slow <const> = assert(fetch(link))
      assert.equal(5000000, #slow.body)
      assert.is_truthy(slow.headers["etag"])
    end)
  end)

  it("moves a gigabyte both ways without holding it", function()
    local own <close> = sandbox.start "--speed 1000000"
    local session <close> = api_session.open(own)
    local job <const> = session:new_job { dataSource = { dataSourceDescriptor = "file" } }
    local url <const> = job.dataSource.params.tempUrl
    local size <const> = (os.getenv "BYTENITE_SPEC_LARGE" and 1024 or 96) << 20
    local host <const>, port <const>, where <const> = url:match "^http://([%d.]+):(%d+)(/.*)$"
    local connection <const> = socket.connect(host, tonumber(port))
    connection:setmode("bn", "bf")
    connection:write(
      ("PUT %s HTTP/1.1\r\nHost: x\r\nContent-Disposition: attachment\r\nContent-Length: %d\r\n\r\n"):format(
        where,
        size
      )
    )
    local content <const>, digest <const> = contents.generated(size, 1), new_digest "sha256"
    for position = 0, size - 1, 1 << 20 do
      local piece <const> = content.read(position, 1 << 20)
      digest:update(piece)
      assert(connection:write(piece))
    end
    connection:flush()
    assert.equal("HTTP/1.1 200 OK\r", connection:read "*l")
    connection:close()
    local sent <const> = contents.hex(digest:final())
    assert.same({ size, sent }, { own:uploaded(job.id).length, own:uploaded(job.id).sha256 })
    assert.is_nil(own:uploaded(job.id).content)
    session:call("PATCH", ("/customer/jobs/%s/uploadcompleted"):format(job.id))
    session:call("POST", ("/customer/jobs/%s/run"):format(job.id))
    local _ <const>, body <const> = session:call("GET", ("/customer/jobs/%s/results"):format(job.id))
    local back <const> = socket.connect(host, tonumber(port))
    back:setmode("bn", "bn")
    back:write(("GET %s HTTP/1.0\r\n\r\n"):format(body.results[1].link:match "^http://[^/]+(.*)$"))
    repeat
      local line <const> = back:read "*L"
    until line == "\r\n" or line == nil
    local received <const> = new_digest "sha256"
    local count = 0
    for piece in
      function()
        return back:read(-(1 << 20))
      end
    do
      received:update(piece)
      count = count + #piece
    end
    back:close()
    assert.same({ size, sent }, { count, contents.hex(received:final()) })
    local most <const> = memory_of(own.pid)
    if most then assert.is_true(most < 80 << 20, ("%d MiB"):format(most >> 20)) end
  end)
end)
