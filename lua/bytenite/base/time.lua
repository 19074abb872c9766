--- time.lua: timestamps and the calendar. Imports nothing of ours.
local time <const> = {}

local DAYS <const> = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

local function days_in(year, month)
  return month == 2 and is_leap(year) and 29 or DAYS[month]
end

-- Returns the days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from
-- March: a leap day is then the last day of its year.
local function days_from_epoch(year, month, day)
  local shifted <const> = month <= 2 and year - 1 or year
  local day_of_year <const> = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  return shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400 + day_of_year - 719468
end

local function offset_seconds(zone)
  if zone:upper() == "Z" then return 0 end
  local sign <const>, hours <const>, minutes <const> = zone:match "^([+-])(%d%d):(%d%d)$"
  if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then return nil end
  return (sign == "+" and 1 or -1) * (tonumber(hours) * 3600 + tonumber(minutes) * 60)
end

local function seconds_of_day(hour, minute, second)
  if hour > 23 or minute > 59 or second > 60 then return nil end -- 60: a leap second
  return hour * 3600 + minute * 60 + second
end

--- Returns the seconds since the epoch of a moment in UTC, or nil if there is no such date or time
--- of day.
---@param year integer
---@param month integer
---@param day integer
---@param hour integer
---@param minute integer
---@param second integer 60 is a leap second
---@return integer|nil
function time.seconds(year, month, day, hour, minute, second)
  if month < 1 or month > 12 or day < 1 or day > days_in(year, month) then return nil end
  local clock <const> = seconds_of_day(hour, minute, second)
  return clock and days_from_epoch(year, month, day) * 86400 + clock
end

-- Returns the whole seconds since the epoch of a timestamp and the digits of its fraction; nil if
-- it is not a timestamp.
local function read(text)
  local year, month, day, hour, minute, second, fraction, zone =
    text:match "^(%d%d%d%d)-(%d%d)-(%d%d)[Tt ](%d%d):(%d%d):(%d%d)(%.?%d*)([Zz+-].*)$"
  if not year or fraction == "." or (fraction ~= "" and fraction:sub(1, 1) ~= ".") then return nil end
  local offset <const> = offset_seconds(zone)
  local seconds <const> =
    time.seconds(tonumber(year), tonumber(month), tonumber(day), tonumber(hour), tonumber(minute), tonumber(second))
  if not offset or not seconds then return nil end
  return seconds - offset, fraction:sub(2)
end

--- Returns the seconds since the epoch (1970-01-01T00:00:00Z) of a timestamp as the service prints
--- them (RFC 3339).
---@param text string "2025-08-27T21:51:41.803Z", with any number of fractional digits and any
---   offset
---@return number|nil # an integer; a float if the fraction is not zero; nil if `text` is not a
---   timestamp
function time.parse(text)
  local whole <const>, digits <const> = read(text)
  if not whole or not digits:find "[1-9]" then return whole end
  return whole + tonumber(digits:sub(1, 15)) / 10 ^ math.min(#digits, 15) -- digits alone: tonumber follows the locale
end

--- Returns whether a timestamp is set. Services also print timestamps that mean "unset": "", year 0
--- or 1, and the epoch.
---@param text any
---@return boolean
function time.is_set(text)
  if type(text) ~= "string" or text == "" or text:find "^000[01]" then return false end
  local seconds <const> = time.parse(text)
  return seconds == nil or seconds > 0
end

local EXACT <const> = 18 -- digits of a fraction that an integer holds

--- Like `time.parse`, but exact: for times that are less than a microsecond apart.
---@param text string
---@return integer|nil # whole seconds; nil if `text` is not a timestamp
---@return integer|nil # the fraction, in units of 1e-18 s
function time.exact(text)
  local whole <const>, digits <const> = read(text)
  if not whole then return nil end
  return whole, tonumber((digits .. ("0"):rep(EXACT)):sub(1, EXACT))
end

return time
