--- What the service declares of its objects: which members there are, and of which kind. From the contract; nothing here comes
--- from the code under test. That both have the same members is held by spec/contract/contract_spec.lua.
local compare <const> = require "spec.contract.compare"
local contract <const> = require "spec.contract.init"

local declared = {}

-- Members that are read and written as they come, though the contract says more of them.
local LOOSER <const> = { Event = { data = "any" }, Status = { details = "any" } }

--- Kinds of members by type and name, as the core calls them. A kind that is a type's name stands for an object of that type.
---@type table<string, table<string, string>>
declared.types = {}

for type_name, members in pairs(contract.objects.declared) do
  declared.types[type_name] = {}
  for member, text in pairs(members) do
    local looser <const> = LOOSER[type_name] and LOOSER[type_name][member]
    declared.types[type_name][member] = looser or compare.core_name(contract.objects, text)
  end
end

--- Members without which an object is not written.
---@type table<string, table<string, any>>
declared.required = {
  NewJob = { templateId = "t" },
  AccessTokenRequest = { apiKey = "k" },
  NewSecret = { secret = {}, secretKey = "k" },
  Filter = { field = "name", condition = "FILTER_CONDITION_EQ" },
  RunningTasksRequest = { jobsIds = require("bytenite").array { "j" } },
}

--- The kind that stands behind a kind: "object" for a type, "objects" for a list of one.
---@param kind string
---@return string
---@usage declared.plain_kind "JobConfig" --> "object"
function declared.plain_kind(kind)
  if declared.types[kind] then return "object" end
  local item <const> = kind:match "^(%a+)%[%]$"
  return item and declared.types[item] and "objects" or kind
end

return declared
