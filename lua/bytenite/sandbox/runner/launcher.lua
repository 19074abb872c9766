--- Makes the command line that runs a block: limits, the words of the launcher if there is one,
--- then the interpreter and the program. No shell is involved.
---
--- `setpriv --pdeathsig` makes the program end when the sandbox is killed, `prlimit` sets its
--- limits; both become the program by exec, so they cost no process.
local uv <const> = require "luv"

---@class bytenite.sandbox.Launcher
---@field package words string[] of the template; empty if there is none
---@field package limits_memory boolean
---@field package processors integer
---@field package path string to search for interpreters
local Launcher = {}
Launcher.__index = Launcher

local launcher = {}

local MEMORY <const> = 4096 -- minimum of the address space, in MiB
local OPEN_FILES <const> = 1024
local PLACES <const> = { image = true, dir = true, cpus = true, memory = true, app = true, cache = true }

-- Other names of interpreters.
local OTHER_NAMES <const> = {
  python3 = { "python3", "python" },
  ["lua5.4"] = { "lua5.4", "lua-5.4", "lua54", "lua" },
}

-- Splits a template at white space, but not within single or double quotes.
local function split(template)
  local words <const>, word, quote = {}, nil, nil
  for character in template:gmatch "." do
    if quote then
      if character == quote then
        quote = nil
      else
        word = word .. character
      end
    elseif character == "'" or character == '"' then
      quote, word = character, word or ""
    elseif character:find "%s" then
      words[#words + 1] = word
      word = nil
    else
      word = (word or "") .. character
    end
  end
  if quote then return nil, "a quote is not closed" end
  words[#words + 1] = word
  return words
end

local function check(words)
  if #words == 0 then return "it is empty" end
  for _, word in ipairs(words) do
    for name in word:gmatch "{(%w+)}" do
      if not PLACES[name] then
        return ("{%s} is unknown; there are {image}, {dir}, {app}, {cache}, {cpus} and {memory}"):format(name)
      end
    end
  end
  return nil
end

-- Returns the path of a program; nil if it is not found.
local function find(name, path)
  for folder in (path .. ":"):gmatch "([^:]*):" do
    local candidate <const> = (folder == "" and "." or folder) .. "/" .. name
    local stat <const> = uv.fs_stat(candidate)
    if stat and stat.type == "file" and uv.fs_access(candidate, "X") then return candidate end
  end
  return nil
end

--- Returns the number of processors that this process may use.
---@return integer
---@usage local workers = options.workers or launcher.processors()
function launcher.processors()
  if uv.available_parallelism then return uv.available_parallelism() end
  return #(uv.cpu_info() or { 1 }) -- luv before 1.44
end

--- Reads the template of a launcher.
---@param template string|nil the words before each program, e.g. "bwrap --bind {dir} {dir}"
---@param path string the folders of programs, as in $PATH
---@return bytenite.sandbox.Launcher|nil
---@return string|nil problem
---@usage local launch = assert(launcher.new(nil, os.getenv "PATH"))
function launcher.new(template, path)
  local words = {}
  if template then
    local list <const>, unreadable <const> = split(template)
    local problem <const> = list == nil and unreadable or list and check(list)
    if problem then return nil, "launcher: " .. problem end
    words = list
  end
  for _, name in ipairs { "setpriv", "prlimit", words[1] } do
    if not name:find("/", 1, true) and find(name, path) == nil then
      return nil, ("the program %s is missing (setpriv and prlimit are in util-linux)"):format(name)
    end
  end
  local limits_memory <const> = template == nil or template:find("{memory}", 1, true) == nil
  return setmetatable(
    { words = words, limits_memory = limits_memory, path = path, processors = launcher.processors() },
    Launcher
  )
end

local function interpreter_of(self, block)
  if #self.words > 0 then return block.interpreter end -- a container has its own
  for _, name in ipairs(OTHER_NAMES[block.interpreter] or { block.interpreter }) do
    if find(name, self.path) then return name end
  end
  return block.interpreter
end

--- Makes the command line for a block.
---@param block bytenite.sandbox.Block
---@param places {dir: string, cache: string, seconds: integer|nil} the run's folder, the folder of
--- the caches, and the time limit of the program
---@return string[]|nil words
---@return string|nil problem
---@usage local words, problem = launch:command(block, { dir = "/tmp/run", cache = "/tmp/cache" })
function Launcher:command(block, places)
  local memory <const> = math.max(block.memory, MEMORY)
  local words <const> = { "setpriv", "--pdeathsig", "KILL", "prlimit", "--core=0", "--nofile=" .. OPEN_FILES }
  -- Stops even a program that leaves its group. Counts the time of all threads.
  if places.seconds then words[#words + 1] = ("--cpu=%d"):format(places.seconds * self.processors + 1) end
  if self.limits_memory then words[#words + 1] = ("--as=%d"):format(memory * 1024 * 1024) end
  local values <const> = {
    image = block.image,
    dir = places.dir,
    app = block.folder,
    cache = places.cache,
    cpus = tostring(math.ceil(block.cpus)),
    memory = tostring(memory),
  }
  local missing
  for _, word in ipairs(self.words) do
    words[#words + 1] = word:gsub("{(%w+)}", function(name)
      if values[name] == nil then missing = name end
      return values[name]
    end)
  end
  if missing then return nil, "its manifest names no container, which the launcher needs" end
  words[#words + 1] = interpreter_of(self, block)
  words[#words + 1] = block.program
  return words
end

return launcher
