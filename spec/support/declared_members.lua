--- The members that the service declares for its objects, and their kinds. All of it comes from the
--- contract, nothing from the code under test; spec/contract/contract_spec.lua checks that both have
--- the same members.
local compare <const> = require "spec.contract.compare"
local contract <const> = require "spec.contract.init"

local declared_members = {}

-- Members that are read and written as they are, although the contract declares a type.
local LOOSER <const> = { Event = { data = "any" }, Status = { details = "any" } }

--- Kinds of members by type and name, as the core calls them. A kind that is a type's name stands for an object of that type.
---@type table<string, table<string, string>>
declared_members.types = {}

for type_name, members in pairs(contract.objects.declared) do
  declared_members.types[type_name] = {}
  for member, text in pairs(members) do
    local looser <const> = LOOSER[type_name] and LOOSER[type_name][member]
    declared_members.types[type_name][member] = looser or compare.core_name(contract.objects, text)
  end
end

--- The required members of objects that are written.
---@type table<string, table<string, any>>
declared_members.required = {
  NewJob = { templateId = "t" },
  AccessTokenRequest = { apiKey = "k" },
  NewSecret = { secret = {}, secretKey = "k" },
  Filter = { field = "name", condition = "FILTER_CONDITION_EQ" },
  RunningTasksRequest = { jobsIds = require("bytenite").array { "j" } },
}

--- Returns "object" for a type's name, "objects" for a list of a type, and other kinds unchanged.
---@param kind string
---@return string
---@usage declared_members.plain_kind "JobConfig" --> "object"
function declared_members.plain_kind(kind)
  if declared_members.types[kind] then return "object" end
  local item <const> = kind:match "^(%a+)%[%]$"
  return item and declared_members.types[item] and "objects" or kind
end

return declared_members
