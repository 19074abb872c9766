-- The contents of errors, from whatever the service or a proxy in front of it sends.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"

local ID <const> = "3f0c9a52-6b1e-4d7a-9c58-2e4f7a10b6d3"

describe("the error of a refused update", function()
  local service <const>, client <const> = connect.for_tests(before_each, teardown)

  local function error_of(fault)
    fault.operation = "set_name"
    fault.status = fault.status or 400
    service:fault(fault)
    local value <const>, problem <const> = client:job(ID):set_name "My Job"
    assert.is_nil(value)
    return problem
  end

  describe("has the message", function()
    local cases <const> = {
      { "of the description", '{"message":"m","error":{"message":"em","description":"d"}}', "d" },
      { "of the inner message", '{"message":"m","error":{"message":"em","description":""}}', "em" },
      { "of the outer message", '{"message":"m","error":{"message":null}}', "m" },
      { "of the outer message when the inner error is null", '{"message":"m","error":null}', "m" },
      { "of the outer message when the inner error is a list", '{"message":"m","error":["x"]}', "m" },
      { "of the outer message when the inner ones are numbers", '{"message":"m","error":{"message":7}}', "m" },
      { "of a plain text", "upstream connect error", "upstream connect error" },
      { "of a text in several lines", "  upstream\r\n\tconnect   error\n", "upstream connect error" },
      { "of a page's title", "<HTML><HEAD><TITLE lang='en'>\n No\n way </TITLE></HEAD><p>other</p>", "No way" },
      { "of a page without a title", "<!DOCTYPE html><p>No</p><p>way</p>", "No way" },
      { "of half a JSON text", '{"message":"cut o', '{"message":"cut o' },
      { "of a text with control characters", "\x00\x01\x7Fbroken", "broken" },
      { "of any object", '{"reason":"quota of the team"}', "quota of the team" },
      { "of an error that is text", '{"error":"quota of the team"}', "quota of the team" },
      { "of a list", '["quota of the team"]', "quota of the team" },
    }
    for _, case in ipairs(cases) do
      it(case[1], function()
        local problem <const> = error_of { body = case[2] }
        assert.is_truthy(problem.message:find(case[3], 1, true), problem.message)
        assert.is_nil(tostring(problem):find "%c")
        assert.equal("bad_request", problem.kind)
        assert.equal(case[2], problem.body)
      end)
    end

    for title, body in pairs {
      ["no body"] = "",
      ["white space"] = " \n ",
      ["an empty object"] = "{}",
      ["an empty list"] = "[]",
      ["null"] = "null",
      ["empty texts"] = '{"message":"","error":{"message":"","description":""}}',
      ["a page without words"] = "<html></html>",
    } do
      it("of its status, with " .. title, function()
        assert.is_truthy(error_of({ body = body }).message:find "%S")
        assert.is_truthy(error_of({ body = body, status = 503 }).message:find "%S")
      end)
    end

    it("of a long text, cut between characters", function()
      local problem <const> = error_of { body = ("ü"):rep(5000) }
      assert.is_true(#problem.message < 1000)
      assert.is_truthy(utf8.len(problem.message))
      assert.equal(10000, #problem.body)
    end)

    it("as it was received, and on one line when printed", function()
      local problem <const> = error_of { body = [[{"message":"first\nsecond\r\n\tthird\u0000"}]] }
      assert.equal("first\nsecond\r\n\tthird\0", problem.message)
      assert.is_truthy(tostring(problem):find("first second third", 1, true))
      assert.is_nil(tostring(problem):find "%c")
    end)
  end)

  describe("has the code", function()
    local cases <const> = {
      ['{"code":3}'] = 3,
      ['{"code":"3"}'] = 3,
      ['{"code":3.0}'] = 3,
      ['{"code":0}'] = 0,
      ['{"code":3,"error":{"code":404}}'] = 404,
      ['{"code":3,"error":{"code":null}}'] = 3,
      ['{"code":3,"error":{"code":"none"}}'] = 3,
      ['{"code":3.5}'] = false,
      ['{"code":1e300}'] = false,
      ['{"code":"INVALID"}'] = false,
      ['{"code":{}}'] = false,
      ['{"code":null}'] = false,
      ['{"code":true}'] = false,
      ["{}"] = false,
    }
    for body, code in pairs(cases) do
      it(("%s of %s"):format(code or "none", body), function()
        local problem <const> = error_of { body = body }
        assert.equal(code or nil, problem.code)
        if code then assert.equal("integer", math.type(problem.code)) end
      end)
    end
  end)

  it("has a request id if there is one, and shows it", function()
    local problem <const> = error_of { body = '{"ok":false,"requestId":"req-7c1e","message":"m"}' }
    assert.equal("req-7c1e", problem.request_id)
    assert.is_truthy(tostring(problem):find("req-7c1e", 1, true))
    assert.is_nil(error_of({ body = '{"requestId":""}' }).request_id)
    assert.is_nil(error_of({ body = '{"requestId":7}' }).request_id)
    assert.is_nil(tostring(error_of { body = '{"requestId":"a\\nb"}' }):find "%c")
  end)

  it("has details if there are any", function()
    local problem <const> = error_of { body = '{"details":[{"@type":"a","n":[1]},{"@type":"b"}]}' }
    assert.equal("a", problem.details[1]["@type"])
    assert.equal(1, problem.details[1].n[1])
    assert.equal("b", problem.details[2]["@type"])
    for _, details in ipairs { "[]", "null", '"x"', "7", "{}" } do
      assert.is_nil(error_of({ body = ('{"message":"m","details":%s}'):format(details) }).details)
    end
  end)

  it("survives a body that is hard to parse", function()
    for _, body in ipairs {
      ("["):rep(5000) .. ("]"):rep(5000),
      ('{"error":'):rep(500) .. "{}" .. ("}"):rep(500),
      '{"message":"\\ud800"}',
      '{"code":1e999,"message":"m"}',
      '{"code":NaN,"message":"m"}',
      '{"message":"a","message":"b"}',
      '{"details":[null,1,"x",{"retryDelay":7},{"retryDelay":"soon"}]}',
      "\0\0\0",
      "\xEF\xBB\xBF{}",
    } do
      local problem <const> = error_of { body = body }
      assert.equal("bad_request", problem.kind)
      assert.equal(400, problem.status)
      assert.is_truthy(#problem.message > 0)
      assert.is_nil(tostring(problem):find "%c")
    end
  end)

  it("keeps at most 64 KiB of the body", function()
    assert.equal(65536, #error_of({ body = ("x"):rep(65536) }).body)
    assert.equal(65536, #error_of({ body = ("x"):rep(200000) }).body)
  end)

  describe("after more than 64 KiB of details", function()
    local details <const> = '"details":[{"reason":"first"},' .. ('{"reason":"a \\"}],{ long one"},'):rep(5000) .. "{}]"

    it("still has the service's own words", function()
      local gateway <const> = error_of { body = ('{%s , "code" : "3","message":"m"}'):format(details) }
      assert.same({ 3, "m", "first" }, { gateway.code, gateway.message, gateway.details[1].reason })
      local envelope <const> =
        '{"ok":false,%s,"requestId":"r-1","message":"m","error":{%s,"code":7,"description":"d \\u00e9"}}'
      local problem <const> = error_of { body = envelope:format(details, details) }
      assert.same(
        { 7, "d é", "d é", "r-1" },
        { problem.code, problem.message, problem.description, problem.request_id }
      )
      assert.equal(65536, #problem.body)
    end)

    it("hides secrets in them", function()
      local word <const> = "hush-" .. ("7"):rep(20)
      local message <const> = "cannot read https://storage.example.org/a?X-Amz-Signature=" .. word
      local problem <const> = error_of { body = ('{%s,"message":"%s"}'):format(details, message) }
      assert.is_truthy(problem.message:find("cannot read https://storage.example.org/a", 1, true), problem.message)
      assert.is_nil(problem.message:find(word, 1, true))
    end)

    it("has them even if others are cut off, long, repeated or not JSON", function()
      local long <const> = ("x"):rep(70000)
      for body, expected in pairs {
        [('{"message":"%s","code":3}'):format(long)] = { 3, false },
        [('{"long":"%s","code":3,"message":"m","message":"n"}'):format(long)] = { 3, "m" },
        [('{"long":"%s","code":3,"message":"cut'):format(long)] = { 3, false },
        [('{"long":"%s","message":"m","broken":nil'):format(long)] = { false, "m" },
        [('{"long":"%s","error":"m","code":3}'):format(long)] = { 3, false },
        [('{"long":"%s","message":{"message":"%s"},"code":3}'):format(long, long)] = { 3, false },
        [('{"long":"%s"'):format(long)] = { false, false },
        [('["%s"],"message":"m"'):format(long)] = { false, false },
      } do
        local problem <const> = error_of { body = body }
        assert.same(expected, { problem.code or false, #problem.message < 10 and problem.message }, body:sub(-40))
      end
    end)

    for _, piece in ipairs { "[", '"', "\\", ",", '"message":1,', '"error":{', "x", "{}," } do
      it(("is read in little time with many %q #timing"):format(piece), function()
        local began <const> = core.now()
        error_of { body = "{" .. piece:rep(2000000 // #piece) }
        assert.is_true(core.now() - began < 2)
      end)
    end
  end)

  for _, piece in ipairs { "x", "<", "<title", "a://", "a://b?", " ", "\n", "\\", '"', '"token":"', "{", "é" } do
    it(("is made in little time from many %q #timing"):format(piece), function()
      local began <const> = core.now()
      error_of { body = piece:rep(100000 // #piece) }
      assert.is_true(core.now() - began < 2)
    end)
  end

  describe("has the time the server asks to wait", function()
    local retry_info <const> = '{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"%s"}]}'
    local cases <const> = {
      { "in seconds", { retry_after = 7 }, 7 },
      { "in more seconds than are waited for", { retry_after = 86400 }, 86400 },
      { "in its details", { body = retry_info:format "2s" }, 2 },
      { "in its details, with a fraction", { body = retry_info:format "0.5s" }, 0.5 },
      { "in both, from the header", { retry_after = 7, body = retry_info:format "2s" }, 7 },
      { "nowhere", {}, nil },
      { "in no words it could be", { retry_after = "soon" }, nil },
      { "in no details it could be", { body = retry_info:format "-2s" }, nil },
    }
    for _, case in ipairs(cases) do
      it(case[1], function()
        case[2].status = 503
        assert.equal(case[3], error_of(case[2]).retry_after)
      end)
    end

    it("as a date", function()
      local date <const> = os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 600)
      local wish <const> = error_of({ status = 429, retry_after = date }).retry_after
      assert.is_true(wish > 590 and wish <= 600)
    end)

    it("not as a date in the past", function()
      local wish <const> = error_of({ status = 503, retry_after = "Wed, 27 Aug 2025 21:51:41 GMT" }).retry_after
      assert.is_true(wish == nil or wish == 0)
    end)
  end)

  it("has a hint if the next step is known", function()
    local moved <const> = error_of { status = 302, headers = { location = "/elsewhere" } }
    assert.is_truthy(moved.hint:find("base_url", 1, true))
    assert.is_truthy(tostring(moved):find(moved.hint, 1, true))
    local bearer <close> = connect.client(service, { access_token = "Bearer abc" })
    local _ <const>, problem <const> = bearer:job(ID):set_name "My Job"
    assert.equal("unauthenticated", problem.kind)
    assert.is_truthy(problem.hint:find('without "Bearer', 1, true))
    assert.is_nil(error_of({ status = 404 }).hint)
  end)

  it("is one line even if its hint has several", function()
    local poor <close> = connect.client(service, {
      access_token = function()
        return nil, "the vault\nis closed"
      end,
    })
    local _ <const>, problem <const> = poor:job(ID):set_name "My Job"
    assert.equal("no_credentials", problem.kind)
    assert.is_nil(tostring(problem):find "%c")
  end)

  it("reads well when it is raised", function()
    service:fault { operation = "set_name", status = 404, body = '{"code":5,"message":"job not found"}' }
    local _ <const>, raised <const> = pcall(function()
      local _ <const>, problem <const> = client:job(ID):set_name "My Job"
      error(problem) -- like Lua's own assert, which busted replaces
    end)
    assert.equal("not_found", raised.kind)
    local wanted <const> = ("PATCH /v1/customer/jobs/%s/jobname: 404 not_found: job not found"):format(ID)
    assert.equal(1, tostring(raised):find(wanted, 1, true))
    assert.is_truthy(tostring(raised):find "1 attempt in %d+%.%d+ s")
  end)

  it("has fields that a program can copy and write", function()
    local problem <const> = error_of { body = '{"code":3,"message":"m","details":[{"n":1}]}' }
    local copy <const> = {}
    for name, value in pairs(problem) do
      copy[name] = value
    end
    assert.equal(3, bytenite.decode(bytenite.encode(copy)).code)
  end)
end)
