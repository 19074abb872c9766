--- All checks, in the order in which they run.

---@class spec.servers.Check
---@field name string a sentence; unique
---@field promises string[] the promises of docs/promises.lua that it checks
---@field variant string the listener that it uses
---@field only string|nil the only server that it is for
---@field tls boolean|nil whether it is only for TLS
---@field run fun(trial: spec.servers.Trial)

---@type spec.servers.Check[]
local checks <const> = {}

for _, name in ipairs { "connections", "responses" } do
  local some <const> = require("spec.servers.checks_" .. name)
  table.move(some, 1, #some, #checks + 1, checks)
end

return checks
