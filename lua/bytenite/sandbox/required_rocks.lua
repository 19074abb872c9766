--- Requires the rocks that the sandbox needs, and names a missing rock in the error. Needs no
--- modules itself.
local required_rocks = {}

--- Requires a module of a rock. Raises one line that says what to install if that fails.
--- The module `bytenite` works without these rocks; only its tools need them.
---@param module string the module to require
---@param rock string the name of the rock in LuaRocks
---@param package string the name of the package in Debian and Ubuntu
---@return any module as `require` returns it
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

--- Makes Debian's rock http loadable: Debian installs it for older versions of Lua only, but it
--- runs on this one. Changes the path of this process, and only if the rock is not found otherwise.
---@usage required_rocks.find_older()
function required_rocks.find_older()
  if pcall(require, "http.server") then return end
  for _, version in ipairs { "5.3", "5.2", "5.1" } do
    package.path = ("%s;/usr/share/lua/%s/?.lua;/usr/share/lua/%s/?/init.lua"):format(package.path, version, version)
  end
end

return required_rocks
