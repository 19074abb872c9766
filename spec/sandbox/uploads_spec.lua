-- Uploads to the sandbox, which accepts them at signed URLs like a storage service.
local socket <const> = require "cqueues.socket"
local file_contents <const> = require "bytenite.sandbox.model.file_contents"
local api_session <const> = require "spec.support.api_session"
local signed_url <const> = require "spec.support.signed_url"

local fetch <const>, is_refused <const> = signed_url.fetch, signed_url.is_refused

local VERSIONS <const> = { 1.1, 2 }

describe("the sandbox", function()
  local service, api, id

  api_session.around_each({ before_each = before_each, after_each = after_each }, function(empty_service, session)
    service, api = empty_service, session
    service:set_speed(1e6)
  end)

  local function path(what)
    return "/customer/jobs/" .. id .. "/" .. what
  end

  describe("accepts an upload", function()
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
      it(("over HTTP/%s and returns its bytes as a result"):format(version), function()
        local bytes <const> = ("\0\1\255 any bytes "):rep(20000)
        local response <const> =
          assert(put(bytes, { ["content-disposition"] = 'attachment; filename="in.txt"' }, version))
        assert.same({ 200, "" }, { response.status, response.body })
        local uploaded <const> = service:uploaded(id)
        assert.same({ #bytes, 1, "in.txt", false }, {
          uploaded.length,
          uploaded.attempts,
          uploaded.name,
          uploaded.completed,
        })
        assert.equal(bytes, uploaded.content)
        assert.equal(file_contents.sha256(bytes), uploaded.sha256)
        api:refuses(9, "the input has not been uploaded", "POST", path "run")
        assert.equal(200, (api:call("PATCH", path "uploadcompleted")))
        assert.is_true(service:uploaded(id).completed)
        assert.equal(200, (api:call("POST", path "run")))
        local _ <const>, body <const> = api:call("GET", path "results")
        assert.same({ "out_0/in.txt", "out_0/result.txt" }, { body.results[1].name, body.results[2].name })
        assert.equal(bytes, assert(fetch(body.results[1].link, nil, version)).body)
      end)
    end

    it("of zero bytes", function()
      assert.equal(200, assert(put "").status)
      assert.same({ 0, "" }, { service:uploaded(id).length, service:uploaded(id).content })
    end)

    it("with the headers that the link was signed for, but not with others of the same kind", function()
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

    it("while its link is valid", function()
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

    it("until all links are expired on request, or the job is gone", function()
      assert.equal(200, (api:call("DELETE", "/customer/jobs/" .. id)))
      is_refused(404, "NoSuchKey", url, { method = "PUT", headers = attachment, body = "x" })
      service:expire_links()
      is_refused(403, "AccessDenied", url, { method = "PUT", headers = attachment, body = "x" })
    end)

    it("and keeps the previous one when another breaks off", function()
      assert(put "first")
      local host <const>, port <const> = url:match "^http://([%d.]+):(%d+)/"
      local connection <const> = socket.connect(host, tonumber(port))
      connection:setmode("b", "bn")
      connection:write(
        ("PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Disposition: attachment\r\nContent-Length: 10\r\n\r\n1234"):format(
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
        local response <const> = put(bytes)
        -- A client that is still sending may see the end of the connection first.
        if response then
          assert.equal(503, response.status)
          assert.is_truthy(response.body:find("<Code>ServiceUnavailable</Code>", 1, true))
        end
      end
      assert.equal(500, assert(put "done").status)
      assert.same({ 3, "done" }, { service:uploaded(id).attempts, service:uploaded(id).content })
    end)

    it("or resets its HTTP/2 stream", function()
      service:fault { operation = "upload", reset = true, after = 1000 }
      assert.is_nil((put(("x"):rep(30000), nil, 2)))
      assert.same({ 1, nil }, { service:uploaded(id).attempts, service:uploaded(id).length })
    end)

    it("and records it as a request, without its bytes", function()
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
end)
