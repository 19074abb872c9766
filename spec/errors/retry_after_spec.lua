-- The Retry-After and Date headers: RFC 9110 sections 10.2.3 and 5.6.7.
local retry_after <const> = require "bytenite.errors.retry_after"

local NOW <const> = 1767225600 -- Thu, 01 Jan 2026 00:00:00 GMT

describe("Retry-After", function()
  for text, seconds in pairs {
    ["0"] = 0,
    ["7"] = 7,
    ["007"] = 7,
    ["60"] = 60,
    ["21600"] = 21600,
    ["86400"] = 86400, -- libcurl stops at six hours
    ["9223372036854775807"] = math.maxinteger,
    ["18446744073709551616"] = math.maxinteger,
    [("9"):rep(400)] = math.maxinteger,
    ["Thu, 01 Jan 2026 00:00:30 GMT"] = 30,
    ["Thursday, 01-Jan-26 00:00:30 GMT"] = 30,
    ["Thu Jan  1 00:00:30 2026"] = 30,
    ["Fri, 01 Jan 2027 00:00:00 GMT"] = 365 * 86400,
    ["Wed, 31 Dec 2025 23:59:59 GMT"] = 0,
    ["Sun, 06 Nov 1994 08:49:37 GMT"] = 0,
  } do
    it(("of %s is understood"):format(text:sub(1, 40)), function()
      assert.equal(seconds, retry_after.seconds(text, NOW))
    end)
  end

  for _, text in ipairs {
    "",
    " ",
    "-1",
    "+5",
    "1.5",
    "1e3",
    "0x10",
    "120junk",
    "120 s",
    "1, 2",
    "soon",
    "2030-01-01",
    "2030-01-01T00:00:00Z",
    "Thu, 01 Jan 2026 00:00:30",
    "Thu, 01 Jan 2026 00:00:30 UTC",
    "Thu, 01 Jan 2026 00:00:30 +0000",
    "Thu, 1 Jan 2026 00:00:30 GMT",
    "Thu, 01 jan 2026 00:00:30 GMT",
    "thu, 01 Jan 2026 00:00:30 GMT",
    "Xyz, 01 Jan 2026 00:00:30 GMT",
    "Thu, 32 Jan 2026 00:00:30 GMT",
    "Thu, 29 Feb 2026 00:00:30 GMT",
    "Thu, 01 Jan 2026 24:00:00 GMT",
    "Thu, 01 Jan 2026 00:60:00 GMT",
    "Thu, 01 Xxx 2026 00:00:30 GMT",
    "Thu, 01-Jan-26 00:00:30 GMT",
    "Thursday, 01-Jan-2026 00:00:30 GMT",
    "Thu Jan 01 00:00:30 GMT 2026",
    "Thu, 01 Jan 2026 00:00:30 GMT ",
    "Thu, 01 Jan 2026 00:00:30 GMT, Thu, 01 Jan 2026 00:00:30 GMT",
  } do
    it(("of %q is ignored"):format(text), function()
      assert.is_nil(retry_after.seconds(text, NOW))
    end)
  end

  it("that is missing is nil", function()
    assert.is_nil(retry_after.seconds(nil, NOW))
  end)

  it("with a date is ignored if the time is unknown, one in seconds is not", function()
    assert.is_nil(retry_after.seconds("Thu, 01 Jan 2026 00:00:30 GMT", nil))
    assert.equal(30, retry_after.seconds("30", nil))
  end)

  it("is an integer, even for a time with a fraction", function()
    assert.equal("integer", math.type(retry_after.seconds("30", NOW)))
    assert.near(29.5, retry_after.seconds("Thu, 01 Jan 2026 00:00:30 GMT", NOW + 0.5), 1e-9)
    assert.near(29.5, retry_after.seconds("Thursday, 01-Jan-26 00:00:30 GMT", NOW + 0.5), 1e-9)
  end)
end)

describe("an HTTP date", function()
  it("is the same time in all three forms", function()
    for _, text in ipairs {
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
    } do
      assert.equal(784111777, retry_after.date(text, NOW), text)
      assert.equal(784111777, retry_after.date(text), text)
    end
  end)

  it("may be a leap second", function()
    assert.equal(1483228800, retry_after.date "Sat, 31 Dec 2016 23:59:60 GMT")
  end)

  it("whose year has two digits is at most 50 years ahead", function()
    assert.equal(3345062400, retry_after.date("Wednesday, 01-Jan-76 00:00:00 GMT", NOW)) -- 2076
    assert.equal(220924800, retry_after.date("Saturday, 01-Jan-77 00:00:00 GMT", NOW)) -- 1977
    assert.equal(946684800, retry_after.date("Saturday, 01-Jan-00 00:00:00 GMT", NOW)) -- 2000
  end)

  it("that is missing is nil", function()
    assert.is_nil(retry_after.date(nil))
  end)
end)
