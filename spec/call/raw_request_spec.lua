-- How `client:request` builds its row, which has the form of an API call's. These tests send
-- nothing.
local raw_request <const> = require "bytenite.call.raw_request"
local refusals <const> = require "spec.support.refusals"

describe("a raw request", function()
  it("is a GET of a path unless it says otherwise", function()
    local row <const> = raw_request.operation { path = "/customer/jobs" }
    assert.same({ "request", "GET", true, "/customer/jobs" }, { row.name, row.method, row.repeatable, row.raw.target })
    assert.same({}, row.raw.headers)
    assert.is_nil(row.raw.body)
  end)

  -- RFC 9110 section 9.2.2
  for method, is_repeatable in pairs {
    GET = true,
    HEAD = true,
    OPTIONS = true,
    PUT = true,
    DELETE = true,
    POST = false,
    PATCH = false,
    PURGE = false,
  } do
    it(("is %s by %s"):format(is_repeatable and "repeatable" or "once-only", method), function()
      local row <const> = raw_request.operation { method = method, path = "/x" }
      assert.same({ is_repeatable, not is_repeatable }, { row.repeatable, row.sent_once })
    end)
  end

  it("has its query after the path", function()
    assert.equal("/x?a=1&b=%20", raw_request.operation({ path = "/x", query = { b = " ", a = 1 } }).raw.target)
    assert.equal("/x", raw_request.operation({ path = "/x", query = {} }).raw.target)
  end)

  it("sends text as it is, and a table as JSON", function()
    assert.equal("\0\xFF", raw_request.operation({ method = "PUT", path = "/x", body = "\0\xFF" }).raw.body)
    assert.equal(
      '{"a":[]}',
      raw_request.operation({
        method = "PUT",
        path = "/x",
        body = { a = require("bytenite").array() },
      }).raw.body
    )
  end)

  it("has the given headers, their names unchanged", function()
    local row <const> = raw_request.operation { path = "/x", headers = { ["X-Own"] = "a b", accept = "*/*" } }
    assert.same({ "X-Own: a b", "accept: */*" }, row.raw.headers)
  end)

  for _, name in ipairs {
    "Authorization",
    "AUTHORIZATION",
    "host",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "Keep-Alive",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Upgrade",
    "Expect",
  } do
    it("does not let " .. name .. " be replaced", function()
      assert.equal(
        ("request: headers: %s is set by the module"):format(name),
        refusals.message(function()
          local _ <const> = raw_request.operation { path = "/x", headers = { [name] = "x" } }
        end)
      )
    end)
  end

  for _, name in ipairs { "Authorizations", "X-Host", "hos", "Content-Lengths", "te2" } do
    it("may have a header whose name resembles one of the module's: " .. name, function()
      assert.same({ name .. ": x" }, raw_request.operation({ path = "/x", headers = { [name] = "x" } }).raw.headers)
    end)
  end

  for _, name in ipairs { "", "a b", "a:b", "a\n", "é", "(a)", "a\0b" } do
    it(("refuses a header called %q"):format(name), function()
      assert.equal(
        "request: headers: no header can have this name",
        refusals.message(function()
          local _ <const> = raw_request.operation { path = "/x", headers = { [name] = "x" } }
        end)
      )
    end)
  end

  for _, path in ipairs {
    "x",
    "//x",
    "https://127.0.0.1/x",
    "/a b",
    "/a?b",
    "/a#b",
    "/../x",
    "/a/./b",
    "/a/..",
    "/é",
    "/\0",
  } do
    it(("refuses the path %q"):format(path), function()
      assert.matches(
        "^request: path: ",
        refusals.message(function()
          local _ <const> = raw_request.operation { path = path }
        end)
      )
    end)
  end

  for message, wanted in pairs {
    ["request: path is required"] = {},
    ["request: method: expected a method in capitals, like GET"] = { method = "get", path = "/x" },
    ["request: HEAD takes no body"] = { method = "HEAD", path = "/x", body = "x" },
    ['request: unknown member "pth": did you mean "path"?'] = { pth = "/x" },
    ["request: body: expected a string or a table, got a number"] = { method = "PUT", path = "/x", body = 7 },
    ["request: headers: X: a line break at byte 2"] = { path = "/x", headers = { X = "1\r\nY: 2" } },
  } do
    it("is refused: " .. message, function()
      assert.equal(
        message,
        refusals.message(function()
          local _ <const> = raw_request.operation(wanted)
        end)
      )
    end)
  end
end)
