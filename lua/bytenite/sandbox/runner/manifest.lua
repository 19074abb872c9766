--- Reads the manifest of a building block and checks it.
---
--- A block is a folder with `manifest.json` and a program in `app/`. Manifests differ in the
--- spelling of names ("Entrypoint", "platform_config", "platformConfig"), so names are compared
--- without case and underscores.
local core <const> = require "bytenite.core"

local files <const> = require "bytenite.sandbox.runner.files"
local json_schema <const> = require "bytenite.sandbox.runner.json_schema"

---@class bytenite.sandbox.Problem
---@field file string path
---@field member string|nil of the file
---@field message string
---@field is_warning boolean whether the block works in spite of it

---@class bytenite.sandbox.Block
---@field name string
---@field major integer
---@field minor integer
---@field description string
---@field folder string
---@field program string path of the file to run
---@field interpreter string|nil the command that runs it; nil if the file itself is executable
---@field kind string|nil "app", "partitioner" or "assembler"; nil if not set
---@field image string|nil of a container
---@field cpus number
---@field memory integer MiB; 0 if not set
---@field schema table|nil JSON Schema of its parameters
local manifest = {}

-- Interpreters, by the extension of the program's name. A file with another extension must be
-- executable.
local INTERPRETERS <const> = {
  py = "python3",
  lua = "lua5.4",
  sh = "sh",
  bash = "bash",
  js = "node",
  mjs = "node",
  pl = "perl",
  rb = "ruby",
}

local MOST_CHARACTERS <const> = 64 -- of a name

local function plain(name)
  return (name:lower():gsub("_", ""))
end

local KNOWN <const> = {}
for _, name in ipairs {
  "name",
  "version",
  "type",
  "description",
  "author",
  "platform",
  "platform_config",
  "device_requirements",
  "entrypoint",
} do
  KNOWN[plain(name)] = name
end
local KNOWN_OF_PLATFORM <const> = {
  container = "container",
  privateimage = "private_image",
  username = "username",
  token = "token",
  secrets = "secrets",
}
local KNOWN_OF_DEVICE <const> = { mincpu = "min_cpu", minmemory = "min_memory", gpu = "gpu" }

local KINDS <const> = { app = true, partitioner = true, assembler = true }

--- Makes a function that collects problems with a file.
---@param problems bytenite.sandbox.Problem[] gets the problems
---@param file string
---@return fun(member: string|nil, message: string, is_warning: boolean|nil): nil note
---@usage local note = manifest.notes(problems, path)
function manifest.notes(problems, file)
  return function(member, message, is_warning)
    problems[#problems + 1] = { file = file, member = member, message = message, is_warning = is_warning or false }
  end
end

--- Returns a problem as a line of text: "word-count/manifest.json: version: ...".
---@param problem bytenite.sandbox.Problem
---@return string
---@usage io.stderr:write(manifest.line(problem), "\n")
function manifest.line(problem)
  local place <const> = problem.member and ("%s: %s"):format(problem.file, problem.member) or problem.file
  return ("%s: %s"):format(place, problem.message)
end

--- Reads a file with a JSON object.
---@param path string
---@param note function of `notes`
---@return table|nil object
---@usage local object = manifest.read_object(path, note)
function manifest.read_object(path, note)
  local text <const>, problem <const> = files.read(path)
  if text == nil then
    note(nil, "cannot be read: " .. problem)
    return nil
  end
  local value <const>, reason <const> = core.decode((text:gsub("^\xEF\xBB\xBF", "")))
  if type(value) ~= "table" or core.is_array(value) then
    note(nil, value == nil and "not JSON: " .. reason or "it must hold an object")
    return nil
  end
  return value
end

-- Returns the members of an object under our spelling of their names. Leaves out members that are
-- null.
local function members_of(object, known, note, above)
  local members <const> = {}
  for key, value in pairs(object) do
    local name <const> = known[plain(key)]
    local place <const> = above and above .. "." .. key or key
    if name == nil then
      note(place, "unknown member, which is ignored", true)
    elseif members[name] ~= nil then
      note(place, "it occurs twice, in different spellings")
    elseif value ~= core.null then
      members[name] = value
    end
  end
  return members
end

local function object_member(members, name, known, note)
  local value <const> = members[name]
  if value == nil then return {} end
  if type(value) ~= "table" or core.is_array(value) then
    note(name, "it must be an object")
    return {}
  end
  return members_of(value, known, note, name)
end

local function read_name(members, note)
  local name <const> = members.name
  if name == nil then
    note("name", "it is missing")
  elseif type(name) ~= "string" or not name:find "^[%w_-]+$" or #name > MOST_CHARACTERS then
    note("name", ('it must have 1 to %d letters, digits, "-" and "_"'):format(MOST_CHARACTERS))
  else
    return name
  end
end

local function read_version(members, note)
  local version <const> = members.version
  if version == nil then
    note("version", "it is missing")
    return nil
  end
  local major <const>, minor <const>, rest <const> = tostring(version):match "^(%d+)%.(%d+)(.*)$"
  if type(version) ~= "string" or major == nil or #major > 9 or #minor > 9 then
    note("version", 'it must be text like "1.0"')
    return nil
  end
  if rest ~= "" then note("version", ('it should be "major.minor"; %q is ignored'):format(rest), true) end
  return math.tointeger(tonumber(major)), math.tointeger(tonumber(minor))
end

local function read_program(members, folder, note)
  local entrypoint <const> = members.entrypoint
  if type(entrypoint) ~= "string" or entrypoint == "" then
    note("entrypoint", entrypoint == nil and "it is missing" or "it must name a file below app/")
    return nil
  end
  local program <const> = files.join(folder, "app", (entrypoint:gsub("^app/", "")))
  if files.real(program) == nil then
    note("entrypoint", ("there is no file app/%s"):format(entrypoint:gsub("^app/", "")))
    return nil
  end
  if not files.is_below(program, files.join(folder, "app")) then
    note("entrypoint", "it must be a file below app/")
    return nil
  end
  local kind <const>, stat <const> = files.kind(files.real(program))
  if kind ~= "file" then
    note("entrypoint", "it is not a regular file")
    return nil
  end
  local interpreter <const> = INTERPRETERS[program:match "%.(%w+)$" or ""]
  if interpreter == nil and stat.mode & 73 == 0 then -- 0111: executable by any user
    note("entrypoint", "its name has no known extension, and the file is not executable")
    return nil
  end
  return program, interpreter
end

local function positive(members, name, note)
  local value <const> = members[name]
  if value == nil then return 0 end
  if math.type(value) == nil or value < 0 then
    note("device_requirements." .. name, "it must be a number of at least 0")
    return 0
  end
  return value
end

local function read_schema(folder, problems)
  local path <const> = files.join(folder, "schema.json")
  if files.real(path) == nil then return nil end
  local note <const> = manifest.notes(problems, path)
  local schema <const> = manifest.read_object(path, note)
  if schema == nil then return nil end
  json_schema.check(schema, note)
  return schema
end

--- Reads a block.
---@param folder string with manifest.json in it
---@return bytenite.sandbox.Block|nil block nil if it cannot be used
---@return bytenite.sandbox.Problem[] problems
---@usage local block, problems = manifest.read "blocks/word-count"
function manifest.read(folder)
  local path <const> = files.join(folder, "manifest.json")
  local problems <const> = {}
  local note <const> = manifest.notes(problems, path)
  local object <const> = manifest.read_object(path, note)
  if object == nil then return nil, problems end
  local members <const> = members_of(object, KNOWN, note)
  local platform <const> = object_member(members, "platform_config", KNOWN_OF_PLATFORM, note)
  local device <const> = object_member(members, "device_requirements", KNOWN_OF_DEVICE, note)
  local major <const>, minor <const> = read_version(members, note)
  local program <const>, interpreter <const> = read_program(members, folder, note)
  local block <const> = {
    name = read_name(members, note),
    major = major,
    minor = minor,
    description = type(members.description) == "string" and members.description or "",
    folder = folder,
    program = program,
    interpreter = interpreter,
    kind = members.type,
    image = platform.container,
    cpus = math.max(1, positive(device, "min_cpu", note)),
    memory = math.ceil(positive(device, "min_memory", note) * 1024),
    schema = read_schema(folder, problems),
  }
  if members.type ~= nil and not KINDS[members.type] then
    note("type", 'it must be "app", "partitioner" or "assembler"')
  end
  if members.platform ~= nil and members.platform ~= "docker" then
    note("platform", 'the service knows "docker" only', true)
  end
  if block.image ~= nil and type(block.image) ~= "string" then note("platform_config.container", "it must be text") end
  for _, problem in ipairs(problems) do
    if not problem.is_warning then return nil, problems end
  end
  return block, problems
end

return manifest
