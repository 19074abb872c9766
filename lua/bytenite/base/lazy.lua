--- lazy.lua: modules that are loaded when they are first used, so that a program pays at its start for what it needs then, and
--- not for uploads, pages and event loops.
---
--- They are taken from the folder this file was found in: the working directory and package.path may be others by then.
--- So may the locale: its decimal comma would spoil numbers with a fraction in them, which stand as 1 / 2 there.
local core <const> = require "bytenite.core"

local later <const> = {}

local NO_MEMORY <const> = "not enough memory" -- as Lua raises it

-- Where `require` finds the modules; nil when this one was no file (a host may have them all in package.preload).
local _ <const>, own_path <const> = ...
local folder <const> = own_path and core.full_path(own_path):match "^(.*[/\\])bytenite[/\\]base[/\\]lazy%.lua$"
local template <const> = folder and folder .. "?.lua;" .. folder .. "?/init.lua"

--- Loads a module.
---@param name string as `require` takes it
---@return any # what it returns
function later.load(name)
  if package.loaded[name] or not template then return require(name) end
  local path <const> = package.path
  package.path = template .. ";" .. tostring(path)
  local ok <const>, loaded <const> = pcall(require, name)
  package.path = path
  if ok then return loaded end
  local lacks_memory <const> = type(loaded) == "string" and loaded:sub(-#NO_MEMORY) == NO_MEMORY -- in `require`'s words
  error(lacks_memory and NO_MEMORY or loaded, 0)
end

--- A stand-in for a module, which is empty until a member of it is asked for.
---@param name string as `require` takes it
---@return table
function later.module(name)
  local stand_in <const> = {}
  return setmetatable(stand_in, {
    __index = function(_, member)
      for key, value in pairs(later.load(name)) do
        rawset(stand_in, key, value)
      end
      setmetatable(stand_in, nil)
      return stand_in[member]
    end,
  })
end

return later
