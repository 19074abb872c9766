-- The headers that a program adds: which ones are accepted, and what is sent.
local refusals <const> = require "spec.support.refusals"
local request_headers <const> = require "bytenite.base.request_headers"

describe("headers for a request", function()
  -- Returns what is wrong with some headers.
  local function problem_of(headers, check)
    return refusals.message(function()
      local _ <const> = (check or request_headers.check)("here", headers)
    end)
  end

  it("become lines, in the order of their names", function()
    local headers <const> = { ["X-Own"] = "a b", accept = "*/*", ["X-Nice"] = "c: d" }
    assert.same({ "X-Nice: c: d", "X-Own: a b", "accept: */*" }, request_headers.check("here", headers))
    assert.same({}, request_headers.check("here", {}))
  end)

  it("must be a table", function()
    assert.equal("here: expected a table, got a string", problem_of "X: 1")
  end)

  it("do not replace those of the module, of proxies and of connections, in any letter case", function()
    for _, name in ipairs { "Authorization", "host", "CONTENT-LENGTH", "Proxy-Authorization", "TE", "Upgrade" } do
      assert.equal(("here: %s is set by the module"):format(name), problem_of { [name] = "x" })
    end
    assert.same({ "Authorizations: x" }, request_headers.check("here", { Authorizations = "x" }))
  end)

  it("may be given only once, whatever the letter case of the name", function()
    assert.equal("here: x-a is given twice, as X-A too", problem_of { ["x-a"] = "1", ["X-A"] = "1", ["x-ab"] = "1" })
  end)

  it("must have names and values that can be sent, and messages do not show the values", function()
    for _, name in ipairs { "", "a b", "a:b", "a\n", "é", 1 } do
      assert.equal("here: no header can have this name", problem_of { [name] = "x" })
    end
    assert.equal("here: X: a line break at byte 7", problem_of { X = "s3cret\r\nY: 2" })
    assert.equal("here: X: expected a string, got a number", problem_of { X = 7 })
    assert.equal("here: X: must not be empty", problem_of { X = "" })
    assert.equal("here: X: must not be empty", problem_of { X = "  " })
  end)

  it("for all requests must not be ones that depend on the call", function()
    local check <const> = request_headers.check_common
    for name, advice in pairs {
      Accept = "give it to client:request",
      ["accept-encoding"] = "give it to client:request",
      ["Content-Type"] = "give it to client:request",
      ["User-Agent"] = "use user_agent",
    } do
      assert.equal(("here: %s is set by the module: %s"):format(name, advice), problem_of({ [name] = "x" }, check))
      assert.same({ name .. ": x" }, request_headers.check("here", { [name] = "x" }))
    end
    assert.equal("here: Host is set by the module", problem_of({ Host = "x" }, check))
    assert.same({ "Accept-Language: de" }, check("here", { ["Accept-Language"] = "de" }))
  end)
end)
