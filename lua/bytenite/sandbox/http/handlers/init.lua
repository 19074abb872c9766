--- The calls the sandbox knows, by the names of `core.operations`: a row added there is served once
--- it has a handler here.
---
--- A handler gets a call and gives the response and, when the call is to change something, a
--- function that does so. The change comes after: a fault can respond without it taking effect, or
--- let it take effect and respond with something else.

---@class bytenite.sandbox.Call
---@field operation table|nil the row of `core.operations`
---@field parameters table<string, string> of the path
---@field path string as received, with the query
---@field body string
---@field authorization string|nil
---@field error_shape string|nil of errors that faults make, where it is not the usual one
---@field state bytenite.sandbox.State

---@type table<string, fun(call: bytenite.sandbox.Call): bytenite.sandbox.Response, function|nil>
local handlers = {}

local groups <const> = {
  require "bytenite.sandbox.http.handlers.account",
  require "bytenite.sandbox.http.handlers.data_sources",
  require "bytenite.sandbox.http.handlers.drafts",
  require "bytenite.sandbox.http.handlers.lists",
  require "bytenite.sandbox.http.handlers.secrets",
  (require "bytenite.sandbox.http.handlers.runs"), -- without the path, which require returns second
}
for _, group in ipairs(groups) do
  for name, handler in pairs(group) do
    handlers[name] = handler
  end
end

return handlers
