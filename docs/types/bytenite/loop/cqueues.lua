---@meta bytenite.loop.cqueues
-- luacheck: ignore 212 241
-- luacheck: no max line length
-- Written by docs/generate.lua (make docs); do not edit. Point "workspace.library" of the language server to docs/types.

local loop = {}

---Lets a cqueues controller drive a client. Needs the rock cqueues. Calls, `map`, `get` and the other waits then suspend the coroutines that the controller runs, and those of `client:async`; elsewhere they block, and the controller with them. The controller's loop ends when nothing is left to do. A client has one adapter: attaching another one replaces it.
---@param client bytenite.Client
---@param controller any what `cqueues.new()` returned
---@return bytenite.Client client the same
function loop.attach(client, controller) end

return loop
