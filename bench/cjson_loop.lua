-- cjson_loop.lua COUNT [show]: starts the second row of the benchmark, which is cjson_loop.c.
--
-- bytenite is loaded, too, and not used: Lua's collector then has as much to go through as in bytenite's row. In a state that
-- holds next to nothing it runs after almost every call, which would make lua-cjson look worse by up to 15 %.
local count <const>, show <const> = ...
pcall(require, "bytenite")
require "cjson_loop"(math.tointeger(count), show ~= nil)
