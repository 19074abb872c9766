-- How a download requests the rest of a file. No network.
local fake <const> = require("spec.support.fake_core").install()
local folder <const> = require "spec.support.folder"

local RESULTS <const> = { status = 200, body = [[{"results":[{"name":"a.bin","link":"http://127.0.0.1:1/a"}]}]] }

-- Downloads "0123456789" in two attempts. The first breaks off after `came` (5 bytes unless given);
-- `headers` are its response headers, except for the length. `second` is the response to the
-- second. Returns the headers of the second request by name, the content that was written, and the
-- error.
local function resume(headers, second, came)
  headers["content-length"] = "10"
  local first <const> = { kind = "connection", status = 200, headers = headers, came = came or "01234", after = 1 }
  local client <const>, wire <const> = fake.client({ access_token = "t" }, function(_, number)
    return ({ RESULTS, first, second })[number]
  end)
  local into <close> = folder.new()
  local files <const>, problem <const> = client:job("x"):download(into.path)
  local sent <const> = {}
  for _, line in ipairs(wire.requests[3] and wire.requests[3].headers or {}) do
    local name <const>, value <const> = line:match "^([^:]*): (.*)$"
    sent[name] = value
  end
  return sent, files and into:read "a.bin", problem
end

-- Returns a response with the rest of the file.
local function rest(headers)
  headers["content-range"] = "bytes 5-9/10"
  return { status = 206, headers = headers, came = "56789", after = 1 }
end

local function whole()
  return { status = 200, headers = { ["content-length"] = "10" }, came = "0123456789", after = 1 }
end

describe("a download that broke off", function()
  it("requests the rest if it has a strong validator", function()
    local sent <const>, content <const> = resume({ etag = '"1"' }, rest { etag = '"1"' })
    assert.same({ "bytes=5-", '"1"' }, { sent.Range, sent["If-Range"] })
    assert.equal("0123456789", content)
  end)

  it("requests the rest by date if there is no strong validator", function()
    local date <const> = "Tue, 01 Dec 2026 14:00:00 GMT"
    for _, headers in ipairs { { ["last-modified"] = date }, { ["last-modified"] = date, etag = 'W/"1"' } } do
      local sent <const>, content <const> = resume(headers, rest { ["last-modified"] = date })
      assert.same({ "bytes=5-", date }, { sent.Range, sent["If-Range"] })
      assert.equal("0123456789", content)
    end
  end)

  it("starts again if there is only a weak validator", function()
    local sent <const>, content <const> = resume({ etag = 'W/"1"' }, whole())
    assert.same({ nil, nil }, { sent.Range, sent["If-Range"] })
    assert.equal("*/*", sent.Accept)
    assert.equal("0123456789", content)
  end)

  it("starts again if there is no validator at all", function()
    local sent <const>, content <const> = resume({}, whole())
    assert.is_nil(sent.Range)
    assert.equal("0123456789", content)
  end)

  it("starts again if no byte had arrived", function()
    local sent <const>, written <const> = resume({ etag = '"e1"' }, whole(), "")
    assert.same({ nil, nil, "0123456789" }, { sent.Range, sent["If-Range"], written })
    assert.equal("*/*", sent.Accept)
  end)

  it("refuses a part of another file", function()
    local _ <const>, content <const>, problem <const> = resume({ etag = '"1"' }, rest { etag = '"2"' })
    assert.is_nil(content)
    assert.same({ "protocol", "the server sent a part of another file" }, { problem.kind, problem.message })
  end)

  for range, is_right in pairs {
    ["bytes 5-9/10"] = true,
    ["bytes 5-9/*"] = true,
    ["bytes 4-8/10"] = false,
    ["bytes 6-9/10"] = false,
    ["bytes 5-9/11"] = false,
    ["5-9/10"] = false,
  } do
    it(("%s a part with the range %s"):format(is_right and "takes" or "refuses", range), function()
      local part <const> = rest { etag = '"1"' }
      part.headers["content-range"] = range
      local _ <const>, content <const>, problem <const> = resume({ etag = '"1"' }, part)
      assert.equal(is_right and "0123456789" or nil, content)
      if not is_right then assert.equal("protocol", problem.kind) end
    end)
  end

  it("is complete if the server says that nothing follows its last byte", function()
    local first <const> = { kind = "connection", status = 200, came = "01234", after = 1, headers = { etag = '"1"' } }
    local nothing <const> = { status = 416, headers = { ["content-range"] = "bytes */5" }, after = 1 }
    local client <const> = fake.client({ access_token = "t" }, function(_, number)
      return ({ RESULTS, first, nothing })[number]
    end)
    local into <close> = folder.new()
    local files <const> = assert(client:job("x"):download(into.path))
    assert.equal(5, files[1].size)
  end)
end)
