-- How response bodies become values. Of an exchange the functions need only `value`.
local core <const> = require "bytenite.core"
local responses <const> = require "bytenite.call.responses"

-- Returns an exchange with this response body.
local function exchange(body)
  return {
    value = function()
      return core.decode(body)
    end,
  }
end

describe("a response that should be an object", function()
  it("is returned as it is", function()
    assert.same({ a = 1 }, responses.object(exchange '{"a":1}'))
    assert.same({}, responses.object(exchange "{}"))
  end)

  for _, body in ipairs { "[]", "[1]", "7", '"text"', "true", "null" } do
    it(("is refused if it is %s"):format(body), function()
      assert.same(
        { n = 3, nil, "unexpected", "the response is not an object" },
        table.pack(responses.object(exchange(body)))
      )
    end)
  end

  it("is refused if it is not JSON", function()
    local value <const>, kind <const>, message <const> = responses.object(exchange "<html>")
    assert.same({ nil, "protocol" }, { value, kind })
    assert.matches("^the response is not JSON: .", message)
  end)

  it("is refused without a message if it says ok: false", function()
    assert.same({ n = 3, nil, "unexpected", nil }, table.pack(responses.object(exchange '{"ok":false,"message":"no"}')))
    assert.same({ ok = true }, responses.object(exchange '{"ok":true}'))
  end)
end)

describe("a member of a response", function()
  local list <const>, map <const> = responses.member("data", true), responses.member("data", false)

  it("is returned if it has the right type", function()
    assert.same({ 1, 2 }, list(exchange '{"data":[1,2]}'))
    assert.same({ a = 1 }, map(exchange '{"data":{"a":1}}'))
  end)

  it("is empty if the response does not have it", function()
    local empty <const> = list(exchange "{}")
    assert.same({}, empty)
    assert.is_true(core.is_array(empty))
    assert.same({}, map(exchange "{}"))
    assert.is_false(core.is_array(map(exchange "{}")))
  end)

  it("is refused if it has another type", function()
    for _, body in ipairs { '{"data":{"a":1}}', '{"data":7}', '{"data":{}}', '{"data":null}' } do
      local value <const>, kind <const>, message <const> = list(exchange(body))
      assert.same({ nil, "unexpected", "the response's data is not a list" }, { value, kind, message })
    end
    for _, body in ipairs { '{"data":[1]}', '{"data":"x"}', '{"data":[]}' } do
      local value <const>, kind <const>, message <const> = map(exchange(body))
      assert.same({ nil, "unexpected", "the response's data is not an object" }, { value, kind, message })
    end
  end)

  it("is not available in a response that is not an object, or an error", function()
    assert.equal("the response is not an object", select(3, list(exchange "[]")))
    assert.same({ n = 3, nil, "unexpected", nil }, table.pack(map(exchange '{"ok":false}')))
    assert.equal("protocol", select(2, list(exchange "x")))
  end)
end)

describe("an envelope", function()
  it("becomes true, whatever it contains", function()
    for _, body in ipairs { "{}", '{"ok":true}', "[]", '"text"' } do
      assert.is_true(responses.done(exchange(body)))
    end
  end)

  it("is refused if it says ok: false, or is not JSON", function()
    assert.same({ n = 3, nil, "unexpected", nil }, table.pack(responses.done(exchange '{"ok":false}')))
    assert.equal("protocol", select(2, responses.done(exchange "")))
  end)

  it("leaves the job of its call as it is", function()
    local job <const> = {}
    assert.equal(job, responses.same_job(exchange "{}", job))
    assert.same({ n = 3, nil, "unexpected", nil }, table.pack(responses.same_job(exchange '{"ok":false}', job)))
    local _, kind <const>, message <const> = responses.same_job(exchange "x", job)
    assert.equal("protocol", kind)
    assert.is_string(message)
  end)
end)
