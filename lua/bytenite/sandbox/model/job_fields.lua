--- Looks up fields of jobs by name, and compares their values.
local core <const> = require "bytenite.core"

local job <const> = require "bytenite.sandbox.model.job"

local job_fields = {}

local function camel_case(name)
  return (name:gsub("_(%l)", string.upper))
end

--- Makes a function that looks a member up. The name may have dots, for nested members, and may be
--- in snake_case.
---@param name any
---@return (fun(values: table): any)|nil look returns nil for a missing member
---@return string|nil message if jobs have no such member
---@usage local look = job_fields.look_up "config.taskTimeout"
function job_fields.look_up(name)
  if type(name) ~= "string" then return nil, "the name of a field must be text" end
  local first <const>, rest <const> = name:match "^([^.]+)(.*)$"
  local member <const> = first and camel_case(first)
  if not member or not job.has_member(member) then return nil, ("unknown field %s"):format(core.encode(name)) end
  if rest == "" then
    return function(values)
      return values[member]
    end
  end
  return function(values)
    local value = values[member]
    for segment in rest:gmatch "%.([^.]+)" do
      if type(value) ~= "table" then return nil end
      local found = value[segment]
      if found == nil then found = value[camel_case(segment)] end
      value = found
    end
    return value
  end
end

--- Returns a value in a form that can be compared: decimal strings (64-bit numbers) as numbers,
--- timestamps in a form that sorts as text.
---@param value any
---@return string|number|boolean|nil # nil for null, tables and missing members
---@usage local key = job_fields.comparable(look(values))
function job_fields.comparable(value)
  local kind <const> = type(value)
  if kind == "number" or kind == "boolean" then return value end
  if kind ~= "string" then return nil end
  if value:find "^%-?%d+$" then return tonumber(value) end
  return value:match "^(%d%d%d%d%-%d%d%-%d%dT[%d:.]+)Z$" or value
end

return job_fields
