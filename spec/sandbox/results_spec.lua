-- Results that the sandbox serves behind signed URLs, as a storage service would.
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

    -- Returns the link to a result with this content.
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
      local response <const> = assert(fetch(list[1].link))
      assert.same({ 200, "bytes" }, { response.status, response.headers["accept-ranges"] })
      assert.equal(#response.body, tonumber(response.headers["content-length"]))
      assert.is_truthy(response.body:find("job " .. id, 1, true))
    end)

    it("of a job that was stored as complete, but not of one that failed", function()
      id = "put"
      service:put_job("put", '{"id":"put","state":"JOB_STATE_COMPLETE"}')
      assert.equal("out_0/result.txt", links()[1].name)
      service:change_job("put", { state = "JOB_STATE_FAILED" })
      api:refuses(9, "job has not yet been completed", "GET", path "results")
    end)

    it("that were set, with any names and links", function()
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
      local _ <const>, _ <const>, response <const> = api:call("GET", path "results")
      assert.equal('{"results":[]}', response.body)
    end)

    it("without a token, while the link is valid", function()
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
        local response <const> = assert(fetch(link, { headers = { range = range } }))
        local body <const> = response.status == 416 and "" or response.body
        assert.equal(expected, ("%d %s %s"):format(response.status, response.headers["content-range"], body), range)
        if response.status ~= 416 then assert.equal(etag, response.headers["etag"]) end
      end
    end)

    it("in parts only of the same content", function()
      local link <const> = link_to { content = "0123456789" }
      local etag <const> = assert(fetch(link)).headers["etag"]
      local headers <const> = { range = "bytes=4-", ["if-range"] = etag }
      assert.equal("456789", assert(fetch(link, { headers = headers })).body)
      service:set_results(id, { { name = "out_0/a.bin", content = "abcdefghij" } })
      local response <const> = assert(fetch(link, { headers = headers }))
      assert.same({ 200, "abcdefghij" }, { response.status, response.body })
      assert.are_not.equal(etag, response.headers["etag"])
    end)

    it("whose bytes are generated from a seed", function()
      local link <const> = link_to { size = 200000, seed = 7 }
      local expected <const> = file_contents.generated(200000, 7)
      local whole <const> = expected.read(0, 200000)
      assert.equal(("\0"):rep(7) .. "\2", whole:sub(131073, 131080))
      for _, version in ipairs(VERSIONS) do
        assert.equal(whole, assert(fetch(link, nil, version)).body)
      end
      local part <const> = assert(fetch(link, { headers = { range = "bytes=65530-131080" } })).body
      assert.equal(whole:sub(65531, 131081), part)
      assert.are_not.equal(whole, file_contents.generated(200000, 8).read(0, 200000))
    end)

    it("with faults on request: cut short, reset, slow, refused", function()
      local link <const> = link_to { size = 5000000 }
      for _, version in ipairs(VERSIONS) do
        service:fault {
          { operation = "download", truncate = 1000000 },
          { operation = "download", reset = true, after = 1000000 },
        }
        local _ <const>, _ <const>, cut_short <const> = fetch(link, nil, version)
        assert.equal("5000000", cut_short.headers["content-length"])
        assert.equal(1000000, #cut_short.body)
        local response <const>, problem <const> = fetch(link, nil, version)
        assert.is_nil(response)
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
end)
