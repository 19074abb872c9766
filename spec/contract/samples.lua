--- Values of the contract's types, as the service may print them.
local bytenite <const> = require "bytenite"
local types <const> = require "spec.contract.types"

local samples = {}

local null <const> = bytenite.null
local DEPTH <const> = 3 -- of objects that contain objects of their type

--- The id of jobs, so that responses are about the requested job.
samples.JOB_ID = "0b8f6a52-93c1-4d0e-a7f4-5d2c81e69b30"

--- Ways in which the service may print values, by name.
---@type table<string, table>
samples.moods = {
  -- As in the reference.
  usual = { integer = 3, uint32 = 3600, number = 302.81, string = "a word", boolean = true },
  -- 64-bit numbers as the gateway prints them, and the strings of older servers.
  texts = {
    integer = "4503599627370497",
    uint32 = "4294967295",
    number = "0.00000834",
    string = 'Grüße, 世界 \u{1F600} "\\\n\t\r',
    boolean = true,
  },
  -- Unset members that are printed.
  zeros = { integer = 0, uint32 = 0, number = 0, string = "", boolean = false, has_none = true },
  nulls = { integer = 3, uint32 = 3, number = 1e-06, string = "a word", boolean = false, has_nulls = true },
  -- What later servers may send.
  later = {
    integer = "18446744073709551615",
    uint32 = 4294967295,
    number = 1e+16,
    string = "\u{0}\u{7F}\u{2028}",
    boolean = true,
    enumeration = 17,
    has_more = true,
  },
  bare = { is_bare = true },
}

local TYPED <const> = {
  ["@type"] = "type.googleapis.com/bytenite.data_source.S3DataSource",
  name = "in.txt",
  bucketName = "b",
  deep = { list = bytenite.array { 1, 2.5, null, bytenite.array {} }, nothing = null },
}

local words = {}

function words.timestamp()
  return "2025-08-14T09:30:00.123456Z"
end

function words.object(mood)
  return mood.has_none and {} or { seed = 9007199254740993, ratio = 0.1, empty = {}, list = bytenite.array {} }
end

function words.typed(mood)
  return mood.has_none and {} or TYPED
end

function words.any(mood)
  return mood.has_none and null or bytenite.array { "x", 1, {} }
end

local value_of

local function object_of(objects, name, mood, depth)
  local made <const> = {}
  for member, text in pairs(mood.is_bare and {} or objects.declared[name]) do
    made[member] = value_of(objects, text, mood, depth + 1)
  end
  if name == "Job" and made.id and made.id ~= null then made.id = samples.JOB_ID end
  if name == "GenericResponse" and made.ok ~= nil then made.ok = true end -- false means an error: see openapi.lua
  if mood.has_more then made.addedLater = { 1, true } end
  return made
end

function value_of(objects, text, mood, depth)
  local kind <const> = types.parse(text)
  if kind.nullable and mood.has_nulls then return null end
  if objects.scalars[kind.word] then return value_of(objects, objects.scalars[kind.word], mood, depth) end
  local enumeration <const> = objects.enumerations[kind.word]
  if enumeration then return enumeration.open and mood.enumeration or enumeration.values[1] end
  if objects.declared[kind.word] then
    if mood.has_none and kind.nullable then return null end
    return object_of(objects, kind.word, mood, depth)
  end
  local is_empty <const> = mood.has_none or depth > DEPTH
  if kind.list then
    return bytenite.array(is_empty and {} or { value_of(objects, text:match "^%[(.*)%]", mood, depth) })
  elseif kind.map then
    return is_empty and {} or { ["a name"] = value_of(objects, text:match "^{(.*)}", mood, depth) }
  end
  if kind.word == "timestamp" and mood.has_none then return null end
  if words[kind.word] then return words[kind.word](mood) end
  return mood[kind.word]
end

--- Returns a value of a type.
---@param objects table of the contract
---@param text string the type
---@param mood string a name in `samples.moods`
---@return any
---@usage samples.value(objects, "JobResponse", "usual")
function samples.value(objects, text, mood)
  return value_of(objects, text, samples.moods[mood], 0)
end

return samples
