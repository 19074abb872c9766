-- Timestamps as the service prints them, in seconds since the epoch.
local bytenite <const> = require "bytenite"
local deep <const> = require "spec.support.deep"
local refusals <const> = require "spec.support.refusals"

describe("bytenite.time", function()
  describe("gives the seconds", function()
    local whole <const> = {
      ["1970-01-01T00:00:00Z"] = 0,
      ["1970-01-01T00:00:01Z"] = 1,
      ["1969-12-31T23:59:59Z"] = -1,
      ["2025-08-27T21:51:41Z"] = 1756331501,
      ["2025-08-27T21:51:41.000Z"] = 1756331501,
      ["2025-08-27T21:51:41.000000000Z"] = 1756331501,
      ["2025-08-27t21:51:41z"] = 1756331501,
      ["2025-08-27T23:51:41+02:00"] = 1756331501,
      ["2025-08-27T16:21:41-05:30"] = 1756331501,
      ["2025-08-27T21:51:41+00:00"] = 1756331501,
      ["2025-08-27T21:51:41-00:00"] = 1756331501,
      ["2000-02-29T00:00:00Z"] = 951782400,
      ["2000-03-01T00:00:00Z"] = 951868800,
      ["1999-12-31T23:59:59Z"] = 946684799,
      ["2024-02-29T12:00:00Z"] = 1709208000,
      ["2024-12-31T23:59:59Z"] = 1735689599,
      ["2025-01-01T00:00:00Z"] = 1735689600,
      ["2038-01-19T03:14:08Z"] = 2147483648,
      ["2100-02-28T23:59:59Z"] = 4107542399,
      ["2100-03-01T00:00:00Z"] = 4107542400,
      ["9999-12-31T23:59:59Z"] = 253402300799,
      ["1900-03-01T00:00:00Z"] = -2203891200,
      ["0001-01-01T00:00:00Z"] = -62135596800,
      ["2016-12-31T23:59:60Z"] = 1483228800, -- a leap second
    }
    for text, seconds in pairs(whole) do
      it("of " .. text, function()
        assert.is_nil(deep.difference(seconds, bytenite.time(text)))
      end)
    end

    local fractions <const> = {
      ["2025-08-27T21:51:41.803Z"] = 1756331501.803,
      ["2025-08-27T21:51:41.5Z"] = 1756331501.5,
      ["2025-08-27T17:55:57.104382Z"] = 1756317357.104382,
      ["2025-08-27T21:51:41.123456789Z"] = 1756331501.123456789,
      ["2025-08-27T21:51:41.100000000000000000000000000001Z"] = 1756331501.1,
      ["1970-01-01T00:00:00.25+00:00"] = 0.25,
      ["1969-12-31T23:59:59.75Z"] = -0.25,
      ["1970-01-01T00:00:00.000000001Z"] = 1e-9,
    }
    for text, seconds in pairs(fractions) do
      it(("of %s, as a float"):format(text), function()
        local given <const> = bytenite.time(text)
        assert.equal("float", math.type(given))
        assert.is_true(math.abs(given - seconds) <= 2.0 ^ -22) -- the last bit of a double of that size
      end)
    end

    it("that os.date turns back into the same day and time, for many days", function()
      local has_long_times <const> = pcall(os.date, "!%Y", 60000 * 86400) -- i386 counts seconds in 32 bits
      for day = 0, has_long_times and 60000 or 24000, 37 do
        local seconds <const> = day * 86400 + day % 86400
        assert.equal(seconds, bytenite.time(os.date("!%Y-%m-%dT%H:%M:%SZ", seconds)))
      end
    end)
  end)

  describe("refuses", function()
    for _, text in ipairs {
      "",
      "now",
      "2025-08-27",
      "2025-08-27T21:51Z",
      "2025-08-27T21:51:41",
      "2025-08-27T21:51:41 Z",
      " 2025-08-27T21:51:41Z",
      "2025-08-27T21:51:41Z ",
      "2025-08-27T21:51:41Z\n",
      "2025-08-27T21:51:41ZZ",
      "2025-08-27T21:51:41.Z",
      "2025-08-27T21:51:41,5Z",
      "2025-08-27T21:51:41.5",
      "2025-08-27T21:51:415Z",
      "2025-08-27T21:51:41.1.2Z",
      "2025-08-27X21:51:41Z",
      "2025-00-27T21:51:41Z",
      "2025-13-27T21:51:41Z",
      "2025-08-00T21:51:41Z",
      "2025-08-32T21:51:41Z",
      "2025-04-31T21:51:41Z",
      "2025-02-29T21:51:41Z",
      "2100-02-29T21:51:41Z",
      "1900-02-29T21:51:41Z",
      "2025-08-27T24:00:00Z",
      "2025-08-27T21:60:41Z",
      "2025-08-27T21:51:61Z",
      "2025-08-27T21:51:41+2:00",
      "2025-08-27T21:51:41+0200",
      "2025-08-27T21:51:41+24:00",
      "2025-08-27T21:51:41+02:60",
      "2025-08-27T21:51:41+02",
      "25-08-27T21:51:41Z",
      "-2025-08-27T21:51:41Z",
      "+2025-08-27T21:51:41Z",
      "2025-8-27T21:51:41Z",
      "1756331501",
      "２０２５-08-27T21:51:41Z",
    } do
      it(("%q with an error of kind protocol"):format(text), function()
        local seconds <const>, problem <const> = bytenite.time(text)
        assert.is_nil(seconds)
        assert.equal("protocol", problem.kind)
        assert.is_truthy(tostring(problem):find("RFC 3339", 1, true))
      end)
    end

    for title, value in pairs { number = 1756331501, boolean = true, table = {}, null = bytenite.null } do
      it(("a %s, by raising"):format(title), function()
        local message <const> = refusals.message(function()
          bytenite.time(value)
        end)
        assert.is_truthy(message:find("time: timestamp: expected a string, got", 1, true), message)
      end)
    end

    it("nothing, by raising", function()
      local message <const> = refusals.message(function()
        bytenite.time()
      end)
      assert.equal("time: timestamp: expected a string, got nothing", message)
    end)
  end)
end)
