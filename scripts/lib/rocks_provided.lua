-- For LUAROCKS_CONFIG: what Debian and Ubuntu have as a package, which LuaRocks does not see.
-- luacheck: globals rocks_provided
rocks_provided = { ["lua-cjson"] = "2.1.0-1" }
