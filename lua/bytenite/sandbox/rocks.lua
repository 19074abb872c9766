--- The rocks the sandbox stands on, asked for by name so that a missing one is told plainly. Needs nothing itself.
local rocks = {}

--- Requires a module of a rock, and when that fails raises one line that says what to install.
--- The module `bytenite` works without these rocks; only its tools need them.
---@param module string the module to require
---@param rock string the rock it comes with, as LuaRocks calls it
---@param package string the same as Debian and Ubuntu call it
---@return any module what `require` gives
---@usage local server = rocks.need("http.server", "http", "lua-http")
function rocks.need(module, rock, package)
  local loaded <const>, value <const> = pcall(require, module)
  if loaded then return value end
  error(
    ('the rock "%s" is missing: luarocks install %s (Debian and Ubuntu: apt-get install %s)'):format(
      rock,
      rock,
      package
    ),
    0
  )
end

return rocks
