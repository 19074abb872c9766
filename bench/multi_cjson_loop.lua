-- multi_cjson_loop.lua CONCURRENCY COUNT [show]: starts multi_cjson_loop.c. Why bytenite is loaded: cjson_loop.lua.
local concurrency <const>, count <const>, show <const> = ...
pcall(require, "bytenite")
require "multi_cjson_loop"(math.tointeger(concurrency), math.tointeger(count), show ~= nil)
