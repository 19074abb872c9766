-- callgrind.lua: reads a profile that callgrind wrote with --compress-strings=no --compress-pos=no.
local callgrind <const> = {}

local Profile <const> = {}
Profile.__index = Profile

-- Lines that say where the following costs belong: their keyword in a profile, and the field they
-- set.
local PLACES <const> = { ob = "object", fn = "caller", cob = "callee_object", cfn = "callee" }

--- Reads a profile.
---@param name string of the file
---@return table # `total`, and what calls() sums up
function callgrind.read(name)
  local place <const>, calls <const> = {}, {}
  local is_call, total = false, nil
  for line in io.lines(name) do
    local word <const>, value <const> = line:match "^(%l+)=(.*)$"
    if is_call then -- this line has the cost of the preceding call
      table.insert(calls, {
        callee = place.callee,
        from = place.object,
        into = place.callee_object or place.object, -- missing if it is the same
        cost = math.tointeger(line:match "%S+ (%d+)"),
      })
      is_call, place.callee_object = false, nil
    elseif PLACES[word] then
      place[PLACES[word]] = value
    elseif word == "calls" then
      is_call = true
    end
    total = total or math.tointeger(line:match "^summary: (%d+)")
  end
  return setmetatable({ total = assert(total, name .. " is no profile"), list = calls }, Profile)
end

--- Returns the instructions of calls, with everything that they call.
---@param matches function called with each: its callee, from (object), into (object)
---@return integer, integer # their sum and their number
function Profile:calls(matches)
  local sum, count = 0, 0
  for _, call in ipairs(self.list) do
    if matches(call) then
      sum, count = sum + call.cost, count + 1
    end
  end
  return sum, count
end

return callgrind
