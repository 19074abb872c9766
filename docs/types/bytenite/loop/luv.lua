---@meta bytenite.loop.luv
-- luacheck: ignore 212 241
-- luacheck: no max line length
-- Written by docs/generate.lua (make docs); do not edit. Point "workspace.library" of the language server to docs/types.

local loop = {}

---Lets libuv's loop drive a client. Needs the rock luv. libuv has no coroutines, so calls, `map`, `get` and the other waits suspend inside `client:async` and `client:map` only: anywhere else, in callbacks too, they block, and libuv's loop with them. `uv.run` returns when nothing is left to do.
---@param client bytenite.Client
---@return bytenite.Client client the same
function loop.attach(client) end

return loop
