-- cjson_loop.lua COUNT [show]: starts the second row of the benchmark, which is cjson_loop.c.
--
-- bytenite is loaded as well but not used, so that Lua's collector has as much to traverse as in
-- bytenite's row. In an almost empty state it runs after almost every call, which would make
-- lua-cjson look worse by up to 15 %.
local count <const>, show <const> = ...
pcall(require, "bytenite")
require "cjson_loop"(math.tointeger(count), show ~= nil)
