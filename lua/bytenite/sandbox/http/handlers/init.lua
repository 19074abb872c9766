--- The handlers of calls, by the names in `core.operations`: a new row there is served once it has
--- a handler here.
---
--- A handler receives a call and returns the response and, if the call changes something, a
--- function that makes the change. This lets a fault respond without the change, or make the change
--- and replace the response.

---@class bytenite.sandbox.Call
---@field operation table|nil the row of `core.operations`
---@field parameters table<string, string> of the path
---@field path string as received, with the query
---@field body string
---@field authorization string|nil
---@field error_shape string|nil of errors that faults make, if it is not the usual shape
---@field state bytenite.sandbox.State

---@type table<string, fun(call: bytenite.sandbox.Call): bytenite.sandbox.Response, function|nil>
local handlers = {}

local groups <const> = {
  require "bytenite.sandbox.http.handlers.account",
  require "bytenite.sandbox.http.handlers.data_sources",
  require "bytenite.sandbox.http.handlers.drafts",
  require "bytenite.sandbox.http.handlers.lists",
  require "bytenite.sandbox.http.handlers.secrets",
  (require "bytenite.sandbox.http.handlers.runs"), -- in parentheses to drop the path that require also returns
}
for _, group in ipairs(groups) do
  for name, handler in pairs(group) do
    handlers[name] = handler
  end
end

return handlers
