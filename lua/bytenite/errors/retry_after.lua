--- retry_after.lua: reads the Retry-After and Date headers (RFC 9110 sections 10.2.3 and 5.6.7).
---
--- Pure: the current time is an argument.
local time <const> = require "bytenite.base.time"

local retry_after <const> = {}

local months <const> = {}
for number, name in ipairs { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" } do
  months[name] = number
end

local short_days <const>, long_days <const> = {}, {}
for name in ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"):gmatch "%a+" do
  short_days[name:sub(1, 3)], long_days[name] = true, true
end

local CLOCK <const> = "(%d%d):(%d%d):(%d%d)"

-- Reads "Sun, 06 Nov 1994 08:49:37 GMT", the current form.
local function read_fixdate(text)
  local day_name <const>, day <const>, month <const>, year <const>, hour <const>, minute <const>, second <const> =
    text:match("^(%a%a%a), (%d%d) (%a%a%a) (%d%d%d%d) " .. CLOCK .. " GMT$")
  return short_days[day_name] and year, month, day, hour, minute, second
end

-- Reads "Sunday, 06-Nov-94 08:49:37 GMT". A two-digit year counts as past if it is more than 50
-- years ahead.
local function read_rfc850(text, now)
  local day_name <const>, day <const>, month <const>, short_year <const>, hour <const>, minute <const>, second <const> =
    text:match("^(%a+), (%d%d)-(%a%a%a)-(%d%d) " .. CLOCK .. " GMT$")
  if not long_days[day_name] then return nil end
  local this_year <const> = 1970 + math.floor(now / 31556952) -- seconds in a mean year
  local year = this_year - this_year % 100 + tonumber(short_year)
  if year > this_year + 50 then year = year - 100 end
  return year, month, day, hour, minute, second
end

-- Reads "Sun Nov  6 08:49:37 1994", the form of C's asctime().
local function read_asctime(text)
  local day_name <const>, month <const>, day <const>, hour <const>, minute <const>, second <const>, year <const> =
    text:match("^(%a%a%a) (%a%a%a) ([ %d]%d) " .. CLOCK .. " (%d%d%d%d)$")
  return short_days[day_name] and year, month, day, hour, minute, second
end

local forms <const> = { read_fixdate, read_rfc850, read_asctime }

local SOME_DAY <const> = 1767225600 -- 2026-01-01: near enough to tell the century of a year

--- Reads an HTTP date in any of its three forms.
---@param text string|nil
---@param now number|nil seconds since the epoch, which tells the century of a two-digit year
---@return integer|nil # seconds since the epoch; nil if `text` is not an HTTP date
function retry_after.date(text, now)
  if not text then return nil end
  for _, read in ipairs(forms) do
    local year <const>, month <const>, day <const>, hour <const>, minute <const>, second <const> =
      read(text, now or SOME_DAY)
    if year and months[month] then
      return time.seconds(
        tonumber(year),
        months[month],
        tonumber(day),
        tonumber(hour),
        tonumber(minute),
        tonumber(second)
      )
    end
  end
  return nil
end

--- Reads a Retry-After header.
---@param text string|nil whole seconds or an HTTP date
---@param now number|nil seconds since the epoch; without it a date cannot be measured and is
---   ignored
---@return number|nil # seconds to wait, at least 0; nil if the header is missing or anything else
function retry_after.seconds(text, now)
  if not text then return nil end
  if text:find "^%d+$" then return math.tointeger(tonumber(text)) or math.maxinteger end
  local moment <const> = now and retry_after.date(text, now)
  return moment and math.max(0, moment - now) or nil
end

return retry_after
