--- Requires the rocks that the sandbox needs, and names a missing one in its error. Needs nothing
--- itself.
local required_rocks = {}

--- Requires a module of a rock, and when that fails raises one line that says what to install.
--- The module `bytenite` works without these rocks; only its tools need them.
---@param module string the module to require
---@param rock string the rock it comes with, as LuaRocks calls it
---@param package string the same as Debian and Ubuntu call it
---@return any module what `require` gives
---@usage local server = required_rocks.need("http.server", "http", "lua-http")
function required_rocks.need(module, rock, package)
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

--- Makes the rock http be found where Debian has it: for older versions of Lua only, though it runs
--- on this one. The path is changed in this process alone, and only where the rock is not found
--- without.
---@usage required_rocks.find_older()
function required_rocks.find_older()
  if pcall(require, "http.server") then return end
  for _, version in ipairs { "5.3", "5.2", "5.1" } do
    package.path = ("%s;/usr/share/lua/%s/?.lua;/usr/share/lua/%s/?/init.lua"):format(package.path, version, version)
  end
end

return required_rocks
