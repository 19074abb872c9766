--- Random JSON: texts and the Lua values that they stand for. Both are made at the same time, so
--- that the code under test computes neither. A seed gives the same values on every machine.
---
---   local generator = random_json.new(42, { null = bytenite.null, array = bytenite.array })
---   local text, value = generator:value()

---@class spec.RandomJson
---@field package state integer
---@field package null any
---@field package array fun(items: table): table
local RandomJson = {}
RandomJson.__index = RandomJson

local random_json = {}

-- Names that are methods of jobs, keys of metatables, JSON words, numbers, or nothing at all.
local ODD_NAMES <const> = {
  "",
  " ",
  "run",
  "id",
  "logs",
  "name",
  "state",
  "refresh",
  "set_params",
  "is_final",
  "client",
  "job",
  "params",
  "app",
  "taskTimout",
  "@type",
  "__index",
  "__pairs",
  "__gc",
  "__name",
  "n",
  "0",
  "1",
  "2",
  "-1",
  "1.5",
  "01",
  "null",
  "true",
  "nan",
  "a.b",
  "a[1]",
  "$ref",
  "\0",
  "a\0b",
}

-- Code points at the edges of ranges that UTF-8, JSON and UTF-16 treat differently.
local EDGES <const> = {
  0x00,
  0x01,
  0x08,
  0x09,
  0x0A,
  0x0C,
  0x0D,
  0x1F,
  0x20,
  0x22,
  0x2F,
  0x5C,
  0x7E,
  0x7F,
  0x80,
  0x85,
  0xA0,
  0x7FF,
  0x800,
  0x2028,
  0x2029,
  0xD7FF,
  0xE000,
  0xFDD0,
  0xFEFF,
  0xFFFD,
  0xFFFE,
  0xFFFF,
  0x10000,
  0x1F600,
  0x10FFFE,
  0x10FFFF,
}

local LETTER_OF <const> = {
  [0x08] = "b",
  [0x09] = "t",
  [0x0A] = "n",
  [0x0C] = "f",
  [0x0D] = "r",
  [0x22] = '"',
  [0x2F] = "/",
  [0x5C] = "\\",
}

local SPACES <const> = { " ", "\n", "\r\n", "\t", "  ", " \t\n\r " }

local INTEGER_EDGES <const> =
  { 0, 1 << 31, 1 << 32, 1 << 53, -(1 << 53), math.maxinteger, math.mininteger, 1000000000000000 }

--- Starts a generator.
---@param seed integer
---@param marks {null: any, array: fun(items: table): table} null's value, and the list marker
---@return spec.RandomJson
---@usage local generator = random_json.new(42, { null = bytenite.null, array = bytenite.array })
function random_json.new(seed, marks)
  return setmetatable({ state = seed, null = marks.null, array = marks.array }, RandomJson)
end

-- Returns 64 random bits (SplitMix64). The state is our own, because busted shuffles with
-- math.random.
function RandomJson:bits()
  self.state = self.state + 0x9E3779B97F4A7C15
  local z = self.state
  z = (z ~ (z >> 30)) * 0xBF58476D1CE4E5B9
  z = (z ~ (z >> 27)) * 0x94D049BB133111EB
  return z ~ (z >> 31)
end

-- Returns an integer from 0 to limit - 1.
function RandomJson:below(limit)
  return (self:bits() >> 1) % limit
end

function RandomJson:one_of(list)
  return list[1 + self:below(#list)]
end

function RandomJson:chance(percent)
  return self:below(100) < percent
end

-- Returns white space, which may surround any token, or nothing in most cases.
function RandomJson:space()
  return self:chance(10) and self:one_of(SPACES) or ""
end

-- Writes an exponent in one of the valid forms: e5, E+05, e-7.
function RandomJson:exponent(power)
  local sign <const> = power < 0 and "-" or (self:chance(30) and "+" or "")
  local zeros <const> = self:chance(20) and "0" or ""
  return (self:chance(50) and "e" or "E") .. sign .. zeros .. ("%d"):format(math.abs(power))
end

-- Returns an integer of 64 bits. Small ones and those at the edges are as likely as large ones.
function RandomJson:integer()
  local value
  if self:chance(25) then
    value = self:one_of(INTEGER_EDGES) + self:below(5) - 2 -- at the ends it wraps around
  else
    value = self:bits() >> self:below(64)
    if self:chance(50) then value = -value end
  end
  return ("%d"):format(value), value
end

-- Returns a float of random bits that is neither NaN nor infinite, with all the digits that
-- identify it.
function RandomJson:any_float()
  local value
  repeat
    value = ("d"):unpack(("j"):pack(self:bits()))
  until value - value == 0
  local digits, power = ("%%.%de"):format(16 + self:below(5)):format(value):match "^(.-)e(.*)$"
  power = math.tointeger(tonumber(power))
  if self:chance(30) then -- moves the point
    digits, power = digits:gsub("(%d)%.(%d+)", "%1%2.0"), power - #digits:match "%.(%d+)"
  end
  return digits .. self:exponent(power), value
end

-- Returns a subnormal float.
function RandomJson:subnormal()
  local value <const> = ("d"):unpack(("j"):pack(self:bits() >> (12 + self:below(52))))
  local digits <const>, power <const> = ("%.17e"):format(value):match "^(.-)e(.*)$"
  return digits .. self:exponent(math.tointeger(tonumber(power))), value
end

-- Returns a float as people write it: an integer below 2^53 with the point moved by up to 22
-- places. Both are exact, so one division gives the nearest double.
function RandomJson:decimal()
  local digits <const> = self:bits() >> (11 + self:below(53))
  local places <const> = 1 + self:below(22)
  local divisor = 1.0
  for _ = 1, places do
    divisor = divisor * 10
  end
  local value = digits / divisor
  local text = ("%d"):format(digits)
  if self:chance(50) then
    text = text .. self:exponent(-places)
  else
    text = ("0"):rep(places + 1 - #text) .. text
    text = text:sub(1, -places - 1) .. "." .. text:sub(-places)
  end
  if self:chance(50) then
    text, value = "-" .. text, -value
  end
  return text, value
end

-- Returns a float without a fraction, written as a float: 5.0, 5e0, -0.0.
function RandomJson:integral_float()
  local value = (self:bits() >> (11 + self:below(53))) + 0.0
  local text = ("%.0f"):format(value) .. self:one_of { ".0", ".000", "e0", "E+00", ".0e-0" }
  if self:chance(50) then
    text, value = "-" .. text, -value
  end
  return text, value
end

-- Returns a number without fraction and exponent that does not fit in an integer, with all digits
-- of a double.
function RandomJson:beyond_integers()
  local value = 0x1p63 * (1 + (self:bits() >> 12) * 0x1p-52)
  value = value * 2.0 ^ self:below(200)
  if self:chance(50) then value = -value end
  return ("%.0f"):format(value), value
end

local number_makers <const> = { "any_float", "subnormal", "decimal", "integral_float", "beyond_integers" }

--- Returns a random number.
---@return string text
---@return number value
---@usage local text, value = generator:number()
function RandomJson:number()
  local maker <const> = self:chance(45) and "integer" or self:one_of(number_makers)
  return self[maker](self)
end

function RandomJson:code_point()
  if self:chance(40) then return 0x20 + self:below(0x5F) end
  if self:chance(50) then return self:one_of(EDGES) end
  local point <const> = self:below(self:chance(50) and 0x800 or 0x110000)
  return (point < 0xD800 or point > 0xDFFF) and point or 0xD800 - 1
end

-- Writes \u with four digits, or two of them above U+FFFF.
function RandomJson:escape(point)
  local format <const> = self:chance(50) and "\\u%04x" or "\\u%04X"
  if point < 0x10000 then return format:format(point) end
  local rest <const> = point - 0x10000
  return format:format(0xD800 + (rest >> 10)) .. format:format(0xDC00 + (rest & 0x3FF))
end

function RandomJson:written(point)
  if LETTER_OF[point] and self:chance(50) then return "\\" .. LETTER_OF[point] end
  local must_escape <const> = point < 0x20 or point == 0x22 or point == 0x5C
  if must_escape or self:chance(15) then return self:escape(point) end
  return utf8.char(point)
end

--- Returns a random string.
---@return string text
---@return string value
---@usage local text, value = generator:string()
function RandomJson:string()
  local length <const> = self:chance(3) and 300 + self:below(300) or self:below(12)
  local texts <const>, characters <const> = {}, {}
  for i = 1, length do
    local point <const> = self:code_point()
    texts[i] = self:written(point)
    characters[i] = utf8.char(point)
  end
  return '"' .. table.concat(texts) .. '"', table.concat(characters)
end

function RandomJson:name()
  if self:chance(40) then return self:string() end
  local name <const> = self:one_of(ODD_NAMES)
  local texts <const> = {}
  for _, point in utf8.codes(name) do
    texts[#texts + 1] = self:written(point)
  end
  return '"' .. table.concat(texts) .. '"', name
end

function RandomJson:scalar()
  local kind <const> = self:below(10)
  if kind < 5 then return self:number() end
  if kind < 8 then return self:string() end
  if kind == 8 then return "null", self.null end
  local value <const> = self:chance(50)
  return tostring(value), value
end

function RandomJson:surrounded(text)
  return self:space() .. text .. self:space()
end

function RandomJson:list(levels)
  local texts <const>, items <const> = {}, {}
  for i = 1, self:below(5) do
    local text
    text, items[i] = self:value(levels)
    texts[i] = self:surrounded(text)
  end
  return "[" .. (#texts == 0 and self:space() or table.concat(texts, ",")) .. "]", self.array(items)
end

function RandomJson:object(levels)
  local texts <const>, members <const> = {}, {}
  for _ = 1, self:below(5) do
    local name_text <const>, name <const> = self:name()
    if members[name] == nil then
      local text
      text, members[name] = self:value(levels)
      texts[#texts + 1] = self:surrounded(name_text) .. ":" .. self:surrounded(text)
    end
  end
  return "{" .. (#texts == 0 and self:space() or table.concat(texts, ",")) .. "}", members
end

--- Returns a random value.
---@param levels integer|nil how deep lists and objects may be nested, by default 5
---@return string text
---@return any value
---@usage local text, value = generator:value()
function RandomJson:value(levels)
  levels = levels or 5
  if levels == 0 or self:chance(50) then return self:scalar() end
  if self:chance(50) then return self:list(levels - 1) end
  return self:object(levels - 1)
end

--- Returns nested lists and objects.
---@param levels integer the depth
---@return string text
---@return any value
---@usage local text, value = generator:nest(100)
function RandomJson:nest(levels)
  local text, value = self:scalar()
  for _ = 1, levels do
    if self:chance(50) then
      local beside_text <const>, beside <const> = self:scalar()
      text, value = "[" .. beside_text .. "," .. text .. "]", self.array { beside, value }
    else
      local name_text <const>, name <const> = self:name()
      text, value = "{" .. name_text .. ":" .. text .. "}", { [name] = value }
    end
  end
  return text, value
end

--- Returns several random values.
---@param count integer
---@return string[] texts
---@return any[] values marked as a list
---@usage local texts, values = generator:values(100)
function RandomJson:values(count)
  local texts <const>, values <const> = {}, {}
  for i = 1, count do
    texts[i], values[i] = self:value()
  end
  return texts, self.array(values)
end

return random_json
