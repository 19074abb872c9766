-- Error values, without a call.
local errors <const> = require "bytenite.errors"
local lenient_json <const> = require "bytenite.errors.lenient_json"

local function of(status, body)
  return errors.from_response(status, body, lenient_json.decode)
end

describe("the message of an error", function()
  -- Texts whose 200th byte is at each position in a character of each length.
  for length, character in ipairs { "x", "é", "€", "😀" } do
    for shift = 0, length - 1 do
      it(("is cut between characters (%d bytes each, %d before)"):format(length, shift), function()
        local text <const> = ("a"):rep(shift) .. character:rep(300)
        local message <const> = of(500, text).message
        assert.is_truthy(utf8.len(message))
        assert.equal("...", message:sub(-3))
        local kept <const> = message:sub(1, -4)
        assert.equal(text:sub(1, #kept), kept)
        assert.is_true(#kept <= 200 and #kept > 200 - length, #kept)
      end)
    end
  end

  it("is whole if it has 200 bytes", function()
    assert.equal(("€"):rep(66) .. "xx", of(500, ("€"):rep(66) .. "xx").message)
  end)

  it("is cut somewhere if it is not UTF-8", function()
    assert.is_true(#of(500, ("\x80"):rep(500)).message <= 203)
  end)

  for body, message in pairs {
    ['{"message":"from the gateway"}'] = "from the gateway",
    ['{"message":"outer","error":{"message":"inner"}}'] = "inner",
    ['{"message":"outer","error":{"message":"inner","description":"described"}}'] = "described",
    ['{"message":"outer","error":{"message":"","description":""}}'] = "outer",
    ["plain  text\n"] = "plain text",
    ["<html><head><title>Bad Gateway</title></head></html>"] = "Bad Gateway",
    ["<Error><Code>X</Code><Message>Request has expired</Message></Error>"] = "Request has expired",
    ["<p>Only <b>words</b></p>"] = "Only words",
    [""] = "HTTP 500 Internal Server Error",
    ["{}"] = "HTTP 500 Internal Server Error",
    ["null"] = "HTTP 500 Internal Server Error",
    ['""'] = "HTTP 500 Internal Server Error",
  } do
    it("is taken from " .. (body == "" and "nothing" or body), function()
      assert.equal(message, of(500, body).message)
    end)
  end

  it("names an unknown status", function()
    assert.equal("HTTP 599 response", of(599, "").message)
    assert.equal("HTTP 408 Request Timeout", of(408, "").message)
  end)
end)

describe("the kind of an error", function()
  it("follows the status", function()
    local kinds <const> = {
      [400] = "bad_request",
      [401] = "unauthenticated",
      [403] = "permission_denied",
      [404] = "not_found",
      [409] = "conflict",
      [429] = "rate_limited",
      [500] = "internal",
      [503] = "unavailable",
    }
    for status = 100, 999 do
      assert.equal(kinds[status] or "unexpected", of(status, "").kind)
    end
  end)
end)

describe("an error value", function()
  it("keeps at most 64 KiB of the body", function()
    assert.equal(64 * 1024, #of(500, ("x"):rep(100000)).body)
  end)

  it("is distinguished from other tables", function()
    assert.is_true(errors.is(errors.new { kind = "file", message = "m" }))
    assert.is_false(errors.is { kind = "file", message = "m" })
    assert.is_false(errors.is "file")
  end)

  it("is one line of text, whatever its fields hold", function()
    local problem <const> = errors.new {
      kind = "not_found",
      status = 404,
      message = "no such\njob\0",
      method = "GET",
      path = "/v1/customer/jobs/x",
      attempts = 1,
      elapsed = 0.25,
      request_id = "r-1",
      hint = "check\tthe id",
    }
    assert.equal(
      "GET /v1/customer/jobs/x: 404 not_found: no such job (request r-1, 1 attempt in 0.250 s); check the id",
      tostring(problem)
    )
  end)
end)

describe("RetryInfo", function()
  for delay, seconds in pairs {
    ['"2s"'] = 2,
    ['"0.5s"'] = 0.5,
    ['"1.250s"'] = 1.25,
  } do
    it("of " .. delay .. " is understood", function()
      assert.equal(seconds, of(503, ('{"details":[{"retryDelay":%s}]}'):format(delay)).retry_after)
    end)
  end

  for _, delay in ipairs { '"0s"', '"-1s"', '"1"', '"1m"', '"s"', "7", "null", '"1e3s"' } do
    it("of " .. delay .. " is ignored", function()
      assert.is_nil(of(503, ('{"details":[{"retryDelay":%s}]}'):format(delay)).retry_after)
    end)
  end
end)

describe("an error value", function()
  it("joins with text on either side, and with another error", function()
    local err <const> = errors.new { kind = "file", message = "gone" }
    assert.equal("failed: file: gone", "failed: " .. err)
    assert.equal("file: gone!", err .. "!")
    assert.equal("file: gonefile: gone", err .. err)
  end)

  it("names its file once", function()
    local err = errors.new { kind = "timeout", message = "timed out after 3 ms", file = "out" }
    assert.equal("out: timeout: timed out after 3 ms", tostring(err))
    err = errors.new { kind = "file", message = "cannot write out: the disk is full", file = "out" }
    assert.equal("file: cannot write out: the disk is full", tostring(err))
  end)
end)
