--- lazy.lua: compiles and runs modules when they are first used, so that the start of a program
--- does not pay for uploads, pages and futures.
---
--- Reads their texts when the module is loaded. Later the host may use up all descriptors, change
--- the working directory, and remove `require` and the contents of `package`.
local core <const> = require "bytenite.core"

local lazy <const> = {}

local host_require <const>, loaded <const> = require, package.loaded
local load <const>, open_file <const> = load, io and io.open -- hosts may have removed them

-- The folder in which `require` found the modules; nil if this one was not a file.
local own_name <const>, own_path <const> = ...
local root <const> = own_path and own_path:match "^(.*[/\\])bytenite[/\\]base[/\\]lazy%.lua$"

local texts <const>, paths <const> = {}, {} -- by module name, until the module is used
local modules <const> = {} -- by module name; the host may drop them from package.loaded

-- Returns whether package.loaded lists this instance of the module. A host may drop the module and
-- load it again: then it lists the other instance.
local function is_listed()
  return loaded[own_name] == lazy
end

-- Goes before the first line of a module: a chunk gets its name and path, as from `require`, and
-- the `require` to use.
local PREFIX <const> = "local _ <const>, _ <const>, require <const> = ... "

--- Loads a module.
---@param name string as `require` takes it
---@return any # what it returns
function lazy.load(name)
  local module = modules[name] or (is_listed() and loaded[name])
  if module then return module end
  local text <const> = texts[name]
  if not text then return host_require(name) end
  local path <const> = paths[name]
  local chunk <const>, problem <const> = load(PREFIX .. text, "@" .. path, "t")
  if not chunk then error(problem, 0) end
  module = chunk(name, path, lazy.load)
  modules[name], texts[name], paths[name] = module, nil, nil
  if is_listed() then loaded[name] = module end
  return module
end

--- Makes a proxy for a module, which loads the module when one of its members is first used.
---@param name string as `require` takes it
---@return table
function lazy.module(name)
  local stand_in <const> = {}
  return setmetatable(stand_in, {
    __index = function(_, member)
      for key, value in pairs(lazy.load(name)) do
        rawset(stand_in, key, value)
      end
      setmetatable(stand_in, nil)
      return stand_in[member]
    end,
  })
end

-- Returns the text of a module and its path; nil if it is neither a file nor compiled in.
local function read(name)
  if not load then return nil end -- a host may have removed it
  if not root then return core.embedded(name) end
  local stem <const> = root .. name:gsub("%.", "/")
  for _, ending in ipairs { ".lua", "/init.lua" } do
    local file <close> = open_file and open_file(stem .. ending, "rb")
    if file then return file:read "a", stem .. ending end
  end
  return nil
end

--- Prepares modules to be loaded when they are first used, and keeps those that are loaded already.
--- Call it once, after everything else is loaded.
---@param names string[] without "bytenite."
function lazy.prepare(names)
  for name, module in pairs(loaded) do
    if type(name) == "string" and name:find "^bytenite%f[.\0]" then modules[name] = module end
  end
  for _, short_name in ipairs(names) do
    local name <const> = "bytenite." .. short_name
    if not modules[name] then
      if not root or package.preload[name] == nil then
        texts[name], paths[name] = read(name)
      end
      -- The host keeps its modules elsewhere, or has no io or load. It may leave out modules that
      -- it does not use.
      if not texts[name] then pcall(host_require, name) end
    end
  end
end

return lazy
